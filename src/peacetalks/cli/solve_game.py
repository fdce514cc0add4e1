"""What `solve-game` does: a game as JSON on a belief grid, a game of Gambit's as a tree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from peacetalks.cli.results import check_output, deliver, report_written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peacetalks.trees.tree import Tree


def solve_json(path: Path, certify: bool) -> None:
    """Solve a game written as JSON and print values and strategies as JSON, warnings on stderr."""
    from peacetalks.pages.files import json_text
    from peacetalks.pages.printable import printable
    from peacetalks.pages.progress import progress
    from peacetalks.questions.game_file import solve_file

    with progress("Searching for further equilibria", "nodes") as bar:
        found = solve_file(path, certify, bar)
    for line in found["warnings"]:
        print(printable(f"Warning: {line}"), file=sys.stderr)
    print(json_text(found), end="")


def solve_tree_file(path: Path, rationality: str | None, as_json: bool, output: Path | None) -> None:
    """Solve a game as a tree and show it, print it as JSON, or write it to a file."""
    from peacetalks.pages import table_page, tree_page
    from peacetalks.pages.progress import progress
    from peacetalks.pages.tree_chart import check_size
    from peacetalks.questions.tree_answer import answer_tree, parse_precisions

    check_output(output, table_page.SUFFIXES, path)
    asked = None if rationality is None else parse_precisions(rationality)
    tree, written = _tree(path)
    if output is not None and output.suffix in (".svg", ".png") and (asked is None or asked.low is None):
        check_size(tree)
    with progress("Following the principal branch", "parts"):
        answer = answer_tree(tree, asked or written)
    makers = table_page.makers(tree_page.tree_page(answer), tree_page.plain(answer))
    deliver(makers, lambda: tree_page.show(answer), as_json, output)


def write_tree(path: Path, output: Path) -> None:
    """Write a game as a tree, in Gambit's format; what has become of it stands in the file's comment and on stderr."""
    from peacetalks.pages.printable import printable
    from peacetalks.trees.files import write

    check_output(output, (".efg",), path)
    written = write(_tree(path)[0], output)
    report_written(output)
    for note in written.comment.splitlines() if path.suffix.lower() == ".json" else ():
        print(printable(f"Note: {note}"), file=sys.stderr)


def _tree(path: Path) -> tuple[Tree, float | Mapping[str, float] | None]:
    """Return the game of a file as a tree, and the precision that stands in the file (None: none does)."""
    from peacetalks.questions.game_file import read_game
    from peacetalks.questions.tree_answer import read_tree
    from peacetalks.trees.from_game import tree_of

    if path.suffix.lower() in (".efg", ".nfg"):
        return read_tree(path), None
    game, rationality, _ = read_game(path)
    return tree_of(game, path.stem), rationality

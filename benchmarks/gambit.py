"""Trees side by side with Gambit: probabilities along the principal branch, residuals and times, game by game.

    python benchmarks/gambit.py FOLDER                          # the tables, as Markdown
    python benchmarks/gambit.py FOLDER --write docs/gambit.md

FOLDER holds game files (.efg, .nfg), such as those of Gambit's catalogue; none is copied.  Each game is solved at
several precisions, in units of its spread of payoffs, by this package and by `pygambit.qre.logit_solve_lambda`.  Where
they differ by more than 1e-6 the script says why, as far as it can see: Gambit stopped before the precision, or another
branch crosses below it (a symmetric game), along which Gambit went on; and whether what Gambit found solves the
equations too.
"""

from __future__ import annotations

import argparse
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pygambit  # pyright: ignore[reportMissingImports] (an extra that the lock leaves out)
from sections import write_section

from peacetalks.errors import GameError, NotSolved
from peacetalks.trees.arrays import lay_out
from peacetalks.trees.equations import Equations
from peacetalks.trees.files import read
from peacetalks.trees.quantal_response import correspondence, nash_limit, solve_tree
from peacetalks.trees.tree import Tree

HEADING = "## Measured"
PRECISIONS = (0.5, 2.0, 8.0, 30.0)  # times the spread of payoffs
EQUAL = 1e-6


@dataclass
class Row:
    """What is known of a game: sizes, the largest difference, the largest residual, seconds, the limit, a remark."""

    name: str
    nodes: int = 0
    unknowns: int = 0
    difference: float = 0.0
    residual: float = 0.0
    ours: float = 0.0
    gambit: float = 0.0
    regret: float = float("nan")
    remark: str = ""
    refused: bool = False
    equal_up_to: float = 0.0


def tree_at(path: Path) -> Tree:
    game = read(path)
    return game if isinstance(game, Tree) else game.tree()


def gambit_order(tree: Tree, game: Any) -> list[int]:
    """Return the information sets of the tree in the order of Gambit's profiles."""
    if not game.is_tree:
        return [i for i, at in enumerate(tree.information_sets) if at.player is not None]
    place: dict[Any, int] = {}

    def visit(here: int, node: Any) -> None:
        if (found := tree.nodes[here].information_set) is not None:
            place[(node.infoset.player.label if not node.infoset.is_chance else None, node.infoset.number)] = found
        for child, after in zip(tree.children[here], node.children, strict=True):
            visit(child, after)

    visit(0, game.root)
    return [place[player.label, at.number] for player in game.players for at in player.infosets]


def row_of(path: Path, folder: Path) -> Row:
    row = Row(str(path.relative_to(folder).with_suffix("")))
    try:
        tree = tree_at(path)
        row.nodes = len(tree.nodes)
        arrays = lay_out(tree)
    except GameError as e:
        row.refused, row.remark = True, str(e).replace(f"{path}", "").strip(": ")
        return row
    game = pygambit.read_efg(str(path)) if path.suffix == ".efg" else pygambit.read_nfg(str(path))
    row.unknowns = len(arrays.set_of) - len(arrays.place)
    order = gambit_order(tree, game)
    for x in PRECISIONS:
        compare(row, tree, game, order, x)
    try:
        limit = nash_limit(tree)
        row.regret = max(limit.regret.values()) / arrays.spread
    except NotSolved as e:
        row.remark = f"{row.remark} {e}".strip()
    return row


def compare(row: Row, tree: Tree, game: Any, order: list[int], x: float) -> None:
    """Solve a game at one precision with both programs."""
    arrays = lay_out(tree)
    lam = x / arrays.spread
    began = time.process_time()
    s = solve_tree(tree, lam)
    row.ours += time.process_time() - began
    row.residual = max(row.residual, s.residual)
    began = time.process_time()
    (found,) = pygambit.qre.logit_solve_lambda(game, lam)
    row.gambit += time.process_time() - began
    theirs = np.array([found[i] for i in range(len(found))])
    difference = float(np.abs(np.concatenate([s.probabilities[i] for i in order]) - theirs).max())
    if difference <= EQUAL:
        row.difference = max(row.difference, difference)
        row.equal_up_to = x
        if abs(found.lam - lam) > EQUAL * lam:
            row.remark = f"Gambit stopped at {found.lam * arrays.spread:.3g}; the play is the same"
        return
    if not row.remark:
        row.remark = why(tree, order, theirs, found.lam, lam, difference)


def why(tree: Tree, order: list[int], theirs: np.ndarray, at: float, lam: float, difference: float) -> str:
    """Return why the programs differ, as far as it can be seen."""
    arrays = lay_out(tree)
    crossings = correspondence(tree, 0.0, lam).crossings
    far = f"differs by {difference:.2g} at {lam * arrays.spread:.3g}"
    if abs(at - lam) > EQUAL * lam:
        return f"{far}: Gambit stopped at {at * arrays.spread:.3g}"
    e = Equations(arrays, np.ones(len(tree.players)))
    parts = dict(
        zip(
            order, np.split(theirs, np.cumsum([len(tree.information_sets[i].actions) for i in order])[:-1]), strict=True
        )
    )
    log_p = np.log(np.concatenate([parts[int(i)] for i in arrays.place]))
    off = float(np.abs(e.residual(e.play(log_p, lam), e.basis(log_p))).max())
    if not len(crossings):
        return f"{far}: not explained; Gambit's play has residual {off:.1g}"
    return (
        f"{far}: another branch crosses at {crossings[0] * arrays.spread:.4g}, and Gambit goes on along it "
        f"(its play is an equilibrium too: residual {off:.1g})"
    )


def line(r: Row) -> str:
    """Return the row of a table."""
    numbers = f"{r.difference:.1e} | {r.residual:.1e} | {r.ours:.2f} | {r.gambit:.2f} | {r.regret:.1e}"
    return f"| {r.name} | {r.nodes} | {r.unknowns} | {numbers} | {r.remark} |"


def table(rows: list[Row]) -> str:
    """Return the tables, as Markdown."""
    solved = [r for r in rows if not r.refused]
    same = [r for r in solved if r.equal_up_to == max(PRECISIONS)]
    lines = [
        f"pygambit {pygambit.__version__}, Python {platform.python_version()}, {platform.machine()}; precisions "
        f"{', '.join(f'{x:g}' for x in PRECISIONS)} over the spread of payoffs; seconds of processor for all of them.",
        "",
        f"{len(rows)} games: {len(solved)} solved, {len(rows) - len(solved)} refused. Of the solved, {len(same)} have "
        f"the same probabilities to {EQUAL:g} at every precision (largest difference "
        f"{max(r.difference for r in same):.1g}); of the other {len(solved) - len(same)} the remark says why. Largest "
        f"residual: {max(r.residual for r in solved):.1g}.",
        "",
        "| game | nodes | unknowns | difference | residual | s here | s Gambit | regret of the limit | remark |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
        *map(line, solved),
    ]
    lines += ["", "Refused:", "", *(f"- {r.name}: {r.remark}" for r in rows if r.refused)]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path, help="a page whose section of measurements is replaced")
    given = parser.parse_args()
    paths = sorted(p for p in given.folder.rglob("*") if p.suffix in (".efg", ".nfg"))
    rows = [row_of(path, given.folder) for path in paths]
    if given.write:
        write_section(given.write, HEADING, table(rows))
    else:
        print(table(rows))


if __name__ == "__main__":
    main()

"""The commands about files: `check` and `new` for scenarios, `solve-game` for general games."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (check, new, solve_game):
        app.command(command.__name__.replace("_", "-"))(command)


def check(scenario: options.ScenarioName) -> None:
    """Check a scenario file: keys, ranges, sources, and the size of its game."""
    from peacetalks.forecasting.record_view import check_classes
    from peacetalks.forecasting.settings import BELIEF_POINTS, PERIODS
    from peacetalks.forecasting.size import check_size
    from peacetalks.game.compile import compile_game
    from peacetalks.mechanisms.standard_game import build
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.plausibility import implausible
    from peacetalks.scenario.scenario import load

    found = load(scenario)
    check_size(found, BELIEF_POINTS, PERIODS)
    check_classes(found)
    bare = [path for path, n in found.numbers().items() if not n.source]
    compiled = compile_game(build(found))
    print(printable(f"{found.name}: valid; {len(found.numbers())} numbers, {len(bare)} without a source"))
    for path in bare:
        print(printable(f"  no source: {path}"))
    print(f"game: {len(compiled.boundaries)} states, {compiled.n_nodes} nodes; digest {found.digest}")
    for warning in implausible(found):
        print(printable(f"warning: {warning}"))


def new(output: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml")) -> None:
    """Write a starter scenario, each key explained."""
    from peacetalks.errors import SpecError
    from peacetalks.pages import files
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.starter import starter

    if output.exists():
        raise SpecError(f"{output} exists already; give another name, nothing was written")
    files.check(output, (".toml",))
    files.write_text(output, starter())
    print(printable(f"Wrote {output}: edit it, then run `peacetalks check {output}`."))


def solve_game(
    path: Annotated[Path, typer.Argument(help="A game as JSON (see docs/game-files.md).")],
    certify: options.Certify = True,
    timings: options.Timings = False,
) -> None:
    """Solve a small general game given as data; print values and strategies as JSON, warnings on stderr."""
    from peacetalks.pages.files import json_text
    from peacetalks.pages.printable import printable
    from peacetalks.pages.progress import progress
    from peacetalks.questions.game_file import solve_file

    with progress("Searching for further equilibria", "nodes") as bar:
        found = solve_file(path, certify, bar)
    for line in found["warnings"]:
        print(printable(f"Warning: {line}"), file=sys.stderr)
    print(json_text(found), end="")

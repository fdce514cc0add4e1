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


def check(scenario: options.ScenarioName, as_json: options.AsJson = False) -> None:
    """Check a scenario file: keys, ranges, sources, the size of its game, and what its numbers rest on."""
    from peacetalks.conflicts.fill import load
    from peacetalks.forecasting.record_view import check_classes
    from peacetalks.forecasting.settings import BELIEF_POINTS, PERIODS
    from peacetalks.forecasting.size import check_size
    from peacetalks.game.compile import compile_game
    from peacetalks.mechanisms.standard_game import build
    from peacetalks.pages.check_text import check_text, check_values
    from peacetalks.pages.files import json_text
    from peacetalks.pages.printable import printable

    found = load(scenario)
    check_size(found, BELIEF_POINTS, PERIODS)
    check_classes(found)
    compiled = compile_game(build(found))
    checked = check_values(found, len(compiled.boundaries), compiled.n_nodes)
    print(json_text(checked) if as_json else printable(check_text(checked)), end="")


def new(
    output: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml"),
    conflict: options.ConflictName = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="With --conflict, --ask or --answers: the date (YYYY-MM-DD); nothing later is used."),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask ten questions in words; answers become numbers.")] = False,
    answers: Annotated[
        Path | None,
        typer.Option(help="Answers (.toml or .json) to these questions; with --ask only the others are asked."),
    ] = None,
) -> None:
    """Write a scenario to start from, each key explained: a starter, what the record knows, or from answers."""
    from peacetalks.cli.interview import scenario_from_answers
    from peacetalks.conflicts.from_record import record_file
    from peacetalks.errors import SpecError
    from peacetalks.pages import files
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.starter import starter

    if output.exists():
        raise SpecError(f"{output} exists already; give another name, nothing was written")
    files.check(output, (".toml",))
    if ask or answers is not None:
        notes = scenario_from_answers(output, conflict, as_of, ask, answers)
    else:
        options.check_date_has_conflict(conflict, as_of)
        text, notes = (starter(), ()) if conflict is None else record_file(conflict, as_of)
        files.write_text(output, text)
    for note in notes:
        print(printable(f"Warning: {note}"), file=sys.stderr)
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

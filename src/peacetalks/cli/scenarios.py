"""The commands about files: `list`, `check` and `new` for scenarios, `solve-game` for general games."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from peacetalks.cli import options


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("list")(list_scenarios)
    for command in (check, new, solve_game):
        app.command(command.__name__.replace("_", "-"))(command)


def list_scenarios(
    folder: Annotated[Path | None, typer.Argument(help="A folder with scenario files of your own.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """List the scenarios at hand: the bundled ones, and those of a folder, broken ones with what is wrong."""
    from peacetalks.pages.files import json_text
    from peacetalks.pages.list_screen import list_lines, list_values
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.listing import listed

    found = listed(folder)
    lines = list_lines(found, None if folder is None else str(folder))
    print(json_text(list_values(found)) if as_json else printable("\n".join(lines) + "\n"), end="")


def check(
    scenario: options.ScenarioName,
    size: Annotated[
        bool, typer.Option("--size", help="Also count the states and nodes of its game, which takes some seconds.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Check a scenario file: keys, ranges, sources, what its numbers rest on, and with --size how large its game is."""
    from peacetalks.forecasting.checked import check_file
    from peacetalks.pages.check_text import check_text, check_values
    from peacetalks.pages.files import json_text
    from peacetalks.pages.printable import printable

    checked = check_file(scenario, size)
    print(json_text(check_values(*checked)) if as_json else printable(check_text(*checked)), end="")


def new(
    output: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.toml"),
    conflict: options.ConflictName = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            callback=options.day_text,
            help="With --conflict, --ask or --answers: the date (YYYY-MM-DD); nothing later is used.",
        ),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask ten questions in words; answers become numbers.")] = False,
    answers: Annotated[
        Path | None,
        typer.Option(help="Answers (.toml or .json) to these questions; with --ask only the others are asked."),
    ] = None,
) -> None:
    """Write a scenario to start from, each key explained: a starter, what the record knows, or from answers."""
    from peacetalks.errors import SpecError
    from peacetalks.pages import files
    from peacetalks.pages.printable import printable
    from peacetalks.scenario.starter import starter

    if output.exists():
        raise SpecError(f"{output} exists already; give another name, nothing was written")
    files.check(output, (".toml",))
    if ask or answers is not None:
        from peacetalks.cli.interview import scenario_from_answers

        notes = scenario_from_answers(output, conflict, as_of, ask, answers)
    else:
        options.check_date_has_conflict(conflict, as_of)
        text, notes = starter(), ()
        if conflict is not None:
            from peacetalks.conflicts.from_record import record_file

            text, notes = record_file(conflict, as_of)
        files.write_text(output, text)
    for note in notes:
        print(printable(f"Warning: {note}"), file=sys.stderr)
    print(printable(f"Wrote {output}: edit it, then run `peacetalks check {output}`."))


def solve_game(
    path: Annotated[Path, typer.Argument(help="A game: .json (see docs/game-files.md), Gambit's .efg or .nfg.")],
    rationality: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|LOW:HIGH|inf", help="Precision, a range such as 0:20 or 0:inf, or inf: the limit."
        ),
    ] = None,
    certify: options.Certify = True,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: Annotated[
        Path | None, options.output(".html, .csv, .json, .svg, .png, or .efg: the game itself as a tree")
    ] = None,
) -> None:
    """Solve a game in a file: Gambit's .efg or .nfg, or JSON, of which values and strategies are printed as JSON."""
    from peacetalks.cli.solve_game import solve_json, solve_tree_file, write_tree

    if output is not None and output.suffix == ".efg":
        write_tree(path, output)
    elif path.suffix.lower() in (".efg", ".nfg") or output is not None or rationality is not None:
        solve_tree_file(path, rationality, as_json, output)
    else:
        solve_json(path, certify)

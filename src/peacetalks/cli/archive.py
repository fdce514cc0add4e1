"""The commands about saved forecasts: `diff`, `score`, `history`; and saving one (`forecast --save`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import check_output, deliver
from peacetalks.cli.solving import solving

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook

SCORE_SUFFIXES = (".html", ".csv", ".json")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (diff, score, history):
        app.command()(command)


Compared = Annotated[
    str,
    typer.Argument(
        help="A saved forecast (.json), a scenario (file or bundled), or a folder of forecasts: the latest in it."
    ),
]
ComparedOrNone = Annotated[
    str | None, typer.Argument(help="The same; left out: A is a folder, and the last two in it are compared.")
]
Folder = Annotated[Path, typer.Argument(help="Folder of saved forecasts (`forecast --save FOLDER`).")]
Save = Annotated[
    Path | None,
    typer.Option("--save", help="Also save the forecast in this folder, for `diff`, `score` and `history`."),
]


def check_save(folder: Path | None) -> None:
    """Raise `ArchiveError` where a forecast could not be saved in a folder, before anything is computed."""
    from peacetalks.archive.folder import check_folder

    if folder is not None:
        check_folder(folder)


def save_forecast(o: Outlook, folder: Path | None) -> None:
    """Save a forecast where a folder is named, and say on stderr where."""
    from peacetalks.archive.folder import save
    from peacetalks.pages.printable import printable

    if folder is not None:
        print(printable(f"Saved the forecast in {save(o, folder)}"), file=sys.stderr)


def diff(
    a: Compared,
    b: ComparedOrNone = None,
    attribution: Annotated[
        bool, typer.Option(help="Split the change of the answer over what changed; solves games for it.")
    ] = True,
    belief_points: Annotated[
        int | None, typer.Option(help="Belief-grid points per side; default: as B, or A, was saved.")
    ] = None,
    jobs: options.Jobs = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
    output: Annotated[Path | None, options.output(".html, .csv, .json, .svg or .png")] = None,
) -> None:
    """What changed between two forecasts, and what each change did to the answer."""
    from peacetalks.archive.difference import difference
    from peacetalks.archive.subject import last_two, subject
    from peacetalks.pages import table_page
    from peacetalks.pages.archive_diff import diff_page

    check_output(output, table_page.SUFFIXES, a, b)
    before, after = last_two(a) if b is None else (subject(a), subject(b))
    with solving("Comparing", jobs, None, no_cache) as run:
        found = difference(before, after, attribution, belief_points, *run)
    page = diff_page(found, charts=output is not None)
    deliver(table_page.makers(page, found.to_dict()), lambda: table_page.show(page), as_json, output)


def score(
    folder: Folder,
    resolved: Annotated[
        Path | None, typer.Option(help="What came true: scenario, date, outcome (.csv or .json).")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Write the table to be filled in instead (CSV; with -o to a file).")
    ] = False,
    as_json: options.AsJson = False,
    output: Annotated[Path | None, options.output(".html, .csv or .json")] = None,
) -> None:
    """How saved forecasts did: Brier, log and ranked probability scores, against past conflicts by themselves."""
    from peacetalks.archive.folder import read_folder
    from peacetalks.archive.resolved import read_resolved
    from peacetalks.archive.resolved import template as rows_of
    from peacetalks.errors import ArchiveError
    from peacetalks.pages import files, table_page
    from peacetalks.pages.printable import printable

    if template == (resolved is not None):
        raise ArchiveError(
            "give either --resolved FILE with what came true, or --template for the table to be filled in"
        )
    check_output(output, (".csv",) if template else SCORE_SUFFIXES, resolved)
    found = read_folder(folder)
    if resolved is None:
        rows = files.csv_text(rows_of(found))
        deliver({".csv": lambda: rows}, lambda: print(printable(rows), end=""), False, output)
        return
    from peacetalks.archive.scoring import score_archive
    from peacetalks.pages.archive_score import score_page

    s = score_archive(found, read_resolved(resolved))
    page = score_page(s, whole=output is not None)
    deliver(table_page.makers(page, s.to_dict()), lambda: table_page.show(page), as_json, output)
    for row in s.resolved.unreadable:
        print(printable(f"{resolved}, row {row.line} ({row.row}): {row.reason}"), file=sys.stderr)
    if s.resolved.unreadable:
        raise typer.Exit(ArchiveError.exit_code)


def history(
    folder: Folder,
    scenario: Annotated[
        str | None, typer.Argument(help="Scenario's name or digest; may be left out where the folder has one.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="The date asked about (YYYY-MM-DD); default: twelve months after each forecast.")
    ] = None,
    as_json: options.AsJson = False,
    output: Annotated[Path | None, options.output(".html, .csv, .json, .svg or .png")] = None,
) -> None:
    """How a forecast moved: what was expected of a date, or of a year ahead, each time it was saved."""
    from peacetalks.archive.folder import read_folder
    from peacetalks.archive.over_time import history_of
    from peacetalks.errors import ArchiveError
    from peacetalks.pages import table_page
    from peacetalks.pages.archive_history import history_page
    from peacetalks.scenario.dates import read_day

    check_output(output, table_page.SUFFIXES)
    try:
        day = None if by is None else read_day(by)
    except ValueError as e:
        raise ArchiveError(f"--by: {e}") from None
    h = history_of(read_folder(folder), scenario, day)
    page = history_page(h, charts=output is not None)
    deliver(table_page.makers(page, h.to_dict()), lambda: table_page.show(page), as_json, output)

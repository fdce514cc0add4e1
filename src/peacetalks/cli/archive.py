"""The commands about saved forecasts: `diff`, `score`, `history`; and saving one (`forecast --save`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peacetalks.cli import options
from peacetalks.cli.results import cached_answers, deliver

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (diff,):
        app.command()(command)


Compared = Annotated[str, typer.Argument(help="A saved forecast (.json), a scenario file, or a bundled scenario.")]
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
    b: Compared,
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
    from peacetalks.archive.subject import subject
    from peacetalks.forecasting.jobs import processes
    from peacetalks.pages import files, table_page
    from peacetalks.pages.archive_diff import diff_page
    from peacetalks.pages.progress import progress

    if output is not None:
        files.check(output, table_page.SUFFIXES, [Path(a), Path(b)])
    with cached_answers(no_cache) as answers, progress("Comparing") as bar:
        found = difference(subject(a), subject(b), attribution, belief_points, bar, processes(jobs), answers)
    page = diff_page(found, charts=output is not None)
    deliver(table_page.makers(page, found.to_dict()), lambda: table_page.show(page), as_json, output)

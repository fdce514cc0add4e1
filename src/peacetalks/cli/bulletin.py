"""The command `bulletin`: every active conflict forecast at a date, as a site of its own, and how earlier ones did."""

from __future__ import annotations

import string
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from peacetalks.cli import options
from peacetalks.cli.results import report_written
from peacetalks.cli.solving import solving
from peacetalks.errors import SpecError
from peacetalks.forecasting.settings import BELIEF_POINTS
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from peacetalks.bulletin.make import Made

IN_URL = string.ascii_letters + string.digits + "-._~:/[]@!$&'()*+,;=%"  # of RFC 3986, without ? and #
FIRST_YEAR, LAST_YEAR = 1947, 2100  # of a backfill: the record begins in 1946

NOT_REPLACED = (
    "Warning: {where} stands there already, made on {made} from other inputs (program, data, settings, your own "
    "scenarios, or the bulletin before it), and stays: what is published is not replaced. For one of the inputs "
    "of now use another folder, or take {folder} away."
)

Backfill = Annotated[
    str | None,
    typer.Option(
        metavar="FIRST:LAST",
        help="The yearly bulletins that could have been published: one of 1 January of each year.",
        show_default=False,
    ),
]
Folder = Annotated[
    Path | None, typer.Option("-o", help="Folder of all bulletins and of their archive; made where it is missing.")
]
Scenarios = Annotated[
    Path | None, typer.Option(help="Folder of your own scenarios: each stands for the conflict that it names.")
]
Only = Annotated[
    list[int] | None, typer.Option(help="Only the conflict with this UCDP number; may be given several times.")
]
Attribution = Annotated[
    bool, typer.Option("--attribution", help="Split each change over all that changed; solves ten games a conflict.")
]
Pages = Annotated[bool, typer.Option(help="A page for each conflict; without, the tables and the map only.")]
Search = Annotated[bool, typer.Option("--certify", help="Search for further equilibria, and count them on each page.")]
Url = Annotated[str | None, typer.Option(help="Where the folder stands on the web: for the links of the feed.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(bulletin)


def bulletin(
    as_of: Annotated[str | None, typer.Option(callback=options.day_text, help="Date of the bulletin.")] = None,
    backfill: Backfill = None,
    output: Folder = None,
    scenarios: Scenarios = None,
    only: Only = None,
    attribution: Attribution = False,
    pages: Pages = True,
    belief_points: options.BeliefPoints = BELIEF_POINTS,
    certify: Search = False,
    url: Url = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    no_cache: options.NoCache = False,
    as_json: options.AsJson = False,
    timings: options.Timings = False,
) -> None:
    """Forecast every conflict that is active in the record at a date: a static site, with how earlier ones did."""
    from peacetalks.bulletin.make import make_bulletins
    from peacetalks.bulletin.values import Settings
    from peacetalks.pages.bulletin_page import CLASSES, render
    from peacetalks.pages.bulletin_site import publish

    days, folder, url = dates_of(as_of, backfill), folder_of(output), address_of(url)
    warn_of_refused(folder)
    settings = Settings(
        belief_points=belief_points, certify=certify, attribution=attribution, pages=pages, only=sorted(set(only or ()))
    )
    with solving("Forecasting", jobs, cluster, no_cache, "conflicts") as run:
        made = make_bulletins(
            days,
            folder,
            settings,
            scenarios=scenarios,
            render=render,
            classes=CLASSES,
            progress=run.progress,
            jobs=run.jobs,
            answers=run.answers,
        )
        last = publish(made, folder, url, report)
    if url is None:
        print("The links of feed.xml need the address of the site: give --url before it is published.", file=sys.stderr)
    show(last, as_json)


def dates_of(as_of: str | None, backfill: str | None) -> list[date]:
    """Return the dates of the bulletins to be made; raise `SpecError` where they cannot be read.

    >>> dates_of(None, "1995:1996")
    [datetime.date(1995, 1, 1), datetime.date(1996, 1, 1)]
    """
    if (as_of is None) == (backfill is None):
        raise SpecError("give the date of the bulletin with --as-of, or years with --backfill FIRST:LAST; not both")
    if as_of is not None:
        return [date.fromisoformat(as_of)]
    first, _, last = str(backfill).partition(":")
    if not all(x.isascii() and x.isdigit() and FIRST_YEAR <= int(x) <= LAST_YEAR for x in (first, last)):
        raise SpecError(f"--backfill: {shorten(backfill)} is not two years from {FIRST_YEAR} on, such as 1995:2024")
    if int(first) > int(last):
        raise SpecError(f"--backfill: {first} lies after {last}; write the earlier year first")
    return [date(year, 1, 1) for year in range(int(first), int(last) + 1)]


def folder_of(output: Path | None) -> Path:
    """Return the folder of the bulletins; raise `SpecError` where none is given, or a file has its name."""
    if output is None:
        raise SpecError("give the folder of all bulletins with -o FOLDER: it holds their archive, so use one for all")
    if output.exists() and not output.is_dir():
        raise SpecError(f"-o: '{output}' is a file; give a folder")
    return output


def address_of(url: str | None) -> str | None:
    """Return the address of the site; raise `SpecError` where links that begin with it would be none.

    >>> address_of("https://example.org/peace")
    'https://example.org/peace'
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number, brackets that are not closed
        whole = False
    if not whole or not set(url) <= set(IN_URL):
        raise SpecError(
            f"--url: {shorten(url)} is not the address of a folder on the web, such as https://example.org/peace: "
            "http or https, a host, and no space, query (?) or fragment (#); write other characters with % (RFC 3986)"
        )
    return url


def warn_of_refused(folder: Path) -> None:
    """Say on stderr which bulletins of a folder cannot be read, and are in no track record and no feed."""
    from peacetalks.bulletin.folder import read_bulletins
    from peacetalks.pages.printable import printable

    for r in read_bulletins(folder).refused:
        print(printable(f"Warning: {r.file} is left out: {r.reason}."), file=sys.stderr)


def show(made: Made, as_json: bool) -> None:
    """Print the last bulletin for people, or as JSON."""
    from peacetalks.bulletin.folder import plain
    from peacetalks.pages import bulletin_screen
    from peacetalks.pages.files import json_text

    if as_json:
        print(json_text(plain(made.bulletin)), end="")
    else:
        bulletin_screen.show(made)


def report(made: Made, where: Path) -> None:
    """Say on stderr what was written of a bulletin, or that it stands there already; and what a reader must know."""
    from peacetalks.pages.printable import printable

    b = made.bulletin
    if made.other_inputs:
        print(
            printable(NOT_REPLACED.format(where=where, made=f"{b.made:%Y-%m-%d %H:%M} UTC", folder=where.parent)),
            file=sys.stderr,
        )
    elif not made.fresh:
        print(printable(f"{where} stands there already, made from the same inputs."), file=sys.stderr)
    if not made.fresh:
        return
    for line in b.unused_scenarios:
        print(printable(f"Warning: scenario not used at {b.as_of}: {line}."), file=sys.stderr)
    report_written(where)

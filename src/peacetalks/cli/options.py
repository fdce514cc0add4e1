"""Arguments and options that several commands share."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peacetalks.errors import SpecError
from peacetalks.forecasting.settings import few_points_note
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.scenario.scenario import Scenario

DATE_LIKE = re.compile(r"[A-Za-z./]|\d-\d|(?<!\d)\d{8}(?!\d)")  # what no list of months holds
MOST_MONTHS = 600  # as of a scenario and of a claim

PLAIN = {
    "no_args_is_help": True,
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
}


def report_timings(context: typer.Context, asked: bool) -> bool:
    """Print the line of `--timings` on stderr when the command ends, where it is asked for; return `asked`."""

    def report() -> None:
        from peacetalks.equilibrium.timings import timings_line

        print(timings_line(), file=sys.stderr)

    if asked:
        context.call_on_close(report)
    return asked


def day_text(written: str | None) -> str | None:
    """Return the day of the option `--as-of` as YYYY-MM-DD; raise `SpecError` with what to write for another text.

    >>> day_text("20230415")
    '2023-04-15'
    """
    from peacetalks.scenario.dates import read_day

    try:
        return None if written is None else read_day(written).isoformat()
    except ValueError as e:
        raise SpecError(f"--as-of: {e}") from None


def warn_of_few(points: int) -> int:
    """Say loudly on stderr, before anything is solved, that few belief points are asked for; return them."""
    if note := few_points_note(points):
        print(f"WARNING: {note}", file=sys.stderr)
    return points


ScenarioName = Annotated[str, typer.Argument(help="A bundled scenario's name, or the path of a .toml file.")]
ConflictName = Annotated[
    str | None,
    typer.Option(
        "--conflict", help="A conflict of the record, by its name or UCDP number (see `peacetalks evidence conflicts`)."
    ),
]
ConflictDate = Annotated[
    str | None,
    typer.Option("--as-of", callback=day_text, help="With --conflict: the date (YYYY-MM-DD); nothing later is used."),
]
Periods = Annotated[int | None, typer.Option(help="Months to forecast (36, or the scenario's own).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BeliefPoints = Annotated[int, typer.Option(callback=warn_of_few, help="Belief-grid points per side.")]
Quick = Annotated[
    bool,
    typer.Option("--quick", help="The fastest setting known to be safe for this scenario; its error is stated."),
]
Jobs = Annotated[
    int | None, typer.Option(help="Processes that solve; default: the CPUs that may be used, memory permitting.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS|local[:N]",
        help="Solve on the workers of a Dask cluster, or on N that are started here; see docs/cluster.md.",
        show_default=False,
    ),
]
Certify = Annotated[
    bool,
    typer.Option("--certify/--no-certify", help="Search for further equilibria (what is found is a lower bound)."),
]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Accounts = Annotated[
    list[Path] | None, typer.Option("--account", help="A further account's file; may be given several times.")
]
Timings = Annotated[
    bool, typer.Option("--timings", callback=report_timings, help="Say on stderr how long each part took, in one line.")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Solve every game anew: neither read nor write cached answers.")
]
ReferenceClass = Annotated[
    str | None, typer.Option("--class", help="Reference class, e.g. civil, mediated or since=1990.")
]
AsOf = Annotated[str | None, typer.Option(callback=day_text, help="Date (YYYY-MM-DD); nothing later is used.")]


def belief_setting(scenario: Scenario, belief_points: int, quick: bool, periods: int) -> tuple[int, str]:
    """Return the belief points to use and what is to be said of them in the output; see `setting_of`."""
    from peacetalks.forecasting.quick import setting_of
    from peacetalks.pages.progress import progress

    with progress("Measuring the error of the belief grid") if quick else nullcontext():
        return setting_of(scenario, belief_points, quick, periods)


def check_date_has_conflict(conflict: str | None, as_of: str | None) -> None:
    """Raise `SpecError` for a date without the conflict that it is the date of."""
    if as_of is not None and conflict is None:
        raise SpecError("--as-of goes with --conflict; a scenario file has a date of its own (as_of)")


def output(suffixes: str):
    """Return the option of the file that a command writes, with the suffixes that it may have."""
    return typer.Option("-o", help=f"Write a {suffixes} file.")


PageFile = Annotated[Path | None, output(".html, .svg, .png, .csv or .json")]


def joined(months: tuple[int, ...]) -> str:
    """Return months as an option takes them.

    >>> joined((12, 24))
    '12,24'
    """
    return ",".join(map(str, months))


def ascending_months(text: str, as_of: date) -> tuple[int, ...]:
    """Return the months of the option `--dates`, which are written as months or as days of the calendar.

    A day stands for the nearest end of a month after `as_of`, the scenario's date; where it is not one, a line on
    stderr says so.

    Raises
    ------
    SpecError
        They are not ascending, before the first month's end, or not dates.

    Examples
    --------
    >>> from datetime import date
    >>> ascending_months("12, 24", date(2025, 5, 20)), ascending_months("3,2026-05-20", date(2025, 5, 20))
    ((12, 24), (3, 12))
    """
    if DATE_LIKE.search(text):
        months = tuple(_month(part.strip(), as_of) for part in text.split(","))
    else:
        months = months_listed(text, "--dates")
    if list(months) != sorted(set(months)):
        raise SpecError(
            f"--dates must be months or dates, each once and in ascending order, such as 12,24; got {shorten(text)}"
        )
    return months


def _month(text: str, as_of: date) -> int:
    """Return the month whose end a date of `--dates` stands for."""
    from peacetalks.questions.when import mixed, read_when
    from peacetalks.scenario.dates import months_later

    try:
        when = read_when(text)
        day = when.checked(as_of)
    except ValueError as e:
        raise SpecError(f"--dates: {e}") from None
    month = max(1, round(sum(m * weight for m, weight in mixed(when, as_of))))
    end = months_later(as_of, month)
    if end != day:
        print(f"{day} lies between the ends of months; what is shown is {end}, month {month}.", file=sys.stderr)
    return month


def months_listed(text: str, option: str) -> tuple[int, ...]:
    """Return the months of an option; raise `SpecError` where they are not whole numbers from 1 to `MOST_MONTHS`.

    >>> months_listed("6,3", "--months")
    (6, 3)
    """
    months = tuple(int(p) for p in text.split(",") if p.strip().isdecimal() and len(p.strip()) <= 6)
    if len(months) < text.count(",") + 1 or min(months) < 1 or max(months) > MOST_MONTHS:
        raise SpecError(
            f"{option} must be months from 1 to {MOST_MONTHS}, joined by commas, such as 12,24; got {shorten(text)}"
        )
    return months

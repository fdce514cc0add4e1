"""Arguments and options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from peacetalks.errors import SpecError
from peacetalks.text_files import shorten

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
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BeliefPoints = Annotated[int, typer.Option(help="Belief-grid points per side.")]
Jobs = Annotated[int | None, typer.Option(help="Processes that solve; default: the CPUs that may be used, at most 8.")]
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


def check_date_has_conflict(conflict: str | None, as_of: str | None) -> None:
    """Raise `SpecError` for a date without the conflict that it is the date of."""
    if as_of is not None and conflict is None:
        raise SpecError("--as-of goes with --conflict; a scenario file has a date of its own (as_of)")


def output(suffixes: str):
    """Return the option of the file that a command writes, with the suffixes that it may have."""
    return typer.Option("-o", help=f"Write a {suffixes} file.")


def joined(months: tuple[int, ...]) -> str:
    """Return months as an option takes them.

    >>> joined((12, 24))
    '12,24'
    """
    return ",".join(map(str, months))


def ascending_months(text: str) -> tuple[int, ...]:
    """Return the months of the option `--dates`; raise `SpecError` where they are not ascending months.

    >>> ascending_months("12, 24")
    (12, 24)
    """
    months = months_listed(text, "--dates")
    if list(months) != sorted(set(months)):
        raise SpecError(f"--dates must be months >= 1 in ascending order, such as 12,24; got {shorten(text)}")
    return months


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

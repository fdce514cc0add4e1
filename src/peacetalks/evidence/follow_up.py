"""The follow-up of cases in time: days to the end and its cause, when an end was known, and what came after it.

Functions that take no table return polars expressions over a case table; `case_tables` defines `start`, `end`, `seen`
and `ending`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.case_tables import PROCESSES_TO, RECURRENCE_TO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Floats


def length_days() -> pl.Expr:
    """Days from the start of a case to its end; null where it has not ended."""
    return (pl.col("end") - pl.col("start")).dt.total_days()


def followed_days() -> pl.Expr:
    """Days from the start of a case to its end, or to the last day of follow-up where it has not ended."""
    return (pl.coalesce("end", "seen") - pl.col("start")).dt.total_days()


def last_day_of(year: str) -> pl.Expr:
    """31 December of the year in a column."""
    return pl.date(pl.col(year), 12, 31)


def end_known_on(end: pl.Expr | None = None) -> pl.Expr:
    """The day on which the end of an episode is known: low activity only after the next calendar year without it.

    `end` is the day on which any other end is known (default: the day of the end).
    """
    quiet = pl.date(pl.col("end").dt.year() + 1, 12, 31)
    other = pl.col("end") if end is None else end
    return pl.when(pl.col("ending") == "low_activity").then(quiet).otherwise(other)


def recurrence_followed_to(as_of: date | None) -> int:
    """Return the last calendar year of which it is known, at `as_of`, whether a conflict was active in it."""
    return min(RECURRENCE_TO, as_of.year - 1) if as_of else RECURRENCE_TO


def years_to_return() -> pl.Expr:
    """Calendar years from the end of an episode to the next year of activity; null where none followed."""
    return pl.col("resumed") - pl.col("end").dt.year()


def until_comprehensive(processes: pl.DataFrame, as_of: date | None = None) -> pl.DataFrame:
    """Return peace processes with the first comprehensive text as their end; the others are followed to `as_of`."""
    done = pl.col("comprehensive").is_not_null()
    last = min(as_of or PROCESSES_TO, PROCESSES_TO)
    return processes.with_columns(
        end="comprehensive", ending=pl.when(done).then(pl.lit("comprehensive")), seen=pl.when(~done).then(pl.lit(last))
    )


def days_and_causes(
    frame: pl.DataFrame, ends: Iterable[str], censor_others: bool = False
) -> tuple[Floats, NDArray[np.int32], pl.DataFrame]:
    """Return days [case], cause [case] and the cases of which the time of the end or of follow-up is known.

    The cause is 1 for an ending in `ends`, 2 for any other (0 with `censor_others`) and 0 for a case still going on.
    """
    other = 0 if censor_others else 2
    cause = pl.when(pl.col("end").is_null()).then(0).when(pl.col("ending").is_in(list(ends))).then(1).otherwise(other)
    known = frame.with_columns(_days=followed_days(), _cause=cause).filter(pl.col("_days") >= 0)
    return known["_days"].to_numpy().astype(float), known["_cause"].to_numpy(), known

"""The follow-up of cases in time: days to the end and its cause, when an end was known, and what came after it.

Functions that take no table return polars expressions over a case table; `case_tables` defines `start`, `end`, `seen`
and `ending`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.case_tables import PROCESSES_TO, RECURRENCE_TO
from peacetalks.evidence.dates import last_whole_year
from peacetalks.evidence.local_tables import covered_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Bools, Floats, Ints
    from peacetalks.evidence.survival import Incidence


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
    """Return the last calendar year of which it is known, at `as_of`, whether a conflict was active in it.

    >>> from datetime import date
    >>> recurrence_followed_to(date(1995, 12, 30)), recurrence_followed_to(date(1995, 12, 31))
    (1994, 1995)
    """
    last = covered_to("ucdp-acd", date(RECURRENCE_TO, 12, 31)).year
    return min(last, last_whole_year(as_of)) if as_of else last


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


class Followed(NamedTuple):
    """Cases of which the time of the end, or of follow-up, is known at least to lie in an interval."""

    days: Floats  # [case] to the end or the last day of follow-up; of an interval-censored end, to the latest possible
    cause: Ints  # [case] 1 the ending asked about, 2 any other, 0 still going on
    after: Floats  # [case] last day on which the case is known to have gone on; the day of the end itself if known
    cases: pl.DataFrame

    @property
    def exact(self) -> Bools:
        """Which cases [case] are not interval-censored."""
        return self.after == self.days

    def incidence(self, horizons: ArrayLike) -> Incidence:
        """Return the cumulative incidence of cause 1 (the first column) at some days.

        It is that of Aalen and Johansen, or with interval-censored cases of Turnbull (`interval_censored`), which needs
        that nothing else competes; raises `EvidenceError` if something does.
        """
        from peacetalks.evidence.interval_censored import turnbull  # estimators take time to load
        from peacetalks.evidence.survival import incidence

        if self.exact.all():
            return incidence(self.days, self.cause, horizons, causes=2)
        if (self.cause > 1).any():
            raise EvidenceError(
                "ends on an unknown day and ends that compete cannot be estimated together: ask about one ending of "
                "cases that can only end in that way."
            )
        return turnbull(self.after, np.where(self.cause == 1, self.days, np.inf), horizons)


def followed(frame: pl.DataFrame, ends: Iterable[str], censor_others: bool = False) -> Followed:
    """Return the times of cases, without those of which neither the end nor a last day of follow-up is known.

    The cause is 1 for an ending in `ends`, 2 for any other (0 with `censor_others`) and 0 for a case still going on. An
    end that is only known to have come by a day (`ended_by`) is interval-censored between the start and that day.
    """
    by = pl.col("ended_by") if "ended_by" in frame.columns else pl.lit(None, pl.Date)
    other = 0 if censor_others else 2
    ended = pl.coalesce("end", by).is_not_null()
    hit = pl.col("ending").is_in(list(ends)).fill_null(False)
    cause = pl.when(~ended).then(0).when(hit).then(1).otherwise(other)
    latest = (pl.coalesce("end", "seen", by) - pl.col("start")).dt.total_days()
    known = frame.with_columns(_days=latest, _cause=cause).filter(pl.col("_days") >= 0)
    after = pl.when(pl.coalesce("end", "seen").is_null()).then(0).otherwise("_days")
    days, last = (known.select(v=e.cast(pl.Float64))["v"].to_numpy() for e in (pl.col("_days"), after))
    return Followed(days, known["_cause"].cast(pl.Int64).to_numpy(), last, known.drop("_days", "_cause"))

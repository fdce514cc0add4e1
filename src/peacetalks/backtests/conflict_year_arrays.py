"""The conflict-years as arrays: what is asked each 31 December, what came true, and when that was known.

A row is an armed conflict that was active in a calendar year and had not ended by its 31 December, the day of the
forecast (`peacetalks.conflicts.conflict_years`).  The question is in which outcome class it stands 12 and 24 months
later.  At a day, the outcomes that were known by the end of that day may be used, and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.backtests.case_outcomes import ORDER
from peacetalks.evidence.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Bools, Floats, Ints

FAR = 10**6  # a day that never comes
NOT_KNOWN = "the outcome is not known: the horizon runs past the end of the data"


@dataclass(frozen=True)
class ConflictYears:
    """Conflict-years by day and episode; arrays [row], days are counted from 1 January 1970."""

    frame: pl.DataFrame

    @classmethod
    def of(cls, frame: pl.DataFrame) -> ConflictYears:
        """Return the rows of a table of conflict-years."""
        return cls(frame.sort("day", "episode"))

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.frame.height

    @cached_property
    def made(self) -> Ints:
        """Day of the forecast [row]."""
        return _days(self.frame["day"])

    @cached_property
    def cluster(self) -> NDArray:
        """State or states [row]."""
        return self.frame["cluster"].to_numpy().astype(str)

    @cached_property
    def dates(self) -> list[date]:
        """Day of the forecast of each row."""
        return self.frame["day"].to_list()

    def outcome(self, months: int) -> Ints:
        """Return the outcome class (number in `ORDER`, -1 not known) [row] so many months later."""
        numbers = {name: k for k, name in enumerate(ORDER)}
        return self.frame[f"out{months}"].replace_strict(numbers, default=-1, return_dtype=pl.Int64).to_numpy()

    def known(self, months: int) -> Ints:
        """Return the day on which that outcome was known [row]; `FAR` where it is not."""
        return np.where(self.outcome(months) >= 0, _days(self.frame[f"known{months}"]), FAR)

    def past(self, months: int, day: int) -> Bools:
        """Return the rows [row] whose outcome so many months later was known by the end of a day."""
        return self.known(months) <= day

    def episode_weight(self, months: int) -> Floats:
        """Return 1/(rows of the same episode with a known outcome) [row]; 0 where the outcome is not known."""
        there = self.outcome(months) >= 0
        place = np.unique(self.frame["episode"].to_numpy(), return_inverse=True)[1]
        count = np.bincount(place, there.astype(float))[place]
        return np.where(there, 1 / np.maximum(count, 1), 0.0)


def _days(column: pl.Series) -> Ints:
    return column.cast(pl.Date).cast(pl.Int32).fill_null(FAR).to_numpy().astype(np.int64)


def inputs(rows: ConflictYears) -> tuple[Floats, tuple[str, ...]]:
    """Return what was known of each conflict [row, input] and the names of the inputs; NaN where it is not recorded.

    They are the inputs of the mapping to scenarios and of the record's answer: kind, intensity, age, what is fought
    over, capability, deaths by population, talks, ceasefires, earlier episodes, and the calendar time of the forecast.
    """
    yes = pl.lit(1.0)
    both = pl.col("capability_a") + pl.col("capability_b")
    columns = {
        "interstate": pl.when(pl.col("kind") == "interstate").then(yes).otherwise(0.0),
        "internationalised": pl.when(pl.col("war_type") == "internationalised").then(yes).otherwise(0.0),
        "over territory": pl.when(pl.col("incompatibility") == "territory").then(yes).otherwise(0.0),
        "war this year": pl.when(pl.col("intensity") == "war").then(yes).otherwise(0.0),
        "war reached": pl.col("war").cast(pl.Float64),
        "age, logarithm": (pl.col("age") + 1 / DAYS_PER_YEAR).log(),
        "first years": (-pl.col("age") / 5).exp(),
        "earlier episodes": (pl.col("previous") + 1).log(),
        "major power": pl.col("major_power").cast(pl.Float64),
        "deaths by population, logarithm": ((pl.col("deaths") + 1) / pl.col("population")).log(),
        "capability of side A": pl.col("capability_a") / both,
        "talks": pl.col("talks").cast(pl.Float64),
        "ceasefires, logarithm": (pl.col("ceasefires") + 1).log(),
        "truce": pl.col("truce").cast(pl.Float64),
        "year": pl.col("year") / 10 - 199,
        "years after 1990": (pl.col("year") / 10 - 199).clip(0),
    }
    made = rows.frame.select(e.cast(pl.Float64).alias(name) for name, e in columns.items())
    table = made.fill_null(float("nan")).to_numpy().astype(float)
    return np.where(np.isfinite(table), table, np.nan), tuple(columns)

"""From the endings that the record codes to the labels and ends of the inside view, and what it cannot say.

===============  ======================================================================================
settlement       ended in a peace agreement, conflict not active again since
ceasefire        ended in a ceasefire, conflict not active again since
victory_1, _2    ended in the victory of side A (in civil wars the government) or B; map sides yourself
broken           ended in an agreement or ceasefire, and the same conflict was active again
talks, fighting  silent: the record does not say whether those who still fight also talk
wider_war        silent: the record does not code it as an end; so `more_conflict` is a lower bound
===============  ======================================================================================

The ends: peace = settlement + ceasefire; more_conflict = victories + broken; nowhere = the rest, which is still
fighting, low activity (fewer than 25 deaths a year, no settlement) and an actor that ceased to exist. Every label is
the state at a date, not a first passage. Labels and ends are those of `peacetalks.mechanisms.state`.

A return to fighting is known by its calendar year only and dated to 1 July, or the day after the end if later.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from peacetalks.evidence.casebook import RECURRENCE_TO
from peacetalks.evidence.survival import incidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

CAUSES = ("agreement", "ceasefire", "victory_a", "victory_b", "low_activity", "actor_ceases")
SILENT = {
    "talks": "the record does not say whether those who still fight also talk; with 'fighting' it is in 'nowhere'",
    "fighting": "as 'talks'; 'nowhere' also holds conflicts that fell below 25 deaths a year without a settlement",
    "wider_war": "the record does not code a wider war as an end: 'more_conflict' is a lower bound",
}
SPOKEN = {
    "settlement": "UCDP: ended in a peace agreement and not active again by the date",
    "ceasefire": "UCDP: ended in a ceasefire and not active again by the date",
    "victory_1": "UCDP: ended in the victory of side A (in civil wars the government); not the scenario's side 1",
    "victory_2": "UCDP: ended in the victory of side B; not the scenario's side 2",
    "broken": "UCDP: ended in an agreement or ceasefire and the same conflict active again by the date",
}
MONTH = 30.4375  # days; also the step of the convolution of endings with returns


def timed(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Add `t`, `k` (days and cause of the end) and `r`, `b` (days from end to return or last look, returned).

    Cases that ended in an unknown way, or whose end is not known at all, are left out.
    """
    last = date(min(RECURRENCE_TO, as_of.year - 1) if as_of else RECURRENCE_TO, 12, 31)
    back = pl.max_horizontal(pl.date(pl.col("resumed"), 7, 1), pl.col("end").dt.offset_by("1d"))
    cause = (
        pl.when(pl.col("end").is_null())
        .then(0)
        .otherwise(pl.col("ending").replace_strict({c: i + 1 for i, c in enumerate(CAUSES)}, default=None))
    )
    return frame.with_columns(
        t=(pl.coalesce("end", "seen") - pl.col("start")).dt.total_days(),
        k=cause,
        r=(pl.coalesce(back, pl.lit(last)) - pl.col("end")).dt.total_days(),
        b=pl.col("resumed").is_not_null().cast(pl.Int64),
    ).filter(pl.col("t") >= 0, pl.col("k").is_not_null())


def grid(months: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the days, a month apart, on which curves are needed: from 0 to the last month."""
    return MONTH * np.arange(max(months) + 1, dtype=np.float64)


class Times(NamedTuple):
    """Cases as vectors: days to the end or last look, its cause (0 none), days from end to return or last look, returned."""

    t: NDArray[np.float64]
    k: NDArray[np.int64]
    r: NDArray[np.float64]
    b: NDArray[np.int64]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Times:
        """Return the vectors of a frame of `timed`; days since the end are NaN for a case that has not ended."""
        t, r = (frame[c].cast(pl.Float64).fill_null(np.nan).to_numpy() for c in ("t", "r"))
        return cls(t, frame["k"].cast(pl.Int64).to_numpy(), r, frame["b"].to_numpy())

    def repeated(self, times: NDArray[np.int64]) -> Times:
        """Return each case as often as `times` says."""
        return Times(
            np.repeat(self.t, times), np.repeat(self.k, times), np.repeat(self.r, times), np.repeat(self.b, times)
        )

    def curve(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the cumulative incidence [day, cause] of the endings."""
        return incidence(self.t, self.k, days, len(CAUSES), spread=False).probability

    def returns(self, days: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Return, for agreements and for ceasefires, the chance [day] that fighting is back so long after.

        The last known chance holds beyond what was followed.
        """
        out = []
        for cause in (1, 2):
            seen = (self.k == cause) & (self.r >= 0)
            p = incidence(self.r[seen], self.b[seen], days, spread=False).probability[:, 0]
            out.append(np.maximum.accumulate(np.nan_to_num(p)))
        return out


def labels_at(
    curve: NDArray[np.float64], back: list[NDArray[np.float64]], months: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return [month, label + end] from the cumulative incidence `curve` [day of `grid`, cause].

    NaN where the record is silent, or where the curve is not known that far.
    """
    force = []
    for k in (0, 1):
        born = np.diff(curve[:, k], prepend=0.0)
        force.append(curve[:, k] - np.convolve(born, back[k])[: curve.shape[0]])
    settlement, ceasefire, first, second, settled = (
        v[list(months)] for v in (*force, curve[:, 2], curve[:, 3], curve[:, 0] + curve[:, 1])
    )
    broken = np.maximum(settled - settlement - ceasefire, 0.0)
    unknown = np.full(len(months), np.nan)
    peace, more = settlement + ceasefire, first + second + broken
    return np.column_stack(
        [settlement, ceasefire, unknown, unknown, first, second, unknown, broken, peace, 1 - peace - more, more]
    )

"""From the endings that the data set codes to the outcome labels and classes of the inside view.

===============  ======================================================================================
settlement       ended in a peace agreement, conflict not active again since
ceasefire        ended in a ceasefire, conflict not active again since
victory_1, _2    ended in the victory of side A (in civil wars the government) or B; the analyst maps these
                 to the sides of a scenario
broken           ended in an agreement or ceasefire, and the same conflict was active again
talks, fighting  not coded: whether parties that still fight also talk is not recorded
wider_war        not coded as an end; `more_conflict` is therefore a lower bound
===============  ======================================================================================

The outcome classes: peace = settlement + ceasefire; more_conflict = victories + broken; nowhere = the rest, which is
still fighting, low activity (fewer than 25 deaths a year, no settlement) and an actor that ceased to exist. Every label
is the state at a date, not a first passage. Labels and classes are those of `peacetalks.outcomes`.

Of a return to fighting only the calendar year is known (`endings.returned_on`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.endings import ENDINGS, SETTLED
from peacetalks.evidence.follow_up import followed_days, recurrence_followed_to
from peacetalks.evidence.survival import incidence

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Floats, Ints

NOT_CODED = {  # label -> why the data set cannot give it
    "talks": "whether parties that still fight also talk is not recorded; it is in still no settlement, as fighting is",
    "fighting": "as talks; still no settlement also holds conflicts with fewer than 25 deaths a year, not settled",
    "wider_war": "a wider war is not coded as an end: more conflict is a lower bound",
}
LABEL_DEFINITIONS = {  # label -> what it is in the data set
    "settlement": "UCDP: ended in a peace agreement and not active again by the date",
    "ceasefire": "UCDP: ended in a ceasefire and not active again by the date",
    "victory_1": "UCDP: ended in the victory of side A (in civil wars the government); not the scenario's side 1",
    "victory_2": "UCDP: ended in the victory of side B; not the scenario's side 2",
    "broken": "UCDP: ended in an agreement or ceasefire and the same conflict active again by the date",
}


def timed(frame: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Add the times of `Times` to episodes as they were known at a date, as the columns `t`, `k`, `r` and `b`.

    Cases that ended in an unknown way, or whose end is not known at all, are left out. `r` is the day of the return
    (`endings.returned_on`), and without one the last day followed; it is negative for an end after that day.
    """
    last = date(recurrence_followed_to(as_of), 12, 31)
    returned = pl.max_horizontal(pl.date(pl.col("resumed"), 7, 1), pl.col("end").dt.offset_by("1d"))
    back = pl.when(pl.col("resumed").is_not_null()).then(returned)  # else followed to the last day
    cause = (
        pl.when(pl.col("end").is_null())
        .then(0)
        .otherwise(pl.col("ending").replace_strict({c: i + 1 for i, c in enumerate(ENDINGS)}, default=None))
    )
    return frame.with_columns(
        t=followed_days(),
        k=cause,
        r=(pl.coalesce(back, pl.lit(last)) - pl.col("end")).dt.total_days(),
        b=pl.col("resumed").is_not_null().cast(pl.Int64),
    ).filter(pl.col("t") >= 0, pl.col("k").is_not_null())


def grid(months: tuple[int, ...]) -> Floats:
    """Return the days on which curves are evaluated: a month apart, from 0 to the last month."""
    return DAYS_PER_MONTH * np.arange(max(months) + 1, dtype=np.float64)


class Times(NamedTuple):
    """The times of cases as vectors."""

    t: Floats  # [case] days from where the clock starts to the end, or to the last day of follow-up
    k: Ints  # [case] number of the ending in `ENDINGS` from 1; 0 for a case still going on
    r: Floats  # [case] days from the end to the return or to the last day of follow-up; NaN without an end
    b: Ints  # [case] 1 if fighting returned

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Times:
        """Return the vectors of a frame of `timed`."""
        t, r = (frame[c].cast(pl.Float64).fill_null(np.nan).to_numpy() for c in ("t", "r"))
        return cls(t, frame["k"].cast(pl.Int64).to_numpy(), r, frame["b"].to_numpy())

    def repeated(self, times: Ints) -> Times:
        """Return each case repeated `times` [case] times."""
        return Times(
            np.repeat(self.t, times), np.repeat(self.k, times), np.repeat(self.r, times), np.repeat(self.b, times)
        )

    def curve(self, days: Floats) -> Floats:
        """Return the cumulative incidence [day, cause] of the endings."""
        return incidence(self.t, self.k, days, len(ENDINGS), spread=False).probability

    def returns(self, days: Floats) -> list[Floats]:
        """Return, for agreements and for ceasefires, the chance [day] that fighting is back so long after.

        Beyond what was followed the last known chance is carried forward.
        """
        out = []
        for cause in range(1, len(SETTLED) + 1):
            ended = (self.k == cause) & (self.r >= 0)
            p = incidence(self.r[ended], self.b[ended], days, spread=False).probability[:, 0]
            out.append(np.maximum.accumulate(np.nan_to_num(p)))
        return out


def labels_at(curve: Floats, back: list[Floats], months: tuple[int, ...]) -> Floats:
    """Return [month, label + class] from cumulative incidence `curve` [day of `grid`, cause] and returns `back` [day].

    What is in force at a date is what was concluded by then, less the convolution of new endings with returns. NaN for
    labels that are not coded, and where the curve is not known that far.
    """
    force = []
    for k in range(len(SETTLED)):
        new = np.diff(curve[:, k], prepend=0.0)
        force.append(curve[:, k] - np.convolve(new, back[k])[: curve.shape[0]])
    settlement, ceasefire, first, second, settled = (
        v[list(months)] for v in (*force, curve[:, 2], curve[:, 3], curve[:, 0] + curve[:, 1])
    )
    broken = np.maximum(settled - settlement - ceasefire, 0.0)
    unknown = np.full(len(months), np.nan)
    peace, more = settlement + ceasefire, first + second + broken
    return np.column_stack(
        [settlement, ceasefire, unknown, unknown, first, second, unknown, broken, peace, 1 - peace - more, more]
    )

"""What the historical record answers about conflicts at past dates, with what was known on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.conflicts.conflict_years import conflict_of_year
from peacetalks.evidence.question import answers
from peacetalks.evidence.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from peacetalks.backtests.conflict_year_arrays import ConflictYears
    from peacetalks.conflicts.conflict import Conflict
    from peacetalks.evidence.arrays import Floats

DRAWS = 1  # no interval is needed


def situation_of(conflict: Conflict, as_of: date) -> Situation:
    """Return a conflict that is fought as the record is asked about it, with what was known at the end of a day."""
    return Situation(
        kind=conflict.kind,
        state="fighting",
        as_of=as_of,
        start=conflict.start,
        intensity="war" if conflict.war else "minor",
        incompatibility=conflict.incompatibility,
        internationalised=conflict.war_type == "internationalised",
        major_power=conflict.major_power,
        previous=conflict.previous,
        ceasefires=conflict.ceasefires,
    )


def situation_of_year(row: dict) -> Situation:
    """Return the situation of a row of the conflict-years.

    A truce that is recorded as in force that day is asked about as fighting: the outcome is that of the episode, which
    such a truce does not end.
    """
    return situation_of(conflict_of_year(row), row["day"])


def record(situation: Situation) -> Floats:
    """Return the record's answer [month of `MONTHS`, class of `ORDER`]; NaN where it has none."""
    first = answers(situation, MONTHS, DRAWS, beside=False)[0]
    return np.full((len(MONTHS), len(ORDER)), np.nan) if first.ends is None else np.asarray(first.ends, float)


def record_of_years(rows: ConflictYears, progress: Callable[[int, int], None] | None = None) -> dict[int, Floats]:
    """Return the record's answer on each conflict-year by horizon [row, class], NaN where it has none.

    `progress` is called with the number of rows done and of all rows.
    """
    out = np.full((rows.n, len(MONTHS), len(ORDER)), np.nan)
    for i, row in enumerate(rows.frame.iter_rows(named=True)):
        out[i] = record(situation_of_year(row))
        if progress:
            progress(i + 1, rows.n)
    return {m: out[:, k] for k, m in enumerate(MONTHS)}

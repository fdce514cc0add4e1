"""Cases cut into pieces of time: at 1 January of each year, and at some ages.

A piece belongs to one calendar year and one range of ages, so that what is known on 1 January (whether 1,000 deaths had
been reached, the era) and the age may enter as covariates. An end on the first day counts half a day of exposure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.evidence.dates import DAYS_PER_MONTH, DAYS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.arrays import Floats, Ints

MONTH = float(np.log(1 / 12))  # logarithm of the age of a month, in years
CUTS = (1.0, 3.0, 7.0, 15.0, 30.0, 60.0, 91.0, 183.0, 365.0)  # ages in days at which young cases are cut
HALF_DAY = 0.5
ERA = 5  # years of an era, counted back from the date of the forecast
LAST_ERAS = 8  # eras that are distinguished; all before are one


@dataclass(frozen=True)
class Cut:
    """Pieces of cases; all arrays [piece]."""

    case: Ints  # number of the case
    year: Ints  # calendar year
    days: Floats  # length
    age: Floats  # age of the case at the middle of the piece, in days
    last: Ints  # 1 for the last piece of a case


def cut(start: Sequence[date], days: Floats, after: Floats | None = None) -> Cut:
    """Return the pieces of cases.

    Parameters
    ----------
    start
        First day of each case.
    days : ndarray, shape (case,)
        Days from the start to the end, or to the last day of follow-up.
    after : ndarray, shape (case,), optional
        Days from the start before which a case is not at risk (left truncation); default 0.

    Examples
    --------
    >>> c = cut([date(1990, 12, 30)], np.array([6.0]))
    >>> c.year.tolist(), c.days.tolist()
    ([1990, 1990, 1991, 1991], [1.0, 1.0, 1.0, 3.5])
    """
    first = np.zeros(len(start)) if after is None else after
    rows: list[tuple[int, int, float, float, int]] = []
    for i, (day, begin, length) in enumerate(zip(start, first, days, strict=True)):
        whole = float(length) + HALF_DAY
        if whole <= begin:
            continue
        years = range(day.year, day.year + int((day.timetuple().tm_yday + whole) / 365) + 2)
        new = [float((date(y, 1, 1) - day).days) for y in years[1:]]
        edges = np.array(sorted({float(begin), whole, *(c for c in (*CUTS, *new) if begin < c < whole)}))
        for low, high in pairwise(edges.tolist()):
            y = day.year + sum(1 for n in new if n <= low)
            rows.append((i, y, high - low, (low + high) / 2, int(high == whole)))
    table = np.array(rows, float).reshape(-1, 5).T
    return Cut(table[0].astype(np.int64), table[1].astype(np.int64), table[2], table[3], table[4].astype(np.int64))


def middles(months: int, since: float = 0.0) -> Floats:
    """Return the age in days in the middle of each of so many months that follow `since` days [month].

    >>> middles(2).tolist()
    [15.21875, 45.65625]
    """
    return since + DAYS_PER_MONTH * (np.arange(months, dtype=np.float64) + 0.5)


def log_age(days: Floats) -> Floats:
    """Return the logarithm of an age in years, with a day added so that the first day is finite."""
    return np.log((np.asarray(days, float) + 1.0) / DAYS_PER_YEAR)


def log_ages(days: Floats) -> Floats:
    """Return what gives the logarithm of the age other slopes in the first year and the first month [piece, 3].

    The columns are the logarithm, its part below that of a year, and its part below that of a month.
    """
    a = log_age(days)
    return np.column_stack([a, np.minimum(a, 0.0), np.minimum(a - MONTH, 0.0)])


def eras(year: Ints, today: date) -> Floats:
    """Return, for each year, 1 in the columns of all eras that it precedes [year, era]; zeros in the present era.

    The coefficient of a column is the step from one era (of five years) to the one before it, so that normal priors on
    the coefficients make the level a random walk through time, and the forecast takes the level of the last era.

    >>> eras(np.array([1999, 1994, 1980]), date(2000, 1, 1))[:, :4].tolist()
    [[0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]
    """
    back = (today.year - 1 - np.asarray(year)) // ERA
    return (back[:, None] >= np.arange(1, LAST_ERAS + 1)[None]).astype(float)

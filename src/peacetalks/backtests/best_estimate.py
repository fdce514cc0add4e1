"""The best estimate of conflict-years and cases by walk-forward, and the weight that is shipped.

One weight is fitted to everything that was known at a day: conflict-years at both horizons and cases of the case book.
The two horizons of a row count a half each.  No row contributes to its own weight, because its outcome becomes known
only after it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests import year_tables
from peacetalks.backtests.case_book import case_book
from peacetalks.backtests.case_outcomes import MONTHS
from peacetalks.backtests.conflict_year_arrays import ConflictYears
from peacetalks.backtests.conflict_year_views import forecast
from peacetalks.backtests.occasions import day_number, day_of
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.evidence.anchor import walk, weights_csv

if TYPE_CHECKING:
    from peacetalks.backtests.case_book import CaseBook
    from peacetalks.backtests.conflict_year_views import YearViews
    from peacetalks.evidence.anchor import Weight
    from peacetalks.evidence.arrays import Bools, Floats, Ints

SHARE = 0.5  # of a case that a row stands for: its two horizons count as one


@dataclass(frozen=True)
class Past:
    """Forecasts of record and model with what came true; arrays [row], days are counted from 1 January 1970."""

    record: Floats  # [row, class]
    model: Floats  # [row, class]
    typical: Floats  # [row, class]
    outcome: Ints  # -1 not known
    made: Ints
    known: Ints

    @property
    def whole(self) -> Bools:
        """Rows in which record and model both have a forecast."""
        return np.asarray(np.isfinite(self.record + self.model + self.typical).all(axis=1))

    def choose(self, keep: Bools) -> Past:
        """Return the rows for which `keep` holds."""
        return replace(self, **{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    def walk(self) -> tuple[Floats, list[Weight]]:
        """Return the best estimate [row, class] and its weight [row], by walk-forward (`evidence.anchor.walk`)."""
        counts = np.full(self.outcome.size, SHARE)
        return walk(self.record, self.model, self.typical, self.outcome, self.made, self.known, counts)


def of_years(views: YearViews) -> Past:
    """Return the forecasts of the conflict-years at a horizon."""
    rows, months = views.rows, views.months
    return Past(
        views.views["record"],
        views.views["model"],
        views.typical,
        rows.outcome(months),
        rows.made + 1,  # what is known by the end of the day itself may be used
        rows.known(months),
    )


def of_cases(book: CaseBook) -> Past:
    """Return the forecasts of the case book."""
    known = np.array([day_number(d) for d in book.known_on])
    return Past(book.views["record"], book.views["model"], book.typical, book.outcome, book.made, known)


def of_all(years: tuple[YearViews, ...], book: CaseBook) -> Past:
    """Return the forecasts of the conflict-years at each horizon, then those of the case book."""
    past = [*(of_years(v) for v in years), of_cases(book)]
    return Past(*(np.concatenate([getattr(p, f.name) for p in past]) for f in fields(Past)))


def placed(p: Floats, rows: Bools) -> Floats:
    """Return forecasts [row, class] of the rows for which `rows` holds among all rows, NaN in the others.

    >>> placed(np.array([[0.5, 0.5]]), np.array([False, True])).tolist()
    [[nan, nan], [0.5, 0.5]]
    """
    out = np.full((rows.size, p.shape[1]), np.nan)
    out[rows] = p
    return out


def from_tables() -> tuple[tuple[YearViews, ...], CaseBook]:
    """Return the conflict-years at each horizon and the case book with their best estimates, from committed tables."""
    frame = conflict_years()
    rows = ConflictYears.of(frame)
    given = year_tables.read(rows)
    return with_best(tuple(forecast(rows, m, *given[m]) for m in MONTHS), case_book(frame))


def with_best(years: tuple[YearViews, ...], book: CaseBook) -> tuple[tuple[YearViews, ...], CaseBook]:
    """Return the conflict-years and the case book with their best estimates and weights."""
    blocks = (*years, book)
    past = of_all(years, book)
    whole = past.whole
    best, found = past.choose(whole).walk()
    estimates = placed(best, whole)
    weights: list[Weight | None] = [None] * whole.size
    for i, w in zip(np.flatnonzero(whole), found, strict=True):
        weights[int(i)] = w
    out, start = [], 0
    for block in blocks:
        here = slice(start, start := start + block.reason.size)
        out.append(replace(block, views=block.views | {"best": estimates[here]}, weights=weights[here]))
    return tuple(out[:-1]), out[-1]


def shipped_csv(years: tuple[YearViews, ...], book: CaseBook) -> str:
    """Return the table of the weight by the day from which it was known (`anchor.csv`)."""
    past = of_all(years, book)
    used = past.choose(past.whole & (past.outcome >= 0))
    days = [day_of(d) for d in used.known]
    return weights_csv(used.record, used.model, used.typical, used.outcome, days, np.full(len(days), SHARE))

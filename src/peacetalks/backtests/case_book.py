"""The case book: every view of the outcome classes of historical negotiations, 12 and 24 months after talks began.

The inside view is read from its committed table; everything else is computed on the spot.

===============  =================================================================================================
`climatology`    `evidence.outside_forecast` of all earlier episodes, as of the day before the talks
`earlier cases`  frequency of the outcome classes in earlier cases of this book, plus half a case each
`no change`      persistence forecast: certain that the war goes on
`inside`         the game of the fixed mapping, solved (`inside`)
`outside`        `evidence.outside_forecast` of the reference class (`reference_classes`)
`pooled`         `pool.walk` of inside and outside, fitted to earlier cases of this book whose outcome was known
===============  =================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import MONTHS, ORDER, outcome, outcome_known_on
from peacetalks.backtests.inside import inside_table
from peacetalks.backtests.mapping import Size
from peacetalks.backtests.negotiations import Negotiation, negotiations
from peacetalks.backtests.occasions import day_number
from peacetalks.backtests.reference_classes import LEAST, climatology, outside
from peacetalks.backtests.views import STATUS_QUO
from peacetalks.evidence.pool import JUDGEMENT, Fit, walk
from peacetalks.evidence.shrink import add_half

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Bools, Floats, Ints


VIEWS = ("climatology", "earlier cases", STATUS_QUO, "inside", "outside", "pooled")
NOT_SOLVED = "the game was not solved within tolerance"
NO_CLASS = f"no reference class of {LEAST} episodes was known, or none followed so long"


@dataclass(frozen=True)
class CaseBook:
    """Every case at every horizon; arrays [row], rows are cases by date, each at 12 and 24 months."""

    cases: tuple[Negotiation, ...]  # [row]
    months: Ints  # [row]
    outcome: Ints  # [row] number in `ORDER`
    views: dict[str, Floats]  # view -> [row, class]; NaN where it is not estimable
    reference_class: tuple[str, ...]  # [row] class of the outside view
    fits: list[Fit | None]  # [row] pool in use
    reason: NDArray[np.str_]  # [row] why it is not scored, else ""
    size: Size

    @property
    def scored(self) -> Bools:
        """Rows in which every view has a forecast."""
        return self.reason == ""

    @property
    def known_on(self) -> list[date]:
        """The day on which the outcome of each row was known."""
        return [outcome_known_on(c, int(m)) for c, m in zip(self.cases, self.months, strict=True)]


def case_book(inside: dict[int, Floats] | None = None, size: Size | None = None) -> CaseBook:
    """Return the case book with every view.

    `inside` are the inside views [month, class] by case id, solved at `size`; default the committed table.
    """
    given, stored, _ = inside_table() if inside is None else (inside, size or Size(), {})
    book = negotiations()
    cases = tuple(c for c in book for _ in MONTHS)
    months = np.tile(MONTHS, len(book))
    record = [outside(c) for c in book]
    came = np.array([outcome(c, m) for c, m in zip(cases, months.tolist(), strict=True)])
    made = np.array([day_number(c.talks) for c in cases])
    known = np.array([day_number(outcome_known_on(c, int(m))) for c, m in zip(cases, months, strict=True)])
    views = {
        "climatology": np.concatenate([climatology(c) for c in book]),
        STATUS_QUO: np.tile(np.eye(len(ORDER))[ORDER.index("nowhere")], (len(cases), 1)),
        "inside": np.concatenate([given[c.id] for c in book]),
        "outside": np.concatenate([v for v, _ in record]),
        "earlier cases": np.array(
            [_frequency(came[(known < d) & (months == m)]) for d, m in zip(made, months, strict=True)]
        ),
    }
    solved, classed, placed = (np.isfinite(views[v]).all(axis=1) for v in ("inside", "outside", "climatology"))
    whole = solved & classed & placed
    views["pooled"], fits = _pooled(views, came, made, known, whole)
    reason = np.where(whole, "", np.where(solved, NO_CLASS, NOT_SOLVED))
    return CaseBook(cases, months, came, views, tuple(w for _, w in record for _ in MONTHS), fits, reason, stored)


def _frequency(came: Ints) -> Floats:
    return add_half(np.bincount(came, minlength=len(ORDER)))


def _pooled(
    views: dict[str, Floats],
    came: Ints,
    made: Ints,
    known: Ints,
    whole: Bools,
) -> tuple[Floats, list[Fit | None]]:
    """Return the pooled view [row, class] of the rows that are `whole`, and the pool in use; NaN and None elsewhere."""
    pooled = np.full((came.size, len(ORDER)), np.nan)
    fits: list[Fit | None] = [None] * came.size
    inside, outside_, y, start, end = (a[whole] for a in (views["inside"], views["outside"], came, made, known))
    pooled[whole], found = walk(inside, outside_, y, start, end, np.full(y.size, 1 / len(MONTHS)), JUDGEMENT)
    for i, f in zip(np.flatnonzero(whole), found, strict=True):
        fits[i] = f
    return pooled, fits

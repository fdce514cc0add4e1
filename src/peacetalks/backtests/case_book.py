"""The case book: every view of the outcome classes of historical negotiations, 12 and 24 months after talks began.

=====================  ===========================================================================================
`climatology`          `evidence.outside_forecast` of all earlier episodes, as of the day before the talks
`earlier cases`        frequency of the outcome classes in earlier cases of this book, plus half a case each
`no change`            persistence forecast: certain that the war goes on
`record`               the historical record asked about the case (`evidence.question`), as of the day before the talks
`model uncalibrated`   the game of the mapping with every parameter at its prior (`inside`)
`model`                the same with the parameters as they were calibrated on what was known
`best`                 the best estimate: the record, adjusted by the model's departure from the typical case
                       (`evidence.anchor`); the weight is fitted to earlier conflict-years and cases (`best_estimate`)
=====================  ===========================================================================================

The model's forecasts are read from a committed table; everything else is computed on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_conflicts import conflict_of
from peacetalks.backtests.case_outcomes import MONTHS, ORDER, outcome, outcome_known_on
from peacetalks.backtests.inside import Inside, inside_table
from peacetalks.backtests.negotiations import Negotiation, negotiations
from peacetalks.backtests.occasions import day_number
from peacetalks.backtests.record_answers import record, situation_of
from peacetalks.backtests.views import STATUS_QUO
from peacetalks.errors import EvidenceError
from peacetalks.evidence.outside import outside_forecast
from peacetalks.evidence.shrink import add_half

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    from peacetalks.conflicts.mapping import Size
    from peacetalks.evidence.anchor import Weight
    from peacetalks.evidence.arrays import Bools, Floats, Ints

UNCALIBRATED = "model uncalibrated"
VIEWS = ("climatology", "earlier cases", STATUS_QUO, "record", UNCALIBRATED, "model", "best")
SAME = 1e-9  # difference of probabilities below which two forecasts are the same
NOT_SOLVED = "the game was not solved within tolerance"
LEAST = 10  # earlier episodes that must be known
NO_RECORD = f"fewer than {LEAST} earlier episodes were known, or the record has no answer"


@dataclass(frozen=True)
class CaseBook:
    """Every case at every horizon; arrays [row], rows are cases by date, each at 12 and 24 months."""

    cases: tuple[Negotiation, ...]  # [row]
    months: Ints  # [row]
    outcome: Ints  # [row] number in `ORDER`
    views: dict[str, Floats]  # view -> [row, class]; NaN where it is not estimable
    typical: Floats  # [row, class] the model's forecast in the typical case of the class
    weights: list[Weight | None]  # [row] weight of the best estimate
    reason: NDArray[np.str_]  # [row] why it is not scored, else ""
    size: Size

    @property
    def scored(self) -> Bools:
        """Rows in which every view has a forecast."""
        return self.reason == ""

    @property
    def at_prior(self) -> Bools:
        """Rows before the first calibration, in which the calibrated model is the one at its prior."""
        return same_forecasts(self.views["model"], self.views[UNCALIBRATED])

    @property
    def made(self) -> Ints:
        """Day of the forecast of each row, counted from 1 January 1970."""
        return np.array([day_number(c.talks) for c in self.cases])

    @property
    def known_on(self) -> list[date]:
        """The day on which the outcome of each row was known."""
        return [outcome_known_on(c, int(m)) for c, m in zip(self.cases, self.months, strict=True)]


def same_forecasts(p: Floats, q: Floats) -> Bools:
    """Return the rows in which two forecasts [row, class] are the same but for rounding.

    >>> same_forecasts(np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[0.5, 0.5], [0.3, 0.7]])).tolist()
    [True, False]
    """
    return np.asarray((np.abs(p - q) < SAME).all(axis=1))


def case_book(years: pl.DataFrame, inside: tuple[Inside, Size] | None = None) -> CaseBook:
    """Return the case book with every view but the best estimate, which `best_estimate` adds.

    Parameters
    ----------
    years
        The conflict-years.
    inside
        The model's forecasts by case and version, and the size of the games; default the committed table.
    """
    stored, size = inside_table()[:2] if inside is None else inside
    given = {k: p / p.sum(axis=1, keepdims=True) for k, p in stored.items()}
    book = negotiations()
    cases = tuple(c for c in book for _ in MONTHS)
    months = np.tile(MONTHS, len(book))
    came = np.array([outcome(c, m) for c, m in zip(cases, months.tolist(), strict=True)])
    made = np.array([day_number(c.talks) for c in cases])
    known = np.array([day_number(outcome_known_on(c, int(m))) for c, m in zip(cases, months, strict=True)])
    conflicts = [conflict_of(c, years) for c in book]
    views = {
        "climatology": np.concatenate([climatology(c) for c in book]),
        "earlier cases": np.array(
            [_frequency(came[(known < d) & (months == m)]) for d, m in zip(made, months, strict=True)]
        ),
        STATUS_QUO: np.tile(np.eye(len(ORDER))[ORDER.index("nowhere")], (len(cases), 1)),
        "record": np.concatenate([record(situation_of(c, c.as_of - timedelta(1))) for c in conflicts]),
        UNCALIBRATED: np.concatenate([given[c.id, "uncalibrated"] for c in book]),
        "model": np.concatenate([given[c.id, "calibrated"] for c in book]),
        "best": np.full((len(cases), len(ORDER)), np.nan),
    }
    typical = np.concatenate([given[c.id, "typical"] for c in book])
    solved = np.isfinite(views["model"] + views[UNCALIBRATED] + typical).all(axis=1)
    placed = np.isfinite(views["record"] + views["climatology"]).all(axis=1)
    reason = np.where(solved & placed, "", np.where(solved, NO_RECORD, NOT_SOLVED))
    return CaseBook(cases, months, came, views, typical, [None] * len(cases), reason, size)


def climatology(case: Negotiation) -> Floats:
    """Return what became of all earlier episodes [month, class], as of the day before the talks."""
    return _became(case.talks - timedelta(1))


@cache
def _became(as_of: date) -> Floats:
    nothing = np.full((len(MONTHS), len(ORDER)), np.nan)
    try:
        found = outside_forecast(None, MONTHS, as_of, draws=1)
    except EvidenceError:
        return nothing
    p = np.clip(found.end_probability, 0.0, 1.0)
    return p / p.sum(axis=1, keepdims=True) if found.n >= LEAST else nothing


def _frequency(came: Ints) -> Floats:
    return add_half(np.bincount(came, minlength=len(ORDER)))

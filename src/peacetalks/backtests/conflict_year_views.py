r"""The views of the conflict-years, each by walk-forward: at a day, only outcomes that were known by its end.

=====================  ================================================================================================
`climatology`          frequency of each outcome class in all conflict-years with a known outcome, plus half a case each
                       (Krichevsky-Trofimov): the reference
`no change`            persistence forecast: certain that the conflict goes on
`ridge`                a ridge multinomial logit on the same inputs without a game (`rival`)
`record`               the historical record asked about the conflict (`evidence.question`)
`model uncalibrated`   the game of the mapping with every parameter at its prior
`model`                the same with the parameters as they were calibrated on what was known
`best`                 the best estimate: the record, adjusted by the model's departure from the typical case
                       (`evidence.anchor`), with the weight fitted to earlier rows and cases (`best_estimate`)
=====================  ================================================================================================

Every row counts once.  To count each episode once, with the weight 1/(rows of the episode), would make the scores
improper: how many rows an episode has depends on when it ends, so the weight depends on the outcome, and a forecast
that overstates endings would win.  That count is reported beside the other and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_book import UNCALIBRATED, same_forecasts
from peacetalks.backtests.case_outcomes import ORDER
from peacetalks.backtests.conflict_year_arrays import NOT_KNOWN
from peacetalks.backtests.rival import LEAST
from peacetalks.backtests.views import STATUS_QUO
from peacetalks.evidence.shrink import add_half

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peacetalks.backtests.conflict_year_arrays import ConflictYears
    from peacetalks.evidence.anchor import Weight
    from peacetalks.evidence.arrays import Bools, Floats

RIVAL = "ridge"
VIEWS = ("climatology", STATUS_QUO, RIVAL, "record", UNCALIBRATED, "model", "best")
EARLY = f"fewer than {LEAST} earlier outcomes were known"
NO_RECORD = "the record gives no answer"
NO_MODEL = "the model gives no forecast"
AT_PRIOR = "the calibration had not begun: the calibrated model is the one at its prior"


@dataclass(frozen=True)
class Given:
    """The forecasts of a horizon that are read from committed tables [row, class]; NaN where there is none."""

    record: Floats
    uncalibrated: Floats
    model: Floats
    typical: Floats  # of the model, in the typical case of the conflict's class


@dataclass(frozen=True)
class YearViews:
    """Every view of the conflict-years at one horizon."""

    rows: ConflictYears
    months: int
    views: dict[str, Floats]  # view -> [row, class]
    typical: Floats  # [row, class] of the model, in the typical case
    weights: list[Weight | None]  # [row] weight of the best estimate
    reason: NDArray[np.str_]  # [row] why it is not scored, else ""

    @property
    def scored(self) -> Bools:
        """Rows in which every view has a forecast of its own and the outcome is known."""
        return self.reason == ""

    @property
    def scored_or_at_prior(self) -> Bools:
        """The same with the rows before the first calibration, in which the model is at its prior."""
        return self.scored | (self.reason == AT_PRIOR)


def climatology(rows: ConflictYears, months: int) -> Floats:
    """Return the frequency of each class [row, class] in the conflict-years whose outcome was known; NaN with none."""
    y = rows.outcome(months)
    out = np.full((rows.n, len(ORDER)), np.nan)
    for day in np.unique(rows.made):
        past = rows.past(months, int(day))
        if past.any():
            out[rows.made == day] = add_half(np.bincount(y[past], minlength=len(ORDER)))
    return out


def forecast(rows: ConflictYears, months: int, given: Given, ridge: Floats) -> YearViews:
    """Return every view at a horizon but the best estimate, which `best_estimate` adds.

    Parameters
    ----------
    rows
        The conflict-years.
    months
        The horizon.
    given
        The forecasts of record and model.
    ridge : ndarray, shape (row, class)
        Those of the rival.
    """
    y = rows.outcome(months)
    views = {
        "climatology": climatology(rows, months),
        STATUS_QUO: np.tile(np.eye(len(ORDER))[ORDER.index("nowhere")], (rows.n, 1)),
        RIVAL: ridge,
        "record": given.record,
        UNCALIBRATED: given.uncalibrated,
        "model": given.model,
        "best": np.full((rows.n, len(ORDER)), np.nan),
    }
    early, record, model = (
        ~np.isfinite(p).all(axis=1) for p in (ridge, given.record, given.model + given.uncalibrated + given.typical)
    )
    at_prior = same_forecasts(given.model, given.uncalibrated)
    why = {NOT_KNOWN: y < 0, EARLY: early, NO_RECORD: record, NO_MODEL: model, AT_PRIOR: at_prior}
    reason = np.select(list(why.values()), list(why), "")
    return YearViews(rows, months, views, given.typical, [None] * rows.n, reason)

"""The outside view of the cases of the case book: their reference classes, and what became of episodes in them.

A class is made of the kind of war, the war level and the age reached in whole years.  A condition is dropped from the
right until the class holds `LEAST` cases.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.errors import EvidenceError
from peacetalks.evidence.outside import outside_forecast

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.backtests.negotiations import Negotiation
    from peacetalks.evidence.arrays import Floats


LEAST = 10  # cases in a reference class


def classes(case: Negotiation) -> list[str]:
    """Return the reference classes of a case, the narrowest first."""
    parts = ["war_type=interstate" if case.kind == "interstate" else "war_type!=interstate", "intensity=war"]
    years = int(case.age)
    whole = [*parts, f"reached={years}y"] if years else parts
    return [", ".join(whole[:k]) for k in range(len(whole), 0, -1)]


def outside(case: Negotiation) -> tuple[Floats, str]:
    """Return the outside view [month, class] as of the day before the talks, and its reference class.

    Without a reference class that is large enough the view is NaN and the class "".
    """
    for where in classes(case):
        view, n = _became(where, case.talks - timedelta(1))
        if n >= LEAST and np.isfinite(view).all():
            return view, where
    return _unknown(), ""


def climatology(case: Negotiation) -> Floats:
    """Return what became of all earlier episodes [month, class], as of the day before the talks."""
    return _became(None, case.talks - timedelta(1))[0]


@cache
def _became(where: str | None, as_of: date) -> tuple[Floats, int]:
    """Return the outside view [month, class] in a reference class, and the number of its cases."""
    try:
        f = outside_forecast(where, MONTHS, as_of, draws=1)
    except EvidenceError:
        return _unknown(), 0
    p = np.clip(f.end_probability, 0.0, 1.0)
    return p / p.sum(axis=1, keepdims=True), f.n


def _unknown() -> Floats:
    return np.full((len(MONTHS), len(ORDER)), np.nan)

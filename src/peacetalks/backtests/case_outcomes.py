"""What became of the cases of the case book 12 and 24 months after talks began, and when that was known.

The rule is that of the conflict-years, `evidence.endings.outcome_by`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.conflict_year_rows import MONTHS
from peacetalks.evidence.dates import months_later
from peacetalks.evidence.endings import outcome_by
from peacetalks.evidence.endings import outcome_known_on as known_on
from peacetalks.evidence.tables import read_cases
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.backtests.negotiations import Negotiation

ORDER = tuple(ENDS)  # of the outcome classes in every array of this room


def outcome(case: Negotiation, months: int) -> int:
    """Return the outcome class (number in `ORDER`) of a case so many months after its talks began."""
    row = read_cases("episodes").row(by_predicate=pl.col("id") == case.id, named=True)
    return ORDER.index(outcome_by(months_later(case.talks, months), row["end"], row["ending"], row["resumed"]))


def outcome_known_on(case: Negotiation, months: int) -> date:
    """Return the day on which that outcome was known: returns and low activity need a calendar year more."""
    return known_on(case.talks, months)


__all__ = ["MONTHS", "ORDER", "outcome", "outcome_known_on"]

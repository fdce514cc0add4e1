"""How conflict episodes end in the data, and which outcome class each ending belongs to.

The endings are those of the UCDP Conflict Termination Dataset: a peace agreement, a ceasefire, the victory of side A
(in civil wars the government) or of side B, low activity (fewer than 25 battle deaths a year, without a settlement)
and an actor that ceased to exist.
"""

from __future__ import annotations

from datetime import date, timedelta

SETTLED = ("agreement", "ceasefire")
VICTORY = ("victory_a", "victory_b")
FADED = ("low_activity", "actor_ceases")
ENDINGS = (*SETTLED, *VICTORY, *FADED)  # in this order they are the causes 1 to 6 of the competing-risk models


def returned_on(end: date, resumed: int | None) -> date | None:
    """Return the day that stands for a return to fighting after `end`, of which only the year is known.

    It is 1 July of the year `resumed`, or the day after the end if that is later; None without a return.

    >>> returned_on(date(1995, 3, 1), 1996)
    datetime.date(1996, 7, 1)
    """
    return None if resumed is None else max(date(resumed, 7, 1), end + timedelta(1))


def outcome_class(ending: str | None, returned: bool) -> str:
    """Return the outcome class (a key of `outcomes.ENDS`) of a conflict that has ended; `returned`: fighting is back.

    >>> outcome_class("agreement", returned=False), outcome_class("agreement", returned=True)
    ('peace', 'more_conflict')
    """
    if ending in VICTORY:
        return "more_conflict"
    if ending in SETTLED:
        return "more_conflict" if returned else "peace"
    return "nowhere"

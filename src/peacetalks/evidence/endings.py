"""How conflict episodes end in the data, and which outcome class each ending belongs to.

The endings are those of the UCDP Conflict Termination Dataset: a peace agreement, a ceasefire, the victory of side A
(in civil wars the government) or of side B, low activity (fewer than 25 battle deaths a year, without a settlement)
and an actor that ceased to exist.
"""

from __future__ import annotations

from datetime import date, timedelta

from peacetalks.evidence.dates import months_later

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


def outcome_by(by: date, end: date | None, ending: str | None, resumed: int | None) -> str:
    """Return the outcome class of an episode at a later date.

    Peace: ended in an agreement or a ceasefire and not active again by then.  More conflict: won by force, or such an
    end and active again.  Nowhere: all else.

    Parameters
    ----------
    by
        The day at which the outcome is asked for.
    end, ending
        Day and way in which the episode ended; None: it had not.
    resumed
        First later calendar year in which the same conflict was active; None: in none that is recorded.

    Returns
    -------
    str
        A key of `outcomes.ENDS`.

    Examples
    --------
    >>> outcome_by(date(1996, 12, 31), date(1995, 3, 1), "agreement", None)
    'peace'
    >>> outcome_by(date(1996, 12, 31), date(1995, 3, 1), "agreement", 1996)
    'more_conflict'
    >>> outcome_by(date(1994, 12, 31), date(1995, 3, 1), "agreement", 1996)
    'nowhere'
    """
    if end is None or end > by:
        return "nowhere"
    back = returned_on(end, resumed)
    return outcome_class(ending, returned=back is not None and back <= by)


def outcome_known_on(day: date, months: int) -> date:
    """Return the day on which the outcome `months` after `day` is known: a return needs a calendar year more.

    >>> outcome_known_on(date(1994, 12, 31), 12)
    datetime.date(1996, 12, 31)
    """
    return date(months_later(day, months).year + 1, 12, 31)

"""Questions that hold more than one event or date: what is said of them, with the claim that asks the same.

Record and best estimate are those of one event on one day.  Two at once are a claim that the model alone answers.
"""

from __future__ import annotations

import re

from peacetalks.questions.when import read_when
from peacetalks.text_files import shorten

CONDITION = re.compile(r"\b(?:if|given|provided|unless|followed|lasts?|lasting|for at least|(?:holds?|holding) for)\b")
EVENT = r"(?:cease-?fire|truce|armistice|peace|deal|agreement|treaty|settlement|accord|talks|war|fighting|front)"
BOTH = re.compile(rf"\b(?:{EVENT}|\d{{4}})\b.*\b(?:and|but|then)\b.*\b(?:{EVENT}|lasts?|holds?|breaks?|fails?)\b")
DATED = re.compile(r"\b(?:by|before|on|until|within) (?:the )?(?:end of )?(?:\d|[a-z]{3,9}\.? \d)")
WHEN = re.compile(
    r"\b(?:by|before|on|until|within) (.+?)(?=,? (?:and|but|then|if|or|that|by|on|before|lasts?|holds?)\b|$)"
)
LASTS = re.compile(
    r"\b(?:lasts?|lasting|holds?|holding)(?: for)?(?: at least| >=)? (\d{1,4}) ?-?(day|week|month|year)s?\b"
)
DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
ONE = "settlement", "ceasefire", "peace"
OTHER = ("truce", "armistice")


def several(words: str) -> bool:
    """Return whether a question holds more than one event or date.

    >>> several("ceasefire by 2013-06-01 and lasts 30 days"), several("end of war by 2013-06-01")
    (True, False)
    """
    return bool(CONDITION.search(words) or BOTH.search(words)) or len(DATED.findall(words)) > 1


def of_several(text: str, words: str) -> str:
    """Return the message for a question that holds more than one event or date.

    >>> print(of_several("X", "ceasefire by 2013-06-01 and lasts 30 days"))
    'X' holds more than one condition, and here one event and one date are asked for: ask for each by itself, or \
evaluate both under the model alone with `peacetalks audit` (--claims FILE), with the query \
P(ceasefire begun by 2013-06-01) * (1 - P(ceasefire broken within 1 | ceasefire))
    """
    audit = f"evaluate both under the model alone with `peacetalks audit` (--claims FILE), with {_query(words)}"
    return (
        f"{shorten(text)} holds more than one condition, and here one event and one date are asked for: ask for each "
        f"by itself, or {audit}"
    )


def _query(words: str) -> str:
    """Return the claim for an event that lasts, else one of the same form."""
    for word in OTHER:
        words = re.sub(rf"\b{word}\b", "ceasefire", words)
    event = next((e for e in ONE if re.search(rf"\b{e}\b", words)), "settlement" if "deal" in words else "ceasefire")
    days = [day for found in WHEN.findall(words) if (day := _written(found))]
    first = days[0] if days else "6"
    if lasts := LASTS.search(words):
        months = max(1, -(-int(lasts[1]) * DAYS[lasts[2]] // 31))
        return f"the query P({event} begun by {first}) * (1 - P({event} broken within {months} | {event}))"
    later = days[1] if len(days) > 1 else "24"
    return f"a query such as P(ceasefire by {first}) * P(settlement by {later} | ceasefire by {first})"


def _written(words: str) -> str:
    """Return a date as claims have it; empty where the words are none."""
    try:
        when = read_when(words)
    except ValueError:
        return ""
    if when.day is not None:
        return when.day.isoformat()
    return f"{when.days} days" if when.days is not None else f"{when.months} months"

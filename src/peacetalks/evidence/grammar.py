"""The grammar of base-rate questions: ``EVENT`` or ``EVENT within NUMBER UNIT``.

``EVENT`` is the name of one of `EVENTS` or one of its other names; ``UNIT`` is days, weeks, months or years. An event
whose probability depends on time needs ``within``; an event that is a share of how cases ended takes none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.evidence.dates import duration
from peacetalks.evidence.endings import ENDINGS, VICTORY
from peacetalks.text_files import shorten


@dataclass(frozen=True)
class Event:
    """An event: cases of `kind` in the class `where`, of which those that end in one of `ends` count.

    `how` it is estimated: "time" (cumulative incidence; other ends compete, or are censored with `censor`), "share"
    (of the cases whose ending is known) or "years" (return of a conflict, in calendar years after its end).
    """

    name: str
    kind: str
    ends: tuple[str, ...]
    definition: str
    how: str = "time"
    where: str = ""
    censor: bool = False
    also: tuple[str, ...] = ()  # other names
    column: str = "ending"  # in which `ends` are looked for
    caution: str = ""


_CF = (
    "Open-ended ceasefires whose end is known, with an exact first day; other ends (renewed, replaced, expired) "
    "censored"
)
_CAUTION = (
    "Half of all ceasefires have no known fate: `bounds` are the recorded terminations as a share of all "
    "ceasefires (lower) and this curve (upper)."
)
_PAX = "Only processes that produced a text are in the data: optimistic."
_EP = "UCDP conflict episodes (25 battle deaths in a year) from the day they reach that level"
_WAR = (
    "UCDP conflict episodes with a calendar year of 1,000 battle deaths behind them, from the 1 January after the "
    "first such year (or the age `reached`): wars that ended within that year are not in it"
)


def _episode(name: str, ends: tuple[str, ...], how: str, *also: str) -> list[Event]:
    """Return the event for all episodes ("conflict ...") and for those that reach war ("war ...")."""
    return [
        Event(
            f"{word} {name}",
            "episodes",
            ends,
            f"{what}: {how}; other ends compete",
            where=where,
            also=tuple(f"{word} {a}" for a in also),
        )
        for word, where, what in (("conflict", "", _EP), ("war", "intensity=war", _WAR))
    ]


EVENTS: tuple[Event, ...] = (
    Event(
        "ceasefire fails",
        "ceasefires",
        ("terminated",),
        f"{_CF}: terminated by a party",
        where="fixed_term=0",
        censor=True,
        also=("ceasefire broken", "ceasefire breaks down", "ceasefire is broken", "truce fails"),
        caution=_CAUTION,
    ),
    Event(
        "ceasefire ends",
        "ceasefires",
        ("terminated", "superseded", "expired"),
        "Ceasefires with an exact first day and a known end: any end, expiry and replacement included",
    ),
    Event(
        "agreement fails",
        "agreements",
        ("ended",),
        "UCDP peace agreements: coded as no longer in force. Not ended is not the same as carried out",
        also=("peace agreement fails", "settlement fails"),
    ),
    Event(
        "peace fails",
        "spells",
        ("resumed",),
        "Spells of peace after civil wars that ended in 1944-1999 in victory, treaty or truce: war resumes",
        also=("war resumes", "peace breaks down"),
    ),
    Event(
        "talks reach a substantive agreement",
        "processes",
        ("substantive",),
        "PA-X processes, from the first pre-negotiation or ceasefire text to the first partial or comprehensive text",
        caution=_PAX,
        also=("talks succeed", "process reaches a substantive agreement"),
    ),
    Event(
        "talks reach a comprehensive agreement",
        "processes",
        ("comprehensive",),
        "PA-X processes, from the first pre-negotiation or ceasefire text to the first comprehensive text",
        caution=_PAX,
        also=("talks reach a settlement",),
    ),
    Event(
        "mediation ends",
        "mediations",
        ("over",),
        "Mediation efforts in civil wars with both days known, from first to last day; what came of them is not coded",
        also=("mediation effort ends", "mediation is over"),
    ),
    *_episode("ends", ENDINGS, "ends in any way, low activity included", "is over"),
    *_episode(
        "ends in an agreement",
        ("agreement",),
        "ends in a peace agreement",
        "ends in a peace agreement",
        "ends in a settlement",
    ),
    *_episode("ends in a ceasefire", ("ceasefire",), "ends in a ceasefire", "ends in a truce"),
    *_episode("ends in victory", VICTORY, "ends in the victory of a side", "is won"),
    *_episode(
        "ends in low activity", ("low_activity",), "falls below 25 battle deaths a year without settlement", "fades"
    ),
    Event(
        "conflict recurs",
        "episodes",
        (),
        "Ended UCDP conflict episodes: the same conflict is active again, in "
        "calendar years after the end (intensity: as reached by the end)",
        how="years",
        also=("war recurs", "fighting recurs"),
    ),
    Event(
        "interstate war ends",
        "wars",
        ("win_lose", "compromise", "transformed", "stalemate"),
        "COW interstate wars (1,000 battle deaths), from first to last day of fighting",
    ),
    *(
        Event(
            f"crisis ends in {article} {w}",
            "crises",
            (code,),
            f"ICB international crises with a known form of outcome: {w}",
            how="share",
        )
        for article, w, code in (
            ("a", "formal agreement", "formal"),
            ("a", "semi-formal agreement", "semi_formal"),
            ("a", "tacit understanding", "tacit"),
            ("a", "unilateral act", "unilateral"),
            ("an", "imposed agreement", "imposed"),
        )
    ),
    Event(
        "crisis fades",
        "crises",
        ("faded",),
        "ICB international crises with a known form of outcome: faded",
        how="share",
    ),
    Event(
        "crisis recurs",
        "crises",
        ("recurred",),
        "ICB crises: the same parties have a crisis again within five years of the end",
        how="share",
        column="tension",
    ),
    *(
        Event(
            f"sanctions {stage}: {name}",
            "sanctions",
            tuple(f"{s}:{e}" for s in ("threat", "imposed") for e in ends),
            f"TIES sanctions cases with an outcome that {what}: {name}",
            how="share",
            column="outcome",
            where=f"imposed={flag}",
        )
        for stage, flag, what in (("threat", 0, "ended before any sanction"), ("imposed", 1, "led to sanctions"))
        for name, ends in (
            ("target yields", ("full", "partial")),
            ("target yields fully", ("full",)),
            ("negotiated", ("negotiated",)),
            ("sender gives up", ("sender_gives_up",)),
            ("stalemate", ("stalemate",)),
        )
    ),
)


@dataclass(frozen=True)
class Question:
    """A parsed question: the event and its horizon in days (None for a share)."""

    event: Event
    days: int | None
    text: str


def parse(question: str) -> Question:
    """Return the event and horizon that a question asks for.

    Raises `EvidenceError`, with the nearest known events, for an unknown event, or a horizon that is missing, malformed
    or out of place.

    >>> parse("Ceasefire fails within 30 days?").days
    30
    >>> parse("crisis ends in a formal agreement").event.kind
    'crises'
    """
    text = re.sub(r"\s+", " ", question.strip().rstrip("?.").lower())
    name, _, span = text.partition(" within ")
    names = {alias: e for e in EVENTS for alias in (e.name, *e.also)}
    if name not in names:
        raise EvidenceError(f"no base rate for {shorten(name)}. {suggestion(name, list(names))}")
    event = names[name]
    if event.how == "share":
        if span and event.name != "crisis recurs":
            raise EvidenceError(f"'{event.name}' is a share of how cases ended: leave out 'within {span}'.")
        return Question(event, None, event.name)
    if not span:
        raise EvidenceError(f"'{event.name}' needs a time: write '{event.name} within 1 year'.")
    return Question(event, duration(span), f"{event.name} within {span}")

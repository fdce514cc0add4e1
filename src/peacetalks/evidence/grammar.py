"""The grammar of base-rate questions: ``EVENT`` or ``EVENT within NUMBER UNIT``.

``EVENT`` is the name of one of `EVENTS` or one of its other names; ``UNIT`` is days, weeks, months or years. An event
whose probability depends on time needs ``within``; an event that is a share of how cases ended takes none. What people
write instead ("truce broken in six months", "civil war lasts a year") is understood by `wording`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from peacetalks.errors import EvidenceError, UnknownQuestion
from peacetalks.evidence.dates import duration
from peacetalks.evidence.endings import ENDINGS, VICTORY
from peacetalks.evidence.wording import meant, nearest
from peacetalks.text_files import shorten

LONGEST = 400  # characters of a question


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
    "Half of all ceasefires have no known fate: the bounds are the recorded terminations as a share of all "
    "ceasefires (lower) and this curve (upper)."
)
_PAX = "Only processes that produced a text are in the data: optimistic."
_EP = "UCDP conflict episodes (25 battle deaths in a year) from the day they reach that level"
_WAR = (
    "UCDP conflict episodes with a calendar year of 1,000 battle deaths behind them, from the 1 January after the "
    "first such year (or the age `reached`): wars that ended within that year are not in it"
)


def _won(side: str, end: str) -> list[Event]:
    """Return the event that one side has won, for all conflicts within a state and for those that reach war."""
    how = f"within a state: ends in the victory of the {side}; other ends compete"
    return [
        Event(f"civil {word} ends in victory of the {side}", "episodes", (end,), f"{what}, {how}", where=where)
        for word, where, what in (("conflict", "civil", _EP), ("war", "intensity=war, civil", _WAR))
    ]


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
    *_won("government", "victory_a"),
    *_won("rebels", "victory_b"),
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


NAMES = {alias: e for e in EVENTS for alias in (e.name, *e.also)}
_VERBS = (  # of an event's name, and of its complement
    (r"\b(fail|end|recur|fade|yield)s\b", r"does not \1"),
    (r"\breach\b", "do not reach"),
    (r"\bsender gives\b", "sender does not give"),
    (r": (negotiated|stalemate)", r": not \1"),
)


@dataclass(frozen=True)
class Question:
    """A parsed question: the event, or its complement, and its horizon in days (None for a share)."""

    event: Event
    days: int | None
    text: str
    where: str = ""  # the class of cases that its words ask for
    complement: bool = False


def negated(name: str) -> str:
    """Return the complement of an event in words.

    >>> negated("war ends in an agreement"), negated("talks reach a substantive agreement")
    ('war does not end in an agreement', 'talks do not reach a substantive agreement')
    """
    for pattern, instead in _VERBS:
        if re.search(pattern, name):
            return re.sub(pattern, instead, name, count=1)
    raise AssertionError(f"no complement of {name!r} in words")


COMPLEMENTS = {negated(e.name): e for e in EVENTS}


def parse(question: str) -> Question:
    """Return the event and horizon that a question asks for, by their names or in other words (`wording`).

    Raises `UnknownQuestion`, with the nearest known events, for an unknown event, and `EvidenceError` for a horizon
    that is missing, malformed or out of place.

    >>> parse("Ceasefire fails within 30 days?").days
    30
    >>> parse("crisis ends in a formal agreement").event.kind
    'crises'
    >>> parse("A civil war lasts two years").text
    'war does not end within 2 years'
    """
    if len(question) > LONGEST:
        raise EvidenceError(f"a question has at most {LONGEST} characters, got {len(question):,}: ask for one event.")
    text = re.sub(r"\s+", " ", question.strip().rstrip("?.").lower())
    name, _, span = text.partition(" within ")
    unknown: EvidenceError | None = None
    if name in NAMES or name in COMPLEMENTS:
        try:
            return _asked(NAMES.get(name) or COMPLEMENTS[name], span, complement=name not in NAMES)
        except EvidenceError as e:
            unknown = e
    found = _in_words(question, unknown)
    if found is None:
        names = nearest(name, [e.name for e in EVENTS])
        raise unknown or UnknownQuestion(
            f"no base rate for {shorten(name)}. Did you mean {' or '.join(map(repr, names))}?"
        )
    return found


def _in_words(question: str, unknown: EvidenceError | None) -> Question | None:
    """Return what other words mean; None where they mean nothing, or no length of time that `unknown` missed."""
    found = meant(question)
    if found is None or (unknown is not None and found.horizon is None):
        return None
    event, horizon = NAMES[found.event], found.horizon
    if horizon is not None and horizon.beyond and not found.complement:
        raise EvidenceError(
            f"{shorten(question)}: '{horizon.beyond}' asks for what comes later than {horizon.text}: write 'within "
            f"{horizon.text}', or '{negated(event.name)} within {horizon.text}' for the rest."
        )
    return _asked(event, horizon.text if horizon else "", found.where, found.complement)


def _asked(event: Event, span: str, where: str = "", complement: bool = False) -> Question:
    """Return the question for an event by a length of time, or its complement."""
    name = negated(event.name) if complement else event.name
    if event.how == "share":
        if span and event.name != "crisis recurs":
            raise EvidenceError(f"'{name}' is a share of how cases ended: leave out 'within {span}'.")
        return Question(event, None, name, where, complement)
    if not span:
        raise EvidenceError(f"'{name}' needs a time: write '{name} within 1 year'.")
    days = duration(span)
    if days < 1:
        raise EvidenceError(f"'within {span}' is less than a day: write 'within 1 day' or a longer time.")
    return Question(event, days, f"{name} within {span}", where, complement)

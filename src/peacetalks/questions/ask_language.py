"""Questions as people type them, and as claims are written: text to a typed question, or a message that helps.

    ceasefire by 2026-01-01          begins at any time up to that day (first passage)
    ceasefire on 2026-01-01          is in force on that day
    P(ceasefire by 12)               a claim: in force at the end of month 12, as `query` has it

What is asked is an event: outcome labels (`outcomes.LABELS`), whether they begin by a day or are in force on it, and
when.  Words that carry no meaning are left out; every other word must belong to a phrase of `ask_phrases`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from peacetalks.errors import QueryError, did_you_mean
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.questions import ask_phrases as phrases
from peacetalks.questions.ask_conditions import of_several, several
from peacetalks.questions.ask_names import both_named, side_names, without_added_names, without_names
from peacetalks.questions.query import parse
from peacetalks.questions.query_tree import Chance, Event, EventKind
from peacetalks.questions.when import FORMS, When, read_when
from peacetalks.text_files import check_values, clip, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.questions.ask_phrases import Meaning
    from peacetalks.scenario.scenario import Scenario

APART = "apart"  # in place of `by` or `on`: the date stands apart from the words
LONGEST = 500  # characters of a question
WHEN = re.compile(
    r"^(?P<what>.*)(?:^|[\s,])(?P<how>by|before|within|during|in|on|at|until|till|through|for(?=\s+\d+\s*[dmwy]))\s+"
    r"(?P<when>[^()]*)$"
)
LASTS = ("until", "till", "through", "for")  # before the day up to which something lasts
BETWEEN = re.compile(r"\bbetween (\S*\d{4}\S*) and (\S*\d{4}\S*)")
SHARE = re.compile(r"^(?P<what>front|terms)(?: share)?\s*(?P<sign>>=|<=|>|<)\s*(?P<size>[\d.]+)\s*(?P<percent>%?)$")
SIGNS = {"more than": ">", "above": ">", "over": ">", "less than": "<", "below": "<", "under": "<"}
SIGNS |= {"at least": ">=", "at most": "<="}
NOT = re.compile(r"\b(?:no|not|never|without|won't)\b")


class NoDate(QueryError):
    """A question says nothing of when."""


@dataclass(frozen=True)
class Question:
    """A question about an event at a day; made by `read_question`."""

    text: str  # as asked
    event: Event
    when: When
    negated: bool = False
    meaning: Meaning | None = None  # None: a share of the front or of the stake
    left_out: tuple[str, ...] = ()  # words of the text that the event does not hold: names, qualifiers

    def day(self, scenario: Scenario) -> date:
        """Return the day; raise `QueryError` where the scenario does not reach it."""
        return self.when.checked(scenario.as_of, scenario.periods)


def read_question(text: str, scenario: Scenario, when: When | None = None) -> Question:
    """Return the question that a text asks about a scenario.

    Parameters
    ----------
    text : str
        A question in words, or a claim of the form `P(event)`.
    scenario : Scenario
        Its sides may be named.
    when : When, optional
        Used where the text has no date; what is asked has then begun by it, unless the text says `in force`.

    Raises
    ------
    QueryError
        The text is not a question that the model can answer, with the nearest that are.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> q = read_question("Will a ceasefire be signed by 2026-01-01?", load("russia-ukraine-2025"))
    >>> q.event.kind, q.event.labels, q.when.day
    (<EventKind.WITHIN: 'within'>, ('ceasefire',), datetime.date(2026, 1, 1))
    """
    check_values(text, "the question", QueryError)
    if len(text) > LONGEST:
        raise QueryError(
            f"a question has at most {LONGEST} characters, got {len(text):,}; ask for one event and a date"
        )
    if re.match(r"\s*(?:[PE]|play|effect|base_rate|param|welfare|loglik)\s*\(", text):
        return _of_claim(text)
    words, added = without_added_names(_plain_words(text, scenario), scenario)
    if two_days := BETWEEN.search(words):
        raise QueryError(
            f"{shorten(text)}: `between` two days is not understood. Ask for each day with `by`, such as 'ceasefire by "
            f"{two_days[2]}': the difference of the two probabilities is that of a beginning between them"
        )
    found = WHEN.match(words)
    if found is None and when is None:
        _check_words(words, text)
        raise NoDate(f"{shorten(text)} has no date: add `by` or `on` and a day ({FORMS})")
    what, how = (found["what"], found["how"]) if found else (words, APART)
    if found:
        try:
            when = _dated(text, how, found["when"], scenario)
        except QueryError as error:
            if when is None or several(words):
                raise QueryError(of_several(text, words)) if several(words) else error from None
            what, how = words, APART  # a word that may stand before a date stands before something else
    assert when is not None
    q = _question(text, what.strip(" ,"), how, when, scenario)
    return replace(q, left_out=(*added, *q.left_out))


def _dated(text: str, how: str, words: str, scenario: Scenario) -> When:
    """Return when the words after a `by` or `on` mean; raise `QueryError` where they are no date."""
    try:
        when = read_when(words)
    except ValueError as e:
        raise QueryError(f"{shorten(text)}: {e}") from None
    if how == "before":
        return When(day=date.fromordinal(max(when.on(scenario.as_of).toordinal() - 1, 1)))
    if how in ("in", "during") and when.day is not None:
        raise QueryError(f"{shorten(text)}: write `by` for any time up to a day, `on` for what is in force on it")
    return when


def _plain_words(text: str, scenario: Scenario) -> str:
    """Return the words of a question in small letters, without its question mark and the names of both sides."""
    words = re.sub(r"\s+", " ", text.strip().rstrip("?.! ").lower().replace("’", "'"))
    for sign, mark in SIGNS.items():
        words = re.sub(rf"\b{sign}\b(?=\s*[\d.])", mark, words)
    one, two = (rf"(?:the )?{re.escape(side.label.lower())}" for side in scenario.sides)
    joined = r"(?:\s*[-/–]\s*| and )"
    pair = rf"\b(?:(?:between|among) )?(?:{one}{joined}{two}|{two}{joined}{one})\b"
    return re.sub(r"\s+", " ", re.sub(pair, "", words)).strip()


def _question(text: str, what: str, how: str, when: When, scenario: Scenario) -> Question:
    """Return the question from its parts: what, the word before the date, and the date."""
    if shares := SHARE.match(what):
        return _of_share(text, shares, how, when)
    in_force, begun, negated, meaning, left_out = _event(text, what, scenario)
    if begun and in_force:
        raise QueryError(f"{shorten(text)} asks both for a beginning and for what is in force; ask for one of them")
    if begun and how in ("on", "at"):
        raise QueryError(f"{shorten(text)} asks for a beginning on one day: write `by` for any time up to the day")
    if how in LASTS:
        return replace(_until(text, meaning, negated, when), left_out=left_out)
    if meaning.special == phrases.HOLDS:
        raise QueryError(f"{shorten(text)}: what holds does so `until` a day: ceasefire holds until 2026-01-01")
    standing = in_force or how in ("on", "at")
    if meaning.special == phrases.BROKEN and not standing:
        return Question(text, Event(EventKind.BROKEN, meaning.labels, None), when, negated, meaning, left_out)
    labels = ("broken",) if meaning.special else meaning.labels
    kind = EventKind.BY if standing else EventKind.WITHIN
    return Question(text, Event(kind, labels, None), when, negated, meaning, left_out)


def _event(text: str, what: str, scenario: Scenario) -> tuple[bool, bool, bool, Meaning, tuple[str, ...]]:
    """Return whether words say `in force`, or a beginning, or no; what they mean; and what was left out for it."""
    tried = []
    for words, left_out in _variants(what, scenario):
        in_force, rest = _without(words, phrases.FORCE_WORDS)
        begun, phrase = _begun(rest)
        tried.append(phrase)
        found = _meaning(phrase, scenario)
        if found is not None and not (left_out and _of_a_side(found[1])):
            return in_force, begun, *found, left_out
    whole = without_names(_plain_words(text, scenario), scenario)[0]
    if several(whole):
        raise QueryError(of_several(text, whole))
    raise QueryError(_no_event(text, tried, scenario))


def _variants(what: str, scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield words as they stand, then without the names in them, then without qualifiers, with what is left out."""
    yield what, ()
    without, names = without_names(what, scenario)
    one_side = any(w.startswith("declare") for w in what.split()) and not any(both_named(n) for n in names)
    if names and not one_side:  # what one side declares is not between the sides
        yield without, tuple(names)
    else:
        without, names = what, []
    left = tuple(w for w in without.split() if w in phrases.QUALIFIERS)
    if left:
        yield " ".join(w for w in without.split() if w not in phrases.QUALIFIERS), (*names, *left)


def _of_a_side(meaning: Meaning) -> bool:
    """Return whether a meaning is the victory of a side, for which a name may not be left out."""
    return bool(set(meaning.labels) & set(phrases.WON)) and meaning not in (phrases.END, phrases.ESCALATES)


def _without(what: str, words: tuple[str, ...]) -> tuple[bool, str]:
    """Return whether some words stand in a phrase, and the phrase without them."""
    left = re.sub(rf"\b(?:{'|'.join(words)})\b", "", what)
    return left != what, re.sub(r"\s+", " ", left).strip()


def _begun(what: str) -> tuple[bool, str]:
    """Return whether a phrase says that something begins, and the phrase without such words and without fillers."""
    begins, what = _without(what, phrases.BEGUN_PHRASES)
    words = phrases.without_fillers(what).split()
    phrase = [w for w in words if w not in phrases.BEGUN_WORDS]
    return begins or len(phrase) < len(words), " ".join(phrase)


def _meaning(what: str, scenario: Scenario) -> tuple[bool, Meaning] | None:
    """Return whether a phrase is negated, and what it means; None where unknown, or negated in part or twice."""
    if (found := _known(what, scenario)) is not None:
        return False, found
    if len(NOT.findall(what)) != 1 or NOT.search(what.partition(" or ")[2]):
        return None
    found = _known(" ".join(NOT.sub(" ", what).split()), scenario)
    return None if found is None else (True, found)


def _known(phrase: str, scenario: Scenario) -> Meaning | None:
    """Return what a phrase means, or several joined by `or`; None where one of them is not known."""
    if (one := _one(phrase, scenario)) is not None:
        return one
    parts = [_one(" ".join(p.split()), scenario) for p in phrase.split(" or ")]
    if len(parts) < 2 or any(p is None or p.special for p in parts):
        return None
    labels = dict.fromkeys(x for p in parts if p is not None for x in p.labels)
    return phrases.meaning_of(tuple(labels), sides_of(scenario))


def _one(phrase: str, scenario: Scenario) -> Meaning | None:
    """Return what a phrase of one event means: a known phrase, a label or a class of outcomes, a side that wins."""
    if phrase in phrases.BARE:
        return phrases.BARE[phrase]
    if phrase in LABELS or phrase in ENDS:
        return phrases.meaning_of(ENDS.get(phrase, (phrase,)), sides_of(scenario))
    for i, label in enumerate(sides_of(scenario), 1):
        for name in map(phrases.without_fillers, side_names(label)):
            if phrase in (f"{name} wins", f"{name} win", f"{name} won", f"victory {name}", f"{name} victory"):
                return phrases.victory(i, sides_of(scenario))
    return None


def sides_of(scenario: Scenario) -> tuple[str, str]:
    """Return the names of both sides."""
    one, two = (side.label for side in scenario.sides)
    return one, two


def _no_event(text: str, tried: list[str], scenario: Scenario) -> str:
    """Return the message for a question about something that the model has no outcome for."""
    known, what = [*phrases.MEANINGS, *(f"{side.lower()} wins" for side in sides_of(scenario))], tried[0]
    hint = next((hint for phrase in tried if (hint := did_you_mean(phrase, known))), "")
    if hint:
        return f"{shorten(text)}: no event is called {shorten(what)}{hint}"
    near = ", ".join(f"'{example}'" for example in phrases.EXAMPLES)
    return f"{shorten(text)}: the model has no outcome for {shorten(what)}. It answers questions such as {near}"


def _check_words(words: str, text: str) -> None:
    """Raise `QueryError` for an empty question."""
    if not words:
        raise QueryError(f"{shorten(text)} is no question: ask such as '{phrases.EXAMPLES[0]}'")


def _until(text: str, meaning: Meaning, negated: bool, when: When) -> Question:
    """Return the question whether something lasts until a day: that nothing ends it before."""
    if negated or (meaning.special != phrases.HOLDS and meaning is not phrases.GOES_ON):
        raise QueryError(
            f"{shorten(text)}: only what lasts is asked for with `until`: 'ceasefire holds until 2026-01-01', "
            "'fighting goes on until 2026-01-01'; else write `by` or `on`"
        )
    if meaning is phrases.GOES_ON:
        return Question(text, Event(EventKind.WITHIN, phrases.OVER, None), when, True, phrases.END)
    return Question(text, Event(EventKind.BROKEN, meaning.labels, None), when, True, phrases.STANDS)


def _of_share(text: str, found: re.Match[str], how: str, when: When) -> Question:
    """Return the question whether the front, or the terms of a settlement, are of a size on a day."""
    if how not in ("on", "at", APART):
        raise QueryError(
            f"{shorten(text)}: a share is that of a day: write `on`, such as 'front share > 0.6 on 2026-01-01'"
        )
    try:
        size = float(found["size"]) / (100 if found["percent"] else 1)
    except ValueError:
        raise QueryError(f"{shorten(text)}: {clip(found['size'], 60)} is no number") from None
    if not 0 <= size <= 1:
        raise QueryError(f"{shorten(text)}: a share lies between 0 and 1 (or 0% and 100%), got {size:g}")
    kind = EventKind.FRONT if found["what"] == "front" else EventKind.TERMS
    labels = ("settlement",) if kind is EventKind.TERMS else ()
    return Question(text, Event(kind, labels, None, found["sign"], size), when)


def _of_claim(text: str) -> Question:
    """Return the question that a claim of the form `P(event)` asks; raise `QueryError` for other claims."""
    query = parse(text)
    chance = query.left
    if query.compare is not None or not isinstance(chance, Chance):
        raise QueryError(
            f"{shorten(text)} is no claim about one event: evaluate it with `peacetalks audit` (--claims FILE); here "
            "one event is asked for, such as P(ceasefire by 2026-01-01)"
        )
    event = chance.event
    if event.kind not in (EventKind.BY, EventKind.WITHIN) or chance.given or event.months is None:
        raise QueryError(
            f"{shorten(text)} has a condition, and record and best estimate are not conditional: evaluate it with "
            "`peacetalks audit` (--claims FILE)"
        )
    when = event.months if isinstance(event.months, When) else When(months=event.months)
    return Question(text, replace(event, months=None), when)


def about(question: Question, sides: tuple[str, str]) -> Meaning:
    """Return the words for the event of a question."""
    return question.meaning or phrases.meaning_of(question.event.labels, sides)


__all__ = ["Question", "about", "read_question", "sides_of"]

"""The sentences of an answer: the event in words, what would count as yes, and what a reader must know beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.questions.ask_answer import fine_percent
from peacetalks.questions.ask_events import where_impossible
from peacetalks.questions.ask_language import about, sides_of
from peacetalks.questions.ask_phrases import OVER, PEACE
from peacetalks.questions.query_tree import EventKind
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.dates import day_name
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from peacetalks.questions.ask_language import Question
    from peacetalks.questions.ask_phrases import Meaning
    from peacetalks.questions.query_tree import Event
    from peacetalks.scenario.scenario import Scenario

MOST_DECIMALS = 7  # of a percentage
APART = 0.001  # share of a probability by which the best estimate lies outside model and record before it is said
LITTLE = 0.005  # a probability below it changes no whole percent
FADES = " Fighting that only fades is no end."
OF_CRISIS = (
    ("fighting goes on", "the crisis goes on"),
    ("there is fighting", "the crisis goes on"),
    ("fighting at the old level", "the crisis at the old level"),
    ("the war ends", "the crisis ends"),
    ("the war is over", "the crisis is over"),
    ("the war widens", "a wider war begins"),
)  # words of a war, and of a crisis short of it
IN_WORDS = {">": "more than", "<": "less than", ">=": "at least", "<=": "at most"}


def event_words(q: Question, scenario: Scenario, day: date) -> str:
    """Return what a question asks, as a headline: "a ceasefire between the sides begins by 1 January 2026"."""
    when = day_name(day)
    if q.event.kind in (EventKind.FRONT, EventKind.TERMS):
        return f"{_share(q.event, scenario)} on {when}"
    meaning = _meaning(q, scenario)
    if q.event.kind is EventKind.BROKEN and q.negated:
        none = "no ceasefire or settlement has broken by"
        return f"{'the ceasefire or settlement in force holds until' if _in_force(scenario) else none} {when}"
    standing = q.event.kind is EventKind.BY
    words = f"{meaning.stands} on {when}" if standing else f"{meaning.begins} by {when}"
    return f"not: {words}" if q.negated else words


def what_counts(q: Question, scenario: Scenario, day: date) -> str:
    """Return a sentence on what would count as yes."""
    when, meaning = day_name(day), _meaning(q, scenario)
    if q.event.kind in (EventKind.FRONT, EventKind.TERMS):
        what = _share(q.event, scenario)
        rest = "where a settlement is in force or the war has widened there is no front, which counts as no"
        none = "without a settlement in force it is no"
        return f"Yes if {what} on {when}; {rest if q.event.kind is EventKind.FRONT else none}."
    if q.event.kind is EventKind.BROKEN and q.negated:
        return f"Yes if no ceasefire or settlement that is in force breaks, with fighting resumed, up to {when}."
    if q.event.kind is EventKind.BY:
        if q.negated:
            return f"Yes if on {when} it is not so that {meaning.stands}."
        return f"Yes if {meaning.stands} on {when}, whenever it began."
    fades = FADES if q.event.labels == OVER else ""
    if q.negated:
        return f"Yes if it does not come about, at any time up to {when}, that {meaning.begins}.{fades}"
    return f"Yes if {meaning.begins} at any time up to {when}{_even_if(q.event)}.{fades}"


def notes_of(
    q: Question, scenario: Scenario, given: np.ndarray, ends: np.ndarray, weights: Sequence[tuple[int, float]]
) -> tuple[str, ...]:
    """Return what a reader must know: what is so already, and where the model has no such class.

    Parameters
    ----------
    given, ends : ndarray
        [month, end] probability of the event given the class, and of the class.
    weights : sequence
        Of the month ends around the day.
    """
    notes = []
    if q.event.kind is EventKind.BROKEN and not _in_force(scenario):
        notes.append(
            f"On {day_name(scenario.as_of)} no ceasefire or settlement is in force. One that never begins cannot "
            f"break: that counts as {'yes' if q.negated else 'no'}."
        )
    if q.left_out:
        words = event_words(q, scenario, q.day(scenario))
        notes.append(f"Understood as: {words}. Left out of the question: {', '.join(map(shorten, q.left_out))}.")
    if q.event.kind is EventKind.WITHIN and float(ends[0] @ given[0]) > 1 - LITTLE:
        stands = _meaning(q, scenario).stands
        so = "no" if q.negated else "yes"
        notes.append(
            f"On {day_name(scenario.as_of)} it is so already that {stands}: the answer is {so} by definition. Ask what "
            "is in force `on` a day, or whether the ceasefire `holds until` it."
        )
    last = max(month for month, _ in weights)
    guess = where_impossible(q.event)
    at = np.nan_to_num(ends[last])
    unknown = np.isclose(given[last], guess) & (guess > 0) & (guess < 1) & (at > LITTLE)
    if unknown.any() and np.allclose(given[:, unknown], guess[unknown]):
        notes.append("The model gives one of the outcome classes no chance; how it would come is taken as undecided.")
    return tuple(notes)


def outside_both(best: float | None, model: float, record: float | None) -> tuple[str, ...]:
    """Return a note where the best estimate lies outside both the model and the record, however little.

    >>> outside_both(0.2, 0.1, 0.15)[0].split(":")[0]
    'The best estimate, 20%, lies above both the model alone, 10%, and past conflicts, 15%'
    >>> outside_both(0.12, 0.1, 0.15)
    ()
    """
    if best is None or record is None:
        return ()
    low, high = min(model, record), max(model, record)
    if low - _slack(low) <= best <= high + _slack(high):
        return ()
    ours, inside, past = _set_apart(best, model, record)
    return (
        f"The best estimate, {ours}, lies {'below' if best < low else 'above'} both the model alone, {inside}, and "
        f"past conflicts, {past}: the level of each outcome class comes from past conflicts, adjusted by the model, "
        "and from the model how often the event comes within each class.",
    )


def _set_apart(best: float, *others: float) -> list[str]:
    """Return probabilities in percent with as few decimals as set the first apart from the others.

    >>> _set_apart(0.021, 0.032, 0.023), _set_apart(0.02, 0.03, 0.05)
    (['2.1%', '3.2%', '2.3%'], ['2%', '3%', '5%'])
    """
    values = (best, *others)
    finer = ([f"{100 * p:.{k}f}%" for p in values] for k in range(1, MOST_DECIMALS))
    forms = [[fine_percent(p) for p in values], *finer]
    return next((form for form in forms if form[0] not in form[1:]), forms[-1])


def _slack(p: float) -> float:
    """Return what a probability may differ by without a word."""
    return APART * min(p, 1 - p) + 1e-12


def _in_force(scenario: Scenario) -> bool:
    """Return whether a ceasefire or settlement is in force at the scenario's date."""
    return scenario.ceasefire is not None and scenario.ceasefire.in_force


def _meaning(q: Question, scenario: Scenario) -> Meaning:
    """Return the words for the event of a question; a crisis short of war is not called a war."""
    meaning = about(q, sides_of(scenario))
    if resolved(scenario).state != "crisis":
        return meaning
    begins, stands = meaning.begins, meaning.stands
    for of_war, of_crisis in OF_CRISIS:
        begins, stands = begins.replace(of_war, of_crisis), stands.replace(of_war, of_crisis)
    return meaning._replace(begins=begins, stands=stands)


def _even_if(event: Event) -> str:
    """Return that what has begun counts although it may be over on the day, where it can be."""
    lasting = event.kind is EventKind.WITHIN and set(event.labels) & set(PEACE)
    return ", even if fighting is back by then" if lasting else ""


def _share(event: Event, scenario: Scenario) -> str:
    """Return a share of the front, or of the stake in a settlement, in words."""
    size, side = f"{IN_WORDS[event.compare]} {100 * event.size:g}%", sides_of(scenario)[0]
    if event.kind is EventKind.FRONT:
        return f"{side} holds {size} of what is contested"
    return f"a settlement that gives {side} {size} of the stake is in force"

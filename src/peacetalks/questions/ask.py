r"""A question with a date: best estimate, the model alone, past conflicts, and what would count as yes.

The best estimate of an event E at time t follows from that of the outcome classes c(t) by Jeffrey's rule (Jeffrey 1965;
Diaconis and Zabell 1982),

.. math:: P^*(E) = \sum_c P^*(c(t))\; P(E \mid c(t)),

with the best estimate :math:`P^*(c(t))` of each class and the model's probability of the event given the class
(`ask_events`).  More conflict is of two parts, decisions by force and the rest; where the record of fighting says how
often it is the one or the other (`ask_record.share_won`), that share takes the place of the model's.

What is asked of a class itself has exactly the forecast's best estimate, an event and its opposite sum to 1, and an
event within another is no likelier.  What has begun by t has begun by any later date: its probability is the largest
so far.  Between the ends of two months it is linear.  The interval holds the same joint draws of record, weight and
model as that of the forecast.  Where the event is a part of a class, it is at least as wide, in log odds on each side,
as that of past conflicts for the closest event recorded: the model's division of the class is not better known.

References
----------
Jeffrey, R. C. (1965). *The Logic of Decision*. McGraw-Hill.

Diaconis, P., and S. L. Zabell (1982). Updating subjective probability. *Journal of the American Statistical
Association* 77, 822-830.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, logit

from peacetalks.conflicts.from_record import AS_TRUCE
from peacetalks.errors import QueryError
from peacetalks.forecasting.best_estimate import INTERVAL
from peacetalks.forecasting.settings import BELIEF_POINTS, SEED
from peacetalks.questions.ask_answer import Answer, Answers, Refused, place_of
from peacetalks.questions.ask_language import NoDate, Question, read_question
from peacetalks.questions.ask_phrases import CEASEFIRE, EITHER, SETTLEMENT
from peacetalks.questions.ask_record import RecordAnswers
from peacetalks.questions.ask_solve import How, solve_questions
from peacetalks.questions.ask_words import event_words, notes_of, outside_both, what_counts
from peacetalks.questions.query_tree import EventKind
from peacetalks.questions.when import When, mixed
from peacetalks.scenario.dates import day_name
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.questions.ask_record import RecordedEvent
    from peacetalks.questions.ask_solve import OfEvent
    from peacetalks.questions.query_tree import Event
    from peacetalks.scenario.scenario import Scenario

SAME_DAY = 1  # days by which a date beside a question may differ: `before` a day, and the hour of another zone
CERTAIN = 1e-9  # distance from 0 or 1 up to which a conditional probability decides
RARE = 1e-6  # chance of the record below which log odds are not taken
CUMULATIVE = (EventKind.WITHIN, EventKind.BROKEN)  # kinds of events that have come by a date


class Entry(NamedTuple):
    """A question as it is given: in words, perhaps with an identifier, a date apart, and the line of a file."""

    text: str
    id: str = ""
    when: When | None = None
    line: int | None = None
    of: str = "line"  # what `line` counts: "line" of a CSV file, "entry" of a JSON list
    note: str = ""  # what a reader must know of the row

    @property
    def place(self) -> str:
        """Return where the question stands in its file; see `place_of`."""
        return place_of(self.line, self.of)


def ask(
    scenario: Scenario,
    question: str | Sequence[str | Entry | Refused],
    draws: int = 0,
    seed: int = SEED,
    belief_points: int = BELIEF_POINTS,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Answer | Answers:
    """Answer a question with a date about a scenario, or several.

    Parameters
    ----------
    scenario : Scenario
    question : str, or a list
        Such as "ceasefire by 2026-01-01" or "peace in force on 2026-01-01" (`docs/claims.md`); of a file what
        `ask_file.read_questions` returns.
    draws : int
        How often the scenario's ranges are drawn; the interval then holds them.
    seed, belief_points, progress, jobs, answers
        As of `outlook`.

    Returns
    -------
    Answer, or Answers for a list
        Of a list, a question that cannot be answered is among `Answers.refused`, with the reason.

    Raises
    ------
    QueryError
        The single question cannot be answered.
    SpecError
        A setting is out of range, or the game is too large.
    NotSolved
        The game, or more than half of the draws, has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> a = ask(small, "ceasefire by 1951-09-01", belief_points=2)
    >>> 0 < a.best < 1, a.date
    (True, datetime.date(1951, 9, 1))
    >>> a.yes
    'Yes if a ceasefire between the sides begins at any time up to 1 September 1951, even if fighting is back by then.'
    """
    check_scenario(scenario, "ask")
    given = [question] if isinstance(question, str) else question
    if not isinstance(given, Iterable):
        raise QueryError(f"a question is a text, or a list of texts, got {shorten(given)}")
    found = ask_all(scenario, given, draws, seed, belief_points, progress, jobs, answers)
    if not isinstance(question, str):
        return found
    if found.refused:
        raise QueryError(found.refused[0].reason)
    return found[0]


def ask_all(
    scenario: Scenario,
    questions: Sequence[str | Entry | Refused],
    draws: int = 0,
    seed: int = SEED,
    belief_points: int = BELIEF_POINTS,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Answers:
    """Answer several questions with dates about a scenario; see `ask`."""
    asked, refused = _read([Entry(q) if isinstance(q, str) else q for q in questions], scenario)
    how = How(draws, seed, belief_points, progress, jobs, answers)
    found = _answers(scenario, asked, how) if asked else ()
    settings = {"draws": draws, "seed": seed if draws else None, "belief_points": belief_points}
    return Answers(scenario, found, tuple(refused), settings)


def _read(entries: Sequence[Entry | Refused], scenario: Scenario) -> tuple[list[tuple[Entry, Question]], list[Refused]]:
    """Return the questions that can be answered, and those that cannot with the reason."""
    asked, refused = [], []
    for e in entries:
        if isinstance(e, Refused):
            refused.append(e)
            continue
        try:
            q = _as_modelled(read_question(e.text, scenario, e.when), scenario)
            q.day(scenario)
            asked.append((e, q))
        except QueryError as error:
            fill = ", or fill the date column" if isinstance(error, NoDate) and e.line is not None else ""
            refused.append(Refused(e.id, e.text, f"{error}{fill}", e.line, e.of))
    return asked, refused


def _as_modelled(q: Question, scenario: Scenario) -> Question:
    """Return the question that the model can answer where a settlement is in force at the scenario's date.

    It is modelled as a truce (`AS_TRUCE`), so that a settlement counts together with a ceasefire.
    """
    if not _in_settlement(scenario) or q.event.kind not in (EventKind.BY, EventKind.WITHIN):
        return q
    if q.event.labels == CEASEFIRE.labels:
        raise QueryError(
            f"{shorten(q.text)}: a settlement is in force on {day_name(scenario.as_of)}, and the model does not "
            "separate a later ceasefire from it; ask about peace, or whether the settlement `holds until` a day"
        )
    if q.event.labels != SETTLEMENT.labels:
        return q
    return replace(q, event=replace(q.event, labels=EITHER.labels), meaning=EITHER)


def _in_settlement(scenario: Scenario) -> bool:
    return scenario.conflict is not None and scenario.conflict.state == "settlement"


def _answers(scenario: Scenario, asked: list[tuple[Entry, Question]], how: How) -> tuple[Answer, ...]:
    """Return the answers to questions that were read."""
    events = tuple(dict.fromkeys(q.event for _, q in asked))
    last = max(month for _, q in asked for month, _ in mixed(q.when, scenario.as_of))
    solved = solve_questions(scenario, events, last, how)
    record = RecordAnswers(scenario, solved.record, solved.central.ends[0])
    return tuple(_answer(scenario, e, q, solved.of(q.event), record) for e, q in asked)


def _answer(scenario: Scenario, entry: Entry, q: Question, solved: OfEvent, record: RecordAnswers) -> Answer:
    """Return the answer to one question."""
    weights, day = mixed(q.when, scenario.as_of), q.day(scenario)
    asked = _Asked(q.event, q.negated, weights)
    past = record.of(q.event, q.negated, asked.at)
    best, interval = _best(asked, solved, past)
    model = float(asked.chance(solved.ends, solved.given))
    error = _grid_error(asked, solved, model, best)
    ends = solved.ends if solved.best is None else solved.best
    return Answer(
        id=entry.id,
        question=entry.text,
        event=event_words(q, scenario, day),
        yes=what_counts(q, scenario, day),
        as_of=scenario.as_of,
        date=day,
        month=float(sum(month * weight for month, weight in weights)),
        best=best,
        best_interval=interval,
        model=model,
        record=past,
        grid_error=error,
        reason=solved.estimate.reason or ("" if best is not None else "The record does not reach so far."),
        notes=(
            *_of_row(entry, day, scenario.as_of),
            *([AS_TRUCE] if _in_settlement(scenario) and q.event.labels == EITHER.labels else []),
            *notes_of(q, scenario, solved.given, ends, weights),
            *outside_both(best, model, past.probability),
        ),
    )


def _of_row(entry: Entry, day: date, as_of: date) -> list[str]:
    """Return what a reader must know of the row of a file: a date beside the question that is another."""
    beside = None if entry.when is None else entry.when.on(as_of)
    if beside is None or abs((beside - day).days) <= SAME_DAY:
        return [entry.note] if entry.note else []
    where = f"{entry.place.capitalize()}: the" if entry.place else "The"
    other = f"{where} date beside the question is {day_name(beside)}; that in the question, {day_name(day)}, counts."
    return [other, *([entry.note] if entry.note else [])]


class _Asked(NamedTuple):
    """An event at a day, or that it does not come."""

    event: Event
    negated: bool
    weights: tuple[tuple[int, float], ...]  # of the month ends around the day

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return values [..., month] at the day."""
        return np.sum([weight * values[..., month] for month, weight in self.weights], axis=0)

    def chance(self, ends: np.ndarray, given: np.ndarray) -> np.ndarray:
        """Return the probability, from classes and conditional probabilities [..., month, end]."""
        by_month = np.clip((ends * given).sum(axis=-1), 0.0, 1.0)
        found = self.at(np.maximum.accumulate(by_month, axis=-1) if self.event.kind in CUMULATIVE else by_month)
        return 1 - found if self.negated else found

    def of_a_part(self, given: np.ndarray) -> bool:
        """Return whether the outcome class does not decide the event, given conditional probabilities [month, end]."""
        months = given[[month for month, weight in self.weights if weight > 0]]
        return bool(((months > CERTAIN) & (months < 1 - CERTAIN)).any())


def _best(asked: _Asked, solved: OfEvent, past: RecordedEvent) -> tuple[float | None, tuple[float, float] | None]:
    """Return the best estimate of an event and its 90% interval, widened to hold it; None where there is none."""
    if solved.best is None or solved.joint is None:
        return None, None
    point = float(asked.chance(solved.best, solved.best_given))
    if not np.isfinite(point):
        return None, None
    drawn = asked.chance(solved.joint, solved.drawn)
    ends = [*np.quantile(drawn, INTERVAL).tolist(), point]
    if asked.of_a_part(solved.best_given) and 0 < point < 1:
        ends += _as_uncertain(point, past)
    return point, (min(ends), max(ends))


def _as_uncertain(point: float, past: RecordedEvent) -> list[float]:
    """Return the ends of an interval that is as wide in log odds as that of past conflicts (at 0 or 1: that one)."""
    if past.probability is None or past.interval is None:
        return []
    if not RARE < past.probability < 1 - RARE:
        return list(past.interval)
    low, at, high = logit(np.clip([past.interval[0], past.probability, past.interval[1]], RARE, 1 - RARE))
    return expit(logit(point) + np.array([low - at, high - at])).tolist()


def _grid_error(asked: _Asked, solved: OfEvent, model: float, best: float | None) -> float | None:
    """Return by how much a finer belief grid may move the best estimate, or the model where there is none."""
    if solved.finer is None:
        return None
    if best is None or solved.finer.best is None:
        return abs(float(asked.chance(solved.finer.ends, solved.finer.given)) - model)
    return abs(float(asked.chance(solved.finer.best, solved.finer.best_given)) - best)

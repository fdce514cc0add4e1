"""What past conflicts say to a question: the closest event that is recorded, and in what it differs from what is asked.

What is in force at a date is the record's answer that anchors the best estimate (`evidence.question`), summed over
outcome classes; what has begun by a date is a first passage (`evidence.first_passage`).  Where a question asks for a
part of a class, such as a ceasefire without a settlement, the class as a whole bounds it from above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.evidence.first_passage import first_passage, settled_shares
from peacetalks.evidence.plain import plain
from peacetalks.forecasting.best_estimate import INTERVAL
from peacetalks.forecasting.record_view import anchor, situation_of
from peacetalks.outcomes import ENDS
from peacetalks.questions.ask_phrases import MORE, NOWHERE, OVER, PEACE, WON
from peacetalks.questions.query_tree import EventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from peacetalks.evidence.situation import RecordAnswer, Situation
    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.questions.query_tree import Event
    from peacetalks.scenario.scenario import Scenario

CLASS_WORDS = {
    "peace": "peace in force: a settlement or a ceasefire",
    "nowhere": "still no settlement, fighting at the old level",
    "more_conflict": "more conflict: won by force, or fighting back after a truce or settlement",
}
ENDED = "Only what ended the fighting of a recorded conflict counts; truces that soon broke in between are not in it."
SPLIT = "Of those that settled, {what} are taken at their share of the {n} recorded."
ONLY_BREAKS = "Only that what is in force breaks is recorded: a lower bound."
ON_THE_DAY = "It is what is in force on the day, not what began at any time before: a lower bound."
PART = "It holds more than is asked: the record does not separate its parts, and this bounds the question from above."
NO_EVENT = "No event in the record of this class comes close: {why}"


@dataclass(frozen=True)
class RecordedEvent:
    """The recorded event that is closest to a question; `probability` is None where there is none (`note`)."""

    event: str  # what the record counts; "" where nothing comes close
    same: bool  # whether it is what is asked
    differs: str  # in what it differs
    probability: float | None
    interval: tuple[float, float] | None  # 90%
    reference_class: str = ""
    method: str = ""
    n: int = 0  # cases
    clusters: int = 0  # states (or wars, crises) among them
    definition: str = ""
    counted_from: str = ""
    source: str = ""
    coverage_end: date | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        return plain(self)


class _Curve(NamedTuple):
    """Probabilities [draw, month] of a recorded event, the first row the point; month 0 is the scenario's date."""

    event: str
    values: np.ndarray
    name: str  # of the reference class
    basis: RecordView | RecordAnswer
    differs: str = ""


class RecordAnswers:
    """The record of one scenario, asked about several events.

    Parameters
    ----------
    scenario : Scenario
    views : sequence of RecordView
        At every month from 1, as `record_views` returns them.
    opening : ndarray
        [end] probability of each outcome class at the scenario's date.
    """

    def __init__(self, scenario: Scenario, views: Sequence[RecordView], opening: np.ndarray) -> None:
        self.situation: Situation = situation_of(scenario)
        number, self.reason = anchor(views)
        self.view = None if number is None else views[number - 1]
        self.opening, self.months = opening, views[0].months if views else ()
        self._passage: RecordAnswer | None = None

    def of(self, event: Event, negated: bool, at: Callable[[np.ndarray], np.ndarray]) -> RecordedEvent:
        """Return the recorded event closest to one that is asked; `at` takes values [..., month] at the day."""
        found = self._closest(event)
        if isinstance(found, str):
            return RecordedEvent("", False, "", None, None, note=found)
        drawn = at(found.values)
        drawn = 1 - drawn if negated else drawn
        point = float(drawn[0])
        low, high = np.quantile(drawn, INTERVAL) if len(drawn) > 1 else (point, point)
        known = np.isfinite(point)
        basis = found.basis
        return RecordedEvent(
            event=f"the opposite of: {found.event}" if negated else found.event,
            same=not found.differs,
            differs=found.differs,
            probability=point if known else None,
            interval=(min(float(low), point), max(float(high), point)) if known else None,
            reference_class=found.name,
            method=basis.method,
            n=basis.n,
            clusters=basis.clusters,
            definition=basis.definition,
            counted_from=basis.counted_from,
            source=basis.source,
            coverage_end=basis.coverage_end,
            note=basis.note,
        )

    def _closest(self, event: Event) -> _Curve | str:
        """Return the closest recorded event, or why there is none."""
        asked = frozenset(event.labels)
        if event.kind in (EventKind.FRONT, EventKind.TERMS):
            return NO_EVENT.format(why="it does not hold where fronts stood or what was agreed.")
        if event.kind is EventKind.BROKEN:
            if self.situation.state in ("truce", "settlement"):
                return self._classes(("more_conflict",), "what is in force breaks and fighting resumes", "")
            return NO_EVENT.format(why="no truce is in force that could break.")
        if event.kind is EventKind.BY:
            return self._in_force(asked)
        if self.situation.state == "fighting":
            return self._first(asked)
        return self._begun(asked)

    def _classes(self, ends: Sequence[str], words: str, differs: str) -> _Curve | str:
        """Return the sum of outcome classes in the record's answer that anchors."""
        if self.view is None:
            return self.reason
        table = self.view.table()
        assert table is not None
        point = table.sel(end=list(ends)).values.sum(axis=1)
        places = [list(ENDS).index(e) for e in ends]
        runs = None if self.view.runs is None else np.asarray(self.view.runs)[:, :, places].sum(axis=2)
        values = point[None] if runs is None else np.concatenate([point[None], runs])
        return _Curve(
            words,
            _from_opening(values, float(self.opening[places].sum())),
            self.view.reference_class,
            self.view,
            differs,
        )

    def _in_force(self, asked: frozenset[str]) -> _Curve | str:
        """Return the classes that hold the labels asked, at a date."""
        ends = [e for e, labels in ENDS.items() if asked & set(labels)]
        whole = asked == {x for e in ends for x in ENDS[e]}
        return self._classes(ends, " or ".join(CLASS_WORDS[e] for e in ends), "" if whole else PART)

    def _begun(self, asked: frozenset[str]) -> _Curve | str:
        """Return what has begun by a date, of a truce, a settlement or a crisis: what its class follows."""
        crisis = self.situation.state == "crisis"
        if asked == set(MORE):
            words = "serious clashes or full war" if crisis else "what is in force breaks and fighting resumes"
            return self._classes(("more_conflict",), words, "" if crisis else ONLY_BREAKS)
        if crisis and asked & set(PEACE) and asked <= {*PEACE, *WON}:
            return self._classes(("peace",), "the crisis ends in an agreement", "An agreement of any kind counts.")
        what = "a crisis" if crisis else f"a {self.situation.state}"
        return NO_EVENT.format(why=f"of {what} it says whether it held or ended, not what else began.")

    def _first(self, asked: frozenset[str]) -> _Curve | str:
        """Return when fighting first ended, in the way asked."""
        if asked & set(NOWHERE):
            return NO_EVENT.format(why="it does not say whether those who fight also talk.")
        columns = {frozenset(PEACE): (0,), frozenset(WON): (2,), frozenset(OVER): (0, 2)}.get(asked)
        part = {frozenset({"settlement"}): 0, frozenset({"ceasefire"}): 1}.get(asked)
        if columns is None and part is None:
            if len(asked) == 1 and asked <= set(WON):
                return self._passed((2,), "a side wins by force", PART)
            if asked != set(MORE):
                return NO_EVENT.format(why="it has no such ending.")
            return self._classes(("more_conflict",), CLASS_WORDS["more_conflict"], ON_THE_DAY)
        if part is not None:
            return self._settled(part)
        assert columns is not None
        words = {0: "an agreement or a ceasefire ends the fighting", 2: "a side wins by force"}
        return self._passed(columns, " or ".join(words[c] for c in columns), ENDED if 0 in columns else "")

    def _settled(self, part: int) -> _Curve | str:
        """Return when an agreement (0) or a ceasefire (1) first ended the fighting."""
        found = self._passed((0,), f"{('an agreement', 'a ceasefire')[part]} ends the fighting", ENDED)
        if isinstance(found, str):
            return found
        shares, n = settled_shares(self.situation)
        split = SPLIT.format(what=("agreements", "ceasefires")[part], n=n)
        return found._replace(values=found.values * shares[: len(found.values), part, None], differs=f"{ENDED} {split}")

    def _passed(self, columns: tuple[int, ...], words: str, differs: str) -> _Curve | str:
        """Return the sum of columns of the first passage."""
        if self._passage is None:
            self._passage = first_passage(self.situation, self.months)
        found = self._passage
        if found.ends is None or found.runs is None:
            return found.note
        every = np.concatenate([found.ends[None], found.runs])[..., list(columns)].sum(axis=-1)
        return _Curve(words, _from_opening(every, 0.0), found.name, found, differs)


def share_won(scenario: Scenario, views: Sequence[RecordView]) -> np.ndarray | None:
    """Return the share [month] of decisions by force in what the record calls more conflict; month 0 is NaN.

    None where the record does not separate them: a truce, a settlement, a crisis, or no answer.
    """
    number, _ = anchor(views)
    if number is None:
        return None
    view = views[number - 1]
    passed, table = first_passage(situation_of(scenario), view.months), view.table()
    if passed.ends is None or passed.name != view.reference_class or table is None:
        return None
    more = table.sel(end="more_conflict").values
    return np.concatenate([[np.nan], np.clip(passed.ends[:, 2] / more, 0.0, 1.0)])


def _from_opening(values: np.ndarray, opening: float) -> np.ndarray:
    """Return values [draw, month] with the scenario's date before the first month."""
    return np.concatenate([np.full((len(values), 1), opening), values], axis=1)

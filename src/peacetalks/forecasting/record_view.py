"""What the historical record says of a scenario: the answer to the question at hand, and its reference classes.

The scenario's conflict, in the state in which it is (`situation_of`), is put to the record (`evidence.question`): the
first view is the answer that anchors the best estimate, or says why there is none. Then come the answers from other
classes, and what became of past episodes of the reference classes that the scenario names.

Only what was known at the scenario's date is used. A class with fewer than `FEW` cases gives no estimate of its own;
the numbers of a larger class are shrunk towards the parent class (all episodes of the same scope), with the weight
that is reported beside them. Where the data are insufficient the tables are empty, never zero, and `note` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.conflicts.named_classes import check_classes
from peacetalks.equilibrium.timings import timed
from peacetalks.errors import EmptyClass, EvidenceError, SpecError
from peacetalks.evidence import CaseFilter, outside_forecast
from peacetalks.evidence.plain import plain
from peacetalks.evidence.question import Situation, answers
from peacetalks.outcomes import ENDS
from peacetalks.scenario.conflict_class import resolved
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.composition import Left
    from peacetalks.evidence.outside import OutsideForecast
    from peacetalks.evidence.question import RecordAnswer
    from peacetalks.scenario.scenario import Scenario

INTERVAL_DRAWS, INTERVAL_SEED = 60, 7  # bootstrap draws of the intervals of reference classes
ANSWER_DRAWS = 200  # draws of the answers of `evidence.question`
FEW = 5
LIMITS = (
    "The record does not say whether those who fight also talk, nor whether a war widened: "
    "Still no settlement cannot be split and More conflict is a lower bound."
)
OTHER_QUESTION = (
    "This class holds conflicts that were fought; the state of this one is {state}, so it answers another question. "
)
NOTHING_ASKED = "The record was not asked: there is no answer to start from."


@dataclass(frozen=True, repr=False)
class RecordView:
    """The outcome classes in one class of past conflicts, with intervals; empty where the data are insufficient."""

    reference_class: str
    conditions: int  # how many the class sets, its clock and years among them: how narrow it is
    months: tuple[int, ...]
    n: int  # cases of the class that are used
    weight: float  # of the class's own cases; the rest is the parent class
    ends: dict[str, list[float | None]]  # end -> [month] probability; None where nobody was followed so long
    low: dict[str, list[float | None]]  # end -> [month] lower end of the interval
    high: dict[str, list[float | None]]  # end -> [month] upper end of the interval
    source: str
    note: str  # what the record does not cover
    anchors: bool = False  # whether it answers the question at hand, so that the best estimate starts from it
    method: str = "class"
    level: float = 0.95  # of the intervals
    clusters: int = 0  # states (or wars, or crises) among the cases
    events: dict[str, int] = field(default_factory=dict)  # ending -> how often
    definition: str = ""
    counted_from: str = ""  # from when months are counted
    coverage_end: date | None = None  # last day followed, or the scenario's date if that is earlier
    cases: int = 0  # of the class, used or not
    dropped: tuple[Left, ...] = ()  # cases that are not used, by reason
    runs: Floats | None = field(default=None, compare=False, repr=False)  # [draw, month, end], ends as in `ENDS`

    def __repr__(self) -> str:
        """Return the class, and the outcome classes at the last month or why there are none, in two lines."""
        if not self.ends:
            return clip(f"RecordView {self.reference_class}: no estimate. {self.note}")
        at = ", ".join(f"{end} {'unknown' if p[-1] is None else format(p[-1], '.0%')}" for end, p in self.ends.items())
        first = f"RecordView {self.reference_class}: n = {self.n}{', anchors the best estimate' * self.anchors}"
        return f"{clip(first)}\n  within {self.months[-1]} months: {at}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, without the draws."""
        return plain({k: getattr(self, k) for k in self.__dataclass_fields__ if k != "runs"})

    def table(self) -> xr.DataArray | None:
        """Return the probabilities (period, end), NaN where unknown; None where the data are insufficient."""
        if not self.ends:
            return None
        where = {"period": list(self.months), "end": list(self.ends)}
        return xr.DataArray(np.array(list(self.ends.values()), float).T, where, ("period", "end"))


def anchor(views: Sequence[RecordView]) -> tuple[int | None, str]:
    """Return which of the record's views the best estimate starts from, counted from 1, and "".

    Where the record has no answer to the question at hand it is None, and why.
    """
    found = next((i for i, view in enumerate(views, 1) if view.anchors), None)
    if found is not None:
        return found, ""
    return None, views[0].note if views else NOTHING_ASKED


def situation_of(scenario: Scenario) -> Situation:
    """Return the scenario's conflict as the record can be asked about it.

    What the table `[conflict]` leaves out follows from the rest of the scenario where it says so
    (`scenario.conflict_class.resolved`), else it is not known.
    """
    facts, written = resolved(scenario), scenario.conflict is not None
    return Situation(
        kind=facts.kind,
        state=facts.state or "fighting",
        as_of=scenario.as_of,
        start=facts.start,
        since=facts.since,
        intensity=facts.intensity,
        incompatibility=facts.incompatibility,
        internationalised=facts.internationalised if written or facts.internationalised else None,
        major_power=facts.major_power if written else None,
        previous=facts.previous,
        ceasefires=facts.ceasefires,
        classes=tuple(scenario.reference_classes),
    )


def record_views(scenario: Scenario, months: tuple[int, ...]) -> tuple[RecordView, ...]:
    """Return what the record says at `months`, as known at the scenario's date; the first view anchors (`anchor`).

    Raises `SpecError` for a reference class that the record does not know.
    """
    with timed("record"):
        check_classes(scenario)
        asked = situation_of(scenario)
        found = answers(asked, months, draws=ANSWER_DRAWS)
        caution = "" if asked.state == "fighting" else OTHER_QUESTION.format(state=asked.state)
        own = (_class_view(scenario, where, months, caution) for where in scenario.reference_classes)
        return (*map(_answer_view, found), *own)


def record_views_of(
    variants: Mapping[str, Scenario], months: tuple[int, ...], as_of: date
) -> dict[str, tuple[RecordView, ...]]:
    """Return the record views of each account of one scenario at `months`, all as known at the scenario's date `as_of`.

    `variants` is "base" and the accounts by name.  An account may name other reference classes or facts of the
    conflict, but not a later date; accounts that ask the same share one result.  Raises `SpecError`, which names the
    account, for a class that the record does not know.
    """
    known: dict[Situation, tuple[RecordView, ...]] = {}
    out = {}
    for name, s in variants.items():
        dated = s.model_copy(update={"as_of": as_of})
        try:
            asked = situation_of(dated)
            if asked not in known:
                known[asked] = record_views(dated, months)
        except (SpecError, EvidenceError) as e:
            raise SpecError(str(e) if name == "base" else f"account {name!r}: {e}") from None
        out[name] = known[asked]
    return out


def _answer_view(a: RecordAnswer) -> RecordView:
    """Return an answer of the record as a view."""
    return RecordView(
        reference_class=a.name,
        conditions=0,
        months=a.months,
        n=a.n,
        weight=1.0,
        ends=_columns(a.ends),
        low=_columns(a.low),
        high=_columns(a.high),
        source=a.source,
        note=a.note,
        anchors=a.anchors,
        method=a.method,
        level=0.9,
        clusters=a.clusters,
        events=a.events,
        definition=a.definition,
        counted_from=a.counted_from,
        coverage_end=a.coverage_end,
        cases=a.cases,
        dropped=a.dropped,
        runs=a.runs,
    )


def _columns(table: Floats | None) -> dict[str, list[float | None]]:
    """Return {end: [month]} of a table [month, end], None for what is not known; empty without a table."""
    if table is None:
        return {}
    return {end: [float(p) if np.isfinite(p) else None for p in table[:, i]] for i, end in enumerate(ENDS)}


def _class_view(scenario: Scenario, where: str, months: tuple[int, ...], caution: str) -> RecordView:
    """Return what the record says in one reference class; `caution` goes before its notes."""
    chosen, as_of = CaseFilter.parse("episodes", where), scenario.as_of
    conditions = len(set(chosen.conditions)) + sum(map(bool, (chosen.reached, chosen.since, chosen.until)))
    try:
        f = outside_forecast(where, months, as_of=as_of, draws=INTERVAL_DRAWS, seed=INTERVAL_SEED)
    except EmptyClass:
        note = f"The record holds no such case as of {as_of}: nothing can be estimated from it."
        return RecordView(where, conditions, months, 0, 0.0, {}, {}, {}, "", note)
    if f.n < FEW:
        note = f"Only {f.n} such case{'s' * (f.n != 1)} as of {as_of}, too few for an estimate. {caution}{LIMITS}"
        return RecordView(where, conditions, months, f.n, f.weight, {}, {}, {}, f.source, note, **_basis(f))
    point, low, high = map(_columns, (f.end_probability, f.end_low, f.end_high))
    return RecordView(
        where, conditions, months, f.n, f.weight, point, low, high, f.source, caution + LIMITS, **_basis(f)
    )


def _basis(f: OutsideForecast) -> dict[str, Any]:
    """Return what a reference class's view rests on."""
    own = f.made_of.own if f.made_of else None
    return {
        "clusters": f.states,
        "definition": f.definition,
        "counted_from": "the age that the class has reached, else the first day of the fighting",
        "coverage_end": f.coverage[0].followed_to if f.coverage else None,
        "cases": own.cases if own else f.n,
        "dropped": own.dropped if own else (),
    }

"""Rates beside a base rate: other horizons, neighbouring classes, the complement and events of the same kind.

Each is estimated as the base rate itself is, from the cases known at the same date, and shrunk to its own parent class.
A neighbouring class differs in one covariate, or in the era; all else of the class asked about stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from peacetalks.evidence.classes import CaseFilter, Where
from peacetalks.evidence.dates import DAYS_PER_YEAR, as_date, duration
from peacetalks.evidence.grammar import EVENTS, NAMES, Event, Question, negated, parse
from peacetalks.evidence.plain import plain
from peacetalks.evidence.rates import class_asked, estimate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

Relation = Literal["horizon", "class", "complement", "event"]
MONTHS = (1, 3, 6, 12, 24, 60)  # horizons shown, in months
WHOLE_YEARS = (12, 24, 60, 120)  # of events that are dated by calendar year
NEIGHBOURS = {  # kind of case -> classes that differ in one covariate or in the era
    "episodes": (
        "interstate", "civil", "internationalised", "intensity=minor", "intensity=war", "territory", "government",
        "since=1990",
    ),
    "ceasefires": ("mediated=1", "mediated=0", "monitored=1", "side=unilateral", "side=bilateral", "since=2000"),
    "agreements": ("kind=full", "kind=partial", "kind=process", "mediated=1", "mediated=0", "since=2000"),
    "spells": ("war_ended=treaty", "war_ended=truce", "war_ended=victory", "peacekeepers=1", "peacekeepers=0"),
    "processes": ("interstate", "civil", "level=local"),
    "mediations": ("territory", "government", "since=1990"),
    "wars": ("major_power=1", "major_power=0", "since=1945"),
    "crises": ("since=1945", "since=1990"),
    "sanctions": ("since=1990",),
}  # fmt: skip
ELSEWHERE = (  # events that answer like questions, of other cases too
    ("ceasefire fails", "agreement fails", "peace fails", "conflict recurs"),
    ("conflict ends in an agreement", "talks reach a substantive agreement", "talks reach a comprehensive agreement"),
    ("conflict ends", "war ends", "interstate war ends"),
    ("conflict ends in victory", *(f"civil conflict ends in victory of the {x}" for x in ("government", "rebels"))),
    ("war ends in victory", *(f"civil war ends in victory of the {x}" for x in ("government", "rebels"))),
)


@dataclass(frozen=True)
class RelatedRate:
    """A rate that stands beside a base rate, and in what it differs from it."""

    relation: Relation
    question: str
    where: str  # the reference class
    probability: float
    interval: tuple[float, float]  # 95 %
    n: int
    observed: float | None  # the class's own rate, before it is shrunk to its parent class
    weight: float  # of the class's own rate in the probability, 0 to 1; 1 for a class that is its own parent
    events: int  # cases in which what is asked is known to have come by the horizon

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return plain(self)


def related_rates(question: str, where: Where = None, as_of: date | str | None = None) -> tuple[RelatedRate, ...]:
    """Return the rates that stand beside a base rate; those without cases, or not followed that long, are left out.

    Parameters
    ----------
    question, where, as_of
        As of `base_rate`.

    Returns
    -------
    tuple of RelatedRate
        Other horizons, then neighbouring classes at the same horizon, the complement, and other events.

    Raises
    ------
    EvidenceError
        As `base_rate` does.

    Examples
    --------
    >>> [r.question for r in related_rates("interstate war ends within 90 days") if r.relation == "horizon"][:2]
    ['interstate war ends within 1 month', 'interstate war ends within 3 months']
    """
    asked, day = parse(question), as_date(as_of)
    chosen = class_asked(asked, where)
    found: list[RelatedRate] = []
    for relation, other, its_class in _asked_beside(asked, chosen):
        rate = estimate(other.event, its_class, other.days, day, other.complement)
        if rate.n and rate.probability is not None and rate.interval is not None:
            shown = (rate.probability, rate.interval, rate.n, rate.observed, rate.weight, rate.events)
            found.append(RelatedRate(relation, other.text, str(its_class), *shown))
    return tuple(found)


def _asked_beside(asked: Question, chosen: CaseFilter) -> Iterator[tuple[Relation, Question, CaseFilter]]:
    """Yield every question to ask beside one, in what it differs, and its class."""
    for months in WHOLE_YEARS if asked.event.how == "years" else MONTHS if asked.days is not None else ():
        other = _within(asked, f"{months} month{'s' * (months > 1)}")
        if other.days != asked.days:
            yield "horizon", other, chosen
    for neighbour in neighbours(asked.event, chosen):
        yield "class", asked, neighbour
    opposite = replace(asked, complement=not asked.complement, text=_text(asked, asked.event, not asked.complement))
    yield "complement", opposite, chosen
    for event in _siblings(asked.event, chosen):
        same, like = event.kind == asked.event.kind, event.name in _alike(asked.event)
        if event.how == "years" and (asked.days or 0) < DAYS_PER_YEAR - 1:
            continue  # dated by calendar year
        turned = asked.complement and like
        other = replace(asked, event=event, complement=turned, text=_text(asked, event, turned))
        yield "event", other, chosen if same else CaseFilter(event.kind)


def neighbours(event: Event, chosen: CaseFilter) -> list[CaseFilter]:
    """Return the classes that differ from one in one covariate or in the era, all cases of its scope first.

    >>> event = parse("war ends within 1 year").event
    >>> [str(c) for c in neighbours(event, CaseFilter.parse("episodes", "interstate"))][:2]
    ['all', 'war_type=intrastate|internationalised']
    """
    fixed = {c.column for c in CaseFilter.parse(event.kind, event.where).conditions}
    found = [CaseFilter(event.kind, reached=chosen.reached)]
    for name in NEIGHBOURS[event.kind]:
        one = CaseFilter.parse(event.kind, name)
        columns = {c.column for c in one.conditions}
        if columns & fixed:
            continue
        rest = tuple(c for c in chosen.conditions if c.column not in columns)
        found.append(replace(chosen, conditions=rest + one.conditions, since=one.since or chosen.since))
    return [c for c in dict.fromkeys(found) if c != chosen]


def _siblings(event: Event, chosen: CaseFilter) -> list[Event]:
    """Return events of the same cases, estimated alike, and those that answer like questions."""
    same = [e for e in EVENTS if (e.kind, e.how, e.where) == (event.kind, event.how, event.where)]
    types = [v for c in chosen.conditions if c.column == "war_type" for v in c.values]
    apart = () if set(types) <= {"interstate"} else ("interstate war ends",)
    found = dict.fromkeys([*same, *(NAMES[n] for n in _alike(event))])
    return [e for e in found if e != event and e.name not in apart]


def _alike(event: Event) -> tuple[str, ...]:
    """Return the events that answer like questions."""
    return next((group for group in ELSEWHERE if event.name in group), ())


def _within(asked: Question, span: str) -> Question:
    """Return a question with another horizon."""
    name = negated(asked.event.name) if asked.complement else asked.event.name
    return replace(asked, days=duration(span), text=f"{name} within {span}")


def _text(asked: Question, event: Event, complement: bool) -> str:
    """Return the text of a question about another event, or the complement, by the same horizon."""
    _, within, span = asked.text.partition(" within ")
    return f"{negated(event.name) if complement else event.name}{within}{span}"

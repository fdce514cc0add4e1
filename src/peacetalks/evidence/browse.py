"""An event in a reference class as one looks at it: its rate at several lengths of time, its cases, related classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.errors import EmptyClass, UnknownQuestion, suggestion
from peacetalks.evidence.classes import CaseFilter, cases, prepared
from peacetalks.evidence.composition import ClassSummary, class_summary
from peacetalks.evidence.grammar import EVENTS, Event
from peacetalks.evidence.names import NAMED, WHOLE_KINDS
from peacetalks.evidence.outside import OutsideForecast, outside_forecast
from peacetalks.evidence.rates import BaseRate, base_rate
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    import polars as pl

MONTHS = (1, 3, 6, 12, 24, 36, 60)  # at which an event that depends on time is asked about
YEARS = (1, 2, 3, 5, 10)  # the same where only years are recorded
EVERY = tuple(range(3, 61, 3))  # months of the curves of what became of conflicts


@dataclass(frozen=True)
class Rate:
    """The rate of an event within a length of time."""

    words: str  # the length of time; empty for a share of how cases ended
    months: int | None
    rate: BaseRate


@dataclass(frozen=True)
class Browsed:
    """An event in a class; made by `browse`."""

    event: Event
    where: str  # as it was asked for
    as_of: str | None
    rates: tuple[Rate, ...]
    outside: OutsideForecast | None  # what became of conflicts of the class; None for other kinds of case
    summary: ClassSummary
    cases: pl.DataFrame
    classes: dict[str, int]  # name of a class of this kind -> cases, as known at the date

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "event": self.event.name,
            "kind": self.event.kind,
            "class": self.where,
            "as_of": self.as_of,
            "rates": [{"within": r.words, "months": r.months, **r.rate.to_dict()} for r in self.rates],
            "outside": None if self.outside is None else self.outside.to_dict(),
            "classes": self.classes,
            "cases": [{k: _plain(v) for k, v in row.items()} for row in self.cases.iter_rows(named=True)],
        }


def browse(event: str, where: str = "", as_of: str | None = None) -> Browsed:
    """Return an event in a reference class, as known at a date.

    Parameters
    ----------
    event : str
        The name of one of `questions()`.
    where : str
        The class, such as "civil, since=1990"; empty for all cases.
    as_of : str, optional
        A day; nothing dated later, or codable only later, is used.

    Raises
    ------
    EvidenceError
        For an event or a class that is not known, or a day that is not one.

    Examples
    --------
    >>> found = browse("ceasefire fails", "mediated")
    >>> [r.words for r in found.rates][:3], found.summary.cases == found.cases.height
    (['1 month', '3 months', '6 months'], True)
    """
    asked = next((e for e in EVENTS if e.name == event), None)
    if asked is None:
        raise UnknownQuestion(f"no event is called {shorten(event)}. {suggestion(event, [e.name for e in EVENTS])}")
    chosen = where.strip() or None
    return Browsed(
        asked,
        where.strip(),
        as_of,
        tuple(Rate(words, months, base_rate(f"{event}{ask}", chosen, as_of)) for words, months, ask in _times(asked)),
        _outside(asked, chosen, as_of),
        class_summary(asked.kind, chosen, as_of),
        cases(asked.kind, chosen, as_of),
        named_classes(asked.kind, as_of),
    )


def named_classes(kind: str, as_of: str | None = None) -> dict[str, int]:
    """Return how many cases each class that has a name holds of a kind; those of every case are left out.

    >>> sorted(named_classes("wars"))
    ['major_power', 'since_1945', 'since_1990']
    """
    population = prepared(kind, as_of)
    names = [n for n, by_kind in NAMED.items() if kind in by_kind and kind not in WHOLE_KINDS.get(n, ())]
    return {n: CaseFilter.parse(kind, n).apply(population).height for n in names}


def _times(event: Event) -> list[tuple[str, int | None, str]]:
    """Return (words, months, what a question adds) of the lengths of time at which an event is asked about."""
    if event.how == "share" or event.column == "tension":
        return [("", None, "")]
    if event.how == "years":
        return [(f"{y} year{'s' * (y > 1)}", 12 * y, f" within {y} years") for y in YEARS]
    return [(f"{m} month{'s' * (m > 1)}", m, f" within {m} months") for m in MONTHS]


def _outside(event: Event, where: str | None, as_of: str | None) -> OutsideForecast | None:
    """Return what became of conflicts of a class; None for other kinds of case, and where the class holds none."""
    if event.kind != "episodes" or event.how != "time":
        return None
    try:
        return outside_forecast([p for p in (event.where, where) if p], EVERY, as_of, draws=100)
    except EmptyClass:
        return None


def _plain(value: Any) -> Any:
    """Return a cell of a case table as JSON holds it."""
    return value.isoformat() if hasattr(value, "isoformat") else value

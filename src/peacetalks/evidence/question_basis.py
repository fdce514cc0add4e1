"""What an answer of the record rests on, and how it is mixed with ignorance and given its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.evidence import classes, fighting
from peacetalks.evidence.case_tables import SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.classes import CaseFilter, prepared
from peacetalks.evidence.composition import Left, coverage, sort_out
from peacetalks.evidence.dates import DAYS_PER_MONTH, years_between
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.local_tables import version_in_use
from peacetalks.evidence.situation import RecordAnswer, Situation
from peacetalks.evidence.table_cache import cached
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from peacetalks.evidence.arrays import Floats

LOW, HIGH = 0.05, 0.95
OLD = 1.0  # years after its last day from which a record is called old


@dataclass(frozen=True)
class Source:
    """A source by its name, and the function that answers from it."""

    name: str
    make: Callable[[Situation, tuple[int, ...], int, int], RecordAnswer]


@dataclass(frozen=True)
class Basis:
    """What an answer rests on."""

    name: str
    method: str
    kind: str  # of case
    question: str  # by which cases are used or left out (`grammar`)
    where: str
    n: int
    clusters: int
    events: dict[str, int]
    definition: str
    counted_from: str
    note: str
    states: int | None = None  # among the `n` cases, where `clusters` are those of a wider class
    rest: str = "of which the days are not recorded, or that had not ended"  # why other cases are not used


def answer(basis: Basis, table: Floats, s: Situation, months: tuple[int, ...], seed: int) -> RecordAnswer:
    """Return the answer of a table [draw, month, 3] for every month from 1, the first row the point, with ignorance."""
    point, runs = table[0, [m - 1 for m in months]], table[1:, [m - 1 for m in months]]
    rng, c = np.random.default_rng(seed), basis.clusters
    share = rng.beta(1, c, (len(runs), 1, 1))
    thirds = rng.dirichlet(np.full(len(ENDS), 1 / 3), (len(runs), 1))
    point = point * c / (c + 1) + 1 / (3 * (c + 1))
    runs = (1 - share) * runs + share * thirds
    low, high = np.quantile(runs, [LOW, HIGH], axis=0) if len(runs) else (point, point)
    cases, dropped = _left_out(basis, s.as_of)
    rest = cases - basis.n - sum(x.n for x in dropped)
    dropped += (Left(basis.rest, rest),) if rest > 0 else ()
    ends_on = coverage(basis.kind, s.as_of)[0].followed_to
    return RecordAnswer(
        name=basis.name,
        method=basis.method,
        months=months,
        ends=point,
        low=np.minimum(low, point),
        high=np.maximum(high, point),
        runs=runs,
        n=basis.n,
        clusters=basis.clusters if basis.states is None else basis.states,
        events=basis.events,
        definition=basis.definition,
        counted_from=basis.counted_from,
        source="; ".join(f"{card(d).title} {version_in_use(d)}" for d in SOURCES[basis.kind]),
        coverage_end=ends_on,
        note=" ".join(t.strip() for t in (basis.note, _age_of_record(ends_on, s.as_of)) if t),
        cases=cases,
        dropped=dropped,
    )


def _left_out(basis: Basis, as_of: date | None) -> tuple[int, tuple[Left, ...]]:
    """Return how many cases the class has as known at the date, and which are not used."""
    frame = prepared(basis.kind, as_of)

    def made() -> tuple[int, tuple[Left, ...]]:
        own = CaseFilter.parse(basis.kind, basis.where or None).apply(frame)
        return own.height, sort_out(parse(basis.question).event, own, 365, as_of, manner=True)[1]

    return cached(("left out", basis.kind, basis.question, basis.where, as_of), tables_of(basis.kind), made)


def _age_of_record(last: date, as_of: date | None) -> str:
    if as_of is None or years_between(last, as_of) < OLD:
        return ""
    return f"The record ends on {last.isoformat()}, {years_between(last, as_of):.1f} years before the date."


def tables_of(kind: str) -> tuple[object, ...]:
    """Return the tables that fits of a kind rest on, the same objects as long as they are the same tables."""
    own = classes.read_cases(kind)
    return (own, fighting.read_conflict_years()) if kind == "episodes" else (own,)


def for_age(what: str, days: float) -> str:
    """Return from when months are counted, for cases that had gone on for some days."""
    years = days / (12 * DAYS_PER_MONTH)
    length = f"{years:.1f} years" if years >= 2 else f"{days:.0f} days"
    return f"the date of the forecast, of cases of {what} that had gone on for {length}"


def too_old(age: float, months: int, oldest: float) -> str:
    """Return a note where no case was followed as long as what is asked, else an empty text."""
    if age + DAYS_PER_MONTH * months <= oldest:
        return ""
    return "No case was followed so long: the hazard is that of the greatest age known."

"""Base rates: how often what is asked has happened in a class of past cases, offline and as of a date.

`base_rate` answers a question of the `grammar` from the committed cases. The probability of a class is shrunk to that
of its parent (`shrink`). The interval is 95 %, on an effective N that accounts for censoring (the N of fully followed
cases that would give the variance of the curve) and for clusters of like cases. Where the data are insufficient (no
cases, or none followed that long) the probability is None, never 0. Of each class the `composition` says how many cases
it has, how many are used, left out or censored, and where the record ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.evidence.case_tables import SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.classes import CaseFilter, Where, prepared
from peacetalks.evidence.composition import Composition, Coverage, Left, compose, coverage, sort_out, unplaced
from peacetalks.evidence.dates import DAYS_PER_YEAR, as_date
from peacetalks.evidence.follow_up import followed, length_days, until_comprehensive, years_to_return
from peacetalks.evidence.grammar import EVENTS, Event, Question, parse
from peacetalks.evidence.local_tables import version_in_use
from peacetalks.evidence.plain import plain
from peacetalks.evidence.shrink import design_effect, posterior, precision
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from datetime import date

ROW = {"question": pl.String, "where": pl.String, "as_of": pl.Date}  # the columns of `BaseRate.to_polars`
ROW |= dict.fromkeys(("probability", "low", "high"), pl.Float64) | {"n": pl.Int64}
ROW |= dict.fromkeys(("effective_n", "observed", "parent"), pl.Float64)

BY_YEAR = (
    "Returns are dated by calendar year, so that a time below half a year counts only those of the year of the end: "
    "ask about 1 year or more."
)


@dataclass(frozen=True, repr=False)
class BaseRate:
    """A base rate and how it was estimated."""

    question: str
    where: str  # the reference class
    as_of: date | None
    probability: float | None  # shrunk to the parent class; None where the data are insufficient
    interval: tuple[float, float] | None  # 95 %
    n: int  # cases of the class that are used
    effective_n: float
    observed: float | None  # the class's own rate
    parent: float | None  # the rate of the parent class; None for a class that is its own parent
    weight: float  # of the class's own rate in the probability, 0 to 1
    bounds: tuple[float, float] | None  # what unrecorded fates allow; ceasefires only
    definition: str
    source: str
    caution: str
    own: Composition  # of the class, before it is shrunk
    parent_class: Composition | None  # of the parent class; None for a class that is its own parent
    unplaced: tuple[Left, ...]  # cases that are in no class by the traits asked about
    coverage: tuple[Coverage, ...]  # where each dataset ends
    complement: bool = False  # whether what is asked is that the event has not come; `own` then still counts the event

    def __repr__(self) -> str:
        """Return the rate with its interval, its class and what it counts, in a few lines."""
        rate = "unknown"
        if self.probability is not None and self.interval is not None:
            rate = f"{self.probability:.1%} (95%: {self.interval[0]:.1%} to {self.interval[1]:.1%})"
        lines = (
            f"{self.question}: {rate}, n = {self.n}",
            f"  {self.where or 'all cases'}, as of {self.as_of or 'the last day recorded'}",
            f"  {self.definition}",
            f"  {self.source}",
        )
        return "\n".join(map(clip, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    def to_polars(self) -> pl.DataFrame:
        """Return one row: question, class, date, probability, its 95% interval, number of cases; unknown is null."""
        low, high = self.interval or (None, None)
        row = {"question": self.question, "where": self.where, "as_of": self.as_of, "probability": self.probability}
        row |= {"low": low, "high": high, "n": self.n, "effective_n": self.effective_n, "observed": self.observed}
        return pl.DataFrame([row | {"parent": self.parent}], schema=ROW)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        return plain(self)


@dataclass(frozen=True)
class Brief:
    """A rate with its 95% interval and number of cases; None where the data are insufficient."""

    probability: float | None
    interval: tuple[float, float] | None
    n: int
    observed: float | None  # the class's own rate
    weight: float  # of the class's own rate in the probability, 0 to 1
    events: int  # cases in which what is asked is known to have come by the horizon


@dataclass(frozen=True)
class Rate:
    """The rate of an event in a set of cases, not shrunk."""

    p: float  # NaN if unknown
    n: int
    effective: float  # N of independent, fully followed cases


@dataclass(frozen=True)
class _Sample:
    """The cases among which an event can happen, as known at a date, and the class of them that is asked about."""

    event: Event
    chosen: CaseFilter
    days: int | None
    as_of: date | None
    population: pl.DataFrame

    @classmethod
    def of(cls, event: Event, chosen: CaseFilter, days: int | None, as_of: date | None) -> _Sample:
        return cls(event, chosen, days, as_of, _population(event, as_of))

    def cases(self, of: CaseFilter) -> pl.DataFrame:
        """Return the cases of a class that are also of the event's own class."""
        return self.scope.narrowed(of).apply(self.population)

    @property
    def scope(self) -> CaseFilter:
        """The event's own class."""
        return CaseFilter.parse(self.event.kind, self.event.where)

    def rate(self, frame: pl.DataFrame) -> Rate:
        return rate(self.event, frame, self.days, self.as_of)

    def composition(self, of: CaseFilter, found: Rate) -> Composition:
        """Return what the rate `found` of a class is made of."""
        summary = (_none(found.p), found.effective)
        where = str(self.scope.narrowed(of))
        return compose(self.event, where, self.cases(of), self.days, self.as_of, summary)

    @property
    def own(self) -> Rate:
        """The rate of the class."""
        return self.rate(self.cases(self.chosen))

    @property
    def parent(self) -> Rate | None:
        """The rate of the parent class; None for a class without conditions of its own."""
        return self.rate(self.cases(self.chosen.parent)) if self.chosen.own else None


def base_rate(question: str, where: Where = None, as_of: date | str | None = None) -> BaseRate:
    """Return how often an event has happened in a reference class of past cases.

    Parameters
    ----------
    question
        ``"EVENT within NUMBER UNIT"``, such as ``"war ends within 2 years"``, or ``"EVENT"`` for a share of how cases
        ended (`questions` lists the events); or in other words, such as ``"civil war lasts a year"``.
    where
        The reference class (`classes`), such as ``"interstate, reached=3y"``; None for all cases.
    as_of
        A date or ISO text; nothing dated later, or codable only later, is used. None uses all that is recorded.

    Returns
    -------
    BaseRate
        Events with a time are estimated by cumulative incidence with competing risks, shares by their frequency; both
        are shrunk to the parent class by empirical Bayes.

    Raises
    ------
    EvidenceError
        With suggestions, for an unknown event (`UnknownQuestion`), covariate, name or value.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
    Carlin and Louis (2000), Bayes and Empirical Bayes Methods for Data Analysis, 2nd ed., ch. 3.

    Examples
    --------
    >>> r = base_rate("ceasefire fails within 30 days")
    >>> round(r.probability, 3), r.n
    (0.213, 280)
    """
    asked = parse(question)
    sample = _Sample.of(asked.event, class_asked(asked, where), asked.days, as_date(as_of))
    found = _base_rate(sample, asked.text)
    return _complement(found, asked.event) if asked.complement else found


def class_asked(asked: Question, where: Where) -> CaseFilter:
    """Return the reference class of a question: `where`, within the class that its words ask for."""
    chosen = CaseFilter.parse(asked.event.kind, where)
    if not asked.where:
        return chosen
    both = CaseFilter.parse(asked.event.kind, asked.where).narrowed(chosen)
    return replace(both, conditions=tuple(dict.fromkeys(both.conditions)))


def estimate(event: Event, chosen: CaseFilter, days: int | None, as_of: date | None, complement: bool = False) -> Brief:
    """Return the rate of an event in a class, as `base_rate` does, without what it is made of.

    >>> event = parse("ceasefire fails within 30 days").event
    >>> round(estimate(event, CaseFilter("ceasefires"), 30, None).probability, 3)
    0.213
    """
    sample = _Sample.of(event, chosen, days, as_of)
    own = sample.own
    mean, interval, weight = _shrunk(sample, own, sample.parent)
    observed, events = _none(own.p), sample.composition(chosen, own).known(complement)
    if complement:
        mean, interval, observed = _rest(mean), _turned(interval), _rest(observed)
    return Brief(mean, interval, own.n, observed, weight, events)


def _base_rate(sample: _Sample, text: str) -> BaseRate:
    """Return the rate of an event in a sample, with what it is made of."""
    event, own, parent = sample.event, sample.own, sample.parent
    mean, interval, weight = _shrunk(sample, own, parent)
    return BaseRate(
        question=text,
        where=str(sample.chosen),
        as_of=sample.as_of,
        probability=mean,
        interval=interval,
        n=own.n,
        effective_n=round(own.effective, 1),
        observed=_none(own.p),
        parent=_none(parent.p) if parent else None,
        weight=weight,
        bounds=_bounds(sample, own.p),
        definition=event.definition,
        source="; ".join(f"{card(d).title} {version_in_use(d)}" for d in SOURCES[event.kind]),
        caution=BY_YEAR if event.how == "years" and not _years(sample.days) else event.caution,
        own=sample.composition(sample.chosen, own),
        parent_class=sample.composition(sample.chosen.parent, parent) if parent else None,
        unplaced=unplaced(sample.chosen, sample.population, sample.scope),
        coverage=coverage(event.kind, sample.as_of),
    )


def _complement(r: BaseRate, event: Event) -> BaseRate:
    """Return the rate at which the event of `r` does not come."""
    caution = event.caution
    if r.bounds:
        caution = (
            "Half of all ceasefires have no known fate: the bounds are the complements of this curve (lower) and of "
            "the recorded terminations as a share of all ceasefires (upper)."
        )
    return replace(
        r,
        probability=_rest(r.probability),
        interval=_turned(r.interval),
        observed=_rest(r.observed),
        parent=_rest(r.parent),
        bounds=_turned(r.bounds),
        definition=f"Complement of '{event.name}'. {r.definition}",
        caution=caution,
        complement=True,
    )


def _rest(p: float | None) -> float | None:
    return None if p is None else 1 - p


def _turned(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (1 - interval[1], 1 - interval[0])


def class_weight(event: Event, chosen: CaseFilter, days: int, as_of: date | None = None) -> float:
    """Return the weight (0 to 1) of a class's own cases against its parent's, for an event by `days`."""
    if not chosen.own:
        return 1.0
    sample = _Sample.of(event, chosen, days, as_of)
    return _shrunk(sample, sample.own, sample.parent)[2]


def questions() -> dict[str, str]:
    """Return every event that can be asked for, with its definition.

    >>> "war ends" in questions()
    True
    """
    return {e.name: e.definition for e in EVENTS}


def _none(p: float) -> float | None:
    return None if np.isnan(p) else float(p)


def _population(event: Event, as_of: date | None) -> pl.DataFrame:
    """Return the cases among which an event can happen (its own `where` not yet applied), as known at the date."""
    frame = prepared(event.kind, as_of)
    if event.name.startswith("talks reach a comprehensive"):
        frame = until_comprehensive(frame, as_of)
    if event.how == "years":  # the question is asked when the episode has ended: a war by then was a war
        by_then = pl.col("war_year") <= pl.col("end").dt.year()
        frame = frame.with_columns(war_year=pl.when(by_then).then(pl.col("start").dt.year() - 1))
    return frame


def rate(event: Event, frame: pl.DataFrame, days: int | None, as_of: date | None = None) -> Rate:
    """Return the rate of an event in some cases (already of the class, as known at the date)."""
    used, _ = sort_out(event, frame, days, as_of)
    if event.how == "share":
        return _share(used[event.column].is_in(list(event.ends)), used["cluster"])
    if event.how == "years":  # active again within whole calendar years of the end
        within = (years_to_return() <= _years(days)).fill_null(False)
        return _share(used.select(hit=within)["hit"], used["cluster"])
    return _timed(event, used, days or 0)


def _years(days: int | None) -> int:
    """Return the whole years that stand for a horizon in days."""
    return round((days or 0) / DAYS_PER_YEAR)


def _share(hit: pl.Series, cluster: pl.Series) -> Rate:
    if hit.is_empty():
        return Rate(float("nan"), 0, 0.0)
    x = hit.cast(pl.Float64).to_numpy()
    return Rate(float(x.mean()), x.size, x.size / design_effect(x, cluster.to_numpy()))


def _timed(event: Event, frame: pl.DataFrame, days: int) -> Rate:
    """Return the cumulative incidence of an event by `days`."""
    cases = followed(frame, event.ends, event.censor)
    t, k = cases.days, cases.cause
    curve = cases.incidence([days])
    p, variance = float(curve.probability[0, 0]), float(curve.variance[0, 0])
    if np.isnan(p):
        return Rate(p, curve.n, 0.0)
    whole = p * (1 - p) / variance if variance > 0 and 0 < p < 1 else float(curve.n)
    decided = ((t <= days) & (k > 0)) | (cases.after > days)  # neither censored before, nor perhaps over
    hit = ((t <= days) & (k == 1)).astype(float)
    effect = design_effect(hit[decided], cases.cases["cluster"].to_numpy()[decided])
    return Rate(p, curve.n, min(whole, curve.n) / effect)


def _shrunk(sample: _Sample, own: Rate, parent: Rate | None) -> tuple[float | None, tuple[float, float] | None, float]:
    """Return the probability, its interval and the weight of the class's own cases."""
    if parent is None:
        if np.isnan(own.p) or not own.n:
            return None, None, 1.0
        mean, low, high = posterior(own.p, own.effective)
        return mean, (low, high), 1.0
    if np.isnan(parent.p) or not own.n:
        return None, None, 0.0
    kappa = _sibling_precision(sample, parent)
    p, n = (own.p, own.effective) if not np.isnan(own.p) else (parent.p, 0.0)
    mean, low, high = posterior(p, n, parent.p, kappa)
    return mean, (low, high), n / (n + kappa)


def _sibling_precision(sample: _Sample, parent: Rate) -> float:
    """Return the precision of the sibling classes: the groups by the covariates that the class uses."""
    columns = list(dict.fromkeys(c.column for c in sample.chosen.own))
    scope = sample.cases(sample.chosen.parent)
    groups = [sample.rate(g) for _, g in scope.group_by(columns, maintain_order=True)]
    known = [(g.p * g.effective, g.effective) for g in groups if not np.isnan(g.p) and g.effective > 0]
    return precision([x for x, _ in known], [n for _, n in known], parent.p, parent.effective)


@cache
def _lower(days: int, where: CaseFilter, as_of: date | None) -> float:
    """Return recorded terminations by then as a share of all ceasefires of the class and sort."""
    every = where.apply(CaseFilter.parse("ceasefires", "fixed_term=0").apply(prepared("ceasefires", as_of)))
    broken = every.filter(pl.col("ending") == "terminated").select(days=length_days())["days"]
    return float((broken <= days).sum()) / every.height if every.height else float("nan")


def _bounds(sample: _Sample, upper: float) -> tuple[float, float] | None:
    if sample.event.name != "ceasefire fails" or np.isnan(upper):
        return None
    return _lower(sample.days or 0, sample.chosen, sample.as_of), upper


__all__ = ["BaseRate", "Brief", "Rate", "base_rate", "class_asked", "class_weight", "estimate", "questions", "rate"]

"""Base rates: how often what is asked has happened in a class of past cases, offline and as of a date.

`base_rate` answers a question of the `grammar` from the committed cases. The probability of a class
is shrunk to its parent (`shrink`); the interval is 95 %, on an effective N that accounts for censoring (the N of
whole cases that would give the variance of the curve) and for clusters of like cases. Where the data cannot speak
(no cases, or nobody followed that long) the probability is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.evidence.casebook import PROCESSES_TO, RECURRENCE_TO, SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.classes import CaseFilter, Where, day, prepared
from peacetalks.evidence.grammar import EVENTS, Event, parse
from peacetalks.evidence.shrink import design_effect, posterior, precision
from peacetalks.evidence.survival import incidence

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class BaseRate:
    """A base rate and how it was got. `observed` is the class's own rate, `weight` its share in the result."""

    question: str
    where: str
    as_of: date | None
    probability: float | None
    interval: tuple[float, float] | None
    n: int
    effective_n: float
    observed: float | None
    parent: float | None
    weight: float
    bounds: tuple[float, float] | None
    definition: str
    source: str
    caution: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        plain = dict(self.__dict__)
        plain["as_of"] = self.as_of.isoformat() if self.as_of else None
        plain["interval"] = list(self.interval) if self.interval else None
        plain["bounds"] = list(self.bounds) if self.bounds else None
        return plain


@dataclass(frozen=True)
class Rate:
    """The plain rate of a set of cases: probability (NaN if unknown), N and effective N."""

    p: float
    n: int
    effective: float


def base_rate(question: str, where: Where = None, as_of: date | str | None = None) -> BaseRate:
    """Return how often `question` came true in the cases `where` describes, known at `as_of`.

    Raises `EvidenceError`, with suggestions, for a question, covariate or value that is not known.

    >>> r = base_rate("ceasefire fails within 30 days")
    >>> round(r.probability, 3), r.n
    (0.203, 263)
    """
    asked = parse(question)
    event, known_on = asked.event, day(as_of)
    chosen = CaseFilter.parse(event.kind, where)
    frame = _population(event, known_on)
    own, whole = _rates(event, chosen, frame, asked.days, known_on)
    mean, interval, weight = _pooled(event, chosen, frame, asked.days, known_on, own, whole)
    return BaseRate(
        asked.text,
        str(chosen),
        known_on,
        mean,
        interval,
        own.n,
        round(own.effective, 1),
        _none(own.p),
        _none(whole.p) if whole else None,
        weight,
        _bounds(event, chosen, asked.days, known_on, own.p),
        event.definition,
        "; ".join(f"{card(d).title} {card(d).version}" for d in SOURCES[event.kind]),
        event.caution,
    )


def class_weight(event: Event, chosen: CaseFilter, days: int, as_of: date | None = None) -> float:
    """Return the weight (0 to 1) that a class's own cases get against its parent's, for an event by `days`."""
    if not chosen.own:
        return 1.0
    frame = _population(event, as_of)
    own, whole = _rates(event, chosen, frame, days, as_of)
    return _pooled(event, chosen, frame, days, as_of, own, whole)[2]


def questions() -> dict[str, str]:
    """Return every event that can be asked for, with its definition.

    >>> "war ends" in questions()
    True
    """
    return {e.name: e.definition for e in EVENTS}


def _rates(
    event: Event, chosen: CaseFilter, frame: pl.DataFrame, days: int | None, as_of: date | None
) -> tuple[Rate, Rate | None]:
    """Return the rate of a class within the event's population, and that of its parent if it has conditions."""
    base = CaseFilter.parse(event.kind, event.where)
    own = rate(event, base.narrowed(chosen).apply(frame), days, as_of)
    return own, rate(event, base.narrowed(chosen.parent).apply(frame), days, as_of) if chosen.own else None


def _none(p: float) -> float | None:
    return None if np.isnan(p) else float(p)


def _population(event: Event, as_of: date | None) -> pl.DataFrame:
    """Return the cases among which an event can happen (its own `where` not yet applied), as known at the date."""
    frame = prepared(event.kind, as_of)
    if event.name.startswith("talks reach a comprehensive"):
        done = pl.col("comprehensive").is_not_null()
        frame = frame.with_columns(
            ending=pl.when(done).then(pl.lit("comprehensive")),
            end="comprehensive",
            seen=pl.when(~done).then(pl.lit(min(as_of or PROCESSES_TO, PROCESSES_TO))),
        )
    if event.how == "years":  # the question is asked when the episode has ended: a war by then was a war
        by_then = pl.col("war_year") <= pl.col("end").dt.year()
        frame = frame.with_columns(war_year=pl.when(by_then).then(pl.col("start").dt.year() - 1))
    if event.name == "ceasefire fails":
        known = pl.col("ending").is_not_null() | pl.col("seen").is_not_null()
        frame = frame.filter(known & (pl.col("ending").ne_missing("never_in_force")))
    return frame


def rate(event: Event, frame: pl.DataFrame, days: int | None, as_of: date | None = None) -> Rate:
    """Return the rate of an event in some cases (already of the class, as known at the date)."""
    if event.how == "share":
        known = frame.filter(pl.col(event.column).is_not_null())
        if event.column == "tension":
            known = known.filter(pl.col("tension").is_in(["recurred", "reduced"]))
        return _plain(known[event.column].is_in(list(event.ends)), known["cluster"])
    if event.how == "years":
        return _recurrence(frame, days or 0, as_of)
    return _timed(event, frame, days or 0)


def _plain(hit: pl.Series, cluster: pl.Series) -> Rate:
    if hit.is_empty():
        return Rate(float("nan"), 0, 0.0)
    x = hit.cast(pl.Float64).to_numpy()
    return Rate(float(x.mean()), x.size, x.size / design_effect(x, cluster.to_numpy()))


def causes(event: Event, frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, pl.DataFrame]:
    """Return days, cause (1 the event, 2 another end, 0 censored) and the cases of known time."""
    until = (pl.coalesce("end", "seen") - pl.col("start")).dt.total_days()
    other = 0 if event.censor else 2
    cause = (
        pl.when(pl.col("end").is_null()).then(0).when(pl.col("ending").is_in(list(event.ends))).then(1).otherwise(other)
    )
    known = frame.with_columns(_t=until, _k=cause).filter(pl.col("_t") >= 0)
    return known["_t"].to_numpy().astype(float), known["_k"].to_numpy(), known


def _timed(event: Event, frame: pl.DataFrame, days: int) -> Rate:
    t, k, known = causes(event, frame)
    curve = incidence(t, k, [days], causes=2)
    p, variance = float(curve.probability[0, 0]), float(curve.variance[0, 0])
    if np.isnan(p):
        return Rate(p, curve.n, 0.0)
    whole = p * (1 - p) / variance if variance > 0 and 0 < p < 1 else float(curve.n)
    settled = ((t <= days) & (k > 0)) | (t > days)
    hit = ((t <= days) & (k == 1)).astype(float)
    effect = design_effect(hit[settled], known["cluster"].to_numpy()[settled])
    return Rate(p, curve.n, min(whole, curve.n) / effect)


def _recurrence(frame: pl.DataFrame, days: int, as_of: date | None) -> Rate:
    """Return the share of ended conflicts that are active again within whole calendar years of their end."""
    years = round(days / 365.25)
    last = min(RECURRENCE_TO, as_of.year - 1) if as_of else RECURRENCE_TO
    ended = frame.filter(pl.col("end").is_not_null()).with_columns(_y=pl.col("end").dt.year())
    again = (pl.col("resumed") - pl.col("_y")) <= years
    old = ended.filter(pl.col("_y") + years <= last).with_columns(_hit=again.fill_null(False))
    return _plain(old["_hit"], old["cluster"])


def _pooled(
    event: Event,
    chosen: CaseFilter,
    frame: pl.DataFrame,
    days: int | None,
    as_of: date | None,
    own: Rate,
    whole: Rate | None,
) -> tuple[float | None, tuple[float, float] | None, float]:
    """Return the probability, its interval and the weight of the class's own cases."""
    if whole is None:
        if np.isnan(own.p) or not own.n:
            return None, None, 1.0
        mean, low, high = posterior(own.p, own.effective)
        return mean, (low, high), 1.0
    if np.isnan(whole.p) or not own.n:
        return None, None, 0.0
    kappa = min(_kappa(event, chosen, frame, days, as_of, whole.p), max(whole.effective, 1.0))
    p, n = (own.p, own.effective) if not np.isnan(own.p) else (whole.p, 0.0)
    mean, low, high = posterior(p, n, whole.p, kappa)
    return mean, (low, high), n / (n + kappa)


def _kappa(
    event: Event, chosen: CaseFilter, frame: pl.DataFrame, days: int | None, as_of: date | None, parent: float
) -> float:
    """Return the precision of the sibling classes: the groups by the covariates that the class uses."""
    columns = list(dict.fromkeys(c.column for c in chosen.own))
    base = CaseFilter.parse(event.kind, event.where)
    scope = base.narrowed(chosen.parent).apply(frame)
    groups = [rate(event, g, days, as_of) for _, g in scope.group_by(columns, maintain_order=True)]
    told = [(g.p * g.effective, g.effective) for g in groups if not np.isnan(g.p) and g.effective > 0]
    return precision([x for x, _ in told], [n for _, n in told], parent)


@cache
def _lower(days: int, where: CaseFilter, as_of: date | None) -> float:
    """Return recorded terminations by then as a share of all ceasefires of the class and sort."""
    every = where.apply(CaseFilter.parse("ceasefires", "fixed_term=0").apply(prepared("ceasefires", as_of)))
    broken = every.filter(pl.col("ending") == "terminated")
    hits = ((broken["end"] - broken["start"]).dt.total_days() <= days).sum()
    return float(hits) / every.height if every.height else float("nan")


def _bounds(
    event: Event, chosen: CaseFilter, days: int | None, as_of: date | None, upper: float
) -> tuple[float, float] | None:
    if event.name != "ceasefire fails" or np.isnan(upper):
        return None
    return _lower(days or 0, chosen, as_of), upper


__all__ = ["BaseRate", "Rate", "base_rate", "causes", "class_weight", "questions", "rate"]

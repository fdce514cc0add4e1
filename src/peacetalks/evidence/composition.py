"""What a rate is made of: its cases, how many were left out and why, how many are censored, where the record ends.

Every case of a class is either used or left out for one reason, so that `cases` is `used` and all of `dropped`. Of the
cases used in a question with a time, each is one of five: the event by then, another end by then, censored (followed
for less, without an end), interval-censored (ended on an unknown day), or still going on.

A case of which a trait of the class is not recorded is in no class by that trait. Such cases, and those of which it is
not known whether they reached the age of the class, are counted in `unplaced`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.evidence.case_tables import (
    AGREEMENTS_TO,
    CEASEFIRES_TO,
    EPISODES_TO,
    PROCESSES_TO,
    RECURRENCE_TO,
    SOURCES,
)
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.classes import CaseFilter, Where, prepared, with_intensity
from peacetalks.evidence.dates import DAYS_PER_YEAR, as_date
from peacetalks.evidence.follow_up import followed, followed_days, recurrence_followed_to, years_to_return
from peacetalks.evidence.local_tables import covered_to, version_in_use
from peacetalks.evidence.tables import read_cases, table_text

if TYPE_CHECKING:
    from peacetalks.evidence.grammar import Event

FOLLOWED_TO = {  # dataset -> last day followed; others: the last year of the card, or the last date of the cases
    "ethprio-ceasefires": CEASEFIRES_TO,
    "ucdp-peace-agreements": AGREEMENTS_TO,
    "pax": PROCESSES_TO,
    "ucdp-termination-conflict": EPISODES_TO,
    "ucdp-acd": date(RECURRENCE_TO, 12, 31),
}
GIVES = {  # dataset -> what it gives, where it is not the cases themselves
    "ucdp-acd": "returns to fighting",
    "cow-majors": "major powers",
    "icb": "mediation, violence and tension",
}
NEVER = "declared but never in force"
NO_START = "without a recorded first day"
NO_FATE = "of unknown fate (neither an end nor that they still go on is recorded)"
NO_MANNER = "of which it is not recorded how they ended"
NO_DAY = "that ended on a day that is not recorded"
BEFORE = "over before the question's first day"
GOING_ON = "still going on"
TOO_LATE = "that ended too late to be followed that long"
NO_TENSION = "of which it is not coded whether tension returned"
NO_AGE = "of which it is not known whether they reached that age"


@dataclass(frozen=True)
class Left:
    """Cases left out for one reason."""

    reason: str
    n: int


@dataclass(frozen=True)
class Coverage:
    """Where a dataset ends."""

    dataset: str
    title: str
    gives: str
    followed_to: date  # last day followed, or the date of the question if that is earlier
    left_out: tuple[Left, ...] = ()  # cases of the data that are not in the table, whatever their date


@dataclass(frozen=True)
class Composition:
    """The cases of one class behind a rate; `events` to `going_on` add up to `used`, and with `dropped` to `cases`."""

    where: str
    cases: int  # of the class, as known at the date
    used: int
    events: int  # the event, by the horizon on a known day
    competing: int  # another end by the horizon
    censored: int  # followed for less than the horizon, without an end
    interval_censored: int  # ended on an unknown day
    going_on: int  # had not ended at the horizon, or (of a share) did not end so
    frequency: float | None  # the class's own rate, before any shrinkage
    effective_n: float
    dropped: tuple[Left, ...]

    def known(self, complement: bool = False) -> int:
        """Return the cases in which the event is known to have come by the horizon, or not to have come."""
        return self.competing + self.going_on if complement else self.events


@dataclass(frozen=True)
class ClassSummary:
    """The cases of a class as they are listed."""

    kind: str
    where: str
    cases: int
    of: int  # cases of the kind known at the date
    going_on: int | None  # still going on when last followed; None where only years are recorded
    interval_censored: int
    untimed: tuple[Left, ...]  # cases of the class of which no time is known
    unplaced: tuple[Left, ...]
    coverage: tuple[Coverage, ...]


def class_summary(kind: str, where: Where = None, as_of: date | str | None = None) -> ClassSummary:
    """Return how many cases a class has, how many of them are censored, and how many are in no such class.

    >>> class_summary("agreements").interval_censored
    6
    """
    chosen, population = CaseFilter.parse(kind, where), prepared(kind, as_of)
    frame = chosen.apply(population)
    known = {c: frame.filter(pl.col(c).is_not_null()).height for c in ("seen", "ended_by") if c in frame.columns}
    return ClassSummary(
        kind,
        str(chosen),
        frame.height,
        population.height,
        known.get("seen"),
        known.get("ended_by", 0),
        _split(frame, _no_time(frame))[1] if "seen" in frame.columns else (),
        unplaced(chosen, population),
        coverage(kind, as_date(as_of)),
    )


def coverage(kind: str, as_of: date | None = None) -> tuple[Coverage, ...]:
    """Return where each dataset behind the cases of a kind ends.

    >>> [c.followed_to.isoformat() for c in coverage("episodes")]
    ['2019-12-31', '2024-12-31', '2016-12-31']
    """
    out = []
    for name in SOURCES[kind]:
        last = FOLLOWED_TO.get(name) or max(date(card(name).years[1], 12, 31), _last_date(kind, name))
        last = covered_to(name, last)
        day = min(last, as_of) if as_of else last
        gone = () if name in GIVES else _not_in_table(kind)
        out.append(Coverage(name, f"{card(name).title} {version_in_use(name)}", GIVES.get(name, kind), day, gone))
    return tuple(out)


@cache
def _not_in_table(kind: str) -> tuple[Left, ...]:
    """Return the cases that were left out when the table of a kind was made."""
    entry = json.loads(table_text("cards.json"))["tables"].get(f"cases_{kind}.csv", {})
    return tuple(Left(reason, n) for reason, n in entry.get("left_out", {}).items())


@cache
def _last_date(kind: str, dataset: str) -> date:
    """Return the last date of the cases of a kind, for the dataset that gives them."""
    if dataset in GIVES:
        return date.min
    frame = read_cases(kind)
    days = [frame[c].max() for c in ("start", "end", "seen") if c in frame.columns]
    years = [frame[c].max() for c in ("start_year", "end_year") if c in frame.columns and "end" not in frame.columns]
    known = [d for d in days if isinstance(d, date)] + [date(y, 12, 31) for y in years if isinstance(y, int)]
    return max(known)


def sort_out(
    event: Event, frame: pl.DataFrame, days: int | None, as_of: date | None = None, manner: bool = False
) -> tuple[pl.DataFrame, tuple[Left, ...]]:
    """Return the cases of a class that can be used for an event, and how many cannot for which reason.

    With `manner` a case must not only have ended on a known day but in a known manner.
    """
    return _split(frame, _reasons(event, frame, days, as_of, manner))


def _no_time(frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return {reason: the cases of which no time is known for it}."""
    there = [pl.col(c).is_not_null() for c in ("end", "seen", "ended_by") if c in frame.columns]
    dated = pl.any_horizontal(there)
    return {
        NO_START: pl.col("start").is_null(),
        NO_FATE: ~dated & pl.col("ending").is_null(),
        NO_DAY: ~dated,
        BEFORE: followed_days() < 0,
    }


def _split(frame: pl.DataFrame, reasons: dict[str, pl.Expr]) -> tuple[pl.DataFrame, tuple[Left, ...]]:
    """Return the cases to which no reason applies, and how many are left out for the first that does."""
    why = pl.coalesce(pl.when(e.fill_null(False)).then(pl.lit(r)) for r, e in reasons.items())
    marked = frame.with_columns(_why=why)
    counts = dict(marked["_why"].value_counts().iter_rows())
    used = marked.filter(pl.col("_why").is_null()).drop("_why")
    return used, tuple(Left(r, counts[r]) for r in reasons if r in counts)


def _reasons(
    event: Event, frame: pl.DataFrame, days: int | None, as_of: date | None, manner: bool
) -> dict[str, pl.Expr]:
    """Return {reason: the cases it leaves out}; the first that applies counts."""
    if event.how == "share":
        known = pl.col(event.column).is_not_null()
        if event.column == "tension":
            return {NO_TENSION: ~(known & pl.col("tension").is_in(["recurred", "reduced"]).fill_null(False))}
        return {NO_MANNER: ~known}
    if event.how == "years":
        last = pl.col("end").dt.year() + round((days or 0) / DAYS_PER_YEAR)
        return {GOING_ON: pl.col("end").is_null(), TOO_LATE: last > recurrence_followed_to(as_of)}
    strict = manner or event.name == "ceasefire fails"
    never = pl.col("ending").eq_missing("never_in_force") if event.name == "ceasefire fails" else pl.lit(False)
    no_manner = pl.lit(strict) & pl.col("end").is_not_null() & pl.col("ending").is_null()
    undated = pl.lit(event.name == "ceasefire ends") & pl.col("end").is_null()  # other ends compete: needs the day
    gone = {NO_DAY: undated & pl.col("ended_by").is_not_null()} if "ended_by" in frame.columns else {}
    reasons = {NEVER: never, **_no_time(frame), NO_MANNER: no_manner}
    return {r: e | gone[r] if r in gone else e for r, e in reasons.items()}


def compose(
    event: Event,
    where: str,
    frame: pl.DataFrame,
    days: int | None,
    as_of: date | None,
    rate: tuple[float | None, float],
    manner: bool = False,
) -> Composition:
    """Return what the rate of an event in a class is made of.

    `frame` holds every case of the class; `rate` is its own frequency and effective N, `manner` as in `sort_out`.
    """
    used, dropped = sort_out(event, frame, days, as_of, manner)
    horizon = days or 0
    competing = censored = unknown_day = 0
    if event.how == "share":
        events = used.filter(pl.col(event.column).is_in(list(event.ends))).height
    elif event.how == "years":
        events = used.filter(years_to_return() <= round(horizon / DAYS_PER_YEAR)).height
    else:
        f = followed(used, event.ends, event.censor)
        by_then, exact = f.days <= horizon, f.exact
        events = int((exact & by_then & (f.cause == 1)).sum())
        competing = int((exact & by_then & (f.cause > 1)).sum())
        censored = int((exact & (f.cause == 0) & (f.days < horizon)).sum())
        unknown_day = int((~exact).sum())
    rest = used.height - events - competing - censored - unknown_day
    frequency, effective = rate
    return Composition(
        where,
        frame.height,
        used.height,
        events,
        competing,
        censored,
        unknown_day,
        rest,
        frequency,
        round(effective, 1),
        dropped,
    )


def unplaced(chosen: CaseFilter, population: pl.DataFrame, within: CaseFilter | None = None) -> tuple[Left, ...]:
    """Return the cases of the parent class that no class by the traits of `chosen` holds, by reason.

    `within` is a class to which all of it is confined, that of an event.
    """
    first = within or CaseFilter(chosen.kind)
    out = _unrecorded(with_intensity(chosen.parent.apply(population)), first)
    if chosen.reached:
        young = CaseFilter(chosen.kind, since=chosen.since, until=chosen.until)
        there = first.narrowed(young).apply(population)
        out.append(Left(NO_AGE, there.filter(pl.coalesce("end", "seen").is_null()).height))
    scope = with_intensity(first.narrowed(chosen.parent).apply(population))
    return tuple(x for x in [*out, *_unrecorded(scope, chosen)] if x.n)


def _unrecorded(frame: pl.DataFrame, chosen: CaseFilter) -> list[Left]:
    """Return the cases of which a covariate of a class is not recorded, each counted for the first such covariate."""
    columns, out = dict.fromkeys(c.column for c in chosen.conditions if c.column in frame.columns), []
    for c in columns:
        out.append(Left(f"of which '{c}' is not recorded", frame.filter(pl.col(c).is_null()).height))
        frame = frame.filter(pl.col(c).is_not_null())
    return out


__all__ = [
    "ClassSummary",
    "Composition",
    "Coverage",
    "Left",
    "class_summary",
    "compose",
    "coverage",
    "sort_out",
    "unplaced",
]

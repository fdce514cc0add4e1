"""A record of public acts filtered through a solved game: beliefs after each event, and the likelihood.

Events are taken in order of date, those of which only the month is known after the others of their month.  Within a
month the game orders its stages itself, so the posterior after an event is that of all events up to its date.  An event
that no branch of the game allows after those before it (two offers in a month, a move the game lacks in this state), or
that stands in the record twice, is listed with the reason and not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter, ParticleSet, Seen
from peacetalks.errors import SpecError
from peacetalks.mechanisms.standard_game import build
from peacetalks.questions.events import Acts, KnownState, Placed, Record, place
from peacetalks.scenario.files import play_key
from peacetalks.text_files import clip, shorten

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario

Posterior = dict[str, dict[Any, float]]  # player -> type -> probability


@dataclass(frozen=True)
class FilteredEvent:
    """An event, whether it was used, and what is believed after it."""

    placed: Placed
    used: bool
    reason: str  # why it was not used, else ""
    posterior: Posterior
    log_likelihood: float  # of the events up to this one

    def to_dict(self, in_comparison: bool) -> dict[str, Any]:
        """Return plain values; `in_comparison` says whether accounts are compared on the event."""
        e, seen = self.placed.event, self.placed.seen
        return {
            "id": e.id,
            "date": e.when,
            "precision": e.precision,
            "actor": e.actor,
            "act": e.act,
            "target": e.target,
            "source": e.source,
            "month": self.placed.month + 1,
            "used": self.used,
            "in_comparison": in_comparison,
            "reason": self.reason,
            "read_as": None
            if seen is None
            else {"stage": seen.stage, "moves": list(seen.moves), "player": seen.player},
            "remark": self.placed.remark,
            "alternative": e.alternative,
            "dispute": e.dispute,
            "posterior": self.posterior,
            "log_likelihood": self.log_likelihood,
        }


@dataclass(frozen=True)
class MonthEnd:
    """What is believed at the end of a month, with what is known of the public state then."""

    date: dt.date
    known: tuple[KnownState, ...]
    posterior: Posterior
    log_likelihood: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "date": self.date.isoformat(),
            "known": [k.known for k in self.known],
            "posterior": self.posterior,
            "log_likelihood": self.log_likelihood,
        }


@dataclass(frozen=True)
class FilteredRecord:
    """A record filtered through one solved game; made by `RecordFilter.run`."""

    events: tuple[FilteredEvent, ...]  # in order of date
    month_ends: tuple[MonthEnd, ...]
    posterior: Posterior  # at the end
    log_likelihood: float  # of the events used and of what is known of the state
    particles: ParticleSet  # at the end

    @property
    def used(self) -> frozenset[int]:
        """Places (in order of date) of the events used."""
        return frozenset(i for i, event in enumerate(self.events) if event.used)


@dataclass(frozen=True)
class RecordFilter:
    """Filters a record through solved games of one scenario and its accounts."""

    record: Record
    acts: Acts
    scenario: Scenario

    @property
    def question(self) -> tuple[str, ...]:
        """What answers about the record depend on, beside the game that is asked: for the key of a cached answer."""
        s = self.scenario
        return (self.record.model_dump_json(), self.acts.model_dump_json(), play_key(s), s.as_of.isoformat())

    def run(self, f: Filter, other: frozenset[int] = frozenset()) -> FilteredRecord:
        """Return what is believed along the record, event by event; events numbered in `other` by their other coding.

        Raises `SpecError` where what is known of the state cannot follow.
        """
        placed = place(self.record, self.acts, f.s.game, self.scenario, other)
        particles, events, ends = f.open(self._opening(f.s)), [], []
        for month, date in enumerate(self.record.month_ends(self.scenario)):
            particles, found = self._filter_month(f, particles, month, [p for p in placed if p.month == month])
            known = tuple(self.record.known(month, self.scenario))
            ends.append(MonthEnd(date, known, f.posterior(particles), _log_mass(particles)))
            events += found
        return FilteredRecord(tuple(events), tuple(ends), f.posterior(particles), _log_mass(particles), particles)

    def log_likelihood(self, s: Solution | Filter, use: frozenset[int]) -> float:
        """Return the log-likelihood of the events `use` (places in order of date) and of the states known."""
        f = s if isinstance(s, Filter) else Filter(s)
        placed = place(self.record, self.acts, f.s.game, self.scenario)
        particles = f.open(self._opening(f.s))
        for month in range(self.record.months(self.scenario)):
            seen = [p.seen for i, p in enumerate(placed) if p.month == month and i in use and p.seen is not None]
            particles = self._end_month(f, particles, month, seen)
        return _log_mass(particles)

    def _opening(self, s: Solution) -> dict[Any, float]:
        """Return the distribution of the public state at the start of the record."""
        out: dict[Any, float] = {}
        starts: dict[Any, float] = s.game.starts()
        for state, p in starts.items():
            try:
                there = state._replace(**self.record.opening)
                hash(there)
            except (AttributeError, TypeError, ValueError) as e:
                what = f"the record's opening does not fit the public state {state!r}"
                raise SpecError(f"{what}: {clip(str(e))}") from None
            if there not in s.compiled.boundary_index:
                raise SpecError(f"the record opens in {shorten(there)}, which the game never reaches; change `opening`")
            out[there] = p
        return out

    def _filter_month(
        self, f: Filter, start: ParticleSet, month: int, placed: list[Placed]
    ) -> tuple[ParticleSet, list[FilteredEvent]]:
        """Return the particles at the end of a month that starts with `start`, and what is believed along it."""
        known = self.record.known(month, self.scenario)
        seen: list[Seen] = []
        particles, events = f.period(start, seen, month), []
        for p in placed:
            reason, used = p.reason, False
            if p.seen is not None:
                after = f.period(start, [*seen, p.seen], month)
                if used := _agreeing(after, known).mass > 0:
                    seen.append(p.seen)
                    particles = after
                else:
                    reason = "no branch of the game has this move here after the events before it"
            events.append(FilteredEvent(p, used, reason, f.posterior(particles), _log_mass(particles)))
        return self._end_month(f, start, month, seen), events

    def _end_month(self, f: Filter, start: ParticleSet, month: int, seen: list[Seen]) -> ParticleSet:
        """Return the particles at the end of a month with all that is known of it."""
        quiet = self.acts.quiet.items() if month + 1 in self.record.complete else ()
        also = [Seen(stage, tuple(moves)) for stage, moves in quiet if _nothing_seen(f, stage, seen)]
        known = self.record.known(month, self.scenario)
        particles = _agreeing(f.period(start, [*seen, *also], month), known)
        if particles.mass <= 0:
            raise SpecError(
                f"month {month + 1} of the record cannot happen in this game: check `complete` and the state known"
            )
        return particles


def events_with_moves(record_filter: RecordFilter, variants: Mapping[str, Scenario]) -> frozenset[int]:
    """Return the events (places in order of date) for which the game of every account has a move."""
    r = record_filter
    placed = [place(r.record, r.acts, build(s), r.scenario) for s in variants.values()]
    return frozenset(i for i, one in enumerate(zip(*placed, strict=True)) if all(p.seen is not None for p in one))


def _log_mass(particles: ParticleSet) -> float:
    """Return the log-likelihood of what was seen so far."""
    return float(np.log(particles.mass))


def _nothing_seen(f: Filter, stage: str, seen: list[Seen]) -> bool:
    """Return whether the game has a stage at which no move is on record."""
    return stage in [x.name for x in f.s.game.stages] and stage not in [x.stage for x in seen]


def _agreeing(particles: ParticleSet, known: list[KnownState]) -> ParticleSet:
    """Return the particles in states that agree with what is known."""
    for k in known:
        particles = particles.keep(k.agrees)
    return particles

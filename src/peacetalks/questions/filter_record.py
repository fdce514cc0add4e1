"""A record of public acts followed through a solved game: what is believed after each event, and the likelihood.

Events are taken in order of date; within a month the game orders its stages itself, so the posterior after an event is that
of all events up to its date.  An event that no branch of the game allows after those before it (two offers in a month, a move
the game lacks in this state) is listed with the reason and not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Cloud, Filter, Seen
from peacetalks.errors import SpecError
from peacetalks.mechanisms.standard_game import build
from peacetalks.questions.events import Acts, Known, Placed, Record, place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.scenario.scenario import Scenario

Posterior = dict[str, dict[Any, float]]


@dataclass(frozen=True)
class Row:
    """An event, whether it was used, and what is believed after it."""

    placed: Placed
    used: bool
    reason: str
    posterior: Posterior
    log_likelihood: float


@dataclass(frozen=True)
class MonthEnd:
    """What is believed at the end of a month, with what is known of the public state then."""

    date: dt.date
    known: tuple[Known, ...]
    posterior: Posterior
    log_likelihood: float


@dataclass(frozen=True)
class Pass:
    """One run of the filter along a record."""

    rows: tuple[Row, ...]
    ends: tuple[MonthEnd, ...]
    final: Posterior
    log_likelihood: float  # of the events used and of what is known of the state
    cloud: Cloud

    @property
    def used(self) -> frozenset[int]:
        """Places (in order of date) of the events used."""
        return frozenset(i for i, row in enumerate(self.rows) if row.used)


@dataclass(frozen=True)
class Follower:
    """Runs a record through solved games of one scenario and its accounts."""

    record: Record
    acts: Acts
    scenario: Scenario

    def run(self, f: Filter, other: frozenset[int] = frozenset()) -> Pass:
        """Return the filter's pass, event by event; events numbered in `other` by their other coding.

        Raises `SpecError` where what is known of the state cannot follow.
        """
        placed = place(self.record, self.acts, f.s.game, self.scenario, other)
        cloud, rows, ends = f.open(self._opening(f.s)), [], []
        for month, date in enumerate(self.record.ends(self.scenario)):
            cloud, found = self._month(f, cloud, month, [p for p in placed if p.month == month])
            known = tuple(self.record.known(month, self.scenario))
            ends.append(MonthEnd(date, known, f.posterior(cloud), float(np.log(cloud.mass))))
            rows += found
        return Pass(tuple(rows), tuple(ends), f.posterior(cloud), float(np.log(cloud.mass)), cloud)

    def log_likelihood(self, s: Solution | Filter, use: frozenset[int]) -> float:
        """Return the log-likelihood of the events `use` (places in order of date) and of what is known of the state."""
        f = s if isinstance(s, Filter) else Filter(s)
        placed, cloud = place(self.record, self.acts, f.s.game, self.scenario), f.open(self._opening(f.s))
        for month in range(self.record.months(self.scenario)):
            seen = [p.seen for i, p in enumerate(placed) if p.month == month and i in use and p.seen is not None]
            cloud = self._close(f, cloud, month, seen)
        return float(np.log(cloud.mass))

    def _opening(self, s: Solution) -> dict[Any, float]:
        out: dict[Any, float] = {}
        starts: dict[Any, float] = s.game.starts()
        for state, p in starts.items():
            try:
                there = state._replace(**self.record.opening)
            except (AttributeError, ValueError) as e:
                raise SpecError(f"the record's opening does not fit the public state {state!r}: {e}") from None
            if there not in s.compiled.boundary_index:
                raise SpecError(f"the record opens in {there!r}, which the game never reaches; change `opening`")
            out[there] = p
        return out

    def _month(self, f: Filter, start: Cloud, month: int, mine: list[Placed]) -> tuple[Cloud, list[Row]]:
        known = self.record.known(month, self.scenario)
        seen: list[Seen] = []
        cloud, rows = f.period(start, seen, month), []
        for p in mine:
            reason, used = p.reason, False
            if p.seen is not None:
                after = f.period(start, [*seen, p.seen], month)
                if used := _keep(after, known).mass > 0:
                    seen.append(p.seen)
                    cloud = after
                else:
                    reason = "no branch of the game has this move here after the events before it"
            rows.append(Row(p, used, reason, f.posterior(cloud), float(np.log(cloud.mass))))
        return self._close(f, start, month, seen), rows

    def _close(self, f: Filter, start: Cloud, month: int, seen: list[Seen]) -> Cloud:
        """Return the cloud at the end of a month with all that is known of it."""
        quiet = self.acts.quiet.items() if month + 1 in self.record.complete else ()
        also = [Seen(stage, tuple(moves)) for stage, moves in quiet if _free(f, stage, seen)]
        cloud = _keep(f.period(start, [*seen, *also], month), self.record.known(month, self.scenario))
        if cloud.mass <= 0:
            raise SpecError(
                f"month {month + 1} of the record cannot happen in this game: check `complete` and the state known"
            )
        return cloud


def _free(f: Filter, stage: str, seen: list[Seen]) -> bool:
    return stage in [x.name for x in f.s.game.stages] and stage not in [x.stage for x in seen]


def _keep(cloud: Cloud, known: list[Known]) -> Cloud:
    for k in known:
        cloud = cloud.keep(k.agrees)
    return cloud


def movable(follow: Follower, read: Mapping[str, Scenario]) -> frozenset[int]:
    """Return the events for which every account's game has a move."""
    placed = [place(follow.record, follow.acts, build(s), follow.scenario) for s in read.values()]
    return frozenset(i for i, row in enumerate(zip(*placed, strict=True)) if all(p.seen is not None for p in row))

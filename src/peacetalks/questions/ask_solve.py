"""The games that questions need solved, and the best estimate of the outcome classes at every month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from peacetalks.errors import NotSolved
from peacetalks.forecasting.answers import solve_cached
from peacetalks.forecasting.best_estimate import ModelDraws, best_estimate, joint_draws, moved
from peacetalks.forecasting.draws import draw
from peacetalks.forecasting.jobs import require_majority_solved
from peacetalks.forecasting.record_view import record_views
from peacetalks.forecasting.size import check_size, jobs_in_memory
from peacetalks.forecasting.typical import drawn_twins, typical_case
from peacetalks.outcomes import ENDS
from peacetalks.questions.answer_cache import answer_key
from peacetalks.questions.ask_events import EventTables, solve_events
from peacetalks.questions.ask_phrases import OVER, PEACE, PHRASES, WON
from peacetalks.questions.ask_record import share_won
from peacetalks.questions.query_tree import Event, EventKind
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.best_estimate import BestEstimate, JointDraws
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.forecasting.typical import TypicalForecast
    from peacetalks.scenario.scenario import Scenario

MORE_PLACE = list(ENDS).index("more_conflict")
MONTHS = 24  # that are solved for at least, so that the next question about a scenario finds its games in the cache
COMMON = (
    *(Event(EventKind.BY, meaning.labels, None) for meaning in PHRASES if not meaning.special),
    *(Event(EventKind.WITHIN, labels, None) for labels in (("settlement",), ("ceasefire",), PEACE, OVER, WON)),
)  # events that are looked at with any other, for the same reason; without draws, since each costs a forward pass
Pair = tuple[EventTables, EventTables]  # of a draw and of its twin


class How(NamedTuple):
    """How games are solved; see `ask`."""

    draws: int
    seed: int
    belief_points: int
    progress: Progress | None
    jobs: int
    answers: AnswerCache | None


class Finer(NamedTuple):
    """The same on a finer belief grid, estimated."""

    ends: np.ndarray  # [month, end]
    given: np.ndarray  # [month, end]
    best: np.ndarray | None  # [month, end]
    best_given: np.ndarray  # [month, end]


class OfEvent(NamedTuple):
    """What is known of one event; month 0 is the scenario's date, and unknown is NaN."""

    ends: np.ndarray  # [month, end] the model alone
    given: np.ndarray  # [month, end] the model's probability of the event, given the class
    best: np.ndarray | None  # [month, end] best estimate of the classes; None without one
    best_given: np.ndarray  # [month, end] as `given`, with the record's share of decisions by force in more conflict
    joint: np.ndarray | None  # [joint draw, month, end]
    drawn: np.ndarray  # [joint draw or one, month, end] as `best_given`
    finer: Finer | None
    estimate: BestEstimate


@dataclass(frozen=True)
class Solved:
    """The solved games of some questions, and what follows for the outcome classes."""

    events: tuple[Event, ...]
    central: EventTables
    record: tuple[RecordView, ...]
    estimate: BestEstimate
    joint: JointDraws | None
    given: np.ndarray  # [draw, event, month, end]
    more: np.ndarray  # [draw, event, month, part]
    won: np.ndarray | None  # [month] the record's share of decisions by force in more conflict, NaN where unknown

    def of(self, event: Event) -> OfEvent:
        """Return what is known of an event."""
        c, at = self.central, self.events.index(event)
        best = None if self.estimate.ends is None else from_opening(c.ends, self.estimate.ends.values)
        every = self._by_record(self.given[:, at], self.more[:, at])
        joint, drawn = None, every[:1]
        if self.joint is not None:
            joint, drawn = from_opening(c.ends, self.joint.ends), every[self.joint.of_model]
        finer = None
        if c.finer_given.size:
            again = moved(self.estimate, _labelled(c.finer_ends[1:]))
            its_best = None if again is None else from_opening(c.ends, again.values)
            its_given = self._by_record(c.finer_given[at], c.finer_more[at])
            finer = Finer(c.finer_ends, c.finer_given[at], its_best, its_given)
        best_given = self._by_record(c.given[at], c.more[at])
        return OfEvent(c.ends, c.given[at], best, best_given, joint, drawn, finer, self.estimate)

    def _by_record(self, given: np.ndarray, more: np.ndarray) -> np.ndarray:
        """Return `given` [..., month, end], with the parts of more conflict [..., month, part] as in the record."""
        if self.won is None:
            return given
        known = np.isfinite(self.won)
        share = self.won[known]
        out = given.copy()
        out[..., known, MORE_PLACE] = share * more[..., known, 0] + (1 - share) * more[..., known, 1]
        return out


def from_opening(ends: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return classes [..., month, end] from month 1 after those of the scenario's date, which are known."""
    opening = np.broadcast_to(ends[0], (*later.shape[:-2], 1, later.shape[-1]))
    return np.concatenate([opening, later], axis=-2)


def solve_questions(scenario: Scenario, events: tuple[Event, ...], periods: int, how: How) -> Solved:
    """Solve the scenario, its typical case and their draws; return what they say of the events.

    Parameters
    ----------
    periods : int
        Months up to the last day that is asked about.
    """
    events = events if how.draws else tuple(dict.fromkeys((*COMMON, *events)))
    periods = max(periods, min(MONTHS, scenario.periods or MONTHS))
    how = how._replace(jobs=jobs_in_memory(how.jobs, check_size(scenario, how.belief_points, periods, how.draws)))
    record = record_views(scenario, tuple(range(1, periods + 1)))
    case, drawn = typical_case(scenario), draw(scenario, how.draws, how.seed)
    twins = drawn_twins(scenario, case, drawn)
    typical = [] if case.twin is None else [case.twin]
    solved = _solve([scenario, *typical, *drawn, *twins], events, periods, how)
    central = solved[play_key(scenario)]
    assert isinstance(central, EventTables)
    runs = [solved[play_key(s)] for s in drawn]
    require_majority_solved([r for r in runs if isinstance(r, NotSolved)], len(drawn), "draws of the ranges")
    there = solved[play_key(typical[0])] if typical else None
    usual = case.forecast(_labelled(there.ends[1:]) if isinstance(there, EventTables) else None)
    beside = [solved[play_key(s)] for s in twins]
    both = [(a, b) for a, b in zip(runs, beside, strict=False) if isinstance(a, EventTables)]
    pairs = [(a, b) for a, b in both if isinstance(b, EventTables)]
    return _estimated(scenario, events, central, record, usual, pairs)


def _solve(
    games: list[Scenario], events: tuple[Event, ...], periods: int, how: How
) -> dict[str, EventTables | NotSolved]:
    """Return what each game says of the events, by its `play_key`; the first must have a solution."""
    variants = {play_key(s): s for s in games}
    central = next(iter(variants))
    work = partial(solve_events, periods, events, how.belief_points, variants[central])
    keys = [answer_key("ask", periods, events, how.belief_points, central, key) for key in variants]
    found = solve_cached(
        work, list(variants.values()), keys, how.answers, (EventTables,), how.jobs, how.progress, required=1
    )
    return dict(zip(variants, found, strict=True))


def _estimated(
    scenario: Scenario,
    events: tuple[Event, ...],
    central: EventTables,
    record: tuple[RecordView, ...],
    typical: TypicalForecast,
    pairs: list[Pair],
) -> Solved:
    """Return the best estimate of the outcome classes beside the solved games."""
    ends, draws, of = _labelled(central.ends[1:]), None, [central]
    if pairs and typical.ends is not None:
        here, there = (np.stack([t.ends[1:] for t in side]) for side in zip(*pairs, strict=True))
        draws, of = ModelDraws(here, there), [here for here, _ in pairs]
    best = best_estimate(ends, record, scenario.as_of, typical, draws)
    given, more = np.stack([t.given for t in of]), np.stack([t.more for t in of])
    joint, won = joint_draws(best, ends, record, draws), share_won(scenario, record)
    return Solved(events, central, record, best, joint, given, more, won)


def _labelled(ends: np.ndarray) -> xr.DataArray:
    """Return classes [month, end] from month 1 with names (period, end)."""
    return xr.DataArray(ends, {"period": np.arange(1, len(ends) + 1), "end": list(ENDS)}, ("period", "end"))

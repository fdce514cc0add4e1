"""A record filtered through the game of every account: beliefs, likelihoods, forecasts without and with the events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter, Particles, ParticleSet, Seen
from peacetalks.equilibrium.belief_grid import Interpolation
from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.equilibrium.transitions import forward_distributions
from peacetalks.errors import NotSolved
from peacetalks.forecasting.accuracy import Accuracy, accuracy_of
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.standard_game import opening
from peacetalks.mechanisms.state import Bundle, World
from peacetalks.questions.answer_cache import answer_key
from peacetalks.questions.events import Event, KnownState, Placed
from peacetalks.questions.filter_record import (
    FilteredEvent,
    FilteredRecord,
    MonthEnd,
    Posterior,
    RecordFilter,
    events_with_moves,
)
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from peacetalks.questions.account_evidence import LogLikelihood, Solver
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class FilteredAccount:
    """What is read off one account's solved game."""

    filtered: FilteredRecord
    codings: dict[str, FilteredRecord]  # of the base
    prior: Posterior
    placeable: frozenset[int]  # events used for which every account's game has a move
    log_likelihood: float  # of these
    before: xr.DataArray  # (period, end) at the dates, without the events
    after: xr.DataArray  # (period, end) at the dates, with the events
    accuracy: Accuracy


CLASSES = (  # that a filtered account is made of
    *(FilteredAccount, FilteredRecord, FilteredEvent, MonthEnd, Placed, Event, KnownState, Seen),
    *(ParticleSet, Particles, World, Bundle, Accuracy, Interpolation),
)


def filter_accounts(
    record_filter: RecordFilter,
    variants: Mapping[str, Scenario],
    belief_points: int,
    dates: tuple[int, ...],
    solver: Solver,
) -> dict[str, FilteredAccount]:
    """Return what is read off the game of every account (`variants`: "base" and the accounts), each solved once.

    `dates` are months, ascending.
    """
    with_moves = events_with_moves(record_filter, variants)
    work = partial(_filter_account, record_filter, with_moves, belief_points, dates)
    question = record_filter.question, sorted(with_moves), belief_points, dates
    keys = [answer_key("filtered account", *question, name == "base", play_key(s)) for name, s in variants.items()]
    found = zip(variants, solver.solve(work, list(variants.items()), keys, CLASSES), strict=True)
    return {name: r for name, r in found if isinstance(r, FilteredAccount)}


def central_log_likelihoods(
    loglik: LogLikelihood,
    variants: Mapping[str, Scenario],
    found: Mapping[str, FilteredAccount],
    common: frozenset[int],
    solver: Solver,
) -> dict[str, float]:
    """Return each account's log-likelihood of the common events at central values.

    A game is solved again only where another account has the stage for an event and yet cannot place it.
    """
    known = {n: r.log_likelihood for n, r in found.items() if r.placeable == common}
    known |= {n: r.filtered.log_likelihood for n, r in found.items() if r.filtered.used == common}
    rest = [n for n in found if n not in known]
    again = solver.solve(loglik, [variants[n] for n in rest], [loglik.key(variants[n]) for n in rest])
    known |= {n: x for n, x in zip(rest, again, strict=True) if not isinstance(x, NotSolved)}
    return {n: known[n] for n in found}


def _filter_account(
    record_filter: RecordFilter,
    with_moves: frozenset[int],
    belief_points: int,
    dates: tuple[int, ...],
    item: tuple[str, Scenario],
) -> FilteredAccount:
    """Solve an account's game and filter the record through it."""
    name, s = item
    f = Filter(solve_scenario(s, belief_points, refine=True))
    filtered, at = record_filter.run(f), list(dates)
    before, after = (
        forecast_from(f, s, particles, dates[-1]).sel(period=at) for particles in (f.open(), filtered.particles)
    )
    use = filtered.used & with_moves
    return FilteredAccount(
        filtered=filtered,
        codings=_other_codings(record_filter, f) if name == "base" else {},
        prior=f.posterior(f.open()),
        placeable=use,
        log_likelihood=record_filter.log_likelihood(f, use),
        before=before,
        after=after,
        accuracy=accuracy_of(trajectory(f.s, dates[-1]), dates),
    )


def _other_codings(record_filter: RecordFilter, f: Filter) -> dict[str, FilteredRecord]:
    """Return the record filtered with each disputed item by its other coding, and with all of them."""
    events = record_filter.record.event
    repeated = record_filter.record.repeated()
    disputed = [i for i, e in enumerate(events) if e.alternative is not None and i not in repeated]
    out = {
        f"{events[i].when} {events[i].actor}: {events[i].alternative}": record_filter.run(f, other=frozenset([i]))
        for i in disputed
    }
    if len(disputed) > 1:
        out["all disputed items by their other coding"] = record_filter.run(f, other=frozenset(disputed))
    return out


def forecast_from(f: Filter, scenario: Scenario, particles: ParticleSet, periods: int) -> xr.DataArray:
    """Return the outcome classes (period, end) from the scenario's opening state, at the beliefs of the particles."""
    s, belief = f.s, f.on_grid(particles)
    start = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in opening(scenario).items():
        start[s.compiled.boundary_index[state]] = p * belief / belief.sum()
    return ends_of(outcomes_of(Trajectory(s, np.array(list(forward_distributions(s, start, periods))))))

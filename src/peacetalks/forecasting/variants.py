"""The variants of a scenario that a forecast needs solved: itself, with complete information, its twin, its draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import NotSolved
from peacetalks.forecasting.accuracy import grid_error_of
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.forecasting.best_estimate import ModelDraws
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.forecasting.durations import Durations, durations
from peacetalks.forecasting.jobs import require_majority_solved
from peacetalks.forecasting.readout import ends_of, outcomes_of, terms_mass
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.forecasting.typical import NOT_SOLVED, TypicalCase, TypicalForecast
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from peacetalks.forecasting.changed import Posed
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class Variant:
    """What is read off one solved variant of the scenario."""

    outcomes: xr.DataArray  # (period, outcome)
    terms: xr.DataArray  # (terms): mass of each settlement at the last period
    beliefs: dict[str, xr.DataArray]
    durations: Durations
    settings: dict[str, Any]
    residual: float
    multiple: int | None
    grid_error: xr.DataArray | None


@dataclass(frozen=True)
class Solved:
    """Every variant that a forecast needs; of draws those that have a solution."""

    central: Variant
    benchmark: Variant  # complete information
    twin: Variant | None  # None without a typical case, or where it has no solution
    draws: list[Variant]
    twins: list[Variant | None]  # [draw] the twin of each draw

    @property
    def residual(self) -> float:
        """The worst residual of all."""
        twins = [v for v in (self.twin, *self.twins) if v is not None]
        return max(v.residual for v in (self.central, self.benchmark, *self.draws, *twins))

    def typical(self, case: TypicalCase) -> TypicalForecast:
        """Return what the model expects in the typical case."""
        if self.twin is None:
            return TypicalForecast(None, case.departures, case.reason or NOT_SOLVED)
        return case.forecast(ends_of(self.twin.outcomes))

    def model_draws(self) -> ModelDraws | None:
        """Return the forecasts under draws of scenario and twin, where both have a solution; None without any."""
        both = [(a, b) for a, b in zip(self.draws, self.twins, strict=True) if b is not None]
        if not both:
            return None
        here, there = (np.stack([ends_of(v.outcomes).values for v in of]) for of in zip(*both, strict=True))
        return ModelDraws(here, there)


def solve_variants(
    this: Posed,
    periods: int,
    belief_points: int,
    certify: bool,
    progress: Callable[[int, int], None] | None,
    jobs: int,
    answers: AnswerCache | None,
) -> Solved:
    """Return what is read off the scenario, its complete-information benchmark, its twin, and the draws of both."""
    scenario, case, drawn, twins = this.scenario, this.case, this.drawn, this.twins
    benchmark = complete_information(scenario)
    central, required = play_key(scenario), [scenario, benchmark]
    typical = [] if case.twin is None else [case.twin]
    variants = {play_key(s): s for s in (*required, *typical, *drawn, *twins)}
    report = progress or (lambda done, total: None)
    report(1, 1 + len(variants))  # the record is read
    near = {play_key(s): scenario for s in drawn} | {play_key(s): case.twin for s in twins if case.twin is not None}
    starts = {key: near.get(key) for key in variants}
    found = solve_cached(
        partial(_solve_variant, periods, belief_points, central, certify),
        [(variants[key], start) for key, start in starts.items()],
        [
            answer_key("outlook", periods, belief_points, key == central and ("searched" if certify else "plain"), key)
            if start is None
            else answer_key("outlook from", periods, belief_points, play_key(start), key)
            for key, start in starts.items()
        ],
        answers,
        (Variant, Durations),
        jobs if drawn else 1,
        lambda done, total: report(1 + done, 1 + total),
        required=len({play_key(s) for s in required}),
    )
    solved = dict(zip(variants, found, strict=True))
    first, known_types = (solved[play_key(s)] for s in required)
    runs = [solved[play_key(s)] for s in drawn]
    require_majority_solved([r for r in runs if isinstance(r, NotSolved)], len(drawn), "draws of the ranges")
    assert isinstance(first, Variant)
    assert isinstance(known_types, Variant)
    beside = [_variant(solved[play_key(s)]) for s in twins] or [None] * len(runs)
    pairs = [(r, twin) for r, twin in zip(runs, beside, strict=True) if isinstance(r, Variant)]
    twin = _variant(solved[play_key(typical[0])]) if typical else None
    return Solved(first, known_types, twin, [r for r, _ in pairs], [t for _, t in pairs])


def _variant(found: Variant | NotSolved) -> Variant | None:
    return None if isinstance(found, NotSolved) else found


def _solve_variant(
    periods: int,
    belief_points: int,
    central: str,
    certify: bool,
    item: tuple[Scenario, Scenario | None],
) -> Variant:
    """Solve a variant; the one with key `central` is searched for further equilibria and for the error of the grid.

    A draw comes with the scenario at central values, from whose solution it starts.
    """
    s, start = item
    is_central = play_key(s) == central
    near = None if is_central else start
    solved = solve_scenario(s, belief_points, certify=is_central and certify, refine=is_central, near=near)
    t = trajectory(solved, periods)
    return Variant(
        outcomes=outcomes_of(t),
        terms=terms_mass(t, s.talks.offers),
        beliefs={side.label: t.beliefs(side.label) for side in s.sides if len(side.types) > 1},
        durations=durations(solved, periods),
        settings=solved.settings,
        residual=solved.residual,
        multiple=solved.multiple if is_central and certify else None,
        grid_error=grid_error_of(t),
    )

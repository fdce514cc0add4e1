"""Forecasts of many variants of a scenario, and no more of each than the outcome classes and the terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from peacetalks.equilibrium.forward import trajectory
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.forecasting.readout import ends_of, mean_terms, outcomes_of
from peacetalks.forecasting.settings import months_shown
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from peacetalks.errors import NotSolved
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class ShortForecast:
    """What is read off one solved variant of a scenario."""

    ends: xr.DataArray  # (period, end): the model alone, at the months shown
    terms: float | None  # mean share of side 1, given a settlement by the last period; None without any


def short_forecasts(
    variants: Sequence[Scenario],
    base: Scenario,
    periods: int,
    belief_points: int,
    answers: AnswerCache | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[ShortForecast | NotSolved]:
    """Return the forecast of every variant of `base`, in order; each game is solved once, from the base's solution.

    Parameters
    ----------
    variants : sequence of Scenario
    base : Scenario
    periods : int
        Months; the outcome classes are those at the months shown up to there, and terms are of the last.
    belief_points : int
    answers : AnswerCache, optional
        Holds games solved before, and each that is solved is added.
    jobs : int
        Most processes.
    progress : function, optional
        Called as `progress(done, all)` after every solve.

    Returns
    -------
    list
        Where a game has no solution within tolerance the error stands in its place.

    Raises
    ------
    SpecError
        A setting is out of range, or a game is too large.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> short_forecasts([small], small, 1, belief_points=2)[0].ends.sizes["end"]
    3
    """
    games = {play_key(s): s for s in variants}
    jobs = jobs_in_memory(jobs, check_sizes([base, *games.values()], belief_points, periods))
    keys = [answer_key("short", periods, belief_points, play_key(base), key) for key in games]
    work = partial(_solve, periods, belief_points, base)
    found = solve_cached(work, list(games.values()), keys, answers, (ShortForecast,), jobs, progress, required=0)
    by_key = dict(zip(games, found, strict=True))
    return [by_key[play_key(s)] for s in variants]


def _solve(periods: int, belief_points: int, base: Scenario, s: Scenario) -> ShortForecast:
    t = trajectory(solve_scenario(s, belief_points, near=base), periods)
    return ShortForecast(ends_of(outcomes_of(t)).sel(period=list(months_shown(periods))), mean_terms(t))

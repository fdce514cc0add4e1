"""The games of a what-if: what is read off each, and the solves, each once and kept in the cache of answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.equilibrium.forward import trajectory
from peacetalks.forecasting.accuracy import ends_on_finer_grid, finer_grid_estimate
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.forecasting.durations import durations
from peacetalks.forecasting.readout import ends_of, mean_share, outcomes_of, terms_mass
from peacetalks.forecasting.settings import months_shown
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from peacetalks.errors import NotSolved
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.scenario.scenario import Scenario

YEAR = 12  # months of a truce


class Request(NamedTuple):
    """A game to be solved: that of a variant of the scenario."""

    scenario: Scenario
    whole: bool  # terms, durations, welfare and the grid's error too, and not the outcome classes only
    near: Scenario | None = None  # the scenario whose solution this one's starts from


@dataclass(frozen=True)
class Answer:
    """What is read off the solved game of a scenario, of which the whole is asked for."""

    ends: xr.DataArray  # (period, end): the model alone, at the months shown
    finer: xr.DataArray | None  # (period, end): what they may become on a finer belief grid
    terms: float | None  # mean share of side 1, given a settlement by the last period
    settled: tuple[float, ...]  # [month shown] chance of a settlement by then
    broken: float | None  # chance that a truce is broken within `broken_months`; None where none begins
    broken_months: int
    welfare: dict[str, float]  # player -> expected payoff at the start, in units of the stake
    welfare_finer: dict[str, float] | None  # what it may become on a finer belief grid
    residual: float


Solved = dict[tuple[str, bool], "Answer | xr.DataArray | NotSolved"]  # by play key, and whether the whole is asked for


def solve_games(
    requests: Sequence[Request],
    periods: int,
    belief_points: int,
    answers: AnswerCache | None,
    jobs: int,
    progress: Progress | None,
    required: int,
) -> Solved:
    """Return what is read off each game, by its key; the first `required` must have a solution.

    Of a game of which the whole is asked for that is an `Answer`, of another the outcome classes (period, end).
    """
    unique = {key_of(r): r for r in requests}
    found = solve_cached(
        partial(_solve, periods, belief_points),
        list(unique.values()),
        [answer_key("what-if", periods, belief_points, r.near and play_key(r.near), key) for key, r in unique.items()],
        answers,
        (Answer,),
        jobs,
        progress,
        required=len({key_of(r) for r in requests[:required]}),
    )
    return dict(zip(unique, found, strict=True))


def key_of(request: Request) -> tuple[str, bool]:
    """Return the key of a game: what play depends on, and whether the whole is asked for."""
    return play_key(request.scenario), request.whole


def _solve(periods: int, belief_points: int, request: Request) -> Answer | xr.DataArray:
    months = list(months_shown(periods))
    s = request.scenario
    solved = solve_scenario(s, belief_points, refine=request.whole, near=request.near)
    t = trajectory(solved, periods if request.whole else months[-1])
    ends = ends_of(outcomes_of(t)).sel(period=months)
    if not request.whole:
        return ends
    finer, terms, d = ends_on_finer_grid(t), terms_mass(t, s.talks.offers), durations(solved, periods)
    welfare = {p: solved.value(p) for p in solved.game.players}
    coarser = solved.coarser
    total, truce = float(terms.sum()), min(YEAR, len(d.broken))
    return Answer(
        ends=ends,
        finer=None if finer is None else finer.sel(period=months),
        terms=mean_share(terms / total) if total > 0 else None,
        settled=tuple(float(d.settled[m - 1]) for m in months),
        broken=None if d.broken_within is None else float(d.broken_within[truce - 1]),
        broken_months=truce,
        welfare=welfare,
        welfare_finer=None
        if coarser is None
        else {p: finer_grid_estimate(x, coarser.value(p), solved) for p, x in welfare.items()},
        residual=solved.residual,
    )

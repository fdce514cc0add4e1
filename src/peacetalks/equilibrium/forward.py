"""The forward pass: a probability for every outcome at every date, exactly, and sample paths.

`forecast` carries probability mass over (public state, public belief) through the stages of a solved game.
The chance of a path given the true types is its public chance times the ratio of belief to prior
(`belief_grid.py`), so forecasts given the types, or under an analyst's own prior, are reweightings of one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.equilibrium.belief_grid import beliefs_at
from peacetalks.equilibrium.given import check_solution, checked_periods, names_of
from peacetalks.equilibrium.solved_game import by_player, probabilities
from peacetalks.equilibrium.timings import timed
from peacetalks.equilibrium.transitions import advance, forward_distributions, opening_distribution
from peacetalks.errors import GameError, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from peacetalks.equilibrium.solution import Solution

Label = Callable[[Any], str]


@dataclass(frozen=True, repr=False)
class Trajectory:
    """Probability mass over states and beliefs at the end of each period; made by `trajectory`.

    The mass of a state at a single belief may be below zero, since the weights of the interpolation between beliefs are
    (`belief_grid.py`); sums over beliefs are probabilities up to the error of the belief grid.
    """

    solution: Solution
    mass: np.ndarray  # [period, boundary, belief]; entry 0 is the end of the first period

    def __repr__(self) -> str:
        """Return how much mass is followed, in one line."""
        periods, states, beliefs = self.mass.shape
        return f"Trajectory over {periods} periods: {states:,} states at {beliefs:,} public beliefs"

    @property
    def states(self) -> tuple[Any, ...]:
        """The public states, in the order of the mass."""
        return self.solution.compiled.boundaries

    def weigh(self, prior: Mapping[str, Mapping[Any, float]] | None = None) -> np.ndarray:
        """Return the mass [period, boundary, belief] under an analyst's own prior over types."""
        if not prior:
            return self.mass
        if self.solution.compiled.redrawn.any():
            return _weighed(self.solution, prior, len(self.mass))
        return self.mass * type_ratio(self.solution, prior)

    def outcomes(self, outcome: Label, prior: Mapping[str, Mapping[Any, float]] | None = None) -> xr.DataArray:
        """Return outcome probabilities (period, outcome).

        Where an outcome comes out below zero by the error of a coarse belief grid it is set to zero, and the others are
        scaled to sum to what all did; `attrs["undershoot"]` holds the largest amount set to zero.
        """
        labels, names = names_of(outcome, self.states)
        by_state = self.weigh(prior).sum(axis=2)
        out = np.zeros((len(by_state), len(names)))
        for e, name in enumerate(labels):
            out[:, names.index(name)] += by_state[:, e]
        undershoot = float(max(0.0, -out.min()))
        if undershoot:
            whole, out = out.sum(axis=1, keepdims=True), np.maximum(out, 0.0)
            out *= whole / out.sum(axis=1, keepdims=True)
        return _array(out, names).assign_attrs(undershoot=undershoot)

    def beliefs(self, player: str) -> xr.DataArray:
        """Return the public belief about `player` by period: mean, 5/25/50/75/95% points, standard deviation ("sd").

        The mean is the prior at every date (beliefs are a martingale) as long as no types are drawn again; the spread
        is what has been learnt.
        """
        game, grid = self.solution.game, self.solution.grid
        if player not in game.players or grid.axis[game.players.index(player)] < 0:
            raise GameError(f"{player!r} has no hidden type")
        ax = int(grid.axis[game.players.index(player)])
        at = np.arange(grid.total) // grid.stride[ax] % grid.size[ax]
        mass = self.mass.sum(axis=1)
        types, stats = game.type_names(player), ["mean", "q05", "q25", "q50", "q75", "q95", "sd"]
        out = np.zeros((len(mass), len(types), len(stats)))
        for k in range(len(types)):
            p = grid.points[ax, at, k]
            order = np.argsort(p, kind="stable")
            for t, m in enumerate(mass):
                below = np.maximum.accumulate(np.cumsum(m[order]) / m.sum())
                cuts = np.searchsorted(below, [0.05, 0.25, 0.5, 0.75, 0.95])
                mean = m @ p / m.sum()
                points = p[order][np.minimum(cuts, len(p) - 1)]
                out[t, k] = [mean, *points, np.sqrt(max(m @ (p - mean) ** 2 / m.sum(), 0.0))]
        coords = {"period": np.arange(1, len(mass) + 1), "type": list(map(str, types)), "statistic": stats}
        return xr.DataArray(out, coords, ("period", "type", "statistic"))


def type_ratio(s: Solution, prior: Mapping[str, Mapping[Any, float]]) -> np.ndarray:
    """Return [belief]: the chance of a public path under `prior` over its chance under the common prior."""
    grid, game = s.grid, s.game
    out = np.ones(grid.total)
    for player, mine in by_player(prior, game, "prior").items():
        weights = np.array(probabilities(mine, game.type_names(player), f"the prior for {player!r}"))
        ax = int(grid.axis[game.players.index(player)])
        if ax < 0:  # of a single type
            continue
        common = np.array(game.prior(player))
        if (weights[common == 0] > 0).any():
            raise GameError(f"the prior for {player!r} gives weight to a type that the common prior rules out")
        ratio = np.divide(weights, common, out=np.zeros_like(common), where=common > 0)
        out *= beliefs_at(grid, np.arange(grid.total))[:, ax, : len(ratio)] @ ratio
    return out


def _weighed(s: Solution, prior: Mapping[str, Mapping[Any, float]], periods: int) -> np.ndarray:
    """Return the mass [period, boundary, belief] from the opening on under an analyst's prior over the first types.

    Once a type is drawn again the belief about the first one is forgotten, so mass is followed by whose types have been
    drawn again, and weighed when they are.
    """
    ratio = {player: type_ratio(s, {player: mine}) for player, mine in prior.items()}
    drawn = s.compiled.redrawn[:, [s.game.players.index(p) for p in ratio]]
    fresh = [frozenset(p for p, yes in zip(ratio, row, strict=True) if yes) for row in drawn.tolist()]
    parts, out = {frozenset(): opening_distribution(s)}, []
    for t in range(periods):
        after: dict[frozenset[str], np.ndarray] = {}
        for done, mass in parts.items():
            for now in set(fresh):
                own = np.where(np.array([x == now for x in fresh])[:, None], mass, 0.0)
                weight = np.prod([ratio[p] for p in now - done], axis=0)
                after[done | now] = after.get(done | now, 0.0) + own * weight
        parts = {done: advance(s, mass, t) for done, mass in after.items()}
        out.append(sum(m * np.prod([ratio[p] for p in ratio.keys() - done], axis=0) for done, m in parts.items()))
    return np.array(out)


def trajectory(s: Solution, periods: int | None = None) -> Trajectory:
    """Run the forward pass of a solved game for `periods` periods (default: the game's own)."""
    check_solution(s, "trajectory")
    periods = checked_periods(s, periods, "forecast")
    mass = np.empty((periods, len(s.compiled.boundaries), s.grid.total))
    with timed("forecast"):
        for t, distribution in enumerate(forward_distributions(s, opening_distribution(s), periods)):
            mass[t] = distribution
    return Trajectory(s, mass)


def forecast(
    s: Solution,
    outcome: Label | None = None,
    periods: int | None = None,
    given: Mapping[str, Any] | None = None,
    prior: Mapping[str, Mapping[Any, float]] | None = None,
) -> xr.DataArray:
    """Return the probability of every outcome at the end of every period.

    Parameters
    ----------
    s : Solution
    outcome : function
        Required: `state -> str`, applied to the public state at the end of a period.
    periods : int, optional
        How many; default the game's own (a stationary game needs a number).
    given : {player: type}, optional
        Condition on true types.
    prior : {player: {type: probability}}, optional
        The analyst's own prior over types; play still follows the common one.

    Returns
    -------
    xarray.DataArray
        Dimensions (period, outcome), periods counted from 1; each row sums to 1.  See `Trajectory.outcomes`.

    Examples
    --------
    >>> import peacetalks as pt
    >>> war = lambda s: [pt.Move("on", "war", weight=0.9), pt.Move("over", "peace", weight=0.1)]
    >>> month = pt.Chance("month", lambda s: war(s) if s == "war" else [pt.Move("stays", s)])
    >>> game = pt.Game(players=("A",), start="war", stages=(month,), periods=3)
    >>> f = pt.forecast(pt.solve(game), outcome=str)
    >>> f.sel(outcome="war").values.round(3).tolist()
    [0.9, 0.81, 0.729]
    """
    check_solution(s, "forecast")
    if outcome is None:
        raise GameError("forecast needs `outcome`, a function state -> str that names each state, such as outcome=str")
    own = _certain(s, given) | dict(by_player(prior, s.game, "prior"))
    return trajectory(s, periods).outcomes(outcome, own)


def _certain(s: Solution, given: Mapping[str, Any] | None) -> dict[str, dict[Any, float]]:
    """Return the types that are given as a prior certain of them; raise `GameError` for types that cannot be."""
    for player, kind in by_player(given, s.game, "given").items():
        chances = dict(zip(s.game.type_names(player), s.game.prior(player), strict=True))
        if kind not in chances:
            names = ", ".join(map(str, chances))
            raise GameError(f"given: {player!r} has no type {kind!r}{did_you_mean(kind, chances)}; types: {names}")
        if chances[kind] == 0:
            raise GameError(f"given: the common prior rules out the type {kind!r} of {player!r}; name another")
    return {player: {kind: 1.0} for player, kind in (given or {}).items()}


@dataclass(frozen=True, repr=False)
class Paths:
    """Sample paths; made by `simulate`."""

    states: tuple[Any, ...]  # the public states by number
    at: np.ndarray  # [path, period + 1] number of the state, the opening first
    types: dict[str, np.ndarray]  # player -> [path] true type at the start
    payoff: dict[
        str, np.ndarray
    ]  # player -> [path] discounted welfare; the value after the last period of a finite game included
    moves: pl.DataFrame  # path, period, stage, player, move
    seed: int

    def __repr__(self) -> str:
        """Return how many paths there are, in one line."""
        paths, ends = self.at.shape
        return (
            f"Paths: {paths:,} sample paths of {ends - 1} periods through {len(self.states):,} states, seed {self.seed}"
        )

    def outcomes(self, outcome: Label) -> xr.DataArray:
        """Return the share of paths in each outcome (period, outcome)."""
        labels, names = names_of(outcome, self.states)
        seen = np.array([names.index(label) for label in labels])[self.at[:, 1:]]
        return _array(np.stack([(seen == name).mean(axis=0) for name in range(len(names))], axis=1), names)


def _array(values: np.ndarray, names: list[str]) -> xr.DataArray:
    coords = {"period": np.arange(1, len(values) + 1), "outcome": names}
    return xr.DataArray(values, coords, ("period", "outcome"), name="probability")

r"""The public measure of a solved game: probabilities forward, welfare backward, adjoint exactly.

For a player's type :math:`\theta` with belief :math:`b(\theta)` the product :math:`b(\theta) V_\theta` is carried by
the same transition rows that carry probability (the neighbours of a posterior in `belief_grid.py` tell the types apart just so),
hence :math:`\sum b(\theta) V_\theta` at the start equals the expected pay along the forward measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium import kernel_cache as _cache
from peacetalks.equilibrium.anderson import Anderson
from peacetalks.equilibrium.kernels import transitions as _measure
from peacetalks.game.payoffs import Columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.compile import Layout


@dataclass(frozen=True)
class Flow:
    """One period's public transitions as sparse rows; row = node * beliefs + belief."""

    layout: Layout
    ptr: np.ndarray  # [row + 1]
    col: np.ndarray  # [entry] slot * beliefs + belief
    prob: np.ndarray  # [entry]

    def push(self, mass: np.ndarray) -> None:
        """Push `mass` [slot, belief] from the period's nodes to the next boundaries, in place."""
        _measure.push(self.layout, self.ptr, self.col, self.prob, mass, mass[:0])

    def visits(self, mass: np.ndarray) -> np.ndarray:
        """Push `mass` [slot, belief] as `push` does; return the mass that passes each node [node, belief]."""
        seen = np.zeros(((len(self.ptr) - 1) // mass.shape[1], mass.shape[1]))
        _measure.push(self.layout, self.ptr, self.col, self.prob, mass, seen)
        return seen


def flow(s: Solution, period: int, live: np.ndarray | None = None) -> Flow:
    """Return the transitions of `period`; rows where `live` [node, belief] is False stay empty."""
    t, n, grid, lay = s.layer(period), s.compiled.n_nodes, s.grid, s.compiled.layout
    nodes = np.flatnonzero(s.compiled.reach[t]) if s.compiled.reach is not None else np.arange(n)
    if live is None:
        live = np.ones((n, grid.total), bool)
    _cache.wait(_cache.MEASURE)
    room = _measure.count_entries(nodes, lay, grid, live)
    ptr = np.zeros(n * grid.total + 1, np.int64)
    short = (n + len(s.compiled.boundaries)) * grid.total < 2**31
    col, prob = np.empty(room, np.int32 if short else np.int64), np.empty(room)
    used = _measure.transitions(nodes, lay, grid, s.logs[t], s.log_ptr, live, ptr, col, prob)
    np.maximum.accumulate(ptr, out=ptr)
    return Flow(lay, ptr, col[:used], prob[:used])


def enter(s: Solution, boundary_mass: np.ndarray) -> np.ndarray:
    """Return the mass over slots at the opening of a period, from mass over boundaries [boundary, belief].

    Boundaries that pass through a whole period go straight to the boundary they end in.
    """
    n = s.compiled.n_nodes
    mass = np.zeros((n + len(boundary_mass), s.grid.total))
    at = np.flatnonzero(boundary_mass.any(axis=1))
    np.add.at(mass, s.compiled.layout.edge_slot[at], boundary_mass[at])
    return mass


def march(s: Solution, boundary_mass: np.ndarray, periods: int) -> Iterator[np.ndarray]:
    """Yield the mass over boundaries [boundary, belief] at the end of each period."""
    n, rows = s.compiled.n_nodes, None if s.finite else flow(s, 0)
    for t in range(periods):
        mass = enter(s, boundary_mass)
        step = rows if rows is not None else flow(s, t)
        step.push(mass)
        boundary_mass = mass[n:].copy()
        yield boundary_mass


def belief_in_type(s: Solution) -> np.ndarray:
    """Return [flat belief, column]: the belief in each column's type (1 where nothing is hidden)."""
    lay, grid = s.compiled.layout, s.grid
    out = np.ones((grid.total, len(lay.col_player)))
    flat = np.arange(grid.total)
    for u, (player, k) in enumerate(zip(lay.col_player, lay.col_type, strict=True)):
        ax = grid.axis[player]
        if ax >= 0:
            out[:, u] = grid.points[ax, flat // grid.stride[ax] % grid.size[ax], k]
    return out


def welfare(s: Solution) -> tuple[np.ndarray, ...]:
    """Return the welfare of every column at each boundary, per period and one more: [boundary, belief, column].

    Not a number where the belief in the type is zero.  A stationary game has one layer, solved to 1e-11.
    """
    weight = belief_in_type(s)
    horizon = np.zeros((len(s.compiled.boundaries), s.grid.total, weight.shape[1]))
    if s.finite and s.game.value is not None:
        columns = Columns(s.game)
        for e, state in enumerate(s.compiled.boundaries):
            horizon[e] = columns.vector(s.game.value(state), f"the value of state {state!r} at the horizon") * weight
    layers = [horizon]
    if s.game.periods is not None:
        for t in range(s.game.periods - 1, -1, -1):
            layers.insert(0, _pull(s, flow(s, t), _rewards(s, t), weight, layers[0]))
    else:
        layers = [_stationary(s, weight, horizon)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return tuple(np.where(weight > 0, y / weight, np.nan) for y in layers)


def _rewards(s: Solution, t: int) -> np.ndarray:
    lay, nodes = s.compiled.layout, np.arange(s.compiled.n_nodes)
    if s.compiled.reach is not None:
        nodes = np.flatnonzero(s.compiled.reach[t])
    out = np.zeros((s.compiled.n_nodes * s.grid.total, len(lay.col_player)))
    _measure.rewards(nodes, lay, s.grid, s.logs[t], s.log_ptr, out)
    return out


def _pull(s: Solution, step: Flow, reward: np.ndarray, weight: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Carry weighted welfare at the next boundaries back to the boundaries that open the period."""
    lay, n, total = s.compiled.layout, s.compiled.n_nodes, s.grid.total
    Y = np.concatenate([np.zeros((n, total, weight.shape[1])), after])
    _measure.pull(lay, step.ptr, step.col, step.prob, reward.reshape(n, total, weight.shape[1]), Y, n)
    live = lay.edge_slot >= 0
    slots = lay.edge_slot[live]
    out = np.zeros_like(after)
    later = np.where((slots >= n)[:, None], lay.discount, 1.0)
    out[live] = lay.edge_pay[live][:, None, :] * weight + later[:, None, :] * Y[slots]
    return out


def _stationary(s: Solution, weight: np.ndarray, start: np.ndarray) -> np.ndarray:
    step, reward, mixer, W = flow(s, 0), _rewards(s, 0), Anderson(depth=8), start
    for _ in range(20000):
        new = _pull(s, step, reward, weight, W)
        if np.abs(new - W).max() <= 1e-13 * (1 + np.abs(new).max()):
            return new
        W = mixer.step(W, new)
    raise RuntimeError("welfare of the stationary game did not converge; use a discount below 1 or a finite horizon")

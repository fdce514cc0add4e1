r"""The transition matrices of a solved game: the forward distribution, occupation measures, and welfare backward.

For a player's type :math:`\theta` with belief :math:`b(\theta)` the product :math:`b(\theta) V_\theta` is carried by
the same transition rows that carry probability, because the neighbours that a posterior is distributed over separate
the types (`belief_grid.py`).  Hence :math:`\sum b(\theta) V_\theta` at the start equals the payoff expected along
the forward distribution, to machine precision.

Forward distributions are arrays [boundary, belief]; some entries may be negative, since some interpolation weights are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.anderson import Anderson
from peacetalks.equilibrium.belief_grid import beliefs_at, prior_index
from peacetalks.equilibrium.kernels import transitions as kernels
from peacetalks.equilibrium.redraw import expected_products, mass_after, redraws
from peacetalks.errors import NotSolved
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.solved_game import SolvedGame
    from peacetalks.game.layout import Layout

KEEP = 64 * 2**20  # bytes of transition matrices that a finite game keeps


@dataclass(frozen=True)
class TransitionMatrix:
    """One period's public transitions, from (node, belief) to (slot, belief), in factors; see `kernels.Shares`."""

    layout: Layout
    grid: Grid
    shares: kernels.Shares

    def push_forward(self, mass: np.ndarray) -> None:
        """Carry `mass` [slot, belief] from the period's nodes to the next boundaries, in place."""
        kernels.push_forward(self.layout, self.grid, self.shares, mass)

    def occupation_measure(self, mass: np.ndarray) -> np.ndarray:
        """Carry `mass` [slot, belief] forward, in place; return the mass that passes each node [node, belief]."""
        seen = np.zeros((len(self.layout.part_ptr) - 1, self.grid.total))
        kernels.push_forward(self.layout, self.grid, self.shares, mass, seen)
        return seen

    def pull_back(self, payoffs: np.ndarray | None, values: np.ndarray) -> None:
        """Carry `values` [slot, belief, width] from the next boundaries to the period's nodes, in place."""
        kernels.pull_back(self.layout, self.grid, self.shares, payoffs, values)


def transition_matrix(s: SolvedGame, period: int) -> TransitionMatrix:
    """Return the transition matrix of `period`; it is made once, and kept while all kept ones fit in `KEEP` bytes."""
    t = s.period_slice(period)
    if t not in s.matrices:
        lay, grid = s.compiled.layout, s.grid
        made = TransitionMatrix(lay, grid, kernels.shares(s.nodes(t), lay, grid, s.logs[t], s.log_ptr))
        if sum(m.shares.nbytes for m in (*s.matrices.values(), made)) > KEEP:
            s.matrices.clear()
        s.matrices[t] = made
    return s.matrices[t]


def opening_distribution(s: SolvedGame) -> np.ndarray:
    """Return the distribution [boundary, belief] at the opening: the starting states at the prior."""
    mass = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in s.game.starts().items():
        mass[s.compiled.boundary_index[state], prior_index(s.grid, s.game)] = p
    return mass


def _room(s: SolvedGame) -> np.ndarray:
    """Return zero mass [slot, belief]."""
    return np.zeros((s.compiled.n_nodes + len(s.compiled.boundaries), s.grid.total))


def _enter(s: SolvedGame, distribution: np.ndarray, mass: np.ndarray) -> None:
    """Add the distribution [boundary, belief] at the opening of a period to mass [slot, belief].

    Boundaries that pass through a whole period lead directly to the boundary that they end in.
    """
    distribution = mass_after(redraws(s.compiled, s.grid), distribution)
    at = np.flatnonzero(distribution.any(axis=1))
    np.add.at(mass, s.compiled.layout.boundary_slot[at], distribution[at])


def advance(s: SolvedGame, distribution: np.ndarray, period: int, room: np.ndarray | None = None) -> np.ndarray:
    """Return the distribution [boundary, belief] at the end of `period`, given the one at its start.

    `room` is mass [slot, belief] to work in, zero on entry and afterwards: it saves a caller of many periods memory
    that is new each time.
    """
    mass = _room(s) if room is None else room
    _enter(s, distribution, mass)
    transition_matrix(s, period).push_forward(mass)
    out = mass[s.compiled.n_nodes :].copy()
    mass[s.compiled.n_nodes :] = 0.0
    return out


def occupation_measure(s: SolvedGame, distribution: np.ndarray, period: int) -> np.ndarray:
    """Return the mass that passes each node [node, belief] in `period`, given the distribution at its start."""
    mass = _room(s)
    _enter(s, distribution, mass)
    return transition_matrix(s, period).occupation_measure(mass)


def forward_distributions(s: SolvedGame, distribution: np.ndarray, periods: int) -> Iterator[np.ndarray]:
    """Yield the distribution [boundary, belief] at the end of each of the first `periods` periods."""
    room = _room(s)
    for t in range(periods):
        distribution = advance(s, distribution, t, room)
        yield distribution


def belief_in_type(s: SolvedGame) -> np.ndarray:
    """Return [flat belief, player-type]: the belief in each player's type (1 where the player has one type)."""
    lay, grid = s.compiled.layout, s.grid
    beliefs = beliefs_at(grid, np.arange(grid.total))
    out = np.ones((grid.total, len(lay.player_of)))
    for u, (player, k) in enumerate(zip(lay.player_of, lay.type_of, strict=True)):
        ax = grid.axis[player]
        if ax >= 0:
            out[:, u] = beliefs[:, ax, k]
    return out


def welfare(s: SolvedGame) -> tuple[np.ndarray, ...]:
    """Return welfare at each boundary, per period and one more: [boundary, belief, player-type].

    It is not a number where the belief in the type is zero.  A stationary game has one period slice, solved to 1e-13
    relative to its largest value.
    """
    weight = belief_in_type(s)
    horizon = np.zeros((len(s.compiled.boundaries), s.grid.total, weight.shape[1]))
    if s.finite:
        horizon = horizon_values(s.game, s.compiled.boundaries)[:, None, :] * weight
    slices = [horizon]
    if s.game.periods is not None:
        for t in range(s.game.periods - 1, -1, -1):
            slices.insert(0, _PullBack(s, t, weight)(slices[0]))
    else:
        slices = [_stationary(_PullBack(s, 0, weight), horizon)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return tuple(np.where(weight > 0, y / weight, np.nan) for y in slices)


class _PullBack:
    """Carries welfare at the next boundaries, times the belief in the type, back to those that open a period."""

    def __init__(self, s: SolvedGame, t: int, weight: np.ndarray) -> None:
        lay = s.compiled.layout
        self.layout, self.matrix = lay, transition_matrix(s, t)
        self.payoffs = kernels.expected_payoffs(s.nodes(t), lay, s.grid, s.logs[t], s.log_ptr)
        self.values = np.zeros((s.compiled.n_nodes + len(lay.boundary_slot), *self.payoffs.shape[1:]))
        self.live = lay.boundary_slot >= 0
        self.opening = lay.boundary_payoff[self.live][:, None, :] * weight
        self.weight, self.redraws = weight, redraws(s.compiled, s.grid)

    def __call__(self, after: np.ndarray) -> np.ndarray:
        """Return welfare [boundary, belief, player-type] at the opening, given that at the end."""
        out = self._before_redraws(after, self.payoffs)
        out[self.live] += self.opening
        expected_products(self.redraws, out, self.weight)
        return out

    def linear(self, after: np.ndarray, payoffs: np.ndarray | None = None) -> np.ndarray:
        """Return the part of welfare at the opening that `after`, and `payoffs` at the nodes, give."""
        out = self._before_redraws(after, payoffs)
        expected_products(self.redraws, out, self.weight)
        return out

    def _before_redraws(self, after: np.ndarray, payoffs: np.ndarray | None) -> np.ndarray:
        n, types = len(self.layout.part_ptr) - 1, after.shape[2]
        self.values[n:, :, :types] = after * self.layout.discount
        self.matrix.pull_back(payoffs, self.values)
        out = np.zeros_like(after)
        out[self.live] = self.values[self.layout.boundary_slot[self.live], :, :types]
        return out


def _stationary(pull_back: _PullBack, start: np.ndarray) -> np.ndarray:
    """Iterate the pull-back of a stationary game, with Anderson mixing, to its fixed point."""
    mixer, W, paid = Anderson(depth=8), start, pull_back(np.zeros_like(start))
    for _ in range(20000):
        new = paid + pull_back.linear(W)
        if np.abs(new - W).max() <= 1e-13 * (1 + np.abs(new).max()):
            return new
        W = mixer.step(W, new)
    raise NotSolved(
        "the welfare of the stationary game did not converge in 20,000 iterations; use a discount below 1 or a finite "
        "horizon"
    )

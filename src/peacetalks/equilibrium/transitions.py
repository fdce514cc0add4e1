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

from peacetalks.equilibrium import kernel_cache
from peacetalks.equilibrium.anderson import Anderson
from peacetalks.equilibrium.belief_grid import beliefs_at, prior_index
from peacetalks.equilibrium.kernels import transitions as kernels
from peacetalks.errors import NotSolved
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.equilibrium.solved_game import SolvedGame
    from peacetalks.game.layout import Layout

KEEP = 64 * 2**20  # bytes of transition matrices that a finite game keeps


@dataclass(frozen=True)
class TransitionMatrix:
    """One period's public transitions as sparse rows (CSR); row = node * beliefs + belief."""

    layout: Layout
    ptr: np.ndarray  # [row + 1] -> entries
    col: np.ndarray  # [entry] slot * beliefs + belief
    prob: np.ndarray  # [entry]

    def push_forward(self, mass: np.ndarray) -> None:
        """Carry `mass` [slot, belief] from the period's nodes to the next boundaries, in place."""
        kernels.push_forward(self.layout, self.ptr, self.col, self.prob, mass, mass[:0])

    def occupation_measure(self, mass: np.ndarray) -> np.ndarray:
        """Carry `mass` [slot, belief] forward, in place; return the mass that passes each node [node, belief]."""
        seen = np.zeros(((len(self.ptr) - 1) // mass.shape[1], mass.shape[1]))
        kernels.push_forward(self.layout, self.ptr, self.col, self.prob, mass, seen)
        return seen


def transition_matrix(s: SolvedGame, period: int) -> TransitionMatrix:
    """Return the transition matrix of `period`; it is made once, and kept while all kept ones fit in `KEEP` bytes."""
    t = s.period_slice(period)
    if t not in s.matrices:
        made = _transition_matrix(s, t)
        if sum(m.prob.nbytes + m.col.nbytes for m in (*s.matrices.values(), made)) > KEEP:
            s.matrices.clear()
        s.matrices[t] = made
    return s.matrices[t]


def _transition_matrix(s: SolvedGame, t: int) -> TransitionMatrix:
    n, grid, lay, nodes = s.compiled.n_nodes, s.grid, s.compiled.layout, s.nodes(t)
    kernel_cache.wait(kernel_cache.FORWARD)
    room = kernels.count_entries(nodes, lay, grid)
    ptr = np.zeros(n * grid.total + 1, np.int64)
    short = (n + len(s.compiled.boundaries)) * grid.total < 2**31
    col, prob = np.empty(room, np.int32 if short else np.int64), np.empty(room)
    used = kernels.fill_transitions(nodes, lay, grid, s.logs[t], s.log_ptr, ptr, col, prob)
    np.maximum.accumulate(ptr, out=ptr)
    return TransitionMatrix(lay, ptr, col[:used], prob[:used])


def opening_distribution(s: SolvedGame) -> np.ndarray:
    """Return the distribution [boundary, belief] at the opening: the starting states at the prior."""
    mass = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in s.game.starts().items():
        mass[s.compiled.boundary_index[state], prior_index(s.grid, s.game)] = p
    return mass


def _enter(s: SolvedGame, distribution: np.ndarray) -> np.ndarray:
    """Return the mass [slot, belief] at the opening of a period, from the distribution [boundary, belief].

    Boundaries that pass through a whole period lead directly to the boundary that they end in.
    """
    mass = np.zeros((s.compiled.n_nodes + len(distribution), s.grid.total))
    at = np.flatnonzero(distribution.any(axis=1))
    np.add.at(mass, s.compiled.layout.boundary_slot[at], distribution[at])
    return mass


def advance(s: SolvedGame, distribution: np.ndarray, period: int) -> np.ndarray:
    """Return the distribution [boundary, belief] at the end of `period`, given the one at its start."""
    mass = _enter(s, distribution)
    transition_matrix(s, period).push_forward(mass)
    return mass[s.compiled.n_nodes :].copy()


def occupation_measure(s: SolvedGame, distribution: np.ndarray, period: int) -> np.ndarray:
    """Return the mass that passes each node [node, belief] in `period`, given the distribution at its start."""
    return transition_matrix(s, period).occupation_measure(_enter(s, distribution))


def forward_distributions(s: SolvedGame, distribution: np.ndarray, periods: int) -> Iterator[np.ndarray]:
    """Yield the distribution [boundary, belief] at the end of each of the first `periods` periods."""
    for t in range(periods):
        distribution = advance(s, distribution, t)
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
            slices.insert(0, _pull_back(s, transition_matrix(s, t), _expected_payoffs(s, t), weight, slices[0]))
    else:
        slices = [_stationary(s, weight, horizon)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return tuple(np.where(weight > 0, y / weight, np.nan) for y in slices)


def _expected_payoffs(s: SolvedGame, t: int) -> np.ndarray:
    lay = s.compiled.layout
    out = np.zeros((s.compiled.n_nodes * s.grid.total, len(lay.player_of)))
    kernels.expected_payoffs(s.nodes(t), lay, s.grid, s.logs[t], s.log_ptr, out)
    return out


def _pull_back(
    s: SolvedGame, matrix: TransitionMatrix, payoffs: np.ndarray, weight: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Carry weighted welfare at the next boundaries back to the boundaries that open the period."""
    lay, n, total = s.compiled.layout, s.compiled.n_nodes, s.grid.total
    Y = np.concatenate([np.zeros((n, total, weight.shape[1])), after])
    kernels.pull_back(lay, matrix.ptr, matrix.col, matrix.prob, payoffs.reshape(n, total, weight.shape[1]), Y, n)
    live = lay.boundary_slot >= 0
    slots = lay.boundary_slot[live]
    out = np.zeros_like(after)
    later = np.where((slots >= n)[:, None], lay.discount, 1.0)
    out[live] = lay.boundary_payoff[live][:, None, :] * weight + later[:, None, :] * Y[slots]
    return out


def _stationary(s: SolvedGame, weight: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Iterate the pull-back of a stationary game, with Anderson mixing, to its fixed point."""
    matrix, payoffs, mixer, W = transition_matrix(s, 0), _expected_payoffs(s, 0), Anderson(depth=8), start
    for _ in range(20000):
        new = _pull_back(s, matrix, payoffs, weight, W)
        if np.abs(new - W).max() <= 1e-13 * (1 + np.abs(new).max()):
            return new
        W = mixer.step(W, new)
    raise NotSolved(
        "the welfare of the stationary game did not converge in 20,000 iterations; use a discount below 1 or a finite "
        "horizon"
    )

r"""Mixing of a stationary game's values on a preconditioned residual.

The slow errors of the period map :math:`W \mapsto T(W)` are smooth along the states and carried from period to period
by play itself.  Freeze play as it was found on a grid; average it over types and beliefs; and let :math:`P` be the
one-period transitions of boundaries, each move counted with the weight with which the belief stays where it is (that of
the grid point itself in the interpolation at the posterior).  The residual is multiplied by

.. math:: (I - \delta P)^{-1},

policy evaluation without the flow between beliefs, and mixed (`anderson.py`).  One factor serves every belief, every
finer grid, and variants unless it is slow there: a factor for each belief took as many sweeps (10 and 8 against 23
without, on a scenario of 27,000 nodes), and what differs from belief to belief is left to the mixing.  So is that play
answers values, which :math:`P` leaves out: with the derivative :math:`J` of T at the solution of that scenario,
:math:`(I - \delta P)^{-1} (I - J)` has eigenvalues from .4 to 3.2 (Arnoldi's method), of which a whole step would
overshoot the largest.

References: Walker & Ni (2011), SIAM J. Numer. Anal. 49.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import splu

from peacetalks.equilibrium.anderson import DEPTH, Anderson, Mixer
from peacetalks.equilibrium.belief_grid import beliefs_at, distribute, prior_index
from peacetalks.equilibrium.dispatch import types_of_participants
from peacetalks.game.expand import NATURE
from peacetalks.game.layout import offsets

if TYPE_CHECKING:
    from scipy.sparse.linalg import SuperLU

    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.period_map import PeriodMap
    from peacetalks.game.compile import Compiled

MOST_CORNERS = 16  # certain beliefs over which play is averaged beside the prior; of more, only the prior
LEAST = 1e-300  # probability below which an action counts as never taken
NEGLIGIBLE = 1e-3  # probability of a transition that is left out: the factors are half as full, the sweeps as many
TOGETHER = 8  # right-hand sides of a factor at a time: of all at once it takes ten times as long
STEP = 0.55  # share of the preconditioned residual in a step: 2 / (.4 + 3.2)
LONGEST = 2.0  # step, per 1 / precision: a longer one turns play over (at .5 it crept, without a bound nodes failed)
FIRST = 4  # sweeps before a preconditioner is made: play of the first two is far from the solution's
AGAIN, SLOW = 5, 0.1  # sweeps with another game's preconditioner after which it is made anew: residual, per first one
PATIENCE = 15  # sweeps in which the residual must halve


class Preconditioner:
    """The factors of I - discount * P, one for each discount between 0 and 1.

    Parameters
    ----------
    staying : sparse array [boundary, boundary]
        Transitions P; see `staying_transitions`.
    discount : array [player-type]
    """

    def __init__(self, staying: csr_matrix, discount: np.ndarray) -> None:
        self.staying = staying
        of = np.unique(discount[(discount > 0) & (discount < 1)])
        self.factors = [(discount == d, _factor(staying, float(d))) for d in of]

    def __call__(self, residual: np.ndarray) -> np.ndarray:
        """Return the preconditioned residual [boundary, player-type, belief]; without discount it stays as it is."""
        out = residual.copy()
        for indices, factor in self.factors:
            own = residual[:, indices].reshape(len(residual), -1)
            steps = [factor.solve(own[:, i : i + TOGETHER]) for i in range(0, own.shape[1], TOGETHER)]
            out[:, indices] = np.hstack(steps).reshape(len(residual), -1, residual.shape[2])
        return out


class PreconditionedMixer:
    """Anderson mixing of preconditioned residuals, in steps that are not too long for play to follow.

    Parameters
    ----------
    precondition : Preconditioner
    precision : float
        The largest precision of a player.
    depth : int
        Residuals that are mixed.
    """

    def __init__(self, precondition: Preconditioner, precision: float, depth: int = DEPTH) -> None:
        self.precondition, self.mixer = precondition, Anderson(depth)
        self.longest = LONGEST / precision if precision > 0 else np.inf
        self.sizes: list[float] = []

    @property
    def stalled(self) -> bool:
        """Whether the residual has not halved within `PATIENCE` sweeps."""
        return len(self.sizes) > PATIENCE and min(self.sizes[-PATIENCE:]) > 0.5 * min(self.sizes[:-PATIENCE])

    @property
    def slow(self) -> bool:
        """Whether the residual has not fallen to `SLOW` times the first one."""
        return self.sizes[-1] > SLOW * self.sizes[0]

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        residual = tx - x
        self.sizes.append(float(np.abs(residual).max()))
        move = self.mixer.step(x, x + STEP * self.precondition(residual)) - x
        length = float(np.abs(move).max())
        return x + move * min(1.0, self.longest / length) if length > 0 else x


class Mixing:
    """How a stationary iteration steps: on the preconditioned residual while that makes progress, else by `Mixer`.

    A preconditioner that is not given is made of play after `FIRST` sweeps.

    Parameters
    ----------
    map_ : PeriodMap
    precondition : Preconditioner, optional
    allowed : bool
        Whether there may be a preconditioner.
    stalled : bool
        Whether to begin with relaxed steps, as where they were needed on a coarser grid.
    other : bool
        Whether the preconditioner is of another game: it is made anew if the residual falls slowly (`AGAIN`).
    depth : int
        Residuals that are mixed.
    """

    def __init__(
        self,
        map_: PeriodMap,
        precondition: Preconditioner | None,
        allowed: bool = True,
        stalled: bool = False,
        other: bool = False,
        depth: int = DEPTH,
    ) -> None:
        self.map, self.precondition, self.allowed = map_, precondition, allowed and not stalled
        self.shape, self.sweeps, self.other, self.depth = (len(map_.c.boundaries), *map_.X.shape[1:]), 0, other, depth
        plain = precondition is None or stalled
        self.mixer = Mixer(self.shape, stalled, depth) if plain else self._preconditioned()

    @property
    def due(self) -> bool:
        """Whether the next sweep must write the strategies, of which the preconditioner is made."""
        if not self.other:
            return self.allowed and self.precondition is None and self.sweeps == FIRST
        return self.sweeps == AGAIN and isinstance(self.mixer, PreconditionedMixer) and self.mixer.slow

    @property
    def stalled(self) -> bool:
        """Whether steps are or were relaxed, since components of the values oscillated."""
        return isinstance(self.mixer, Mixer) and self.mixer.stalled

    @property
    def stuck(self) -> int:
        """Sweeps since mixing stalled in which the residual has not halved."""
        return self.mixer.stuck if isinstance(self.mixer, Mixer) else 0

    def again(self) -> None:
        """Begin to count anew how long it has been stuck."""
        if isinstance(self.mixer, Mixer):
            self.mixer.again()

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        if self.due:
            map_ = self.map
            staying = staying_transitions(map_.c, map_.grid, map_.logs, map_.plan.log_ptr)
            self.precondition = Preconditioner(staying, map_.c.layout.discount)
            self.mixer, self.other = self._preconditioned(), False
        self.sweeps += 1
        if isinstance(self.mixer, PreconditionedMixer) and self.mixer.stalled:
            self.mixer = Mixer(self.shape, depth=self.depth)
        return self.mixer.step(x, tx)

    def _preconditioned(self) -> PreconditionedMixer:
        assert self.precondition is not None
        return PreconditionedMixer(self.precondition, float(self.map.lam.max()), self.depth)


def _factor(stay: csr_matrix, discount: float) -> SuperLU:
    whole = (identity(stay.get_shape()[0], format="csr") - discount * stay).tocsc()
    return splu(whole, permc_spec="MMD_AT_PLUS_A", relax=1, diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def staying_transitions(c: Compiled, grid: Grid, logs: np.ndarray, log_ptr: np.ndarray) -> csr_matrix:
    """Return the one-period transitions [boundary, boundary] in which beliefs stay, averaged over types and beliefs.

    A row sums to the weight with which all beliefs of a period stay where they are: about 1, less where moves are
    informative.  Transitions below `NEGLIGIBLE` are left out.

    Parameters
    ----------
    c : Compiled
    grid : Grid
    logs : flat array
        Log strategies at every (node, belief).
    log_ptr : array of int [node + 1]
        Where each node's begin.
    """
    lay, n, ends = c.layout, c.n_nodes, len(c.boundaries)
    weight = _profile_weights(c, grid, logs, log_ptr)
    profile = np.repeat(np.arange(len(weight)), np.diff(lay.lottery_ptr))
    node = np.repeat(np.arange(n), np.diff(lay.prof_ptr))
    step = csr_matrix((weight[profile] * lay.lottery_prob, (node[profile], lay.lottery_slot)), shape=(n, n + ends))
    inner, outer = step[:, :n], step[:, n:]
    opens = np.flatnonzero(lay.boundary_slot >= 0)
    start = csr_matrix((np.ones(len(opens)), (opens, lay.boundary_slot[opens])), shape=(ends, n + ends))
    here, total = start[:, :n], start[:, n:]
    while here.nnz:
        total = total + here @ outer
        here = here @ inner
    out = total.tocsr()
    out.data[np.abs(out.data) < NEGLIGIBLE] = 0.0
    out.eliminate_zeros()
    return out


def _profile_weights(c: Compiled, grid: Grid, logs: np.ndarray, log_ptr: np.ndarray) -> np.ndarray:
    """Return [profile]: the chance of its moves, averaged over types, times the weights with which beliefs stay."""
    lay = c.layout
    own = _action_weights(c, grid, logs, log_ptr)  # [participant-action, belief]
    first = offsets(lay.part_actions)
    movers, sizes = np.diff(lay.part_ptr), np.diff(lay.prof_ptr)
    node = np.repeat(np.arange(c.n_nodes), sizes)
    rest = np.arange(int(lay.prof_ptr[-1])) - lay.prof_ptr[node]  # actions not yet taken off, the first one slowest
    weight = np.ones((len(node), own.shape[1]))
    for j in range(int(movers.max(initial=0)) - 1, -1, -1):
        rows = np.flatnonzero(movers[node] > j)
        part = lay.part_ptr[node[rows]] + j
        weight[rows] *= own[first[part] + rest[rows] % lay.part_actions[part]]
        rest[rows] //= lay.part_actions[part]
    return weight.mean(axis=1)


def _action_weights(c: Compiled, grid: Grid, logs: np.ndarray, log_ptr: np.ndarray) -> np.ndarray:
    """Return [participant-action, belief]: chances of actions, averaged over types, times the weights of staying."""
    lay, flats = c.layout, _typical_beliefs(c, grid)
    types, actions = types_of_participants(c), lay.part_actions
    size = np.diff(log_ptr) // grid.total
    at = _runs(log_ptr[:-1], size)[:, None] + np.repeat(size, size)[:, None] * flats
    played = np.exp(logs[at])  # [participant, type, action; belief]
    first, begin = offsets(actions), offsets(types * actions)
    out = np.zeros((int(first[-1]), len(flats)))
    for player in np.unique(lay.part_player).tolist():
        parts = np.flatnonzero(lay.part_player == player)
        count, k = actions[parts], int(types[parts[0]])
        by_type = np.stack([played[_runs(begin[parts] + t * count, count)] for t in range(k)], axis=2)
        chance = by_type[:, :, 0]
        if player != NATURE and k > 1:
            chance = _staying(grid, int(grid.axis[player]), flats, by_type)
        out[_runs(first[parts], count)] = chance
    return out


def _typical_beliefs(c: Compiled, grid: Grid) -> np.ndarray:
    """Return the flat indices of the beliefs over which play is averaged: all types known, and the prior."""
    corners = np.zeros(1, np.int64)
    for ax in range(len(grid.size)):
        sure = np.flatnonzero(grid.points[ax, : grid.size[ax]].max(axis=1) == 1.0)
        corners = np.add.outer(corners, sure * grid.stride[ax]).ravel()
    prior = prior_index(grid, c.game)
    return np.unique([prior, *corners] if len(corners) <= MOST_CORNERS else [prior])


def _staying(grid: Grid, axis: int, flats: np.ndarray, by_type: np.ndarray) -> np.ndarray:
    """Return [action, belief]: strategies [action, belief, type] averaged over types, times weights of staying.

    A belief that is sure of a type stays where it is whatever is played.
    """
    k = by_type.shape[2]
    belief = beliefs_at(grid, flats)[:, axis, :k]
    joint = by_type * belief
    mean = joint.sum(axis=2)
    moves = belief.max(axis=1) < 1.0
    own, prior = mean[:, moves], belief[moves]
    posterior = np.where(own[:, :, None] > 0, joint[:, moves] / np.maximum(own, LEAST)[:, :, None], prior)
    row, place, share = distribute(grid, axis, posterior.reshape(-1, k))
    here = np.tile(flats[moves] // grid.stride[axis] % grid.size[axis], len(mean))
    out = mean.copy()
    out[:, moves] *= np.bincount(row, share * (place == here[row]), minlength=own.size).reshape(own.shape)
    return out


def _runs(start: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the places of runs of `count` entries from each `start` on, one run after the other."""
    before = offsets(count)
    return np.arange(int(before[-1])) + np.repeat(start - before[:-1], count)

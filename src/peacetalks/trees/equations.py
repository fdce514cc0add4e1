r"""The equations of agent logit quantal response equilibrium in an extensive-form game, and their derivatives.

At an information set :math:`h` of player :math:`i` let :math:`\mu_h(x)` be the belief at its node :math:`x` (Bayes'
rule; with perfect recall it does not depend on the player's own choices), :math:`V^i_{xa}` the payoff expected after
action :math:`a` at :math:`x`, and

.. math:: Q_h(a) = \sum_{x\in h} \mu_h(x)\, V^i_{xa}.

In an equilibrium at precision :math:`\lambda` (McKelvey & Palfrey 1998, Turocy 2010) the log-odds against the action
that is likeliest at the moment, :math:`\hat a`, solve

.. math:: y_h(a) - \log\frac{\nu_h(a)}{\nu_h(\hat a)} - \lambda\rho_h\,[Q_h(a) - Q_h(\hat a)] = 0,

with the reference measure :math:`\nu` (uniform in game files) and a factor :math:`\rho_h` on the precision.
Everything is in logarithms, so that probabilities of :math:`10^{-300}` and less keep their ratios, on which beliefs
off the path rest.

The derivatives of :math:`Q_h(a)` in log-probabilities are sums over pairs of an action and a node after it: a later
choice at :math:`x'` after :math:`(x, a)` counts with the probability of coming to :math:`x'` times what the choice
adds, and an earlier action of somebody else on the path to :math:`x` counts with
:math:`\mu_h(x)\,(V^i_{xa} - Q_h(a))`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from peacetalks.trees.arrays import TreeArrays

Array = np.ndarray
DENSE = 250  # unknowns up to which matrices are dense


@dataclass(frozen=True)
class Play:
    """What follows from the probabilities of all actions, at precision `lam`."""

    log_p: Array  # [action]
    lam: float
    reach: Array  # [node] log-probability of the path (impossible moves of chance left out)
    total: Array  # [set] log-probability of coming to the information set
    belief: Array  # [node] at its information set; 0 where nobody chooses
    value: Array  # [node, player] payoff expected from the node on, above the player's lowest
    worth: Array  # [child] payoff expected by the mover after an action at a node
    q: Array  # [action] payoff expected by the mover after an action at the information set


@dataclass(frozen=True)
class Basis:
    """The action at each information set that log-odds are taken against, and the others, which are the unknowns."""

    against: Array  # [set] actions
    others: Array  # [unknown] actions
    difference: sparse.csr_array  # [unknown, action] takes differences against it
    rows: Array  # [entry] of the derivatives of log-probabilities in log-odds: the action,
    unknown: Array  # [entry] the unknown,
    same: Array  # [entry] and 1 where both are the same action, else 0


class Equations:
    """The equations of a tree; `speed` is the precision of each player, per unit of the curve's parameter."""

    def __init__(self, arrays: TreeArrays, speed: Array) -> None:
        self.arrays = arrays
        self.actions = len(arrays.set_of)
        self.unknowns = self.actions - len(arrays.place)
        self.rate = (speed[arrays.owner] * arrays.factor)[arrays.set_of]  # [action]
        self.dense = self.unknowns <= DENSE
        self._pairs = _within_sets(arrays.first)
        self._slopes = _Pattern(arrays, self.dense)

    def start(self) -> Array:
        """Return the log-probabilities at precision 0: the reference measure [action]."""
        return self.arrays.log_weight.copy()

    def basis(self, log_p: Array) -> Basis:
        """Return the basis of log-odds against the likeliest action of each information set."""
        set_of, n = self.arrays.set_of, self.unknowns
        best = np.flatnonzero(log_p == np.maximum.reduceat(log_p, self.arrays.first[:-1])[set_of])
        against = best[np.unique(set_of[best], return_index=True)[1]]  # [set]
        unknown = np.arange(self.actions) - np.searchsorted(against, np.arange(self.actions))
        unknown[against] = -1
        others = np.flatnonzero(unknown >= 0)
        places = np.tile(np.arange(n), 2), np.concatenate([others, against[set_of[others]]])
        difference = sparse.csr_array((np.repeat([1.0, -1.0], n), places), shape=(n, self.actions))
        rows, columns = (side[unknown[self._pairs[1]] >= 0] for side in self._pairs)
        return Basis(against, others, difference, rows, unknown[columns], (rows == columns).astype(float))

    def log_p(self, basis: Basis, y: Array) -> Array:
        """Return the log-probabilities [action] of log-odds [unknown]."""
        odds = np.zeros(self.actions)
        odds[basis.others] = y
        first = self.arrays.first[:-1]
        top = np.maximum.reduceat(odds, first)[self.arrays.set_of]
        return odds - top - np.log(np.add.reduceat(np.exp(odds - top), first))[self.arrays.set_of]

    def play(self, log_p: Array, lam: float) -> Play:
        """Return beliefs, values and what each action is worth."""
        a = self.arrays
        move = np.where(a.action >= 0, log_p[a.action], a.known)
        possible = np.where(np.isfinite(move), move, 0.0)
        reach, share, value = np.zeros(len(move)), np.exp(move)[:, None], a.payoff.copy()
        for run in a.generations[1:]:
            reach[run] = reach[a.parent[run]] + possible[run]
        for run, inner, starts in zip(a.generations[:0:-1], a.inner[-2::-1], a.starts[-2::-1], strict=True):
            value[inner] = np.add.reduceat(share[run] * value[run], starts, axis=0)
        belief, total = _beliefs(np.where(a.believed, reach, -np.inf), a.set_at, len(a.place))
        c = a.children
        worth = value[c.node, a.owner[a.set_of[c.action]]]
        q = np.bincount(c.action, belief[c.parent] * worth, minlength=self.actions)
        return Play(log_p, lam, reach, total, belief, value, worth, q)

    def residual(self, play: Play, basis: Basis) -> Array:
        """Return by how much the log-odds fail to be those of a logit response [unknown]."""
        return basis.difference @ (play.log_p - self.arrays.log_weight - play.lam * self.rate * play.q)

    def lam_derivative(self, play: Play, basis: Basis) -> Array:
        """Return the derivative of `residual` in the precision [unknown]."""
        return -(basis.difference @ (self.rate * play.q))

    def jacobian(self, play: Play, basis: Basis) -> Any:
        """Return the derivatives of `residual` in the log-odds [unknown, unknown], dense or sparse."""
        slopes, scale = self._worth_slopes(play), play.lam * self.rate[basis.others]
        if self.dense:
            slopes = slopes[basis.others] - slopes[basis.against[self.arrays.set_of[basis.others]]]
            every = np.add.reduceat(slopes, self.arrays.first[:-1], axis=1)[:, self.arrays.set_of[basis.others]]
            slopes = slopes[:, basis.others] - every * np.exp(play.log_p[basis.others])
            return np.eye(self.unknowns) - scale[:, None] * slopes
        slopes = basis.difference @ slopes @ self._tangents(play, basis)
        return sparse.eye_array(self.unknowns) - sparse.diags_array(scale) @ slopes

    def _worth_slopes(self, play: Play) -> Any:
        """Return the derivatives of what actions are worth in log-probabilities [action, action]."""
        a, c = self.arrays, self.arrays.children
        before, child = a.values.before, a.values.child
        coming = np.exp(play.reach[c.parent[child]] - play.total[a.set_of[before]] - play.log_p[before])
        mover = a.owner[a.set_of[before]]
        gain = play.value[c.node[child], mover] - play.value[c.parent[child], mover]
        later = coming * np.exp(play.log_p[c.action[child]]) * gain
        child = a.beliefs.child
        earlier = play.belief[c.parent[child]] * (play.worth[child] - play.q[c.action[child]])
        return self._slopes.matrix(np.concatenate([later, earlier]))

    def _tangents(self, play: Play, basis: Basis) -> Any:
        """Return the derivatives of log-probabilities in log-odds [action, unknown]."""
        entries = basis.same - np.exp(play.log_p[basis.others[basis.unknown]])
        shape = (self.actions, self.unknowns)
        return sparse.csr_array((entries, (basis.rows, basis.unknown)), shape=shape)


class _Pattern:
    """Where the derivatives of what actions are worth in log-probabilities are not 0."""

    def __init__(self, arrays: TreeArrays, dense: bool) -> None:
        at = arrays.children.action
        rows = np.concatenate([arrays.values.before, at[arrays.beliefs.child]])
        columns = np.concatenate([at[arrays.values.child], arrays.beliefs.before])
        self.dense, self.n = dense, len(arrays.set_of)
        self.places, self.entry = np.unique(rows * self.n + columns, return_inverse=True)

    def matrix(self, terms: Array) -> Any:
        """Return the matrix whose entries are sums of `terms`."""
        entries = np.bincount(self.entry, terms, minlength=len(self.places))
        if self.dense:
            out = np.zeros(self.n * self.n)
            out[self.places] = entries
            return out.reshape(self.n, self.n)
        return sparse.csr_array((entries, np.divmod(self.places, self.n)), shape=(self.n, self.n))


def _within_sets(first: Array) -> tuple[Array, Array]:
    """Return all pairs of actions of the same information set."""
    pairs = [
        np.indices((size, size)).reshape(2, -1) + start for start, size in zip(first, np.diff(first), strict=False)
    ]
    rows, columns = np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), np.int64)
    return rows, columns


def _beliefs(reach: Array, set_at: Array, sets: int) -> tuple[Array, Array]:
    """Return beliefs [node], and the log-probabilities of coming to the information sets [set]."""
    top = np.full(sets + 1, -np.inf)  # the last: nodes at which nobody chooses
    np.maximum.at(top, set_at, reach)
    top[-1] = 0.0
    share = np.exp(reach - top[set_at])
    total = np.bincount(set_at + 1, share, minlength=sets + 1)[1:]
    belief = np.zeros(len(reach))
    at = set_at >= 0
    belief[at] = share[at] / total[set_at[at]]
    return belief, top[:-1] + np.log(total)

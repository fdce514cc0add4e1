"""Nodes at which two players move at once, each of one or two types, at all grid beliefs together (stacked nodes).

The fixed point is a pair of logit best responses; continuation values are interpolated at the two posteriors.
Strategies are stored as s[mover, type, action, belief].  From a warm start the best responses are iterated, and at the
beliefs where they oscillate the caller takes Newton's method (`newton.newton_several`).  Without a start they are
iterated at small steps of the precision from 0, at all beliefs; where a step does not converge quickly (near a fold)
the caller follows the principal branch by arclength (`homotopy.py`).
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.exp import exp
from peacetalks.equilibrium.kernels.interpolation import hermite_weights, locate_cell, stencil_start
from peacetalks.equilibrium.kernels.jit import inner

COLD_PRECISIONS = 32  # steps of precision of a cold start
COLD_STEPS = 30  # iterations within which the best responses must converge at each precision of a cold start
TINY = 1e-250  # probabilities below it are treated as zero
ACTIONS, N_TYPES, INDEX, STEP, SECOND, THIRD = range(6)  # columns of PairScratch.shape


class PairScratch(NamedTuple):
    """Scratch of a node of two movers; the first index is the mover, the last the belief."""

    shape: (
        np.ndarray
    )  # [mover, see above]; the steps are those of the mover's belief axis, 0 where the mover has one type
    mu: np.ndarray  # [mover, type, belief]
    base: np.ndarray  # [belief] the flat belief with both axes at zero
    s: np.ndarray  # [mover, type, action, belief] strategy
    new: np.ndarray  # [mover, type, action, belief] logit best response
    q: np.ndarray  # [mover, type, action, belief] continuation
    mean: np.ndarray  # [mover, action, belief] average strategy
    cell: np.ndarray  # [mover, action, belief] flat offset where the stencil of the posterior begins
    share: np.ndarray  # [mover, action, 3, belief] weights of the differences along it
    residual: np.ndarray  # [belief] residual
    sums: np.ndarray  # [2, belief] scratch


@inner()
def make_pair_scratch(actions, beliefs):
    """Allocate scratch for nodes of up to `actions` actions a side."""
    A, B = actions, beliefs
    return PairScratch(
        np.zeros((2, 6), np.int64),
        np.empty((2, 2, B)),
        np.zeros(B, np.int64),
        np.empty((2, 2, A, B)),
        np.empty((2, 2, A, B)),
        np.empty((2, 2, A, B)),
        np.empty((2, A, B)),
        np.zeros((2, A, B), np.int64),
        np.zeros((2, A, 3, B)),
        np.empty(B),
        np.empty((2, B)),
    )


@inner()
def open_pair(n, L, G, first, second, D):
    """Fill the shape and the beliefs of node `n`."""
    i = L.part_ptr[n]
    for b in range(len(D.base)):
        D.base[b] = b
    for j in range(2):
        player = L.part_player[i + j]
        D.shape[j, ACTIONS], D.shape[j, N_TYPES] = L.part_actions[i + j], L.n_types[player]
        D.shape[j, INDEX], D.shape[j, STEP], D.shape[j, SECOND], D.shape[j, THIRD] = L.first_index[player], 0, 0, 0
        hidden = G.axis[player] >= 0
        axis = first if j == 0 else second
        if hidden:
            D.shape[j, STEP], D.shape[j, SECOND], D.shape[j, THIRD] = axis.step, axis.second, axis.third
        for b in range(len(D.base)):
            D.mu[j, 0, b] = axis.p[b] if hidden else 1.0
            D.mu[j, 1, b] = 1.0 - D.mu[j, 0, b]
            D.base[b] -= b - axis.base[b] if hidden else 0  # each node of the stack keeps its own offset
            for a in range(D.shape[j, ACTIONS]):
                D.cell[j, a, b] = 0
                for e in range(3):
                    D.share[j, a, e, b] = 0.0


@inner()
def pair_posteriors(D, j, axis):
    """Fill mean, cell and share of mover `j` from its strategies."""
    K, step = D.shape[j, N_TYPES], D.shape[j, STEP]
    m0, m1 = D.mu[j, 0], D.mu[j, 1]
    for a in range(D.shape[j, ACTIONS]):
        s0, s1, mean = D.s[j, 0, a], D.s[j, 1, a], D.mean[j, a]
        cell, share = D.cell[j, a], D.share[j, a]
        if K == 1:
            for b in range(len(mean)):
                mean[b] = s0[b]
            continue
        for b in range(len(mean)):
            up = m0[b] * s0[b]
            mean[b] = up + m1[b] * s1[b]
            if step > 0:
                k, t, _ = locate_cell(up / mean[b] if mean[b] > 0.0 else m0[b], axis)
                cell[b] = stencil_start(k, axis) * step
                share[0, b], share[1, b], share[2, b] = hermite_weights(k, t, axis.stencil)


@inner(fastmath={"contract", "nsz"})
def interpolate_at(row, at, d, b, t):
    """Return the interpolation of `row` on the stencil from `at` on, with the steps `d` and the weights t[:, b]."""
    v0, v1, v2, v3 = row[at], row[at + d[0]], row[at + d[1]], row[at + d[2]]
    return v0 + t[0, b] * (v1 - v0) + t[1, b] * (v2 - v1) + t[2, b] * (v3 - v2)


@inner(fastmath={"contract", "nsz"})
def add_interpolated(row, others, base, c0, c1, t0, t1, d0, d1, q):
    """Add others x the interpolation of `row` in both posteriors to q, at every belief."""
    if d0[0] == 0:
        for b in range(len(q)):
            q[b] += others[b] * interpolate_at(row, base[b] + c1[b], d1, b, t1)
    elif d1[0] == 0:
        for b in range(len(q)):
            q[b] += others[b] * interpolate_at(row, base[b] + c0[b], d0, b, t0)
    else:
        for b in range(len(q)):
            at = base[b] + c0[b] + c1[b]
            v0, v1 = interpolate_at(row, at, d1, b, t1), interpolate_at(row, at + d0[0], d1, b, t1)
            v2, v3 = interpolate_at(row, at + d0[1], d1, b, t1), interpolate_at(row, at + d0[2], d1, b, t1)
            q[b] += others[b] * (v0 + t0[0, b] * (v1 - v0) + t0[1, b] * (v2 - v1) + t0[2, b] * (v3 - v2))


@inner()
def pair_continuation(D, table):
    """Fill the continuation values q from the table [profile, player-type, belief]."""
    A0, A1 = D.shape[0, ACTIONS], D.shape[1, ACTIONS]
    d0, d1 = D.shape[0, STEP:], D.shape[1, STEP:]
    for j in range(2):
        for k in range(D.shape[j, N_TYPES]):
            for a in range(D.shape[j, ACTIONS]):
                for b in range(len(D.base)):
                    D.q[j, k, a, b] = 0.0
    for a in range(A0):
        for c in range(A1):
            T = table[a * A1 + c]
            c0, c1, t0, t1 = D.cell[0, a], D.cell[1, c], D.share[0, a], D.share[1, c]
            for k in range(D.shape[0, N_TYPES]):
                add_interpolated(T[D.shape[0, INDEX] + k], D.mean[1, c], D.base, c0, c1, t0, t1, d0, d1, D.q[0, k, a])
            for k in range(D.shape[1, N_TYPES]):
                add_interpolated(T[D.shape[1, INDEX] + k], D.mean[0, a], D.base, c0, c1, t0, t1, d0, d1, D.q[1, k, c])


@inner()
def pair_best_response(D, j, log_nu, w0, rate):
    """Fill `new` with the logit best responses of mover `j`; raise D.residual to their largest relative change."""
    A = D.shape[j, ACTIONS]
    top, total, residual = D.sums[0], D.sums[1], D.residual
    for k in range(D.shape[j, N_TYPES]):
        q, new, s = D.q[j, k], D.new[j, k], D.s[j, k]
        for b in range(len(residual)):
            top[b], total[b] = -np.inf, 0.0
        for a in range(A):
            for b in range(len(residual)):
                new[a, b] = log_nu[w0 + a] + rate * q[a, b]
                top[b] = max(top[b], new[a, b])
        for a in range(A):
            for b in range(len(residual)):
                new[a, b] = exp(new[a, b] - top[b])
                total[b] += new[a, b]
        for a in range(A):
            for b in range(len(residual)):
                new[a, b] /= total[b]
                d = abs(new[a, b] - s[a, b]) / max(new[a, b], TINY)
                residual[b] = max(residual[b], d) if d < np.inf else np.inf


@inner()
def pair_iteration(D, i, L, lam, scale, table, first, second, tol, most, exempt):
    """Iterate the best responses from D.s; return (residual, iterations).  Stops on the residual only.

    Beliefs that are exempt stay as they are.
    """
    res, before, eta = np.inf, np.inf, 1.0
    for it in range(most):
        for j in range(2):
            pair_posteriors(D, j, first if j == 0 else second)
        pair_continuation(D, table)
        for b in range(len(D.residual)):
            D.residual[b] = 0.0
        for j in range(2):
            pair_best_response(D, j, L.log_weight, L.part_weight[i + j], lam[L.part_player[i + j]] * scale)
        res = 0.0
        for b in range(len(D.residual)):
            D.residual[b] = 0.0 if exempt[b] else D.residual[b]
            res = max(res, D.residual[b])
        if res <= tol:
            return res, it + 1
        if res > 0.9 * before:
            eta = max(0.5 * eta, 0.05)
        before = res
        for j in range(2):
            for k in range(D.shape[j, N_TYPES]):
                for a in range(D.shape[j, ACTIONS]):
                    s, new = D.s[j, k, a], D.new[j, k, a]
                    for b in range(len(s)):
                        s[b] += 0.0 if exempt[b] else eta * (new[b] - s[b])
    return res, most


@inner()
def cold_start(D, i, L, lam, table, first, second, tol, exempt):
    """Solve without a start by raising the precision from 0; infinite residual where one step fails."""
    for j in range(2):
        for k in range(D.shape[j, N_TYPES]):
            for a in range(D.shape[j, ACTIONS]):
                nu = np.exp(L.log_weight[L.part_weight[i + j] + a])
                for b in range(len(D.residual)):
                    D.s[j, k, a, b] = nu
    total = 0
    res = np.inf
    for step in range(1, COLD_PRECISIONS + 1):
        aim = tol if step == COLD_PRECISIONS else 1e-7
        res, it = pair_iteration(
            D, i, L, lam, step / COLD_PRECISIONS, table, first, second, aim, np.int64(COLD_STEPS), exempt
        )
        total += it
        if not res <= aim:
            return np.inf, total
    return res, total


@inner()
def pair_values(D, table, U, out):
    """Write the values out[player-type, belief] at converged strategies."""
    d0, d1, A1 = D.shape[0, STEP:], D.shape[1, STEP:], D.shape[1, ACTIONS]
    weight = D.sums[0]
    for u in range(U):
        for b in range(len(weight)):
            out[u, b] = 0.0
        k0, k1 = u - D.shape[0, INDEX], u - D.shape[1, INDEX]
        if 0 <= k0 < D.shape[0, N_TYPES] or 0 <= k1 < D.shape[1, N_TYPES]:
            j, k = (0, k0) if 0 <= k0 < D.shape[0, N_TYPES] else (1, k1)
            for a in range(D.shape[j, ACTIONS]):
                s, q = D.s[j, k, a], D.q[j, k, a]
                for b in range(len(weight)):
                    out[u, b] += s[b] * q[b]
            continue
        for a in range(D.shape[0, ACTIONS]):
            for c in range(A1):
                one, two = D.mean[0, a], D.mean[1, c]
                for b in range(len(weight)):
                    weight[b] = one[b] * two[b]
                c0, c1, t0, t1 = D.cell[0, a], D.cell[1, c], D.share[0, a], D.share[1, c]
                add_interpolated(table[a * A1 + c, u], weight, D.base, c0, c1, t0, t1, d0, d1, out[u])


@inner()
def move_pair(D, warm, load):
    """Copy strategies from warm [mover, type and action, belief] where `load` holds, else to it."""
    row = 0
    for j in range(2):
        for k in range(D.shape[j, N_TYPES]):
            for a in range(D.shape[j, ACTIONS]):
                s, own = D.s[j, k, a], warm[row]
                for b in range(len(own)):
                    if load:
                        s[b] = own[b]
                    else:
                        own[b] = s[b]
                row += 1


@inner()
def write_pair_logs(D, place, B, logs):
    """Write log strategies, flat (belief, mover, type, action), of the node at `place` of the stack."""
    at = 0
    for b in range(place * B, (place + 1) * B):
        for j in range(2):
            for k in range(D.shape[j, N_TYPES]):
                for a in range(D.shape[j, ACTIONS]):
                    logs[at] = np.log(max(D.s[j, k, a, b], TINY))
                    at += 1


@inner()
def solve_two_movers(i, L, first, second, lam, warm, tol, most, table, D, exempt):
    """Solve the nodes stacked in `table` at every belief; return (residual, iterations); D.residual has it by belief.

    `i` is the first participant of one of the nodes in the layout; `warm` holds the start (NaN: none) and receives the
    solution.  Without a start no belief is exempt, and where the cold start fails every belief counts as not converged.
    """
    load = warm.shape[1] > 0  # always true; with a literal True or False Numba would compile `move_pair` once for each
    cold = False
    for b in range(warm.shape[1]):
        cold = cold or np.isnan(warm[0, b])
    if cold:
        res, it = cold_start(D, i, L, lam, table, first, second, tol, exempt)
        for b in range(len(D.residual)):
            D.residual[b] = D.residual[b] if res <= tol else np.inf
    else:
        move_pair(D, warm, load)
        res, it = pair_iteration(D, i, L, lam, 1.0, table, first, second, tol, most, exempt)
    if res <= tol:
        move_pair(D, warm, not load)
    return res, it

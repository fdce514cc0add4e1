"""Nodes at which one player moves: chance, a mover of one type, an informed mover of two types.

Every function works on all grid beliefs at once, of one node or of several nodes of the same shape stacked side by
side, because loops over a few beliefs cost more to enter than to run; the belief is the last index.  With two types the
node's fixed point is solved for the posteriors p(a) of the first type, one per action: with the strategies sigma_k(a) =
nu(a) exp(lambda Q_k(a; p(a))) / Z_k,

    B(a) = b sigma_1(a) / (b sigma_1(a) + (1 - b) sigma_2(a)),     p(a) = B(a)      (Bayes' rule at belief b).

Newton's method needs no matrix: with beta = B(1 - B), the actions see each other only through d = log Z_1 - log Z_2,

    dp(a) = -(p(a) - B(a) + beta(a) dd) / (1 - beta(a) lambda (Q_1 - Q_2)'(a)),
    dd = sum_a lambda (sigma_1 Q_1' - sigma_2 Q_2')(a) dp(a),

which is one scalar equation in dd.
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.exp import exp
from peacetalks.equilibrium.kernels.interpolation import hermite_slopes, hermite_weights, locate_cell, stencil_start
from peacetalks.equilibrium.kernels.jit import inner

CHANCE, UNINFORMED, ONE_MOVER, TWO_MOVERS, GENERAL = range(5)  # the kernel that solves a node; see `dispatch.py`
EIGHTHS = 8  # steps of precision of a cold start
QUICK = 12  # Newton steps at all beliefs at once


class Scratch(NamedTuple):
    """Scratch arrays of the nodes of one mover, made once a sweep."""

    table: np.ndarray  # [action, player-type, belief] payoff and incentive plus continuation
    q: np.ndarray  # [type, action, belief] continuation of the mover's types
    slope: np.ndarray  # [type, action, belief] its derivative in the posterior
    s: np.ndarray  # [type, action, belief] strategies
    top: np.ndarray  # [type, belief] the q that exponents are relative to
    z: np.ndarray  # [type, belief] sum of nu exp(lambda (q - top))
    sums: np.ndarray  # [3, belief] scratch of Newton's step
    at: np.ndarray  # [action, belief] flat belief where the stencil of the posterior begins
    share: np.ndarray  # [action, 3, belief] weights of the differences along it
    bayes: np.ndarray  # [action, belief] posterior that the strategies imply
    den: np.ndarray  # [action, belief] scratch of Newton's step
    residual: np.ndarray  # [belief] residual
    flat: np.ndarray  # [action] whether the continuation is the same at every belief


@inner()
def make_scratch(actions, player_types, beliefs):
    """Allocate scratch for nodes of up to `actions` actions."""
    A, B = actions, beliefs
    return Scratch(
        np.empty((A, player_types, B)),
        np.empty((2, A, B)),
        np.zeros((2, A, B)),
        np.empty((2, A, B)),
        np.empty((2, B)),
        np.empty((2, B)),
        np.empty((3, B)),
        np.zeros((A, B), np.int64),
        np.zeros((A, 3, B)),
        np.empty((A, B)),
        np.empty((A, B)),
        np.empty(B),
        np.zeros(A, np.bool_),
    )


@inner(fastmath={"contract", "nsz"})
def chance_values(n, L, nu, X):
    """Write the value of chance node `n` to X[n]: an average, the same at every belief."""
    out = X[n]
    U, B = out.shape
    w0 = L.part_weight[L.part_ptr[n]]
    first, last = L.prof_ptr[n], L.prof_ptr[n + 1]
    for u in range(U):
        own = 0.0
        for r in range(first, last):
            own += nu[w0 + r - first] * (L.payoff[r, u] + L.incentive[r, u])
        for b in range(B):
            out[u, b] = own
    for r in range(first, last):
        for m in range(L.lottery_ptr[r], L.lottery_ptr[r + 1]):
            f = nu[w0 + r - first] * L.lottery_prob[m]
            src = X[L.lottery_slot[m]]
            for u in range(U):
                for b in range(B):
                    out[u, b] += f * src[u, b]


@inner(fastmath={"contract", "nsz"})
def fill(n, k, L, X, constant, R):
    """Fill place `k` of the stack in R.table with node `n`; mark in R.flat the continuations that no belief changes."""
    first = L.prof_ptr[n]
    U, B = X.shape[1], X.shape[2]
    low = k * B
    for a in range(L.prof_ptr[n + 1] - first):
        r = first + a
        same = True
        for u in range(U):
            own = L.payoff[r, u] + L.incentive[r, u]
            T = R.table[a, u]
            for b in range(B):
                T[low + b] = own
        for m in range(L.lottery_ptr[r], L.lottery_ptr[r + 1]):
            p, slot = L.lottery_prob[m], L.lottery_slot[m]
            same = same and constant[slot]
            for u in range(U):
                T, src = R.table[a, u], X[slot, u]
                for b in range(B):
                    T[low + b] += p * src[b]
        R.flat[a] = same and (k == 0 or R.flat[a])


@inner(fastmath={"contract", "nsz"})
def logit_strategies(K, A, w0, nu, rate, R):
    """Fill the strategies s, top and z from q, for K types.

    The exponents are taken relative to the first action, or to the best one where that would leave a float's range.
    """
    B = R.top.shape[1]
    for k in range(K):
        q, s, top, z = R.q[k], R.s[k], R.top[k], R.z[k]
        widest = 0.0
        for a in range(1, A):
            for b in range(B):
                widest = max(widest, abs(q[a, b] - q[0, b]))
        shift = rate * widest > 300.0
        for b in range(B):
            top[b] = q[0, b]
            z[b] = 0.0
        if shift:
            for a in range(1, A):
                for b in range(B):
                    top[b] = max(top[b], q[a, b])
        for a in range(A):
            f = nu[w0 + a]
            if a == 0 and not shift:
                for b in range(B):
                    s[a, b] = f
                    z[b] += f
                continue
            if shift:
                for b in range(B):
                    s[a, b] = f * np.exp(rate * (q[a, b] - top[b]))
            else:
                for b in range(B):
                    s[a, b] = f * exp(rate * (q[a, b] - top[b]))
            for b in range(B):
                z[b] += s[a, b]
        for a in range(A):
            for b in range(B):
                s[a, b] /= z[b]


@inner()
def uninformed_values(n, L, nu, X, constant, lam, R):
    """Solve a node whose mover has one type; write its values to X[n]."""
    i = L.part_ptr[n]
    A, c0 = L.part_actions[i], L.first_index[L.part_player[i]]
    fill(n, 0, L, X, constant, R)
    out = X[n]
    U, B = out.shape
    for a in range(A):
        for b in range(B):
            R.q[0, a, b] = R.table[a, c0, b]
    logit_strategies(L.n_types[L.part_player[i]], A, L.part_weight[i], nu, lam[L.part_player[i]], R)
    for u in range(U):
        for b in range(B):
            out[u, b] = 0.0
    for a in range(A):
        s, T = R.s[0, a], R.table[a]
        for u in range(U):
            for b in range(B):
                out[u, b] += s[b] * T[u, b]


@inner()
def interpolate(A, c0, axis, post, R):
    """Interpolate the continuation values q of the mover's two types, and their slopes, at the posteriors."""
    B = R.top.shape[1]
    s, s2, s3 = axis.step, axis.second, axis.third
    for a in range(A):
        T0, T1 = R.table[a, c0], R.table[a, c0 + 1]
        q0, q1, g0, g1 = R.q[0, a], R.q[1, a], R.slope[0, a], R.slope[1, a]
        if R.flat[a]:
            for b in range(B):
                q0[b], q1[b] = T0[b], T1[b]
                g0[b] = g1[b] = 0.0
            continue
        at, share = R.at[a], R.share[a]
        for b in range(B):
            i, t, rate = locate_cell(post[a, b], axis)
            j = axis.base[b] + stencil_start(i, axis) * s
            e0, e1, e2 = hermite_weights(i, t, axis.stencil)
            at[b], share[0, b], share[1, b], share[2, b] = j, e0, e1, e2
            u0, u1, u2 = T0[j + s] - T0[j], T0[j + s2] - T0[j + s], T0[j + s3] - T0[j + s2]
            v0, v1, v2 = T1[j + s] - T1[j], T1[j + s2] - T1[j + s], T1[j + s3] - T1[j + s2]
            q0[b], q1[b] = T0[j] + e0 * u0 + e1 * u1 + e2 * u2, T1[j] + e0 * v0 + e1 * v1 + e2 * v2
            e0, e1, e2 = hermite_slopes(i, t, axis.stencil)
            g0[b], g1[b] = rate * (e0 * u0 + e1 * u1 + e2 * u2), rate * (e0 * v0 + e1 * v1 + e2 * v2)


@inner()
def bayes_residual(A, axis, post, rate, R, exempt):
    """Fill R.bayes (Bayes' rule) and R.residual, the change of log-probabilities it would make.

    Returns the largest residual over the beliefs that are not exempt.
    """
    B = R.top.shape[1]
    residual = R.residual
    for b in range(B):
        residual[b] = 0.0
    for a in range(A):
        s0, s1, g0, g1, bayes, mine = R.s[0, a], R.s[1, a], R.slope[0, a], R.slope[1, a], R.bayes[a], post[a]
        for b in range(B):
            up = axis.p[b] * s0[b]
            total = up + (1.0 - axis.p[b]) * s1[b]
            bayes[b] = up / total
            if not total > 0.0:  # below the range of a float: left to the scalar fallback solve, in logarithms
                bayes[b] = mine[b]
                residual[b] = residual[b] if R.flat[a] else np.inf
        if R.flat[a]:
            continue
        for b in range(B):
            d = rate * max(2.0 * abs(g0[b]), 2.0 * abs(g1[b]), 1.0) * abs(bayes[b] - mine[b])
            residual[b] = max(residual[b], d) if d < np.inf else np.inf
    worst = 0.0
    for b in range(B):
        if not exempt[b]:
            worst = max(worst, residual[b])
    return worst


@inner(fastmath={"contract", "nsz"})
def newton_step(A, post, rate, R, exempt):
    """Move the posteriors by one Newton step (see the module docstring), kept within [0, 1]."""
    B = R.top.shape[1]
    shift, slope, move, den = R.sums[0], R.sums[1], R.sums[2], R.den
    for b in range(B):
        shift[b] = slope[b] = 0.0
    for a in range(A):
        if R.flat[a]:
            continue
        s0, s1, g0, g1, bayes, mine = R.s[0, a], R.s[1, a], R.slope[0, a], R.slope[1, a], R.bayes[a], post[a]
        for b in range(B):
            beta = bayes[b] * (1.0 - bayes[b])
            den[a, b] = 1.0 / max(1.0 - beta * rate * (g0[b] - g1[b]), 0.2)
            c = rate * (s0[b] * g0[b] - s1[b] * g1[b]) * den[a, b]
            shift[b] += c * (mine[b] - bayes[b])
            slope[b] += c * beta
    for b in range(B):
        move[b] = 0.0 if exempt[b] else -shift[b] / max(1.0 + slope[b], 0.2)
    for a in range(A):
        bayes, mine = R.bayes[a], post[a]
        if R.flat[a]:
            for b in range(B):
                mine[b] = bayes[b]
            continue
        for b in range(B):
            beta = bayes[b] * (1.0 - bayes[b])
            step = 0.0 if exempt[b] else (mine[b] - bayes[b] + beta * move[b]) * den[a, b]
            mine[b] = min(max(mine[b] - step, 0.0), 1.0)


@inner()
def solve_one_mover(n, L, nu, lam, axis, post, tol, R, exempt):
    """Find the posteriors of the nodes stacked in R from the start in `post` (NaN: none); return (residual, steps).

    `n` is one of the nodes: they have the same mover, number of actions and reference measure.
    """
    i = L.part_ptr[n]
    A, player = L.part_actions[i], L.part_player[i]
    c0, w0 = L.first_index[player], L.part_weight[i]
    cold = False
    for b in range(len(axis.p)):
        cold = cold or np.isnan(post[0, b])
    if cold:
        for a in range(A):
            for b in range(len(axis.p)):
                post[a, b] = axis.p[b]
    res, steps = np.inf, 0
    for eighth in range(1 if cold else EIGHTHS, EIGHTHS + 1):
        rate = lam[player] * eighth / EIGHTHS
        for _ in range(QUICK):
            interpolate(A, c0, axis, post, R)
            logit_strategies(L.n_types[player], A, w0, nu, rate, R)
            res = bayes_residual(A, axis, post, rate, R, exempt)
            steps += 1
            if res <= tol:
                break
            newton_step(A, post, rate, R, exempt)
    return res, steps


@inner(fastmath={"contract", "nsz"})
def one_mover_values(n, L, axis, out, R):
    """Write the values out[player-type, belief] of the stacked nodes, of which `n` is one, from the solved R."""
    i = L.part_ptr[n]
    A, c0 = L.part_actions[i], L.first_index[L.part_player[i]]
    U, B = out.shape
    s, s2, s3 = axis.step, axis.second, axis.third
    mean, one, two = R.sums[0], out[c0], out[c0 + 1]
    for u in range(U):
        for b in range(B):
            out[u, b] = 0.0
    for a in range(A):
        s0, s1, q0, q1, T = R.s[0, a], R.s[1, a], R.q[0, a], R.q[1, a], R.table[a]
        for b in range(B):
            one[b] += s0[b] * q0[b]
            two[b] += s1[b] * q1[b]
            mean[b] = axis.p[b] * s0[b] + (1.0 - axis.p[b]) * s1[b]
        at, share = R.at[a], R.share[a]
        for u in range(U):
            if u == c0 or u == c0 + 1:
                continue
            row, other = T[u], out[u]
            if R.flat[a]:
                for b in range(B):
                    other[b] += mean[b] * row[b]
            else:
                for b in range(B):
                    j = at[b]
                    v0, v1, v2, v3 = row[j], row[j + s], row[j + s2], row[j + s3]
                    other[b] += mean[b] * (
                        v0 + share[0, b] * (v1 - v0) + share[1, b] * (v2 - v1) + share[2, b] * (v3 - v2)
                    )


@inner()
def write_logs(n, k, B, L, lam, R, logs):
    """Write log strategies [belief, type, action] of node `n`, solved at place `k` of the stack."""
    i = L.part_ptr[n]
    K = L.n_types[L.part_player[i]]
    A, w0, rate = L.part_actions[i], L.part_weight[i], lam[L.part_player[i]]
    for b in range(B):
        for j in range(K):
            norm = rate * R.top[j, k * B + b] + np.log(R.z[j, k * B + b])
            for a in range(A):
                logs[(b * K + j) * A + a] = L.log_weight[w0 + a] + rate * R.q[j, a, k * B + b] - norm

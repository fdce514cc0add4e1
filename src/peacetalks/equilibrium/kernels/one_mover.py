"""Nodes at which one player moves: chance, a mover with nothing to hide, an informed mover of two types.

Every function works on all grid beliefs at once, of a node or of several alike nodes stacked side by side (loops a few
beliefs long would cost more to enter than to run); the belief is the last index.  With two types the node's
fixed point is solved for the posteriors p(a) of the first type, one per action: with the strategies
sigma_k(a) = nu(a) exp(lambda Q_k(a; p(a))) / Z_k,

    B(a) = b sigma_1(a) / (b sigma_1(a) + (1 - b) sigma_2(a)),     p(a) = B(a)      (Bayes' rule at belief b).

Newton's method needs no matrix: with beta = B(1 - B), the actions see each other only through d = log Z_1 - log Z_2,

    dp(a) = -(p(a) - B(a) + beta(a) dd) / (1 - beta(a) lambda (Q_1 - Q_2)'(a)),
    dd = sum_a lambda (sigma_1 Q_1' - sigma_2 Q_2')(a) dp(a),

which is one scalar equation in dd.
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.exp import exp
from peacetalks.equilibrium.kernels.jit import inner

CHANCE, PLAIN, SIGNAL, DUEL, GENERAL = range(5)
EIGHTHS = 8  # steps of precision of a cold start
QUICK = 12  # Newton steps at all beliefs at once


class Room(NamedTuple):
    """Scratch arrays of the nodes of one mover, made once a sweep."""

    table: np.ndarray  # [action, column, belief] decision pay plus continuation
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
    gap: np.ndarray  # [belief] residual
    flat: np.ndarray  # [action] whether the continuation is the same at every belief


class Axis(NamedTuple):
    """The grid of beliefs about one informed player of two types, seen from every flat belief."""

    p: np.ndarray  # [belief] probability of the first type
    base: np.ndarray  # [belief] flat belief with this axis at zero
    step: int
    size: int
    knot: int  # position of the prior; the grid is uniform on either side
    prior: float
    below: float  # cells per unit of belief below the prior
    above: float  # and above it
    stencil: np.ndarray  # [cell, 12] weights of the interpolation; see `beliefs.stencils`
    second: int  # step from the start of a stencil to its third point
    third: int  # and to its fourth


@inner()
def make_room(actions, columns, beliefs):
    """Allocate scratch for nodes of up to `actions` actions."""
    A, B = actions, beliefs
    return Room(
        np.empty((A, columns, B)),
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
def chance(n, L, nu, X):
    """Write the value of chance node `n` to X[n]: an average, the same at every belief."""
    out = X[n]
    U, B = out.shape
    w0 = L.part_weight[L.part_ptr[n]]
    first, last = L.prof_ptr[n], L.prof_ptr[n + 1]
    for u in range(U):
        own = 0.0
        for r in range(first, last):
            own += nu[w0 + r - first] * (L.pay[r, u] + L.drive[r, u])
        for b in range(B):
            out[u, b] = own
    for r in range(first, last):
        for m in range(L.lot_ptr[r], L.lot_ptr[r + 1]):
            f = nu[w0 + r - first] * L.lot_prob[m]
            src = X[L.lot_slot[m]]
            for u in range(U):
                for b in range(B):
                    out[u, b] += f * src[u, b]


@inner(fastmath={"contract", "nsz"})
def fill(n, k, L, X, constant, R):
    """Fill place `k` of R.table with node `n`; note which continuations are the same at every belief of the stack."""
    first = L.prof_ptr[n]
    U, B = X.shape[1], X.shape[2]
    low = k * B
    for a in range(L.prof_ptr[n + 1] - first):
        r = first + a
        same = True
        for u in range(U):
            own = L.pay[r, u] + L.drive[r, u]
            T = R.table[a, u]
            for b in range(B):
                T[low + b] = own
        for m in range(L.lot_ptr[r], L.lot_ptr[r + 1]):
            p, slot = L.lot_prob[m], L.lot_slot[m]
            same = same and constant[slot]
            for u in range(U):
                T, src = R.table[a, u], X[slot, u]
                for b in range(B):
                    T[low + b] += p * src[b]
        R.flat[a] = same and (k == 0 or R.flat[a])


@inner()
def stacked(axis, m):
    """Return `axis` as `m` nodes side by side see it."""
    B = len(axis.p)
    p, base = np.empty(m * B), np.empty(m * B, np.int64)
    for k in range(m):
        for b in range(B):
            p[k * B + b], base[k * B + b] = axis.p[b], k * B + axis.base[b]
    return Axis(
        p,
        base,
        axis.step,
        axis.size,
        axis.knot,
        axis.prior,
        axis.below,
        axis.above,
        axis.stencil,
        axis.second,
        axis.third,
    )


@inner(fastmath={"contract", "nsz"})
def weigh(K, A, w0, nu, rate, R):
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
def plain(n, L, nu, X, constant, lam, R):
    """Solve a node whose mover has nothing to hide; write its values to X[n]."""
    i = L.part_ptr[n]
    A, c0 = L.part_actions[i], L.first_col[L.part_player[i]]
    fill(n, 0, L, X, constant, R)
    out = X[n]
    U, B = out.shape
    for a in range(A):
        for b in range(B):
            R.q[0, a, b] = R.table[a, c0, b]
    weigh(L.n_types[L.part_player[i]], A, L.part_weight[i], nu, lam[L.part_player[i]], R)
    for u in range(U):
        for b in range(B):
            out[u, b] = 0.0
    for a in range(A):
        s, T = R.s[0, a], R.table[a]
        for u in range(U):
            for b in range(B):
                out[u, b] += s[b] * T[u, b]


@inner()
def look(x, axis):
    """Return (cell, share of the upper end, cells per unit of belief) of posterior x on an axis."""
    low = x < axis.prior or axis.above == 0.0
    rate = axis.below if low else axis.above
    first = 0 if low else axis.knot
    last = axis.knot - 1 if low else axis.size - 2
    f = (x - (0.0 if low else axis.prior)) * rate
    i = min(first + int(f), last)
    return i, f - (i - first), rate


@inner()
def start_of(i, axis):
    """Return the position at which the stencil of cell `i` begins."""
    return min(max(i - 1, 0), max(axis.size - 4, 0))


@inner()
def shares(i, t, stencil):
    """Return the weights of the three differences along the stencil at share `t` of cell `i`."""
    w = stencil[i]
    s, b, r = t * t * (3.0 - 2.0 * t), t * (1.0 - t), 1.0 - t
    return (
        w[0] + w[3] * s + b * (r * w[6] - t * w[9]),
        w[1] + w[4] * s + b * (r * w[7] - t * w[10]),
        w[2] + w[5] * s + b * (r * w[8] - t * w[11]),
    )


@inner()
def inclines(i, t, stencil):
    """Return the derivatives of `shares` in `t`."""
    w = stencil[i]
    s, left, right = 6.0 * t * (1.0 - t), (1.0 - t) * (1.0 - 3.0 * t), t * (3.0 * t - 2.0)
    return (
        w[3] * s + left * w[6] + right * w[9],
        w[4] * s + left * w[7] + right * w[10],
        w[5] * s + left * w[8] + right * w[11],
    )


@inner()
def read(A, c0, axis, post, R):
    """Fill q and slope of the mover's two types at the posteriors."""
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
            i, t, rate = look(post[a, b], axis)
            j = axis.base[b] + start_of(i, axis) * s
            e0, e1, e2 = shares(i, t, axis.stencil)
            at[b], share[0, b], share[1, b], share[2, b] = j, e0, e1, e2
            u0, u1, u2 = T0[j + s] - T0[j], T0[j + s2] - T0[j + s], T0[j + s3] - T0[j + s2]
            v0, v1, v2 = T1[j + s] - T1[j], T1[j + s2] - T1[j + s], T1[j + s3] - T1[j + s2]
            q0[b], q1[b] = T0[j] + e0 * u0 + e1 * u1 + e2 * u2, T1[j] + e0 * v0 + e1 * v1 + e2 * v2
            e0, e1, e2 = inclines(i, t, axis.stencil)
            g0[b], g1[b] = rate * (e0 * u0 + e1 * u1 + e2 * u2), rate * (e0 * v0 + e1 * v1 + e2 * v2)


@inner()
def reply_gap(A, axis, post, rate, R, exempt):
    """Fill R.bayes and R.gap, the largest change of a log-probability that the posteriors would make; return its
    maximum over the beliefs that are not exempt."""
    B = R.top.shape[1]
    gap = R.gap
    for b in range(B):
        gap[b] = 0.0
    for a in range(A):
        s0, s1, g0, g1, bayes, mine = R.s[0, a], R.s[1, a], R.slope[0, a], R.slope[1, a], R.bayes[a], post[a]
        for b in range(B):
            up = axis.p[b] * s0[b]
            total = up + (1.0 - axis.p[b]) * s1[b]
            bayes[b] = up / total
            if not total > 0.0:  # less than a float can hold: left to the general solver, in logarithms
                bayes[b] = mine[b]
                gap[b] = gap[b] if R.flat[a] else np.inf
        if R.flat[a]:
            continue
        for b in range(B):
            d = rate * max(2.0 * abs(g0[b]), 2.0 * abs(g1[b]), 1.0) * abs(bayes[b] - mine[b])
            gap[b] = max(gap[b], d) if d < np.inf else np.inf
    worst = 0.0
    for b in range(B):
        if not exempt[b]:
            worst = max(worst, gap[b])
    return worst


@inner(fastmath={"contract", "nsz"})
def newton_step(A, post, rate, R, exempt):
    """Move the posteriors by one Newton step (see the module docstring), kept within [0, 1]."""
    B = R.top.shape[1]
    lean, pull, move, den = R.sums[0], R.sums[1], R.sums[2], R.den
    for b in range(B):
        lean[b] = pull[b] = 0.0
    for a in range(A):
        if R.flat[a]:
            continue
        s0, s1, g0, g1, bayes, mine = R.s[0, a], R.s[1, a], R.slope[0, a], R.slope[1, a], R.bayes[a], post[a]
        for b in range(B):
            beta = bayes[b] * (1.0 - bayes[b])
            den[a, b] = 1.0 / max(1.0 - beta * rate * (g0[b] - g1[b]), 0.2)
            c = rate * (s0[b] * g0[b] - s1[b] * g1[b]) * den[a, b]
            lean[b] += c * (mine[b] - bayes[b])
            pull[b] += c * beta
    for b in range(B):
        move[b] = 0.0 if exempt[b] else -lean[b] / max(1.0 + pull[b], 0.2)
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
def solve_signal(n, L, nu, lam, axis, post, tol, R, exempt):
    """Find the posteriors of the nodes stacked in R from the start in `post` (NaN: none); return (residual, steps).

    `n` is one of the nodes: they have the same mover, number of actions and reference measure.
    """
    i = L.part_ptr[n]
    A, player = L.part_actions[i], L.part_player[i]
    c0, w0 = L.first_col[player], L.part_weight[i]
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
            read(A, c0, axis, post, R)
            weigh(L.n_types[player], A, w0, nu, rate, R)
            res = reply_gap(A, axis, post, rate, R, exempt)
            steps += 1
            if res <= tol:
                break
            newton_step(A, post, rate, R, exempt)
    return res, steps


@inner(fastmath={"contract", "nsz"})
def signal_values(n, L, axis, out, R):
    """Write the values of stacked nodes (`n` is one) to out[column, belief] from a solved room."""
    i = L.part_ptr[n]
    A, c0 = L.part_actions[i], L.first_col[L.part_player[i]]
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

"""Newton's method at a node with one informed mover, one block per action.

Given the normalisers S_theta the actions do not see each other:

    log sigma_theta(a) = log nu(a) + lambda Q_theta(a) - S_theta,

and Q(a) depends on the strategies only through the posterior after a, that is on the mover's own K entries for a.
The linearised system is K x K per action plus K x K for the normalisers, whatever the number of actions.
"""

import numpy as np

from peacetalks.equilibrium.kernels.jit import inner
from peacetalks.equilibrium.kernels.node import (
    ACTIONS,
    AXIS,
    COLUMN,
    KINDS,
    PLAYER,
    STRIDE,
    continuation,
    gap,
    locate,
    posteriors,
    reply,
)


@inner()
def action_values(N, G, mu, table, x, a, work, out):
    """Write Q[type] of action `a` at x to `out`; work = (post, corner weights) is scratch."""
    A, K, ax = N.part[0, ACTIONS], N.part[0, KINDS], N.part[0, AXIS]
    idx = np.empty(4, np.int64)
    top = -np.inf
    for k in range(K):
        if mu[0, k] > 0.0:
            top = max(top, np.log(mu[0, k]) + x[k * A + a])
    total = 0.0
    for k in range(K):
        work[0, k] = np.exp(np.log(mu[0, k]) + x[k * A + a] - top) if mu[0, k] > 0.0 else 0.0
        total += work[0, k]
    for k in range(K):
        work[0, k] /= total
        out[k] = 0.0
    count = locate(G, ax, work[0], idx, work[1])
    for v in range(count):
        for k in range(K):
            if work[1, v] != 0.0:
                out[k] += work[1, v] * table[a, idx[v] * N.part[0, STRIDE], N.part[0, COLUMN] + k]


@inner()
def solve_small(M, R, K, cols):
    """Solve M Z = R in place (Z in R), M [K, K], R [K, cols], by elimination with row pivots."""
    for i in range(K):
        p = i
        for r in range(i + 1, K):
            if abs(M[r, i]) > abs(M[p, i]):
                p = r
        if p != i:
            for c in range(K):
                M[i, c], M[p, c] = M[p, c], M[i, c]
            for c in range(cols):
                R[i, c], R[p, c] = R[p, c], R[i, c]
        if M[i, i] == 0.0:
            M[i, i] = 1e-300
        for r in range(K):
            if r != i:
                f = M[r, i] / M[i, i]
                for c in range(i, K):
                    M[r, c] -= f * M[i, c]
                for c in range(cols):
                    R[r, c] -= f * R[i, c]
    for i in range(K):
        for c in range(cols):
            R[i, c] /= M[i, i]


@inner()
def newton(N, G, mu, table, lam, scale, x, tol, most):
    """Solve the node's fixed point from the start in x, in place; return (residual, iterations)."""
    A, K = N.part[0, ACTIONS], N.part[0, KINDS]
    r = lam[N.part[0, PLAYER]] * scale
    size = len(x)
    work, here, moved = np.empty((2, 4)), np.empty(4), np.empty(4)
    M, total, rhs = np.empty((K, K)), np.empty((K, K)), np.empty((K, 1))
    inverse = np.empty((A, K, K + 1))  # J^-1 [F, I] per action
    base, step = np.empty(size), np.zeros(size)
    posteriors(N, G, mu, x)
    continuation(N, table)
    reply(N, lam, scale)
    res = gap(x, N.y)
    for it in range(most):
        if res <= tol:
            return res, it + 1
        for k in range(K):
            rhs[k, 0] = -1.0
            for j in range(K):
                total[k, j] = 0.0
        for a in range(A):
            action_values(N, G, mu, table, x, a, work, here)
            for j in range(K):
                keep = x[j * A + a]
                h = 1e-6
                x[j * A + a] = keep + h
                action_values(N, G, mu, table, x, a, work, moved)
                x[j * A + a] = keep
                for k in range(K):
                    M[k, j] = (1.0 if j == k else 0.0) - r * (moved[k] - here[k]) / h
            for k in range(K):
                inverse[a, k, 0] = x[k * A + a] - N.y[k * A + a]
                for j in range(K):
                    inverse[a, k, j + 1] = 1.0 if j == k else 0.0
            solve_small(M, inverse[a], K, K + 1)
            for k in range(K):
                e = np.exp(x[k * A + a])
                rhs[k, 0] += e - e * inverse[a, k, 0]
                for j in range(K):
                    total[k, j] += e * inverse[a, k, j + 1]
        solve_small(total, rhs, K, 1)
        for a in range(A):
            for k in range(K):
                d = -inverse[a, k, 0]
                for j in range(K):
                    d -= inverse[a, k, j + 1] * rhs[j, 0]
                step[k * A + a] = d
        for i in range(size):
            base[i] = x[i]
        share = 1.0
        before = res
        for _ in range(12):
            for i in range(size):
                x[i] = base[i] + share * step[i]
            posteriors(N, G, mu, x)
            continuation(N, table)
            reply(N, lam, scale)
            res = gap(x, N.y)
            if res <= (1.0 - 0.1 * share) * before:
                break
            share *= 0.5
        if not res < 1e300:
            return np.inf, it + 1
    return res, most

"""Newton's method for the fixed point of one node, in logarithms, with step halving.

One informed mover (`newton_informed`): given the normalisers S_theta the actions do not see each other,

    log sigma_theta(a) = log nu(a) + lambda Q_theta(a) - S_theta,

and Q(a) depends on the strategies only through the posterior after a, that is, on the mover's own K entries for a.  The
linearised system is K x K per action plus K x K for the normalisers, whatever the number of actions.

Several movers (`newton_several`): the Jacobian of F(x) = x - best_response(x) is formed by forward differences, since a
node has a few dozen unknowns at most and only beliefs at which the damped iteration oscillates come here.  The start
decides which fixed point is found.
"""

import numpy as np

from peacetalks.equilibrium.kernels.interpolation import locate
from peacetalks.equilibrium.kernels.jit import inner
from peacetalks.equilibrium.kernels.node import (
    ACTIONS,
    AXIS,
    INDEX,
    N_TYPES,
    PLAYER,
    STRIDE,
    best_response_residual,
)

BLOCK_DIFFERENCE = 1e-6  # of a log-probability, for the differences at one informed mover
DIFFERENCE = 1e-7  # of a log-probability, for the differences at several movers
HALVINGS = 12  # of a Newton step, at the most


@inner()
def action_values(N, G, mu, table, x, a, work, out):
    """Write Q[type] of action `a` at x = log sigma to `out`; `work` = (posterior, interpolation weights) is scratch."""
    A, K, ax = N.part[0, ACTIONS], N.part[0, N_TYPES], N.part[0, AXIS]
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
                out[k] += work[1, v] * table[a, idx[v] * N.part[0, STRIDE], N.part[0, INDEX] + k]


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
def informed_step(N, G, mu, table, r, x, inverse, step):
    """Write the Newton step at x to `step`, given N.y at x; `inverse` [action, type, 1 + type] is scratch."""
    A, K = N.part[0, ACTIONS], N.part[0, N_TYPES]
    work, here, moved = np.empty((2, 4)), np.empty(4), np.empty(4)
    M, total, rhs = np.empty((K, K)), np.zeros((K, K)), np.empty((K, 1))
    for k in range(K):
        rhs[k, 0] = -1.0
    for a in range(A):
        action_values(N, G, mu, table, x, a, work, here)
        for j in range(K):
            keep = x[j * A + a]
            x[j * A + a] = keep + BLOCK_DIFFERENCE
            action_values(N, G, mu, table, x, a, work, moved)
            x[j * A + a] = keep
            for k in range(K):
                M[k, j] = (1.0 if j == k else 0.0) - r * (moved[k] - here[k]) / BLOCK_DIFFERENCE
        for k in range(K):
            inverse[a, k, 0] = x[k * A + a] - N.y[k * A + a]
            for j in range(K):
                inverse[a, k, j + 1] = 1.0 if j == k else 0.0
        solve_small(M, inverse[a], K, K + 1)  # J^-1 [F, I] of this action
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


@inner()
def halve_until_smaller(N, G, mu, table, lam, scale, x, base, step, res):
    """Set x to base + f step, with the first f = 1, 1/2, 1/4, ... that lowers the residual `res`; return the new one.

    After `HALVINGS` halvings the last one stands.
    """
    f = 1.0
    new = res
    for _ in range(HALVINGS):
        for i in range(len(x)):
            x[i] = base[i] + f * step[i]
        new = best_response_residual(N, G, mu, table, lam, scale, x)
        if new <= (1.0 - 0.1 * f) * res:
            break
        f *= 0.5
    return new


@inner()
def newton_informed(N, G, mu, table, lam, scale, x, tol, most):
    """Solve a node of one informed mover from the start in x, in place; return (residual, iterations)."""
    r = lam[N.part[0, PLAYER]] * scale
    base, step = np.empty(len(x)), np.zeros(len(x))
    inverse = np.empty((N.part[0, ACTIONS], N.part[0, N_TYPES], N.part[0, N_TYPES] + 1))
    res = best_response_residual(N, G, mu, table, lam, scale, x)
    for it in range(most):
        if res <= tol:
            return res, it + 1
        informed_step(N, G, mu, table, r, x, inverse, step)
        for i in range(len(x)):
            base[i] = x[i]
        res = halve_until_smaller(N, G, mu, table, lam, scale, x, base, step, res)
        if not res < 1e300:
            return np.inf, it + 1
    return res, most


@inner()
def newton_several(N, G, mu, table, lam, scale, x, tol, most):
    """Solve a node of several movers from the start in x, in place; return (residual, iterations)."""
    size = len(x)
    base, step, before = np.empty(size), np.empty(size), np.empty(size)
    J, rhs = np.empty((size, size)), step.reshape((size, 1))  # the same memory, as a column
    res = best_response_residual(N, G, mu, table, lam, scale, x)
    for it in range(most):
        if res <= tol:
            return res, it + 1
        for i in range(size):
            base[i], before[i], step[i] = x[i], N.y[i], N.y[i] - x[i]
        for c in range(size):
            x[c] = base[c] + DIFFERENCE
            best_response_residual(N, G, mu, table, lam, scale, x)
            x[c] = base[c]
            for i in range(size):
                J[i, c] = (1.0 if i == c else 0.0) - (N.y[i] - before[i]) / DIFFERENCE
        solve_small(J, rhs, size, 1)
        last = res
        res = halve_until_smaller(N, G, mu, table, lam, scale, x, base, step, last)
        if not res < last:  # no shorter step helps: the start is kept
            for i in range(size):
                x[i] = base[i]
            return last, it + 1
    return res, most

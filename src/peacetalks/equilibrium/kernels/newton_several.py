"""Newton's method at a node of several movers, in logarithms, all strategies at once.

F(x) = x - reply(x) has a Jacobian by differences: a node has a few dozen unknowns at most, and only beliefs at which the
iterated reply turns in circles come here.  A step is shortened until the residual falls; the start decides which
fixed point is found.
"""

import numpy as np

from peacetalks.equilibrium.kernels.jit import inner
from peacetalks.equilibrium.kernels.newton import solve_small
from peacetalks.equilibrium.kernels.node import continuation, gap, posteriors, reply

NUDGE = 1e-7  # of a log-probability, for the differences
HALVINGS = 12


@inner()
def answer(N, G, mu, table, lam, scale, x):
    """Fill N.y with the reply to x; return the residual."""
    posteriors(N, G, mu, x)
    continuation(N, table)
    reply(N, lam, scale)
    return gap(x, N.y)


@inner()
def newton_several(N, G, mu, table, lam, scale, x, tol, most):
    """Solve the node's fixed point from the start in x, in place; return (residual, iterations)."""
    size = len(x)
    base, step, before = np.empty(size), np.empty((size, 1)), np.empty(size)
    J = np.empty((size, size))
    res = answer(N, G, mu, table, lam, scale, x)
    for it in range(most):
        if res <= tol:
            return res, it + 1
        for i in range(size):
            base[i], before[i], step[i, 0] = x[i], N.y[i], N.y[i] - x[i]
        for c in range(size):
            x[c] = base[c] + NUDGE
            answer(N, G, mu, table, lam, scale, x)
            x[c] = base[c]
            for i in range(size):
                J[i, c] = (1.0 if i == c else 0.0) - (N.y[i] - before[i]) / NUDGE
        solve_small(J, step, size, 1)
        share, last = 1.0, res
        for _ in range(HALVINGS):
            for i in range(size):
                x[i] = base[i] + share * step[i, 0]
            res = answer(N, G, mu, table, lam, scale, x)
            if res <= (1.0 - 0.1 * share) * last:
                break
            share *= 0.5
        if not res < last:  # no shorter step helps: the start is kept
            for i in range(size):
                x[i] = base[i]
            return last, it + 1
    return res, most

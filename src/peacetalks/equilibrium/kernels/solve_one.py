"""One node at one belief, on the grid or off it: the scalar solve, in logarithms, for nodes of any shape.

Shapes: see `game/compile.py`.
"""

import numpy as np

from peacetalks.equilibrium.kernels.continuation import beliefs_at, fill_table, store_values
from peacetalks.equilibrium.kernels.interpolation import STEP, locate_on_grid
from peacetalks.equilibrium.kernels.jit import entry, inner
from peacetalks.equilibrium.kernels.newton import newton_informed, newton_several
from peacetalks.equilibrium.kernels.node import (
    ACTIONS,
    AXIS,
    N_TYPES,
    PLAYER,
    START,
    best_response_residual,
    damped_iteration,
    is_hidden,
    make_node,
    next_combination,
    posteriors,
    residual,
    start_at_reference,
)
from peacetalks.game.language import MAX_MOVERS, MAX_TYPES


@entry()
def solve_belief(N, G, mu, table, lam, x, tol, most):
    """Solve one node at one belief from the start in x (NaN: none); return (residual, iterations).

    An infinite residual asks the caller to follow the principal branch (`homotopy.follow`) instead.
    """
    if not is_hidden(N, mu):
        start_at_reference(N, x)
        best_response_residual(N, G, mu, table, lam, 1.0, x)
        for i in range(len(x)):
            x[i] = N.y[i]
        posteriors(N, G, mu, x)
        return 0.0, 1
    few, some = min(most, 8), min(most, 40)  # a literal here would compile the callees once more
    movers = 0
    for j in range(len(N.part)):
        movers += 1 if N.part[j, PLAYER] >= 0 else 0
    cold = np.isnan(x[0])
    if len(N.part) > 1:
        if cold and movers > 1:
            return np.inf, 0
        if movers == 1:
            return damped_iteration(N, G, mu, table, lam, 1.0, x, tol, most)
        start = x.copy()
        res, steps = damped_iteration(N, G, mu, table, lam, 1.0, x, tol, some)
        if not res <= tol:
            for i in range(len(x)):
                x[i] = start[i]
            res, it = newton_several(N, G, mu, table, lam, 1.0, x, tol, some)
            steps += it
        if not res <= tol:
            res, it = damped_iteration(N, G, mu, table, lam, 1.0, x, tol, most)
            steps += it
        return res, steps
    res, steps = np.inf, 0
    if not cold:
        res, steps = damped_iteration(N, G, mu, table, lam, 1.0, x, tol, few)
        if res <= tol:
            return res, steps
        res, it = newton_informed(N, G, mu, table, lam, 1.0, x, tol, some)
        steps += it
        if res <= tol:
            return res, steps
    start_at_reference(N, x)
    for eighth in range(1, 9):
        res, it = newton_informed(N, G, mu, table, lam, 0.125 * eighth, x, tol, some)
        steps += it
    if res > tol:
        res, it = damped_iteration(N, G, mu, table, lam, 1.0, x, tol, most)
        steps += it
    return res, steps


@entry()
def open_node(n, L, G, X, beliefs):
    """Open node `n` at any beliefs[axis, type], on the grid or not; return (node, beliefs of participants, table)."""
    N = make_node(n, L, G)
    U = X.shape[1]
    mu = np.zeros((MAX_MOVERS, MAX_TYPES))
    axes = np.zeros((len(G.shape), 2), np.int64)  # current corner, number of corners
    idx = np.zeros((len(G.shape), 4), np.int64)
    w = np.ones((len(G.shape), 4))
    for ax in range(len(G.shape)):
        axes[ax, 1] = locate_on_grid(G, ax, beliefs[ax], idx[ax], w[ax])
    for j in range(len(N.part)):
        mu[j, 0] = 1.0
        ax = N.part[j, AXIS]
        if ax >= 0:
            axes[ax, 1] = 1
            idx[ax, 0], w[ax, 0] = 0, 1.0
            for k in range(N.part[j, N_TYPES]):
                mu[j, k] = beliefs[ax, k]
    table = np.zeros((N.profiles, N.local, U))
    part = np.empty((N.profiles, N.local, U))
    while True:
        share = 1.0
        base = 0
        for ax in range(len(G.shape)):
            share *= w[ax, axes[ax, 0]]
            base += idx[ax, axes[ax, 0]] * G.shape[ax, STEP]
        if share != 0.0:
            fill_table(N, L, G, X, base, part)
            for c in range(N.profiles):
                for lb in range(N.local):
                    for u in range(U):
                        table[c, lb, u] += share * part[c, lb, u]
        if not next_combination(axes, 0, 1):
            break
    return N, mu, table


@entry()
def posterior_of(n, L, G, flat, x, out):
    """Write the posterior probability of the mover's first type after each action, given x = log sigma."""
    N = make_node(n, L, G)
    mu = np.zeros((MAX_MOVERS, MAX_TYPES))
    beliefs_at(N, G, flat, mu)
    posteriors(N, G, mu, x)
    for a in range(len(out)):
        out[a] = N.post[0, a, 0]


@entry()
def solve_at(n, L, G, X, beliefs, lam, tol, most, x, out):
    """Solve node `n` at any beliefs from the start in x; fill x and out[player-type]; return the residual."""
    N, mu, table = open_node(n, L, G, X, beliefs)
    res, _ = solve_belief(N, G, mu, table, lam, x, tol, most)
    store_values(N, L, x, table, out)
    return res


@entry()
def further_fixed_points(n, L, G, X, beliefs, lam, tol, most, x, found):
    """Search for up to `len(found)` fixed points of node `n` other than x; return (how many were found, iterations).

    The search is by damped iteration from every pure profile of the participants (up to 16), the same for all types,
    and from the two starts at which the first type takes one half of the actions and the others take the other half.
    """
    N, mu, table = open_node(n, L, G, X, beliefs)
    count, steps = 0, 0
    if not is_hidden(N, mu):
        return count, steps
    starts = min(N.profiles, 16) + 2
    z = np.empty(len(x))
    for s in range(starts):
        write_start(N, s, starts, z)
        gone, it = damped_iteration(N, G, mu, table, lam, 1.0, z, tol, most)
        steps += it
        fresh = gone <= tol and residual(z, x) > 1e-5
        for i in range(count):
            fresh = fresh and residual(z, found[i]) > 1e-5
        if fresh and count < len(found):
            for i in range(len(z)):
                found[count, i] = z[i]
            count += 1
    return count, steps


@inner()
def write_start(N, s, starts, z):
    """Write the s-th start of a search for further fixed points to z."""
    rest = s
    for j in range(len(N.part) - 1, -1, -1):
        A = N.part[j, ACTIONS]
        chosen = rest % A
        rest //= A
        for k in range(N.part[j, N_TYPES]):
            for a in range(A):
                tilt = 0.0 if a == chosen else -12.0
                if s >= starts - 2:
                    tilt = 0.0 if ((2 * a < A) == (s == starts - 2)) == (k == 0) else -6.0
                if N.part[j, PLAYER] < 0:
                    tilt = 0.0
                z[N.part[j, START] + k * A + a] = N.log_nu[j, a] + tilt


@entry()
def fixed_point_residual(N, G, mu, table, lam, tau, x, out):
    """Write F(x, tau) = x - best_response(x) at `tau` times the precision to `out`; return the residual."""
    res = best_response_residual(N, G, mu, table, lam, tau, x)
    for i in range(len(x)):
        out[i] = x[i] - N.y[i]
    return res

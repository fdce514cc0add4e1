"""Backward and forward sweeps over nodes: every node at every belief, in the order of play."""

import numpy as np
from numba import njit

from peacetalks._kernels import (
    beliefs_at,
    continuation,
    fill_table,
    flat_of,
    is_hidden,
    locate,
    make_node,
    posteriors,
    reply,
    settle,
    start_at_reference,
    store_values,
)


@njit(cache=True, error_model="numpy")
def solve_belief(N, G, mu, table, lam, x, tol, most):
    """Solve one node at one belief from the start in x (NaN: none); return (residual, iterations).

    An infinite residual asks the caller to follow the principal branch (`follow`) and come back.
    """
    if not is_hidden(N, mu):
        start_at_reference(N, x)
        posteriors(N, G, mu, x)
        continuation(N, table)
        reply(N, lam, 1.0)
        for i in range(len(x)):
            x[i] = N.y[i]
        posteriors(N, G, mu, x)
        return 0.0, 1
    steps = 0
    if np.isnan(x[0]):
        movers = 0
        for j in range(len(N.player)):
            movers += N.player[j] >= 0
        if movers > 1:
            return np.inf, 0
        start_at_reference(N, x)
        for quarter in range(1, 4):
            _, it = settle(N, G, mu, table, lam, 0.25 * quarter, x, 1e-2, 20)
            steps += it
    res, it = settle(N, G, mu, table, lam, 1.0, x, tol, most)
    return res, steps + it


@njit(cache=True, error_model="numpy")
def backward(nodes, L, G, V, W, logs, log_ptr, lam, tol, most, stop):
    """Solve `nodes` in the order given, at every belief.

    V[node, belief, column] is written; W[boundary, belief, column] is the next period; logs (flat log
    strategies, found through log_ptr) hold the warm start and receive the solution.  Returns (worst residual,
    iterations); where plain iteration does not settle, stop = (position, belief, 1) and the sweep pauses.
    """
    worst = 0.0
    total = 0
    mu = np.zeros((8, 4))
    for position in range(stop[0], len(nodes)):
        n = nodes[position]
        N = make_node(n, L, G)
        S = N.start[len(N.player)]
        table = np.empty((N.profiles, N.local_size, V.shape[2]))
        before = -1
        for base in range(G.total):
            outside = True
            for j in range(len(N.player)):
                if N.axis[j] >= 0 and (base // G.stride[N.axis[j]]) % G.size[N.axis[j]] != 0:
                    outside = False
            if not outside:
                continue
            fill_table(N, L, G, V, W, base, table)
            for lb in range(N.local_size):
                flat = flat_of(N, G, base, lb)
                beliefs_at(N, G, flat, mu)
                at = log_ptr[n] + flat * S
                x = logs[at : at + S]
                if np.isnan(x[0]) and before >= 0 and len(N.player) > 1:
                    for i in range(S):
                        x[i] = logs[before + i]
                res, it = solve_belief(N, G, mu, table, lam, x, tol, most)
                total += it
                if not res <= tol:
                    stop[0], stop[1], stop[2] = position, flat, 1
                    return res, total
                worst = max(worst, res)
                store_values(N, L, x, table, V[n, flat])
                before = at
    stop[2] = 0
    return worst, total


@njit(cache=True, error_model="numpy")
def solve_at(n, L, G, V, W, beliefs, lam, tol, most, x, out):
    """Solve node `n` at any beliefs[axis, type], on the grid or not; fill x and out[column]; return residual."""
    N = make_node(n, L, G)
    P = len(N.player)
    U = L.pay.shape[1]
    mu = np.zeros((8, 4))
    moving = np.zeros(len(G.size), np.bool_)
    for j in range(P):
        mu[j, 0] = 1.0
        if N.axis[j] >= 0:
            moving[N.axis[j]] = True
            for k in range(N.kinds[j]):
                mu[j, k] = beliefs[N.axis[j], k]
    table = np.zeros((N.profiles, N.local_size, V.shape[2]))
    part = np.empty_like(table)
    n_axes = len(G.size)
    idx = np.zeros((n_axes, 4), np.int64)
    w = np.ones((n_axes, 4))
    count = np.ones(n_axes, np.int64)
    for ax in range(n_axes):
        if not moving[ax]:
            count[ax] = locate(G, ax, beliefs[ax], idx[ax], w[ax])
    pick = np.zeros(n_axes, np.int64)
    while True:
        share = 1.0
        base = 0
        for ax in range(n_axes):
            share *= w[ax, pick[ax]]
            base += idx[ax, pick[ax]] * G.stride[ax]
        if share > 0.0:
            fill_table(N, L, G, V, W, base, part)
            for c in range(N.profiles):
                for lb in range(N.local_size):
                    for u in range(U):
                        table[c, lb, u] += share * part[c, lb, u]
        ax = n_axes - 1
        while ax >= 0:
            pick[ax] += 1
            if pick[ax] < count[ax]:
                break
            pick[ax] = 0
            ax -= 1
        if ax < 0:
            break
    res, _ = solve_belief(N, G, mu, table, lam, x, tol, most)
    store_values(N, L, x, table, out)
    return res


@njit(cache=True, error_model="numpy")
def edges(L, V, W_next, out):
    """Write the value of every boundary: its pay plus the node (or next boundary) that play resumes at."""
    n_nodes = V.shape[0]
    for e in range(out.shape[0]):
        slot = L.edge_slot[e]
        if slot < 0:
            continue
        for b in range(out.shape[1]):
            for u in range(out.shape[2]):
                own = L.edge_pay[e, u] + L.edge_drive[e, u]
                if slot < n_nodes:
                    out[e, b, u] = own + V[slot, b, u]
                else:
                    out[e, b, u] = own + L.discount[u] * W_next[slot - n_nodes, b, u]

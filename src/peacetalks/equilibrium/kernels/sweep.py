"""Backward sweeps over the nodes of a stage: every node at every belief of the grid."""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.continuation import beliefs_at, fill_table, flat_of, rest_of, store_values
from peacetalks.equilibrium.kernels.interpolation import axis_of, stacked
from peacetalks.equilibrium.kernels.jit import entry, inner
from peacetalks.equilibrium.kernels.node import make_node
from peacetalks.equilibrium.kernels.one_mover import (
    chance_values,
    fill,
    make_scratch,
    one_mover_values,
    solve_one_mover,
    uninformed_values,
    write_logs,
)
from peacetalks.equilibrium.kernels.solve_one import solve_belief
from peacetalks.equilibrium.kernels.two_movers import (
    make_pair_scratch,
    open_pair,
    pair_values,
    solve_two_movers,
    write_pair_logs,
)
from peacetalks.game.language import MAX_MOVERS, MAX_TYPES


class Plan(NamedTuple):
    """The kernel that solves each node, and where its strategies are stored."""

    kernel: np.ndarray  # [node] CHANCE, PLAIN, SIGNAL, DUEL or GENERAL
    nu: np.ndarray  # [participant-action] reference measure
    constant: np.ndarray  # [slot] whether the value is the same at every belief
    log_ptr: np.ndarray  # [node + 1] -> flat log strategies [belief, participant, type, action]
    warm_ptr: np.ndarray  # [node + 1] -> starts: posteriors [action, belief] of SIGNAL, strategies of DUEL nodes
    most_actions: int


@entry()
def sweep_chance(nodes, L, plan, X, logs, finish):
    """Write the values of chance nodes to X, and their log probabilities to `logs` when `finish` is set."""
    for n in nodes:
        chance_values(n, L, plan.nu, X)
        if finish:
            i, at = L.part_ptr[n], plan.log_ptr[n]
            for _ in range(X.shape[2]):
                for a in range(L.part_actions[i]):
                    logs[at] = L.log_weight[L.part_weight[i] + a]
                    at += 1


@entry()
def sweep_uninformed(nodes, L, plan, X, logs, lam, finish):
    """Solve nodes whose mover has one type."""
    R = make_scratch(plan.most_actions, X.shape[1], X.shape[2])
    for n in nodes:
        uninformed_values(n, L, plan.nu, X, plan.constant, lam, R)
        if finish:
            write_logs(n, 0, X.shape[2], L, lam, R, logs[plan.log_ptr[n] : plan.log_ptr[n + 1]])


@inner()
def move_warm(n, k, rows, plan, warm, stack, load):
    """Copy the start of node `n` from `warm` to place `k` of the stack [row, belief], or back."""
    B = (plan.warm_ptr[n + 1] - plan.warm_ptr[n]) // rows
    for r in range(rows):
        at = plan.warm_ptr[n] + r * B
        for b in range(B):
            if load:
                stack[r, k * B + b] = warm[at + b]
            else:
                warm[at + b] = stack[r, k * B + b]


@inner()
def store(n, k, out, X):
    """Copy the values out[player-type, belief] at place `k` of the stack to X[n]."""
    B = X.shape[2]
    for u in range(X.shape[1]):
        src, to = out[u], X[n, u]
        for b in range(B):
            to[b] = src[k * B + b]


@inner()
def pause(position, residual, tol, stop, exempt):
    """Mark the beliefs that did not converge in `exempt`, and write to `stop` where the sweep pauses."""
    for b in range(len(residual)):
        exempt[b] = exempt[b] or not residual[b] <= tol
    stop[0], stop[1] = position, 1


@entry()
def sweep_one_mover(nodes, L, G, plan, X, logs, warm, lam, tol, finish, stop, exempt):
    """Solve nodes of one informed mover of two types, from position stop[0] on; return (residual, iterations).

    The nodes have the same mover, number of actions and reference measure, and are solved as many at a time as fit in
    `exempt` [place * beliefs + belief].  Where some beliefs do not converge, stop = (position, 1), `exempt` marks
    them and the sweep pauses: the caller solves them, and on the next call they are taken as they are.
    """
    U, B = X.shape[1], X.shape[2]
    m = min(len(exempt) // B, len(nodes))
    load = m > 0  # always true; with a literal True or False Numba would compile `move_warm` once for each
    i = L.part_ptr[nodes[0]]
    A = L.part_actions[i]
    axis = stacked(axis_of(G, G.axis[L.part_player[i]]), m)
    R = make_scratch(A, U, m * B)
    post, out = np.empty((A, m * B)), np.empty((U, m * B))
    worst, total = 0.0, 0
    for position in range(stop[0], len(nodes), m):
        for k in range(m):
            n = nodes[min(position + k, len(nodes) - 1)]
            fill(n, k, L, X, plan.constant, R)
            move_warm(n, k, A, plan, warm, post, load)
        res, it = solve_one_mover(nodes[0], L, plan.nu, lam, axis, post, tol, R, exempt)
        total += it
        stop[1] = 0
        for k in range(min(m, len(nodes) - position)):
            move_warm(nodes[position + k], k, A, plan, warm, post, not load)
        if not res <= tol:
            pause(position, R.residual, tol, stop, exempt)
            return res, total
        worst = max(worst, res)
        one_mover_values(nodes[0], L, axis, out, R)
        for k in range(min(m, len(nodes) - position)):
            n = nodes[position + k]
            store(n, k, out, X)
            if finish:
                write_logs(n, k, B, L, lam, R, logs[plan.log_ptr[n] : plan.log_ptr[n + 1]])
        for b in range(m * B):
            exempt[b] = False
    stop[0] = 0
    return worst, total


@entry()
def sweep_two_movers(nodes, L, G, plan, X, logs, warm, lam, tol, most, finish, stop, exempt):
    """Solve nodes of two movers, as `sweep_one_mover` solves those of one."""
    U, B = X.shape[1], X.shape[2]
    m = min(len(exempt) // B, len(nodes))
    load = m > 0  # always true; with a literal True or False Numba would compile `move_warm` once for each
    i = L.part_ptr[nodes[0]]
    one, two = L.part_player[i], L.part_player[i + 1]
    rows = (plan.warm_ptr[nodes[0] + 1] - plan.warm_ptr[nodes[0]]) // B
    first, second = stacked(axis_of(G, G.axis[one]), m), stacked(axis_of(G, G.axis[two]), m)
    D = make_pair_scratch(max(L.part_actions[i], L.part_actions[i + 1]), m * B)
    open_pair(nodes[0], L, G, first, second, D)
    joint = np.empty((L.part_actions[i] * L.part_actions[i + 1], U, m * B))
    strategies, out = np.empty((rows, m * B)), np.empty((U, m * B))
    worst, total = 0.0, 0
    for position in range(stop[0], len(nodes), m):
        for k in range(m):
            n = nodes[min(position + k, len(nodes) - 1)]
            fill_joint(n, k, L, X, joint)
            move_warm(n, k, rows, plan, warm, strategies, load)
        res, it = solve_two_movers(i, L, first, second, lam, strategies, tol, most, joint, D, exempt)
        total += it
        stop[1] = 0
        if not res <= tol:
            pause(position, D.residual, tol, stop, exempt)
            return res, total
        worst = max(worst, res)
        pair_values(D, joint, U, out)
        for k in range(min(m, len(nodes) - position)):
            n = nodes[position + k]
            move_warm(n, k, rows, plan, warm, strategies, not load)
            store(n, k, out, X)
            if finish:
                write_pair_logs(D, k, B, logs[plan.log_ptr[n] : plan.log_ptr[n + 1]])
        for b in range(m * B):
            exempt[b] = False
    stop[0] = 0
    return worst, total


@inner(fastmath={"contract", "nsz"})
def fill_joint(n, k, L, X, table):
    """Fill place `k` of the stack in table[profile, player-type, belief] with node `n`."""
    B = X.shape[2]
    low = k * B
    for r in range(L.prof_ptr[n], L.prof_ptr[n + 1]):
        for u in range(X.shape[1]):
            T, own = table[r - L.prof_ptr[n], u], L.payoff[r, u] + L.incentive[r, u]
            for b in range(B):
                T[low + b] = own
        for m in range(L.lottery_ptr[r], L.lottery_ptr[r + 1]):
            for u in range(X.shape[1]):
                T, src, p = table[r - L.prof_ptr[n], u], X[L.lottery_slot[m], u], L.lottery_prob[m]
                for b in range(B):
                    T[low + b] += p * src[b]


@entry()
def sweep_general(nodes, L, G, plan, X, logs, lam, tol, most, stop):
    """Solve nodes of any shape from stop[0] on, one belief after another; return (worst residual, iterations).

    `logs` holds the starts and receives the solution.  Where a belief does not converge, stop = (position, 1, belief).
    """
    out = np.empty(X.shape[1])
    mu = np.zeros((MAX_MOVERS, MAX_TYPES))
    worst, total = 0.0, 0
    for position in range(stop[0], len(nodes)):
        n = nodes[position]
        own = logs[plan.log_ptr[n] : plan.log_ptr[n + 1]]
        N = make_node(n, L, G)
        S = len(N.q)
        table = np.empty((N.profiles, N.local, X.shape[1]))
        before = -1
        for base in range(G.total):
            if rest_of(N, G, base) != base:
                continue
            fill_table(N, L, G, X, base, table)
            for lb in range(N.local):
                flat = flat_of(N, G, base, lb)
                beliefs_at(N, G, flat, mu)
                x = own[flat * S : (flat + 1) * S]
                if np.isnan(x[0]) and before >= 0 and len(N.part) > 1:
                    for i in range(S):
                        x[i] = own[before * S + i]
                res, it = solve_belief(N, G, mu, table, lam, x, tol, most)
                total += it
                if not res <= tol:
                    stop[0], stop[1], stop[2] = position, 1, flat
                    return res, total
                worst = max(worst, res)
                store_values(N, L, x, table, out)
                X[n, :, flat] = out
                before = flat
    stop[0] = stop[1] = 0
    return worst, total


@entry()
def boundary_values(L, X, n_nodes, out):
    """Write the value of every boundary: what is paid there plus the value of the slot that play resumes at."""
    for e in range(out.shape[0]):
        slot = L.boundary_slot[e]
        if slot >= 0:
            for u in range(out.shape[1]):
                own = L.boundary_payoff[e, u] + L.boundary_incentive[e, u]
                for b in range(out.shape[2]):
                    out[e, u, b] = own + X[slot, u, b]

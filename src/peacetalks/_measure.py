"""The public measure: where play goes from each (node, belief), forward and backward.

One sparse row per (node, belief) holds the probabilities of (slot, belief) under the average strategies; a
posterior between grid beliefs is shared out by the public lottery of `beliefs.py`.  `push` moves probability
forward; `pull` carries welfare backward through the same rows, so that the two are adjoint exactly: for a
player's type theta it carries b(theta) * value, which the public measure propagates (see `beliefs.py`).
"""

import numpy as np
from numba import njit

from peacetalks._kernels import (
    ACT,
    ACTIONS,
    AXIS,
    CORNERS,
    KINDS,
    PICK,
    PLAYER,
    SIZE,
    STEP,
    beliefs_at,
    flat_of,
    make_node,
    posteriors,
    rest_of,
    turn,
)


@njit(cache=True, error_model="numpy")
def count_entries(nodes, L, G, live):
    """Return an upper bound on the transition entries of `nodes` at live beliefs."""
    total = 0
    for n in nodes:
        N = make_node(n, L, G)
        corners = 1
        for j in range(len(N.part)):
            if N.part[j, AXIS] >= 0:
                corners *= N.part[j, KINDS]
        lots = L.lot_ptr[L.prof_ptr[n + 1]] - L.lot_ptr[L.prof_ptr[n]]
        for b in range(G.total):
            if live[n, b]:
                total += lots * corners
    return total


@njit(cache=True, error_model="numpy")
def transitions(nodes, L, G, logs, log_ptr, live, ptr, col, prob):
    """Fill the public transition rows (node, belief) -> (slot, belief) as CSR; return the entries used."""
    used = 0
    mu = np.zeros((8, 4))
    for n in nodes:
        N = make_node(n, L, G)
        P = len(N.part)
        S = len(N.q)
        part = N.part
        for flat in range(G.total):
            row = n * G.total + flat
            ptr[row] = used
            if live[n, flat]:
                at = log_ptr[n] + flat * S
                beliefs_at(N, G, flat, mu)
                posteriors(N, G, mu, logs[at : at + S])
                rest = rest_of(N, G, flat)
                for j in range(P):
                    part[j, ACT] = part[j, PICK] = 0
                for c in range(N.profiles):
                    sure = 1.0
                    for j in range(P):
                        sure *= N.mean[j, part[j, ACT]]
                    while True:
                        w = sure
                        lb = 0
                        for j in range(P):
                            w *= N.share[j, part[j, ACT], part[j, PICK]]
                            lb += N.vertex[j, part[j, ACT], part[j, PICK]]
                        if w > 0.0:
                            to = flat_of(N, G, rest, lb)
                            for m in range(L.lot_ptr[N.first + c], L.lot_ptr[N.first + c + 1]):
                                col[used] = L.lot_slot[m] * G.total + to
                                prob[used] = w * L.lot_prob[m]
                                used += 1
                        if not turn(part, PICK, CORNERS):
                            break
                    turn(part, ACT, ACTIONS)
            ptr[row + 1] = used
    return used


@njit(cache=True, error_model="numpy")
def push(ptr, col, prob, mass):
    """Push mass[slot * beliefs + belief] through one period, in the order of play."""
    for row in range(len(ptr) - 1):
        m = mass[row]
        if m > 0.0:
            for i in range(ptr[row], ptr[row + 1]):
                mass[col[i]] += m * prob[i]
            mass[row] = 0.0


@njit(cache=True, error_model="numpy")
def rewards(nodes, L, G, logs, log_ptr, out):
    """Write the expected pay of every column times the belief in its type: out[node * beliefs + belief, column]."""
    mu = np.zeros((8, 4))
    belief = np.ones((len(L.n_types), 4))
    U = L.pay.shape[1]
    for n in nodes:
        N = make_node(n, L, G)
        P = len(N.part)
        S = len(N.q)
        part = N.part
        for flat in range(G.total):
            at = log_ptr[n] + flat * S
            beliefs_at(N, G, flat, mu)
            posteriors(N, G, mu, logs[at : at + S])
            for i in range(len(L.n_types)):
                if G.axis[i] >= 0:
                    here = (flat // G.shape[G.axis[i], STEP]) % G.shape[G.axis[i], SIZE]
                    for k in range(L.n_types[i]):
                        belief[i, k] = G.points[G.axis[i], here, k]
            row = n * G.total + flat
            for u in range(U):
                out[row, u] = 0.0
            for j in range(P):
                part[j, ACT] = 0
            for c in range(N.profiles):
                sure = 1.0
                for j in range(P):
                    sure *= N.mean[j, part[j, ACT]]
                    if N.part[j, AXIS] >= 0:
                        for k in range(N.part[j, KINDS]):
                            belief[N.part[j, PLAYER], k] = N.post[j, part[j, ACT], k]
                line = N.first + c
                for u in range(U):
                    weight = sure * belief[L.col_player[u], L.col_type[u]]
                    out[row, u] += weight * L.pay[line, u]
                if L.typed[line] >= 0:
                    add_typed(L, L.typed[line], belief, sure, out[row])
                turn(part, ACT, ACTIONS)


@njit(cache=True, error_model="numpy")
def add_typed(L, row, belief, sure, out):
    """Add the expected type-profile pay, each column weighed with the belief in its type."""
    players = len(L.n_types)
    for t in range(L.typed_pay.shape[1]):
        w = sure
        rest = t
        for i in range(players - 1, -1, -1):
            w *= belief[i, rest % L.n_types[i]]
            rest //= L.n_types[i]
        rest = t
        for i in range(players - 1, -1, -1):
            out[L.first_col[i] + rest % L.n_types[i]] += w * L.typed_pay[row, t, i]
            rest //= L.n_types[i]


@njit(cache=True, error_model="numpy")
def pull(ptr, col, prob, reward, discount, Y, first_edge):
    """Carry Y[slot * beliefs + belief, column] backward through one period.

    Entries from `first_edge` on are the next period's boundaries: discounted.
    """
    U = Y.shape[1]
    for row in range(len(ptr) - 2, -1, -1):
        for u in range(U):
            Y[row, u] = reward[row, u]
        for i in range(ptr[row], ptr[row + 1]):
            to, p = col[i], prob[i]
            if to < first_edge:
                for u in range(U):
                    Y[row, u] += p * Y[to, u]
            else:
                for u in range(U):
                    Y[row, u] += p * discount[u] * Y[to, u]

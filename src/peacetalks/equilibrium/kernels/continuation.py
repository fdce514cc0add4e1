"""Continuation values after each profile of a node, at every local belief, and the values of a node from them.

A *local* belief index counts only the axes of the node's own participants; `rest_of` a flat belief keeps the other
axes.
"""

import numpy as np

from peacetalks.equilibrium.kernels.interpolation import SIZE, STEP
from peacetalks.equilibrium.kernels.jit import inner
from peacetalks.equilibrium.kernels.node import (
    ACT,
    ACTIONS,
    AXIS,
    CORNERS,
    INDEX,
    N_TYPES,
    PICK,
    PLAYER,
    START,
    STRIDE,
    next_combination,
    picked_neighbours,
)
from peacetalks.game.expand import NATURE


@inner()
def beliefs_at(N, G, flat, mu):
    """Write the belief about each participant at flat belief `flat`."""
    for j in range(len(N.part)):
        ax = N.part[j, AXIS]
        if ax < 0:
            mu[j, 0] = 1.0
        else:
            i = (flat // G.shape[ax, STEP]) % G.shape[ax, SIZE]
            for k in range(N.part[j, N_TYPES]):
                mu[j, k] = G.points[ax, i, k]


@inner()
def flat_of(N, G, base, local):
    """Return the flat belief at local index `local` when the other axes stand at `base`."""
    flat = base
    for j in range(len(N.part)):
        if N.part[j, AXIS] >= 0:
            i = (local // N.part[j, STRIDE]) % G.shape[N.part[j, AXIS], SIZE]
            flat += i * G.shape[N.part[j, AXIS], STEP]
    return flat


@inner()
def rest_of(N, G, flat):
    """Return the flat belief with the participants' own axes set to zero."""
    rest = flat
    for j in range(len(N.part)):
        ax = N.part[j, AXIS]
        if ax >= 0:
            rest -= ((flat // G.shape[ax, STEP]) % G.shape[ax, SIZE]) * G.shape[ax, STEP]
    return rest


@inner()
def expected_typed(L, G, row, flat, u):
    """Return type-profile payoff and incentive of player-type `u`, expected over the others' types at belief `flat`."""
    n_players = len(L.n_types)
    me = L.player_of[u]
    out = 0.0
    for t in range(L.typed_payoff.shape[1]):
        w = 1.0
        rest = t
        for i in range(n_players - 1, -1, -1):
            k = rest % L.n_types[i]
            rest //= L.n_types[i]
            if i == me:
                if k != L.type_of[u]:
                    w = 0.0
            elif G.axis[i] >= 0:
                w *= G.points[G.axis[i], (flat // G.shape[G.axis[i], STEP]) % G.shape[G.axis[i], SIZE], k]
        if w != 0.0:
            out += w * (L.typed_payoff[row, t, me] + L.typed_incentive[row, t, me])
    return out


@inner()
def fill_table(N, L, G, X, base, table):
    """Fill table[profile, local belief, player-type]: payoff, incentive and expected X[slot, player-type, belief]."""
    U = L.payoff.shape[1]
    for c in range(N.profiles):
        row = N.first + c
        for lb in range(N.local):
            flat = flat_of(N, G, base, lb)
            for u in range(U):
                table[c, lb, u] = L.payoff[row, u] + L.incentive[row, u]
                if L.typed[row] >= 0:
                    table[c, lb, u] += expected_typed(L, G, L.typed[row], flat, u)
            for m in range(L.lottery_ptr[row], L.lottery_ptr[row + 1]):
                slot, p = L.lottery_slot[m], L.lottery_prob[m]
                for u in range(U):
                    table[c, lb, u] += p * X[slot, u, flat]


@inner()
def store_values(N, L, x, table, out):
    """Write the value out[player-type] at this belief, given x and `posteriors` / q at x."""
    P = len(N.part)
    U = L.payoff.shape[1]
    for u in range(U):
        out[u] = 0.0
    part = N.part
    for j in range(P):
        part[j, ACT] = part[j, PICK] = 0
    owner = np.empty(U, np.int64)
    for u in range(U):
        owner[u] = -1
    for j in range(P):
        if N.part[j, PLAYER] != NATURE:
            for k in range(N.part[j, N_TYPES]):
                owner[N.part[j, INDEX] + k] = j
    for c in range(N.profiles):
        sure = 1.0
        for j in range(P):
            sure *= N.mean[j, part[j, ACT]]
        while True:
            w, lb = picked_neighbours(N)
            if w != 0.0:
                for u in range(U):
                    j = owner[u]
                    p = w * sure
                    if j >= 0 and N.part[j, AXIS] >= 0:
                        k = L.type_of[u]
                        own = np.exp(x[N.part[j, START] + k * N.part[j, ACTIONS] + part[j, ACT]])
                        p = w * own
                        for i in range(P):
                            if i != j:
                                p *= N.mean[i, part[i, ACT]]
                    out[u] += p * table[c, lb, u]
            if not next_combination(part, PICK, CORNERS):
                break
        next_combination(part, ACT, ACTIONS)

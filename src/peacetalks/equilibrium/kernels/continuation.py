"""What play is worth after each profile of a node, at every local belief; and the values of a node from it.

A *local* belief counts only the axes of the node's own participants; `rest_of` a flat belief are the others.
"""

import numpy as np

from peacetalks.equilibrium.kernels.jit import inner
from peacetalks.equilibrium.kernels.node import (
    ACT,
    ACTIONS,
    AXIS,
    COLUMN,
    CORNERS,
    KINDS,
    PICK,
    PLAYER,
    SIZE,
    START,
    STEP,
    STRIDE,
    picked,
    turn,
)
from peacetalks.game.compile import NATURE


@inner()
def beliefs_at(N, G, flat, mu):
    """Write the belief about each participant at flat belief `flat`."""
    for j in range(len(N.part)):
        ax = N.part[j, AXIS]
        if ax < 0:
            mu[j, 0] = 1.0
        else:
            i = (flat // G.shape[ax, STEP]) % G.shape[ax, SIZE]
            for k in range(N.part[j, KINDS]):
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
def expected_typed(L, G, row, flat, col):
    """Return the expected type-profile pay and drive of a column at flat belief `flat` (over the others' types)."""
    n_players = len(L.n_types)
    me = L.col_player[col]
    out = 0.0
    for t in range(L.typed_pay.shape[1]):
        w = 1.0
        rest = t
        for i in range(n_players - 1, -1, -1):
            k = rest % L.n_types[i]
            rest //= L.n_types[i]
            if i == me:
                if k != L.col_type[col]:
                    w = 0.0
            elif G.axis[i] >= 0:
                w *= G.points[G.axis[i], (flat // G.shape[G.axis[i], STEP]) % G.shape[G.axis[i], SIZE], k]
        if w != 0.0:
            out += w * (L.typed_pay[row, t, me] + L.typed_drive[row, t, me])
    return out


@inner()
def fill_table(N, L, G, X, base, table):
    """Fill table[profile, local belief, column] with decision pay plus expected continuation X[slot, column, belief]."""
    U = L.pay.shape[1]
    for c in range(N.profiles):
        row = N.first + c
        for lb in range(N.local):
            flat = flat_of(N, G, base, lb)
            for u in range(U):
                table[c, lb, u] = L.pay[row, u] + L.drive[row, u]
                if L.typed[row] >= 0:
                    table[c, lb, u] += expected_typed(L, G, L.typed[row], flat, u)
            for m in range(L.lot_ptr[row], L.lot_ptr[row + 1]):
                slot, p = L.lot_slot[m], L.lot_prob[m]
                for u in range(U):
                    table[c, lb, u] += p * X[slot, u, flat]


@inner()
def store_values(N, L, x, table, out):
    """Write the value of every column at this belief, given x and `posteriors` / q at x."""
    P = len(N.part)
    U = L.pay.shape[1]
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
            for k in range(N.part[j, KINDS]):
                owner[N.part[j, COLUMN] + k] = j
    for c in range(N.profiles):
        sure = 1.0
        for j in range(P):
            sure *= N.mean[j, part[j, ACT]]
        while True:
            w, lb = picked(N)
            if w != 0.0:
                for u in range(U):
                    j = owner[u]
                    p = w * sure
                    if j >= 0 and N.part[j, AXIS] >= 0:
                        k = L.col_type[u]
                        own = np.exp(x[N.part[j, START] + k * N.part[j, ACTIONS] + part[j, ACT]])
                        p = w * own
                        for i in range(P):
                            if i != j:
                                p *= N.mean[i, part[i, ACT]]
                    out[u] += p * table[c, lb, u]
            if not turn(part, PICK, CORNERS):
                break
        turn(part, ACT, ACTIONS)

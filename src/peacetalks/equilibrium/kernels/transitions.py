"""The transition matrix of one period under the public measure, its push-forward and its pull-back (adjoint).

One sparse row per (node, belief) holds the probabilities of (slot, belief) under the average strategies; a posterior
between grid beliefs is distributed over its neighbours with interpolation weights, some of them negative.  Chance moves
are the same at every belief and need no rows.  `push_forward` moves probability to the next period; `pull_back` carries
welfare backward through the same rows, so that the two are adjoint exactly: for a player's type theta it carries
b(theta) * value, which the public measure propagates (see `belief_grid.py`).
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.continuation import beliefs_at, flat_of, rest_of
from peacetalks.equilibrium.kernels.interpolation import (
    SIZE,
    STEP,
    axis_of,
    hermite_weights,
    locate_cell,
    stencil_start,
)
from peacetalks.equilibrium.kernels.jit import entry, inner
from peacetalks.equilibrium.kernels.node import (
    ACT,
    ACTIONS,
    AXIS,
    CORNERS,
    N_TYPES,
    PICK,
    PLAYER,
    make_node,
    next_combination,
    posteriors,
)
from peacetalks.game.expand import NATURE
from peacetalks.game.language import MAX_MOVERS, MAX_TYPES

MOVERS = 2  # participants of a node of the common shape, each of one or two types


class MoverLotteries(NamedTuple):
    """The average strategies and posteriors of a node of the common shape at one belief; see `read_lotteries`."""

    actions: np.ndarray  # [participant]
    mean: np.ndarray  # [participant, action] average strategy
    corners: np.ndarray  # [participant, action] neighbours of the posterior
    offset: (
        np.ndarray
    )  # [participant, action, corner] flat belief of a neighbour of the posterior minus the flat belief of the node
    share: np.ndarray  # [participant, action, corner] interpolation weight of that neighbour


@inner()
def common_shape(n, L, G):
    """Return whether node `n` has at most two participants, each of at most two types."""
    if L.part_ptr[n + 1] - L.part_ptr[n] > MOVERS:
        return False
    for j in range(L.part_ptr[n], L.part_ptr[n + 1]):
        player = L.part_player[j]
        if player != NATURE and L.n_types[player] > 2:
            return False
    return True


@inner()
def is_chance(n, L):
    """Return whether nobody but nature moves at node `n`."""
    return L.part_ptr[n + 1] - L.part_ptr[n] == 1 and L.part_player[L.part_ptr[n]] == NATURE


@entry()
def count_entries(nodes, L, G):
    """Return an upper bound on the transition entries of `nodes`."""
    total = 0
    for n in nodes:
        if is_chance(n, L):
            continue
        corners = 1
        for j in range(L.part_ptr[n], L.part_ptr[n + 1]):
            player = L.part_player[j]
            if player != NATURE and G.axis[player] >= 0:
                corners *= 4 if L.n_types[player] == 2 else L.n_types[player]
        entries = L.lottery_ptr[L.prof_ptr[n + 1]] - L.lottery_ptr[L.prof_ptr[n]]
        total += entries * corners * G.total
    return total


@inner()
def read_lotteries(n, L, G, flat, x, S):
    """Fill S for node `n` at belief `flat` from x = log sigma."""
    at = 0
    for j in range(MOVERS):
        S.actions[j], S.mean[j, 0], S.corners[j, 0], S.offset[j, 0, 0], S.share[j, 0, 0] = 1, 1.0, 1, 0, 1.0
    for j in range(L.part_ptr[n + 1] - L.part_ptr[n]):
        i = L.part_ptr[n] + j
        player, A = L.part_player[i], L.part_actions[i]
        S.actions[j] = A
        ax = G.axis[player] if player != NATURE else -1
        if ax < 0:
            for a in range(A):
                S.mean[j, a], S.corners[j, a] = np.exp(x[at + a]), 1
                S.offset[j, a, 0], S.share[j, a, 0] = 0, 1.0
            at += A
            continue
        axis = axis_of(G, ax)
        p = axis.p[flat]
        for a in range(A):
            up = p * np.exp(x[at + a])
            total = up + (1.0 - p) * np.exp(x[at + A + a])
            S.mean[j, a] = total
            cell, t, _ = locate_cell(up / total if total > 0.0 else p, axis)
            e0, e1, e2 = hermite_weights(cell, t, axis.stencil)
            back = axis.base[flat] - flat + stencil_start(cell, axis) * axis.step
            S.corners[j, a] = min(axis.size, 4)
            for v in range(4):
                S.offset[j, a, v] = back + v * axis.step
            S.share[j, a, 0], S.share[j, a, 1], S.share[j, a, 2], S.share[j, a, 3] = 1.0 - e0, e0 - e1, e1 - e2, e2
        at += 2 * A


@inner()
def common_row(n, L, B, flat, S, col, prob, used):
    """Append the transitions of node `n` at belief `flat` to col and prob; return the entries used."""
    row = L.prof_ptr[n]
    for a in range(S.actions[0]):
        for c in range(S.actions[1]):
            for v in range(S.corners[0, a]):
                for w in range(S.corners[1, c]):
                    p = S.mean[0, a] * S.mean[1, c] * S.share[0, a, v] * S.share[1, c, w]
                    if p != 0.0:
                        to = flat + S.offset[0, a, v] + S.offset[1, c, w]
                        for m in range(L.lottery_ptr[row], L.lottery_ptr[row + 1]):
                            col[used] = L.lottery_slot[m] * B + to
                            prob[used] = p * L.lottery_prob[m]
                            used += 1
            row += 1
    return used


@inner()
def any_row(N, L, G, flat, x, mu, col, prob, used):
    """Append the transitions of a node of any shape at belief `flat`; return the entries used."""
    part, P = N.part, len(N.part)
    beliefs_at(N, G, flat, mu)
    posteriors(N, G, mu, x)
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
            if w != 0.0:
                to = flat_of(N, G, rest, lb)
                for m in range(L.lottery_ptr[N.first + c], L.lottery_ptr[N.first + c + 1]):
                    col[used] = L.lottery_slot[m] * G.total + to
                    prob[used] = w * L.lottery_prob[m]
                    used += 1
            if not next_combination(part, PICK, CORNERS):
                break
        next_combination(part, ACT, ACTIONS)
    return used


@entry()
def fill_transitions(nodes, L, G, logs, log_ptr, ptr, col, prob):
    """Fill the public transition rows (node, belief) -> (slot, belief) as CSR; return the entries used.

    Chance nodes have no rows: see `push_forward` and `pull_back`.
    """
    used = np.int64(0)
    mu = np.zeros((MAX_MOVERS, MAX_TYPES))
    A = 1
    for i in range(len(L.part_actions)):
        A = max(A, L.part_actions[i])
    S = MoverLotteries(
        np.ones(MOVERS, np.int64),
        np.ones((MOVERS, A)),
        np.ones((MOVERS, A), np.int64),
        np.zeros((MOVERS, A, 4), np.int64),
        np.ones((MOVERS, A, 4)),
    )
    for n in nodes:
        chance_node = is_chance(n, L)
        common = common_shape(n, L, G)
        size = (log_ptr[n + 1] - log_ptr[n]) // G.total
        N = make_node(n, L, G)
        for flat in range(G.total):
            row = n * G.total + flat
            ptr[row] = used
            if not chance_node:
                x = logs[log_ptr[n] + flat * size : log_ptr[n] + (flat + 1) * size]
                if common:
                    read_lotteries(n, L, G, flat, x, S)
                    used = common_row(n, L, G.total, flat, S, col, prob, used)
                else:
                    used = any_row(N, L, G, flat, x, mu, col, prob, used)
            ptr[row + 1] = used
    return used


@entry()
def push_forward(L, ptr, col, prob, mass, seen):
    """Carry mass[slot, belief] forward through one period, in the order of play.

    Where `seen` has rows it receives the occupation measure [node, belief]: the mass that passes each node.
    """
    B = mass.shape[1]
    flat = mass.reshape(-1)
    for n in range((len(ptr) - 1) // B):
        own = mass[n]
        if len(seen):
            seen[n] = own
        if is_chance(n, L):
            i, first = L.part_ptr[n], L.prof_ptr[n]
            for r in range(first, L.prof_ptr[n + 1]):
                p = np.exp(L.log_weight[L.part_weight[i] + r - first])
                for m in range(L.lottery_ptr[r], L.lottery_ptr[r + 1]):
                    to, f = mass[L.lottery_slot[m]], p * L.lottery_prob[m]
                    for b in range(B):
                        to[b] += f * own[b]
        else:
            for b in range(B):
                if own[b] != 0.0:
                    for i in range(ptr[n * B + b], ptr[n * B + b + 1]):
                        flat[col[i]] += own[b] * prob[i]
        own[:] = 0.0


@entry()
def expected_payoffs(nodes, L, G, logs, log_ptr, out):
    """Write expected payoffs, each times the belief in its type: out[node * beliefs + belief, player-type]."""
    mu = np.zeros((MAX_MOVERS, MAX_TYPES))
    belief = np.ones((len(L.n_types), MAX_TYPES))
    U = L.payoff.shape[1]
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
                        for k in range(N.part[j, N_TYPES]):
                            belief[N.part[j, PLAYER], k] = N.post[j, part[j, ACT], k]
                line = N.first + c
                for u in range(U):
                    weight = sure * belief[L.player_of[u], L.type_of[u]]
                    out[row, u] += weight * L.payoff[line, u]
                if L.typed[line] >= 0:
                    add_typed(L, L.typed[line], belief, sure, out[row])
                next_combination(part, ACT, ACTIONS)


@inner()
def add_typed(L, row, belief, sure, out):
    """Add the expected type-profile payoffs, each times the belief in its type."""
    players = len(L.n_types)
    for t in range(L.typed_payoff.shape[1]):
        w = sure
        rest = t
        for i in range(players - 1, -1, -1):
            w *= belief[i, rest % L.n_types[i]]
            rest //= L.n_types[i]
        rest = t
        for i in range(players - 1, -1, -1):
            out[L.first_index[i] + rest % L.n_types[i]] += w * L.typed_payoff[row, t, i]
            rest //= L.n_types[i]


@entry()
def pull_back(L, ptr, col, prob, reward, Y, first_boundary):
    """Carry Y[slot, belief, player-type] backward through one period.

    Slots from `first_boundary` on are the next period's boundaries and are discounted.
    """
    B, U = Y.shape[1], Y.shape[2]
    flat = Y.reshape((-1, U))
    for n in range((len(ptr) - 1) // B - 1, -1, -1):
        Y[n] = reward[n]
        if is_chance(n, L):
            i, first = L.part_ptr[n], L.prof_ptr[n]
            for r in range(first, L.prof_ptr[n + 1]):
                p = np.exp(L.log_weight[L.part_weight[i] + r - first])
                for m in range(L.lottery_ptr[r], L.lottery_ptr[r + 1]):
                    to, f = L.lottery_slot[m], p * L.lottery_prob[m]
                    for b in range(B):
                        for u in range(U):
                            Y[n, b, u] += f * (Y[to, b, u] if to < first_boundary else L.discount[u] * Y[to, b, u])
            continue
        for b in range(B):
            for i in range(ptr[n * B + b], ptr[n * B + b + 1]):
                to, p = col[i], prob[i]
                for u in range(U):
                    Y[n, b, u] += p * (flat[to, u] if to < first_boundary * B else L.discount[u] * flat[to, u])

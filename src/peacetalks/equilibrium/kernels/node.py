"""The fixed point of one node at one belief, whatever its shape, in logarithms.  Shapes: see `game/compile.py`.

A node with participants j (their types theta, actions a) is solved at a belief by the fixed point

    log sigma_j,theta(a) = log nu_j(a) + lambda_j Q_j,theta(a; mu'(a)) - log sum_b nu_j(b) exp(lambda_j Q_j,theta(b))

where mu'(a) is the posterior that sigma itself implies (McKelvey & Palfrey 1998, agent form).  `x` holds log sigma,
flat: participant, type, action.  Continuation values come from a table [profile, local belief, player-type]; a
posterior between grid beliefs is distributed over its neighbours with interpolation weights (`interpolation.py`).
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.interpolation import MOST_CORNERS, SIZE, locate
from peacetalks.equilibrium.kernels.jit import entry, inner
from peacetalks.game.expand import NATURE

# columns of Node.part, one row per participant
PLAYER, ACTIONS, N_TYPES, AXIS, START, INDEX, STRIDE, CORNERS, ACT, PICK = range(10)


class Node(NamedTuple):
    """One node's shape, and scratch arrays."""

    part: np.ndarray  # [participant, see above]; STRIDE is the step in the local belief index
    log_nu: np.ndarray  # [participant, action] log reference measure
    mean: np.ndarray  # [participant, action] average strategy
    vertex: np.ndarray  # [participant, action, corner] local belief offset of a neighbour of the posterior
    share: np.ndarray  # [participant, action, corner] interpolation weight of that neighbour
    post: np.ndarray  # [participant, action, type] posterior
    q: np.ndarray  # [x] continuation values
    y: np.ndarray  # [x] logit best response
    first: int  # first profile
    profiles: int
    local: int  # local beliefs


@inner()
def make_node(n, L, G):
    """Collect the shape of node `n`."""
    lo = L.part_ptr[n]
    P = L.part_ptr[n + 1] - lo
    part = np.zeros((P, 10), np.int64)
    widest, most, local, width = 1, 1, 1, 0
    for j in range(P - 1, -1, -1):
        player = L.part_player[lo + j]
        part[j, PLAYER], part[j, ACTIONS], part[j, N_TYPES] = player, L.part_actions[lo + j], 1
        part[j, AXIS], part[j, CORNERS] = -1, 1
        if player != NATURE:
            part[j, N_TYPES], part[j, INDEX] = L.n_types[player], L.first_index[player]
            part[j, AXIS] = G.axis[player]
        if part[j, AXIS] >= 0:
            part[j, STRIDE] = local
            local *= G.shape[part[j, AXIS], SIZE]
        widest, most = max(widest, part[j, ACTIONS]), max(most, part[j, N_TYPES])
    log_nu = np.zeros((P, widest))
    for j in range(P):
        part[j, START] = width
        width += part[j, N_TYPES] * part[j, ACTIONS]
        for a in range(part[j, ACTIONS]):
            log_nu[j, a] = L.log_weight[L.part_weight[lo + j] + a]
    return Node(
        part,
        log_nu,
        np.zeros((P, widest)),
        np.zeros((P, widest, MOST_CORNERS), np.int64),
        np.ones((P, widest, MOST_CORNERS)),
        np.ones((P, widest, most)),
        np.zeros(width),
        np.zeros(width),
        L.prof_ptr[n],
        L.prof_ptr[n + 1] - L.prof_ptr[n],
        local,
    )


@inner()
def next_combination(part, digit, limit):
    """Go to the next combination of part[:, digit], each below part[:, limit]; return False after the last one."""
    for j in range(len(part) - 1, -1, -1):
        part[j, digit] += 1
        if part[j, digit] < part[j, limit]:
            return True
        part[j, digit] = 0
    return False


@inner()
def posteriors(N, G, mu, x):
    """Fill average strategies, posteriors' grid neighbours and the types' own weights from x = log sigma."""
    P = len(N.part)
    idx = np.empty(4, np.int64)
    w = np.empty(4)
    for j in range(P):
        A = N.part[j, ACTIONS]
        s = N.part[j, START]
        if N.part[j, AXIS] < 0:
            for a in range(A):
                N.mean[j, a] = np.exp(x[s + a])
                N.share[j, a, 0] = 1.0
            N.part[j, CORNERS] = 1
            continue
        K = N.part[j, N_TYPES]
        ax = N.part[j, AXIS]
        for a in range(A):
            top = -np.inf
            for k in range(K):
                if mu[j, k] > 0.0:
                    top = max(top, np.log(mu[j, k]) + x[s + k * A + a])
            total = 0.0
            post = N.post[j, a]
            for k in range(K):
                post[k] = np.exp(np.log(mu[j, k]) + x[s + k * A + a] - top) if mu[j, k] > 0.0 else 0.0
                total += post[k]
            for k in range(K):
                post[k] /= total
            N.mean[j, a] = np.exp(top) * total
            count = locate(G, ax, post, idx, w)
            N.part[j, CORNERS] = count
            for v in range(count):
                N.vertex[j, a, v] = idx[v] * N.part[j, STRIDE]
                N.share[j, a, v] = w[v]


@inner()
def picked_neighbours(N):
    """Return (weight, local belief) of the neighbours of the posteriors at the current combination of ACT and PICK."""
    w, lb = 1.0, 0
    for j in range(len(N.part)):
        w *= N.share[j, N.part[j, ACT], N.part[j, PICK]]
        lb += N.vertex[j, N.part[j, ACT], N.part[j, PICK]]
    return w, lb


@inner()
def continuation(N, table):
    """Fill q: what each participant's type expects from each action, given `posteriors`."""
    P = len(N.part)
    for i in range(len(N.q)):
        N.q[i] = 0.0
    if P == 1:
        A, K, s, c0 = N.part[0, ACTIONS], N.part[0, N_TYPES], N.part[0, START], N.part[0, INDEX]
        if N.part[0, PLAYER] == NATURE:
            return
        for a in range(A):
            for v in range(N.part[0, CORNERS]):
                w = N.share[0, a, v]
                if w != 0.0:
                    lb = N.vertex[0, a, v]
                    for k in range(K):
                        N.q[s + k * A + a] += w * table[a, lb, c0 + k]
        return
    part = N.part
    for j in range(P):
        part[j, ACT] = part[j, PICK] = 0
    for c in range(N.profiles):
        while True:
            w, lb = picked_neighbours(N)
            if w != 0.0:
                for j in range(P):
                    others = w
                    for i in range(P):
                        if i != j:
                            others *= N.mean[i, part[i, ACT]]
                    for k in range(N.part[j, N_TYPES]):
                        at = part[j, START] + k * part[j, ACTIONS] + part[j, ACT]
                        N.q[at] += others * table[c, lb, part[j, INDEX] + k]
            if not next_combination(part, PICK, CORNERS):
                break
        next_combination(part, ACT, ACTIONS)


@inner()
def best_response(N, lam, scale):
    """Fill y: the logit best response to q at `scale` times each player's precision."""
    for j in range(len(N.part)):
        A = N.part[j, ACTIONS]
        if N.part[j, PLAYER] == NATURE:
            for a in range(A):
                N.y[N.part[j, START] + a] = N.log_nu[j, a]
            continue
        r = lam[N.part[j, PLAYER]] * scale
        for k in range(N.part[j, N_TYPES]):
            s = N.part[j, START] + k * A
            top = -np.inf
            for a in range(A):
                N.y[s + a] = N.log_nu[j, a] + r * N.q[s + a]
                top = max(top, N.y[s + a])
            total = 0.0
            for a in range(A):
                total += np.exp(N.y[s + a] - top)
            norm = top + np.log(total)
            for a in range(A):
                N.y[s + a] -= norm


@inner()
def residual(x, y):
    """Return the largest change of a log-probability from x to y, relative where the log-probability exceeds 1."""
    worst = 0.0
    for i in range(len(x)):
        d = abs(y[i] - x[i]) / (1.0 + abs(y[i]))
        if not d < np.inf:
            return np.inf
        worst = max(worst, d)
    return worst


@inner()
def best_response_residual(N, G, mu, table, lam, scale, x):
    """Fill N.y with the logit best response to x = log sigma; return the residual."""
    posteriors(N, G, mu, x)
    continuation(N, table)
    best_response(N, lam, scale)
    return residual(x, N.y)


@entry()
def start_at_reference(N, x):
    """Write the reference measure to x."""
    for j in range(len(N.part)):
        for k in range(N.part[j, N_TYPES]):
            for a in range(N.part[j, ACTIONS]):
                x[N.part[j, START] + k * N.part[j, ACTIONS] + a] = N.log_nu[j, a]


@entry()
def damped_iteration(N, G, mu, table, lam, scale, x, tol, most):
    """Damped iteration on x in place; return (residual, iterations).  Stops on the residual only.

    The damping follows d = best response - x: shorter steps where d changes sign, longer ones where it does not.
    """
    size = len(x)
    before = np.zeros(size)
    eta = 1.0
    res = np.inf
    for it in range(most):
        res = best_response_residual(N, G, mu, table, lam, scale, x)
        if res <= tol:
            return res, it + 1
        turned, ahead = 0.0, 0.0
        for i in range(size):
            d = N.y[i] - x[i]
            turned += d * before[i]
            ahead += before[i] * before[i]
        if turned < -0.1 * ahead:
            eta = max(0.6 * eta, 0.02)
        elif turned > 0.3 * ahead:
            eta = min(1.15 * eta, 1.0)
        for i in range(size):
            before[i] = N.y[i] - x[i]
            x[i] += eta * before[i]
    return res, most


@inner()
def is_hidden(N, mu):
    """Return whether somebody's type is still uncertain here, or several move at once."""
    movers = 0
    for j in range(len(N.part)):
        if N.part[j, PLAYER] != NATURE:
            movers += 1
        if N.part[j, AXIS] >= 0 and N.part[j, ACTIONS] > 1:
            for k in range(N.part[j, N_TYPES]):
                if 0.0 < mu[j, k] < 1.0:
                    return True
    return movers > 1

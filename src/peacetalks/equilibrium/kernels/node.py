"""Arithmetic of one node and of one sweep, compiled by Numba.  Words and shapes: see `compile.py`.

A node with participants j (their types theta, actions a) is solved at a belief by the fixed point

    log sigma_j,theta(a) = log nu_j(a) + lambda_j Q_j,theta(a; mu'(a)) - log sum_b nu_j(b) exp(lambda_j Q_j,theta(b))

where mu'(a) is the posterior that sigma itself implies (McKelvey & Palfrey 1998, agent form).  `x` holds
log sigma, flat: participant, type, action.  Continuations come from a table [profile, local belief, column];
a posterior between grid beliefs is shared out as `belief_grid.py` says.
"""

from typing import NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels.jit import entry, inner
from peacetalks.equilibrium.kernels.one_mover import shares
from peacetalks.game.compile import NATURE

# columns of Node.part, one row per participant
PLAYER, ACTIONS, KINDS, AXIS, START, COLUMN, STRIDE, CORNERS, ACT, PICK = range(10)
# columns of Grid.shape, one row per axis
SIZE, STEP, TYPES, CELLS = range(4)
CORNERS_MOST = 4  # grid beliefs that a posterior is shared out to, at the most


class Node(NamedTuple):
    """One node's shape, and room to work in."""

    part: np.ndarray  # [participant, see above]; STRIDE is the step in the local belief index
    log_nu: np.ndarray  # [participant, action] log reference measure
    mean: np.ndarray  # [participant, action] average strategy
    vertex: np.ndarray  # [participant, action, corner] local belief offset of a neighbour of the posterior
    share: np.ndarray  # [participant, action, corner] its weight
    post: np.ndarray  # [participant, action, type] posterior
    q: np.ndarray  # [x] continuation values
    y: np.ndarray  # [x] reply
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
        part[j, PLAYER], part[j, ACTIONS], part[j, KINDS] = player, L.part_actions[lo + j], 1
        part[j, AXIS], part[j, CORNERS] = -1, 1
        if player != NATURE:
            part[j, KINDS], part[j, COLUMN] = L.n_types[player], L.first_col[player]
            part[j, AXIS] = G.axis[player]
        if part[j, AXIS] >= 0:
            part[j, STRIDE] = local
            local *= G.shape[part[j, AXIS], SIZE]
        widest, most = max(widest, part[j, ACTIONS]), max(most, part[j, KINDS])
    log_nu = np.zeros((P, widest))
    for j in range(P):
        part[j, START] = width
        width += part[j, KINDS] * part[j, ACTIONS]
        for a in range(part[j, ACTIONS]):
            log_nu[j, a] = L.log_weight[L.part_weight[lo + j] + a]
    return Node(
        part,
        log_nu,
        np.zeros((P, widest)),
        np.zeros((P, widest, CORNERS_MOST), np.int64),
        np.ones((P, widest, CORNERS_MOST)),
        np.ones((P, widest, most)),
        np.zeros(width),
        np.zeros(width),
        L.prof_ptr[n],
        L.prof_ptr[n + 1] - L.prof_ptr[n],
        local,
    )


@inner()
def turn(part, digit, limit):
    """Step a counter whose digits stand in column `digit` and limits in `limit`; return False after the last."""
    for j in range(len(part) - 1, -1, -1):
        part[j, digit] += 1
        if part[j, digit] < part[j, limit]:
            return True
        part[j, digit] = 0
    return False


@entry()
def locate(G, ax, p, idx, w):
    """Write the grid neighbours of belief `p` on axis `ax` and their weights; return how many."""
    K = G.shape[ax, TYPES]
    if K == 2:
        lo, hi = 0, G.shape[ax, SIZE] - 1
        while hi - lo > 1:
            mid = (lo + hi) // 2
            if G.points[ax, mid, 0] <= p[0]:
                lo = mid
            else:
                hi = mid
        a, b = G.points[ax, lo, 0], G.points[ax, hi, 0]
        t = min(max((p[0] - a) / (b - a), 0.0), 1.0)
        e0, e1, e2 = shares(lo, t, G.stencil[ax])
        w[0], w[1], w[2], w[3] = 1.0 - e0, e0 - e1, e1 - e2, e2
        size = G.shape[ax, SIZE]
        for i in range(4):
            idx[i] = min(min(max(lo - 1, 0), max(size - 4, 0)) + i, size - 1)
        return min(size, 4)
    # Kuhn's triangulation in the cumulative coordinates z_i = cells * (p_i + ... + p_K), i = 2..K
    cells = G.shape[ax, CELLS]
    D = K - 1
    z = np.empty(D)
    total = 0.0
    for i in range(D - 1, -1, -1):
        total += p[i + 1]
        z[i] = (
            min(total, 1.0) * cells if total >= 0.0 else 0.0
        )  # rounding, and not a number, must not leave the lattice
    code = 0
    radix = 1
    frac = np.empty(D)
    step = np.empty(D, np.int64)
    for i in range(D):
        whole = min(max(np.floor(z[i] + 1e-12), 0.0), float(cells))
        frac[i] = min(max(z[i] - whole, 0.0), 1.0)
        code += np.int64(whole) * radix
        step[i] = radix
        radix *= cells + 1
    for i in range(1, D):  # largest fraction first; ties keep the order, so z stays non-increasing
        j = i
        while j > 0 and frac[j] > frac[j - 1]:
            frac[j], frac[j - 1] = frac[j - 1], frac[j]
            step[j], step[j - 1] = step[j - 1], step[j]
            j -= 1
    last = 1.0
    here = code
    known = G.lookup[ax, code]
    for i in range(K):
        nxt = frac[i] if i < D else 0.0
        w[i] = last - nxt
        idx[i] = G.lookup[ax, here] if w[i] > 0.0 else known
        if i < D:
            here += step[i]
        last = nxt
    return K


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
        K = N.part[j, KINDS]
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
def picked(N):
    """Return (weight, local belief) of the neighbours of the posteriors that the counters stand at."""
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
        A, K, s, c0 = N.part[0, ACTIONS], N.part[0, KINDS], N.part[0, START], N.part[0, COLUMN]
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
            w, lb = picked(N)
            if w != 0.0:
                for j in range(P):
                    others = w
                    for i in range(P):
                        if i != j:
                            others *= N.mean[i, part[i, ACT]]
                    for k in range(N.part[j, KINDS]):
                        at = part[j, START] + k * part[j, ACTIONS] + part[j, ACT]
                        N.q[at] += others * table[c, lb, part[j, COLUMN] + k]
            if not turn(part, PICK, CORNERS):
                break
        turn(part, ACT, ACTIONS)


@inner()
def reply(N, lam, scale):
    """Fill y: the logit reply to q at `scale` times each player's precision."""
    for j in range(len(N.part)):
        A = N.part[j, ACTIONS]
        if N.part[j, PLAYER] == NATURE:
            for a in range(A):
                N.y[N.part[j, START] + a] = N.log_nu[j, a]
            continue
        r = lam[N.part[j, PLAYER]] * scale
        for k in range(N.part[j, KINDS]):
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
def gap(x, y):
    """Return the residual: largest change of a log-probability, relative where it is large."""
    worst = 0.0
    for i in range(len(x)):
        d = abs(y[i] - x[i]) / (1.0 + abs(y[i]))
        if not d < np.inf:
            return np.inf
        worst = max(worst, d)
    return worst


@entry()
def start_at_reference(N, x):
    """Write the reference measure to x."""
    for j in range(len(N.part)):
        for k in range(N.part[j, KINDS]):
            for a in range(N.part[j, ACTIONS]):
                x[N.part[j, START] + k * N.part[j, ACTIONS] + a] = N.log_nu[j, a]


@entry()
def settle(N, G, mu, table, lam, scale, x, tol, most):
    """Damped iteration on x in place; return (residual, iterations).  Stops on the residual only.

    The damping follows the gap d = reply - x: shorter steps where d turns back, longer ones where it does not.
    """
    size = len(x)
    before = np.zeros(size)
    eta = 1.0
    res = np.inf
    for it in range(most):
        posteriors(N, G, mu, x)
        continuation(N, table)
        reply(N, lam, scale)
        res = gap(x, N.y)
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
            for k in range(N.part[j, KINDS]):
                if 0.0 < mu[j, k] < 1.0:
                    return True
    return movers > 1

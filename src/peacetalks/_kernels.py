"""Arithmetic of one node and of one sweep, compiled by Numba.  Words and shapes: see `compile.py`.

A node with participants j (their types theta, actions a) is solved at a belief by the fixed point

    log sigma_j,theta(a) = log nu_j(a) + lambda_j Q_j,theta(a; mu'(a)) - log sum_b nu_j(b) exp(lambda_j Q_j,theta(b))

where mu'(a) is the posterior that sigma itself implies (McKelvey & Palfrey 1998, agent form).  `x` holds
log sigma, flat: participant, type, action.  Continuations come from a table [profile, local belief, column];
a posterior between grid beliefs is shared out as `beliefs.py` says.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from peacetalks.compile import NATURE


class Node(NamedTuple):
    """One node's shape, and room to work in."""

    node: int
    profiles: int
    first_profile: int
    player: np.ndarray  # [participant]
    actions: np.ndarray  # [participant]
    kinds: np.ndarray  # [participant] types
    axis: np.ndarray  # [participant] belief axis or -1
    start: np.ndarray  # [participant + 1] offset in x
    col: np.ndarray  # [participant] first column
    log_nu: np.ndarray  # [participant, action]
    local_stride: np.ndarray  # [participant] step in the local belief index
    local_size: int
    mean: np.ndarray  # [participant, action] average strategy
    vertex: np.ndarray  # [participant, action, corner] local belief offset
    share: np.ndarray  # [participant, action, corner] weight
    post: np.ndarray  # [participant, action, type] posterior
    corners: np.ndarray  # [participant]
    q: np.ndarray  # [x] continuation values
    y: np.ndarray  # [x] reply
    act: np.ndarray  # [participant] action in a profile
    pick: np.ndarray  # [participant] corner in a profile


@njit(cache=True, error_model="numpy")
def make_node(n, L, G):
    """Collect the shape of node `n`."""
    lo, hi = L.part_ptr[n], L.part_ptr[n + 1]
    P = hi - lo
    player = L.part_player[lo:hi]
    actions = L.part_actions[lo:hi]
    kinds = np.ones(P, np.int64)
    axis = np.empty(P, np.int64)
    start = np.zeros(P + 1, np.int64)
    col = np.zeros(P, np.int64)
    widest = 1
    for j in range(P):
        widest = max(widest, actions[j])
    log_nu = np.zeros((P, widest))
    for j in range(P):
        axis[j] = -1
        if player[j] != NATURE:
            kinds[j] = L.n_types[player[j]]
            axis[j] = G.axis[player[j]]
            col[j] = L.first_col[player[j]]
        start[j + 1] = start[j] + kinds[j] * actions[j]
        total = 0.0
        for a in range(actions[j]):
            log_nu[j, a] = L.log_weight[L.part_weight[lo + j] + a]
            total += np.exp(log_nu[j, a])
        for a in range(actions[j]):
            log_nu[j, a] -= np.log(total)
    local_stride = np.zeros(P, np.int64)
    local = 1
    for j in range(P - 1, -1, -1):
        if axis[j] >= 0:
            local_stride[j] = local
            local *= G.size[axis[j]]
    K = 1
    for j in range(P):
        K = max(K, kinds[j])
    post = np.ones((P, widest, K))
    corners = np.ones(P, np.int64)
    return Node(
        n, L.prof_ptr[n + 1] - L.prof_ptr[n], L.prof_ptr[n], player, actions, kinds, axis, start, col, log_nu,
        local_stride, local, np.zeros((P, widest)), np.zeros((P, widest, K), np.int64),
        np.zeros((P, widest, K)), post, corners,
        np.zeros(start[P]), np.zeros(start[P]), np.zeros(P, np.int64), np.zeros(P, np.int64),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def locate(G, ax, p, idx, w):
    """Write the grid neighbours of belief `p` on axis `ax` and their weights; return how many."""
    K = G.kinds[ax]
    if K == 2:
        lo, hi = 0, G.size[ax] - 1
        while hi - lo > 1:
            mid = (lo + hi) // 2
            if G.points[ax, mid, 0] <= p[0]:
                lo = mid
            else:
                hi = mid
        a, b = G.points[ax, lo, 0], G.points[ax, hi, 0]
        t = min(max((p[0] - a) / (b - a), 0.0), 1.0)
        idx[0], idx[1] = lo, hi
        w[0], w[1] = 1.0 - t, t
        return 2
    # Kuhn's triangulation in the cumulative coordinates z_i = cells * (p_i + ... + p_K), i = 2..K
    cells = G.cells[ax]
    D = K - 1
    z = np.empty(D)
    total = 0.0
    for i in range(D - 1, -1, -1):
        total += p[i + 1]
        z[i] = total * cells
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


@njit(cache=True, error_model="numpy")
def posteriors(N, G, mu, x):
    """Fill average strategies, posteriors' grid neighbours and the types' own weights from x = log sigma."""
    P = len(N.player)
    idx = np.empty(4, np.int64)
    w = np.empty(4)
    for j in range(P):
        A = N.actions[j]
        s = N.start[j]
        if N.axis[j] < 0:
            for a in range(A):
                N.mean[j, a] = np.exp(x[s + a])
                N.share[j, a, 0] = 1.0
            N.corners[j] = 1
            continue
        K = N.kinds[j]
        ax = N.axis[j]
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
            N.corners[j] = count
            for v in range(count):
                N.vertex[j, a, v] = idx[v] * N.local_stride[j]
                N.share[j, a, v] = w[v]


@njit(cache=True, error_model="numpy")
def continuation(N, table):
    """Fill q: what each participant's type expects from each action, given `posteriors`."""
    P = len(N.player)
    for i in range(len(N.q)):
        N.q[i] = 0.0
    if P == 1:
        A, K, s, c0 = N.actions[0], N.kinds[0], N.start[0], N.col[0]
        if N.player[0] == NATURE:
            return
        for a in range(A):
            for v in range(N.corners[0]):
                w = N.share[0, a, v]
                if w > 0.0:
                    lb = N.vertex[0, a, v]
                    for k in range(K):
                        N.q[s + k * A + a] += w * table[a, lb, c0 + k]
        return
    act, pick = N.act, N.pick
    for j in range(P):
        act[j] = 0
    for c in range(N.profiles):
        for j in range(P):
            pick[j] = 0
        while True:
            w = 1.0
            lb = 0
            for j in range(P):
                w *= N.share[j, act[j], pick[j]]
                lb += N.vertex[j, act[j], pick[j]]
            if w > 0.0:
                for j in range(P):
                    others = w
                    for i in range(P):
                        if i != j:
                            others *= N.mean[i, act[i]]
                    for k in range(N.kinds[j]):
                        N.q[N.start[j] + k * N.actions[j] + act[j]] += others * table[c, lb, N.col[j] + k]
            j = P - 1
            while j >= 0:
                pick[j] += 1
                if pick[j] < N.corners[j]:
                    break
                pick[j] = 0
                j -= 1
            if j < 0:
                break
        j = P - 1
        while j >= 0:
            act[j] += 1
            if act[j] < N.actions[j]:
                break
            act[j] = 0
            j -= 1


@njit(cache=True, error_model="numpy")
def reply(N, lam, scale):
    """Fill y: the logit reply to q at `scale` times each player's precision."""
    for j in range(len(N.player)):
        A = N.actions[j]
        if N.player[j] == NATURE:
            for a in range(A):
                N.y[N.start[j] + a] = N.log_nu[j, a]
            continue
        r = lam[N.player[j]] * scale
        for k in range(N.kinds[j]):
            s = N.start[j] + k * A
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


@njit(cache=True, error_model="numpy")
def gap(x, y):
    """Return the residual: largest change of a log-probability, relative where it is large."""
    worst = 0.0
    for i in range(len(x)):
        d = abs(y[i] - x[i]) / (1.0 + abs(y[i]))
        if not d <= worst:
            worst = d
    return worst


@njit(cache=True, error_model="numpy")
def start_at_reference(N, x):
    """Write the reference measure to x."""
    for j in range(len(N.player)):
        for k in range(N.kinds[j]):
            for a in range(N.actions[j]):
                x[N.start[j] + k * N.actions[j] + a] = N.log_nu[j, a]


@njit(cache=True, error_model="numpy")
def settle(N, G, mu, table, lam, scale, x, tol, most):
    """Damped iteration on x in place; return (residual, iterations).  Stops on the residual only."""
    eta = 1.0
    before = np.inf
    res = np.inf
    for it in range(most):
        posteriors(N, G, mu, x)
        continuation(N, table)
        reply(N, lam, scale)
        res = gap(x, N.y)
        if res <= tol:
            return res, it + 1
        if res > 0.8 * before:
            eta = max(0.6 * eta, 0.02)
        elif res < 0.5 * before:
            eta = min(1.0, 1.3 * eta)
        before = res
        for i in range(len(x)):
            x[i] += eta * (N.y[i] - x[i])
    return res, most


@njit(cache=True, error_model="numpy")
def is_hidden(N, mu):
    """Return whether somebody's type is still uncertain here, or several move at once."""
    movers = 0
    for j in range(len(N.player)):
        if N.player[j] != NATURE:
            movers += 1
        if N.axis[j] >= 0 and N.actions[j] > 1:
            for k in range(N.kinds[j]):
                if 0.0 < mu[j, k] < 1.0:
                    return True
    return movers > 1


@njit(cache=True, error_model="numpy")
def beliefs_at(N, G, flat, mu):
    """Write the belief about each participant at flat belief `flat`."""
    for j in range(len(N.player)):
        ax = N.axis[j]
        if ax < 0:
            mu[j, 0] = 1.0
        else:
            i = (flat // G.stride[ax]) % G.size[ax]
            for k in range(N.kinds[j]):
                mu[j, k] = G.points[ax, i, k]


@njit(cache=True, error_model="numpy")
def flat_of(N, G, base, local):
    """Return the flat belief at local index `local` when the other axes stand at `base`."""
    flat = base
    for j in range(len(N.player)):
        if N.axis[j] >= 0:
            i = (local // N.local_stride[j]) % G.size[N.axis[j]]
            flat += i * G.stride[N.axis[j]]
    return flat


@njit(cache=True, error_model="numpy")
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
                w *= G.points[G.axis[i], (flat // G.stride[G.axis[i]]) % G.size[G.axis[i]], k]
        if w != 0.0:
            out += w * (L.typed_pay[row, t, me] + L.typed_drive[row, t, me])
    return out


@njit(cache=True, error_model="numpy")
def fill_table(N, L, G, V, W, base, table):
    """Fill table[profile, local belief, column] with decision pay plus expected continuation."""
    U = L.pay.shape[1]
    n_nodes = V.shape[0]
    for c in range(N.profiles):
        row = N.first_profile + c
        for lb in range(N.local_size):
            flat = flat_of(N, G, base, lb)
            for u in range(U):
                table[c, lb, u] = L.pay[row, u] + L.drive[row, u]
                if L.typed[row] >= 0:
                    table[c, lb, u] += expected_typed(L, G, L.typed[row], flat, u)
            for m in range(L.lot_ptr[row], L.lot_ptr[row + 1]):
                slot, p = L.lot_slot[m], L.lot_prob[m]
                if slot < n_nodes:
                    for u in range(U):
                        table[c, lb, u] += p * V[slot, flat, u]
                else:
                    for u in range(U):
                        table[c, lb, u] += p * L.discount[u] * W[slot - n_nodes, flat, u]


@njit(cache=True, error_model="numpy")
def store_values(N, L, x, table, out):
    """Write the value of every column at this belief, given x and `posteriors` / q at x."""
    P = len(N.player)
    U = L.pay.shape[1]
    for u in range(U):
        out[u] = 0.0
    act, pick = N.act, N.pick
    for j in range(P):
        act[j] = 0
    owner = np.empty(U, np.int64)
    for u in range(U):
        owner[u] = -1
    for j in range(P):
        if N.player[j] != NATURE:
            for k in range(N.kinds[j]):
                owner[N.col[j] + k] = j
    for c in range(N.profiles):
        for j in range(P):
            pick[j] = 0
        sure = 1.0
        for j in range(P):
            sure *= N.mean[j, act[j]]
        while True:
            w = 1.0
            lb = 0
            for j in range(P):
                w *= N.share[j, act[j], pick[j]]
                lb += N.vertex[j, act[j], pick[j]]
            if w > 0.0:
                for u in range(U):
                    j = owner[u]
                    p = w * sure
                    if j >= 0 and N.axis[j] >= 0:
                        k = L.col_type[u]
                        own = np.exp(x[N.start[j] + k * N.actions[j] + act[j]])
                        p = w * own
                        for i in range(P):
                            if i != j:
                                p *= N.mean[i, act[i]]
                    out[u] += p * table[c, lb, u]
            j = P - 1
            while j >= 0:
                pick[j] += 1
                if pick[j] < N.corners[j]:
                    break
                pick[j] = 0
                j -= 1
            if j < 0:
                break
        j = P - 1
        while j >= 0:
            act[j] += 1
            if act[j] < N.actions[j]:
                break
            act[j] = 0
            j -= 1

"""The principal branch of a node: from precision 0 to lambda by pseudo-arclength (Turocy 2005, 2010).

At scale tau in [0, 1] the node solves F(x, tau) = x - reply(x; tau * lambda) = 0.  At tau = 0 the solution is the
reference measure; the curve that starts there is followed, through folds, until it first reaches tau = 1.
Used where plain iteration does not settle, where several players move at once, and to certify a node.
"""

import numpy as np
from numba import njit

from peacetalks._kernels import (
    beliefs_at,
    continuation,
    fill_table,
    gap,
    is_hidden,
    make_node,
    posteriors,
    reply,
    settle,
    start_at_reference,
)


@njit(cache=True, error_model="numpy")
def defect(N, G, mu, table, lam, tau, x, out):
    """Write F(x, tau) to `out`."""
    posteriors(N, G, mu, x)
    continuation(N, table)
    reply(N, lam, tau)
    for i in range(len(x)):
        out[i] = x[i] - N.y[i]


@njit(cache=True, error_model="numpy")
def eliminate(A, b):
    """Solve A z = b in place by elimination with row pivots; return False when A is singular."""
    n = len(b)
    for i in range(n):
        p = i
        for r in range(i + 1, n):
            if abs(A[r, i]) > abs(A[p, i]):
                p = r
        if not abs(A[p, i]) > 1e-14:
            return False
        if p != i:
            for c in range(n):
                A[i, c], A[p, c] = A[p, c], A[i, c]
            b[i], b[p] = b[p], b[i]
        for r in range(i + 1, n):
            f = A[r, i] / A[i, i]
            if f != 0.0:
                for c in range(i, n):
                    A[r, c] -= f * A[i, c]
                b[r] -= f * b[i]
    for i in range(n - 1, -1, -1):
        for c in range(i + 1, n):
            b[i] -= A[i, c] * b[c]
        b[i] /= A[i, i]
    return True


@njit(cache=True, error_model="numpy")
def jacobian(N, G, mu, table, lam, tau, x, f, J, trial):
    """Fill J with dF/dx (columns 0..S-1) and dF/dtau (column S), by forward differences; f = F(x, tau)."""
    S = len(x)
    moved = np.empty(S)
    for i in range(S):
        h = 1e-7 * (1.0 + abs(x[i]))
        keep = x[i]
        x[i] = keep + h
        defect(N, G, mu, table, lam, tau, x, moved)
        x[i] = keep
        for r in range(S):
            J[r, i] = (moved[r] - f[r]) / h
    defect(N, G, mu, table, lam, tau + 1e-7, x, moved)
    for r in range(S):
        J[r, S] = (moved[r] - f[r]) / 1e-7


@njit(cache=True, error_model="numpy")
def border(J, row, A):
    """Write the rows of J and, below them, `row` to A."""
    S = J.shape[0]
    for c in range(S + 1):
        for r in range(S):
            A[r, c] = J[r, c]
        A[S, c] = row[c]


@njit(cache=True, error_model="numpy")
def dot(a, b):
    """Return the inner product."""
    out = 0.0
    for i in range(len(a)):
        out += a[i] * b[i]
    return out


@njit(cache=True, error_model="numpy")
def copy(a, out):
    """Copy the first entries of `a` that fit `out`."""
    for i in range(len(out)):
        out[i] = a[i]


@njit(cache=True, error_model="numpy")
def direction(J, old, out):
    """Write the unit tangent of the curve to `out`, oriented along `old`."""
    S = J.shape[0]
    A = np.empty((S + 1, S + 1))
    border(J, old, A)
    for i in range(S):
        out[i] = 0.0
    out[S] = 1.0
    if not eliminate(A, out):
        return False
    size = np.sqrt(dot(out, out))
    for i in range(S + 1):
        out[i] /= size
    return True


@njit(cache=True, error_model="numpy")
def correct(N, G, mu, table, lam, z, guess, tangent, tol, most):
    """Newton in the plane through `guess` normal to `tangent`; z = (x, tau) in place; return success."""
    S = len(z) - 1
    x = np.empty(S)
    f = np.empty(S)
    J = np.empty((S, S + 1))
    A = np.empty((S + 1, S + 1))
    b = np.empty(S + 1)
    scale = 1.0
    for i in range(S + 1):
        scale = max(scale, abs(guess[i]))
    for _ in range(most):
        copy(z, x)
        defect(N, G, mu, table, lam, z[S], x, f)
        side = dot(z, tangent) - dot(guess, tangent)
        if gap(x, N.y) <= tol and abs(side) < 1e-9 * scale:
            return True
        jacobian(N, G, mu, table, lam, z[S], x, f, J, b)
        border(J, tangent, A)
        for i in range(S):
            b[i] = f[i]
        b[S] = side
        if not eliminate(A, b):
            return False
        for i in range(S + 1):
            z[i] -= b[i]
            if not np.isfinite(z[i]):
                return False
    return False


@njit(cache=True, error_model="numpy")
def polish(N, G, mu, table, lam, x, tol, most):
    """Newton on x at the full precision; return the residual."""
    S = len(x)
    f = np.empty(S)
    J = np.empty((S, S + 1))
    A = np.empty((S, S))
    b = np.empty(S)
    res = np.inf
    for _ in range(most):
        defect(N, G, mu, table, lam, 1.0, x, f)
        res = gap(x, N.y)
        if res <= tol:
            return res
        jacobian(N, G, mu, table, lam, 1.0, x, f, J, b)
        for r in range(S):
            b[r] = f[r]
            for c in range(S):
                A[r, c] = J[r, c]
        if not eliminate(A, b):
            return res
        for i in range(S):
            x[i] -= b[i]
            if not np.isfinite(x[i]):
                return np.inf
    return res


@njit(cache=True, error_model="numpy")
def finish(N, G, mu, table, lam, x, tol):
    """Close in on the solution near x: Newton, then damped iteration; return the residual."""
    keep = np.empty(len(x))
    copy(x, keep)
    res = polish(N, G, mu, table, lam, x, tol, 20)
    if res > tol:
        copy(keep, x)
        res, _ = settle(N, G, mu, table, lam, 1.0, x, tol, 3000)
    return res


@njit(cache=True, error_model="numpy")
def ahead(z, step, tangent, guess):
    """Write z + step * tangent to `guess`."""
    for i in range(len(z)):
        guess[i] = z[i] + step * tangent[i]


@njit(cache=True, error_model="numpy")
def distance(x, guess):
    """Return the Euclidean distance of x to the first entries of `guess`."""
    out = 0.0
    for i in range(len(x)):
        out += (x[i] - guess[i]) ** 2
    return np.sqrt(out)


@njit(cache=True, error_model="numpy")
def trace(N, G, mu, table, lam, x, tol):
    """Follow the principal branch into x; return (residual, folds met)."""
    S = len(x)
    z = np.zeros(S + 1)
    guess = np.empty(S + 1)
    trial = np.empty(S + 1)
    f = np.empty(S)
    J = np.empty((S, S + 1))
    new = np.empty(S + 1)
    tangent = np.zeros(S + 1)
    tangent[S] = 1.0
    start_at_reference(N, x)
    for i in range(S):
        z[i] = x[i]
    defect(N, G, mu, table, lam, 0.0, x, f)
    jacobian(N, G, mu, table, lam, 0.0, x, f, J, new)
    if not direction(J, tangent, new):
        return np.inf, 0
    copy(new, tangent)
    step = 0.1
    folds = 0
    for _ in range(20000):
        ahead(z, step, tangent, guess)
        if guess[S] >= 1.0:  # aim at tau = 1 itself
            reach = step * (1.0 - z[S]) / (guess[S] - z[S])
            ahead(z, reach, tangent, guess)
            copy(guess, x)
            res = polish(N, G, mu, table, lam, x, tol, 20)
            if res <= tol and distance(x, guess) <= 2.0 * reach + 1e-6:
                return res, folds
            if step < 1e-7:
                break
            step *= 0.5
            continue
        copy(guess, trial)
        ok = correct(N, G, mu, table, lam, trial, guess, tangent, 1e-9, 8)
        if ok:
            copy(trial, x)
            defect(N, G, mu, table, lam, trial[S], x, f)
            jacobian(N, G, mu, table, lam, trial[S], x, f, J, new)
            ok = direction(J, tangent, new)
        if ok and dot(new, tangent) > 0.9:
            if new[S] * tangent[S] < 0.0:
                folds += 1
            copy(trial, z)
            copy(new, tangent)
            step *= 1.5
        else:
            step *= 0.5
            if step < 1e-9:
                break
    copy(z, x)
    res = finish(N, G, mu, table, lam, x, tol)
    return (res, -1) if res <= tol else (np.inf, folds)


@njit(cache=True, error_model="numpy")
def open_place(N, L, G, V, W, flat, mu, table):
    """Fill the beliefs and the continuation table of a node at flat belief `flat`."""
    beliefs_at(N, G, flat, mu)
    base = flat
    for j in range(len(N.player)):
        if N.axis[j] >= 0:
            base -= ((flat // G.stride[N.axis[j]]) % G.size[N.axis[j]]) * G.stride[N.axis[j]]
    fill_table(N, L, G, V, W, base, table)


@njit(cache=True, error_model="numpy")
def follow(n, flat, L, G, V, W, logs, log_ptr, lam, tol):
    """Follow the principal branch of node `n` at grid belief `flat` into `logs`; return (residual, folds)."""
    N = make_node(n, L, G)
    S = N.start[len(N.player)]
    mu = np.zeros((8, 4))
    table = np.empty((N.profiles, N.local_size, V.shape[2]))
    open_place(N, L, G, V, W, flat, mu, table)
    at = log_ptr[n] + flat * S
    return trace(N, G, mu, table, lam, logs[at : at + S], tol)


@njit(cache=True, error_model="numpy")
def other_solutions(n, flat, L, G, V, W, logs, log_ptr, lam, tol, found):
    """Look for further fixed points of one node at one belief; write them to `found`, return how many.

    Starts: every pure profile of the participants, the same for all types; and, for one informed mover, the
    two ways of parting the actions between the first type and the others.
    """
    mu = np.zeros((8, 4))
    N = make_node(n, L, G)
    P = len(N.player)
    S = N.start[P]
    beliefs_at(N, G, flat, mu)
    if not is_hidden(N, mu):
        return 0
    table = np.empty((N.profiles, N.local_size, V.shape[2]))
    open_place(N, L, G, V, W, flat, mu, table)
    here = logs[log_ptr[n] + flat * S : log_ptr[n] + flat * S + S]
    starts = min(N.profiles, 16) + 2
    x = np.empty(S)
    count = 0
    for s in range(starts):
        rest = s
        for j in range(P - 1, -1, -1):
            A = N.actions[j]
            chosen = rest % A
            rest //= A
            for k in range(N.kinds[j]):
                for a in range(A):
                    tilt = 0.0 if a == chosen else -12.0
                    if s >= starts - 2:
                        first = (2 * a < A) == (s == starts - 2)
                        tilt = 0.0 if first == (k == 0) else -6.0
                    if N.player[j] < 0:
                        tilt = 0.0
                    x[N.start[j] + k * A + a] = N.log_nu[j, a] + tilt
        res, _ = settle(N, G, mu, table, lam, 1.0, x, 1e-6, 60)
        if res > 1e-3:
            continue
        res = finish(N, G, mu, table, lam, x, tol)
        if not res <= tol or gap(x, here) < 1e-5:
            continue
        fresh = True
        for i in range(count):
            if gap(x, found[i]) < 1e-5:
                fresh = False
        if fresh and count < len(found):
            copy(x, found[count])
            count += 1
    return count


@njit(cache=True, error_model="numpy")
def count_solutions(places, L, G, V, W, logs, log_ptr, lam, tol):
    """Return how many further fixed points each place = (node, flat belief) has."""
    out = np.zeros(len(places), np.int64)
    for i in range(len(places)):
        n, flat = places[i, 0], places[i, 1]
        size = (log_ptr[n + 1] - log_ptr[n]) // G.total
        found = np.empty((8, size))
        out[i] = other_solutions(n, flat, L, G, V, W, logs, log_ptr, lam, tol, found)
    return out

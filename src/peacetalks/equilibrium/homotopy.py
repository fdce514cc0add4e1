"""The principal branch of a node by continuation in the precision: pseudo-arclength (Turocy 2005, 2010).

At scale tau in [0, 1] the node solves F(x, tau) = x - best_response(x; tau * lambda) = 0.  At tau = 0 the solution is
the reference measure; the curve that starts there is followed, through folds, until it first reaches tau = 1.  It is
used where the iteration does not converge and where several players move at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Residual = Callable[[np.ndarray, float], tuple[np.ndarray, float]]
STEPS = 20_000
NEAR = 0.25  # length of a correction, in steps, above which another branch was met
SHORT = 1e-5  # a step below which a change of direction is a kink of the interpolated values, and is accepted


def follow(residual_of: Residual, start: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """Follow the principal branch from `start` (the solution at tau = 0) to tau = 1; return (x, residual).

    `residual_of(x, tau)` returns F and the residual.  The residual returned is infinite where the branch is lost.

    >>> def toward_two(x, tau):
    ...     f = x - 2.0 * tau
    ...     return f, float(np.abs(f).max())
    >>> x, residual = follow(toward_two, np.zeros(1), 1e-10)
    >>> round(float(x[0]), 8), residual <= 1e-10
    (2.0, True)
    """
    z = np.append(start, 0.0)
    tangent = _direction(_jacobian(residual_of, z))
    if tangent is None:
        return start, np.inf
    step = 0.1
    for _ in range(STEPS):
        guess = z + step * tangent
        if guess[-1] >= 1.0:  # the step ends at tau = 1
            reach = step * (1.0 - z[-1]) / (guess[-1] - z[-1])
            aim = z + reach * tangent
            x, residual = _polish(residual_of, aim[:-1], tolerance)
            if (
                residual <= tolerance and np.linalg.norm(x - aim[:-1]) <= NEAR * abs(reach) + 1e-6
            ):  # else another branch was met
                end = _direction(_jacobian(residual_of, np.append(x, 1.0)))
                if step < SHORT or (end is not None and end @ tangent > 0.9):
                    return x, residual
            step *= 0.5
        else:
            trial = _correct(residual_of, guess, tangent)
            new = None if trial is None else _direction(_jacobian(residual_of, trial))
            if trial is not None and new is not None and (new @ tangent > 0.9 or step < SHORT):
                z, tangent = trial, new
                step = max(1.5 * step, 2 * SHORT)
            else:
                step *= 0.5
        if step < 1e-10:
            break
    return z[:-1], np.inf


def roots(residual_of: Residual, starts: np.ndarray, tolerance: float) -> list[np.ndarray]:
    """Return the distinct solutions at tau = 1 that Newton's method reaches from `starts` [start, unknown].

    Unlike the damped iteration it also reaches fixed points that repel the iteration.
    """
    found: list[np.ndarray] = []
    for start in starts:
        x, residual = _polish(residual_of, start.copy(), tolerance)
        if residual <= tolerance and all(np.abs(np.exp(x) - np.exp(y)).max() > 1e-5 for y in found):
            found.append(x)
    return found


def _jacobian(residual_of: Residual, z: np.ndarray) -> np.ndarray:
    """Return dF/d(x, tau) by forward differences, [equation, unknown]."""
    f, _ = residual_of(z[:-1], z[-1])
    out = np.empty((len(f), len(z)))
    for i in range(len(z)):
        h = 1e-7 * (1.0 + abs(z[i]))
        moved = z.copy()
        moved[i] += h
        with np.errstate(invalid="ignore"):  # a column that is not finite makes the caller turn back
            out[:, i] = (residual_of(moved[:-1], moved[-1])[0] - f) / h
    return out


def _direction(jacobian: np.ndarray) -> np.ndarray | None:
    """Return the unit tangent of the curve, oriented so that the bordered determinant stays positive.

    The sign rule carries the orientation through folds and through the kinks of interpolated values.
    """
    if not np.isfinite(jacobian).all():
        return None
    try:
        out = np.linalg.svd(jacobian)[2][-1]
    except np.linalg.LinAlgError:
        return None
    sign, _ = np.linalg.slogdet(np.vstack([jacobian, out]))
    return None if sign == 0 else sign * out


def _correct(residual_of: Residual, guess: np.ndarray, tangent: np.ndarray) -> np.ndarray | None:
    """Newton in the plane through `guess` normal to `tangent`."""
    z = guess.copy()
    for _ in range(8):
        f, residual = residual_of(z[:-1], z[-1])
        side = (z - guess) @ tangent
        if residual <= 1e-9 and abs(side) < 1e-9 * (1.0 + np.abs(guess).max()):
            return z
        move = _solve(np.vstack([_jacobian(residual_of, z), tangent]), np.append(f, side))
        if move is None:
            return None
        z = z - move
    return None


def _polish(residual_of: Residual, x: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """Newton on x at tau = 1."""
    residual = np.inf
    for _ in range(20):
        f, residual = residual_of(x, 1.0)
        if residual <= tolerance:
            break
        move = _solve(_jacobian(residual_of, np.append(x, 1.0))[:, :-1], f)
        if move is None:
            return x, np.inf
        x = x - move
    return x, residual


def _solve(matrix: np.ndarray, rhs: np.ndarray) -> np.ndarray | None:
    try:
        out = np.linalg.solve(matrix, rhs)
    except np.linalg.LinAlgError:
        return None
    return out if np.isfinite(out).all() else None

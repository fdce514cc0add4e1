"""The principal branch of a node by continuation in the precision: pseudo-arclength (Turocy 2005, 2010).

At scale tau in [0, 1] the node solves F(x, tau) = x - best_response(x; tau * lambda) = 0.  At tau = 0 the solution is
the reference measure; the curve that starts there is followed until it first reaches tau = 1.

Lengths are measured by v' M v with M = diag(1 / (1 + |x|)^2, 1).  The tangent keeps its direction from step to step:
the curve goes through folds, where tau turns, and straight through bifurcations, where other curves cross it.  The sign
of the bordered determinant det [F_x F_tau; t' M] shows these: it is constant along a curve but for bifurcations, so
where it changes between two points the step is halved, until the curve is seen to turn (no bifurcation: two curves pass
close by) or the step is below `CROSSING` (a bifurcation).  In a symmetric game the curve through a pitchfork is the
symmetric one, whatever the names and the order of players and moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Residual = Callable[[np.ndarray, float], tuple[np.ndarray, float]]
STEPS = 5_000
FIRST, LONGEST, LEAST = 0.1, 1.0, 1e-9  # length of the first step, of the longest and of the shortest
NEAR = 0.25  # length of a correction, in steps, above which another curve was met
STRAIGHT = 0.9  # cosine of the angle between tangents at the two ends of a step, at least
KINK = 1e-5  # a step below which a change of direction is a kink of the interpolated values, and is accepted
CROSSING = 1e-4  # a step below which a change of the determinant's sign is a bifurcation
CORRECTED = 1e-9  # residual of the points on the curve
DISTINCT = 1e-5  # difference of a probability from which two fixed points are different
CORRECTIONS = 20  # of Newton's method, at the most


class Point(NamedTuple):
    """A point of the curve."""

    z: np.ndarray  # (x, tau)
    tangent: np.ndarray  # of length 1
    metric: np.ndarray  # 1 / (1 + |x|), and 1
    sign: float  # of the bordered determinant


def follow(residual_of: Residual, start: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """Follow the principal branch from `start` (the solution at tau = 0) to tau = 1; return (x, residual).

    `residual_of(x, tau)` returns F and the residual.  The residual returned is infinite where the branch is lost.

    >>> def toward_two(x, tau):
    ...     f = x - 2.0 * tau
    ...     return f, float(np.abs(f).max())
    >>> x, residual = follow(toward_two, np.zeros(1), 1e-10)
    >>> round(float(x[0]), 8), residual <= 1e-10
    (2.0, True)

    Through a pitchfork (at tau = 1/2) it stays on the symmetric branch, and it turns at folds:

    >>> def pitchfork(x, tau):
    ...     f = x + np.tanh(x) * (0.0 if tau == 0 else -2 * tau)
    ...     return f, float(np.abs(f).max())
    >>> follow(pitchfork, np.zeros(1), 1e-10)
    (array([0.]), 0.0)
    """
    pin = np.append(np.zeros(len(start)), 1.0)
    here = _point(np.append(start, 0.0), _jacobian(residual_of, np.append(start, 0.0)), pin)
    step = FIRST
    for _ in range(STEPS):
        if here is None or step < LEAST:
            break
        last = here.z[-1] + step * here.tangent[-1] >= 1.0
        reach = (1.0 - here.z[-1]) / here.tangent[-1] if last else step
        new, residual = _step(residual_of, here, reach, pin if last else None, tolerance)
        if new is None:
            step = 0.5 * min(step, reach)
        elif last:
            return new.z[:-1], residual
        else:
            here, step = new, min(1.5 * step, LONGEST)
    return start, np.inf


def _step(
    residual_of: Residual, here: Point, reach: float, pin: np.ndarray | None, tolerance: float
) -> tuple[Point | None, float]:
    """Return the point of the curve `reach` ahead, or at tau = 1 (`pin`); None where the step is too long."""
    ahead = here.z + reach * here.tangent
    if pin is not None:
        ahead[-1] = 1.0
    row = here.tangent * here.metric**2 if pin is None else pin
    z, jacobian, residual = _correct(residual_of, ahead, row, CORRECTED if pin is None else tolerance)
    if jacobian is None or np.linalg.norm((z - ahead) * here.metric) > NEAR * reach + CORRECTED:
        return None, residual
    new = _point(z, jacobian, here.tangent)
    if new is None:
        return None, residual
    turned = float((new.tangent * here.metric) @ (here.tangent * here.metric))
    turned /= float(np.linalg.norm(new.tangent * here.metric))
    if turned < STRAIGHT and reach < KINK and new.sign != here.sign:  # a kink at which the curve turns back
        return Point(new.z, -new.tangent, new.metric, here.sign), residual
    if (turned < STRAIGHT and reach >= KINK) or (new.sign != here.sign and reach >= CROSSING):
        return None, residual
    return new, residual


def _point(z: np.ndarray, jacobian: np.ndarray, along: np.ndarray) -> Point | None:
    """Return the point z of the curve with its tangent, on the side of the direction `along`."""
    metric = np.append(1.0 / (1.0 + np.abs(z[:-1])), 1.0)
    bordered = np.vstack([jacobian, along * metric**2])
    out = _solve(bordered, np.append(np.zeros(len(z) - 1), 1.0))
    if out is None:
        return None
    return Point(z, out / np.linalg.norm(out * metric), metric, float(np.linalg.slogdet(bordered)[0]))


def _correct(
    residual_of: Residual, guess: np.ndarray, row: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray | None, float]:
    """Newton's method in the plane row . z = row . guess; return (z, Jacobian there or None, residual)."""
    z, goal, residual = guess, float(row @ guess), np.inf
    for _ in range(CORRECTIONS):
        f, residual = residual_of(z[:-1], z[-1])
        if not np.isfinite(residual):
            break
        jacobian = _jacobian(residual_of, z, f)
        if residual <= tolerance and abs(row @ z - goal) <= CORRECTED * (1.0 + abs(goal)):
            return z, jacobian, residual
        move = _solve(np.vstack([jacobian, row]), np.append(f, row @ z - goal))
        if move is None:
            break
        z = z - move
    return z, None, residual


def roots(residual_of: Residual, starts: np.ndarray, tolerance: float) -> list[np.ndarray]:
    """Return the distinct solutions at tau = 1 that Newton's method reaches from `starts` [start, unknown].

    Unlike the damped iteration it also reaches fixed points that repel the iteration.
    """
    found: list[np.ndarray] = []
    pin = np.append(np.zeros(starts.shape[1]), 1.0)
    for start in starts:
        z, jacobian, _ = _correct(residual_of, np.append(start, 1.0), pin, tolerance)
        x = z[:-1]
        if jacobian is not None and all(np.abs(np.exp(x) - np.exp(y)).max() > DISTINCT for y in found):
            found.append(x)
    return found


def _jacobian(residual_of: Residual, z: np.ndarray, f: np.ndarray | None = None) -> np.ndarray:
    """Return dF/d(x, tau) at z, where F is f, by forward differences: [equation, unknown]."""
    f = residual_of(z[:-1], z[-1])[0] if f is None else f
    out = np.empty((len(f), len(z)))
    for i in range(len(z)):
        h = 1e-7 * (1.0 + abs(z[i]))
        moved = z.copy()
        moved[i] += h
        with np.errstate(invalid="ignore"):  # a column that is not finite makes the caller turn back
            out[:, i] = (residual_of(moved[:-1], moved[-1])[0] - f) / h
    return out


def _solve(matrix: np.ndarray, rhs: np.ndarray) -> np.ndarray | None:
    """Return the solution of a linear system; None where there is none that is finite."""
    try:
        out = np.linalg.solve(matrix, rhs)
    except np.linalg.LinAlgError:
        return None
    return out if np.isfinite(out).all() else None

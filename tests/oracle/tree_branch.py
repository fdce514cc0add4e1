"""The principal branch of a whole tree by pseudo-arclength (Turocy 2005, 2010), all information sets at once.

The corrector is Newton's method with the Jacobian by differences; a step is taken again at half its length where the
correction goes far or the curve turns by more than some 18 degrees.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from peacetalks.errors import NotSolved

CORRECTOR = 1e-6
FIRST_STEP, MAX_STEP = 0.02, 0.3  # of arc length, in units of the rationality asked for and relative log-odds


class Tree(Protocol):
    """What the branch needs of a tree: y are the log-odds of all information sets; see `tree.py`."""

    def start(self) -> np.ndarray:
        """Return y at precision 0."""
        ...

    def speed(self) -> np.ndarray:
        """Return the precision of the mover of each unknown."""
        ...

    def evaluate(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (continuation differences, values) [row, ...] for rows of y."""
        ...


def follow_tree(tree: Tree, tolerance: float, most: int) -> tuple[np.ndarray, float, int]:
    """Follow the principal branch to tau = 1; return (unknowns, residual, steps)."""
    origin, lam = tree.start(), tree.speed()
    n = len(origin)
    if n == 0:
        return origin, 0.0, 0

    def system(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return F and its Jacobian [unknown, unknown + 1] at z = (y, tau)."""
        h = 1e-7 * (1 + np.abs(z[:n]))
        batch = np.concatenate([z[None, :n], z[None, :n] + np.diag(h)])
        dq, _ = tree.evaluate(batch)
        f = z[:n] - origin - z[n] * lam * dq[0]
        slope = (dq[1:] - dq[0]).T / h
        return f, np.column_stack([np.eye(n) - z[n] * lam[:, None] * slope, -lam * dq[0]])

    def newton(z: np.ndarray, row: np.ndarray, goal: float, tol: float) -> tuple[np.ndarray, np.ndarray, float]:
        jac, size = np.zeros((n, n + 1)), np.inf
        for _ in range(12):
            f, jac = system(z)
            size = float(np.max(np.abs(f) / (1 + np.abs(z[:n]))))
            if size <= tol and abs(row @ z - goal) <= 1e-9 * (1 + abs(goal)):
                break
            if not np.isfinite(size):
                return z, jac, np.inf
            z = z - np.linalg.solve(np.vstack([jac, row]), np.append(f, row @ z - goal))
        return z, jac, size

    def heading(z: np.ndarray, jac: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (unit tangent oriented along `along`, the metric at z in which it is a unit)."""
        metric = np.append(1 / (1 + np.abs(z[:n])), 1.0)
        out = np.linalg.solve(np.vstack([jac, along * metric**2]), pin)
        return out / np.linalg.norm(out * metric), metric

    pin = np.append(np.zeros(n), 1.0)
    z, step = np.append(origin, 0.0), FIRST_STEP
    tangent, metric = heading(z, system(z)[1], pin)
    for count in range(most):
        while True:
            reach, row = step, tangent * metric**2
            final = z[n] + step * tangent[n] >= 1.0
            if final:
                reach, row = (1.0 - z[n]) / tangent[n], pin
            ahead = z + reach * tangent
            new, jac, size = newton(ahead, row, float(row @ ahead), tolerance if final else CORRECTOR)
            if (
                size <= (tolerance if final else CORRECTOR)
                and np.linalg.norm((new - ahead) * metric) < 0.2 * reach + 1e-9
                and (final or new[n] < 1.0)  # the curve is not followed beyond tau = 1
            ):
                turned, metric_new = heading(new, jac, tangent)
                if float(turned * metric @ (tangent * metric)) > 0.95 * float(np.linalg.norm(turned * metric)):
                    break
            step = 0.5 * min(step, reach)
            if step < 1e-10:
                raise NotSolved(f"the principal branch of the tree was lost at {z[n]:.6g} of the rationality asked for")
        if final:
            return new[:n], size, count + 1
        z, tangent, metric, step = new, turned, metric_new, min(step * 1.5, MAX_STEP)
    raise NotSolved(
        f"the principal branch of the tree needs more than {most} steps; stopped at {z[n]:.6g} of the rationality"
    )

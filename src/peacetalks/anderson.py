"""Anderson mixing for fixed points (Anderson 1965; Walker & Ni 2011, SIAM J. Numer. Anal. 49)."""

from __future__ import annotations

import numpy as np


class Anderson:
    """Mixes the last iterates of W -> T(W) to speed the fixed point up; falls back to T(W) where that fails.

    >>> m, x = Anderson(depth=3), np.array([0.0])
    >>> for _ in range(6):
    ...     x = m.step(x, 0.5 * x + 1.0)
    >>> abs(float(x[0]) - 2.0) < 1e-9
    True
    """

    def __init__(self, depth: int = 6, start: int = 2) -> None:
        self.depth, self.start, self.count = depth, start, 0
        self.points: list[np.ndarray] = []
        self.gaps: list[np.ndarray] = []
        self.best = np.inf

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        gap = (tx - x).ravel()
        size = float(np.abs(gap).max())
        self.count += 1
        if size > 4 * self.best:
            self.points.clear()
            self.gaps.clear()
        self.best = min(self.best, size)
        self.points.append(tx.ravel().copy())
        self.gaps.append(gap)
        del self.points[: -self.depth - 1], self.gaps[: -self.depth - 1]
        if len(self.gaps) < 2 or self.count <= self.start:
            return tx.copy()
        dg = np.stack([g - gap for g in self.gaps[:-1]], axis=1)
        gram = dg.T @ dg
        gram[np.diag_indices_from(gram)] += 1e-12 * np.trace(gram)
        try:
            weights = np.linalg.solve(gram, -dg.T @ gap)
        except np.linalg.LinAlgError:
            return tx.copy()
        out = self.points[-1] + sum(w * (p - self.points[-1]) for w, p in zip(weights, self.points[:-1], strict=True))
        return np.asarray(out).reshape(x.shape)


class Relaxed:
    """Anderson mixing behind a relaxation of each component by itself.

    Where play today answers play tomorrow too sharply, single components of W -> T(W) swing from sweep to sweep; each
    keeps its own damping, cut when its gap changes sign and raised again while it does not.  Once the swings have
    died down the mixing takes over.
    """

    def __init__(self, shape: tuple[int, ...], depth: int = 6) -> None:
        self.damping = np.ones(shape)
        self.last = np.zeros(shape)
        self.depth, self.mixer, self.calm = depth, Anderson(depth), 0
        self.sizes: list[float] = []

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        gap = tx - x
        size = float(np.abs(gap).max())
        self.sizes.append(size)
        swings = (gap * self.last < 0) & (np.abs(gap) > 0.02 * size)
        self.damping[swings] *= 0.6
        self.damping[~swings] = np.minimum(1.0, 1.05 * self.damping[~swings])
        np.maximum(self.damping, 0.05, out=self.damping)
        self.last = gap
        relaxed = x + self.damping * gap
        stuck = len(self.sizes) > 12 and size > 0.98 * self.sizes[-8]
        if stuck and self.calm >= 0:
            self.mixer, self.calm = Anderson(self.depth), -15
        self.calm += 1
        return self.mixer.step(x, relaxed) if self.calm > 3 else relaxed

"""Anderson mixing for fixed points (Anderson 1965; Walker & Ni 2011, SIAM J. Numer. Anal. 49)."""

from __future__ import annotations

import numpy as np

LONGEST = (
    2.0  # relaxed step, in gaps: longer ones overshoot (at 8 a scenario was thrown off, at 1 one took 1,800 sweeps)
)


def _dot(x: np.ndarray, y: np.ndarray) -> float:
    """Return x . y in one thread (BLAS threads keep the processor busy while the kernels run)."""
    return float(np.einsum("i,i->", x, y))


class Anderson:
    """Mixes the last iterates of W -> T(W) to accelerate the iteration; falls back to T(W) where that fails.

    >>> m, x = Anderson(depth=3), np.array([0.0])
    >>> for _ in range(6):
    ...     x = m.step(x, 0.5 * x + 1.0)
    >>> abs(float(x[0]) - 2.0) < 1e-9
    True
    """

    def __init__(self, depth: int = 6) -> None:
        self.depth, self.best, self.count = depth, np.inf, 0
        self.residuals: list[np.ndarray] = []  # differences between successive residuals T(x) - x
        self.points: list[np.ndarray] = []  # differences between successive T(x)
        self.gram = np.zeros((0, 0))
        self.before: tuple[np.ndarray, np.ndarray] | None = None

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        residual, point = (tx - x).ravel(), tx.ravel().copy()
        size = float(np.abs(residual).max())
        self.count += 1
        if size > 4 * self.best:
            self.residuals, self.points, self.gram, self.before = [], [], np.zeros((0, 0)), None
        self.best = min(self.best, size)
        if self.before is not None:
            self._remember(residual - self.before[0], point - self.before[1])
        self.before = residual, point
        if not self.residuals or self.count <= 2:
            return tx.copy()
        ridge = 1e-12 * np.trace(self.gram) * np.eye(len(self.gram))
        try:
            weights = np.linalg.solve(self.gram + ridge, [_dot(g, residual) for g in self.residuals])
        except np.linalg.LinAlgError:
            return tx.copy()
        out = point.copy()
        for w, p in zip(weights, self.points, strict=True):
            out -= w * p
        return out.reshape(x.shape)

    def _remember(self, residual: np.ndarray, point: np.ndarray) -> None:
        """Add a pair of differences; forget the oldest beyond `depth`."""
        keep = slice(1 if len(self.residuals) == self.depth else 0, None)
        self.residuals, self.points = [*self.residuals[keep], residual], [*self.points[keep], point]
        gram = np.zeros((len(self.residuals), len(self.residuals)))
        gram[:-1, :-1] = self.gram[keep, keep]
        gram[-1] = gram[:, -1] = [_dot(g, residual) for g in self.residuals]
        self.gram = gram


class Relaxed:
    """Relaxed steps x + damping * residual, in which each component has its own damping.

    It is cut when the component's residual changes sign and raised again while it does not; it rises beyond 1 where the
    component moves slowly in one direction, as it does where a fixed point has just ceased to exist.

    >>> r, x = Relaxed((1,)), np.array([0.0])
    >>> for _ in range(60):
    ...     x = r.step(x, 1.0 - 3.0 * x)  # x + residual would diverge
    >>> abs(float(x[0]) - 1 / 3) < 1e-6
    True
    """

    def __init__(
        self, shape: tuple[int, ...], first: float = 1.0, least: float = 0.05, longest: float = LONGEST
    ) -> None:
        self.damping, self.last = np.full(shape, first), np.zeros(shape)
        self.least, self.longest = least, longest

    def step(self, x: np.ndarray, residual: np.ndarray) -> np.ndarray:
        """Return the next point, given x and its residual."""
        size = float(np.abs(residual).max(initial=0.0))
        swings = (residual * self.last < 0) & (np.abs(residual) > 0.02 * size)
        self.damping[swings] *= 0.6
        self.damping[~swings] = np.minimum(self.longest, 1.05 * self.damping[~swings])
        np.maximum(self.damping, self.least, out=self.damping)
        self.last = residual
        return x + self.damping * residual


class Mixer:
    """Anderson mixing while it makes progress; where it stalls, spells of relaxed steps, each twice the one before.

    Where this period's play responds too sharply to the next period's, single components of W -> T(W) oscillate from
    sweep to sweep.
    """

    def __init__(self, shape: tuple[int, ...], depth: int = 8, patience: int = 30, spell: int = 60) -> None:
        self.relaxed = Relaxed(shape)
        self.depth, self.patience, self.spell, self.mixer = depth, patience, spell, Anderson(depth)
        self.sizes: list[float] = []  # of the residuals since mixing began
        self.left = 0  # relaxed steps still to take
        self.spells = 0  # of relaxed steps, so far

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        residual = tx - x
        if self.left:
            self.left -= 1
            return self.relaxed.step(x, residual)
        self.sizes.append(float(np.abs(residual).max()))
        if len(self.sizes) > self.patience and self.sizes[-1] > 0.5 * self.sizes[-self.patience - 1]:
            self.left, self.spell, self.spells = self.spell, 2 * self.spell, self.spells + 1
            self.sizes, self.mixer = [], Anderson(self.depth)
            self.relaxed.last[:] = 0.0
            return self.relaxed.step(x, residual)
        return self.mixer.step(x, tx)

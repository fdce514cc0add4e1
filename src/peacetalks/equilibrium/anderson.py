"""Anderson mixing for fixed points (Anderson 1965; Walker & Ni 2011, SIAM J. Numer. Anal. 49)."""

from __future__ import annotations

import numpy as np

LONGEST = 2.0  # relaxed step, in residuals: longer ones overshoot (at 8 a scenario failed, at 1 one took 1,800 sweeps)
DEPTH = 10  # residuals that are mixed: with 5 of preconditioned ones a scenario took 52 sweeps for 34, others as many
PATIENCE = 25  # mixed steps in which the residual must halve
STEADY = 15  # relaxed steps that do not oscillate, after which they are mixed; half as many more after each failure
AT_MOST = 4  # times as many after which they are mixed whether they oscillate or not
GROWN = 2.0  # residual, per residual at which mixing of relaxed steps began, at which it counts as failed


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
    """Anderson mixing while it makes progress; where it stalls, relaxed steps, which are mixed once they converge.

    Where this period's play responds too sharply to the next period's, single components of W -> T(W) oscillate from
    sweep to sweep.  Relaxed steps find the damping that each component needs; with it the iteration converges, slowly
    and smoothly, and Anderson mixing of the damped residuals makes it fast.  Where these grow again, it goes back to
    the best point and to relaxed steps.

    Attributes
    ----------
    stalled : bool
        Whether mixing has stalled, or never began.
    stuck : int
        Steps since then in which the residual has not halved.
    """

    def __init__(self, shape: tuple[int, ...], stalled: bool = False, depth: int = DEPTH) -> None:
        self.relaxed, self.stalled, self.depth = Relaxed(shape), stalled, depth
        self.mixer = None if stalled else Anderson(depth)
        self.damping: float | np.ndarray = 1.0
        self.sizes: list[float] = []  # of the residuals since mixing or relaxed steps began
        self.best = np.inf, np.zeros(0)  # residual and point, since damped residuals are mixed
        self.least, self.stuck, self.wait = np.inf, 0, STEADY

    def step(self, x: np.ndarray, tx: np.ndarray) -> np.ndarray:
        """Return the next point, given x and T(x)."""
        residual = tx - x
        self._note(float(np.abs(residual).max()))
        if self.mixer is None and self._steady():
            self.mixer, self.damping = Anderson(self.depth), self.relaxed.damping.copy()
            self.best, self.sizes = (self.sizes[-1], x), self.sizes[-1:]
        elif self.mixer is not None and self._fails():
            self.mixer, self.sizes = None, []
            self.relaxed.last[:] = 0.0
            if self.stalled:
                self.wait = self.wait * 3 // 2
                return self.best[1]
            self.stalled = True
        if self.mixer is None:
            return self.relaxed.step(x, residual)
        if self.sizes[-1] < self.best[0]:
            self.best = self.sizes[-1], x
        return self.mixer.step(x, x + self.damping * residual)

    def again(self) -> None:
        """Begin to count anew how long it has been stuck."""
        self.least, self.stuck = np.inf, 0

    def _note(self, size: float) -> None:
        """Note the size of a residual."""
        self.sizes.append(size)
        if self.stalled:
            halved = size < 0.5 * self.least
            self.least, self.stuck = (size, 0) if halved else (self.least, self.stuck + 1)

    def _steady(self) -> bool:
        """Whether relaxed steps converge without oscillating, or have gone on for long."""
        last = np.array(self.sizes[-self.wait :])
        if len(self.sizes) > AT_MOST * self.wait:
            return True
        return len(last) == self.wait and last[-1] < 0.9 * last[0] and bool((last[1:] <= 1.1 * last[:-1]).all())

    def _fails(self) -> bool:
        """Whether mixing makes no progress, or leads away from where relaxed steps had converged to."""
        s = self.sizes
        if self.stalled and s[-1] > GROWN * s[0]:
            return True
        return len(s) > PATIENCE and min(s[-PATIENCE:]) > 0.5 * min(s[:-PATIENCE])

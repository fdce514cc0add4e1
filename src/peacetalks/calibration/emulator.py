r"""The emulator: from the inputs of the design to the probabilities of the three ends, at once.

What is emulated are the four log ratios :math:`\log(p_{peace}/p_{nowhere})` and
:math:`\log(p_{more}/p_{nowhere})` after 12 and after 24 months, one emulator for each kind of conflict with talks open
or closed.  Each is a Gaussian process around a quadratic: with B the quadratic terms of the standardised inputs,

.. math:: y = B\beta + f + \epsilon, \qquad \beta \sim N(0, \tau^2 I),\; f \sim GP(0, k),\; \epsilon \sim N(0, s^2),

k a squared exponential with a length of its own for each input.  Lengths and nugget :math:`s^2` are those of greatest
marginal likelihood on the residuals of the quadratic (scikit-learn), the same for the four log ratios.  The error is
that of leaving a point out, in closed form: :math:`[K^{-1}y]_i/[K^{-1}]_{ii}`.

References
----------
Rasmussen, C. E. & Williams, C. K. I. (2006). Gaussian Processes for Machine Learning. MIT Press.
Sacks, J., Welch, W. J., Mitchell, T. J. & Wynn, H. P. (1989). Design and analysis of computer experiments. Statistical
Science 4(4), 409-423.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from peacetalks.calibration.design import GROUPS, INPUTS, group, ranges, usual_hazard
from peacetalks.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.calibration.design import Point, Solved
    from peacetalks.evidence.arrays import Floats

TREND = 30.0  # tau, in standard deviations of a log ratio: hardly any prior on the quadratic
LENGTHS = (0.3, 30.0)  # bounds of the lengths, in standard deviations of an input
FEWEST = 12  # solved points of a group


@dataclass(frozen=True)
class Emulator:
    """The emulator of one group: kind of conflict, talks open or closed."""

    centre: Floats  # [input]
    width: Floats  # [input]
    lengths: Floats  # [input], of standardised inputs
    level: Floats  # [ratio]: mean of the log ratios
    scale: Floats  # [ratio]: their standard deviations
    points: Floats  # [point, input], standardised and divided by the lengths
    weights: Floats  # [point, ratio]: K^-1 y
    trend: Floats  # [term, ratio]: posterior mean of beta
    variance: float  # of f, in the unit of `scale`
    error: Floats  # [ratio]: root mean square error of a point left out, of log ratios
    left_out: Floats  # [point, ratio]: the log ratios of each point from all others

    def ratios(self, x: Floats) -> Floats:
        """Return the log ratios [row, ratio] at inputs [row, input]."""
        z = (x - self.centre) / self.width
        a = z / self.lengths
        square = (a**2).sum(axis=1)[:, None] + (self.points**2).sum(axis=1)[None] - 2 * a @ self.points.T
        kernel = self.variance * np.exp(-0.5 * np.maximum(square, 0.0))
        return self.level + self.scale * (terms(z) @ self.trend + kernel @ self.weights)

    def ends(self, x: Floats) -> Floats:
        """Return the probabilities [row, month, end] at inputs [row, input]."""
        return probabilities(self.ratios(x))


def terms(z: Floats) -> Floats:
    """Return the terms of the quadratic [row, term] of standardised inputs: 1, each, and each product.

    >>> terms(np.array([[2.0, 3.0]])).tolist()
    [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    """
    i, j = np.triu_indices(z.shape[1])
    return np.column_stack([np.ones(len(z)), z, z[:, i] * z[:, j]])


def log_ratios(ends: Floats) -> Floats:
    """Return the four log ratios [point, ratio] of ends [point, month, end]: the inverse of `probabilities`."""
    logs = np.log(ends)
    return (logs[:, :, [0, 2]] - logs[:, :, [1]]).reshape(len(ends), -1)


def probabilities(ratios: Floats) -> Floats:
    """Return the ends [..., month, end] of log ratios [..., ratio].

    >>> probabilities(np.zeros((1, 4)))[0, 0].round(3).tolist()
    [0.333, 0.333, 0.333]
    """
    two = ratios.reshape(*ratios.shape[:-1], -1, 2)
    logs = np.stack([two[..., 0], np.zeros(two.shape[:-1]), two[..., 1]], axis=-1)
    shares = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def fit(solved: Solved) -> Emulator:
    """Return the emulator of the solved points of one group.

    Raises
    ------
    EvidenceError
        Fewer than `FEWEST` points were solved.
    """
    x = solved.inputs
    if len(x) < FEWEST:
        raise EvidenceError(f"{len(x)} solved points: an emulator needs {FEWEST} or more of each group.")
    y = log_ratios(solved.ends)
    centre, width = x.mean(axis=0), x.std(axis=0) + 1e-9
    level, scale = y.mean(axis=0), y.std(axis=0) + 1e-9
    z, t = (x - centre) / width, (y - level) / scale
    b = terms(z)
    rest = t - b @ np.linalg.solve(b.T @ b + 0.1 * np.eye(b.shape[1]), b.T @ t)
    lengths, variance, nugget = _hyperparameters(z, rest)
    points = z / lengths
    square = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    k = variance * np.exp(-0.5 * square) + nugget * np.eye(len(x)) + TREND**2 * b @ b.T
    factor = cho_factor(k, lower=True)
    weights = cho_solve(factor, t)
    away = weights / np.diag(cho_solve(factor, np.eye(len(x))))[:, None]
    return Emulator(
        centre=centre,
        width=width,
        lengths=lengths,
        level=level,
        scale=scale,
        points=points,
        weights=weights,
        trend=TREND**2 * b.T @ weights,
        variance=variance,
        error=scale * np.sqrt((away**2).mean(axis=0)),
        left_out=level + scale * (t - away),
    )


def _hyperparameters(z: Floats, rest: Floats) -> tuple[Floats, float, float]:
    """Return lengths, variance and nugget of greatest marginal likelihood on the residuals of the quadratic."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    size = float(rest.std()) + 1e-9
    lengths: Any = np.full(z.shape[1], 3.0)
    closely: Any = _minimise
    kernel = ConstantKernel(1.0, (1e-3, 1e2)) * RBF(lengths, LENGTHS) + WhiteKernel(0.1, (1e-4, 1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the input hardly matters
        found: Any = GaussianProcessRegressor(kernel, optimizer=closely).fit(z, rest / size).kernel_
    theta = np.array([float(f"{v:.2g}") for v in np.exp(found.theta)])  # further digits may depend on the machine
    return theta[1:-1], float(theta[0]) * size**2, float(theta[-1]) * size**2


def _minimise(objective: Any, start: Floats, bounds: Any) -> tuple[Floats, float]:
    """Return the minimum of an objective with gradient, and its value, closely: what is rounded must not vary."""
    options = {"ftol": 1e-13, "gtol": 1e-6, "maxiter": 300}
    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options=options)
    return found.x, float(found.fun)


def fit_all(points: Sequence[Point], done: Mapping[int, Floats]) -> dict[tuple[str, bool], Emulator]:
    """Return the emulators by group of the design."""
    return {key: fit(group(points, done, *key)) for key in GROUPS}


def within(kind: str, x: Floats) -> Floats:
    """Return inputs [row, input] moved to the nearest of the range in which the design of a kind lies."""
    low, high = ranges(kind)
    hazard = INPUTS.index("log_hazard")
    out = x.copy()
    out[:, hazard] = 0.0
    out = np.clip(out, low, high)
    usual = usual_hazard(kind, out[:, INPUTS.index("log_age")])
    out[:, hazard] = np.clip(x[:, hazard], usual + low[hazard], usual + high[hazard])
    return out

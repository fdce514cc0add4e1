r"""Standard errors and intervals of what follows from an estimate: the delta method, or draws from its distribution.

For a quantity q = g(theta), with the estimate's covariance V:

* **delta**: the standard error is \sqrt{J V J'}, J = dg / d theta by central differences with steps of a small part of
  each standard error.  For a probability the interval is that of its log-odds, carried back, so that it stays within
  0 and 1; for a difference it is symmetric.
* **simulation**: theta is drawn from the normal distribution with mean theta and covariance V, as in King, Tomz and
  Wittenberg (2000); the interval runs between quantiles of g over the draws.  An estimate with bootstrap replicates can
  use these instead: **bootstrap**.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit, ndtri

from peacetalks.errors import EstimationError, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array, Estimate

METHODS = ("delta", "simulation", "bootstrap", "none")
STEP = 1e-4  # of central differences, in standard errors
DRAWS = 1000
MOST_VALUES = 20_000_000  # that are held at a time: draws times values


@dataclass(frozen=True)
class Method:
    """How intervals are made.

    Attributes
    ----------
    kind : str
        `delta`, `simulation`, `bootstrap` (with the replicates of an estimate whose errors are bootstrapped) or `none`.
    level : float
        The probability that an interval covers, between 0 and 1.
    draws, seed : int
        Of the simulation.

    Raises
    ------
    EstimationError
        Another kind, a level outside (0, 1), fewer than 100 draws or a negative seed.

    Examples
    --------
    >>> Method("dleta")
    Traceback (most recent call last):
    peacetalks.errors.EstimationError: intervals='dleta': no such method. Did you mean 'delta'?
    """

    kind: str = "delta"
    level: float = 0.95
    draws: int = DRAWS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in METHODS:
            raise EstimationError(f"intervals={self.kind!r}: no such method. {suggestion(self.kind, METHODS)}")
        if not 0 < self.level < 1:
            raise EstimationError(f"level={self.level!r}: the level of an interval lies between 0 and 1, such as 0.95")
        if self.kind == "simulation" and self.draws < 100:
            raise EstimationError(f"draws={self.draws!r}: quantiles of a simulation need at least 100 draws")
        if self.seed < 0:
            raise EstimationError(f"seed={self.seed!r}: the seed must be 0 or more")

    @cached_property
    def z(self) -> float:
        """The normal quantile of a two-sided interval of the level."""
        return float(ndtri(0.5 + self.level / 2))

    def words(self) -> str:
        """Return how the intervals are made, in words."""
        share = f"{100 * self.level:g}% intervals"
        return {
            "delta": f"{share} by the delta method",
            "simulation": f"{share} from {self.draws:,} draws of the estimate's normal distribution (seed {self.seed})",
            "bootstrap": f"{share} from the bootstrap replicates",
            "none": "no intervals",
        }[self.kind]

    def to_dict(self) -> dict[str, Any]:
        """Return the method as plain values."""
        drawn = self.kind == "simulation"
        return {
            "method": self.kind,
            "level": self.level,
            "draws": self.draws if drawn else None,
            "seed": self.seed if drawn else None,
        }


@dataclass(frozen=True)
class Quantity:
    """Values that follow from an estimate; the arrays have the shape of what was computed, NaN where not known."""

    value: Array
    error: Array  # standard error
    low: Array
    high: Array


def quantity(estimate: Estimate, g: Callable[[Array], Array], method: Method, bounded: bool = True) -> Quantity:
    """Return g at an estimate with its standard error and interval.

    Parameters
    ----------
    estimate : Estimate
    g : function
        From all parameters, [parameter], to an array of any shape.
    method : Method
    bounded : bool
        Whether the values of g are probabilities.

    Returns
    -------
    Quantity

    Raises
    ------
    EstimationError
        `bootstrap` for an estimate without replicates; an estimate without standard errors.
    """
    value = np.asarray(g(estimate.values), dtype=float)
    if method.kind == "none":
        unknown = np.full_like(value, np.nan)
        return Quantity(value, unknown, unknown, unknown)
    if method.kind != "bootstrap" and not np.isfinite(estimate.covariance).all():
        raise EstimationError('the estimate has no standard errors, so that nothing has an interval; intervals="none"')
    if method.kind == "delta":
        return _by_delta(estimate, g, value, method, bounded)
    return _by_draws(np.array([g(theta) for theta in drawn(estimate, method)]), value, method)


def drawn(estimate: Estimate, method: Method) -> Array:
    """Return the parameters that a simulation or a bootstrap goes through, [draw, parameter]."""
    if method.kind == "bootstrap":
        if estimate.replicates is None:
            raise EstimationError(
                'intervals="bootstrap": the estimate has no bootstrap replicates; estimate with errors="bootstrap", '
                'or ask for "delta" or "simulation"'
            )
        return estimate.replicates
    rng = np.random.default_rng(method.seed)
    free = np.flatnonzero(~estimate.fixed)
    theta = np.tile(estimate.values, (method.draws, 1))
    covariance = estimate.covariance[np.ix_(free, free)]
    theta[:, free] = rng.multivariate_normal(estimate.values[free], covariance, method.draws, method="eigh")
    return theta


def jacobian(estimate: Estimate, g: Callable[[Array], Array]) -> Array:
    """Return the derivatives of g by the free parameters at an estimate, [free parameter, ...]."""
    found = []
    for j in np.flatnonzero(~estimate.fixed):
        h = np.zeros_like(estimate.values)
        h[j] = STEP * np.sqrt(estimate.covariance[j, j])
        found.append((g(estimate.values + h) - g(estimate.values - h)) / (2 * h[j]))
    return np.array(found)


def _by_delta(estimate: Estimate, g: Callable[[Array], Array], value: Array, method: Method, bounded: bool) -> Quantity:
    free = np.flatnonzero(~estimate.fixed)
    if not len(free):
        return Quantity(value, np.zeros_like(value), value, value)
    d = jacobian(estimate, g)
    covariance = estimate.covariance[np.ix_(free, free)]
    error = np.sqrt(np.clip(np.einsum("i...,i...->...", d, np.tensordot(covariance, d, 1)), 0.0, None))
    half = method.z * error
    if not bounded:
        return Quantity(value, error, value - half, value + half)
    return Quantity(value, error, *_of_log_odds(value, half))


def _of_log_odds(p: Array, half: Array) -> tuple[Array, Array]:
    """Return the ends of intervals that are symmetric in the log-odds; at 0 and 1 they are points."""
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    centre, width = logit(safe), half / (safe * (1 - safe))
    return np.where(inside, expit(centre - width), p), np.where(inside, expit(centre + width), p)


def _by_draws(draws: Array, value: Array, method: Method) -> Quantity:
    """Return what draws say, [draw, ...]: their standard deviation and quantiles."""
    tail = (1 - method.level) / 2
    low, high = np.quantile(draws, (tail, 1 - tail), axis=0)
    return Quantity(value, draws.std(axis=0, ddof=1), low, high)

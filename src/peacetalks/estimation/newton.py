"""Newton's method for models that have a curvature of their own: exact second derivatives, or expected information.

`maximum.py` serves every model with scores; this is for likelihoods that are maximised many times over from near by
(rounds of the nested pseudo-likelihood), or whose evaluation is dear while the information comes with it (games that
are solved for every row).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from peacetalks.errors import NotConverged

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

STEPS = 200
CLOSE = 1e-14  # what a step must still promise of log-likelihood, as a share of it, to be worth taking
ROUNDING = 1e-9  # the same, where a step no longer raises the log-likelihood because of rounding
SINGULAR = 1e-12  # least eigenvalue of the scaled curvature
HALVINGS = 40


class Curved(Protocol):
    """What Newton's method needs of a model."""

    @property
    def name(self) -> str:
        """The name of the game."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters."""
        ...

    def log_likelihood(self, theta: Array) -> Array:
        """Return the log-likelihood, [row]."""
        ...

    def scores(self, theta: Array) -> Array:
        """Return its derivatives, [row, parameter]."""
        ...

    def curvature(self, theta: Array) -> Array:
        """Return the negative second derivatives of its sum, or their expectation, [parameter, parameter]."""
        ...


@dataclass(frozen=True)
class Optimum:
    """Where Newton's method ended."""

    theta: Array
    log_likelihood: float
    steps: int


def newton(model: Curved, theta: Array, free: Array) -> Optimum:
    """Maximise the log-likelihood over the free parameters by Newton's method with second derivatives in closed form.

    Where those are not positive definite (`SigInt.curvature`), the outer product of the scores takes their place; steps
    are halved until the log-likelihood rises.  A round of the nested pseudo-likelihood needs few steps from the last.

    Parameters
    ----------
    model : Curved
    theta : array, [parameter]
    free : array of bool, [parameter]

    Raises
    ------
    NotConverged
        No convergence, or no maximum in some direction at the end: which parameters are not identified.
    """
    value = float(model.log_likelihood(theta).sum())
    if not np.isfinite(value):
        raise NotConverged(f"{model.name}: an observed outcome has probability 0 at the start; give other start values")
    for step in range(STEPS):
        curvature = model.curvature(theta)[np.ix_(free, free)]
        direction, promised = _direction(model.scores(theta)[:, free], curvature)
        done = promised < CLOSE * (1 + abs(value))
        reached = None if done else _step(model, theta, value, direction, free)
        if reached is None:
            _require_definite(model, curvature, free)
            if not done and promised > ROUNDING * (1 + abs(value)):
                break
            last = theta.copy()
            last[free] += direction if done else 0.0  # too short to show in the log-likelihood, not in the parameters
            return Optimum(last, float(model.log_likelihood(last).sum()), step)
        theta, value = reached
    raise NotConverged(
        f"{model.name}: Newton's method ended without a maximum at a log-likelihood of {value:.6f}; give other start "
        "values, or leave out a covariate that hardly varies"
    )


def _direction(scores: Array, curvature: Array) -> tuple[Array, float]:
    """Return the step, and the rise of the log-likelihood that it promises."""
    gradient = scores.sum(axis=0)
    try:
        factor = np.linalg.cholesky(curvature)
        half = np.linalg.solve(factor, gradient)
        return np.linalg.solve(factor.T, half), 0.5 * float(half @ half)
    except np.linalg.LinAlgError:
        outer = scores.T @ scores
        direction = np.linalg.solve(outer + 1e-8 * np.trace(outer) * np.eye(len(outer)), gradient)
        return direction, np.inf


def _step(model: Curved, theta: Array, value: float, direction: Array, free: Array) -> tuple[Array, float] | None:
    """Return the parameters and the log-likelihood after a step, halved until that rises; None where it never does."""
    length = 1.0
    for _ in range(HALVINGS):
        trial = theta.copy()
        trial[free] += length * direction
        reached = float(model.log_likelihood(trial).sum())
        if reached > value:
            return trial, reached
        length /= 2
    return None


def _require_definite(model: Curved, curvature: Array, free: Array) -> None:
    """Raise `NotConverged` where the log-likelihood has no maximum in some direction: name the parameters in it."""
    scale = 1 / np.sqrt(np.maximum(np.diag(curvature), 1e-300))
    values, vectors = np.linalg.eigh(curvature * np.outer(scale, scale))
    if values[0] > SINGULAR:
        return
    names = np.array(model.parameters)[free]
    largest = names[np.argsort(-np.abs(vectors[:, 0]))[:3]]
    raise NotConverged(
        f"{model.name}: the log-likelihood is flat or rising in a direction at the end, so that these parameters are "
        f"not identified together: {', '.join(largest)}; leave one of them out or hold it fixed"
    )

"""The way up a likelihood: scoring steps to the neighbourhood of a maximum, Newton's steps to the end.

Scoring: with g the gradient and I the information, expected where the model has it, else the sum of outer products of
the scores (Berndt, Hall, Hall and Hausman 1974), the step is (I + m D)^-1 g with D the diagonal of I.  m falls tenfold
after a step that raised the likelihood and rises tenfold after one that did not (Marquardt 1963), so that every step
goes up whatever the units of the covariates.  Once a step has promised more than a quarter of what the one before did,
the negative Hessian takes the place of I where it is positive definite.

Newton: the step is -H^-1 g, with the Hessian of the model or differences of its exact scores.  A point counts as a
maximum where H is negative definite and the step is nought within 1e-7 of each value (or of what one play says of it,
whichever is larger).  A likelihood that rises without end, because a covariate separates the outcomes, meets neither:
Newton's steps there keep their length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from peacetalks.errors import NotConverged
from peacetalks.estimation.separation import explain

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array, Model

NEAR = 1e-5  # g' I^-1 g, twice what the likelihood may still gain, at which Newton's steps take over
STEP = 1e-7  # of Newton, relative to the value, at which a maximum is reached
SLOW = 0.25  # share of the gain promised by the step before, above which scoring is slow
MOST_STEPS = 100
MOST_NEWTON = 30
DAMPING = (1e-3, 1e-10, 1e10)  # m: at first, least, largest
DIFFERENCE = 1e-5  # step of the differences of scores, relative to what one play says of a value
SINGULAR = 1e-11  # least eigenvalue of the scaled Hessian, relative to the largest


@runtime_checkable
class WithHessian(Protocol):
    """A model that knows its second derivatives."""

    def hessian(self, theta: Array) -> Array:
        """Return the second derivatives of the sum of the log-likelihood, [parameter, parameter]."""
        ...


@runtime_checkable
class WithInformation(Protocol):
    """A model that knows its expected information."""

    def information(self, theta: Array) -> Array | None:
        """Return the expected negative Hessian, [parameter, parameter]; None where it has no closed form."""
        ...


@dataclass(frozen=True)
class Objective:
    """The log-likelihood as a function of the free parameters.

    Attributes
    ----------
    model : Model
    base : array, [parameter]
        With the values of those that are fixed.
    fixed : array of bool, [parameter]
    """

    model: Model
    base: Array
    fixed: Array

    @property
    def first(self) -> Array:
        """The free parameters of `base`, [free]."""
        return self.base[~self.fixed]

    @property
    def names(self) -> list[str]:
        """Names of the free parameters."""
        return [name for name, fixed in zip(self.model.parameters, self.fixed, strict=True) if not fixed]

    def theta(self, free: Array) -> Array:
        """Return all parameters, [parameter]."""
        theta = self.base.copy()
        theta[~self.fixed] = free
        return theta

    def value(self, free: Array) -> float:
        """Return the log-likelihood."""
        return float(self.model.log_likelihood(self.theta(free)).sum())

    def scores(self, free: Array) -> Array:
        """Return the scores of the free parameters, [row, free]."""
        return self.model.scores(self.theta(free))[:, ~self.fixed]

    def information(self, free: Array, scores: Array) -> Array:
        """Return the expected information, or the sum of outer products of the scores, [free, free]."""
        whole = self.model.information(self.theta(free)) if isinstance(self.model, WithInformation) else None
        return scores.T @ scores if whole is None else whole[np.ix_(~self.fixed, ~self.fixed)]

    def hessian(self, free: Array, unit: Array) -> Array:
        """Return the second derivatives, by central differences of the scores where the model lacks them."""
        if isinstance(self.model, WithHessian):
            return self.model.hessian(self.theta(free))[np.ix_(~self.fixed, ~self.fixed)]
        found = np.empty((len(free), len(free)))
        for k in range(len(free)):
            step = np.zeros(len(free))
            step[k] = DIFFERENCE * unit[k]
            found[k] = (self.scores(free + step) - self.scores(free - step)).sum(axis=0) / (2 * step[k])
        return (found + found.T) / 2


@dataclass(frozen=True)
class Top:
    """A maximum: the free parameters, the gradient and the Hessian there, and the steps to it."""

    free: Array
    gradient: Array
    hessian: Array
    steps: int


def unit_of(scores: Array) -> Array:
    """Return how far one play determines each parameter: one over the root mean square of its score, [free]."""
    spread = np.sqrt((scores**2).mean(axis=0))
    return 1 / np.where(spread > 1e-6, spread, 1.0)


def ascend(objective: Objective, free: Array) -> tuple[Array, int]:
    """Return where steps from a start end, and how many there were."""
    damping, value, last, exact = DAMPING[0], objective.value(free), np.inf, False
    for taken in range(MOST_STEPS):
        scores = objective.scores(free)
        gradient, curvature = scores.sum(axis=0), _curvature(objective, free, scores, exact)
        gain = gradient @ _damped(curvature, gradient, DAMPING[0], len(scores))
        if gain < NEAR:
            return free, taken
        exact, last = exact or gain > SLOW * last, gain
        while True:
            step = _damped(curvature, gradient, damping, len(scores))
            after = objective.value(free + step)
            if np.isfinite(after) and after > value:
                break
            damping *= 10
            if damping > DAMPING[2]:
                return free, taken
        free, value, damping = free + step, after, max(damping / 10, DAMPING[1])
    return free, MOST_STEPS


def _curvature(objective: Objective, free: Array, scores: Array, exact: bool) -> Array:
    """Return the negative Hessian where it is asked for and positive definite, else the information."""
    if exact:
        unit = unit_of(scores)
        found = -objective.hessian(free, np.maximum(unit, np.abs(free)))
        if np.isfinite(found).all() and np.linalg.eigvalsh(found * unit[:, None] * unit[None])[0] > 0:
            return found
    return objective.information(free, scores)


def _damped(information: Array, gradient: Array, damping: float, rows: int) -> Array:
    """Return a step of scoring, in units of each parameter's information."""
    diagonal = np.diag(information)
    scale = 1 / np.sqrt(np.where(diagonal > 1e-12 * rows, diagonal, rows))
    scaled = information * scale[:, None] * scale[None]
    return scale * np.linalg.solve(scaled + damping * np.eye(len(scale)), scale * gradient)


def polish(objective: Objective, free: Array, steps: int) -> Top:
    """Return the maximum that Newton's steps reach from a point near it.

    Raises `NotConverged` where the Hessian is not negative definite, or the steps do not end.
    """
    done = np.zeros(len(free), bool)
    for newton in range(MOST_NEWTON):
        scores = objective.scores(free)
        gradient, unit = scores.sum(axis=0), unit_of(scores)
        size = np.maximum(unit, np.abs(free))
        hessian = objective.hessian(free, size)
        _require_definite(objective, free, hessian, unit / np.sqrt(len(scores)))
        step = -np.linalg.solve(hessian, gradient)
        done = np.abs(step) <= STEP * size
        if done.all():
            return Top(free, gradient, hessian, steps + newton)
        free = free + _shorter(objective, free, step)
    far = [objective.names[k] for k in np.flatnonzero(~done)]
    raise NotConverged(
        f"the likelihood has no maximum within reach: after {MOST_NEWTON} steps of Newton "
        f"{', '.join(far[:5])} still move. {explain(objective.model, objective.theta(free), far)}"
    )


def _shorter(objective: Objective, free: Array, step: Array) -> Array:
    """Return the step, halved until the likelihood does not fall by more than rounding."""
    here = objective.value(free)
    for _ in range(30):
        if objective.value(free + step) >= here - 1e-10 * abs(here):
            return step
        step = step / 2
    return step


def _require_definite(objective: Objective, free: Array, hessian: Array, size: Array) -> None:
    """Raise `NotConverged` where the Hessian is not negative definite: which parameters are not identified."""
    if not np.isfinite(hessian).all():
        raise NotConverged(f"the likelihood has no second derivatives at {_shown(objective.names, free)}")
    values, vectors = np.linalg.eigh(-hessian * size[:, None] * size[None])
    if values[0] > SINGULAR * values[-1]:
        return
    loads = np.abs(vectors[:, 0])
    flat = [objective.names[k] for k in np.argsort(-loads) if loads[k] > 0.3 * loads.max()]
    raise NotConverged(
        f"the likelihood is flat, or rises, along {', '.join(flat[:5])} "
        f"(smallest eigenvalue of the scaled information {values[0]:.2g}). "
        f"{explain(objective.model, objective.theta(free), flat)}"
    )


def _shown(names: list[str], values: Array) -> str:
    """Return names with values, the first few."""
    return ", ".join(f"{name}={value:.4g}" for name, value in list(zip(names, values, strict=True))[:5])

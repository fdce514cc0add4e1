"""The maximum of a likelihood: quasi-Newton steps to it, Newton's to the end, from several starts.

Coordinates are scaled by the information in the scores where the search begins, so that a unit of every direction is
one standard error there; BFGS (of scipy) then needs few steps whatever the units of the covariates.  Newton's steps,
with differences of the exact scores, follow until they no longer move; they also give the Hessian of the covariance.

A point counts as a maximum where the Hessian is negative definite and Newton's step is nought within 1e-7 of each value
(or of what one play says of it, whichever is larger).  A likelihood that rises without end, because a covariate
separates the outcomes, meets neither: Newton's steps there keep their length.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation.model import Start
from peacetalks.estimation.separation import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array, Model

ROUGH = 1e-4  # derivative in standard errors at which Newton's steps take over
STEP = 1e-7  # of Newton, relative to the value, at which a maximum is reached
MOST_STEPS = 200  # of BFGS
MOST_NEWTON = 30
DIFFERENCE = 1e-5  # step of the differences of scores, relative to what one play says of a value
SPREAD = 0.3  # of further starts around the first, in units of what one play says of a value
SINGULAR = 1e-11  # least eigenvalue of the scaled Hessian, relative to the largest
SAME = 1e-4  # difference of log-likelihood below which two starts reached the same maximum


@dataclass(frozen=True)
class Maximum:
    """A maximum of a likelihood.

    Attributes
    ----------
    values : array, [parameter]
    log_likelihood : float
    hessian : array, [parameter, parameter]
        Of the log-likelihood; nought in rows and columns of fixed parameters.
    gradient : float
        The largest derivative times the parameter's standard error.
    starts : tuple of Start
        What every start reached, the best first.
    notes : tuple of str
        Where starts ended in different maxima.
    """

    values: Array
    log_likelihood: float
    hessian: Array
    gradient: float
    starts: tuple[Start, ...]
    notes: tuple[str, ...] = ()


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

    def gradient(self, free: Array) -> Array:
        """Return the derivatives of the log-likelihood, [free]."""
        return self.scores(free).sum(axis=0)

    def hessian(self, free: Array, unit: Array) -> Array:
        """Return the second derivatives by central differences of the exact first ones, [free, free]."""
        found = np.empty((len(free), len(free)))
        for k in range(len(free)):
            step = np.zeros(len(free))
            step[k] = DIFFERENCE * unit[k]
            found[k] = (self.gradient(free + step) - self.gradient(free - step)) / (2 * step[k])
        return (found + found.T) / 2

    def names(self) -> list[str]:
        """Return the names of the free parameters."""
        return [name for name, fixed in zip(self.model.parameters, self.fixed, strict=True) if not fixed]


def maximise(model: Model, start: Array, fixed: Array) -> Maximum:
    """Return the maximum of a likelihood that is reached from one start.

    Parameters
    ----------
    model : Model
    start : array, [parameter]
        A fixed parameter keeps its value.
    fixed : array of bool, [parameter]

    Raises
    ------
    NotConverged
        No maximum was reached; where and why.
    """
    objective = Objective(model, np.asarray(start, float), np.asarray(fixed, bool))
    free = objective.base[~objective.fixed]
    if not free.size:
        return Maximum(objective.base, objective.value(free), np.zeros((len(fixed), len(fixed))), 0.0, ())
    rough = _quasi_newton(objective, free)
    return _polished(objective, *rough)


def maximise_from_several(
    model: Model,
    start: Array,
    fixed: Array,
    starts: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Maximum:
    """Return the best maximum that is reached from several starts: the given one, and others scattered around it.

    Parameters
    ----------
    model, start, fixed
        As in `maximise`.
    starts : int
        How many.
    seed : int
        Of the scatter.
    progress : function, optional
        Called as `progress(done, starts)`.

    Raises
    ------
    NotConverged
        The best point is no maximum.

    Notes
    -----
    Another maximum that some starts ended in is warned of, and noted in the result.
    """
    if starts < 1:
        raise EstimationError(f"starts must be at least 1, got {starts!r}")
    objective = Objective(model, np.asarray(start, float), np.asarray(fixed, bool))
    first = objective.base[~objective.fixed]
    if not first.size:
        return maximise(model, start, fixed)
    rng, unit = np.random.default_rng(seed), _unit(objective.scores(first))
    ended = []
    for k in range(starts):
        where = first if k == 0 else first + SPREAD * unit * rng.standard_normal(len(first))
        ended.append(_quasi_newton(objective, where))
        if progress is not None:
            progress(k + 1, starts)
    ended.sort(key=lambda end: -objective.value(end[0]))
    return _best(objective, ended)


def _best(objective: Objective, ended: list[tuple[Array, int]]) -> Maximum:
    """Return the highest maximum among the points where starts ended, the highest first.

    A likelihood may rise for ever along a ridge, above its maximum; a start that went there is reported, not returned.
    """
    endless, first = [], None
    for k, end in enumerate(ended):
        try:
            best = _polished(objective, *end)
        except NotConverged as e:
            first = first or e
            endless.append(_reached(objective, *end, np.inf))
            continue
        others = tuple(_reached(objective, *other, best.log_likelihood) for other in ended[k + 1 :])
        notes = _different(best.log_likelihood, others, len(ended)) + _without_end(best.log_likelihood, endless)
        for note in notes:
            warnings.warn(note, stacklevel=4)
        return replace(best, starts=(*best.starts, *endless, *others), notes=notes)
    assert first is not None, "there is at least one start"
    raise first


def _unit(scores: Array) -> Array:
    """Return how far one play determines each parameter: one over the root mean square of its score, [free]."""
    spread = np.sqrt((scores**2).mean(axis=0))
    return 1 / np.where(spread > 1e-6, spread, 1.0)


def _triangle(scores: Array) -> Array:
    """Return a lower triangle L with L L' near the information in the scores, [free, free]."""
    scaled = scores * _unit(scores)
    information = scaled.T @ scaled / len(scores) + 1e-6 * np.eye(scores.shape[1])
    flat = np.diag(information) < 0.5  # a score that is nought everywhere: no scale is known
    information[flat, flat] = 1.0
    lower = np.linalg.cholesky(information) * np.sqrt(len(scores))
    return lower / _unit(scores)[:, None]


def _quasi_newton(objective: Objective, start: Array) -> tuple[Array, int]:
    """Return where BFGS ends from a start, and its steps."""
    lower = _triangle(objective.scores(start))

    def at(z: Array) -> Array:
        return start + solve_triangular(lower.T, z)

    def value_and_slope(z: Array) -> tuple[float, Array]:
        free = at(z)
        value, slope = objective.value(free), objective.gradient(free)
        if not (np.isfinite(value) and np.isfinite(slope).all()):  # a step too far: the line search comes back
            return np.inf, np.zeros(len(z))
        return -value, -solve_triangular(lower, slope, lower=True)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        options = {"gtol": ROUGH, "maxiter": MOST_STEPS}
        found = minimize(value_and_slope, np.zeros(len(start)), jac=True, method="BFGS", options=options)
    return at(found.x), int(found.nit)


def _polished(objective: Objective, free: Array, steps: int) -> Maximum:
    """Return the maximum that Newton's steps reach from a point near it."""
    names, done = objective.names(), np.zeros(len(free), bool)
    for newton in range(MOST_NEWTON):
        scores = objective.scores(free)
        gradient, unit = scores.sum(axis=0), _unit(scores)
        hessian = objective.hessian(free, np.maximum(unit, np.abs(free)))
        _require_definite(objective, free, hessian, unit, names)
        step = -np.linalg.solve(hessian, gradient)
        done = np.abs(step) <= STEP * np.maximum(unit, np.abs(free))
        if done.all():
            return _maximum(objective, free, hessian, gradient, steps + newton)
        free = free + _shorter(objective, free, step)
    far = [names[k] for k in np.flatnonzero(~done)]
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


def _require_definite(objective: Objective, free: Array, hessian: Array, unit: Array, names: list[str]) -> None:
    """Raise `NotConverged` where the Hessian is not negative definite: which parameters are not identified."""
    if not np.isfinite(hessian).all():
        raise NotConverged(f"the likelihood has no second derivatives at {_shown(names, free)}")
    size = unit / np.sqrt(objective.model.rows)
    values, vectors = np.linalg.eigh(-hessian * size[:, None] * size[None])
    if values[0] > SINGULAR * values[-1]:
        return
    loads = np.abs(vectors[:, 0])
    flat = [names[k] for k in np.argsort(-loads) if loads[k] > 0.3 * loads.max()]
    raise NotConverged(
        f"the likelihood is flat, or rises, along {', '.join(flat[:5])} "
        f"(smallest eigenvalue of the scaled information {values[0]:.2g}). "
        f"{explain(objective.model, objective.theta(free), flat)}"
    )


def _maximum(objective: Objective, free: Array, hessian: Array, gradient: Array, steps: int) -> Maximum:
    """Return a maximum as a value."""
    count = len(objective.fixed)
    whole = np.zeros((count, count))
    whole[np.ix_(~objective.fixed, ~objective.fixed)] = hessian
    largest = float(np.max(np.abs(gradient) * np.sqrt(np.diag(np.linalg.inv(-hessian)))))
    value = objective.value(free)
    start = Start(value, largest, steps, converged=True)
    return Maximum(objective.theta(free), value, whole, largest, (start,))


def _reached(objective: Objective, free: Array, steps: int, best: float) -> Start:
    """Return what a start reached; below the best it is another maximum only if Newton's steps end there.

    Its derivatives are in standard errors by the information in the scores.
    """
    scores = objective.scores(free)
    largest = float((np.abs(scores.sum(axis=0)) * _unit(scores) / np.sqrt(len(scores))).max())
    end = Start(objective.value(free), largest, steps, converged=False)
    if end.log_likelihood > best - SAME:
        return replace(end, converged=bool(largest < 100 * ROUGH))
    try:
        return _polished(objective, free, steps).starts[0] if np.isfinite(best) else end
    except NotConverged:
        return end


def _different(best: float, others: tuple[Start, ...], starts: int) -> tuple[str, ...]:
    """Return a note where converged starts ended lower than the best."""
    lower = [s.log_likelihood for s in others if s.converged and s.log_likelihood < best - SAME]
    if not lower:
        return ()
    return (
        f"{len(lower)} of {starts} starts ended in another maximum, with a log-likelihood of "
        f"{max(lower):.4f} at best against {best:.4f}: try more starts",
    )


def _without_end(best: float, endless: list[Start]) -> tuple[str, ...]:
    """Return a note where starts rose above the best maximum and found none."""
    higher = [s.log_likelihood for s in endless if s.log_likelihood > best + SAME]
    if not higher:
        return ()
    return (
        f"{len(higher)} of the starts rose to a log-likelihood of {max(higher):.4f}, above the maximum of {best:.4f}, "
        "along a ridge without a maximum, where coefficients grow without end: the estimate is the local maximum",
    )


def _shown(names: list[str], values: Array) -> str:
    """Return names with values, the first few."""
    return ", ".join(f"{name}={value:.4g}" for name, value in list(zip(names, values, strict=True))[:5])

r"""Estimation of the crisis signalling game: pseudo-likelihood, nested pseudo-likelihood, full maximum likelihood.

*Pseudo-likelihood* (`pl`) takes beliefs from a first stage and maximises the likelihood that follows from best
responses to them.  *Nested pseudo-likelihood* (`npl`) replaces the beliefs by those best responses and maximises
again, until neither changes: then the beliefs are an equilibrium.  *Maximum likelihood* (`ml`) computes the equilibria
of every game at every trial value of the parameters (nested fixed point).

Covariances, with :math:`D` the scores by game, :math:`\Omega_{\theta\theta}=D'D`, :math:`\Omega_{\theta p}` their
products with the derivatives by the beliefs, and :math:`\Psi` the best responses:

.. math::
   V_{pl} &= \Omega_{\theta\theta}^{-1}
     + \Omega_{\theta\theta}^{-1}\Omega_{\theta p}\Sigma_p\Omega_{\theta p}'\Omega_{\theta\theta}^{-1}, \\
   V_{npl} &= M^{-1}\,\Omega_{\theta\theta}\,M^{-1\prime}, \qquad
   M = \Omega_{\theta\theta}+\Omega_{\theta p}(I-\nabla_p\Psi)^{-1}\nabla_\theta\Psi,

:math:`\Sigma_p` the covariance of the first stage.  The R package sigInt 0.2.0 transposes :math:`\nabla_p\Psi` in
:math:`M`; `errors="package"` does so too, to compare with it.

References
----------
Crisman-Cox, C. & Gibilisco, M. (2021). Estimating signaling games in international relations: problems and solutions.
Political Science Research and Methods 9(3), 565-582.
Aguirregabiria, V. & Mira, P. (2007). Sequential estimation of dynamic discrete games. Econometrica 75(1), 1-53.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation.sigint import LOWEST, SigInt

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

STEPS = 200  # of Newton's method
CLOSE = 1e-14  # what a Newton step must still promise of log-likelihood, as a share of it, to be worth taking
ROUNDING = 1e-9  # the same, where a step no longer raises the log-likelihood because of rounding
SINGULAR = 1e-12  # least eigenvalue of the scaled curvature
HALVINGS = 40
ROUNDS = 500  # of the nested pseudo-likelihood


@dataclass(frozen=True)
class Optimum:
    """Where Newton's method ended."""

    theta: Array
    log_likelihood: float
    steps: int


def newton(model: SigInt, theta: Array, free: Array) -> Optimum:
    """Maximise the log-likelihood over the free parameters by Newton's method with second derivatives in closed form.

    Where those are not positive definite (`SigInt.curvature`), the outer product of the scores takes their place; steps
    are halved until the log-likelihood rises.  A round of the nested pseudo-likelihood needs few steps from the last.

    Parameters
    ----------
    model : SigInt
    theta : array, [parameter]
    free : array of bool, [parameter]

    Raises
    ------
    NotConverged
        No convergence, or no maximum in some direction at the end: which parameters are not identified.
    """
    value = float(model.log_likelihood(theta).sum())
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
        f"sigint: Newton's method ended without a maximum at a log-likelihood of {value:.6f}; give other start values "
        "or beliefs, or leave out a covariate that hardly varies"
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


def _step(model: SigInt, theta: Array, value: float, direction: Array, free: Array) -> tuple[Array, float] | None:
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


def _require_definite(model: SigInt, curvature: Array, free: Array) -> None:
    """Raise `NotConverged` where the log-likelihood has no maximum in some direction: name the parameters in it."""
    scale = 1 / np.sqrt(np.maximum(np.diag(curvature), 1e-300))
    values, vectors = np.linalg.eigh(curvature * np.outer(scale, scale))
    if values[0] > SINGULAR:
        return
    names = np.array(model.parameters)[free]
    largest = names[np.argsort(-np.abs(vectors[:, 0]))[:3]]
    raise NotConverged(
        "sigint: the log-likelihood is flat or rising in a direction at the end, so that these parameters are not "
        f"identified together: {', '.join(largest)}; leave one of them out or hold it fixed"
    )


@dataclass(frozen=True)
class Nested:
    """Where the nested pseudo-likelihood ended: an equilibrium of every game.

    Attributes
    ----------
    model : SigInt
        With the beliefs of the last round.
    maximum : Optimum
    rounds : int
    change : float
        The largest change of a parameter or a belief in the last round.
    """

    model: SigInt
    maximum: Optimum
    rounds: int
    change: float


def nest(model: SigInt, theta: Array, free: Array, tolerance: float) -> Nested:
    """Iterate the pseudo-likelihood until parameters and beliefs change by less than the tolerance.

    Raises
    ------
    NotConverged
        No convergence in 500 rounds, or no maximum in a round.
    """
    found, change = newton(model, theta, free), np.inf
    for done in range(1, ROUNDS + 1):
        resist, firm = (np.clip(x, LOWEST, 1 - LOWEST) for x in model.likelihood(found.theta).answers)
        before = model.believed
        model = model.with_beliefs(resist, firm)
        after = newton(model, found.theta, free)
        change = float(max(np.abs(after.theta - found.theta).max(), np.abs(model.believed - before).max()))  # pyright: ignore[reportOperatorIssue, reportOptionalOperand]
        found = after
        if change < tolerance:
            return Nested(model, found, done, change)
    raise NotConverged(
        f"sigint: the nested pseudo-likelihood has not converged in {ROUNDS} rounds: the last one changed a "
        f"parameter or a belief by {change:.2g}; start from other beliefs, or use method='ml', which does not iterate"
    )


def equilibrium_violation(model: SigInt, theta: Array) -> float:
    """Return the largest difference between a belief that B resists and the answer to it, both steps of play taken."""
    at = model.likelihood(theta)
    again = model.with_beliefs(at.resist, at.answers[1]).likelihood(theta)
    return float(np.abs(again.answers[0] - at.resist).max())


def pseudo_covariance(model: SigInt, theta: Array, free: Array, first_stage: Array) -> Array:
    """Return the covariance of the pseudo-likelihood's estimate, with that of the beliefs of its first stage.

    Parameters
    ----------
    first_stage : array, [2 row, 2 row]
        Covariance of the beliefs p_R of all games, then p_F of all games.

    Raises `EstimationError` where it has another shape.
    """
    if first_stage.shape != (2 * model.rows, 2 * model.rows):
        raise EstimationError(
            f"the covariance of the beliefs must have {2 * model.rows} rows and columns, p_R of all {model.rows} games "
            f"and then p_F; got {first_stage.shape}"
        )
    scores, by_belief = model.scores(theta)[:, free], model.likelihood(theta).by_belief
    inverse = np.linalg.inv(scores.T @ scores)
    cross = np.concatenate((scores.T * by_belief[:, 0], scores.T * by_belief[:, 1]), axis=1)
    return _all_parameters(inverse + inverse @ cross @ first_stage @ cross.T @ inverse, free)


def nested_covariance(model: SigInt, theta: Array, free: Array, transposed: bool = False) -> Array:
    """Return the covariance of the nested pseudo-likelihood's estimate; `transposed` as the package sigInt has it."""
    at = model.likelihood(theta)
    scores, by_belief = model.scores(theta)[:, free], at.by_belief
    b, g = at.answers_by_belief
    if transposed:
        b, g = g, b
    resist, firm = (model.by_parameter(x)[:, free] for x in at.answers_by_payoff)
    scale = 1 / (1 - b * g)[:, None]
    moved = by_belief[:, :1] * scale * (resist + b[:, None] * firm)
    moved += by_belief[:, 1:] * scale * (firm + g[:, None] * resist)
    outer = scores.T @ scores
    inverse = np.linalg.inv(outer + scores.T @ moved)
    return _all_parameters(inverse @ outer @ inverse.T, free)


def likelihood_covariance(model: SigInt, theta: Array, free: Array) -> Array:
    """Return the inverse of the negative Hessian."""
    return _all_parameters(np.linalg.inv(-model.hessian(theta)[np.ix_(free, free)]), free)


def _all_parameters(covariance: Array, free: Array) -> Array:
    """Return a covariance of the free parameters with zero rows and columns for the fixed ones."""
    out = np.zeros((len(free), len(free)))
    out[np.ix_(free, free)] = covariance
    return out

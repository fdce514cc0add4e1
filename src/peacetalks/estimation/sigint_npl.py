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
from peacetalks.estimation.newton import Optimum, newton
from peacetalks.estimation.sigint import LOWEST, SigInt

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

ROUNDS = 500  # of the nested pseudo-likelihood


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

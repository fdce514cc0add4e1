r"""Competing risks with hazards that are constant over pieces of time: fitted, drawn and turned into incidence.

Each case is cut into *pieces* of time. In a piece of :math:`e` years with covariates :math:`x` the hazard of cause k is
:math:`\lambda_k=\exp(x'\beta_k)` a year, so that the number of events in it is Poisson with mean :math:`e\lambda_k`
(Holford 1980; Laird and Olivier 1981). The coefficients maximise

.. math:: \sum_i \big(d_{ik}\,x_i'\beta_k - e_{ik}\,\exp(x_i'\beta_k)\big)
   - \tfrac12\sum_j (\beta_{kj}-m_{kj})^2/\tau_j^2 ,

the posterior mode under independent normal priors. The cumulative incidence over months in which the hazards are
constant is exact:

.. math:: F_k(m)=\sum_{j\le m} S_{j-1}\,\frac{\lambda_{kj}}{\lambda_j}\,(1-e^{-\lambda_j/12}),\qquad
   S_j=S_{j-1}e^{-\lambda_j/12},\qquad \lambda_j=\sum_k\lambda_{kj}.

Uncertainty: each draw resamples clusters (states) and takes one Newton step from the mode, with the prior's mean drawn
anew as well:

.. math:: \beta^{(b)}=\hat\beta+H^{-1}\Big(\sum_c (w_c^{(b)}-1)\,s_c+\tau^{-1}z^{(b)}\Big),

where :math:`s_c` is the score of cluster c, :math:`H` the negative Hessian and :math:`z` standard normal. Where
clusters are single independent cases its covariance is :math:`H^{-1}`, the normal approximation of the posterior; where
cases of a cluster are alike it is the wider sandwich.

References
----------
Holford (1980), Biometrics 36, 299-305.
Laird and Olivier (1981), Journal of the American Statistical Association 76, 231-240.
Liang and Zeger (1986), Biometrika 73, 13-22 (scores summed over clusters).
Davison and Hinkley (1997), Bootstrap Methods and their Application, ch. 2.7 (one-step bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence.bootstrap import draw_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.arrays import Floats, Ints

STEPS, TOLERANCE, HALVINGS = 100, 1e-9, 40  # of Newton's method
FURTHEST = 4.0  # a coefficient is drawn at most so far from its mode, on the log scale
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Pieces:
    """Pieces of time of some cases."""

    exposure: Floats  # [piece, cause] years at risk
    events: Floats  # [piece, cause]
    x: Floats  # [piece, covariate], the first of them 1
    cluster: Ints  # [piece] number of the cluster, from 0

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.cluster.max()) + 1 if self.cluster.size else 0


@dataclass(frozen=True)
class Prior:
    """Independent normal priors of the coefficients, the same for every cause."""

    mean: Floats  # [cause, covariate]
    sd: Floats  # [covariate]

    @classmethod
    def near_rate(cls, pieces: Pieces, sd: Sequence[float], years: float = 5.0) -> Prior:
        """Return the prior under which the level is near the rate of all cases and everything else near 0.

        The rate has half an event and some `years` at risk added.
        """
        mean = np.zeros((pieces.events.shape[1], pieces.x.shape[1]))
        mean[:, 0] = np.log((pieces.events.sum(axis=0) + 0.5) / (pieces.exposure.sum(axis=0) + years))
        return cls(mean, np.array(sd))


@dataclass(frozen=True)
class Hazards:
    """Fitted coefficients, and draws of them."""

    beta: Floats  # [cause, covariate]
    runs: Floats  # [draw, cause, covariate]

    @property
    def every(self) -> Floats:
        """The coefficients [draw, cause, covariate], the first row the mode."""
        return np.concatenate([self.beta[None], self.runs])

    def incidence(self, path: Floats) -> Floats:
        """Return the cumulative incidence at the end of each month [draw, month, cause], the first row at the mode.

        `path` [month, covariate] holds the covariates in each coming month.
        """
        return incidence(np.exp(np.einsum("rkp,mp->rmk", self.every, path)))


def incidence(hazard: Floats) -> Floats:
    """Return the cumulative incidence [..., month, cause] of hazards a year [..., month, cause].

    >>> incidence(np.full((2, 1), 1.2)).round(4).ravel().tolist()  # 1 - exp(-0.1), 1 - exp(-0.2)
    [0.0952, 0.1813]
    """
    total = hazard.sum(axis=-1, keepdims=True)
    end = -np.expm1(-total / MONTHS_PER_YEAR)
    before = np.exp(-(np.cumsum(total, axis=-2) - total) / MONTHS_PER_YEAR)
    share = hazard / np.where(total > 0, total, 1.0)
    return np.cumsum(before * end * share, axis=-2)


def fit(pieces: Pieces, prior: Prior, counts: Floats, rng: np.random.Generator) -> Hazards:
    """Fit the hazards and draw their coefficients.

    Parameters
    ----------
    pieces
        Of all cases; `pieces.x` [piece, covariate] must hold no missing value.
    prior
        Means and standard deviations of the coefficients.
    counts : ndarray, shape (draw, cluster)
        How often each cluster is drawn (`cluster_counts`).
    rng
        Of the draws of the prior's mean.

    Returns
    -------
    Hazards

    Raises
    ------
    EvidenceError
        For shapes that do not fit, or missing covariates.
    NotSolved
        Where Newton's method does not converge.

    Examples
    --------
    >>> p = Pieces(np.full((4, 1), 2.0), np.array([[1.0], [0.0], [1.0], [0.0]]), np.ones((4, 1)), np.arange(4))
    >>> flat = Prior(np.zeros((1, 1)), np.array([100.0]))
    >>> h = fit(p, flat, np.ones((3, 4)), np.random.default_rng(1))
    >>> np.exp(h.beta).round(3).tolist()  # 2 events in 8 years
    [[0.25]]
    """
    if pieces.x.shape[1] != prior.sd.size or prior.mean.shape != (pieces.events.shape[1], prior.sd.size):
        raise EvidenceError(
            f"covariates {pieces.x.shape}, priors {prior.mean.shape} and {prior.sd.shape}: give one prior a covariate."
        )
    if not np.isfinite(pieces.x).all():
        raise EvidenceError("a covariate of a piece is missing: put its mean, or leave the case out.")
    causes = pieces.events.shape[1]
    modes, runs = [], []
    for k in range(causes):
        mode, hessian = _mode(pieces, prior, k)
        score = pieces.x * (pieces.events[:, k] - pieces.exposure[:, k] * np.exp(pieces.x @ mode))[:, None]
        summed = np.zeros((pieces.clusters, mode.size))
        np.add.at(summed, pieces.cluster, score)
        moved = (counts - 1.0) @ summed + rng.standard_normal((len(counts), mode.size)) / prior.sd
        step = np.linalg.solve(hessian, moved.T).T
        modes.append(mode)
        runs.append(mode + np.clip(step, -FURTHEST, FURTHEST))
    return Hazards(np.stack(modes), np.stack(runs, axis=1))


def _mode(pieces: Pieces, prior: Prior, cause: int) -> tuple[Floats, Floats]:
    """Return the coefficients [covariate] of a cause and the negative Hessian there."""
    x, e, d = pieces.x, pieces.exposure[:, cause], pieces.events[:, cause]
    mean, precision = prior.mean[cause], 1 / prior.sd**2

    def height(b: Floats) -> float:
        eta = x @ b
        return float((d * eta - e * np.exp(np.minimum(eta, 50.0))).sum() - 0.5 * (precision * (b - mean) ** 2).sum())

    beta, top, moved = mean.copy(), height(mean), np.inf
    for _ in range(STEPS):
        rate = e * np.exp(np.minimum(x @ beta, 50.0))
        hessian = (x * rate[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(hessian, x.T @ (d - rate) - precision * (beta - mean))
        new, found = beta + step, height(beta + step)
        for _half in range(HALVINGS):
            if found >= top - 1e-12 * abs(top):
                break
            new = (new + beta) / 2
            found = height(new)
        moved, beta, top = float(np.abs(new - beta).max()), new, found
        if moved < TOLERANCE:
            return beta, hessian
    raise NotSolved(f"the hazards of cause {cause + 1} did not converge in {STEPS} steps (last change {moved:.1e}).")


def cluster_counts(rng: np.random.Generator, draws: int, clusters: int) -> Floats:
    """Return how often each cluster is drawn in each draw [draw, cluster], as many with replacement as there are."""
    return np.stack([draw_counts(rng, clusters) for _ in range(draws)]).astype(float)


def by_months(rates: Floats) -> Floats:
    """Return the probability [..., month] of an event by the end of each month from hazards a year [..., month]."""
    return -np.expm1(-np.cumsum(rates, axis=-1) / MONTHS_PER_YEAR)

"""The covariance of an estimate: from the curvature of the likelihood, from the scores, or robust to clusters.

With H the Hessian of the log-likelihood and s the score of a play, all at the maximum:

    hessian   (-H)^-1
    outer     (sum of s s')^-1                                  Berndt, Hall, Hall and Hausman (1974)
    cluster   (-H)^-1 [G / (G - 1) sum of S S'] (-H)^-1     S the sum of the scores of one of G clusters
    bootstrap the covariance of estimates from samples of the plays (`bootstrap.py`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError

if TYPE_CHECKING:
    from peacetalks.estimation.maximum import Maximum
    from peacetalks.estimation.model import Array, Model

KINDS = ("hessian", "outer", "cluster", "bootstrap")


def covariance(kind: str, model: Model, maximum: Maximum, fixed: Array, clusters: Array | None = None) -> Array:
    """Return the covariance of an estimate, nought for fixed parameters, [parameter, parameter].

    Parameters
    ----------
    kind : {"hessian", "outer", "cluster"}
    model : Model
    maximum : Maximum
    fixed : array of bool, [parameter]
    clusters : array, [row], optional
        The number of each row's cluster, from 0.

    Raises
    ------
    EstimationError
        Fewer clusters than two, or fewer rows than parameters.
    """
    inverse = np.linalg.inv(-maximum.hessian[np.ix_(~fixed, ~fixed)])
    scores = model.scores(maximum.values)[:, ~fixed]
    if kind == "outer":
        inverse = _outer(scores)
    elif kind == "cluster":
        inverse = inverse @ _between(scores, clusters) @ inverse
    whole = np.zeros((len(fixed), len(fixed)))
    whole[np.ix_(~fixed, ~fixed)] = inverse
    return whole


def _outer(scores: Array) -> Array:
    """Return the inverse of the sum of outer products of the scores."""
    information = scores.T @ scores
    if np.linalg.matrix_rank(information) < len(information):
        raise EstimationError("errors='outer': the scores do not span the parameters; use errors='hessian'")
    return np.linalg.inv(information)


def _between(scores: Array, clusters: Array | None) -> Array:
    """Return the sum over clusters of outer products of their scores, with the correction for their number."""
    count = 0 if clusters is None else len(np.unique(clusters))
    if clusters is None or count < 2:
        raise EstimationError(f"errors='cluster' needs two clusters or more in the column `cluster`; got {count}")
    sums = np.zeros((int(clusters.max()) + 1, scores.shape[1]))
    np.add.at(sums, clusters, scores)
    return sums.T @ sums * count / (count - 1)

"""Beliefs of the crisis signalling game before its payoffs are known: random forests on the covariates.

The chance that B resists is learnt from the games in which A challenged at least once, the chance that A stands firm
from those in which B resisted at least once, as shares of the tallies, each by a forest of 500 regression trees with a
third of the covariates tried at a split and no split of five games or fewer: the settings of R's `randomForest`, which
the package sigInt calls.  Trees are drawn at random, so that no other program grows the same ones; the nested
pseudo-likelihood does not depend on where it starts as long as it converges to the same equilibrium.

References
----------
Crisman-Cox, C. & Gibilisco, M. (2021). Estimating signaling games in international relations: problems and solutions.
Political Science Research and Methods 9(3), 565-582.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array
    from peacetalks.estimation.sigint import SigInt

TREES = 500
INSIDE = 1e-4  # beliefs are at least so far from 0 and 1, which no payoffs lead to
LEAST_SPLIT = 6  # games in a node that may be split


def forest_beliefs(model: SigInt, seed: int, trees: int = TREES) -> tuple[Array, Array]:
    """Return the beliefs p_R and p_F of every game, each [row].

    Raises `EstimationError` where A never challenged, B never resisted, or there is no covariate.
    """
    return _beliefs(_covariates(model), model.require_tallies(), np.arange(model.rows), seed, trees)


def forest_covariance(
    model: SigInt, draws: int, seed: int, trees: int = TREES, progress: Callable[[int, int], None] | None = None
) -> Array:
    """Return the covariance of the beliefs, p_R of all games and then p_F, by bootstrap samples of the games.

    Parameters
    ----------
    model : SigInt
    draws : int
        Samples, at least 2.
    seed : int
    trees : int
    progress : function, optional
        Called as `progress(done, draws)`.

    Returns
    -------
    array, [2 row, 2 row]
    """
    if draws < 2:
        raise EstimationError(f"draws must be at least 2 for a covariance of the beliefs, got {draws!r}")
    x, tallies, rng = _covariates(model), model.require_tallies(), np.random.default_rng(seed)
    found = np.empty((draws, 2 * model.rows))
    for k in range(draws):
        sample = rng.integers(model.rows, size=model.rows)
        found[k] = np.concatenate(_beliefs(x, tallies, sample, int(rng.integers(2**31)), trees))
        if progress is not None:
            progress(k + 1, draws)
    return np.cov(found, rowvar=False)


def _covariates(model: SigInt) -> Array:
    """Return every regressor once, without constants, [row, covariate]."""
    x = np.unique(model.regressors, axis=1)
    x = x[:, np.ptp(x, axis=0) > 0]
    if not x.shape[1]:
        raise EstimationError(
            "the first stage needs a covariate in some payoff; without one give the beliefs as columns (beliefs=...)"
        )
    return x


def _beliefs(x: Array, tallies: Array, sample: Array, seed: int, trees: int) -> tuple[Array, Array]:
    """Return the beliefs of all games from forests that are grown on a sample of them."""
    _, conceded, firm, backed_down = tallies[sample].T
    resisted = firm + backed_down
    chances = []
    for what, part, whole in (
        ("A has never challenged", resisted, conceded + resisted),
        ("B has never resisted a challenge", firm, resisted),
    ):
        seen = whole > 0
        if not seen.any():
            raise EstimationError(f"the first stage cannot be estimated: {what}; give the beliefs as columns")
        found = _forest(x[sample][seen], part[seen] / whole[seen], seed, trees).predict(x)
        chances.append(np.clip(found, INSIDE, 1 - INSIDE))
    return chances[0], chances[1]


def _forest(x: Array, share: Array, seed: int, trees: int):
    """Return a forest grown on shares."""
    from sklearn.ensemble import RandomForestRegressor

    third = max(x.shape[1] // 3, 1)
    forest = RandomForestRegressor(trees, max_features=third, min_samples_split=LEAST_SPLIT, random_state=seed)
    return forest.fit(x, share)

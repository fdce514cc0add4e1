"""Measures of a set of forecasts that the proper scores leave out: discrimination, and differences with an interval.

*Discrimination* is the area under the receiver operating characteristic (AUC): the chance that a case in which the
event came true had got a higher probability than one in which it did not, ties counting a half (Hanley and McNeil
1982).  It does not depend on the level of the forecasts: a model whose level is wrong may still discriminate.

*A difference* of mean scores has the percentile interval of a paired bootstrap over clusters, as the skill has.

*Parts* of the Brier score over the outcome classes are the sums over classes of the parts of each class's own score
(Murphy 1973): a forecast may be worse because its level is wrong (reliability) or because it separates the cases less
(resolution).

References
----------
Murphy (1973), Journal of Applied Meteorology 12, 595-600.
Hanley and McNeil (1982), Radiology 143, 29-36.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from peacetalks.errors import ScoreError
from peacetalks.evidence.score import decompose

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats, Ints


def auc(p: ArrayLike, event: ArrayLike) -> float:
    """Return the area under the receiver operating characteristic.

    Parameters
    ----------
    p : array_like, shape (case,)
        Probabilities of the event, or any score that orders the cases.
    event : array_like, shape (case,)
        Whether it came true (0 or 1).

    Returns
    -------
    float
        0 to 1; a half is no discrimination. NaN where the event always or never came true.

    Raises
    ------
    ScoreError
        If there is not one outcome per forecast, or a forecast is missing.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143, 29-36.

    Examples
    --------
    >>> auc([0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1])
    0.875
    """
    score, hit = np.asarray(p, float), np.asarray(event, bool)
    if score.shape != hit.shape or score.ndim != 1:
        raise ScoreError(f"forecasts {score.shape} do not go with outcomes {hit.shape}: give one outcome per forecast")
    if np.isnan(score).any():
        raise ScoreError(f"{int(np.isnan(score).sum())} forecasts are missing: leave those cases out; missing is not 0")
    positive, negative = int(hit.sum()), int((~hit).sum())
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(score)[hit].sum() - positive * (positive + 1) / 2
    return float(ranks / (positive * negative))


@dataclass(frozen=True)
class Difference:
    """Mean score of one view less that of another on the same cases, with the 95 % interval; negative is better."""

    value: float
    low: float
    high: float


def difference(score: ArrayLike, other: ArrayLike, cluster: ArrayLike, draws: int, seed: int) -> Difference:
    """Return the mean difference of two scores [case] of the same cases.

    `cluster` [case] are the clusters of like cases that the bootstrap draws, `draws` and `seed` its size and seed.

    >>> difference([0.3, 0.5], [0.2, 0.4], ["a", "b"], 100, 7)
    Difference(value=0.1, low=0.1, high=0.1)
    """
    d = np.asarray(score, float) - np.asarray(other, float)
    key = np.unique(np.asarray(cluster), return_inverse=True)[1]
    k = int(key.max()) + 1
    total, size = np.bincount(key, d, k), np.bincount(key, minlength=k)
    picked = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), size=draws)
    runs = (picked @ total) / (picked @ size)
    low, high = np.quantile(runs, [0.025, 0.975])
    return Difference(*(round(float(v), 6) for v in (d.mean(), low, high)))


@dataclass(frozen=True)
class Parts:
    """Parts of a mean Brier score over outcome classes, summed over classes (ten bins each)."""

    reliability: float
    resolution: float
    uncertainty: float


def parts(p: Floats, y: Ints) -> Parts:
    """Return the parts of the Brier score of forecasts `p` [case, class] of outcomes `y` [case].

    >>> parts(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0, 1]))
    Parts(reliability=0.0, resolution=0.0, uncertainty=0.5)
    """
    each = [decompose(p[:, k], (y == k).astype(int), bins=10) for k in range(p.shape[1])]
    return Parts(*(sum(getattr(d, part) for d in each) for part in ("reliability", "resolution", "uncertainty")))

r"""Cumulative incidence with competing risks: the Aalen-Johansen estimator, exact with tied times.

A case is followed for :math:`t` days and then ends for cause k = 1..K, or is censored (k = 0). With :math:`Y_s`
cases at risk, :math:`d_{ks}` ends for cause k and :math:`d_s=\sum_k d_{ks}` at time s,

.. math:: S(t) = \prod_{s \le t} (1 - d_s/Y_s), \qquad F_k(t) = \sum_{s \le t} S(s^-)\, d_{ks}/Y_s .

With one cause :math:`1 - F_1` is the Kaplan-Meier curve. The variance is the delta-method one, the 95 % interval is on
the scale :math:`\log(-\log(1-F))`. lifelines breaks ties at random for this estimator, hence the own code; tests
compare both where there are no ties.

References
----------
Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481.
Marubini and Valsecchi (1995), Analysing Survival Data from Clinical Trials and Observational Studies, ch. 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EvidenceError
from peacetalks.evidence.shrink import Z95

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from peacetalks.evidence.arrays import Floats, Ints


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence at some horizons; NaN where no case was followed that long."""

    horizons: Floats  # [horizon] days
    probability: Floats  # [horizon, cause]
    low: Floats  # [horizon, cause] 95 %
    high: Floats  # [horizon, cause] 95 %
    variance: Floats  # [horizon, cause]
    at_risk: Ints  # [horizon] cases followed past the horizon
    n: int  # cases


def incidence(
    days: ArrayLike, cause: ArrayLike, horizons: ArrayLike, causes: int = 1, spread: bool = True
) -> Incidence:
    """Return the cumulative incidence of each cause at some horizons (Aalen and Johansen 1978).

    Parameters
    ----------
    days : array_like, shape (case,)
        Time of the end or of censoring, from 0.
    cause : array_like, shape (case,)
        0 for censored, else the cause 1..`causes`.
    horizons : array_like, shape (horizon,)
        Days at which the curves are wanted.
    causes
        Number of causes.
    spread
        Without it the variance and the interval are left NaN, which is quicker.

    Returns
    -------
    Incidence
        Without cases every value is NaN.

    Raises
    ------
    EvidenceError
        For negative or missing times, unknown causes or shapes that differ.

    Examples
    --------
    >>> incidence([1, 2, 3, 4], [1, 2, 0, 1], [2, 3, 9], causes=2).probability.round(2).tolist()
    [[0.25, 0.25], [0.25, 0.25], [0.75, 0.25]]
    """
    t, k = np.asarray(days, float), np.asarray(cause, int)
    h = np.atleast_1d(np.asarray(horizons, float))
    if t.shape != k.shape or t.ndim != 1:
        raise EvidenceError(f"days and cause must be vectors of one length, got {t.shape} and {k.shape}.")
    if np.isnan(t).any() or (t < 0).any():
        raise EvidenceError("days must be 0 or more and none missing: drop cases of unknown length first.")
    if k.size and (k.min() < 0 or k.max() > causes):
        raise EvidenceError(f"causes must be 0 (censored) to {causes}, got {k.min()} to {k.max()}.")
    if not t.size:
        nothing = np.full((h.size, causes), np.nan)
        return Incidence(h, nothing, nothing, nothing, nothing, np.zeros(h.size, int), 0)
    return _incidence(t, k, h, causes, spread)


def _incidence(t: NDArray, k: NDArray, h: NDArray, causes: int, spread: bool) -> Incidence:
    """Return `incidence` of checked arguments and at least one case."""
    times, place = np.unique(t, return_inverse=True)
    d = np.zeros((times.size, causes))
    np.add.at(d, (place[k > 0], k[k > 0] - 1), 1)
    order = np.sort(t)
    y = t.size - np.searchsorted(order, times)  # at risk just before each time
    total = d.sum(axis=1)
    survival = np.cumprod(1 - total / y)
    before = np.concatenate([[1.0], survival[:-1]])
    curve = np.cumsum(before[:, None] * d / y[:, None], axis=0)

    at = np.searchsorted(times, h, side="right") - 1
    followed = (h <= t.max()) | (survival[-1] < 1e-12)
    p = np.where(at[:, None] >= 0, curve[np.maximum(at, 0)], 0.0)
    v = np.stack([_variance(curve, d, y, total, before, last) for last in at]) if spread else np.full(p.shape, np.nan)
    p, v = (np.where(followed[:, None], x, np.nan) for x in (p, v))
    low, high = log_log(p, v) if spread else (v, v)
    return Incidence(h, p, low, high, v, t.size - np.searchsorted(order, h, side="right"), t.size)


def _variance(curve: NDArray, d: NDArray, y: NDArray, total: NDArray, before: NDArray, last: int) -> NDArray:
    """Return the delta-method variance [cause] of the curve at its time number `last`."""
    if last < 0:
        return np.zeros(d.shape[1])
    now = slice(0, last + 1)
    rise = curve[last] - curve[now]
    left = (y - total)[now, None]
    all_ends = np.where(left > 0, total[now, None] / (y[now, None] * np.maximum(left, 1)), 0.0)
    own, risk, s = d[now], y[now, None], before[now, None]
    terms = rise**2 * all_ends + s**2 * (risk - own) * own / risk**3 - 2 * rise * s * own / risk**2
    return np.maximum(terms.sum(axis=0), 0.0)


def log_log(p: NDArray, v: NDArray) -> tuple[NDArray, NDArray]:
    """Return the 95 % interval on the log(-log(1-p)) scale; at p = 0 or 1 it is the point itself."""
    inner = (p > 0) & (p < 1)
    q = np.where(inner, 1 - p, 0.5)
    width = np.minimum(Z95 * np.sqrt(v) / (q * -np.log(q)), 50.0)
    low, high = 1 - q ** np.exp(-width), 1 - q ** np.exp(width)
    return np.where(inner, low, p), np.where(inner, high, p)

r"""Proper scores, their decomposition, calibration, and skill with its sampling uncertainty.

A forecast is a probability p of an event (binary), or a row of probabilities over K labels that sum to 1. The
scores themselves are those of the package scoringrules, which compiles for seconds when it is imported and is imported
where a score is taken; all are negatively oriented (lower is better):

.. math:: BS = (p - y)^2 \;\;\text{or}\;\; \sum_k (p_k - y_k)^2, \qquad RPS = \sum_k (P_k - Y_k)^2, \qquad
          LS = -\log p_y, \qquad CRPS = E|X - y| - \tfrac12 E|X - X'| .

These are the Brier score (Brier 1950), the ranked probability score (Epstein 1969), the logarithmic score (Good 1952)
and the continuous ranked probability score (Matheson and Winkler 1976).

*Decomposition* (Murphy 1973; with bins, Stephenson, Coelho and Jolliffe 2008). With forecasts grouped in bins b of
:math:`n_b` cases, mean forecast :math:`\bar p_b` and frequency :math:`\bar y_b`,

.. math:: BS = \underbrace{\tfrac1n\sum_b n_b(\bar p_b-\bar y_b)^2}_{reliability}
             - \underbrace{\tfrac1n\sum_b n_b(\bar y_b-\bar y)^2}_{resolution}
             + \underbrace{\bar y(1-\bar y)}_{uncertainty} + \underbrace{W}_{within\ bins} ,

where W (variance of the forecasts within bins less twice their covariance with the outcomes) is 0 when a bin holds
one forecast value. The identity is exact.

*Consistency bands* (Broecker and Smith 2007) are the frequencies that each bin would show if the forecasts were
reliable: forecasts are resampled, outcomes are drawn from them, and the 5 and 95 % points of the frequencies are taken.
Forecasts that share an outcome are resampled together.

*Skill* is :math:`1 - \bar S/\bar S_{ref}`; its interval is a paired bootstrap over clusters of like cases.

References
----------
Brier (1950), Monthly Weather Review 78, 1-3.
Good (1952), Journal of the Royal Statistical Society B 14, 107-114.
Epstein (1969), Journal of Applied Meteorology 8, 985-987.
Murphy (1973), Journal of Applied Meteorology 12, 595-600.
Matheson and Winkler (1976), Management Science 22, 1087-1096.
Broecker and Smith (2007), Weather and Forecasting 22, 651-661.
Gneiting and Raftery (2007), Journal of the American Statistical Association 102, 359-378.
Stephenson, Coelho and Jolliffe (2008), Weather and Forecasting 23, 752-757.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import ScoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats, Ints


def brier(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return the Brier score of each case.

    Parameters
    ----------
    p : array_like, shape (case,) or (case, label)
        Probabilities of an event, or rows of probabilities that sum to 1.
    y : array_like, shape (case,)
        0 or 1, or the number of the label that came true.

    Returns
    -------
    ndarray, shape (case,)
        0 to 1 for an event, 0 to 2 for rows; lower is better.

    Raises
    ------
    ScoreError
        For missing forecasts, values outside [0, 1], rows that do not sum to 1, or outcomes that are no label.

    References
    ----------
    Brier (1950), Monthly Weather Review 78, 1-3.

    Examples
    --------
    >>> brier([0.2, 0.9], [0, 1]).round(2).tolist()
    [0.04, 0.01]
    >>> brier([[0.5, 0.3, 0.2]], [0]).round(2).tolist()
    [0.38]
    """
    import scoringrules as sr

    p, y = _checked(p, y)
    if p.ndim == 1:
        return np.asarray(sr.brier_score(y, p), float)
    return ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1)


def rps(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return the ranked probability score of each case, for labels that are in order.

    Parameters
    ----------
    p : array_like, shape (case, label)
        Rows of probabilities that sum to 1.
    y : array_like, shape (case,)
        Number of the label that came true.

    Returns
    -------
    ndarray, shape (case,)
        0 to K - 1 with K labels (the sum over labels, not divided by K - 1); lower is better.

    Raises
    ------
    ScoreError
        As `brier`, and for probabilities of a single event.

    References
    ----------
    Epstein (1969), Journal of Applied Meteorology 8, 985-987.

    Examples
    --------
    >>> rps([[0.1, 0.2, 0.3, 0.4]], [2]).round(2).tolist()
    [0.26]
    """
    import scoringrules as sr

    p, y = _checked(p, y)
    if p.ndim == 1:
        raise ScoreError(
            "the ranked probability score needs rows of probabilities over ordered labels; for one event use brier"
        )
    return np.asarray(sr.rps_score(np.eye(p.shape[1])[y], p, onehot=True), float)


def log_score(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return minus the natural logarithm of the probability given to what came true [case]; infinite where it was 0.

    `p` and `y` are those of `brier`, and so are the errors (Good 1952).

    >>> log_score([0.5, 1.0], [1, 1]).round(3).tolist()
    [0.693, 0.0]
    """
    p, y = _checked(p, y)
    hit = np.where(y == 1, p, 1 - p) if p.ndim == 1 else np.take_along_axis(p, y[:, None], axis=1)[:, 0]
    with np.errstate(divide="ignore"):
        return np.abs(np.log(hit))


def crps(ensemble: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Return the continuous ranked probability score of each case (terms of a settlement, durations).

    Parameters
    ----------
    ensemble : array_like, shape (case, member)
        Values that the forecast holds possible.
    y : array_like, shape (case,)
        The value observed.
    weights : array_like, shape (case, member), optional
        Weights of the members; they need not sum to 1.

    Returns
    -------
    ndarray, shape (case,)
        In the units of `y`; lower is better.

    Raises
    ------
    ScoreError
        If there is not one ensemble per value.

    References
    ----------
    Matheson and Winkler (1976), Management Science 22, 1087-1096.

    Examples
    --------
    >>> crps([[1.0, 3.0]], [2.0]).round(2).tolist()
    [0.5]
    """
    import scoringrules as sr

    members, observed = np.atleast_2d(np.asarray(ensemble, float)), np.atleast_1d(np.asarray(y, float))
    if members.shape[0] != observed.size:
        raise ScoreError(f"{members.shape[0]} ensembles but {observed.size} observed values: give one row per value")
    w = None if weights is None else np.broadcast_to(np.asarray(weights, float), members.shape)
    return np.asarray(sr.crps_ensemble(observed, members, ens_w=w), float)


@dataclass(frozen=True)
class Decomposition:
    """Parts of a mean Brier score: `score` = reliability - resolution + uncertainty + within."""

    score: float
    reliability: float  # 0 or more; 0 where forecasts equal frequencies
    resolution: float  # 0 or more; higher is better
    uncertainty: float  # variance of the outcome
    within: float  # variation within bins; 0 where a bin holds one forecast value
    n: int  # cases


def decompose(p: ArrayLike, y: ArrayLike, bins: int | None = None) -> Decomposition:
    """Return Murphy's (1973) decomposition of the mean Brier score of event probabilities `p` [case].

    Without `bins` every distinct forecast is a bin of its own; with them, cases are cut into that many bins of equal
    width on [0, 1]. Raises `ScoreError` as `brier`.

    >>> d = decompose([0.2, 0.2, 0.8, 0.8], [0, 1, 1, 1])
    >>> round(d.reliability, 3), round(d.resolution, 4), round(d.uncertainty, 4), d.within
    (0.065, 0.0625, 0.1875, 0.0)
    """
    p, y = _events(p, y)
    place = np.unique(p, return_inverse=True)[1] if bins is None else _bin(p, bins)
    n = np.bincount(place)
    used = n > 0
    n = n[used]
    pm, ym = (np.bincount(place, v)[used] / n for v in (p, y))
    share, base = n / p.size, y.mean()
    score = float(((p - y) ** 2).mean())
    reliability, resolution = float(share @ (pm - ym) ** 2), float(share @ (ym - base) ** 2)
    spread = p - (np.bincount(place, p)[used] / n)[np.cumsum(used)[place] - 1]
    within = 0.0 if bins is None else float((spread**2 - 2 * spread * y).mean())
    return Decomposition(score, reliability, resolution, float(base * (1 - base)), within, p.size)


@dataclass(frozen=True)
class Calibration:
    """A reliability diagram: mean forecast and observed frequency of each bin (empty bins are left out)."""

    forecast: Floats  # [bin] mean forecast
    observed: Floats  # [bin] frequency
    n: Ints  # [bin] cases
    low: Floats  # [bin] 5 % point of the frequency, were the forecasts reliable
    high: Floats  # [bin] 95 % point

    @property
    def outside(self) -> int:
        """Number of bins whose frequency lies outside its band."""
        return int(((self.observed < self.low - 1e-12) | (self.observed > self.high + 1e-12)).sum())


def calibration(
    p: ArrayLike, y: ArrayLike, bins: int = 10, draws: int = 1000, seed: int = 7, groups: ArrayLike | None = None
) -> Calibration:
    """Return the reliability diagram of event probabilities with 90 % consistency bands.

    Parameters
    ----------
    p, y : array_like, shape (case,)
        Probabilities of an event, and whether it came true (0 or 1).
    bins
        Number of bins, which hold about equally many cases (quantiles of the forecasts).
    draws, seed
        Of the resampling behind the bands.
    groups : array_like, shape (case,), optional
        Cases of one group share an outcome: they are drawn together, with one random number.  Left out: none do.

    Raises
    ------
    ScoreError
        As `brier`, and for rows of probabilities.

    References
    ----------
    Broecker and Smith (2007), Weather and Forecasting 22, 651-661.

    Examples
    --------
    >>> c = calibration([0.1] * 50 + [0.9] * 50, [0] * 45 + [1] * 50 + [0] * 5, bins=2)
    >>> c.observed.round(2).tolist(), c.outside
    ([0.1, 0.9], 0)
    """
    p, y = _events(p, y)
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)))[1:-1]
    place = np.searchsorted(edges, p, side="right")
    size = int(place.max()) + 1
    n = np.bincount(place, minlength=size)
    used = n > 0
    forecast, observed = (np.bincount(place, v, size)[used] / n[used] for v in (p, y))
    rng = np.random.default_rng(seed)
    frequency = np.full((draws, size), np.nan)
    draw = _drawing(np.arange(p.size) if groups is None else np.asarray(groups))
    for row in frequency:
        again, chance = draw(rng)
        hit = chance < p[again]
        count = np.bincount(place[again], minlength=size)
        row[count > 0] = np.bincount(place[again], hit, size)[count > 0] / count[count > 0]
    low, high = np.nanquantile(frequency[:, used], [0.05, 0.95], axis=0)
    return Calibration(forecast, observed, n[used], low, high)


def _drawing(of: np.ndarray) -> Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]:
    """Return what draws whole groups of cases again, with one random number to a group: (cases, random numbers)."""
    _, group, size = np.unique(of, return_inverse=True, return_counts=True)
    order, start = np.argsort(group, kind="stable"), np.cumsum(size) - size

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        which = rng.integers(0, size.size, size.size)
        n = size[which]
        within = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n)
        return order[np.repeat(start[which], n) + within], np.repeat(rng.random(size.size), n)

    return draw


@dataclass(frozen=True)
class Skill:
    """Skill of a score against a reference: 1 perfect, 0 no better, negative worse; 95 % interval."""

    value: float
    low: float
    high: float
    n: int
    clusters: int


def skill(
    score: ArrayLike, reference: ArrayLike, cluster: ArrayLike | None = None, draws: int = 1000, seed: int = 7
) -> Skill:
    """Return the skill of a mean score against the mean score of a reference forecast.

    Parameters
    ----------
    score, reference : array_like, shape (case,)
        Scores of the same cases in the same order.
    cluster : array_like, shape (case,), optional
        Cluster of each case (any labels); default every case its own.
    draws, seed
        Of the paired bootstrap: whole clusters are drawn with replacement, both scores together.

    Returns
    -------
    Skill
        With the 95 % percentile interval. An infinite score gives minus infinity, without an interval; a reference of 0
        gives NaN.

    Raises
    ------
    ScoreError
        If the scores are not of the same cases.

    Examples
    --------
    >>> s = skill([0.1, 0.2, 0.1, 0.2], [0.2, 0.4, 0.2, 0.4])
    >>> s.value, s.low, s.high
    (0.5, 0.5, 0.5)
    """
    s, r = np.asarray(score, float), np.asarray(reference, float)
    if s.shape != r.shape or s.ndim != 1 or not s.size:
        raise ScoreError(f"skill compares the same cases: got {s.shape} scores and {r.shape} reference scores")
    key = np.arange(s.size) if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1]
    k = int(key.max()) + 1
    if not np.isfinite(s).all() or not np.isfinite(r).all():
        value = float("nan") if not np.isfinite(r).all() else float("-inf")
        return Skill(value, float("nan"), float("nan"), s.size, k)
    if r.sum() == 0:
        return Skill(float("nan"), float("nan"), float("nan"), s.size, k)
    mine, theirs = np.bincount(key, s, k), np.bincount(key, r, k)
    picked = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), size=draws)
    with np.errstate(invalid="ignore", divide="ignore"):
        runs = 1 - (picked @ mine) / (picked @ theirs)
    low, high = np.nanquantile(np.where(np.isfinite(runs), runs, np.nan), [0.025, 0.975])
    return Skill(float(1 - s.sum() / r.sum()), float(low), float(high), s.size, k)


def _bin(p: Floats, bins: int) -> Ints:
    return np.minimum((p * bins).astype(int), bins - 1)


def _events(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    forecast, observed = _checked(p, y)
    if forecast.ndim != 1:
        raise ScoreError("this needs the probabilities of one event [case]: take one column of the rows")
    return forecast, observed.astype(float)


def _checked(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Ints]:
    """Check forecasts and outcomes: shapes, range, sums, and that what came true is one of the labels."""
    forecast, observed = np.asarray(p, float), np.asarray(y)
    if forecast.ndim not in (1, 2) or observed.shape != forecast.shape[:1] or not observed.size:
        raise ScoreError(
            f"forecasts {forecast.shape} do not go with outcomes {observed.shape}: give one outcome per forecast"
        )
    if np.isnan(forecast).any():
        raise ScoreError(
            f"{int(np.isnan(forecast).any(axis=-1).sum())} forecasts are missing: leave those cases out "
            "and say how many; missing is not 0"
        )
    if (forecast < -1e-9).any() or (forecast > 1 + 1e-9).any():
        raise ScoreError(f"probabilities must lie in [0, 1], got {forecast.min():g} to {forecast.max():g}")
    if forecast.ndim == 2 and (abs(forecast.sum(axis=1) - 1) > 1e-6).any():
        raise ScoreError(f"row {int(np.argmax(abs(forecast.sum(axis=1) - 1)))} does not sum to 1: normalise it")
    top = 2 if forecast.ndim == 1 else forecast.shape[1]
    if not np.isin(observed, np.arange(top)).all():
        raise ScoreError(f"outcomes must be whole numbers from 0 to {top - 1}, the label that came true")
    return np.clip(forecast, 0.0, 1.0), observed.astype(int)

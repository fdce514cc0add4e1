r"""Proper scores, where they come from, and whether a skill is more than luck.

A forecast is a probability p of an event (binary), or a row of probabilities over K labels that sum to 1. The
scores themselves are those of the package scoringrules; all are negatively oriented (lower is better):

.. math:: BS = (p - y)^2 \;\;\text{or}\;\; \sum_k (p_k - y_k)^2, \qquad RPS = \sum_k (P_k - Y_k)^2, \qquad
          LS = -\log p_y, \qquad CRPS = E|X - y| - \tfrac12 E|X - X'| .

*Decomposition* (Murphy 1973; with bins, Stephenson, Coelho and Jolliffe 2008). With forecasts grouped in bins b of
:math:`n_b` cases, mean forecast :math:`\bar p_b` and frequency :math:`\bar y_b`,

.. math:: BS = \underbrace{\tfrac1n\sum_b n_b(\bar p_b-\bar y_b)^2}_{reliability}
             - \underbrace{\tfrac1n\sum_b n_b(\bar y_b-\bar y)^2}_{resolution}
             + \underbrace{\bar y(1-\bar y)}_{uncertainty} + \underbrace{W}_{within\ bins} ,

where W (variance of the forecasts within bins less twice their covariance with the outcomes) is 0 when a bin holds
one forecast value. The identity is exact.

*Consistency bands* (Broecker and Smith 2007): were the forecasts reliable, what frequencies would be seen in each bin?
Forecasts are resampled, outcomes drawn from them, and the 5 and 95 % points of the frequencies kept.

*Skill* is :math:`1 - \bar S/\bar S_{ref}`; its interval is a paired bootstrap over clusters of like cases.

References: Murphy (1973), J. Appl. Meteor. 12, 595-600; Stephenson et al. (2008), Wea. Forecasting 23, 752-757;
Broecker and Smith (2007), Wea. Forecasting 22, 651-661; Gneiting and Raftery (2007), JASA 102, 359-378.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scoringrules as sr
from numpy.typing import ArrayLike, NDArray

from peacetalks.errors import ScoreError

Floats = NDArray[np.float64]


def brier(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return the Brier score [case] of event probabilities `p` [case], or of rows `p` [case, label].

    `y` [case] is 0 or 1, or the number of the label that came true. Rows score between 0 and 2.

    >>> brier([0.2, 0.9], [0, 1]).round(2).tolist()
    [0.04, 0.01]
    >>> brier([[0.5, 0.3, 0.2]], [0]).round(2).tolist()
    [0.38]
    """
    p, y = _door(p, y)
    if p.ndim == 1:
        return np.asarray(sr.brier_score(y, p), float)
    return ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1)


def rps(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return the ranked probability score [case] of rows `p` [case, label] whose labels are in order; 0 to K-1.

    >>> rps([[0.1, 0.2, 0.3, 0.4]], [2]).round(2).tolist()
    [0.26]
    """
    p, y = _door(p, y)
    if p.ndim == 1:
        raise ScoreError(
            "the ranked probability score needs rows of probabilities over ordered labels; for one event use brier"
        )
    return np.asarray(sr.rps_score(np.eye(p.shape[1])[y], p, onehot=True), float)


def log_score(p: ArrayLike, y: ArrayLike) -> Floats:
    """Return minus the log of the probability given to what came true [case]; infinite where it was 0.

    >>> log_score([0.5, 1.0], [1, 1]).round(3).tolist()
    [0.693, 0.0]
    """
    p, y = _door(p, y)
    hit = np.where(y == 1, p, 1 - p) if p.ndim == 1 else np.take_along_axis(p, y[:, None], axis=1)[:, 0]
    with np.errstate(divide="ignore"):
        return np.abs(np.log(hit))


def crps(ensemble: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Return the continuous ranked probability score [case] of an `ensemble` [case, member] (terms, durations).

    `y` [case] is the value seen, `weights` [case, member] need not sum to 1. Units are those of `y`.

    >>> crps([[1.0, 3.0]], [2.0]).round(2).tolist()
    [0.5]
    """
    members, seen = np.atleast_2d(np.asarray(ensemble, float)), np.atleast_1d(np.asarray(y, float))
    if members.shape[0] != seen.size:
        raise ScoreError(f"{members.shape[0]} ensembles but {seen.size} values seen: give one row per value")
    w = None if weights is None else np.broadcast_to(np.asarray(weights, float), members.shape)
    return np.asarray(sr.crps_ensemble(seen, members, ens_w=w), float)


@dataclass(frozen=True)
class Decomposition:
    """Parts of a mean Brier score: `score` = reliability - resolution + uncertainty + within."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    n: int


def decompose(p: ArrayLike, y: ArrayLike, bins: int | None = None) -> Decomposition:
    """Return Murphy's decomposition of the mean Brier score of event probabilities `p` [case].

    Without `bins` every distinct forecast is a bin of its own; with them, cases are cut into that many bins of equal
    width on [0, 1].

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
    """A reliability diagram: what was said and what was seen, bin by bin (empty bins left out)."""

    forecast: Floats  # [bin] mean forecast
    observed: Floats  # [bin] frequency
    n: NDArray[np.int64]  # [bin] cases
    low: Floats  # [bin] 5 % point of the frequency, were the forecasts reliable
    high: Floats  # [bin] 95 % point

    @property
    def outside(self) -> int:
        """Number of bins whose frequency lies outside its band."""
        return int(((self.observed < self.low - 1e-12) | (self.observed > self.high + 1e-12)).sum())


def calibration(p: ArrayLike, y: ArrayLike, bins: int = 10, draws: int = 1000, seed: int = 7) -> Calibration:
    """Return the reliability diagram of event probabilities with 90 % consistency bands (seeded).

    Bins hold about equally many cases (quantiles of the forecasts).

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
    said, seen = (np.bincount(place, v, size)[used] / n[used] for v in (p, y))
    rng = np.random.default_rng(seed)
    frequency = np.full((draws, size), np.nan)
    for row in frequency:
        again = rng.integers(0, p.size, p.size)
        hit = rng.random(p.size) < p[again]
        count = np.bincount(place[again], minlength=size)
        row[count > 0] = np.bincount(place[again], hit, size)[count > 0] / count[count > 0]
    low, high = np.nanquantile(frequency[:, used], [0.05, 0.95], axis=0)
    return Calibration(said, seen, n[used], low, high)


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
    """Return the skill of mean `score` [case] against mean `reference` [case], same cases in the same order.

    The interval is the 95 % percentile interval of a paired bootstrap: whole clusters (`cluster` [case], any labels;
    default every case its own) are drawn with replacement, both scores together, seeded. An infinite score gives
    minus infinity, without an interval; a reference of 0 gives NaN.

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


def _bin(p: Floats, bins: int) -> NDArray[np.int64]:
    return np.minimum((p * bins).astype(int), bins - 1)


def _events(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    forecast, seen = _door(p, y)
    if forecast.ndim != 1:
        raise ScoreError("this needs the probabilities of one event [case]: take one column of the rows")
    return forecast, seen.astype(float)


def _door(p: ArrayLike, y: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    """Check forecasts and outcomes: shapes, range, sums, and that what came true is one of the labels."""
    forecast, seen = np.asarray(p, float), np.asarray(y)
    if forecast.ndim not in (1, 2) or seen.shape != forecast.shape[:1] or not seen.size:
        raise ScoreError(
            f"forecasts {forecast.shape} do not go with outcomes {seen.shape}: give one outcome per forecast"
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
    if not np.isin(seen, np.arange(top)).all():
        raise ScoreError(f"outcomes must be whole numbers from 0 to {top - 1}, the label that came true")
    return np.clip(forecast, 0.0, 1.0), seen.astype(int)

r"""Pooling: the inside and the outside view of the same labels become one, with a weight fitted to past cases.

The logarithmic pool of probabilities :math:`a_k` (inside) and :math:`b_k` (outside), sharpened or flattened,

.. math:: q_k \propto \big(a_k^{\,w}\, b_k^{\,1-w}\big)^{\gamma}, \qquad \sum_k q_k = 1,

has weight w on the inside view and sharpness :math:`\gamma` (the inverse of a temperature: 1 leaves the pool as it
is, below 1 makes it more cautious). On the log-odds of two labels it is :math:`\gamma (w\,\alpha + (1-w)\,\beta)`.
Before pooling, probabilities below `FLOOR` are raised to it, so that neither view can rule out a label.

w is the posterior mean and :math:`\gamma` the exponential of the posterior mean of its logarithm, over a grid, under a
prior that is a declared judgement and the likelihood of what came true,

.. math:: \pi(w, \gamma \mid D) \propto
          w^{a-1}(1-w)^{b-1}\, e^{-(\log\gamma)^2/2s^2} \prod_i q_{i,y_i}(w,\gamma)^{c_i} ,

with :math:`c_i` below 1 for rows that repeat a case (two horizons of one case count as one). With many cases the
prior does not matter; with few it decides, and `Fit.identified` reports it. `walk` fits, for each forecast, to the
outcomes known before its date only: a case never contributes to its own weight.

References
----------
Genest and Zidek (1986), Statistical Science 1, 114-135 (logarithmic pool, external Bayesianity).
Ranjan and Gneiting (2010), Journal of the Royal Statistical Society B 72, 71-91 (why a pool needs recalibration).
Satopaa et al. (2014), International Journal of Forecasting 30, 344-356 (log-odds pool with a sharpness).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.special import betainc

from peacetalks.errors import PoolError
from peacetalks.evidence.tables import table_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats, Ints

FLOOR = 1e-3  # least probability that enters the pool
WEIGHTS = np.linspace(0.0, 1.0, 21)
SHARPNESS = np.exp(np.linspace(np.log(0.25), np.log(2.5), 16))
CHUNK = 500  # rows at a time, to bound memory
GRID = np.array([(w, g) for w in WEIGHTS for g in SHARPNESS])  # [point, (weight, sharpness)]


@dataclass(frozen=True)
class Prior:
    """Prior of a pool: Beta(`inside`, `outside`) on the weight, log-normal (median 1, `spread`) on the sharpness."""

    inside: float
    outside: float
    spread: float
    why: str

    @property
    def mean(self) -> float:
        """Prior mean of the weight on the inside view."""
        return self.inside / (self.inside + self.outside)


JUDGEMENT = Prior(
    1.0,
    3.0,
    0.35,
    "judgement: a quarter on the inside view, between 0.01 and 0.71 (95%). Models of strategic "
    "play alone have not beaten base rates on conflict decisions in published tests",
)
FLAT = Prior(1.0, 1.0, 0.35, "judgement: any weight as likely as another; a sharpness between a half and double (95%)")


@dataclass(frozen=True)
class Fit:
    """A fitted pool: posterior means, 95 % interval of the weight, and the number of cases."""

    weight: float  # of the inside view, 0 to 1
    sharpness: float
    low: float  # 95 % interval of the weight
    high: float
    n: int  # forecasts
    effective_n: float  # cases: forecasts that repeat a case count in part
    prior: Prior

    @property
    def identified(self) -> bool:
        """Whether past cases determine the weight: its 95 % interval is less than half as wide as the prior's."""
        before = _interval(_prior(self.prior))
        return self.high - self.low < 0.5 * (before[1] - before[0])


def log_pool(inside: ArrayLike, outside: ArrayLike, weight: float, sharpness: float = 1.0) -> Floats:
    """Return the logarithmic pool of two arrays of probabilities over the same labels.

    Parameters
    ----------
    inside, outside : array_like, shape (..., label)
        Probabilities that sum to 1 over labels; NaN where a view is not estimable.
    weight
        Weight of the inside view, 0 to 1.
    sharpness
        Exponent of the pool; 1 leaves it as it is, below 1 flattens it.

    Returns
    -------
    ndarray, shape (..., label)
        NaN for all labels of a row in which either view has NaN.

    Raises
    ------
    PoolError
        For probabilities or a weight outside [0, 1], a sharpness that is not positive, or shapes that differ.

    References
    ----------
    Genest and Zidek (1986), Statistical Science 1, 114-135.

    Examples
    --------
    >>> log_pool([0.5, 0.5], [0.2, 0.8], weight=0.5).round(3).tolist()
    [0.333, 0.667]
    """
    a, b = np.asarray(inside, float), np.asarray(outside, float)
    if a.shape != b.shape or a.ndim == 0:
        raise PoolError(f"inside {a.shape} and outside {b.shape} must have the same labels and dates")
    if not 0 <= weight <= 1:
        raise PoolError(f"the weight on the inside view must lie in [0, 1], got {weight:g}")
    if not (sharpness > 0 and np.isfinite(sharpness)):
        raise PoolError(f"the sharpness must be positive, got {sharpness:g}")
    with np.errstate(invalid="ignore"):
        if (a < -1e-9).any() or (b < -1e-9).any() or (a > 1 + 1e-9).any() or (b > 1 + 1e-9).any():
            raise PoolError("probabilities to pool must lie in [0, 1]")
    q = sharpness * (weight * _log(a) + (1 - weight) * _log(b))
    q = np.exp(q - q.max(axis=-1, keepdims=True))
    return q / q.sum(axis=-1, keepdims=True)


def pool(
    inside: xr.DataArray,
    outside: xr.DataArray,
    weight: float | None = None,
    sharpness: float | None = None,
    as_of: date | None = None,
) -> xr.DataArray:
    """Return the pooled view of an inside and an outside view of the same outcome classes.

    Parameters
    ----------
    inside, outside : DataArray (period, end)
        Probabilities. Periods that only one view has are dropped.
    weight
        Weight of the inside view; default that of `shipped` as it was known at `as_of`.
    sharpness
        Exponent of the pool; default that of `shipped`, or 1 where `weight` is given.
    as_of
        Date of the forecast.

    Returns
    -------
    DataArray (period, end)
        Probabilities; the attributes report `weight`, `sharpness` and `weight_source`.

    Raises
    ------
    PoolError
        For other dimensions, different classes, no period in common, or what `log_pool` refuses.

    Examples
    --------
    >>> a = xr.DataArray([[0.6, 0.4]], {"period": [12], "end": ["peace", "nowhere"]}, ("period", "end"))
    >>> pool(a, a, weight=0.3, sharpness=1.0).values.round(3).tolist()
    [[0.6, 0.4]]
    """
    for name, view in (("inside", inside), ("outside", outside)):
        if set(view.dims) != {"period", "end"}:
            raise PoolError(
                f"the {name} view needs the dimensions period and end, got {', '.join(map(str, view.dims))}"
            )
    if set(inside["end"].values.tolist()) != set(outside["end"].values.tolist()):
        raise PoolError(
            f"the views have different ends: {inside['end'].values.tolist()} and {outside['end'].values.tolist()}"
        )
    first, second = (v.transpose("period", "end") for v in (inside, outside.sel(end=inside["end"])))
    first, second = xr.align(first, second, join="inner")
    if not first.sizes["period"]:
        raise PoolError("the views have no period in common: ask both for the same months")
    fitted = shipped(as_of)
    w, g = fitted.weight if weight is None else weight, fitted.sharpness if weight is None else 1.0
    g = g if sharpness is None else sharpness
    out = first.copy(data=log_pool(first.values, second.values, w, g))
    source = "given" if weight is not None else f"fitted on {fitted.effective_n:g} cases, prior a {fitted.prior.why}"
    out.attrs = {"weight": float(w), "sharpness": float(g), "weight_source": source}
    return out


def fit(
    inside: ArrayLike, outside: ArrayLike, outcome: ArrayLike, counts: ArrayLike | None = None, prior: Prior = JUDGEMENT
) -> Fit:
    """Return the pool fitted to past forecasts (the posterior of the module).

    Parameters
    ----------
    inside, outside : array_like, shape (row, label)
        Probabilities of past forecasts, none missing.
    outcome : array_like, shape (row,)
        Number of the label that came true.
    counts : array_like, shape (row,), optional
        The share of a case that a row stands for; default 1.
    prior
        Prior of weight and sharpness; it is returned where there are no rows.

    Raises
    ------
    PoolError
        For missing probabilities or shapes that differ.

    Examples
    --------
    >>> fit([], [], []).weight
    0.25
    """
    likelihoods = _log_likelihoods(inside, outside, outcome, counts)
    n = np.ones(len(likelihoods)) if counts is None else np.asarray(counts, float)
    return _posterior(likelihoods.sum(axis=0), len(likelihoods), float(n.sum()), prior)


def walk(
    inside: ArrayLike,
    outside: ArrayLike,
    outcome: ArrayLike,
    made: ArrayLike,
    known: ArrayLike,
    counts: ArrayLike | None = None,
    prior: Prior = JUDGEMENT,
) -> tuple[Floats, list[Fit]]:
    """Return the pooled probabilities [row, label] and the fit of each row, by walk-forward.

    Parameters
    ----------
    inside, outside, counts, prior
        As in `fit`.
    outcome : array_like, shape (row,)
        Number of the label that came true; -1 unknown, from which nothing is fitted.
    made, known : array_like, shape (row,)
        When a forecast was made, and when its outcome was known (numbers, such as days). The pool of a row is fitted
        to the rows with `known` before its `made`.
    """
    a, b, y = np.asarray(inside, float), np.asarray(outside, float), np.asarray(outcome, int)
    start, end = np.asarray(made, float), np.asarray(known, float)
    n = np.ones(y.size) if counts is None else np.asarray(counts, float)
    scored = y >= 0
    likelihoods = _log_likelihoods(a[scored], b[scored], y[scored], n[scored])
    order = np.argsort(end[scored], kind="stable")
    when = end[scored][order]
    total = np.concatenate([np.zeros((1, len(GRID))), np.cumsum(likelihoods[order], axis=0)])
    cases = np.concatenate([[0.0], np.cumsum(n[scored][order])])
    place = np.searchsorted(when, start, side="left")
    fits = {int(i): _posterior(total[i], int(i), float(cases[i]), prior) for i in np.unique(place)}
    out = np.full(a.shape, np.nan)
    for i, f in fits.items():
        now = place == i
        out[now] = log_pool(a[now], b[now], f.weight, f.sharpness)
    return out, [fits[int(i)] for i in place]


def shipped(as_of: date | None = None) -> Fit:
    """Return the pool fitted to the case book of the backtest (docs/backtest.md), as it was known at a date.

    `as_of` is the date of the forecast; None uses every case. Before the first outcome was known it is the prior.

    >>> shipped(date(1930, 1, 1)).n
    0
    """
    found = fit([], [], [])
    for day, row in _shipped_fits():
        if as_of is None or day < as_of:
            found = row
    return found


@cache
def card() -> dict[str, Any]:
    """Return the card of the shipped pool: method, prior, the cases it was fitted to, limits.

    >>> card()["prior"]["weight"]
    'Beta(1, 3)'
    """
    return json.loads(table_text("pool.json"))


def forget_shipped() -> None:
    """Forget the tables of the shipped pool, so that they are read again after they have been written anew."""
    card.cache_clear()
    _shipped_fits.cache_clear()


@cache
def _shipped_fits() -> tuple[tuple[date, Fit], ...]:
    """Return the shipped pools, each with the day from which it was known, in order."""
    rows = csv.DictReader(io.StringIO(table_text("pool.csv")))
    return tuple((date.fromisoformat(r["known"]), _fit_of(r)) for r in rows)


def _fit_of(row: dict[str, str]) -> Fit:
    weight, sharpness, low, high, effective = (
        float(row[k]) for k in ("weight", "sharpness", "low", "high", "effective_n")
    )
    return Fit(weight, sharpness, low, high, int(row["n"]), effective, JUDGEMENT)


def _log(p: Floats) -> Floats:
    lifted = np.maximum(p, FLOOR)
    return np.log(lifted / lifted.sum(axis=-1, keepdims=True))


def _log_likelihoods(inside: ArrayLike, outside: ArrayLike, outcome: ArrayLike, counts: ArrayLike | None) -> Floats:
    """Return the log-likelihood [row, grid point] of what came true."""
    y = np.asarray(outcome, int)
    if not y.size:
        return np.zeros((0, len(GRID)))
    a, b = np.atleast_2d(np.asarray(inside, float)), np.atleast_2d(np.asarray(outside, float))
    if a.shape != b.shape or len(a) != y.size:
        raise PoolError(
            f"inside {a.shape}, outside {b.shape} and outcomes {y.shape}: give one row of each per forecast"
        )
    if np.isnan(a).any() or np.isnan(b).any():
        raise PoolError("a view that is not estimable (NaN) cannot be fitted to: leave those rows out and say how many")
    parts = [_chunk(_log(a[i : i + CHUNK]), _log(b[i : i + CHUNK]), y[i : i + CHUNK]) for i in range(0, y.size, CHUNK)]
    out = np.concatenate(parts)
    return out if counts is None else out * np.asarray(counts, float)[:, None]


def _chunk(la: Floats, lb: Floats, y: Ints) -> Floats:
    """Return the log-likelihood [row, grid point] of some rows of log probabilities."""
    mixed = WEIGHTS[:, None, None] * la + (1 - WEIGHTS[:, None, None]) * lb  # [weight, row, label]
    scaled = SHARPNESS[:, None, None, None] * mixed  # [sharpness, weight, row, label]
    top = scaled.max(axis=-1)
    norm = top + np.log(np.exp(scaled - top[..., None]).sum(axis=-1))
    hit = np.take_along_axis(scaled, y[None, None, :, None], axis=-1)[..., 0] - norm
    return hit.transpose(2, 1, 0).reshape(y.size, -1)


@cache
def _prior(prior: Prior) -> Floats:
    """Return the log prior [grid point] (masses of the weight's cells, so that a density at 0 or 1 is finite)."""
    borders = np.concatenate([[0.0], (WEIGHTS[1:] + WEIGHTS[:-1]) / 2, [1.0]])
    mass = np.diff(betainc(prior.inside, prior.outside, borders))
    w = np.log(np.maximum(mass, 1e-300))
    g = -0.5 * (np.log(SHARPNESS) / prior.spread) ** 2
    return (w[:, None] + g[None, :]).ravel()


def _posterior(log_likelihood: Floats, n: int, effective: float, prior: Prior) -> Fit:
    """Return the posterior means and interval from the log-likelihood [grid point] of `n` forecasts."""
    q = _prior(prior) + log_likelihood
    low, high = _interval(q)
    p = np.exp(q - q.max())
    p /= p.sum()
    w, g = (round(float(v), 4) for v in (p @ GRID[:, 0], np.exp(p @ np.log(GRID[:, 1]))))
    if not n:
        w, g = round(prior.mean, 4), 1.0
    return Fit(w, g, low, high, n, effective, prior)


def _interval(log_posterior: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the weight from a log posterior [grid point]."""
    p = np.exp(log_posterior - log_posterior.max()).reshape(len(WEIGHTS), len(SHARPNESS)).sum(axis=1)
    cumulative = np.cumsum(p / p.sum())
    low, high = (round(float(WEIGHTS[np.searchsorted(cumulative, q)]), 4) for q in (0.025, 0.975))
    return low, high

r"""Pooling: the inside and the outside view of the same labels become one, with a weight learnt from the past.

The logarithmic pool of probabilities :math:`a_k` (inside) and :math:`b_k` (outside), sharpened or flattened,

.. math:: q_k \propto \big(a_k^{\,w}\, b_k^{\,1-w}\big)^{\gamma}, \qquad \sum_k q_k = 1,

has weight w on the inside view and sharpness :math:`\gamma` (the inverse of a temperature: 1 leaves the pool as it
is, below 1 makes it more cautious). On the log-odds of two labels it is :math:`\gamma (w\,\alpha + (1-w)\,\beta)`.
Before pooling, probabilities below `FLOOR` are lifted to it: neither view has a veto.

w and :math:`\gamma` are the posterior means over a grid, under a prior that is a declared judgement and the
likelihood of what came true,

.. math:: \pi(w, \gamma \mid D) \propto w^{a-1}(1-w)^{b-1}\, e^{-(\log\gamma)^2/2s^2} \prod_i q_{i,y_i}(w,\gamma)^{c_i} ,

with :math:`c_i` below 1 for rows that repeat a case (two horizons of one case count as one). With many cases the
prior does not matter; with few it decides, and `Fit.identified` says so. `walk` fits to what was known before each
date, and to nothing else: the case at hand never sets its own weight.

References: Genest and Zidek (1986), Statistical Science 1, 114-135; Ranjan and Gneiting (2010), JRSS B 72, 71-91;
Satopaa et al. (2014), Int. J. Forecasting 30, 344-356.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from peacetalks.errors import PoolError

Floats = NDArray[np.float64]
FLOOR = 1e-3
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
    """A fitted pool: posterior means, 95 % interval of the weight, and what they rest on."""

    weight: float
    sharpness: float
    low: float
    high: float
    n: int
    effective_n: float
    prior: Prior

    @property
    def identified(self) -> bool:
        """Whether the past has told the weight: its 95 % interval is less than half as wide as the prior's."""
        before = _interval(_prior(self.prior))
        return self.high - self.low < 0.5 * (before[1] - before[0])


def log_pool(inside: ArrayLike, outside: ArrayLike, weight: float, sharpness: float = 1.0) -> Floats:
    """Return the logarithmic pool [..., label] of two arrays of probabilities over the same labels.

    NaN in either (a view that cannot speak) gives NaN for all labels of that row. Raises `PoolError` for a weight
    outside [0, 1], a sharpness that is not positive, or shapes that differ.

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
    """Return the pooled view (period, end) of an inside and an outside view with the same ends.

    Periods that only one view has are dropped. Without `weight` the shipped one is used (`shipped`), as it was known
    at `as_of`: fitted on cases whose outcome was known by then. The attributes of the result say what was used.

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
    """Return the pool that the past supports: views [row, label], outcome [row] the label that came true.

    `counts` [row] is the share of a case that a row stands for (default 1). No rows give back the prior.

    >>> fit([], [], []).weight
    0.25
    """
    losses = _losses(inside, outside, outcome, counts)
    n = np.ones(len(losses)) if counts is None else np.asarray(counts, float)
    return _posterior(losses.sum(axis=0), len(losses), float(n.sum()), prior)


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

    `made` [row] is when a forecast was made and `known` [row] when its outcome was known (numbers, such as days): a
    row's pool is fitted on rows with `known` before its `made`. Rows with outcome -1 (unknown) teach nothing.
    """
    a, b, y = np.asarray(inside, float), np.asarray(outside, float), np.asarray(outcome, int)
    start, end = np.asarray(made, float), np.asarray(known, float)
    n = np.ones(y.size) if counts is None else np.asarray(counts, float)
    told = y >= 0
    losses = np.zeros((y.size, len(GRID)))
    losses[told] = _losses(a[told], b[told], y[told], n[told])
    order = np.argsort(end[told], kind="stable")
    when = end[told][order]
    total = np.concatenate([np.zeros((1, len(GRID))), np.cumsum(losses[told][order], axis=0)])
    cases = np.concatenate([[0.0], np.cumsum(n[told][order])])
    place = np.searchsorted(when, start, side="left")
    fits = {int(i): _posterior(total[i], int(i), float(cases[i]), prior) for i in np.unique(place)}
    out = np.full(a.shape, np.nan)
    for i, f in fits.items():
        now = place == i
        out[now] = log_pool(a[now], b[now], f.weight, f.sharpness)
    return out, [fits[int(i)] for i in place]


def shipped(as_of: date | None = None) -> Fit:
    """Return the pool fitted on the case book, as known at `as_of` (None: all of it); see docs/backtest.md.

    Before the first case was known it is the prior.

    >>> shipped(date(1930, 1, 1)).n
    0
    """
    found = fit([], [], [])
    for day, row in _table():
        if as_of is None or day < as_of:
            found = row
    return found


@cache
def card() -> dict[str, Any]:
    """Return the card of the shipped pool: method, prior, the cases it was fitted on, limits.

    >>> card()["prior"]["weight"]
    'Beta(1, 3)'
    """
    return json.loads((files("peacetalks.evidence") / "tables" / "pool.json").read_text(encoding="utf-8"))


@cache
def _table() -> tuple[tuple[date, Fit], ...]:
    path = files("peacetalks.evidence") / "tables" / "pool.csv"
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))) if path.is_file() else ()
    return tuple((date.fromisoformat(r["known"]), _read(r)) for r in rows)


def _read(row: dict[str, str]) -> Fit:
    weight, sharpness, low, high, effective = (
        float(row[k]) for k in ("weight", "sharpness", "low", "high", "effective_n")
    )
    return Fit(weight, sharpness, low, high, int(row["n"]), effective, JUDGEMENT)


def _log(p: Floats) -> Floats:
    lifted = np.maximum(p, FLOOR)
    return np.log(lifted / lifted.sum(axis=-1, keepdims=True))


def _losses(inside: ArrayLike, outside: ArrayLike, outcome: ArrayLike, counts: ArrayLike | None) -> Floats:
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
        raise PoolError("a view that cannot speak (NaN) cannot be learnt from: leave those rows out and say how many")
    parts = [_chunk(_log(a[i : i + CHUNK]), _log(b[i : i + CHUNK]), y[i : i + CHUNK]) for i in range(0, y.size, CHUNK)]
    out = np.concatenate(parts)
    return out if counts is None else out * np.asarray(counts, float)[:, None]


def _chunk(la: Floats, lb: Floats, y: NDArray[np.int64]) -> Floats:
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
    edges = np.concatenate([[0.0], (WEIGHTS[1:] + WEIGHTS[:-1]) / 2, [1.0]])
    mass = np.diff(betainc(prior.inside, prior.outside, edges))
    w = np.log(np.maximum(mass, 1e-300))
    g = -0.5 * (np.log(SHARPNESS) / prior.spread) ** 2
    return (w[:, None] + g[None, :]).ravel()


def _posterior(log_likelihood: Floats, n: int, effective: float, prior: Prior) -> Fit:
    q = _prior(prior) + log_likelihood
    low, high = _interval(q)
    p = np.exp(q - q.max())
    p /= p.sum()
    w, g = (round(float(v), 4) for v in (p @ GRID[:, 0], np.exp(p @ np.log(GRID[:, 1]))))
    if not n:
        w, g = round(prior.mean, 4), 1.0
    return Fit(w, g, low, high, n, effective, prior)


def _interval(log_posterior: Floats) -> tuple[float, float]:
    p = np.exp(log_posterior - log_posterior.max()).reshape(len(WEIGHTS), len(SHARPNESS)).sum(axis=1)
    cumulative = np.cumsum(p / p.sum())
    return tuple(round(float(WEIGHTS[np.searchsorted(cumulative, q)]), 4) for q in (0.025, 0.975))  # type: ignore[return-value]

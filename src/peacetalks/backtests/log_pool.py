r"""The pool of a reference class and a state's own record, in the questions about ceasefires, episodes and processes.

The logarithmic pool of probabilities :math:`a_k` (class) and :math:`b_k` (own record), sharpened or flattened,

.. math:: q_k \propto \big(a_k^{\,w}\, b_k^{\,1-w}\big)^{\gamma}, \qquad \sum_k q_k = 1,

has weight w on the class and sharpness :math:`\gamma` (1 leaves the pool as it is, below 1 makes it more cautious).
Probabilities below `FLOOR` are raised to it, so that neither can rule out a label. w is the posterior mean and
:math:`\gamma` the exponential of the posterior mean of its logarithm, over a grid, with any weight as likely as another
and :math:`\log\gamma` normal around 0 with the standard deviation `SPREAD` (judgements), and the likelihood of what
came true.  `walk` fits, for each forecast, to the outcomes known before its date only.

References
----------
Genest and Zidek (1986), Statistical Science 1, 114-135 (logarithmic pool, external Bayesianity).
Ranjan and Gneiting (2010), Journal of the Royal Statistical Society B 72, 71-91 (why a pool needs recalibration).
Satopaa et al. (2014), International Journal of Forecasting 30, 344-356 (log-odds pool with a sharpness).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import PoolError
from peacetalks.evidence.known_before import known_before

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats, Ints

FLOOR = 1e-3  # least probability that enters the pool
SPREAD = 0.35  # of the logarithm of the sharpness: between a half and double (95%)
WEIGHTS = np.linspace(0.0, 1.0, 21)
SHARPNESS = np.exp(np.linspace(np.log(0.25), np.log(2.5), 16))
CHUNK = 500  # rows at a time, to bound memory
GRID = np.array([(w, g) for w in WEIGHTS for g in SHARPNESS])  # [point, (weight, sharpness)]


@dataclass(frozen=True)
class Fit:
    """A fitted pool: posterior means, 95 % interval of the weight, and the number of forecasts."""

    weight: float  # of the reference class, 0 to 1
    sharpness: float
    low: float  # 95 % interval of the weight
    high: float
    n: int  # forecasts


def log_pool(first: ArrayLike, second: ArrayLike, weight: float, sharpness: float = 1.0) -> Floats:
    """Return the logarithmic pool [row, label] of two arrays of probabilities [row, label], `weight` on the first.

    >>> log_pool([[0.5, 0.5]], [[0.2, 0.8]], weight=0.5).round(3).tolist()
    [[0.333, 0.667]]
    """
    q = sharpness * (weight * _log(np.asarray(first, float)) + (1 - weight) * _log(np.asarray(second, float)))
    q = np.exp(q - q.max(axis=-1, keepdims=True))
    return q / q.sum(axis=-1, keepdims=True)


def walk(
    first: ArrayLike, second: ArrayLike, outcome: ArrayLike, made: ArrayLike, known: ArrayLike
) -> tuple[Floats, list[Fit]]:
    """Return the pooled probabilities [row, label] and the fit of each row, by walk-forward.

    Parameters
    ----------
    first, second : array_like, shape (row, label)
        Probabilities of forecasts, none missing.
    outcome : array_like, shape (row,)
        Number of the label that came true; -1 unknown, from which nothing is fitted.
    made, known : array_like, shape (row,)
        When a forecast was made, and when its outcome was known (numbers, such as days). The pool of a row is fitted
        to the rows with `known` before its `made`.

    Raises
    ------
    PoolError
        For missing probabilities or shapes that differ.
    """
    a, b, y = np.asarray(first, float), np.asarray(second, float), np.asarray(outcome, int)
    if a.shape != b.shape or len(a) != y.size:
        raise PoolError(f"forecasts {a.shape} and {b.shape} and outcomes {y.shape}: give one row of each per forecast")
    if np.isnan(a).any() or np.isnan(b).any():
        raise PoolError("a view that is not estimable (NaN) cannot be fitted to: leave those rows out and say how many")
    start, end = np.asarray(made, float), np.asarray(known, float)
    scored = y >= 0
    likelihoods = _log_likelihoods(a[scored], b[scored], y[scored])
    total, place = known_before(likelihoods, end[scored], start)
    fits = {int(i): _posterior(total[i], int(i)) for i in np.unique(place)}
    out = np.full(a.shape, np.nan)
    for i, f in fits.items():
        now = place == i
        out[now] = log_pool(a[now], b[now], f.weight, f.sharpness)
    return out, [fits[int(i)] for i in place]


def _log(p: Floats) -> Floats:
    lifted = np.maximum(p, FLOOR)
    return np.log(lifted / lifted.sum(axis=-1, keepdims=True))


def _log_likelihoods(a: Floats, b: Floats, y: Ints) -> Floats:
    """Return the log-likelihood [row, grid point] of what came true."""
    parts = [_chunk(_log(a[i : i + CHUNK]), _log(b[i : i + CHUNK]), y[i : i + CHUNK]) for i in range(0, y.size, CHUNK)]
    return np.concatenate([np.zeros((0, len(GRID))), *parts])


def _chunk(la: Floats, lb: Floats, y: Ints) -> Floats:
    """Return the log-likelihood [row, grid point] of some rows of log probabilities."""
    mixed = WEIGHTS[:, None, None] * la + (1 - WEIGHTS[:, None, None]) * lb  # [weight, row, label]
    scaled = SHARPNESS[:, None, None, None] * mixed  # [sharpness, weight, row, label]
    top = scaled.max(axis=-1)
    norm = top + np.log(np.exp(scaled - top[..., None]).sum(axis=-1))
    hit = np.take_along_axis(scaled, y[None, None, :, None], axis=-1)[..., 0] - norm
    return hit.transpose(2, 1, 0).reshape(y.size, -1)


def _posterior(log_likelihood: Floats, n: int) -> Fit:
    """Return the posterior means and interval from the log-likelihood [grid point] of `n` forecasts."""
    cells = np.diff(np.concatenate([[0.0], (WEIGHTS[1:] + WEIGHTS[:-1]) / 2, [1.0]]))
    prior = np.log(cells)[:, None] - 0.5 * (np.log(SHARPNESS) / SPREAD) ** 2
    q = prior.ravel() + log_likelihood
    p = np.exp(q - q.max())
    p /= p.sum()
    cumulative = np.cumsum(p.reshape(len(WEIGHTS), len(SHARPNESS)).sum(axis=1))
    low, high = (round(float(WEIGHTS[np.searchsorted(cumulative, v)]), 4) for v in (0.025, 0.975))
    w, g = (round(float(v), 4) for v in (p @ GRID[:, 0], np.exp(p @ np.log(GRID[:, 1]))))
    return Fit(w if n else 0.5, g if n else 1.0, low, high, n)

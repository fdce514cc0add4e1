r"""Durations of which some are known only to lie in an interval: the nonparametric maximum likelihood estimator.

Case i ended after day :math:`L_i` and by day :math:`R_i`: :math:`L_i = R_i` is an end on a known day, :math:`R_i =
\infty` a case still going on at :math:`L_i`, and anything else is interval-censored, :math:`(L_i, R_i]`. The likelihood
:math:`\prod_i \sum_j \alpha_{ij} p_j` depends on the masses :math:`p_j` of the *innermost intervals* only, those that
run from a left end to a right end with no other end between (Turnbull 1976); :math:`\alpha_{ij}` is 1 where interval j
lies within that of case i. The masses are found by the self-consistency equation

.. math:: p_j = \frac1n \sum_i \frac{\alpha_{ij}\,p_j}{\sum_k \alpha_{ik}\,p_k} ,

until no :math:`\frac1n \sum_i \alpha_{ij}/\sum_k \alpha_{ik} p_k` exceeds 1 by more than `TOLERANCE`, which bounds how
far the mean log-likelihood is from its maximum. Its steps alternate with constrained Newton steps (Wang 2007), without
which masses that are 0 at the maximum would vanish slowly. Without interval-censored cases this is the Kaplan-Meier
curve. Within an innermost interval the estimate does not say when: its mass counts from the right end on.

The variance is that of the inverse observed information of the masses that are not 0, which sum to 1. Without
interval-censored cases it is Greenwood's; it is meant for few of them among many ends on known days, since where all
are interval-censored the estimate converges more slowly than :math:`n^{-1/2}`.

References
----------
Turnbull (1976), Journal of the Royal Statistical Society B 38, 290-295.
Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481.
Wang (2007), Journal of the Royal Statistical Society B 69, 185-198.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence.survival import Incidence, log_log

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Bools, Floats

TOLERANCE = 1e-9
STEPS = 1000
HALVINGS = 40  # of a Newton step that does not raise the likelihood
NOTHING = 1e-9  # a mass below this is 0
POINT, RIGHT, OPEN = 0, 1, 2  # order of ends at one time: that of a known day, a right end, an open left end


def turnbull(after: ArrayLike, by: ArrayLike, horizons: ArrayLike) -> Incidence:
    """Return the cumulative incidence of one kind of end from exact, right- and interval-censored durations.

    Parameters
    ----------
    after : array_like, shape (case,)
        Last day, from 0, on which the case is known to have gone on; equal to `by` for an end on a known day.
    by : array_like, shape (case,)
        Day by which it had ended; infinity for a case that is only known to have gone on at `after`.
    horizons : array_like, shape (horizon,)
        Days at which the curve is wanted.

    Returns
    -------
    Incidence
        With one cause; NaN at horizons past the last day that is known of any case, and without cases.

    Raises
    ------
    EvidenceError
        For days that are missing, negative or in the wrong order, or shapes that differ.
    NotSolved
        Where the masses have not converged; no data of the package come near it.

    References
    ----------
    Turnbull (1976), Journal of the Royal Statistical Society B 38, 290-295.

    Examples
    --------
    >>> turnbull([1, 2, 0], [1, float("inf"), 3], [1, 3]).probability[:, 0].round(3).tolist()
    [0.5, 1.0]
    """
    low, high = np.asarray(after, float), np.asarray(by, float)
    h = np.atleast_1d(np.asarray(horizons, float))
    if low.shape != high.shape or low.ndim != 1:
        raise EvidenceError(f"after and by must be vectors of one length, got {low.shape} and {high.shape}.")
    if not np.isfinite(low).all() or np.isnan(high).any() or (low < 0).any() or (high < low).any():
        raise EvidenceError("after must be 0 or more and by no earlier, none missing: drop cases of unknown day first.")
    at_risk = np.array([int((low > day).sum()) for day in h])
    if not low.size:
        nothing = np.full((h.size, 1), np.nan)
        return Incidence(h, nothing, nothing, nothing, nothing, at_risk, 0)
    end, p, covariance = _fit(low.tobytes(), high.tobytes())
    by_then = (end[None, :] <= h[:, None]).astype(float)  # [horizon, interval]
    known = (h <= np.max(np.where(np.isfinite(high), high, low))) | (p[np.isinf(end)].sum() < NOTHING)
    curve = np.where(known, np.clip(by_then @ p, 0.0, 1.0), np.nan)[:, None]
    variance = np.where(known, _variance(covariance, p, by_then), np.nan)[:, None]
    return Incidence(h, curve, *log_log(curve, variance), variance, at_risk, low.size)


@lru_cache(maxsize=32)
def _fit(low: bytes, high: bytes) -> tuple[Floats, Floats, Floats]:
    """Return the right ends of the innermost intervals, their masses, and the covariance of those that are not 0.

    It takes the bytes of both ends, so that one fit serves every horizon.
    """
    left, right = np.frombuffer(low), np.frombuffer(high)
    start, order, end = innermost(left, right)
    within = _within(left, right, start, order, end)
    p = _masses(within)
    return end, p, _covariance(within, p)


def innermost(low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the innermost intervals of (low, high], or of the point where both are equal.

    Returns
    -------
    tuple of ndarray, shape (interval,)
        Left ends, whether each is a `POINT` or `OPEN`, and right ends.

    >>> [a.tolist() for a in innermost(np.array([0.0, 2.0, 1.0]), np.array([3.0, 2.0, np.inf]))]
    [[2.0], [0.0], [2.0]]
    """
    exact = low == high
    left = set(zip(low.tolist(), np.where(exact, POINT, OPEN).tolist(), strict=True))
    ends = sorted(left | {(v, RIGHT) for v in high.tolist()})
    found = [(*a, b[0]) for a, b in pairwise(ends) if a[1] != RIGHT and b[1] == RIGHT]
    start, order, end = np.array(found, float).T
    return start, order, end


def _within(low: Floats, high: Floats, start: Floats, order: Floats, end: Floats) -> Bools:
    """Return whether each innermost interval lies within that of each case [case, interval]."""
    exact = (low == high)[:, None]
    begins = (start > low[:, None]) | ((start == low[:, None]) & (exact == (order == POINT)))
    return begins & (end <= high[:, None])


def _masses(within: Bools) -> Floats:
    """Return the masses of the innermost intervals by self-consistency and constrained Newton steps."""
    a, n, excess = within.astype(float), within.shape[0], np.inf
    p = np.full(within.shape[1], 1 / within.shape[1])
    for _ in range(STEPS):
        ratio = (1 / (a @ p)) @ a / n
        excess = ratio.max() - 1
        if excess < TOLERANCE:
            return np.where(p < NOTHING, 0.0, p)
        p = _newton(a, p * ratio)
    raise NotSolved(
        f"the distribution of {n} interval-censored durations did not converge in {STEPS} steps (excess {excess:.1e}, "
        f"wanted {TOLERANCE:.0e}): ask about a larger class."
    )


def _newton(a: Floats, p: Floats) -> Floats:
    """Return masses of a higher likelihood: the maximum of its quadratic expansion, or a point on the line to it.

    The expansion is least squares in masses that are not negative and sum to 1.
    """
    from scipy.optimize import nnls  # takes as long to load as all else here

    before = np.log(a @ p).sum()
    scaled = a / (a @ p)[:, None]
    target = np.append(np.zeros(len(a)), 1.0)
    q, _ = nnls(np.vstack([scaled - 2, np.ones(p.size)]), target)
    step = q / q.sum() - p
    for k in range(HALVINGS):
        new = p + step / 2**k
        chance = a @ new
        if (chance > 0).all() and np.log(chance).sum() > before:
            return new
    return p


def _covariance(within: Bools, p: Floats) -> Floats:
    """Return the covariance of the masses that are not 0, from their observed information."""
    some = p > NOTHING
    a, m = within[:, some].astype(float), int(some.sum())
    scaled = a / (a @ p[some])[:, None]
    free = np.vstack([np.eye(m - 1), -np.ones(m - 1)])  # the last mass is what is left of 1
    return free @ np.linalg.pinv(free.T @ (scaled.T @ scaled) @ free, hermitian=True) @ free.T


def _variance(covariance: Floats, p: Floats, by_then: Floats) -> Floats:
    """Return the variance [horizon] of the summed masses."""
    summed = by_then[:, p > NOTHING]
    return np.maximum(np.einsum("hi,ij,hj->h", summed, covariance, summed), 0.0)

r"""The rival without a game: a ridge multinomial logit on the same inputs, refitted each year on what was known then.

.. math:: P(y = k \mid x) \propto e^{a_k + b_k'x}, \qquad
          \min_{a,b}\; \tfrac12 \sum_k |b_k|^2 - C \sum_i c_i \log P(y_i \mid x_i) .

Inputs are centred and scaled by what was known then; one that is not recorded stands at its mean, beside an input that
says so.  One pseudo-case, half of each class at the mean of all inputs, keeps every class possible
(Krichevsky-Trofimov).  C is chosen among `STRENGTHS` by the mean log score of the forecasts that each would have given
in earlier years, of which the outcome was known; before `LEAST` of them are known it is the smallest.

References
----------
Hoerl and Kennard (1970), Technometrics 12, 55-67.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.case_outcomes import ORDER

if TYPE_CHECKING:
    from peacetalks.backtests.conflict_year_arrays import ConflictYears
    from peacetalks.evidence.arrays import Bools, Floats, Ints

STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)  # of C: a smaller one shrinks more
LEAST = 100  # outcomes that must be known before anything is fitted, and before C is chosen
LEAST_SPREAD = 1e-9  # standard deviation below which an input counts as constant
STEPS = 500  # of the solver, at most


def standardised(x: Floats, past: Bools) -> Floats:
    """Return inputs [row, input] centred and scaled by the rows of the past, and an input for each that may be missing.

    An input that does not vary in the past is 0 in every row: nothing is known of it.

    >>> standardised(np.array([[0.0], [2.0], [4.0]]), np.array([True, True, False])).ravel().tolist()
    [-1.0, 1.0, 3.0]
    """
    absent = np.isnan(x)
    some = absent.any(axis=0)
    wide = np.ma.masked_invalid(np.hstack([x, absent[:, some].astype(float)]))
    middle, spread = (np.ma.filled(f(wide[past], axis=0), 0.0) for f in (np.ma.mean, np.ma.std))
    varies = spread > LEAST_SPREAD
    scaled = (wide - middle) / np.where(varies, spread, 1.0)
    return np.where(varies, np.ma.filled(scaled, 0.0), 0.0)


def fit(x: Floats, y: Ints, strength: float) -> tuple[Floats, Floats]:
    """Return intercepts [class] and coefficients [class, input] of the ridge multinomial logit.

    Parameters
    ----------
    x : ndarray, shape (row, input)
        Inputs, standardised.
    y : ndarray, shape (row,)
        Number of the class that came true.
    strength
        C of the module: a smaller one shrinks more.

    Returns
    -------
    tuple of ndarray
        Intercepts and coefficients, which sum to 0 over classes.

    References
    ----------
    Hoerl and Kennard (1970), Technometrics 12, 55-67.

    Examples
    --------
    >>> a, b = fit(np.zeros((4, 1)), np.array([0, 1, 1, 1]), 1.0)
    >>> (np.exp(a) / np.exp(a).sum()).round(2).tolist()  # add half a case: 1.5, 3.5 and 0.5 of 5.5
    [0.27, 0.64, 0.09]
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    k = len(ORDER)
    wide = np.vstack([x, np.zeros((k, x.shape[1]))])
    counts = np.append(np.ones(y.size), np.full(k, 0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        found = LogisticRegression(C=strength, solver="newton-cg", tol=1e-8, max_iter=STEPS).fit(
            wide, np.append(y, np.arange(k)), sample_weight=counts
        )
    return np.asarray(found.intercept_, float), np.asarray(found.coef_, float)


def probabilities(x: Floats, fitted: tuple[Floats, Floats]) -> Floats:
    """Return the probability [row, class] of inputs [row, input]."""
    q = fitted[0] + x @ fitted[1].T
    q = np.exp(q - q.max(axis=1, keepdims=True))
    return q / q.sum(axis=1, keepdims=True)


def walk(rows: ConflictYears, x: Floats, months: int) -> tuple[Floats, dict[int, float]]:
    """Return the forecasts [row, class] so many months ahead by walk-forward, and the C chosen on each day.

    `x` [row, input] is what was known of each conflict-year, NaN where it is not recorded.  Rows are NaN where fewer
    than `LEAST` outcomes were known.
    """
    y = rows.outcome(months)
    each = np.full((len(STRENGTHS), rows.n, len(ORDER)), np.nan)  # [strength, row, class]
    out, chosen = np.full((rows.n, len(ORDER)), np.nan), {}
    for day in np.unique(rows.made).tolist():
        past, now = rows.past(months, day), rows.made == day
        if past.sum() < LEAST:
            continue
        z = standardised(x, past)
        for i, strength in enumerate(STRENGTHS):
            each[i, now] = probabilities(z[now], fit(z[past], y[past], strength))
        best = _best(each, y, past & np.isfinite(each[0, :, 0]))
        chosen[int(day)] = STRENGTHS[best]
        out[now] = each[best, now]
    return out, chosen


def _best(each: Floats, y: Ints, judged: Bools) -> int:
    """Return the number of the strength whose earlier forecasts had the best mean log score."""
    if judged.sum() < LEAST:
        return 0
    hit = np.take_along_axis(each[:, judged], y[judged][None, :, None], axis=2)[..., 0]
    return int(np.argmax(np.log(hit).mean(axis=1)))

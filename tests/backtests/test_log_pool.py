"""The pool of class and own record: laws, learning by walk-forward, and messages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.backtests.log_pool import FLOOR, SHARPNESS, WEIGHTS, log_pool, walk
from peacetalks.errors import PoolError

row = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda v: np.array(v) / sum(v))
share = st.floats(0, 1)


@given(row, row, share, st.floats(0.3, 2))
@settings(deadline=None)
def test_laws(a, b, w, g):
    q = log_pool(a, b, w, g)
    assert q.sum() == pytest.approx(1)
    assert np.allclose(log_pool(a, a, w), a)  # agreement is kept
    assert np.allclose(log_pool(a, b, 1.0), a)
    assert np.allclose(log_pool(a, b, 0.0), b)
    assert np.allclose(log_pool(b, a, 1 - w, g), q)
    odds = np.log(q[0] / q[1])
    assert odds == pytest.approx(g * (w * np.log(a[0] / a[1]) + (1 - w) * np.log(b[0] / b[1])), abs=1e-9)


@given(row, row, share, row)
@settings(deadline=None)
def test_news_may_come_before_or_after_pooling(a, b, w, news):
    """External Bayesianity: updating both views on the same evidence and pooling is pooling and then updating."""

    def update(p):
        return p * news / (p * news).sum()

    if min(update(a).min(), update(b).min(), update(log_pool(a, b, w)).min()) > FLOOR:
        assert np.allclose(log_pool(update(a), update(b), w), update(log_pool(a, b, w)))


def test_neither_has_a_veto():
    q = log_pool([0.0, 1.0], [0.5, 0.5], 0.5)
    assert 0 < q[0] < 0.1


def made_up(n, seed, truth):
    """Forecasts of n cases of which `truth` (weight, sharpness) pools them right."""
    rng = np.random.default_rng(seed)
    a, b = rng.dirichlet([1, 1, 1], n), rng.dirichlet([1, 1, 1], n)
    q = log_pool(a, b, *truth)
    return a, b, (rng.random(n)[:, None] > q.cumsum(axis=1)).sum(axis=1)


def last(a, b, y):
    """Return the fit to all rows: that of one more forecast, made when all were known."""
    one = np.full((1, a.shape[1]), 1 / a.shape[1])
    days = np.append(np.zeros(len(y)), 1.0)
    return walk(np.vstack([a, one]), np.vstack([b, one]), np.append(y, -1), days, days)[1][-1]


@pytest.mark.parametrize("truth", [(0.8, 1.0), (0.2, 0.6)])
def test_many_cases_find_the_weight(truth):
    f = last(*made_up(3000, 4, truth))
    assert f.weight == pytest.approx(truth[0], abs=0.06)
    assert f.sharpness == pytest.approx(truth[1], abs=0.12)
    assert f.low <= truth[0] <= f.high


def test_the_posterior_by_hand():
    """Two rows: the sum over the grid, written out."""
    a, b, y = np.array([[0.7, 0.3], [0.6, 0.4]]), np.array([[0.2, 0.8], [0.5, 0.5]]), np.array([0, 0])
    total, mean = 0.0, 0.0
    for i, w in enumerate(WEIGHTS):
        width = 0.025 if i in (0, len(WEIGHTS) - 1) else 0.05
        for g in SHARPNESS:
            mass = width * np.exp(-0.5 * (np.log(g) / 0.35) ** 2)
            for p, q in zip(a, b, strict=True):
                odds = g * (w * np.log(p[0] / p[1]) + (1 - w) * np.log(q[0] / q[1]))
                mass /= 1 + np.exp(-odds)
            total, mean = total + mass, mean + mass * w
    assert last(a, b, y).weight == pytest.approx(mean / total, abs=1e-4)


def test_walk_uses_only_what_was_known():
    a, b, y = made_up(60, 7, (0.7, 1.0))
    made = np.arange(60.0)
    known = made + 5
    q, fits = walk(a, b, y, made, known)
    assert (fits[0].n, fits[0].weight, fits[0].sharpness) == (0, 0.5, 1.0)
    assert fits[20].n == 15  # 0..14: row 15 becomes known on day 20 itself
    assert fits[20].weight == last(a[:15], b[:15], y[:15]).weight
    later = y.copy()
    later[30:] = (later[30:] + 1) % 3  # another future
    q2, _ = walk(a, b, later, made, known)
    assert np.array_equal(q[:36], q2[:36])
    assert not np.array_equal(q[36:], q2[36:])


def test_nothing_is_fitted_to_unknown_outcomes():
    a, b, y = made_up(30, 7, (0.7, 1.0))
    y[3] = -1
    _, fits = walk(a, b, y, np.arange(30.0), np.arange(30.0))
    assert fits[10].n == 9


def test_messages():
    with pytest.raises(PoolError, match="leave those rows out"):
        walk([[np.nan, 0.5]], [[0.5, 0.5]], [0], [0], [0])
    with pytest.raises(PoolError, match="one row of each"):
        walk([[0.5, 0.5]], [[0.5, 0.5]], [0, 1], [0, 0], [0, 0])

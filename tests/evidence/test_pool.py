"""The pool: laws, learning, and messages."""

from datetime import date

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.errors import PoolError
from peacetalks.evidence.pool import FLAT, FLOOR, JUDGEMENT, Fit, fit, log_pool, pool, shipped, walk

ENDS = ["peace", "nowhere", "more_conflict"]
row = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda v: np.array(v) / sum(v))
share = st.floats(0, 1)


def view(table, periods=(12, 24)):
    return xr.DataArray(np.array(table, float), {"period": list(periods), "end": ENDS}, ("period", "end"))


@given(row, row, share, st.floats(0.3, 2))
@settings(deadline=None)
def test_laws(a, b, w, g):
    q = log_pool(a, b, w, g)
    assert q.sum() == pytest.approx(1)
    assert np.allclose(log_pool(a, a, w), a)  # agreement is kept
    assert np.allclose(log_pool(a, b, 1.0), a)
    assert np.allclose(log_pool(a, b, 0.0), b)
    assert np.allclose(log_pool(b, a, 1 - w, g), q)
    assert np.allclose(log_pool(a[::-1], b[::-1], w, g), q[::-1])
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


def test_neither_view_has_a_veto():
    q = log_pool([0.0, 1.0], [0.5, 0.5], 0.5)
    assert 0 < q[0] < 0.1


def test_missing_is_not_zero():
    q = log_pool([[0.5, 0.5], [np.nan, 0.5]], [[0.2, 0.8], [0.2, 0.8]], 0.5)
    assert np.isfinite(q[0]).all()
    assert np.isnan(q[1]).all()


def made_up(n, seed, truth):
    """Views of n cases of which `truth` (weight, sharpness) pools them right."""
    rng = np.random.default_rng(seed)
    a, b = rng.dirichlet([1, 1, 1], n), rng.dirichlet([1, 1, 1], n)
    q = log_pool(a, b, *truth)
    return a, b, (rng.random(n)[:, None] > q.cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize("truth", [(0.8, 1.0), (0.2, 0.6)])
def test_many_cases_find_the_weight(truth):
    f = fit(*made_up(3000, 4, truth))
    assert f.weight == pytest.approx(truth[0], abs=0.06)
    assert f.sharpness == pytest.approx(truth[1], abs=0.12)
    assert f.low <= truth[0] <= f.high
    assert f.identified


def test_few_cases_leave_the_prior():
    f = fit(*made_up(3, 4, (1.0, 1.0)))
    assert abs(f.weight - JUDGEMENT.mean) < 0.15
    assert not f.identified
    assert fit([], [], []).weight == JUDGEMENT.mean
    assert fit([], [], [], prior=FLAT).weight == 0.5
    assert "judgement" in f.prior.why


def test_half_rows_count_half():
    a, b, y = made_up(40, 1, (0.9, 1.0))
    twice = [np.concatenate([v, v]) for v in (a, b, y)]
    once, halves = fit(a, b, y), fit(*twice, counts=np.full(80, 0.5))
    assert (halves.weight, halves.sharpness, halves.effective_n) == (once.weight, once.sharpness, once.effective_n)


def test_walk_uses_only_what_was_known():
    a, b, y = made_up(60, 7, (0.7, 1.0))
    made = np.arange(60.0)
    known = made + 5
    q, fits = walk(a, b, y, made, known)
    assert fits[0].n == 0
    assert fits[20].n == 15  # 0..14: row 15 becomes known on day 20 itself
    by_hand = fit(a[:15], b[:15], y[:15])
    assert fits[20].weight == by_hand.weight
    later = y.copy()
    later[30:] = (later[30:] + 1) % 3  # another future
    q2, _ = walk(a, b, later, made, known)
    assert np.array_equal(q[:36], q2[:36])
    assert not np.array_equal(q[36:], q2[36:])


def test_unknown_outcomes_teach_nothing():
    a, b, y = made_up(30, 7, (0.7, 1.0))
    y[3] = -1
    _, fits = walk(a, b, y, np.arange(30.0), np.arange(30.0))
    assert fits[10].n == 9


def test_pool_of_views_says_what_it_used():
    a = view([[0.6, 0.3, 0.1], [0.7, 0.2, 0.1]])
    b = view([[0.2, 0.5, 0.3]], periods=(24,)).isel(end=[2, 0, 1])
    q = pool(a, b, weight=0.5)
    assert q.period.values.tolist() == [24]
    assert q.sel(period=24).values == pytest.approx(log_pool([0.7, 0.2, 0.1], [0.2, 0.5, 0.3], 0.5))
    assert q.attrs == {"weight": 0.5, "sharpness": 1.0, "weight_source": "given"}
    default = pool(a, b)
    assert default.attrs["weight"] == shipped().weight
    assert "judgement" in default.attrs["weight_source"]


def test_shipped_weight_knows_no_future():
    assert shipped(date(1900, 1, 1)).weight == JUDGEMENT.mean
    assert isinstance(shipped(), Fit)
    assert shipped(date(1975, 1, 1)).n < shipped().n


def test_messages():
    a = view([[0.6, 0.3, 0.1], [0.7, 0.2, 0.1]])
    with pytest.raises(PoolError, match=r"weight on the inside view must lie in \[0, 1\], got 1.5"):
        pool(a, a, weight=1.5)
    with pytest.raises(PoolError, match="sharpness must be positive"):
        log_pool([0.5, 0.5], [0.5, 0.5], 0.5, 0)
    with pytest.raises(PoolError, match="same labels"):
        log_pool([0.5, 0.5], [0.2, 0.3, 0.5], 0.5)
    with pytest.raises(PoolError, match=r"lie in \[0, 1\]"):
        log_pool([0.5, 1.5], [0.5, 0.5], 0.5)
    with pytest.raises(PoolError, match="dimensions period and end, got period, outcome"):
        pool(a.rename(end="outcome"), a, weight=0.5)
    with pytest.raises(PoolError, match="different ends"):
        pool(a, a.assign_coords(end=["x", "y", "z"]), weight=0.5)
    with pytest.raises(PoolError, match="no period in common"):
        pool(a, a.assign_coords(period=[1, 2]), weight=0.5)
    with pytest.raises(PoolError, match="leave those rows out"):
        fit([[np.nan, 0.5]], [[0.5, 0.5]], [0])
    with pytest.raises(PoolError, match="one row of each"):
        fit([[0.5, 0.5]], [[0.5, 0.5]], [0, 1])

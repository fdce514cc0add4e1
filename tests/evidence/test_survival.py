"""Cumulative incidence against lifelines, against hand counts, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from peacetalks.evidence import EvidenceError
from peacetalks.evidence.survival import incidence


def sample(seed, n=200, causes=2):
    rng = np.random.default_rng(seed)
    return rng.exponential(100, n), rng.integers(0, causes + 1, n)


def test_one_cause_is_kaplan_meier_with_ties():
    days, cause = sample(1, causes=1)
    days = np.ceil(days / 10)
    ours = incidence(days, cause, [1, 5, 20])
    km = KaplanMeierFitter().fit(days, cause)
    assert ours.probability[:, 0] == pytest.approx(1 - km.predict([1, 5, 20]).to_numpy())
    bands = km.confidence_interval_at_times = km.confidence_interval_survival_function_
    for i, t in enumerate([1, 5, 20]):
        high, low = 1 - bands.loc[t].to_numpy()
        assert (ours.low[i, 0], ours.high[i, 0]) == pytest.approx((low, high), abs=1e-6)


def test_two_causes_are_aalen_johansen():
    days, cause = sample(2)
    ours = incidence(days, cause, [30, 100, 200], causes=2)
    for k in (1, 2):
        aj = AalenJohansenFitter(calculate_variance=False).fit(days, cause, event_of_interest=k)
        theirs = aj.cumulative_density_.iloc[:, 0]
        assert ours.probability[:, k - 1] == pytest.approx([theirs.loc[:t].iloc[-1] for t in (30, 100, 200)])


def test_variance_agrees_with_resampling():
    days, cause = sample(3, n=150)
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, 150, 150) for _ in range(1500)]
    spread = np.var([incidence(days[i], cause[i], [80], 2).probability[0] for i in draws], axis=0)
    assert incidence(days, cause, [80], 2).variance[0] == pytest.approx(spread, rel=0.15)


def test_nobody_followed_that_long_is_unknown_and_no_cases_is_unknown():
    assert np.isnan(incidence([5, 9], [1, 0], [10]).probability[0, 0])
    assert np.isnan(incidence([], [], [10]).probability[0, 0])
    assert incidence([5, 9], [1, 1], [10]).probability[0, 0] == 1.0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2)), min_size=1, max_size=60))
def test_incidence_rises_and_sums_to_at_most_one(rows):
    days, cause = np.array(rows).T
    got = incidence(days, cause, [0, 10, 20, 50], causes=2)
    p = got.probability[~np.isnan(got.probability).any(axis=1)]
    assert (np.diff(p, axis=0) >= -1e-12).all()
    assert (p.sum(axis=1) <= 1 + 1e-12).all()
    ok = ~np.isnan(got.probability)
    assert (got.low[ok] <= got.probability[ok] + 1e-9).all()
    assert (got.high[ok] >= got.probability[ok] - 1e-9).all()


@pytest.mark.parametrize(
    ("days", "cause", "message"),
    [
        ([1, 2], [1], "vectors of one length"),
        ([-1], [1], "0 or more and none missing"),
        ([1], [3], "causes must be 0"),
    ],
)
def test_bad_input_is_refused(days, cause, message):
    with pytest.raises(EvidenceError, match=message):
        incidence(days, cause, [1])


def test_without_the_variance_the_curve_is_the_same():
    rng = np.random.default_rng(3)
    t, k = rng.integers(0, 40, 60), rng.integers(0, 3, 60)
    full, quick = (incidence(t, k, [0, 5, 39, 60], 2, spread=s) for s in (True, False))
    assert np.array_equal(full.probability, quick.probability, equal_nan=True)
    assert full.at_risk.tolist() == quick.at_risk.tolist() == [int((t > h).sum()) for h in (0, 5, 39, 60)]
    assert np.isnan(quick.variance).all()
    assert np.isfinite(full.variance[1]).all()

"""Turnbull's estimator against Kaplan-Meier, a published example, another program, a hand count, and its own laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.fitters.npmle import npmle

from peacetalks.errors import EvidenceError, NotSolved
from peacetalks.evidence import interval_censored
from peacetalks.evidence.interval_censored import innermost, turnbull
from peacetalks.evidence.survival import incidence

NEVER = np.inf
RADIOTHERAPY = [
    (45, NEVER), (6, 10), (0, 7), (46, NEVER), (46, NEVER), (7, 16), (17, NEVER), (7, 14), (37, 44), (0, 8), (4, 11),
    (15, NEVER), (11, 15), (22, NEVER), (46, NEVER), (46, NEVER), (25, 37), (46, NEVER), (26, 40), (46, NEVER),
    (27, 34), (36, 44), (46, NEVER), (36, 48), (37, NEVER), (40, NEVER), (17, 25), (46, NEVER), (11, 18), (38, NEVER),
    (5, 12), (37, NEVER), (0, 5), (18, NEVER), (24, NEVER), (36, NEVER), (5, 11), (19, 35), (17, 25), (24, NEVER),
    (32, NEVER), (33, NEVER), (19, 26), (37, NEVER), (34, NEVER), (36, NEVER),
]  # fmt: skip
PUBLISHED = {5: 0.0463, 7: 0.0334, 8: 0.0887, 12: 0.0708, 25: 0.0926, 34: 0.0818, 40: 0.1209, 48: 0.4656}


def durations(seed, n, censored=0.5):
    """Return whole days with ties, and the day by which each ended (infinity for the censored)."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 60, n).astype(float)
    return days, np.where(rng.random(n) < censored, NEVER, days)


@pytest.mark.parametrize(("seed", "n"), [(0, 1), (1, 2), (2, 7), (3, 60), (4, 250)])
def test_points_and_right_censored_are_kaplan_meier(seed, n):
    days, by = durations(seed, n)
    at = np.arange(62.0)
    ours, theirs = turnbull(days, by, at), incidence(days, np.isfinite(by).astype(int), at)
    for name in ("probability", "variance", "low", "high"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), atol=1e-7, equal_nan=True), name
    assert ours.at_risk.tolist() == theirs.at_risk.tolist()
    km = KaplanMeierFitter().fit(days, np.isfinite(by))
    known = ~np.isnan(ours.probability[:, 0])
    assert ours.probability[known, 0] == pytest.approx(1 - km.predict(at[known]).to_numpy(), abs=1e-8)


def test_radiotherapy_of_finkelstein_and_wolfe():
    """The masses that the literature gives for the data of Finkelstein and Wolfe (1985), 46 patients, in months."""
    low, high = np.array(RADIOTHERAPY).T
    assert low.size == 46
    curve = turnbull(low, high, [0, *PUBLISHED]).probability[:, 0]
    assert np.diff(curve) == pytest.approx(list(PUBLISHED.values()), abs=6e-5)
    assert curve[-1] == pytest.approx(1, abs=1e-9)


def test_by_hand():
    """Ends on days 1 and 2, one going on at 2, one ended between 0 and 3.

    The innermost intervals are day 1, day 2 and (2, 3], with masses p, q and r. The likelihood is p q r (p + q + r),
    which with p + q + r = 1 is largest at a third each: the case that goes on has ended by day 3.
    """
    start, _, end = innermost(np.array([1.0, 2, 2, 0]), np.array([1.0, 2, NEVER, 3]))
    assert list(zip(start.tolist(), end.tolist(), strict=True)) == [(1, 1), (2, 2), (2, 3)]
    got = turnbull([1, 2, 2, 0], [1, 2, NEVER, 3], [0, 1, 2, 3]).probability[:, 0]
    assert got == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-8)


def test_one_unknown_day_is_spread_by_hand():
    """Ends on day 10, going on at 20, ended by 30 on an unknown day after 0: p on day 10, r on (20, 30].

    The likelihood is p r (p + r): a half each. Without the third case it is the same here; with a second end on day 10
    it is p^2 r: two thirds.
    """
    got = turnbull([10, 20, 0], [10, NEVER, 30], [10, 30]).probability[:, 0]
    assert got == pytest.approx([1 / 2, 1], abs=1e-8)
    got = turnbull([10, 10, 20, 0], [10, 10, NEVER, 30], [10, 30]).probability[:, 0]
    assert got == pytest.approx([2 / 3, 1], abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_another_program_finds_no_higher_likelihood(seed):
    """lifelines' estimator gives the same curve where it gives one: at the right ends of its own intervals."""
    rng = np.random.default_rng(seed)
    low = rng.integers(1, 20, 30).astype(float)
    high = low + rng.integers(1, 12, 30)
    masses, places = npmle(low, high, tol=1e-12, verbose=False, max_iter=200_000)
    at = np.array([p.right for p in places])
    theirs = np.array([masses[[q.right <= a for q in places]].sum() for a in at])
    # lifelines takes its intervals as closed on both sides: ends on whole days after `low` are [low + 1, high]
    ours = turnbull(low - 1e-6, high, at).probability[:, 0]
    assert ours == pytest.approx(theirs, abs=1e-4)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20), st.booleans()), min_size=1, max_size=25),
)
def test_it_rises_is_at_most_one_and_no_case_can_gain(rows):
    low = np.array([a for a, _, _ in rows], float)
    high = np.array([NEVER if never else a + b for a, b, never in rows], float)
    curve = turnbull(low, high, np.arange(52.0)).probability[:, 0]
    known = curve[~np.isnan(curve)]
    assert (np.diff(known) >= -1e-12).all()
    assert ((known >= 0) & (known <= 1)).all()
    within = interval_censored._within(low, high, *innermost(low, high))
    assert within.any(axis=1).all()  # every case has an innermost interval: none drops out of the likelihood
    p = interval_censored._masses(within)
    assert p.sum() == pytest.approx(1, abs=1e-6)
    assert ((within / (within @ p)[:, None]).sum(axis=0) <= len(rows) * (1 + 1e-6)).all()  # Kuhn-Tucker


@pytest.mark.slow
def test_the_variance_is_that_of_resampling():
    days, by = durations(7, 90, censored=0.3)
    after = days.copy()
    after[:6], by[:6] = 0, 60
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, 90, 90) for _ in range(300)]
    spread = np.var([turnbull(after[i], by[i], [25]).probability[0, 0] for i in draws])
    assert turnbull(after, by, [25]).variance[0, 0] == pytest.approx(spread, rel=0.2)


def test_beyond_what_is_known_is_unknown():
    assert np.isnan(turnbull([5, 9], [5, NEVER], [10]).probability[0, 0])
    assert turnbull([5, 0], [5, 8], [10]).probability[0, 0] == 1.0
    assert np.isnan(turnbull([], [], [10]).probability[0, 0])


@pytest.mark.parametrize(
    ("after", "by", "message"),
    [
        ([1, 2], [1], "vectors of one length"),
        ([-1], [2], "after must be 0 or more and by no earlier"),
        ([3], [2], "after must be 0 or more and by no earlier"),
        ([1], [np.nan], "none missing"),
        ([np.nan], [1], "none missing"),
    ],
)
def test_bad_input_is_refused(after, by, message):
    with pytest.raises(EvidenceError, match=message):
        turnbull(after, by, [1])


def test_masses_that_do_not_converge_are_not_solved(monkeypatch):
    monkeypatch.setattr(interval_censored, "STEPS", 1)
    with pytest.raises(NotSolved, match=r"4 interval-censored durations did not converge in 1 steps .* a larger class"):
        turnbull([1, 1, 2, 0], [1, 1, NEVER, 3], [1])

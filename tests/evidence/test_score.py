"""Scores: known answers, laws, and messages."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.errors import ScoreError
from peacetalks.evidence import score

unit = st.floats(0, 1, allow_nan=False)
events = st.lists(st.tuples(unit, st.integers(0, 1)), min_size=2, max_size=60)


def rows(k):
    return st.lists(st.floats(0.01, 1), min_size=k, max_size=k).map(lambda v: np.array(v) / sum(v))


@given(events, st.one_of(st.none(), st.integers(1, 12)))
@settings(deadline=None)
def test_decomposition_adds_up(pairs, bins):
    p, y = (np.array(v) for v in zip(*pairs, strict=True))
    d = score.decompose(p, y, bins)
    assert d.score == pytest.approx(d.reliability - d.resolution + d.uncertainty + d.within, abs=1e-12)
    assert d.score == pytest.approx(score.brier(p, y).mean(), abs=1e-15)
    assert d.reliability >= 0
    assert d.resolution >= 0


@given(rows(4), rows(4))
@settings(deadline=None)
def test_scores_are_proper(truth, other):
    """Under outcomes drawn from `truth` no forecast is expected to do better than `truth`."""
    every = np.arange(4)
    for rule in (score.brier, score.rps, score.log_score):

        def expected(f, rule=rule):
            return float(truth @ rule(np.tile(f, (4, 1)), every))

        assert expected(truth) <= expected(other) + 1e-12
        if abs(truth - other).max() > 0.05:
            assert expected(truth) < expected(other)


@given(rows(2))
@settings(deadline=None)
def test_two_labels_agree_with_one_event(row):
    p = np.tile(row, (2, 1))
    assert np.allclose(score.brier(p, [0, 1]), 2 * score.brier(p[:, 1], [0, 1]))
    assert np.allclose(score.rps(p, [0, 1]), score.brier(p[:, 1], [0, 1]))
    assert np.allclose(score.log_score(p, [0, 1]), score.log_score(p[:, 1], [0, 1]))


def test_rps_prefers_the_nearer_miss():
    near, far = score.rps([[0, 1, 0], [1, 0, 0]], [2, 2])
    assert near < far
    assert np.allclose(score.brier([[0, 1, 0], [1, 0, 0]], [2, 2]), 2)


def test_murphys_parts_by_hand():
    d = score.decompose([0.1] * 10 + [0.7] * 10, [0] * 9 + [1] + [1] * 6 + [0] * 4)
    assert d.reliability == pytest.approx(0.5 * 0.0 + 0.5 * 0.01)
    assert d.resolution == pytest.approx(0.5 * 0.25**2 * 2)
    assert d.uncertainty == pytest.approx(0.35 * 0.65)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=8), st.floats(-5, 5))
@settings(deadline=None)
def test_crps_is_the_integral_of_brier(members, y):
    grid = np.sort(np.array([*members, y]))
    steps = np.diff(grid)
    below = np.array([np.mean(np.array(members) <= x) for x in grid[:-1]])
    integral = float((steps * (below - (y <= grid[:-1])) ** 2).sum())
    assert score.crps([members], [y])[0] == pytest.approx(integral, abs=1e-9)
    assert score.crps([members], [y], np.ones(len(members)))[0] == pytest.approx(integral, abs=1e-9)


@given(events, st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_skill_against_itself_is_zero(pairs, seed):
    p, y = (np.array(v) for v in zip(*pairs, strict=True))
    s = score.brier(p, y)
    if s.sum() > 0:
        found = score.skill(s, s, seed=seed)
        assert found.value == 0
        assert found.low == pytest.approx(0, abs=1e-12)
        assert found.high == pytest.approx(0, abs=1e-12)


def test_skill_is_paired_and_seeded():
    rng = np.random.default_rng(1)
    hard = rng.random(400)
    a, b = 0.9 * hard, hard
    assert score.skill(a, b).high - score.skill(a, b).low < 1e-9  # what both share cancels
    noisy = a + rng.normal(0, 0.1, 400)
    assert score.skill(noisy, b, seed=3) == score.skill(noisy, b, seed=3)
    one = score.skill(noisy, b)
    few = score.skill(noisy, b, cluster=np.arange(400) // 100)
    assert (few.clusters, one.clusters) == (4, 400)


def test_clusters_widen_the_interval():
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(20), 20)
    s = 0.5 + 0.3 * rng.normal(size=20)[group]
    r = np.full(400, 0.6)
    wide, narrow = score.skill(s, r, group), score.skill(s, r)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_infinite_and_zero_references():
    assert score.skill([np.inf, 0.1], [0.2, 0.2]).value == -np.inf
    assert np.isnan(score.skill([0.1, 0.1], [0.0, 0.0]).value)
    assert score.log_score([0.0], [1])[0] == np.inf


def test_bands_hold_reliable_forecasts_and_catch_others():
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(30):  # bins of 200 cases: frequencies are nearly continuous, bands hold nearly 90 %
        p = rng.random(2000)
        c = score.calibration(p, rng.random(2000) < p, draws=200)
        inside += c.n.size - c.outside
    assert 0.85 < inside / 300 < 0.95  # three standard errors
    c = score.calibration(p, rng.random(2000) < p**3, draws=200)
    assert c.outside >= 4


def test_messages():
    with pytest.raises(ScoreError, match="missing is not 0"):
        score.brier([0.1, np.nan], [0, 1])
    with pytest.raises(ScoreError, match=r"must lie in \[0, 1\], got 0 to 1.5"):
        score.brier([0.0, 1.5], [0, 1])
    with pytest.raises(ScoreError, match="row 1 does not sum to 1"):
        score.rps([[0.5, 0.5], [0.5, 0.4]], [0, 1])
    with pytest.raises(ScoreError, match="whole numbers from 0 to 2"):
        score.log_score([[0.2, 0.3, 0.5]], [3])
    with pytest.raises(ScoreError, match="one outcome per forecast"):
        score.brier([0.1, 0.2], [1])
    with pytest.raises(ScoreError, match="for one event use brier"):
        score.rps([0.1], [1])
    with pytest.raises(ScoreError, match="take one column"):
        score.decompose([[0.5, 0.5]], [1])
    with pytest.raises(ScoreError, match="same cases"):
        score.skill([0.1], [0.1, 0.2])
    with pytest.raises(ScoreError, match="one row per value"):
        score.crps([[1.0, 2.0]], [1.0, 2.0])


def test_nothing_is_compiled_for_scores_by_a_page_that_takes_none():
    program = "import sys, peacetalks.pages.compare_page; print('scoringrules' in sys.modules)"
    got = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert got.stdout == "False\n"


def test_bands_of_forecasts_that_share_an_outcome_hold_90_percent_of_a_reliable_series():
    """Twelve monthly forecasts of each conflict-year, perfectly reliable, that come true or fail together."""
    inside = {False: [], True: []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        p = np.repeat(rng.beta(1, 6, 180), 12)
        y = np.repeat(rng.random(180), 12) < p
        years = np.repeat(np.arange(180), 12)
        for groups in (None, years):
            c = score.calibration(p, y, 5, draws=200, groups=groups)
            inside[groups is not None].append(((c.low <= c.observed) & (c.observed <= c.high)).mean())
    assert 0.85 < np.mean(inside[True]) < 0.96
    assert np.mean(inside[False]) < 0.5  # taken as independent they are far too narrow


def test_bands_of_groups_do_not_depend_on_the_order_of_the_cases():
    rng = np.random.default_rng(5)
    p, groups = rng.random(60), np.repeat(np.arange(20), 3)
    y, order = rng.random(60) < p, rng.permutation(60)
    one, other = (score.calibration(p[i], y[i], 3, groups=groups[i]) for i in (np.arange(60), order))
    assert np.allclose(one.low, other.low, atol=0.05)
    alone = score.calibration(p, y, 3)
    assert np.array_equal(score.calibration(p, y, 3, groups=np.arange(60)).low, alone.low)

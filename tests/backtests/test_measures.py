"""Discrimination, differences and parts of the Brier score: by hand, by law, and by a second method."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.backtests.measures import auc, difference, parts
from peacetalks.errors import ScoreError
from peacetalks.evidence.score import brier

cases = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2, max_size=30)


@given(cases)
@settings(deadline=None)
def test_auc_is_the_share_of_pairs_in_order(rows):
    p, hit = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in p[hit] for b in p[~hit]]
    if not pairs:
        assert np.isnan(auc(p, hit))
        return
    assert auc(p, hit) == pytest.approx(np.mean(pairs))
    assert auc(p**3 + 1, hit) == pytest.approx(np.mean(pairs))  # only the order counts
    assert auc(1 - p, hit) == pytest.approx(1 - np.mean(pairs))


def test_auc_messages():
    with pytest.raises(ScoreError, match="one outcome per forecast"):
        auc([0.1, 0.2], [0])
    with pytest.raises(ScoreError, match="1 forecasts are missing"):
        auc([0.1, np.nan], [0, 1])


def test_difference_by_hand():
    d = difference([0.5, 0.1, 0.4], [0.2, 0.2, 0.2], ["a", "a", "b"], 4000, 1)
    assert d.value == pytest.approx(0.4 / 3, abs=1e-6)
    assert (d.low, d.high) == (
        pytest.approx(0.1),
        pytest.approx(0.2),
    )  # only a (0.2/2) and only b (0.2) are the extremes
    assert difference([0.1], [0.1], ["a"], 10, 1).high == 0


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_parts_and_what_is_within_bins_make_up_the_score(seed):
    rng = np.random.default_rng(seed)
    p = np.round(rng.dirichlet([1, 2, 1], 60), 1)
    p[:, 1] = 1 - p[:, 0] - p[:, 2]
    p = np.clip(p, 0, 1)
    p /= p.sum(axis=1, keepdims=True)
    y = rng.integers(0, 3, 60)
    found = parts(p, y)
    shares = np.bincount(y, minlength=3) / y.size
    assert found.uncertainty == pytest.approx((shares * (1 - shares)).sum())
    assert found.reliability >= 0
    assert found.resolution >= 0
    level = np.tile(shares, (60, 1))
    flat = parts(level, y)  # the frequencies themselves: nothing wrong with the level, nothing separated
    assert (flat.reliability, flat.resolution) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))
    assert brier(level, y).mean() == pytest.approx(flat.uncertainty)

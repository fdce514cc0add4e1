"""Anchor and adjust: laws, learning, as-of discipline, and messages."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import truncnorm

from peacetalks.errors import AnchorError
from peacetalks.evidence import anchor
from peacetalks.evidence.anchor import LEVELS, Weight, adjust, fit, prior, shipped, walk, weights_csv

row = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda v: np.array(v) / sum(v))
weight = st.floats(0, 2)


def mixed(p):
    """A forecast of the model, worth nothing in one case of twenty."""
    return 0.95 * p + 0.05 / len(p)


@given(row, row, row, weight)
@settings(deadline=None)
def test_laws(r, m, t, w):
    q = adjust(r, m, t, w)
    assert q.sum() == pytest.approx(1)
    assert np.allclose(adjust(r, m, t, 0.0), r)  # no weight: the record
    assert np.allclose(adjust(r, t, t, w), r)  # the typical case: the record
    assert np.allclose(adjust(q, t, m, w), r)  # undone by the opposite departure
    assert np.allclose(adjust(mixed(t), m, t, 1.0), mixed(m))  # a record that is the typical case: the model
    order = [2, 0, 1]
    assert np.allclose(adjust(r[order], m[order], t[order], w), q[order])
    odds = [np.log(a[0] / a[1]) for a in (q, r, mixed(m), mixed(t))]
    assert odds[0] == pytest.approx(odds[1] + w * (odds[2] - odds[3]), abs=1e-9)


@given(row, row, row, st.floats(0.05, 2), st.floats(1.05, 3))
@settings(deadline=None)
def test_the_estimate_rises_with_the_odds_of_the_model(r, m, t, w, factor):
    more = m * np.array([factor, 1, 1])
    more /= more.sum()
    now, before = adjust(r, more, t, w), adjust(r, m, t, w)
    assert now[0] > before[0]
    assert (now[0] / now[1:] > before[0] / before[1:]).all()


@given(row, row, row, weight, st.floats(0.5, 2), st.integers(0, 2))
@settings(deadline=None)
def test_a_level_that_is_wrong_in_every_case_of_the_class_nearly_cancels(r, m, t, w, factor, end):
    """To what the mixture with ignorance leaves, the odds of the estimate do not feel it; those of the model do."""

    def wrong(p):
        out = p.copy()
        out[end] *= factor
        return out / out.sum()

    assume(min(m.min(), t.min()) > 0.1)
    a, b = adjust(r, wrong(m), wrong(t), w), adjust(r, m, t, w)
    felt = np.log(a / b).max() - np.log(a / b).min()
    assert felt <= 0.25 * w * abs(np.log(factor)) + 1e-9


def test_by_hand():
    """m and t mixed: (.3967, .3967, .2067) and (.2067, .3967, .3967), with .05/3 = .016667 in each end."""
    ratio = np.array([(0.38 + 0.05 / 3) / (0.19 + 0.05 / 3), 1.0, (0.19 + 0.05 / 3) / (0.38 + 0.05 / 3)])
    assert ratio == pytest.approx([1.919355, 1.0, 0.521008], abs=1e-6)
    parts = np.array([0.1, 0.6, 0.3]) * ratio**0.5
    assert adjust([0.1, 0.6, 0.3], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4], 0.5) == pytest.approx(parts / parts.sum())


def test_an_end_that_is_next_to_impossible_in_the_typical_case_does_not_run_away():
    """Talks open against closed, a month ahead: 9% against nothing is no ninetyfold."""
    r, m, t = [0.03, 0.95, 0.02], [0.09, 0.9, 0.01], [0.0, 0.99, 0.01]
    assert 0.06 < adjust(r, m, t, prior().mean)[0] < 0.12
    assert adjust(r, [0.002, 0.99, 0.008], [0.0, 0.99, 0.01], 1.0)[0] == pytest.approx(0.03, rel=0.15)


def test_the_model_rules_nothing_out_and_missing_is_not_zero():
    assert adjust([0.5, 0.5], [0.0, 1.0], [0.5, 0.5], 1.0) == pytest.approx([0.025, 0.975])
    q = adjust([[0.5, 0.5], [np.nan, 0.5]], [0.2, 0.8], [0.3, 0.7], 0.5)
    assert np.isfinite(q[0]).all()
    assert np.isnan(q[1]).all()


def test_many_weights_at_once():
    many = adjust([0.2, 0.8], [0.6, 0.4], [0.4, 0.6], np.array([0.0, 0.5, 1.0]))
    assert many.tolist() == [adjust([0.2, 0.8], [0.6, 0.4], [0.4, 0.6], w).tolist() for w in (0.0, 0.5, 1.0)]


def test_the_prior_is_the_declared_one():
    exact = truncnorm(-1, np.inf, loc=anchor.PRIOR_MEAN, scale=anchor.PRIOR_SD)
    assert prior().mean == pytest.approx(exact.mean(), abs=1e-3)
    assert prior().quantiles == pytest.approx(exact.ppf(LEVELS), abs=2e-3)
    assert not prior().identified


def made_up(n, seed, truth):
    """Forecasts of n cases of which the weight `truth` is right."""
    rng = np.random.default_rng(seed)
    r, m, t = (rng.dirichlet([2, 2, 2], n) for _ in range(3))
    q = adjust(r, m, t, np.full(n, truth))
    return r, m, t, (rng.random(n)[:, None] > q.cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize("truth", [0.0, 0.3, 1.0, 1.6])
def test_many_cases_find_the_weight(truth):
    f = fit(*made_up(3000, 4, truth))
    assert f.mean == pytest.approx(truth, abs=0.08)
    assert f.low - 0.02 <= truth <= f.high
    assert f.identified


def test_the_posterior_is_that_of_an_independent_integration():
    r, m, t, y = made_up(12, 9, 0.7)
    w = np.linspace(0, 3, 3001)
    density = np.exp(-0.5 * ((w - anchor.PRIOR_MEAN) / anchor.PRIOR_SD) ** 2)
    for i, k in enumerate(y):
        density *= [adjust(r[i], m[i], t[i], x)[k] for x in w]
    assert fit(r, m, t, y).mean == pytest.approx((density @ w) / density.sum(), abs=2e-3)


def test_half_rows_count_half():
    r, m, t, y = made_up(40, 1, 0.9)
    twice = [np.concatenate([v, v]) for v in (r, m, t, y)]
    once, halves = fit(r, m, t, y), fit(*twice, counts=np.full(80, 0.5))
    assert (halves.mean, halves.quantiles, halves.effective_n) == (once.mean, once.quantiles, once.effective_n)


def test_walk_uses_only_what_was_known():
    r, m, t, y = made_up(60, 7, 0.7)
    made = np.arange(60.0)
    known = made + 5
    q, found = walk(r, m, t, y, made, known)
    assert found[0] == prior()
    assert found[20].n == 15  # 0..14: row 15 becomes known on day 20 itself
    assert found[20].mean == fit(r[:15], m[:15], t[:15], y[:15]).mean
    assert q[20] == pytest.approx(adjust(r[20], m[20], t[20], found[20].mean))
    later = y.copy()
    later[30:] = (later[30:] + 1) % 3  # another future
    q2, _ = walk(r, m, t, later, made, known)
    assert np.array_equal(q[:36], q2[:36])
    assert not np.array_equal(q[36:], q2[36:])
    y[3] = -1
    assert walk(r, m, t, y, made, known)[1][10].n == 4  # 0, 1, 2, 4: an unknown outcome teaches nothing


def test_the_table_has_the_weight_of_each_day_and_is_read_again(monkeypatch):
    r, m, t, y = made_up(30, 3, 0.4)
    days = [date(1990, 1, 1) + timedelta(days=100 * (i // 2)) for i in range(30)]
    text = weights_csv(r, m, t, y, days)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(x["n"]) for x in rows] == list(range(2, 31, 2))
    assert float(rows[4]["mean"]) == fit(r[:10], m[:10], t[:10], y[:10]).mean
    monkeypatch.setattr(anchor, "table_text", lambda name: text)
    anchor.forget_shipped()
    try:
        assert shipped(days[0]) == prior()  # on the day itself it was not known yet
        assert shipped(days[0] + timedelta(days=1)) == fit(r[:2], m[:2], t[:2], y[:2])
        assert shipped() == fit(r, m, t, y)
    finally:
        anchor.forget_shipped()


def test_the_shipped_weight_knows_no_future():
    assert shipped(date(1900, 1, 1)) == prior()
    assert isinstance(shipped(), Weight)
    assert shipped(date(1975, 1, 1)).n <= shipped().n
    assert set(anchor.card()) == {"title", "method", "prior", "fitted_on", "known_to", "sharpens", "limits"}
    assert anchor.card()["prior"]["why"] == anchor.WHY


def test_quantiles_between_those_shipped():
    p = prior()
    assert p.at([0.05, 0.95]).tolist() == [p.low, p.high]
    assert p.low < p.at(0.3) < p.high
    draws = p.at((np.arange(2000) + 0.5) / 2000)
    assert draws.mean() == pytest.approx(p.mean, abs=0.02)


def test_messages():
    with pytest.raises(AnchorError, match="the weight must be 0 or more, got -1"):
        adjust([0.5, 0.5], [0.5, 0.5], [0.5, 0.5], -1)
    with pytest.raises(AnchorError, match=r"the probabilities of the model must lie in \[0, 1\], got -0.5 to 1.5"):
        adjust([0.5, 0.5], [-0.5, 1.5], [0.5, 0.5], 1)
    with pytest.raises(AnchorError, match="must have the same ends: give one column of each per end"):
        adjust([0.5, 0.5], [0.2, 0.3, 0.5], [0.5, 0.5], 1)
    with pytest.raises(AnchorError, match="leave those rows out"):
        fit([[np.nan, 0.5]], [[0.5, 0.5]], [[0.5, 0.5]], [0])
    with pytest.raises(AnchorError, match="give one row of each per forecast"):
        fit([[0.5, 0.5]], [[0.5, 0.5]], [[0.5, 0.5]], [0, 1])

"""Hazards that are constant over pieces of time: closed forms, a second optimiser, laws; how cases are cut."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from peacetalks.errors import EvidenceError
from peacetalks.evidence.hazards import Hazards, Pieces, Prior, by_months, cluster_counts, fit, incidence
from peacetalks.evidence.pieces import cut, eras, log_age
from peacetalks.evidence.survival import incidence as aalen_johansen

seeds = st.integers(0, 10_000)


def made(rng, n=200, causes=2, covariates=3, clusters=20):
    x = np.column_stack([np.ones(n), rng.normal(size=(n, covariates - 1))])
    exposure = np.repeat(rng.uniform(0.2, 3.0, (n, 1)), causes, axis=1)
    events = rng.poisson(0.3, (n, causes)).astype(float)
    return Pieces(exposure, events, x, rng.integers(0, clusters, n))


def prior_of(p, sd=1.0):
    return Prior(np.zeros((p.events.shape[1], p.x.shape[1])), np.full(p.x.shape[1], sd))


def test_a_constant_hazard_is_events_by_exposure():
    p = Pieces(np.full((5, 1), 4.0), np.array([[1.0], [0], [1], [1], [0]]), np.ones((5, 1)), np.arange(5))
    h = fit(p, Prior(np.zeros((1, 1)), np.array([1e4])), np.ones((2, 5)), np.random.default_rng(1))
    assert np.exp(h.beta[0, 0]) == pytest.approx(3 / 20)
    curve = h.incidence(np.ones((24, 1)))[0]
    assert curve[:, 0] == pytest.approx(1 - np.exp(-0.15 * np.arange(1, 25) / 12))


@settings(max_examples=10)
@given(seeds)
def test_the_mode_is_that_of_a_general_optimiser(seed):
    rng = np.random.default_rng(seed)
    p = made(rng)
    prior = prior_of(p, 0.7)
    h = fit(p, prior, np.ones((1, 20)), rng)
    for k in range(2):

        def loss(b, k=k):
            eta = p.x @ b
            return -(p.events[:, k] * eta - p.exposure[:, k] * np.exp(eta)).sum() + 0.5 * ((b / prior.sd) ** 2).sum()

        found = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-8})
        assert h.beta[k] == pytest.approx(found.x, abs=1e-5)


@given(seeds)
def test_a_piece_cut_in_two_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    p = made(rng, n=60)
    share = rng.uniform(0.1, 0.9, (60, 1))
    halves = Pieces(
        np.concatenate([p.exposure * share, p.exposure * (1 - share)]),
        np.concatenate([np.zeros_like(p.events), p.events]),
        np.concatenate([p.x, p.x]),
        np.concatenate([p.cluster, p.cluster]),
    )
    counts = cluster_counts(np.random.default_rng(1), 5, 20)
    a, b = (fit(q, prior_of(p), counts[:, : q.clusters], np.random.default_rng(2)) for q in (p, halves))
    assert a.beta == pytest.approx(b.beta, abs=1e-7)
    assert a.runs == pytest.approx(b.runs, abs=1e-6)


def test_draws_of_independent_cases_spread_as_the_posterior_does():
    rng = np.random.default_rng(3)
    n = 4000
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    rate = np.exp(x @ np.array([-1.0, 0.5]))
    p = Pieces(np.ones((n, 1)), rng.poisson(rate)[:, None].astype(float), x, np.arange(n))
    h = fit(p, prior_of(p, 10.0), cluster_counts(rng, 2000, n), rng)
    hessian = (x * np.exp(x @ h.beta[0])[:, None]).T @ x + np.eye(2) / 100
    assert np.cov(h.runs[:, 0].T) == pytest.approx(np.linalg.inv(hessian), rel=0.15, abs=3e-5)


def test_draws_without_data_spread_as_the_prior_does():
    p = Pieces(np.zeros((3, 1)), np.zeros((3, 1)), np.ones((3, 1)), np.arange(3))
    prior = Prior(np.array([[-2.0]]), np.array([0.8]))
    h = fit(p, prior, cluster_counts(np.random.default_rng(1), 4000, 3), np.random.default_rng(2))
    assert h.beta[0, 0] == pytest.approx(-2.0)
    assert h.runs.std() == pytest.approx(0.8, rel=0.05)


def test_alike_cases_of_a_cluster_widen_the_draws():
    rng = np.random.default_rng(4)
    events = np.repeat(rng.integers(0, 2, 40), 25)[:, None].astype(float)  # all cases of a cluster end alike
    p = Pieces(np.ones((1000, 1)), events, np.ones((1000, 1)), np.repeat(np.arange(40), 25))
    alone = Pieces(p.exposure, p.events, p.x, np.arange(1000))
    a, b = (
        fit(q, prior_of(p, 10.0), cluster_counts(np.random.default_rng(1), 1000, q.clusters), rng) for q in (p, alone)
    )
    assert a.runs.std() > 2.5 * b.runs.std()


@given(seeds, st.integers(1, 40))
def test_incidence_and_survival_sum_to_one(seed, months):
    hazard = np.exp(np.random.default_rng(seed).normal(0, 2, (3, months, 3)))
    curve = incidence(hazard)
    survival = np.exp(-hazard.sum(axis=-1).cumsum(axis=-1) / 12)
    assert curve.sum(axis=-1) + survival == pytest.approx(np.ones_like(survival))
    assert (np.diff(curve, axis=1) >= -1e-15).all()
    assert incidence(hazard[..., :1])[..., 0] == pytest.approx(by_months(hazard[..., 0]))


def test_the_fitted_curve_is_that_of_aalen_and_johansen_where_hazards_are_constant():
    """Two methods, one number: 20,000 simulated cases with two competing constant hazards."""
    rng = np.random.default_rng(5)
    n, rates = 20_000, np.array([0.4, 0.2])
    t = rng.exponential(1 / rates.sum(), n)
    k = np.where(rng.random(n) < rates[0] / rates.sum(), 1, 2)
    k, t = np.where(t > 3, 0, k), np.minimum(t, 3)
    events = np.stack([(k == 1), (k == 2)], axis=1).astype(float)
    p = Pieces(np.repeat(t[:, None], 2, axis=1), events, np.ones((n, 1)), np.arange(n))
    curve = fit(p, prior_of(p, 10.0), np.ones((1, n)), rng).incidence(np.ones((24, 1)))[0]
    other = aalen_johansen(t, k, [1.0, 2.0], causes=2)
    assert curve[[11, 23]] == pytest.approx(other.probability, abs=0.01)


def test_what_does_not_fit_is_refused():
    p = Pieces(np.ones((1, 1)), np.ones((1, 1)), np.array([[np.nan]]), np.array([0]))
    with pytest.raises(EvidenceError, match="a covariate of a piece is missing"):
        fit(p, prior_of(p), np.ones((1, 1)), np.random.default_rng(1))
    with pytest.raises(EvidenceError, match="give one prior a covariate"):
        fit(p, Prior(np.zeros((1, 2)), np.ones(2)), np.ones((1, 1)), np.random.default_rng(1))


def test_the_first_row_of_an_incidence_is_at_the_mode():
    h = Hazards(np.zeros((1, 1)), np.full((2, 1, 1), np.log(12.0)))
    point, *runs = h.incidence(np.ones((1, 1)))
    assert (point[0, 0], runs[0][0, 0]) == (pytest.approx(1 - np.exp(-1 / 12)), pytest.approx(1 - np.exp(-1)))


days = st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31))


@given(st.lists(st.tuples(days, st.integers(0, 5000)), min_size=1, max_size=5))
def test_pieces_add_up_and_lie_in_one_calendar_year(cases):
    start, length = [c[0] for c in cases], np.array([float(c[1]) for c in cases])
    c = cut(start, length)
    assert np.bincount(c.case, c.days, len(cases)) == pytest.approx(length + 0.5)
    assert np.bincount(c.case, c.last, len(cases)).tolist() == [1.0] * len(cases)
    for case, year, days_, age in zip(c.case, c.year, c.days, c.age, strict=True):
        first = (dt.date(int(year), 1, 1) - start[case]).days
        last = (dt.date(int(year) + 1, 1, 1) - start[case]).days
        assert first <= age - days_ / 2 + 1e-9
        assert age + days_ / 2 <= last + 1e-9


def test_a_case_is_not_at_risk_before_it_was_seen():
    c = cut([dt.date(2000, 1, 1), dt.date(2000, 1, 1)], np.array([100.0, 50.0]), np.array([80.0, 60.0]))
    assert (c.case.tolist(), c.days.sum()) == ([0, 0], pytest.approx(20.5))
    assert c.age.min() > 80


def test_the_present_era_has_no_step_and_each_older_one_adds_one():
    e = eras(np.array([2019, 2015, 2014, 1900]), dt.date(2020, 6, 1))
    assert e.sum(axis=1).tolist() == [0, 0, 1, 8]
    assert log_age(np.array([364.25])) == pytest.approx(0.0)

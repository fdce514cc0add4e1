"""Competing-risk regression: against lifelines, against Aalen-Johansen, known effects, pooling, intervals."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from lifelines import CoxPHFitter

from peacetalks.evidence import regression
from peacetalks.evidence.endings import ENDINGS
from peacetalks.evidence.survival import incidence


def made(n, seed=0, effect=1.0, causes=(1, 5)):
    """Return cases whose hazard of the first cause is exp(effect) times as high in interstate conflicts."""
    rng = np.random.default_rng(seed)
    interstate = rng.random(n) < 0.4
    rate = np.stack([np.exp(effect * interstate) / 800, np.full(n, 1 / 1200)])
    times = rng.exponential(1 / rate)
    censored = rng.exponential(2500, n)
    first = times.argmin(axis=0)
    t = np.minimum(times.min(axis=0), censored)
    k = np.where(times.min(axis=0) <= censored, np.array(causes)[first], 0)
    return pl.DataFrame(
        {
            "t": np.ceil(t / 5) * 5,
            "k": k,
            "war_type": np.where(interstate, "interstate", "intrastate"),
            "incompatibility": rng.choice(["territory", "government"], n),
            "intensity": rng.choice(["war", "minor"], n),
            "major_power": rng.integers(0, 2, n),
            "previous": rng.integers(0, 2, n),
            "start": [dt.date(int(y), 1, 1) for y in rng.integers(1950, 2015, n)],
            "cluster": rng.integers(0, 40, n).astype(str),
        }
    )


@pytest.fixture(scope="module")
def model():
    return regression.fit(made(200))


def flat(model):
    return np.zeros_like(model.beta)


def test_without_covariates_the_curve_is_aalen_johansen(model):
    cases = made(200)
    days = np.array([0.0, 100.0, 400.0, 1000.0])
    ours = regression.curves(model, model.x, days, beta=flat(model))
    theirs = incidence(cases["t"].to_numpy(), cases["k"].to_numpy(), days, causes=len(ENDINGS)).probability
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_coefficients_are_those_of_lifelines_with_the_same_penalty(model):
    import pandas as pd

    table = pd.DataFrame(model.x, columns=list(model.names)).assign(t=model.t + 0.5, e=model.k == 1)
    theirs = CoxPHFitter(penalizer=1 / (200 * model.tau2)).fit(table, "t", "e").params_.to_numpy()
    assert model.beta[0] == pytest.approx(theirs, abs=1e-6)


def test_a_cox_curve_is_that_of_lifelines_when_nothing_competes():
    cases = made(200).with_columns(k=(pl.col("k") > 0).cast(pl.Int64))
    model = regression.fit(cases)
    import pandas as pd

    table = pd.DataFrame(model.x, columns=list(model.names)).assign(t=model.t + 0.5, e=model.k == 1)
    fitter = CoxPHFitter(penalizer=1 / (200 * model.tau2)).fit(table, "t", "e")
    days = np.array([50.0, 200.0, 600.0])
    theirs = 1 - fitter.predict_survival_function(table.iloc[:1], times=days + 0.5).to_numpy()[:, 0]
    assert regression.curves(model, model.x[:1], days)[:, 0] == pytest.approx(
        theirs, abs=0.01
    )  # product or exponential


def test_a_true_effect_is_found_and_the_curve_covers_it():
    model = regression.fit(made(1500, effect=1.0))
    assert model.ratios()["agreement"]["interstate"] == pytest.approx(np.exp(1.0), rel=0.15)
    assert abs(np.log(model.ratios()["low_activity"]["interstate"])) < 0.3
    truth = (np.e / 800) / (np.e / 800 + 1 / 1200) * (1 - np.exp(-(np.e / 800 + 1 / 1200) * 365))
    one = model.standardised(made(50).filter(pl.col("war_type") == "interstate"))
    assert regression.curves(model, one, np.array([365.0]))[0, 0] == pytest.approx(truth, abs=0.05)


def test_few_cases_are_pooled_towards_all_cases():
    """The ridge draws the coefficients of a small sample towards 0, more than those of a large one."""
    pulled = []
    for n in (60, 1000):
        model = regression.fit(made(n, seed=3))
        free, _ = regression._cox(model.t, model.k == 1, model.x, 1e3)
        pulled.append(np.abs(model.beta[0]).sum() / np.abs(free).sum())
    assert 0 < pulled[0] < pulled[1] < 1
    assert pulled[1] > 0.8


def test_an_ending_with_few_cases_gets_no_covariates(model):
    assert not model.beta[ENDINGS.index("actor_ceases")].any()


def test_cases_of_which_a_covariate_is_not_known_are_left_out():
    cases = made(100).with_columns(major_power=pl.when(pl.int_range(pl.len()) < 30).then(None).otherwise("major_power"))
    assert regression.fit(cases).t.size == 70


def test_beyond_what_was_followed_the_curve_is_unknown(model):
    assert np.isnan(regression.curves(model, model.x[:3], np.array([1e6]))).all()


def test_curves_rise_and_sum_to_at_most_one(model):
    days = np.arange(0, model.t.max(), 30.0)
    for beta in (model.beta, 4 * model.beta):
        curve = regression.curves(model, model.x[:9], days, beta=beta)
        assert (np.diff(curve, axis=0) >= -1e-12).all()
        assert (curve.sum(axis=1) <= 1 + 1e-9).all()


def test_the_interval_agrees_with_refitting_to_resampled_cases():
    """Normal draws of the coefficients and a resampled baseline give about the spread of a full bootstrap."""
    cases = made(150, effect=0.7)
    model, days, rng = regression.fit(cases), np.array([365.0]), np.random.default_rng(1)
    x = model.standardised(cases.filter(pl.col("war_type") == "interstate"))
    quick = [
        regression.curves(
            model,
            x,
            days,
            regression.draw(model, rng),
            np.bincount(rng.integers(0, 150, 150), minlength=150).astype(float),
        )[0, 0]
        for _ in range(200)
    ]
    full = []
    for _ in range(7):
        again = regression.fit(cases[rng.integers(0, 150, 150).tolist()])
        full.append(
            regression.curves(again, again.standardised(cases.filter(pl.col("war_type") == "interstate")), days)[0, 0]
        )
    assert 0.4 < np.std(quick) / np.std(full) < 2.5

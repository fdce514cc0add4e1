"""Predicted probabilities: closed forms of a logit, intervals by three methods, new data and refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import expit, logit, ndtri
from support.binary_choice import fitted

from peacetalks.errors import EstimationError
from peacetalks.estimation import intervals, predictions
from peacetalks.estimation.intervals import Method, jacobian, quantity
from peacetalks.estimation.predictions import predict

E = fitted()
NEW = pl.DataFrame({"x": [0.0, 2.0], "group": ["a", "b"]})


def test_the_delta_method_is_the_closed_form_of_a_logit():
    found = predict(E, NEW)
    x = np.array([[1, 0, 0], [1, 2, 1.0]])
    centre, error = x @ E.values, np.sqrt(np.einsum("ij,jk,ik->i", x, E.covariance, x))
    p = expit(centre)
    np.testing.assert_allclose(found.probability[:, 1], p, rtol=1e-12)
    np.testing.assert_allclose(found.probability.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(found.error[:, 1], p * (1 - p) * error, rtol=1e-6)
    z = ndtri(0.975)
    np.testing.assert_allclose(logit(found.low[:, 1]), centre - z * error, rtol=1e-6)
    np.testing.assert_allclose(logit(found.high[:, 1]), centre + z * error, rtol=1e-6)
    np.testing.assert_allclose(found.low[:, 0], 1 - found.high[:, 1], rtol=1e-6)


def test_the_jacobian_is_that_of_the_scores():
    one = E.model
    p = one.probabilities(E.values)[np.arange(one.rows), one.observed]
    d = jacobian(E, lambda theta: one.probabilities(theta)[np.arange(one.rows), one.observed])
    np.testing.assert_allclose(d.T, p[:, None] * one.scores(E.values), atol=1e-8)


def test_simulation_agrees_with_quantiles_of_the_log_odds_and_repeats():
    how = Method("simulation", draws=8_000, seed=3)
    found, again = predict(E, NEW, how), predict(E, NEW, how)
    np.testing.assert_array_equal(found.low, again.low)
    delta = predict(E, NEW)
    np.testing.assert_allclose(found.error, delta.error, rtol=0.05)
    np.testing.assert_allclose(found.low, delta.low, atol=0.006)
    np.testing.assert_allclose(found.high, delta.high, atol=0.006)
    assert not np.array_equal(found.low, predict(E, NEW, replace(how, seed=4)).low)


def test_a_simulation_in_blocks_of_rows_is_the_same(monkeypatch):
    whole = predict(E, method=Method("simulation", draws=100))
    monkeypatch.setattr(predictions, "MOST_VALUES", 100 * 2 * 7)
    parts = predict(E, method=Method("simulation", draws=100))
    np.testing.assert_array_equal(whole.high, parts.high)
    assert len(whole) == E.rows


def test_the_bootstrap_uses_the_replicates():
    rng = np.random.default_rng(1)
    replicates = rng.multivariate_normal(E.values, E.covariance, 200)
    found = predict(replace(E, replicates=replicates), NEW, Method("bootstrap", level=0.9))
    direct = expit(replicates @ np.array([1, 2, 1.0]))
    np.testing.assert_allclose([found.low[1, 1], found.high[1, 1]], np.quantile(direct, (0.05, 0.95)), rtol=1e-12)
    with pytest.raises(EstimationError, match="has no bootstrap replicates"):
        predict(E, NEW, Method("bootstrap"))


def test_a_fixed_parameter_does_not_vary():
    held = replace(E, fixed=np.array([False, True, False]))
    for how in (Method(), Method("simulation", draws=200)):
        assert quantity(held, lambda theta: theta[1:2], how, bounded=False).error[0] == 0
    every = replace(E, fixed=np.ones(3, bool))
    assert predict(every, NEW).error.max() == 0


def test_without_standard_errors_there_are_no_intervals():
    unknown = replace(E, covariance=np.full((3, 3), np.nan))
    with pytest.raises(EstimationError, match="has no standard errors"):
        predict(unknown, NEW)
    assert np.isnan(predict(unknown, NEW, Method("none")).low).all()


def test_probabilities_of_zero_and_one_are_points():
    found = quantity(E, lambda theta: np.array([0.0, 1.0]), Method())
    assert (found.low == [0, 1]).all()
    assert (found.high == [0, 1]).all()


def test_frames_of_pandas_and_columns_are_taken_and_tables_come_out():
    by_polars = predict(E, NEW).to_polars()
    assert by_polars.columns[:2] == ["x", "group"]
    assert "Pr(yes)" in by_polars.columns
    assert predict(E, pd.DataFrame(NEW.to_dict(as_series=False))).to_polars().equals(by_polars)
    assert predict(E, {"x": [0.0, 2.0], "group": ["a", "b"]}).to_polars().equals(by_polars)
    assert "low(yes)" not in predict(E, NEW, Method("none")).to_polars().columns
    assert predict(E, NEW).to_dict()["intervals"] == {"method": "delta", "level": 0.95, "draws": None, "seed": None}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x": 1.0}, "no column 'group', which the model needs"),
        ({"x": [1.0, None], "group": "a"}, "column 'x' misses 1 of 2 values, the first in row 2"),
        ({"x": [float("nan")], "group": "a"}, "misses 1 of 1 values"),
        ({"x": [], "group": []}, "the table has no rows"),
        ({"x": 1.0, "group": "c"}, "a level that the estimate does not know"),
        (3, "expected a polars or pandas frame"),
    ],
)
def test_bad_data_is_refused(data, message):
    with pytest.raises(EstimationError, match=message):
        predict(E, data)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"kind": "simulaton"}, "Did you mean 'simulation'"),
        ({"level": 95}, "between 0 and 1, such as 0.95"),
        ({"kind": "simulation", "draws": 10}, "at least 100 draws"),
        ({"seed": -1}, "must be 0 or more"),
    ],
)
def test_a_bad_method_is_refused(more, message):
    with pytest.raises(EstimationError, match=message):
        Method(**more)


def test_the_words_of_a_method():
    assert Method().words() == "95% intervals by the delta method"
    assert "1,000 draws" in Method("simulation").words()
    assert intervals.METHODS == ("delta", "simulation", "bootstrap", "none")

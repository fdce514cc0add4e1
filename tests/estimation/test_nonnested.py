"""The tests of Vuong and of Clarke: by their formulas, and refusals where models cannot be compared."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, norm
from support.binary_choice import fitted, made_data

from peacetalks.errors import EstimationError
from peacetalks.estimation.nonnested import OtherFit, clarke, vuong

E = fitted()
N = E.rows


def constant():
    """The fit of a constant by itself."""
    y = E.model.observed
    p = y.mean()
    return OtherFit("constant", np.log(np.where(y == 1, p, 1 - p)), 1, y)


@pytest.mark.parametrize(("correction", "each"), [("schwarz", np.log(N) / 2), ("akaike", 1), ("none", 0)])
def test_vuong_is_the_formula(correction, each):
    other = constant()
    d = E.model.log_likelihood(E.values) - other.log_likelihood
    z = (d.sum() - 2 * each) / np.sqrt(N * d.var())
    found = vuong(E, other, "yes", correction)
    assert found.statistic == pytest.approx(z)
    assert found.p == pytest.approx(2 * norm.sf(abs(z)))
    assert found.preferred == 1
    assert vuong(other, E, "yes", correction).statistic == pytest.approx(-z)


def test_clarke_counts_the_rows_that_are_better_by_more_than_the_correction():
    other = constant()
    d = E.model.log_likelihood(E.values) - other.log_likelihood
    better = int((d > np.log(N) / N).sum())
    found = clarke(E, other, "yes")
    assert found.statistic == better
    assert found.p == pytest.approx(min(1, 2 * binom.cdf(min(better, N - better), N, 0.5)))


def test_an_outcome_by_itself_is_the_whole_of_a_binary_model():
    whole, part = vuong(E, constant()), vuong(E, constant(), "yes")
    assert whole.statistic == pytest.approx(part.statistic)
    assert "of yes only" in str(part)
    assert part.to_dict()["outcome"] == "yes"
    assert "model 1 (logit) is preferred at 5%" in str(whole)
    assert "neither is preferred" in str(replace(whole, p=0.2))


def test_two_estimates_have_names_that_differ():
    other = replace(E, values=E.values + np.array([0.3, -0.2, 0.1]))
    assert vuong(E, other).names == ("model 1 (logit)", "model 2 (logit)")


@pytest.mark.parametrize(
    ("first", "second", "more", "message"),
    [
        (E, E, {}, "explain every row alike"),
        (E, constant(), {"outcome": "maybe"}, "'maybe' is no outcome of logit"),
        (E, constant(), {"correction": "bic"}, "no such correction"),
        (E, replace(constant(), log_likelihood=np.zeros(3), observed=np.zeros(3)), {}, "400 rows and the second 3"),
        (E, fitted(made_data(seed=6)), {}, "do not explain the same outcomes: row"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, more, message):
    with pytest.raises(EstimationError, match=message):
        vuong(first, second, **more)

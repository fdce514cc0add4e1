"""The value of an estimate: what is derived from its values and its covariance."""

import numpy as np
import pytest

from peacetalks.estimation.model import Estimate, Start


class TwoParameters:
    """As much of a model as an estimate reads."""

    parameters = ("a", "b")


@pytest.fixture
def estimate():
    return Estimate(
        TwoParameters(),
        values=np.array([1.0, 2.0]),
        covariance=np.diag([4.0, 0.0]),
        log_likelihood=-10.0,
        rows=100,
        dropped=0,
        errors="hessian",
        gradient=0.0,
        starts=(Start(-10.0, 0.0, 3, True),),
        fixed=np.array([False, True]),
    )


def test_a_fixed_parameter_has_a_value_and_no_standard_error(estimate):
    assert (estimate["a"], estimate["b"]) == (1.0, 2.0)
    np.testing.assert_array_equal(estimate.standard_errors, [2.0, np.nan])


def test_information_criteria_count_estimated_parameters(estimate):
    assert estimate.aic == 22.0
    assert estimate.bic == pytest.approx(20 + np.log(100))

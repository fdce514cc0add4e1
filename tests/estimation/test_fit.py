"""Outcomes as observed and as predicted."""

from dataclasses import replace

import numpy as np
import pytest
from support.binary_choice import fitted

from peacetalks.estimation.fit import fit_of

E = fitted()


def test_a_logit_with_a_constant_predicts_the_observed_shares():
    fit = fit_of(E)
    y = E.model.observed
    np.testing.assert_allclose(fit.observed, [1 - y.mean(), y.mean()])
    np.testing.assert_allclose(fit.predicted, fit.observed, rtol=1e-9)
    p = E.model.probabilities(E.values)[:, 1]
    assert fit.likeliest == pytest.approx(((p > 0.5) == (y == 1)).mean())
    assert fit.most_frequent == pytest.approx(max(y.mean(), 1 - y.mean()))
    assert fit.to_dict()["outcomes"] == ["no", "yes"]


def test_without_outcomes_there_is_no_fit():
    unseen = replace(E, model=E.model.rebind(E.model.data.drop("y")))
    assert fit_of(unseen) is None

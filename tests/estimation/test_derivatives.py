"""Values with their derivatives: the rules of calculus, and chances of actions far into the tails."""

import numpy as np
import pytest
from scipy.special import log_expit, log_ndtr

from peacetalks.estimation.derivatives import choice, indices

Z = np.array([-60.0, -36.0, -34.0, -8.0, -0.5, 0.0, 0.5, 8.0, 34.0, 36.0, 60.0])


@pytest.mark.parametrize(("link", "log"), [("probit", log_ndtr), ("logit", log_expit)])
def test_chances_keep_their_digits_in_the_tails(link, log):
    (gain,) = indices(Z[None])
    found = choice(gain, link)
    np.testing.assert_allclose(found.log_yes.value, log(Z), rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(found.log_no.value, log(-Z), rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(found.yes.value, np.exp(log(Z)), rtol=1e-12)
    np.testing.assert_allclose(found.yes.value + found.no.value, 1, rtol=1e-15)
    step = 1e-5
    for part, sign in ((found.log_yes, 1), (found.log_no, -1)):
        slope = (log(sign * (Z + step)) - log(sign * (Z - step))) / (2 * step)
        np.testing.assert_allclose(part.slopes[0], slope, rtol=1e-5, atol=1e-9)


def test_the_rules_of_calculus():
    x, y = indices(np.array([[3.0], [2.0]]))
    found = ((x * y - x + 1.0) / y).exp() * 2.0 + x.squared().root() - y
    value = 2 * np.exp((6 - 3 + 1) / 2) + 3 - 2
    by_x, by_y = 2 * np.exp(2) * (2 - 1) / 2 + 1, 2 * np.exp(2) * (3 * 2 - 4) / 4 - 1
    np.testing.assert_allclose(found.value, [value])
    np.testing.assert_allclose(found.slopes[:, 0], [by_x, by_y])

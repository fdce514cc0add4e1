"""Profile likelihood: against direct maximisation, its interval, and a better maximum that is found on the path."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import chi2
from support.binary_choice import fitted

from peacetalks.errors import EstimationError
from peacetalks.estimation.model import Estimate, Start
from peacetalks.estimation.profile import profile

E = fitted()


def held_at(value):
    """The largest log-likelihood with the slope of x held, by another method."""

    def minus(other):
        return -E.model.log_likelihood(np.array([other[0], value, other[1]])).sum()

    return -minimize(minus, E.values[[0, 2]], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11}).fun


def test_each_point_is_the_maximum_with_the_parameter_held():
    p = profile(E, "yes:x", steps=4)
    assert p.values[4] == p.estimate == E.values[1]
    for k in (0, 3, 8):
        assert p.log_likelihood[k] == pytest.approx(held_at(p.values[k]), abs=1e-7)
        assert p.theta[k, 1] == pytest.approx(p.values[k], abs=1e-12)
    assert p.better is None
    assert p.unsolved == ()
    assert p.to_dict()["better"] is None


def test_the_interval_is_where_the_curve_falls_by_half_the_quantile():
    p = profile(E, "yes:x")
    cut = E.log_likelihood - chi2.ppf(0.95, 1) / 2
    low, high = p.interval
    assert low == pytest.approx(brentq(lambda v: held_at(v) - cut, p.values[0], p.estimate, xtol=1e-6), abs=2e-4)
    assert high == pytest.approx(brentq(lambda v: held_at(v) - cut, p.estimate, p.values[-1], xtol=1e-6), abs=2e-4)
    assert p.estimate - low != pytest.approx(high - p.estimate, rel=1e-3)


def test_an_interval_beyond_the_values_is_not_known():
    assert np.isnan(profile(E, "yes:x", steps=2, span=0.5).interval).all()


def test_values_go_further_where_the_curve_has_not_fallen():
    p = profile(E, "yes:x", steps=2, span=1.0)
    assert len(p.values) > 5
    assert np.isfinite(p.interval).all()
    assert np.diff(p.values) == pytest.approx(np.full(len(p.values) - 1, E.standard_errors[1] / 2))


def test_progress_counts_every_fit():
    seen = []
    profile(E, "yes:x", steps=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(k, 6) for k in range(1, 7)]


@dataclass(frozen=True)
class TwoMaxima:
    """Log-likelihood of a play: -(3 a - a^3 + c)^2 - c^2 - (a - 1.7)^2 / 50; maxima near a = -1.73, 0 and 1.73."""

    rows: int = 40
    name: str = "two maxima"
    parameters: tuple = ("a", "c")

    def log_likelihood(self, theta):
        a, c = theta
        return np.full(self.rows, -((3 * a - a**3 + c) ** 2) - c**2 - (a - 1.7) ** 2 / 50)

    def scores(self, theta):
        a, c = theta
        inner = 3 * a - a**3 + c
        by_a = -2 * inner * (3 - 3 * a**2) - 2 * (a - 1.7) / 50
        return np.tile([by_a, -2 * inner - 2 * c], (self.rows, 1))


def test_a_better_maximum_is_found_and_followed_back():
    model = TwoMaxima()
    at = minimize(lambda t: -model.log_likelihood(t).sum(), [-1.7, 0.0]).x
    total = float(model.log_likelihood(at).sum())
    start = Start(total, 0.0, 1, True)
    none = np.zeros(2, bool)
    local = Estimate(model, at, np.diag([0.25, 0.01]), total, 40, 0, "hessian", 0.0, (start,), none)  # type: ignore[arg-type]
    p = profile(local, "a", steps=20, span=8.0)
    assert p.better is not None
    assert p.better.values[0] == pytest.approx(1.73, abs=0.02)
    assert p.better.log_likelihood > p.maximum + 5
    assert p.highest <= p.better.log_likelihood
    assert p.to_dict()["better"]["log_likelihood"] == p.better.log_likelihood


@pytest.mark.parametrize(
    ("args", "more", "message"),
    [
        (("yes:z",), {}, "no parameter 'yes:z'"),
        (("yes:x",), {"steps": 1}, "at least 2 steps"),
        (("yes:x",), {"span": 0}, "a span above 0"),
        (("yes:x",), {"level": 95}, r"such as 0\.95"),
    ],
)
def test_what_cannot_be_profiled_is_refused(args, more, message):
    with pytest.raises(EstimationError, match=message):
        profile(E, *args, **more)


def test_a_fixed_parameter_has_no_profile():
    with pytest.raises(EstimationError, match="was fixed"):
        profile(replace(E, fixed=np.array([False, True, False])), "yes:x")


def test_a_pseudo_likelihood_has_no_profile():
    with pytest.raises(EstimationError, match="an estimate by 'npl'"):
        profile(replace(E, settings={"method": "npl"}), "yes:x")

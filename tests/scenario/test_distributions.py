"""What a number is drawn from is scipy's, to the last bit."""

import math
import pickle
import re

import pytest
from scipy import stats
from scipy.special import expit, logit

from peacetalks.scenario.distributions import NORMAL, Beta, Logitnormal, Lognormal, Normal, Triangle, Uniform
from peacetalks.scenario.quantity import FAR, Bounds, Number

SHARES = [FAR, 0.001, (1 - 0.9) / 2, 0.05, 0.25, 1 / 3, 0.5, 0.7, 0.95, 1 - FAR]
PAIRS = [
    (Triangle(0.1, 0.2, 0.6), stats.triang((0.2 - 0.1) / (0.6 - 0.1), loc=0.1, scale=0.6 - 0.1)),
    (Triangle(1.0, 1.0, 3.0), stats.triang(0.0, loc=1.0, scale=2.0)),
    (Triangle(-1.0, 0.7, 0.7), stats.triang(1.0, loc=-1.0, scale=0.7 + 1.0)),
    (Uniform(0.3, 0.9), stats.uniform(0.3, 0.9 - 0.3)),
    (Normal(0.4, 0.1), stats.norm(0.4, 0.1)),
    (Lognormal(0.006, 0.8), stats.lognorm(0.8, scale=0.006)),
    (Beta(2.0, 5.0), stats.beta(2.0, 5.0)),
]


@pytest.mark.parametrize(("mine", "theirs"), PAIRS, ids=lambda d: type(d).__name__)
def test_quantiles_and_shares_are_those_of_scipy(mine, theirs):
    assert [mine.ppf(u) for u in SHARES] == [float(theirs.ppf(u)) for u in SHARES]
    values = [*(mine.ppf(u) for u in SHARES), mine.ppf(0.5) - 10, mine.ppf(0.5) + 10]
    assert [mine.cdf(x) for x in values] == pytest.approx([float(theirs.cdf(x)) for x in values], abs=1e-15)
    assert pickle.loads(pickle.dumps(mine)) == mine


def test_quantiles_that_are_written_out_are_those_of_scipy():
    assert {u: float(stats.norm.ppf(u)) for u in NORMAL} == NORMAL


def test_the_log_odds_of_a_logitnormal_are_normal_about_the_median_within_nought_and_one():
    d = Logitnormal(0.007, 1.0)
    found = [d.ppf(u) for u in SHARES]
    assert d.ppf(0.5) == Number.parse({"dist": "logitnormal", "median": 0.007, "sigma": 1.0}) == 0.007
    assert found == pytest.approx(list(expit(logit(0.007) + stats.norm.ppf(SHARES))), rel=1e-12)
    assert [d.cdf(x) for x in (*found, 0.0, 1.0)] == pytest.approx([*SHARES, 0.0, 1.0], rel=1e-6)
    assert Logitnormal(0.9, 50.0).ppf(FAR) >= 0
    assert Logitnormal(0.9, 50.0).ppf(1 - FAR) <= 1


def test_a_distribution_that_floats_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="reaches beyond what a number can hold"):
        Number.parse({"dist": "lognormal", "median": 1e300, "sigma": 50.0})
    with pytest.raises(ValueError, match="reaches beyond what a number can hold"):
        Number.parse({"low": -1.7e308, "mode": 0.0, "high": 1.7e308})
    assert math.isfinite(Number.parse({"dist": "normal", "mean": 0.0, "sd": 1e300}))


@pytest.mark.parametrize(
    ("bounds", "raw", "said"),
    [
        (
            Bounds(0, 1),
            {"dist": "normal", "mean": 0.4, "sd": 0.1},
            "must lie in [0, 1], but less than 0.01% of its draws would not (90% of them: 0.236 to 0.564). Make the "
            "distribution narrower, or write a range {low, mode, high}, or a beta or logitnormal distribution",
        ),
        (
            Bounds(0),
            {"dist": "normal", "mean": 0.4, "sd": 0.2},
            "must be at least 0, but 2.3% of its draws would not (90% of them: 0.071 to 0.729). Make the "
            "distribution narrower, or write a range {low, mode, high}, or a lognormal distribution",
        ),
        (
            Bounds(0.001, 0.999),
            {"dist": "beta", "a": 0.1, "b": 0.1},
            "must lie in [0.001, 0.999], but 51% of its draws",
        ),
        (Bounds(1e-9, 1 - 1e-9), 1, "must be above 0 and below 1, got 1"),
        (Bounds(1e-9), {"low": -1, "mode": 0, "high": 1}, "must be above 0, got -1 to 1"),
    ],
)
def test_what_is_refused_says_how_much_lies_outside_and_what_to_write_instead(bounds, raw, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        bounds.check(Number.parse(raw))

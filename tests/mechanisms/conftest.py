"""A small war to try mechanisms on: the bundled scenario with five front positions, five offers and four periods."""

import pytest
from scipy.optimize import brentq
from scipy.stats import norm

import peacetalks as pt

TABLES = {
    "audience": {
        "side": 1,
        "cost": 0.05,
        "demand": 0.9,
        "exposure": 1.0,
        "wear": 0.3,
        "discontent": 0.001,
        "mend": 0.1,
    },
    "deal": {
        "cost": 0.002,
        "detection": 0.1,
        "shift": 0.25,
        "decisive": 0.05,
        "fine": 0.01,
        "incident": 0.01,
        "lasting": 0.01,
    },
    "inspection": {"detection": 0.5, "cost": 0.0005},
    "loyalty": {
        "side": 1,
        "steady": 1.0,
        "strained": 0.6,
        "occasion": 0.2,
        "fall": 0.3,
        "setback": 0.2,
        "collapse": 0.1,
        "loss": 0.05,
    },
    "window": {"variant": "lever", "side": 1, "value": 0.2, "chance": 0.1, "terms": 0.8},
    "linked": {"label": "alignment", "held_by": 2, "worth_1": 0.2, "worth_2": 0.05, "terms": [0.5, 0.75]},
    "pact": {
        "side": 1,
        "members": ["ally", "friend"],
        "honour": 0.5,
        "backing": 1.0,
        "shield": 0.5,
        "honour_cost": 0.02,
        "abandon_cost": 0.01,
        "security": 0.001,
        "upkeep": 0.0005,
        "support": 1.2,
    },
    "observers": {
        "of": 1,
        "prior_for": 2,
        "prior_against": 2,
        "advances": 1,
        "months": 10,
        "benchmark": 0.3,
        "pull": 0.5,
    },
    "credibility": {"capability": 0.9, "belief_in_use": 0.3},
    "ratification": {
        "by": "a legislature",
        "side": 1,
        "reservation": 0.6,
        "spread": 0.15,
        "ends": 0.3,
        "cost": 0.01,
    },
    "turnover": {"side": 1, "hazard": 0.02, "election": 3, "steps": 1, "loses": 0.4},
}
SHRUNK = {"battlefield.positions": 5, "talks.offers": 5, "periods": 4, "rationality": 20}

WRITTEN = {  # what the bundled file leaves to the record: written here, so that a new calibration moves nothing
    "sides.1.types.resolute.war_cost": 0.004,
    "sides.1.types.irresolute.war_cost": 0.012,
    "battlefield.decisive": 0.003,
    "talks.offer": 0.25,
    "talks.stall": 0.52,
    "talks.accept": 0.08,
    "ceasefire.accept": 0.15,
    "ceasefire.incident_one": 0.3,
    "ceasefire.incident_both": 0.6,
}


@pytest.fixture(scope="session")
def tables():
    """A table for each mechanism beyond the bare game (see `test_bare_game.py`)."""
    return TABLES


@pytest.fixture(scope="session")
def small():
    """russia-ukraine-2025, shrunk, with none of `tables` and no sanctions; the second side has one type."""
    alone = {"sides.2.types": {"one": {"share": 1.0, "war_cost": 0.009}}, "sanctions": None} | dict.fromkeys(TABLES)
    return pt.patch(pt.load("russia-ukraine-2025"), SHRUNK | WRITTEN | alone)


@pytest.fixture(scope="session")
def solved():
    """Solve a scenario at three belief points."""

    def solve(scenario):
        return pt.solve(pt.build(scenario), rationality=float(scenario.rationality), belief_points=3, tolerance=1e-6)

    return solve


@pytest.fixture(scope="session")
def breaking_chance():
    """Solve a mutiny from its two conditions: the marginal member is indifferent, and just enough members join.

    With signals x of precision b to each member and z of precision a to all, theta given both is normal with mean
    (b x + a z)/(a + b) and precision a + b.  The force breaks at theta* where P(x < x* | theta*) = theta*, and at x* a
    member expects it to break with a chance equal to the cost.  Returns P(theta < theta* | z).
    """

    def chance(z, cost=0.4, a=4.0, b=16.0):
        def indifferent(theta):
            x = theta + norm.ppf(theta) / b**0.5
            return norm.cdf((a + b) ** 0.5 * (theta - (b * x + a * z) / (a + b))) - cost

        theta = brentq(indifferent, 1e-12, 1 - 1e-12, xtol=1e-14)
        return norm.cdf(a**0.5 * (theta - z))

    return chance

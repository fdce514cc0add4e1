"""The standard game: directions that the theory implies, and nothing where a mechanism is off."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.mechanisms.state import label
from peacetalks.outcomes import ENDS


@pytest.fixture(scope="module")
def small():
    """A small war: five front positions, five offers, one uncertain side."""
    return pt.patch(
        pt.load("korea-1951"),
        {
            "battlefield.positions": 5,
            "talks.offers": 5,
            "sides.1.types": {"one": {"share": 1.0, "war_cost": 0.01}},
            "periods": 12,
            "rationality": 20,
        },
    )


def ends(scenario, periods=12):
    s = pt.solve(pt.build(scenario), rationality=float(scenario.rationality), belief_points=5)
    f = pt.forecast(s, outcome=label, periods=periods)
    return {
        e: float(f.sel(outcome=[n for n in names if n in f.outcome.values])[-1].sum()) for e, names in ENDS.items()
    }, s


def test_forecast_sums_to_one_and_solves(small):
    got, s = ends(small)
    assert abs(sum(got.values()) - 1) < 1e-12
    assert s.residual < 1e-10


def test_dearer_war_more_peace(small):
    cheap, _ = ends(small)
    dear, _ = ends(pt.patch(small, {"sides.1.types.one.war_cost": 0.05, "sides.2.types.resolute.war_cost": 0.05}))
    assert dear["peace"] > cheap["peace"] + 0.01


def test_more_rent_later_settlement(small):
    before, _ = ends(small)
    after, _ = ends(pt.patch(small, {"rent": {"weight": 0.05}}))
    assert after["peace"] < before["peace"] - 0.01


def test_better_monitoring_longer_truces(small):
    def broken(scenario):
        s = pt.solve(pt.build(scenario), rationality=20.0, belief_points=3)
        return s.strategy("posture", _state("ceasefire"), player="United Nations Command")["one"]["violate"]

    loose = pt.patch(small, {"ceasefire.incident_one": 0.06, "ceasefire.incident_both": 0.07})
    tight = pt.patch(small, {"ceasefire.incident_one": 0.9, "ceasefire.incident_both": 0.95})
    assert broken(tight) < broken(loose)


def _state(regime):
    from peacetalks.mechanisms.state import World

    return World(regime, 2)


def test_a_mechanism_of_size_zero_changes_nothing(small):
    base, _ = ends(small)
    same, _ = ends(pt.patch(small, {"rent": {"weight": 0.0}}))
    assert all(abs(base[e] - same[e]) < 1e-12 for e in base)


def test_resolute_side_answers_probes_more(small):
    probed = pt.patch(
        small,
        {
            "challengers": {"tests": 2, "chance": 0.5, "gain": 0.05, "loss": 0.1, "wider_war": 0.0, "wider_cost": 0.0},
            "sides.2.types.resolute.escalation_cost": 0.0,
            "sides.2.types.resolute.humiliation_cost": 0.05,
            "sides.2.types.irresolute.escalation_cost": 0.1,
            "sides.2.types.irresolute.humiliation_cost": 0.0,
        },
    )
    s = pt.solve(pt.build(probed), rationality=20.0, belief_points=5)
    at = _state("talks")._replace(pending="probed")
    who = s.strategy("answer to a probe", at)
    assert who["resolute"]["retaliate"] > who["irresolute"]["retaliate"] + 0.2
    at = _state("talks")._replace(pending="occasion")
    probes = [
        s.strategy("probe", at, beliefs={"KPA and Chinese Volunteers": {"resolute": p, "irresolute": 1 - p}})["only"][
            "probe"
        ]
        for p in (0.1, 0.5, 0.9)
    ]
    assert np.all(np.diff(probes) < 0)


def test_sanctions_raise_the_chance_of_peace(small):
    power = {"label": "power", "on": 1, "level": 2, "bite": 0.03, "upkeep": 0.0, "peace_value": 0.0, "change": 1e-9}
    base, _ = ends(small)
    pressed, _ = ends(pt.patch(small, {"sanctions": power}))
    assert pressed["peace"] > base["peace"]

"""Values and choices of single mechanisms against their closed forms."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.mechanisms import observers
from peacetalks.mechanisms.state import DEAL, IN_PACT, STRAINED, TALKS, WAR, World

RUSSIA, UKRAINE = "Russia", "Ukraine"
ALONE = {"sides.1.types": {"one": {"share": 1.0, "war_cost": 0.0}}, "challengers": None, "rent": None}


def test_value_of_the_lever(small):
    """R = delta h (x + G) / (1 - delta (1 - h)), as in `grand_bargain`, without a cost of war or anything held."""
    still = {"battlefield.front": 0.0, "battlefield.mobility": 0.0, "battlefield.decisive": 0.0, "periods": None}
    apart = {
        "talks.open": False,
        "talks.reopen": 1e-9,
        "battlefield.positions": 3,
        "talks.offers": 3,
        "sides.1.discount": 0.95,
    }
    lever = {"window": {"variant": "lever", "side": 1, "value": 0.3, "chance": 0.2, "terms": 0.5, "take": 1 - 1e-12}}
    s = pt.solve(pt.build(pt.patch(small, ALONE | still | apart | lever)), rationality=20.0, belief_points=2)
    expected = 0.95 * 0.2 * (0.5 + 0.3) / (1 - 0.95 * 0.8)
    assert abs(s.value(RUSSIA, state=World(WAR, front=0)) - expected) < 1e-6


def test_rearming_in_the_last_period(small, tables):
    """Rearming then only costs: log odds are log nu - lambda (cost + beta fine)."""
    deal = {
        **tables["deal"],
        "cost": 0.02,
        "detection": 0.3,
        "fine": 0.1,
        "incident": 0.0,
        "lasting": 0.0,
        "rearm": 0.5,
        "by": [1],
    }
    s = pt.solve(pt.build(pt.patch(small, ALONE | {"deal": deal, "periods": 3})), rationality=20.0, belief_points=2)
    got = s.strategy("deal", World(DEAL, pending=0.75), player=RUSSIA, period=2)["one"]["rearm"]
    odds = 0.5 * np.exp(-20 * (0.02 + 0.3 * 0.1))
    assert abs(got - odds / (1 + odds)) < 1e-9


def test_inspectors_add_to_the_detection_of_rearming(small, tables):
    both = {"deal": {**tables["deal"], "detection": 0.2}, "inspection": {"detection": 0.5}}
    fate = next(st for st in pt.build(pt.patch(small, both)).stages if st.name == "fate of the deal")
    moves = {m.label: m.weight for m in fate.moves(World(DEAL, pending=(0.75, ("rearm", "keep"))))}
    assert moves == {"undetected": pytest.approx(0.4), "detected: Russia": pytest.approx(0.6)}


def test_support_of_a_pact_multiplies_the_odds(small, tables):
    backed = pt.patch(
        small, {"pact": {**tables["pact"], "support": 2.0}, "battlefield.decisive": 0.0, "battlefield.strength": 0.6}
    )
    battle = next(st for st in pt.build(backed).stages if st.name == "battle")
    state = World(TALKS, front=2, pending=("full", "full"))
    for pact, odds in ((0, 0.6 / 0.4), (IN_PACT, 2 * 0.6 / 0.4)):
        chances = {m.label: m.weight for m in battle.moves(state._replace(pact=pact))}
        assert chances["front +1"] / chances["front -1"] == pytest.approx(odds)


def test_a_mutiny_takes_ground_or_the_war(small, tables, breaking_chance):
    loyal = pt.patch(
        small,
        {
            "loyalty": {**tables["loyalty"], "setback": 0.5, "collapse": 0.25},
            "battlefield.mobility": 0.0,
            "battlefield.decisive": 0.0,
        },
    )
    battle = next(st for st in pt.build(loyal).stages if st.name == "battle")
    moves = {m.label: m for m in battle.moves(World(TALKS, front=3, home=STRAINED, pending=("restrained", "full")))}
    hazard = 0.2 * breaking_chance(0.6)  # occasion x chance that a strained force breaks
    assert moves["front +0; mutiny"].weight == pytest.approx(0.75 * hazard, rel=1e-9)
    assert moves["front +0; mutiny"].to == {World(TALKS, front=1): 1.0}
    lost = moves["front +0; mutiny, war lost"]
    assert lost.weight == pytest.approx(0.25 * hazard, rel=1e-9)
    assert next(iter(lost.to)).regime == "victory_2"
    assert sum(m.weight for m in moves.values()) == pytest.approx(1.0)
    freed = {m.label for m in battle.moves(World(TALKS, front=3, home=STRAINED, pending=("full", "full")))}
    assert not any("mutiny" in name for name in freed)


def test_observers_posterior_is_beta_binomial(small, tables):
    """Belief = P(q >= q*), by summing the posterior over a fine grid."""
    s = pt.patch(small, {"observers": {**tables["observers"], "advances": 3, "months": 10}})
    q = (np.arange(200_000) + 0.5) / 200_000
    density = q ** (2 + 3 - 1) * (1 - q) ** (2 + 7 - 1)
    assert abs(observers.belief(s) - density[q >= 0.3].sum() / density.sum()) < 1e-5

"""Guarantors: what they prevent and cost, their choice in closed form, the direction of the theory, simulated deals."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.mechanisms.state import BROKEN, DEAL, TALKS, World, label

DEALS = {  # a deal that side 1 can break, between sides of one type; talks that soon lead to one
    **{f"sides.{i}.types": {"one": {"share": 1.0, "war_cost": 0.02}} for i in (1, 2)},
    "challengers": None,
    "rent": None,
    "talks.offer": 1.0,
    "talks.accept": 0.5,
    "deal": {
        "by": [1],
        "cost": 0.0,
        "detection": 0.1,
        "shift": 0.5,
        "decisive": 0.2,
        "fine": 0.05,
        "rearm": 0.3,
        "attack": 0.3,
        "incident": 0.0,
    },
    "periods": 8,
}
GUARANTOR = {"label": "guarantor", "block": 0.8, "upkeep": 0.001, "peace_value": 0.01, "withdraw": 0.01}
SIGNED = World(DEAL, pending=0.5, guarantee=1)


def on(small, **table):
    return pt.patch(small, DEALS | {"guarantor": {**GUARANTOR, **table}})


def solved(scenario):
    return pt.solve(pt.build(scenario), float(scenario.rationality), belief_points=2, certify=False)


def stage(scenario, name):
    return next(one for one in pt.build(scenario).stages if one.name == name)


def shares(s, periods=8):
    return pt.forecast(s, outcome=label, periods=periods)[-1].to_series()


def test_an_attack_under_a_guarantee_gains_less_and_costs(small):
    s = on(small, penalty=0.04, intervention=0.02)
    act = {"pending": (0.5, ("attack", "keep")), "ahead": 1}
    fate = stage(s, "fate of the deal")
    under, without = ({m.label: m for m in fate.moves(SIGNED._replace(guarantee=g, **act))} for g in (1, 0))
    assert without["decided at once"].weight == pytest.approx(0.2)
    assert under["decided at once"].weight == pytest.approx(0.2 * 0.2)
    assert without["attack"].to == {
        World(BROKEN, front=4): pytest.approx(1.0)
    }  # half of the stake is two of four steps
    assert sum(w.front * p for w, p in under["attack"].to.items()) == pytest.approx(2 + 0.2 * 2)
    assert under["attack"].pay == {"Russia": -0.04, "guarantor": -0.02}
    assert not without["attack"].pay


def test_a_guarantor_detects_beside_the_deal(small):
    s = on(small, detection=0.5)
    fate = stage(s, "fate of the deal")
    moves = {m.label: m.weight for m in fate.moves(SIGNED._replace(pending=(0.5, ("rearm", "keep"))))}
    assert moves["undetected"] == pytest.approx(0.9 * 0.5)


def test_withdrawal_in_closed_form_in_the_last_period(small):
    """Then standing by only costs: log odds of withdrawing are those of its hazard, plus lambda times the upkeep."""
    s = solved(on(small, upkeep=0.05, withdraw=0.2))
    got = s.strategy("guarantor", SIGNED, period=7)["only"]["withdraw"]
    odds = 0.2 / 0.8 * np.exp(float(small.rationality) * 0.05)
    assert got == pytest.approx(odds / (1 + odds), abs=1e-9)


def test_a_guarantor_that_does_nothing_changes_nothing(small):
    plain = pt.patch(small, DEALS)
    idle = on(small, block=0.0, upkeep=0.0, peace_value=0.0)
    a, b = shares(solved(plain)), shares(solved(idle))
    assert np.abs(a - b).max() < 1e-9
    off = pt.patch(idle, {"guarantor": None})
    assert pt.build(off).players == pt.build(plain).players
    assert [x.name for x in pt.build(off).stages] == [x.name for x in pt.build(plain).stages]


def test_a_guarantee_makes_deals_more_frequent_and_more_lasting(small):
    """Walter (1997, 2002): with a guarantee adversaries sign, and the settlement is kept; Fortna (2004): it lasts."""
    weak, strong = (solved(on(small, block=b, penalty=p)) for b, p in ((0.0, 0.0), (0.9, 0.1)))

    def attacks(s):
        return s.strategy("deal", SIGNED._replace(ahead=1), player="Russia", period=4)["one"]["attack"]

    def accepts(s):
        return s.strategy("answer", World(TALKS, front=3, pending=(0, 0.75)), period=2)["one"]["accept"]

    assert attacks(strong) < attacks(weak) - 0.05
    assert accepts(strong) > accepts(weak) + 0.01  # the side that may be attacked
    assert shares(strong)["settlement"] > shares(weak)["settlement"] + 0.01
    assert shares(strong)["broken"] < shares(weak)["broken"]


def test_a_dearer_guarantee_is_withdrawn_and_the_deal_then_broken(small):
    found = []
    for upkeep in (0.0005, 0.02, 0.05):
        s = solved(on(small, upkeep=upkeep, block=0.9, penalty=0.1))
        gone = pt.forecast(s, outcome=lambda w: str(w.regime == DEAL and not w.guarantee), periods=8)[-1].to_series()
        found.append((gone["True"], shares(s)["broken"]))
    gone, broken = np.array(found).T
    assert np.all(np.diff(gone) > 0.001)
    assert np.all(np.diff(broken) > 0)


def test_simulated_deals_are_the_forecast(small):
    s = solved(pt.patch(on(small, penalty=0.02, withdraw=0.1), {"periods": 5}))

    def kind(state):
        return f"{label(state)} {state.ahead} {state.guarantee}"

    paths, exact = pt.simulate(s, n=4000, seed=8), pt.forecast(s, outcome=kind, periods=5)[-1].to_series()
    seen = paths.outcomes(kind)[-1].to_series()
    assert exact["settlement 0 1"] > exact["settlement 1 0"] > 0.001
    for name, p in exact.items():
        assert abs(seen.get(name, 0.0) - p) < 4 * np.sqrt(max(p * (1 - p), 1e-5) / 4000), name
    for player in ("Russia", "guarantor"):
        worth = paths.payoff[player]
        assert abs(s.value(player) - worth.mean()) < 4 * worth.std() / np.sqrt(len(worth))


def test_without_a_deal_there_is_nothing_to_guarantee(small):
    with pytest.raises(pt.SpecError, match="guarantor needs the table deal: without it a settlement cannot be broken"):
        pt.patch(on(small), {"deal": None})
    with pytest.raises(pt.SpecError, match="two players are called 'Ukraine'"):
        on(small, label="Ukraine")

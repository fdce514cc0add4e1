"""The second field of use: inspections against negotiation, and a truce or deal used to rearm."""

import pytest

import peacetalks as pt
from peacetalks.game.compile import compile_game
from peacetalks.mechanisms.state import CEASEFIRE, DEAL, INSPECTED, TALKS, World, label
from peacetalks.outcomes import ENDS

QUICK = {"battlefield.positions": 3, "talks.offers": 3, "periods": 4}


def ends(scenario):
    s = pt.solve(pt.build(scenario), rationality=float(scenario.rationality), belief_points=3, tolerance=1e-6)
    last = pt.forecast(s, outcome=label, periods=4)[-1].to_series()
    return s, {e: sum(last.get(n, 0.0) for n in names) for e, names in ENDS.items()}


@pytest.mark.parametrize(
    ("name", "regime", "most"),
    [("iran-nuclear-2025", TALKS, 12_000), ("sri-lanka-2002", CEASEFIRE, 3_000)],
)
def test_scenario_opens_as_described(name, regime, most):
    s = pt.load(name)
    game = pt.build(s)
    assert {w.regime for w in game.starts()} == {regime}
    assert "judgement" in s.hindsight.lower()
    assert compile_game(game).n_nodes < most


@pytest.mark.slow
def test_inspectors_instead_of_talks_in_iran():
    lone = {"sides.2.types": {"one": {"share": 1.0, "war_cost": 0.01}}, "sanctions": None, "pact": None}
    base = pt.patch(pt.load("iran-nuclear-2025"), QUICK | lone)
    s, with_them = ends(base)
    assert s.strategy("table", World(TALKS, front=2, pending=1))["one"]["ask for inspectors"] > 0.05
    watched = pt.forecast(s, outcome=lambda w: w.regime, periods=4)[-1].to_series()
    assert watched[INSPECTED] > 0.01
    _, without = ends(pt.patch(base, {"inspection": None}))
    assert with_them["peace"] > without["peace"]


@pytest.mark.slow
def test_truce_or_deal_used_to_rearm_in_sri_lanka():
    base = pt.patch(pt.load("sri-lanka-2002"), QUICK | {"sides.1.types": {"one": {"share": 1.0, "war_cost": 0.015}}})
    s, now = ends(base)
    assert now["peace"] > 0.5  # a truce that has just been signed
    dear, _ = ends(pt.patch(base, {"deal.cost": 0.05}))
    rearms = [x.strategy("deal", World(DEAL, pending=0.5), player="LTTE")["resolute"]["rearm"] for x in (s, dear)]
    assert rearms[0] > 1.5 * rearms[1]
    _, tempting = ends(pt.patch(base, {"ceasefire.gain": 0.1, "ceasefire.violate": 0.7}))
    assert tempting["more_conflict"] > now["more_conflict"]

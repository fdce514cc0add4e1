"""A mechanism switched off is not there; every combination builds and keeps all probability; refusals say why."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peacetalks as pt
from peacetalks.forecasting.outlook import outlook
from peacetalks.game.compile import compile_game
from peacetalks.mechanisms.standard_game import derived
from peacetalks.mechanisms.state import DEAL, OPEN, SETTLED, TALKS, Bundle, World, agreed_terms, label


def last(scenario, solved, periods=4):
    return pt.forecast(solved(scenario), outcome=label, periods=periods)[-1].to_series()


def test_on_and_off_again(small, tables, solved):
    base = last(small, solved)
    game = pt.build(small)
    for name, table in tables.items():
        off = pt.patch(pt.patch(small, {name: table}), {name: None})
        again = pt.build(off)
        assert [s.name for s in again.stages] == [s.name for s in game.stages]
        assert again.players == game.players
        assert again.start == game.start
    assert np.abs(last(off, solved) - base).max() < 1e-12


@pytest.mark.parametrize(
    ("name", "change"),
    [("credibility", {"capability": 1.0, "belief_in_use": 1.0}), ("observers", {"pull": 0.0})],
)
def test_at_its_neutral_value_a_mechanism_changes_nothing(small, tables, solved, name, change):
    on = pt.patch(small, {name: {**tables[name], **change}})
    assert np.abs(last(on, solved) - last(small, solved)).max() < 1e-12


def test_a_deal_that_is_always_kept_is_a_settlement(small, tables, solved):
    power = {"label": "power", "on": 1, "level": 0, "bite": 0.001, "upkeep": 0.0, "peace_value": 0.01, "change": 0.1}
    plain = pt.patch(small, {"sanctions": power, "periods": 4})
    keep = {**tables["deal"], "rearm": 1e-9, "incident": 0.0, "by": [1]}
    for lasting in (0.0, 0.2):
        kept = pt.patch(plain, {"deal": {**keep, "lasting": lasting}})
        a, b = solved(plain), solved(kept)
        gaps = np.abs(pt.forecast(a, outcome=label, periods=4) - pt.forecast(b, outcome=label, periods=4))
        assert float(gaps.max()) < 1e-6
        for player in ("Russia", "Ukraine", "power"):
            assert abs(a.value(player) - b.value(player)) < 1e-6


def test_flags_live_only_where_they_matter(small, tables):
    c = compile_game(pt.build(pt.patch(small, {**tables, "periods": None})))
    for w in c.boundaries:
        if w.regime not in ("talks", "war"):
            assert (w.home, w.pact) == (0, 0), w
        assert w.ahead == 0 or w.regime == DEAL
        assert w.clock == w.changed == 0 or w.regime in OPEN
        assert w.level == 0 or w.regime != "inspected"
    base = compile_game(pt.build(pt.patch(small, {"periods": 5})))
    unchanged = pt.patch(small, {**tables, "turnover": None, "periods": None})
    copies = compile_game(pt.build(unchanged)).n_nodes * 2  # the clock of one step doubles the states
    assert c.n_nodes < copies * 1.25  # and whether the government changes is a node of its own in each
    c = compile_game(pt.build(unchanged))
    unvoted = compile_game(pt.build(pt.patch(unchanged, {"ratification": None})))
    assert unvoted.n_nodes < 5 * base.n_nodes
    assert c.n_nodes < unvoted.n_nodes + base.n_nodes  # a vote on each of the terms in each state of talks
    assert len(c.boundaries) == len(unvoted.boundaries)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=12, deadline=None)
def test_any_combination_works(small, tables, data):
    chosen = data.draw(st.sets(st.sampled_from(sorted(tables))))
    tiny = {
        "battlefield.positions": 3,
        "talks.offers": 3,
        "periods": 2,
        "sides.1.types": {"one": {"share": 1.0, "war_cost": 0.01}},
    }
    if "window" in chosen and data.draw(st.booleans()):
        tables = {**tables, "window": {"variant": "prestige", "side": 2, "value": 0.1}}
    if data.draw(st.booleans()):
        tiny["challengers"] = None
    s = pt.patch(small, {**tiny, **{k: tables[k] for k in chosen}})
    f = pt.forecast(pt.solve(pt.build(s), rationality=20.0, belief_points=2), outcome=label, periods=2)
    assert np.abs(f.sum("outcome") - 1).max() < 1e-12
    assert float(f.min()) >= 0


def test_terms_are_reported_from_a_deal_in_force(small, tables):
    assert agreed_terms(World(SETTLED, pending=0.25)) == 0.25
    assert agreed_terms(World(DEAL, pending=Bundle(0.75), ahead=1)) == 0.75
    assert agreed_terms(World(TALKS)) is None
    alone = {"sides.1.types": {"one": {"share": 1.0, "war_cost": 0.01}}, "periods": 4}
    o = outlook(
        pt.patch(small, alone | {k: tables[k] for k in ("deal", "linked", "credibility")}), periods=4, belief_points=2
    )
    assert abs(float(o.terms.sum()) - 1) < 1e-12
    assert o.settings["derived"] == {"credibility": 0.9 * 0.3}


def test_derived_numbers(small, tables, breaking_chance):
    got = derived(pt.patch(small, tables))
    mutiny = {"mutiny_hazard_steady", "mutiny_hazard_strained"}
    assert set(got) == {"credibility", "observers_belief", "ratified_at_front", "government_changes_within_12"} | mutiny
    assert got["mutiny_hazard_steady"] == pytest.approx(0.2 * breaking_chance(1.0), abs=1e-12)  # occasion x chance
    assert got["mutiny_hazard_strained"] == pytest.approx(0.2 * breaking_chance(0.6), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"audience.side": 2},
            "audience concerns side 2 and loyalty side 1: they share the levels of domestic support",
        ),
        ({"ceasefire": None}, "inspection needs the table ceasefire"),
        ({"loyalty.public": 30.0}, "too precise for a single equilibrium; keep public <= sqrt"),
        ({"loyalty.strained": 1.1}, "strained = 1.1 lies above steady = 1: the signal of strength falls"),
        ({"pact.members": ["Ukraine"]}, "two players are called 'Ukraine'"),
        ({"window.chance": 0.0}, "the lever variant needs chance > 0"),
        ({"observers.advances": 12}, "12 advances in 10 months: at most one a month counts"),
        ({"ratification.ends": 1.2}, r"ratification.ends: must lie in .0, 1., got 1.2"),
        ({"turnover.election": None}, "turnover: loses and steps need election, the months to the dated election"),
        ({"turnover.steps": 4}, "turnover: steps = 4 exceeds election = 3: at most one step a month"),
        ({"agenda": {"points": ["a", "a"], "terms": [0.2, 0.8], "accept": 0.1}}, "points lists 'a' twice; keep one"),
        ({"agenda": {"points": ["a", "b"], "terms": [0.2, 0.2], "accept": 0.1}}, "terms lists 0.2 twice; keep one"),
        (
            {"agenda": {"points": ["a", "b"], "weights": [1.0], "terms": [0.2, 0.8], "accept": 0.1}},
            "weights has 1 numbers for 2 points; give one each",
        ),
        ({"deal.detecton": 0.1}, r"deal.detecton: unknown key \(did you mean 'detection'\?\)"),
    ],
)
def test_messages(small, tables, change, message):
    with pytest.raises(pt.SpecError, match=message):
        pt.patch(pt.patch(small, tables), change)

"""Each mechanism moves the game the way its theory says."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.mechanisms import global_game, observers
from peacetalks.mechanisms.state import (
    BROKEN,
    CEASEFIRE,
    COMMITTED,
    DEAL,
    FRESH,
    IN_PACT,
    INSPECTED,
    STEADY,
    STRAINED,
    TALKS,
    Bundle,
    World,
    label,
)

RUSSIA, UKRAINE = "Russia", "Ukraine"
AT = World(TALKS, front=3)


def shares(s, periods=4):
    return pt.forecast(s, outcome=label, periods=periods)[-1].to_series()


def mean(s, player, strategy, move):
    """Chance of a move at the prior over the mover's types."""
    prior = s.game.types.get(player, {"only": 1.0})
    return sum(p * strategy[k].get(move, 0.0) for k, p in prior.items())


def accepts(s, state, by, offer):
    other = 0 if by == UKRAINE else 1
    return mean(s, by, s.strategy("answer", state._replace(pending=(other, offer))), "accept")


def on(small, tables, name, **change):
    return pt.patch(small, {name: {**tables[name], **change}})


def test_dearer_to_back_down_is_done_less(small, tables, solved):
    cheap, dear = (solved(on(small, tables, "audience", cost=c)) for c in (0.01, 0.15))
    stands = AT._replace(home=COMMITTED, pending=0)
    assert mean(dear, RUSSIA, dear.strategy("table", stands), "back down") < 0.5 * mean(
        cheap, RUSSIA, cheap.strategy("table", stands), "back down"
    )
    bound, free = AT._replace(home=COMMITTED), AT
    assert accepts(dear, bound, RUSSIA, 0.75) < accepts(dear, free, RUSSIA, 0.75)  # below the demand of 0.9
    assert abs(accepts(dear, bound, RUSSIA, 1.0) - accepts(dear, free, RUSSIA, 1.0)) < 0.02  # meets it


def test_a_standing_demand_makes_silence_dearer(small, tables, solved):
    s = solved(on(small, tables, "audience", exposure=3.0, wear=0.0))
    ignore = [
        mean(s, RUSSIA, s.strategy("answer to a probe", AT._replace(home=h, pending="probed")), "ignore")
        for h in (0, 1)
    ]
    assert ignore[COMMITTED] < ignore[STEADY] - 0.05


def test_unanswered_probes_wear_support_down(small, tables, solved):
    def strained(wear):
        s = solved(on(small, tables, "audience", wear=wear))
        return pt.forecast(s, outcome=lambda w: str(w.home), periods=4)[-1].to_series().get(str(STRAINED), 0.0)

    assert strained(0.0) == 0.0
    assert strained(0.8) > strained(0.2) > 0.005


def test_easier_rearming_fewer_deals_more_detection_more(small, tables, solved):
    base = {
        "cost": 0.0,
        "detection": 0.05,
        "by": [1],
        "incident": 0.0,
        "lasting": 0.0,
        "decisive": 0.3,
        "fine": 0.05,
        "rearm": 0.5,
    }
    hard, easy = (solved(on(small, tables, "deal", **{**base, "cost": c})) for c in (0.5, 0.0))
    seen = solved(on(small, tables, "deal", **{**base, "detection": 0.9}))
    deal = World(DEAL, pending=0.75)

    def rearms(s):
        return mean(s, RUSSIA, s.strategy("deal", deal, player=RUSSIA), "rearm")

    for checked in (hard, seen):
        assert rearms(checked) < rearms(easy) - 0.01
        assert accepts(easy, AT, UKRAINE, 0.75) < accepts(checked, AT, UKRAINE, 0.75)
        assert shares(easy)["settlement"] < shares(checked)["settlement"]


def test_a_broken_deal_is_fighting_resumed(small, tables, solved):
    frail, firm = (solved(on(small, tables, "deal", incident=i)) for i in (0.3, 0.0))
    assert shares(frail)["broken"] > shares(firm)["broken"] + 0.001


def test_inspectors_deter_violations(small, tables, solved):
    def violates(s, regime):
        return mean(s, RUSSIA, s.strategy("posture", World(regime, front=3), player=RUSSIA), "violate")

    lax, strict = (solved(on(small, tables, "inspection", detection=d)) for d in (0.05, 0.9))
    assert violates(strict, INSPECTED) < violates(lax, INSPECTED)
    assert violates(strict, INSPECTED) < violates(strict, CEASEFIRE)


def test_lower_loyalty_more_mutiny(small, tables, solved, breaking_chance):
    signals = (1.0, 0.8, 0.6, 0.4)
    hazards = global_game.hazards(signals, 0.4, 4.0, 16.0)
    assert np.allclose(hazards, [breaking_chance(z) for z in signals], rtol=0, atol=1e-10)
    assert np.all(np.diff(hazards) > 0)
    firm, frail = (solved(on(small, tables, "loyalty", strained=z)) for z in (1.0, 0.2))
    strained = AT._replace(home=STRAINED)
    restrained = [mean(s, RUSSIA, s.strategy("posture", strained, player=RUSSIA), "restrained") for s in (firm, frail)]
    assert restrained[1] < restrained[0]  # who fears a mutiny holds back less
    assert shares(frail)["victory_2"] > shares(firm)["victory_2"]  # and may lose the force, and the war with it


def test_a_dearer_lever_fewer_settlements_while_the_war_is_open(small, tables, solved):
    low, high = (solved(on(small, tables, "window", value=v)) for v in (0.0, 0.8))
    assert accepts(high, AT, RUSSIA, 1.0) < accepts(low, AT, RUSSIA, 1.0)
    offered = AT._replace(pending="grand bargain")
    assert mean(high, RUSSIA, high.strategy("table", offered), "take") > mean(
        low, RUSSIA, low.strategy("table", offered), "take"
    )


def test_prestige_of_a_quick_victory_more_full_fighting(small, tables, solved):
    prestige = {"variant": "prestige", "chance": 0.0, "closing": 0.05}
    quick = pt.patch(small, {"battlefield.decisive": 0.1})
    low, high = (solved(on(quick, tables, "window", value=v, **prestige)) for v in (0.0, 2.0))
    fresh = AT._replace(home=FRESH)
    full = [mean(s, RUSSIA, s.strategy("posture", fresh, player=RUSSIA), "full") for s in (low, high)]
    assert full[1] > full[0] + 0.05
    later = [mean(s, RUSSIA, s.strategy("posture", AT, player=RUSSIA), "full") for s in (low, high)]
    assert abs(later[1] - later[0]) < 1e-6  # once the moment has passed nothing is left of it


def test_a_linked_issue_that_is_worth_more_to_one_helps(small, tables, solved):
    poor, rich = (solved(on(small, tables, "linked", worth_1=w)) for w in (0.0, 0.3))
    assert accepts(rich, AT, RUSSIA, Bundle(0.75)) > accepts(poor, AT, RUSSIA, Bundle(0.75))
    assert accepts(rich, AT, UKRAINE, Bundle(0.75)) < accepts(rich, AT, UKRAINE, 0.75)
    assert shares(rich)["settlement"] > shares(solved(small))["settlement"]


def test_a_reliable_pact_deters(small, tables, solved):
    weak, firm = (solved(on(small, tables, "pact", honour=h, backing=3.0)) for h in (0.1, 0.9))
    occasion = AT._replace(pact=IN_PACT, pending="occasion")
    probes = [s.strategy("probe", occasion)["only"]["probe"] for s in (weak, firm)]
    assert probes[1] < probes[0] - 0.01
    assert firm.strategy("probe", AT._replace(pending="occasion"))["only"]["probe"] > probes[1]
    assert shares(firm)["wider_war"] < shares(solved(small))["wider_war"]


def test_reliability_in_closed_form_in_the_last_period(small, tables, solved):
    change = {
        "members": ["ally"],
        "honour": 0.4,
        "honour_cost": 0.05,
        "abandon_cost": 0.02,
        "security": 0.0,
        "upkeep": 0.0,
    }
    s = solved(on(small, tables, "pact", **change))
    got = s.strategy("call on the pact", AT._replace(pact=IN_PACT, pending="called"), period=3)["only"]["honour"]
    odds = 0.4 / 0.6 * np.exp(-20 * (0.05 - 0.02))
    assert abs(got - odds / (1 + odds)) < 1e-9


def test_the_abandoned_pact_is_gone_and_costs(small, tables, solved):
    s = solved(on(small, tables, "pact", abandoned=0.3))
    calm = [
        mean(s, RUSSIA, s.strategy("answer to a probe", AT._replace(pact=p, pending="probed")), "ignore")
        for p in (0, 1)
    ]
    assert calm[IN_PACT] > calm[0]  # who would be left alone answers less


def test_observers_who_see_a_slow_war_test_more(small, tables, solved):
    slow, quick = (on(small, tables, "observers", advances=a) for a in (0, 8))
    assert observers.belief(slow) < 0.1 < 0.9 < observers.belief(quick)
    assert observers.testing(slow) > float(small.challengers.chance) > observers.testing(quick)
    assert shares(solved(slow))["wider_war"] > shares(solved(quick))["wider_war"]
    pacts = [pt.patch(x, {"pact": {**tables["pact"], "join": 0.3}}) for x in (slow, quick)]
    assert observers.joining(pacts[0], 0.3) < 0.3 < observers.joining(pacts[1], 0.3)


def test_belief_in_ability_along_a_forecast(small, tables, solved):
    s = on(small, tables, "observers")
    t = pt.trajectory(solved(s), 4)
    path = observers.path(s, t.states, t.mass)
    expected = 0.0
    mass = t.mass[0].sum(axis=1)
    for state, m in zip(t.states, mass, strict=True):
        if state.regime not in ("settled", "wider_war"):
            gained = min(max(state.front - float(s.battlefield.front) * 4, 0.0), 1.0)
            expected += m * observers.belief(s, gained, 1.0)
    known = sum(m for st, m in zip(t.states, mass, strict=True) if st.regime not in ("settled", "wider_war"))
    assert abs(path[0] - expected / known) < 1e-12
    assert path[-1] < path[0]  # no quick win: belief wanes


def test_threats_nobody_believes_in_do_not_deter(small, tables, solved):
    believed, hollow = (solved(on(small, tables, "credibility", belief_in_use=b, capability=1.0)) for b in (1.0, 0.0))
    probes = [s.strategy("probe", AT._replace(pending="occasion"))["only"]["probe"] for s in (believed, hollow)]
    assert probes[1] > probes[0] + 0.01


def test_credibility_scales_the_carrying_out_of_threats(small):
    power = {"label": "power", "on": 1, "level": 1, "bite": 0.0, "upkeep": 0.0, "peace_value": 0.0, "change": 0.2}
    threat = pt.patch(small, {"sanctions": power, "credibility": {"capability": 0.8, "belief_in_use": 0.5}})
    lever = next(st for st in pt.build(threat).stages if st.name == "outside power")
    weights = {m.label: m.weight for m in lever.moves(World(TALKS, level=1))}
    assert weights["impose"] == pytest.approx(0.2 / 2 * 0.4)
    assert BROKEN not in weights

"""A third armed party: its moves, its choice in closed form, three beliefs at once, the direction of the theory."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.mechanisms.state import BROKEN, CEASEFIRE, DEAL, TALKS, World, label

ARMED = {
    "label": "third",
    "against": 1,
    "types": {"hard": {"share": 0.5, "war_cost": 0.002}, "soft": {"share": 0.5, "war_cost": 0.06}},
    "stake": 0.1,
    "terms": [0.3, 0.7],
    "harm": 0.01,
    "excluded": 0.02,
    "spoil": 0.3,
    "offer": 0.3,
    "accept": 0.2,
}
SIDES = {f"sides.{i}.types": {"one": {"share": 1.0, "war_cost": 0.02}} for i in (1, 2)}
TALKING = {  # talks that soon lead to a deal, which only a third party breaks
    "challengers": None,
    "rent": None,
    "talks.offer": 1.0,
    "talks.accept": 0.4,
    "deal": {"by": [1], "cost": 0.5, "detection": 0.5, "shift": 0.1, "rearm": 1e-6},
    "battlefield.positions": 3,
    "talks.offers": 3,
}


def on(small, more=(), **table):
    return pt.patch(small, TALKING | SIDES | dict(more) | {"third_party": {**ARMED, **table}})


def solved(scenario, points=3):
    return pt.solve(pt.build(scenario), float(scenario.rationality), belief_points=points, certify=False)


def stage(scenario, name):
    return next(one for one in pt.build(scenario).stages if one.name == name)


def peace(s, periods=4):
    last = pt.forecast(s, outcome=label, periods=periods)[-1].to_series()
    return float(last.reindex(["settlement", "ceasefire"]).fillna(0.0).sum())


def fights(s, state, period, beliefs=None):
    return {k: v["fight"] for k, v in s.strategy("third party", state, period, beliefs).items()}


def test_it_spoils_truces_and_deals_until_it_is_settled_with(small):
    s = on(small)
    conduct = stage(s, "third party")
    (fight, low) = conduct.moves(World(CEASEFIRE, front=1, third=1))
    assert fight.to == {World(BROKEN, front=1, third=1): pytest.approx(0.3), World(CEASEFIRE, front=1, third=1): 0.7}
    assert fight.pay == {("third", "hard"): -0.002, ("third", "soft"): -0.06, "Russia": -0.01, "third": -0.02}
    assert low.pay == {"third": -0.02}
    (fight, _) = conduct.moves(World(DEAL, pending=0.5, third=1))
    assert fight.to == {World(BROKEN, front=1, third=1): pytest.approx(0.3), World(DEAL, pending=0.5, third=1): 0.7}
    assert [m.label for m in conduct.moves(World(DEAL, pending=0.5))] == ["-"]


def test_its_own_talks(small):
    s = on(small)
    offers = {m.label: m.to for m in stage(s, "second table").moves(World(TALKS, front=1, third=1))}
    made = offers["offer 0.7 to third"]
    (accept, reject) = stage(s, "second answer").moves(made)
    assert accept.to == World(TALKS, front=1)
    assert accept.pay == {"third": pytest.approx(0.07), "Russia": pytest.approx(-0.07)}
    assert reject.to == World(TALKS, front=1, third=1)


def test_a_deal_that_is_signed_does_not_disarm_it(small):
    s = on(small)
    (accept, _) = stage(s, "answer").moves(World(TALKS, front=1, third=1, pending=(0, 0.5)))
    assert accept.to == World(DEAL, pending=0.5, third=1)


def test_fighting_in_closed_form_in_the_last_period(small):
    """Then nothing follows for it: the log odds of fighting under a deal are those of its weights less lambda c."""
    s = solved(on(small, offer=0.0, fight=0.4))
    got = fights(s, World(DEAL, pending=0.5, third=1), 3)
    for kind, cost in (("hard", 0.002), ("soft", 0.06)):
        odds = 0.4 / 0.6 * np.exp(-float(small.rationality) * cost)
        assert got[kind] == pytest.approx(odds / (1 + odds), abs=1e-7)


def test_a_third_that_gets_nothing_and_spoils_nothing_changes_nothing(small):
    idle = on(small, harm=0.0, excluded=0.0, spoil=0.0, stake=0.0)
    a, b = (
        pt.forecast(solved(x), outcome=label, periods=4)[-1].to_series()
        for x in (idle, pt.patch(idle, {"third_party": None}))
    )
    assert np.abs(a - b).max() < 1e-8


def test_a_spoiler_makes_peace_rarer(small):
    """Cunningham (2006): one more party that can go on fighting, longer wars; Stedman (1997): it spoils the peace."""
    without = peace(solved(pt.patch(on(small), {"third_party": None})))
    weak, strong = (peace(solved(on(small, spoil=p))) for p in (0.1, 0.6))
    assert without > weak + 0.01
    assert weak > strong + 0.01


def test_who_is_left_out_more_fights_more_and_the_resolute_most(small):
    deal = World(DEAL, pending=0.5, third=1)
    mild, sharp = (fights(solved(on(small, excluded=x)), deal, 1) for x in (0.0, 0.1))
    for kind in ("hard", "soft"):
        assert sharp[kind] > mild[kind] + 0.02
    assert sharp["hard"] > sharp["soft"] + 0.1


def test_three_beliefs_at_once_and_simulated_games_are_the_forecast(small):
    two = {"war_cost": 0.005, "share": 0.5}, {"war_cost": 0.04, "share": 0.5}
    hidden = {f"sides.{i}.types": {"resolute": two[0], "irresolute": two[1]} for i in (1, 2)} | {"periods": 2}
    s = solved(on(small, hidden), points=5)
    assert len(s.grid.size) == 3
    paths, exact = pt.simulate(s, n=300, seed=2), pt.forecast(s, outcome=lambda w: f"{label(w)} {w.third}")
    seen = paths.outcomes(lambda w: f"{label(w)} {w.third}")[-1].to_series()
    for name, p in exact[-1].to_series().items():
        assert abs(seen.get(name, 0.0) - p) < 4 * np.sqrt(max(p * (1 - p), 2e-3) / 300), name
    for player in ("Russia", "third"):
        worth = paths.payoff[player]
        assert abs(s.value(player) - worth.mean()) < 4 * worth.std() / np.sqrt(len(worth))
    assert float(pt.trajectory(s, 2).beliefs("third").sel(type="hard", statistic="sd")[-1]) > 0.05


def test_a_forecast_has_it_in(small):
    o = pt.outlook(on(small, {"periods": 2}), periods=2, belief_points=2)
    assert abs(float(o.outcomes[-1].sum()) - 1) < 1e-9


def test_with_complete_information_its_type_is_known(small):
    (mean,) = complete_information(on(small)).third_party.types.values()
    assert float(mean.war_cost) == pytest.approx(0.031)


def test_messages(small):
    with pytest.raises(pt.SpecError, match=r"third_party: the shares of the types sum to 0.5, not 1"):
        on(small, types={"hard": {"share": 0.5, "war_cost": 0.1}})
    with pytest.raises(pt.SpecError, match=r"third_party: terms lists 0.3 twice; keep one"):
        on(small, terms=[0.3, 0.3])
    with pytest.raises(pt.SpecError, match="two players are called 'Russia'"):
        on(small, label="Russia")

"""Agenda: what is closed, when, at what terms; the direction of the theory, a closed form and simulated talks."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import nbinom

import peacetalks as pt
from peacetalks.mechanisms import agenda
from peacetalks.mechanisms.state import BROKEN, CEASEFIRE, NOTHING_CLOSED, TALKS, WAR, Point, Signed, World, label

AT = World(TALKS, front=2)
ALIKE = {  # talks between sides of one type that are readier for terms than for war
    **{f"sides.{i}.types": {"one": {"share": 1.0, "war_cost": 0.03}} for i in (1, 2)},
    "challengers": None,
    "rent": None,
    "talks.offer": 1.0,
    "battlefield.front": 0.5,
    "battlefield.strength": 0.5,
    "periods": 8,
}
FLAT = {"rationality": 0.0, "battlefield.decisive": 0.0, "battlefield.mobility": 0.0, "ceasefire": None}
TWO = {"points": ["land", "seats"], "terms": [0.25, 0.75], "accept": 0.3}


def on(small, more=(), **table):
    return pt.patch(small, ALIKE | dict(more) | {"agenda": {**TWO, **table}})


def stage(scenario, name):
    return next(one for one in pt.build(scenario).stages if one.name == name)


def solved(scenario):
    return pt.solve(pt.build(scenario), float(scenario.rationality), belief_points=2, certify=False)


def settled(scenario, periods=8):
    return pt.forecast(solved(scenario), outcome=label, periods=periods).sel(outcome="settlement").values


def test_points_are_closed_in_order_and_the_whole_is_signed_with_the_last(small):
    s = on(small, weights=[0.4, 0.6], points=["land", "seats"])
    offers = {m.label: m for m in stage(s, "table").moves(AT._replace(pending=0)) if str(m.label).startswith("point")}
    assert list(offers) == ["point 1 at 0.25", "point 1 at 0.75"]
    assert sum(m.weight for m in offers.values()) == pytest.approx(1.0)
    answer = stage(s, "answer")
    closed = {m.label: m for m in answer.moves(AT._replace(pending=(0, Point(0.75))))}
    assert closed["close the point"].to == AT._replace(agenda=(1, 0.3))
    assert not closed["close the point"].pay
    assert closed["close the point"].weight == pytest.approx(0.3)
    last = {m.label: m for m in answer.moves(AT._replace(agenda=(1, 0.3), pending=(1, Point(0.25))))}
    assert last["accept"].to == World("settled", pending=0.45)  # 0.4 x 0.75 + 0.6 x 0.25
    assert last["reject"].to == AT._replace(agenda=(1, 0.3))


def test_closed_points_are_void_when_talks_or_a_truce_end(small):
    s = on(small)
    half = AT._replace(agenda=(1, 0.375))
    walk = {m.label: m.to for m in stage(s, "table").moves(half._replace(pending=0))}["walk out"]
    assert walk == World(WAR, front=2)
    truce = World(CEASEFIRE, front=2, agenda=(1, 0.375))
    broken = {m.label: m.to for m in stage(s, "incident").moves(truce._replace(pending=("comply", "comply")))}
    assert broken["holds"].agenda == (1, 0.375)
    assert broken["breaks"] == World(BROKEN, front=2)
    asked = {m.label: m.to for m in stage(s, "answer").moves(half._replace(pending=(0, "ask for a ceasefire")))}
    assert asked["agree"] == truce


def test_a_failed_vote_opens_the_last_point_again(small):
    s = on(small, {"ratification": {"by": "a vote", "side": 1, "reservation": 0.5, "spread": 0.1, "ends": 0.5}})
    half = AT._replace(agenda=(1, 0.375))
    (accept, _) = stage(s, "answer").moves(half._replace(pending=(0, Point(0.75))))
    assert accept.to == half._replace(pending=Signed(0.75))
    vote = {m.label: m.to for m in stage(s, "ratification").moves(accept.to)}
    assert vote["voted down"] == half
    assert vote["voted down, talks end"].agenda == NOTHING_CLOSED


def test_a_bundle_is_about_the_whole(small, tables):
    s = on(small, {"linked": tables["linked"]})
    moves = [str(m.label) for m in stage(s, "table").moves(AT._replace(agenda=(1, 0.1), pending=0))]
    assert moves[:4] == ["point 2 at 0.25", "point 2 at 0.75", "bundle 0.5", "bundle 0.75"]


def test_points_alike_share_their_states(small):
    """With two terms and K points of one weight there are 1 + 2 + ... + K states of the agenda in talks."""
    for points in (2, 3, 4):
        game = solved(on(small, points=[f"point {k}" for k in range(points)])).compiled
        assert len({w.agenda for w in game.boundaries if w.regime == TALKS}) == points * (points + 1) // 2
    weights = agenda.weights(on(small, weights=[1, 3]))
    assert weights == [0.25, 0.75]


def test_at_reference_weights_the_date_of_settlement_is_negative_binomial(small):
    """At precision 0 a point is closed with the chance of an offer times that of closing it, each month."""
    s = on(small, FLAT | {"talks.walk": 1e-9, "talks.stall": 1.0}, points=["a", "b", "c"], accept=0.4)
    offered = 1.0 / (1.0 + 1.0)  # the masses of offers and of talking on
    chance = offered * 0.4
    months = np.arange(1, 9)
    assert np.allclose(settled(s), nbinom.cdf(months - 3, 3, chance), atol=1e-7)


def test_more_points_later_settlement(small):
    """Busch & Horstmann (1997): issue by issue takes longer, though each issue is closed as readily."""
    found = [settled(on(small, points=[f"point {k}" for k in range(n)])) for n in (2, 3, 4)]
    whole = settled(pt.patch(small, ALIKE | {"talks.accept": 0.3}))
    for one, other in pairwise([whole, *found]):
        assert np.all(one >= other)
        assert one[-1] > other[-1] + 0.02


def test_closed_points_hold_the_talks_together(small):
    """What is closed is lost with the talks, so a side that has something to lose walks out less."""
    s = solved(on(small, {"talks.walk": 0.3, "rationality": 60}, points=["a", "b", "c"]))

    def walks(done):
        return s.strategy("table", AT._replace(agenda=done, pending=0), period=4)["one"]["walk out"]

    assert walks((2, 0.5)) < walks((1, 0.25)) < walks(NOTHING_CLOSED)


def test_simulated_talks_are_the_forecast(small):
    s = solved(on(small, {"periods": 4}, accept=0.6))
    exact, paths = pt.forecast(s, outcome=str, periods=4)[-1].to_series(), pt.simulate(s, n=4000, seed=9)
    seen = paths.outcomes(str)[-1].to_series()
    for name, p in exact.items():
        assert abs(seen.get(name, 0.0) - p) < 4.5 * np.sqrt(max(p * (1 - p), 1e-5) / 4000), name
    assert abs(s.value("Russia") - paths.payoff["Russia"].mean()) < 4 * paths.payoff["Russia"].std() / 4000**0.5


def test_no_side_is_preferred(small):
    """Between sides that are alike in all, with terms that mirror one another, both are worth the same."""
    same = {f"sides.{i}.discount": 0.99 for i in (1, 2)} | {"talks.proposer": 0.5, "ceasefire": None}
    s = solved(on(small, same, points=["a", "b", "c"]))
    opening = World(TALKS, front=2)
    assert s.value("Russia", state=opening) == pytest.approx(s.value("Ukraine", state=opening), abs=1e-9)

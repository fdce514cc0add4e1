"""Ratification: the chance of a vote, what follows it, the direction of the theory, and simulated votes."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import peacetalks as pt
from peacetalks.mechanisms import ratification
from peacetalks.mechanisms.state import CEASEFIRE, COMMITTED, STEADY, TALKS, WAR, Bundle, Signed, World, label

AT = World(TALKS, front=3)
VOTE = {"by": "a legislature", "side": 1, "reservation": 0.6, "spread": 0.15}
READY = {  # talks in which terms are soon signed, between sides of one type
    **{f"sides.{i}.types": {"one": {"share": 1.0, "war_cost": 0.02}} for i in (1, 2)},
    "talks.accept": 0.5,
    "talks.offer": 1.0,
    "challengers": None,
    "rent": None,
}


def stage(scenario, name):
    return next(one for one in pt.build(scenario).stages if one.name == name)


def vote(scenario, state):
    return {m.label: m for m in stage(scenario, "ratification").moves(state)}


def last(scenario, solved, outcome=label, periods=4):
    return pt.forecast(solved(scenario), outcome=outcome, periods=periods)[-1].to_series()


def test_the_chance_of_ratification_is_that_of_a_normal_reservation(small):
    s = pt.patch(small, {"ratification": VOTE})
    for x in (0.25, 0.5, 0.75):
        below, _ = quad(lambda r: norm.pdf(r, 0.6, 0.15), -2.0, x)
        got = vote(s, AT._replace(pending=Signed(x)))
        assert got["ratified"].weight == pytest.approx(below, abs=1e-9)
        assert sum(m.weight for m in got.values()) == pytest.approx(1.0, abs=1e-12)
    other = pt.patch(s, {"ratification.side": 2})
    assert ratification.approval(other, 0.25) == pytest.approx(ratification.approval(s, 0.75), abs=1e-12)


def test_a_bundle_is_voted_on_by_what_it_is_worth_to_the_side(small, tables):
    s = pt.patch(small, {"ratification": VOTE, "linked": tables["linked"]})  # held by side 2, worth 0.2 to side 1
    assert ratification.approval(s, Bundle(0.5)) == pytest.approx(norm.cdf((0.7 - 0.6) / 0.15), abs=1e-12)


def test_a_failed_vote_returns_to_talks_or_ends_them_and_leaves_a_truce(small):
    s = pt.patch(small, {"ratification": {**VOTE, "ends": 0.3, "cost": 0.02}})
    got = vote(s, AT._replace(home=COMMITTED, pending=Signed(0.75)))
    failed = 1 - norm.cdf(1.0)
    assert got["voted down"].to == AT._replace(home=COMMITTED)
    assert got["voted down, talks end"].to == World(WAR, front=3, home=STEADY)
    assert got["voted down, talks end"].weight == pytest.approx(0.3 * failed)
    assert got["voted down"].pay == {"Russia": -0.02}
    truce = vote(s, World(CEASEFIRE, front=3, pending=Signed(0.75)))
    assert truce["voted down"].to == World(CEASEFIRE, front=3)
    assert truce["voted down"].weight == pytest.approx(failed)


def test_a_vote_that_is_sure_to_pass_changes_nothing(small, solved):
    """At a reservation of 0 only terms that give the side nothing may fail: it signs them once in 10,000 games."""
    free = pt.patch(small, READY)
    sure = pt.patch(free, {"ratification": {**VOTE, "reservation": 0.0, "spread": 1e-6}})
    assert ratification.approval(sure, 0.25) == 1.0
    assert np.abs(last(sure, solved) - last(free, solved)).max() < 1e-4


def test_a_stricter_vote_fewer_settlements_and_better_terms_for_the_side_that_votes(small, solved):
    """Putnam (1988), Milner & Rosendorff (1997): a smaller win-set, fewer agreements, and these nearer the edge."""

    def terms(state):
        return str(float(state.pending)) if state.regime == "settled" else "none"

    found = []
    for reservation in (0.5, 0.7, 0.9):
        s = pt.patch(small, {**READY, "ratification": {**VOTE, "reservation": reservation}})
        by_terms = last(s, solved, terms)
        settled = 1 - by_terms["none"]
        mean = sum(float(x) * p for x, p in by_terms.items() if x != "none") / settled
        found.append((settled, mean))
    settled, mean = np.array(found).T
    assert np.all(np.diff(settled) < -0.02)
    assert np.all(np.diff(mean) > 0.02)


def test_more_uncertainty_more_failed_votes_on_terms_that_would_pass(small):
    """Iida (1993): negotiators who do not know the constraint sign what is voted down."""
    chances = [
        ratification.approval(pt.patch(small, {"ratification": {**VOTE, "spread": x}}), 0.75) for x in (0.05, 0.3)
    ]
    assert chances[0] > 0.99
    assert chances[1] < 0.75


def test_simulated_votes_are_the_forecast(small, solved):
    s = solved(pt.patch(small, {**READY, "ratification": {**VOTE, "ends": 0.3, "cost": 0.05}}))
    paths = pt.simulate(s, n=4000, seed=5)
    exact = pt.forecast(s, outcome=label, periods=4)[-1].to_series()
    seen = paths.outcomes(label)[-1].to_series()
    for name, p in exact.items():
        assert abs(seen.get(name, 0.0) - p) < 4 * np.sqrt(p * (1 - p) / 4000) + 1e-9, name
    votes = paths.moves.filter(paths.moves["stage"] == "ratification")["move"].to_list()
    assert votes.count("ratified") > 100
    assert votes.count("voted down, talks end") > 20
    assert s.value("Russia") == pytest.approx(
        paths.payoff["Russia"].mean(), abs=4 * paths.payoff["Russia"].std() / 4000**0.5
    )

"""Change of government: when it comes, what is forgotten, the direction of the theory, and simulated changes."""

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.mechanisms import turnover
from peacetalks.mechanisms.state import SETTLED, TALKS, WAR, World, label

AT = World(TALKS, front=2)
UNKNOWN = {  # talks between a side of unknown resolve and one that loses by waiting
    "challengers": None,
    "rent": None,
    "sides.1.types": {"resolute": {"share": 0.5, "war_cost": 0.002}, "irresolute": {"share": 0.5, "war_cost": 0.06}},
    "sides.2.types.one.war_cost": 0.03,
    "talks.accept": 0.3,
    "talks.offer": 1.0,
    "battlefield.front": 0.5,
    "battlefield.strength": 0.5,
}
FOR_EVER = {  # nobody settles, and nothing decides the war
    "rationality": 1.0,
    "talks.accept": 1e-9,
    "battlefield.decisive": 0.0,
    "battlefield.mobility": 0.0,
}


def with_turnover(small, more=(), **table):
    return pt.patch(small, UNKNOWN | dict(more) | {"turnover": {"side": 1, **table}})


def solved(scenario, points=5):
    return pt.solve(pt.build(scenario), float(scenario.rationality), belief_points=points, certify=False)


def changed(solution, periods):
    return pt.forecast(solution, outcome=lambda w: str(w.changed), periods=periods).to_pandas().get("1")


def test_the_election_is_held_in_its_month(small):
    s = with_turnover(small, FOR_EVER, hazard=0.0, election=3, loses=0.4)
    found = changed(solved(s, points=3), 4)
    assert np.allclose(found, [0.0, 0.0, 0.4, 0.0], atol=1e-6)
    assert turnover.changes_within(s.turnover, 3) == pytest.approx(0.4)
    assert turnover.changes_within(s.turnover, 2) == 0.0


def test_a_clock_of_fewer_steps_keeps_the_mean_of_the_date(small):
    s = with_turnover(small, FOR_EVER, hazard=0.0, election=6, steps=2, loses=1.0)
    found = changed(solved(pt.patch(s, {"periods": 8}), points=2), 8)
    months = np.arange(1, 9)
    q = 2 / 6
    assert np.allclose(found, (months - 1) * q**2 * (1 - q) ** (months - 2), atol=1e-6)  # the second step is due


def test_hazard_and_election_together(small):
    part = with_turnover(small, hazard=0.05, election=2, loses=0.5).turnover
    assert turnover.changes_within(part, 3) == pytest.approx(1 - 0.95 * 0.5 * 0.95)


def test_without_a_hazard_or_a_date_nothing_changes(small):
    """At its neutral value the mechanism changes no probability."""
    on = pt.forecast(solved(with_turnover(small, hazard=0.0)), outcome=label, periods=4)
    off = pt.forecast(solved(pt.patch(small, UNKNOWN)), outcome=label, periods=4)
    assert np.abs(on - off).max() < 1e-12


def test_a_new_government_is_in_talks_as_the_old_one_was(small):
    stage = next(s for s in pt.build(with_turnover(small, hazard=0.1)).stages if s.name == "government")
    moves = {m.label: m for m in stage.moves(World(WAR, front=3, level=1))}
    assert moves["change of government"].to == World(WAR, front=3, level=1, changed=1)
    assert moves["change of government"].weight == pytest.approx(0.1)
    assert [m.label for m in stage.moves(World(SETTLED, pending=0.5))] == ["-"]


def test_a_new_government_settles_later_than_a_known_one(small):
    """Wolford (2007): nobody knows a new government's resolve, so it has to be screened anew."""
    s = solved(with_turnover(small, {"periods": None}, hazard=0.02), points=9)
    f = Filter(s, most=0)

    def settles(state, resolute):
        particles = f.open({state: 1.0}, {"Russia": {"resolute": resolute, "irresolute": 1 - resolute}})
        for _ in range(4):
            particles = f.period(particles)
        return sum(p.mass.sum() for w, p in particles.at.items() if w.regime == SETTLED)

    known = 0.5 * settles(AT, 1.0) + 0.5 * settles(AT, 0.0)
    new = settles(AT._replace(changed=1), 1.0)  # whatever was believed of the one before
    assert new == pytest.approx(settles(AT._replace(changed=1), 0.0), abs=1e-12)
    assert new < known - 0.03


def test_less_is_learnt_and_types_are_worth_more_alike(small):
    spread, apart = [], []
    for hazard in (0.0, 0.1, 0.3):
        s = solved(with_turnover(small, hazard=hazard))
        belief = pt.trajectory(s, 4).beliefs("Russia").sel(type="resolute")
        mean = belief.sel(statistic="mean").values
        assert mean[0] == pytest.approx(0.5, abs=1e-9)
        assert mean[-1] <= 0.5 + 1e-9  # those left at the table are the resolute, whose successors are drawn anew
        spread.append(float(belief.sel(statistic="sd")[-1]))
        apart.append(s.value("Russia", "resolute") - s.value("Russia", "irresolute"))
    assert np.all(np.diff(spread) < -0.01)
    assert np.all(np.diff(apart) < -0.001)


def test_simulated_changes_are_the_forecast(small):
    s = solved(with_turnover(small, {"periods": 3}, hazard=0.1, election=2, loses=0.5), points=21)
    paths, exact = pt.simulate(s, n=2000, seed=4), pt.forecast(s, outcome=lambda w: f"{label(w)} {w.changed}")
    seen = paths.outcomes(lambda w: f"{label(w)} {w.changed}")
    for month in (1, 2):
        one, other = exact[month].to_series(), seen[month].to_series()
        for name, p in one.items():
            assert abs(other.get(name, 0.0) - p) < 4 * np.sqrt(max(p * (1 - p), 1e-5) / 2000), name
    for kind in ("resolute", "irresolute"):
        worth = paths.payoff["Russia"][paths.types["Russia"] == kind]
        assert abs(worth.mean() - s.value("Russia", kind)) < 4 * worth.std() / np.sqrt(len(worth))

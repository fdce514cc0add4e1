"""What `explain` reports agrees with the solution and the forecast."""

import json

import pytest

import peacetalks as pt
from peacetalks.forecasting.explain import explain
from peacetalks.mechanisms.state import label

SMALL = {"battlefield.positions": 3, "talks.offers": 3}


@pytest.fixture(scope="module")
def small():
    return pt.patch(pt.load("korea-1951"), SMALL)


@pytest.fixture(scope="module")
def explained(small):
    return explain(small, periods=12, belief_points=2)


@pytest.fixture(scope="module")
def solution(small):
    return pt.solve(pt.build(small), rationality=float(small.rationality), belief_points=2, tolerance=1e-6)


def test_paths_add_up_to_the_forecast(explained, solution):
    assert sum(p.probability for p in explained.paths) + explained.dropped == pytest.approx(1, abs=1e-12)
    assert explained.dropped < 0.01
    f = pt.forecast(solution, outcome=label, periods=12)
    for name in f.outcome.values:
        ends = sum(p.probability for p in explained.paths if p.steps[-1] == name)
        last = float(f.sel(period=12, outcome=name))
        assert last - explained.dropped - 1e-12 <= ends <= last + 1e-12
    first = explained.paths[0]
    assert first.steps == ("talks", "settlement")
    assert first.probability == max(p.probability for p in explained.paths)


def test_states_stages_and_strategies_are_those_of_the_game(explained, solution):
    c = solution.compiled
    assert sum(explained.states.values()) == len(c.boundaries)
    assert [s.name for s in explained.stages] == [s.name for s in solution.game.stages]
    assert sum(s.nodes for s in explained.stages) == explained.nodes == c.n_nodes
    assert {s.stage for s in explained.strategies} == {"posture", "table", "answer"}
    for s in explained.strategies:
        assert all(sum(play.values()) == pytest.approx(1) for play in s.moves.values())
    start = next(iter(solution.game.starts()))
    mine = solution.strategy("table", start._replace(pending=0))
    shown = next(s for s in explained.strategies if s.stage == "table" and s.player == "United Nations Command")
    json.dumps(explained.to_dict(), allow_nan=False)
    assert shown.moves == {kind: pytest.approx(play) for kind, play in mine.items()}


def test_periods_beyond_the_scenario_are_refused(small):
    with pytest.raises(pt.SpecError, match="the scenario ends after 6 periods; 12 were asked for"):
        explain(pt.patch(small, {"periods": 6}), periods=12)

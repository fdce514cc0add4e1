"""What `explain` tells agrees with the solution and the forecast."""

import io
import json

import pytest
from rich.console import Console

import peacetalks as pt
from peacetalks.forecasting.explain import explain
from peacetalks.mechanisms.state import label
from peacetalks.pages.explain_screen import path_rows, show

SMALL = {"battlefield.positions": 3, "talks.offers": 3}


@pytest.fixture(scope="module")
def small():
    return pt.patch(pt.load("korea-1951"), SMALL)


@pytest.fixture(scope="module")
def told(small):
    return explain(small, periods=12, belief_points=2)


@pytest.fixture(scope="module")
def solution(small):
    return pt.solve(pt.build(small), rationality=float(small.rationality), belief_points=2, tolerance=1e-6)


def test_paths_add_up_to_the_forecast(told, solution):
    assert sum(p.probability for p in told.paths) + told.dropped == pytest.approx(1, abs=1e-12)
    assert told.dropped < 0.01
    f = pt.forecast(solution, outcome=label, periods=12)
    for name in f.outcome.values:
        ends = sum(p.probability for p in told.paths if p.steps[-1] == name)
        last = float(f.sel(period=12, outcome=name))
        assert last - told.dropped - 1e-12 <= ends <= last + 1e-12
    first = told.paths[0]
    assert first.steps == ("talks", "settlement")
    assert first.probability == max(p.probability for p in told.paths)


def test_states_stages_and_strategies_are_those_of_the_game(told, solution):
    c = solution.compiled
    assert sum(told.states.values()) == len(c.boundaries)
    assert [s.name for s in told.stages] == [s.name for s in solution.game.stages]
    assert sum(s.nodes for s in told.stages) == told.nodes == c.n_nodes
    assert {s.stage for s in told.strategies} == {"posture", "table", "answer"}
    for s in told.strategies:
        assert all(sum(play.values()) == pytest.approx(1) for play in s.moves.values())
    start = next(iter(solution.game.starts()))
    mine = solution.strategy("table", start._replace(pending=0))
    shown = next(s for s in told.strategies if s.stage == "table" and s.player == "United Nations Command")
    assert shown.moves == {kind: pytest.approx(play) for kind, play in mine.items()}


def test_the_screen_fits_80_columns(told):
    out = io.StringIO()
    show(told, Console(file=out, width=80))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    words = [
        "public states",
        "posture: United Nations Command",
        "offer 0 to 1 (3)",
        "talks open, fighting > settlement in force",
    ]
    assert [w for w in words if w not in text] == []
    assert path_rows(told)[-1][1] == "paths too rare to be followed to the end"
    json.dumps(told.to_dict(), allow_nan=False)


def test_periods_beyond_the_scenario_are_refused(small):
    with pytest.raises(pt.SpecError, match="the scenario ends after 6 periods; 12 were asked for"):
        explain(pt.patch(small, {"periods": 6}), periods=12)

"""Precision up to 100: places where play turns over are held, and solved for together with the values."""

import sys
import time

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium import held
from peacetalks.equilibrium.anderson import DEPTH
from peacetalks.equilibrium.belief_grid import make_grid
from peacetalks.equilibrium.held import Held
from peacetalks.equilibrium.period_map import PeriodMap
from peacetalks.equilibrium.solve import DEEPER
from peacetalks.equilibrium.stationary import Oscillates, solve_stationary
from peacetalks.equilibrium.verify import verify
from peacetalks.forecasting.settings import MAX_SWEEPS, TOLERANCE
from peacetalks.game.compile import compile_game

solve_module = sys.modules["peacetalks.equilibrium.solve"]  # the package has a function of that name
SMALL = {"battlefield.positions": 3, "talks.offers": 2}


def solved_map(lam: float, points: int = 3) -> tuple[PeriodMap, np.ndarray]:
    """Return the period map of a small scenario at its solution, and the boundary values there."""
    game = pt.build(pt.patch(pt.load("korea-1951"), SMALL))
    map_ = PeriodMap(compile_game(game), make_grid(game, points), np.full(len(game.players), lam))
    W, _, _ = solve_stationary(map_, map_.horizon(), 1e-8, 2000, True)
    map_.solve(W, 1e-11, finish=True)
    return map_, W


def movers_of_several_types(map_: PeriodMap) -> list[tuple[int, int]]:
    """Return three places whose strategies are solved for."""
    nodes = np.flatnonzero(map_.plan.kernel > 0)
    return [(int(n), map_.grid.total // 2) for n in nodes[[0, len(nodes) // 2, -1]]]


def test_a_place_held_at_its_solution_changes_nothing():
    map_, W = solved_map(20.0)
    free, _ = map_.solve(W, 1e-11)
    map_.held = places = Held()
    places.add(map_, movers_of_several_types(map_))
    fixed, _ = map_.solve(W, 1e-11)
    assert len(places.parts) == 3
    assert np.abs(fixed - free).max() < 1e-9
    assert places.residual() < 1e-8


def test_a_held_place_is_evaluated_at_the_strategies_given():
    map_, W = solved_map(20.0)
    map_.held = places = Held()
    places.add(map_, movers_of_several_types(map_))
    places.x = places.x + 0.1 * np.random.default_rng(1).normal(size=len(places.x))
    map_.solve(W, 1e-11)
    assert places.residual() > 0.01


def test_newton_finds_the_values_and_held_strategies_of_the_iteration():
    map_, W = solved_map(20.0)
    map_.held = places = Held()
    places.add(map_, movers_of_several_types(map_))
    rng = np.random.default_rng(2)
    places.x = places.x + 0.05 * rng.normal(size=len(places.x))
    found, bound = held._newton(map_, W + 1e-3 * rng.normal(size=W.shape), 1e-6)
    assert bound < 1e-6
    assert np.abs(found - W).max() < 1e-6


def test_where_the_iteration_oscillates_more_residuals_are_mixed(monkeypatch: pytest.MonkeyPatch):
    depths: list[int] = []

    def oscillating(map_, W, tolerance, max_sweeps, finish, before, depth):
        depths.append(depth)
        if finish and depth == DEPTH:
            raise Oscillates(W, 1.0)
        return solve_stationary(map_, W, tolerance, max_sweeps, finish, before, depth)

    game = pt.build(pt.patch(pt.load("korea-1951"), SMALL))
    right = pt.solve(game, 20.0, 5, certify=False)
    monkeypatch.setattr(solve_module, "solve_stationary", oscillating)
    found = pt.solve(game, 20.0, 5, certify=False)
    assert depths == [DEPTH, DEPTH, DEEPER, DEEPER]
    assert found.interpolation is right.interpolation
    assert np.abs(found.boundary_values[0] - right.boundary_values[0]).max() < 2e-8


def test_what_is_not_solved_is_said_in_an_analysts_words():
    with pytest.raises(pt.NotSolved, match=r"^no equilibrium was found: what each side expects of the future"):
        pt.solve(make("rubinstein", offers=11), rationality=20, max_sweeps=2)
    assert held._words(3).startswith("no equilibrium was found at this rationality: in some situations each side's")


def test_where_play_was_held_the_solution_says_that_its_branch_is_not_known(monkeypatch: pytest.MonkeyPatch):
    def holding(map_: PeriodMap, *how):
        out = solve_stationary(map_, *how)
        map_.held = Held()
        map_.held.add(map_, movers_of_several_types(map_))
        return out

    game, how = pt.build(pt.patch(pt.load("korea-1951"), SMALL)), {"belief_points": 3, "tolerance": TOLERANCE}
    plain = pt.solve(game, **how)
    assert "held" not in plain.settings
    assert not any("raising the rationality" in line for line in plain.warnings)
    with monkeypatch.context() as patch:
        patch.setattr("peacetalks.equilibrium.solve.solve_stationary", holding)
        s = pt.solve(game, **how)
    variant = pt.solve(game, near=s, certify=False, **how)
    for found in (s, variant):
        assert found.settings["held"] == 3
        assert found.settings["warnings"] == list(found.warnings)
        assert "in 3 pairs of a situation and a belief" in found.warnings[0]
        assert found.warnings[0].startswith(
            "It is not known whether this is the equilibrium that is reached by raising"
        )
    assert "warning: It is not known" in repr(s)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["korea-1951", "colombia-2012", "sri-lanka-2002"])
def test_precision_100_is_solved(name: str):
    begun = time.process_time()
    s = pt.solve(pt.build(pt.load(name)), 100.0, 5, TOLERANCE, certify=False, max_sweeps=MAX_SWEEPS)
    assert time.process_time() - begun < 120
    assert s.residual <= TOLERANCE
    verify(s)

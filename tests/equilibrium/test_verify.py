"""The check of every solution: it finds what is wrong, passes what is right, and shares nothing with the kernels."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.catalog import make, names
from peacetalks.equilibrium import solve as solver
from peacetalks.equilibrium import verify as check
from peacetalks.equilibrium.belief_grid import distribute, make_grid
from peacetalks.equilibrium.verify import verify
from peacetalks.equilibrium.verify_interpolation import Neighbours
from peacetalks.questions.game_file import read_game, solve_file

CASES = Path(__file__).parents[1] / "cases" / "games"


@pytest.fixture(scope="module")
def signals():
    return pt.solve(make("signals"), 8.0, belief_points=9, certify=False)


def changed(s, logs=0.0, values=0.0, ends=0.0, node=0, belief=0):
    """Return a solution with one log strategy, value, or value at the end of a period moved."""
    x, v, w = [a.copy() for a in s.logs], [a.copy() for a in s.values], [a.copy() for a in s.boundary_values]
    x[0][s.log_ptr[node] + belief] += logs
    v[0][node, 0, belief] += values
    w[0][0, 0, belief] += ends
    return replace(s, logs=tuple(x), values=tuple(v), boundary_values=tuple(w))


def test_a_wrong_strategy_value_or_end_is_not_solved(signals):
    found = verify(signals)
    assert found.residual < 1e-9
    assert found.sums < 1e-12
    assert found.values < 1e-10
    for words, wrong in {
        "sum to 1 but for": changed(signals, logs=1e-6),
        "the probabilities of moves sum to 1 but for nan": changed(signals, logs=np.nan),
        "off": changed(signals, values=1e-5),
        "the value at the start of a period is not that of its first node": changed(signals, ends=1e-5),
    }.items():
        with pytest.raises(pt.NotSolved, match=words) as e:
            verify(wrong)
        assert "fails its own check" in str(e.value)
        assert "state 'start'" in str(e.value)
        assert "Rescale payoffs to shares of the stake" in str(e.value)


def test_strategies_that_sum_to_one_and_are_no_best_response_are_found(signals):
    x = [a.copy() for a in signals.logs]
    size = signals.strategy_size(0)
    own = np.exp(x[0][:size].reshape(2, -1))
    own[0] = 0.9 * own[0] + 0.1 / own.shape[1]
    x[0][:size] = np.log(own).ravel()
    with pytest.raises(pt.NotSolved, match="strategies are off their best response by") as e:
        verify(replace(signals, logs=tuple(x)))
    assert "stage 'signal', state 'start', period 0, beliefs" in str(e.value)


def test_solve_never_returns_what_fails_the_check(monkeypatch):
    right = solver._finite

    def wrong(points, map_, periods):
        found = right(points, map_, periods)
        found.logs[0][0] += 0.1
        return found

    monkeypatch.setattr(solver, "_finite", wrong)
    with pytest.raises(pt.NotSolved, match="fails its own check at stage 'choice'"):
        pt.solve(make("ochs"), 5.0, certify=False)


def test_values_that_do_not_follow_from_the_next_period_are_found():
    s = pt.solve(make("rubinstein", offers=11), 20.0, certify=False)
    ends = s.boundary_values[0] + 1e-3
    with pytest.raises(pt.NotSolved, match="the value at the end of a period is not the next one's"):
        verify(replace(s, boundary_values=(ends,)))


@pytest.mark.parametrize("name", [n for n in names() if n not in ("audience", "holdout", "obstinate")])
def test_the_catalog_passes_far_below_what_is_allowed(name):
    s = pt.solve(make(name), 20.0 if name != "battlefield" else 5.0, belief_points=5, certify=False)
    found = verify(s)
    assert found.pairs >= 1
    assert found.residual < 1e-9
    assert found.sums < 1e-12
    assert found.values < 1e-9


def test_sharp_games_keep_sums_of_one():
    """At 10^7 rounding shows in the sums that the kernels write: they are normalised once more."""
    s = pt.solve(make("ultimatum", offers=101), 1e7, certify=False)
    assert verify(s).sums < 1e-12


def test_large_games_are_sampled_and_small_ones_checked_everywhere(signals, monkeypatch):
    assert verify(signals).pairs == signals.compiled.n_nodes * signals.grid.total
    monkeypatch.setattr(check, "EVERYWHERE", 0)
    assert verify(signals).pairs == signals.compiled.n_nodes + 1  # one belief each, and the opening at the prior


@pytest.mark.parametrize("types", [2, 3, 4])
@pytest.mark.parametrize("points", [2, 3, 4, 7])
def test_the_second_interpolation_is_the_first(types, points):
    prior = {str(k): 1.0 / types for k in range(types)} if types > 2 else {"0": 0.3, "1": 0.7}
    game = pt.Game(("A",), "s", (pt.Chance("c", lambda s: [pt.Move("m", s)]),), types={"A": prior})
    grid = make_grid(game, points)
    beliefs = np.random.default_rng(1).dirichlet(np.ones(types), 200)
    beliefs[:types] = np.eye(types)
    row, place, weight = distribute(grid, 0, beliefs)
    first, second = np.zeros((200, grid.total)), np.zeros((200, grid.total))
    np.add.at(first, (row, place), weight)
    place, weight = Neighbours(grid, linear=False)(0, beliefs)
    np.add.at(second, (np.arange(200)[:, None], place), weight)
    assert np.abs(first - second).max() < 1e-11
    known = beliefs_of(grid)
    assert second @ known == pytest.approx(beliefs, abs=1e-12)


def beliefs_of(grid):
    return grid.points[0, : grid.size[0], : grid.n_types[0]]


def test_the_check_imports_no_kernel():
    folder = Path(check.__file__).parent
    for name in ("verify.py", "verify_interpolation.py"):
        for node in ast.walk(ast.parse((folder / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "kernels" not in (node.module or "")


@pytest.mark.parametrize("name", ["pay1e308", "pay1e307_lam20"])
def test_payoffs_beyond_the_arithmetic_are_refused_with_the_cure(name):
    with pytest.raises(pt.GameError) as e:
        solve_file(CASES / f"{name}.json")
    assert "stage 'g', state 's', move 'a': 'A' is paid 1e+" in str(e.value)
    assert "Rescale payoffs to shares of the stake (1 = everything contested), or lower the rationality" in str(e.value)


def one_move(pay, **more):
    row = [pt.Move("a", "t", {"A": pay}), pt.Move("b", "u")]
    return pt.Game(("A",), "s", (pt.Decision("g", "A", lambda s: row),), **more)


@pytest.mark.parametrize(("pay", "lam"), [(1e7, 20.0), (-4e7, 20.0), (1e17, 20.0), (1e14, 0.0), (1.0, 9e8)])
def test_payoffs_that_the_arithmetic_holds_are_solved(pay, lam):
    s = pt.solve(one_move(pay), lam)
    own = s.strategy("g", "s")["only"]
    assert sum(own.values()) == pytest.approx(1.0, abs=1e-9)
    assert own["a"] == pytest.approx(0.5 if not lam else float(pay > 0), abs=1e-9)


def test_equal_payoffs_of_any_size_are_a_coin():
    found = solve_file(CASES / "samepay1e17.json")
    assert [row["probability"] for row in found["strategies"]] == pytest.approx([0.5, 0.5], abs=1e-15)
    assert found["values"]["A"] == 1e17


def test_every_place_of_a_payoff_is_looked_at():
    far = [pt.Move("m", "end", {"A": 1e21})]
    last = one_move(0.0, value=lambda s: {"A": 1e21} if s == "t" else {})
    drive = pt.Decision("d", "A", lambda s: [pt.Move("a", "t", drive={"A": 1e21}), pt.Move("b", "u")])
    typed = pt.Decision("d", "A", lambda s: [pt.Move("a", "t", lambda types: {"A": 1e21}), pt.Move("b", "u")])
    for where, game in {
        "state 't' at the horizon": last,
        "stage 'd', state 's', move 'a'": pt.Game(("A",), "s", (drive,)),
        "state 's': 'A' is paid": pt.Game(("A",), "s", (pt.Chance("c", lambda s: far),)),
    }.items():
        with pytest.raises(pt.GameError, match=where):
            pt.solve(game, 20.0)
    with pytest.raises(pt.GameError, match="stage 'd', state 's', move 'a': 'A' is paid 1e"):
        pt.solve(pt.Game(("A",), "s", (typed,)), 20.0)


def test_a_game_with_three_types_passes(tmp_path):
    game, lam, _ = read_game(CASES / "r6_10.json")
    assert verify(pt.solve(game, lam, 5, certify=False)).residual < 1e-9

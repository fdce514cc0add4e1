"""What the solver promises: it stops on the residual only, says where it failed, and reports what it found."""

import pytest

import peacetalks as pt
from peacetalks.catalog import make


def test_a_stationary_game_that_does_not_settle_is_not_solved():
    with pytest.raises(pt.NotSolved, match=r"did not converge in 2 sweeps.*Try a lower rationality"):
        pt.solve(make("rubinstein", offers=11), rationality=20, max_sweeps=2)


def test_the_residual_is_below_tolerance():
    for name, lam in (("chain-store", 8.0), ("holdout", 4.0), ("loopback", 5.0)):
        assert pt.solve(make(name), lam, belief_points=9, certify=False).residual < 1e-10


@pytest.mark.parametrize("name", ["chain-store", "holdout"])
def test_the_coarser_solution_is_the_one_of_a_coarser_grid(name):
    s = pt.solve(make(name), 4.0, belief_points=9, certify=False, refine=True)
    own = pt.solve(make(name), 4.0, belief_points=5, certify=False)
    assert s.coarser is not None
    assert s.coarser.coarser is None
    for p in s.game.players:
        assert s.coarser.value(p) == pytest.approx(own.value(p), abs=1e-7)
    assert pt.solve(make(name), 4.0, belief_points=3, certify=False, refine=True).coarser is None


def test_players_may_differ_in_precision():
    s = pt.solve(make("signorino"), {"1": 0.0, "2": 3.0})
    assert s.strategy("act", "start")["only"]["act"] == pytest.approx(0.5, abs=1e-12)
    assert s.strategy("reply", "challenge")["only"]["fight"] == pytest.approx(0.7109495026250039, abs=1e-12)


def test_drive_moves_the_mover_and_is_nobodys_welfare():
    moves = [pt.Move("a", "end", {"A": 1.0}), pt.Move("b", "end", {"A": 1.0}, drive={"A": 5.0})]
    s = pt.solve(pt.Game(("A",), "s", (pt.Decision("d", "A", lambda s: moves),)), rationality=10)
    assert s.strategy("d", "s")["only"]["b"] > 0.999
    assert s.value("A") == pytest.approx(1.0, abs=1e-12)
    assert s.value("A", decision=True) == pytest.approx(6.0, abs=1e-9)


def test_the_discount_falls_between_periods():
    wait = pt.Chance("wait", lambda s: [pt.Move("pass", s, {"A": 1.0, "B": 1.0})])
    game = pt.Game(("A", "B"), "s", (wait,), periods=3, discount={"A": 0.5, "B": 1.0}, value=lambda s: {"A": 8.0})
    s = pt.solve(game)
    assert s.value("A") == pytest.approx(1 + 0.5 + 0.25 + 1.0, abs=1e-12)
    assert s.value("B") == pytest.approx(3.0, abs=1e-12)
    assert s.value("A", state="s", period=2) == pytest.approx(1 + 4.0, abs=1e-12)


def test_beliefs_on_the_corner_are_complete_information():
    s = pt.solve(make("fearon", offers=21), rationality=20, belief_points=5)
    known = pt.solve(make("fearon", offers=21, costs={"only": 0.3}), rationality=20)
    sure = s.strategy("demand", "start", beliefs={"B": {"weak": 1.0, "tough": 0.0}})["only"]
    assert sure == pytest.approx(known.strategy("demand", "start")["only"], abs=1e-12)


def test_a_node_with_several_equilibria_is_reported():
    s = pt.solve(make("loopback"), rationality=5)
    assert s.multiple == 1
    assert len(s.selections("choice", "start")) > 1
    assert pt.solve(make("ochs"), rationality=5).multiple == 0

"""What the solver promises: it stops on the residual only, says where it failed, and reports what it found."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium import period_map
from peacetalks.equilibrium.anderson import Mixer
from peacetalks.equilibrium.belief_grid import make_grid
from peacetalks.equilibrium.period_map import PeriodMap
from peacetalks.game.compile import compile_game
from peacetalks.game.language import Game, Move, Simultaneous

PENNIES = np.array([[2.0, -1.0], [-1.0, 1.0]])  # what A gets; B loses it


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


def pennies():
    """Matching pennies for ever: sharp replies of two movers turn in circles.  A of type y cares a fifth less."""

    def then(state, chosen):
        x = PENNIES[int(chosen["A"] == "tails"), int(chosen["B"] == "tails")]
        return Move("paid", "open", {("A", "x"): x, ("A", "y"): 0.8 * x, "B": -x})

    moves = {p: lambda state: [Move("heads"), Move("tails")] for p in "AB"}
    stages = (Simultaneous("act", moves, then),)
    types = {"A": {"x": 0.5, "y": 0.5}}
    return Game(players=("A", "B"), types=types, start="open", stages=stages, periods=None, discount=0.9)


@pytest.mark.parametrize("lam", [5.0, 20.0, 60.0])
def test_best_responses_that_oscillate_are_solved_by_newtons_method(lam):
    """Where A's type is known no move changes the future: play is that of one month (McKelvey & Palfrey 1995)."""

    def more(p):  # what B gains from heads at A's chance p of heads
        return lam * float(np.array([p, 1 - p]) @ (PENNIES[:, 1] - PENNIES[:, 0]))

    def gap(p, scale):
        q = expit(more(p))
        return p - expit(lam * scale * float((PENNIES[0] - PENNIES[1]) @ [q, 1 - q]))

    s = pt.solve(pennies(), lam, belief_points=5, certify=False)
    assert s.settings["interpolation"] == "cubic"
    for kind, scale in (("x", 1.0), ("y", 0.8)):
        p = brentq(gap, 0, 1, args=(scale,), xtol=1e-14)
        found = s.strategy("act", "open", beliefs={"A": {k: float(k == kind) for k in "xy"}})
        assert found["A"][kind]["heads"] == pytest.approx(p, abs=1e-8)
        assert found["B"]["only"]["heads"] == pytest.approx(expit(more(p)), abs=1e-8)


def test_falls_back_to_linear_interpolation_where_there_is_no_solution_with_cubics(monkeypatch):
    cubic = pt.solve(pennies(), 20.0, belief_points=9, certify=False)
    sweep = PeriodMap.solve

    def fails(self, *args):
        if self.grid.cubic and not self.linear:
            raise pt.NotSolved("with cubics")
        return sweep(self, *args)

    monkeypatch.setattr(PeriodMap, "solve", fails)
    linear = pt.solve(pennies(), 20.0, belief_points=9, certify=False)
    assert linear.settings["interpolation"] == "linear instead of cubic"
    assert pt.solve(pennies(), 20.0, belief_points=3, certify=False).settings["interpolation"] == "linear"
    for p in "AB":
        assert 0 < abs(linear.value(p) - cubic.value(p)) < 2e-3


@pytest.mark.parametrize(("points", "cubic"), [(9, True), (3, False)])
def test_cubics_that_need_too_much_solved_apart_count_as_not_solved(points, cubic, monkeypatch):
    monkeypatch.setattr(period_map, "PATIENCE", 0)
    compiled = compile_game(pennies())
    one = PeriodMap(compiled, make_grid(compiled.game, points), np.full(2, 20.0))
    assert one.grid.cubic is cubic
    with pytest.raises(pt.NotSolved, match="A and B choose") if cubic else nullcontext():
        one._count_scalar_solves(1, 0, "stationary", 1e-2)


def test_mixing_gets_past_the_ghost_of_a_fixed_point():
    """Where a fixed point has just ceased to exist plain iteration creeps; mixing is drawn back to the place."""

    def creeping(x):
        return np.where(x < 0.5, x + 1e-4 + 0.5 * x**2, 0.5 * x + 0.5)

    def sweeps(step):
        x = np.full(3, -0.5)
        for n in range(1000):
            tx = creeping(x)
            if np.abs(tx - x).max() < 1e-8:
                assert tx == pytest.approx(np.ones(3), abs=1e-7)
                return n
            x = step(x, tx)
        raise AssertionError("did not settle")

    assert sweeps(Mixer((3,)).step) < 0.4 * sweeps(lambda x, tx: tx)


def test_mixing_converges_where_single_components_oscillate_and_others_are_slow():
    """Twelve steep best responses oscillate about their fixed points; a thirteenth component follows them slowly."""
    middle, slow = np.linspace(0.2, 0.8, 12), 0.98

    def switching(x):
        y = 0.5 * (1.0 - np.tanh(40.0 * (x[:12] - middle)))
        return np.append(y, slow * x[12] + (1.0 - slow) * y.mean())

    mixer, x = Mixer((13,), stalled=True), np.full(13, 0.5)
    sizes: list[float] = []
    while len(sizes) < 150 and not (sizes and sizes[-1] < 1e-10):
        tx = switching(x)
        sizes.append(float(np.abs(tx - x).max()))
        x = mixer.step(x, tx)
    assert sizes[-1] < 1e-10
    alone = [brentq(lambda v, m=m: 0.5 * (1.0 - np.tanh(40.0 * (v - m))) - v, 0.0, 1.0) for m in middle]
    assert x == pytest.approx(np.append(alone, np.mean(alone)), abs=1e-8)


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


def signals_that_go_on(periods):
    """S, of one of two types, sends a signal; R answers, and play goes on with a chance that depends on both."""
    of_s = [[[0.06, 0.04], [-0.33, -0.03]], [[0.23, -0.25], [0.13, -0.19]]]  # [type][signal][answer]
    of_r = [[[-0.23, 0.16], [-0.37, -0.14]], [[0.25, -0.11], [-0.4, -0.24]]]
    goes_on = [[0.83, 0.44], [0.97, 0.3]]  # [signal][answer]

    def pay(m, r):
        return lambda types: {"S": of_s[types["S"]][m][r], "R": of_r[types["S"]][m][r]}

    def signals(state):
        return [pt.Move(m, m) for m in (0, 1)] if state == "on" else [pt.Move("-", state)]

    def answers(m):
        if m == "over":
            return [pt.Move("-", m)]
        return [pt.Move(r, {"on": goes_on[m][r], "over": 1 - goes_on[m][r]}, pay(m, r)) for r in (0, 1)]

    stages = pt.Decision("signal", "S", signals), pt.Decision("answer", "R", answers)
    return pt.Game(("S", "R"), "on", stages, types={"S": {0: 0.66, 1: 0.34}}, periods=periods, discount=0.9)


def test_an_equilibrium_other_than_that_of_long_games_is_a_warning():
    """Coarser belief grids lead to another equilibrium than the value at the horizon does."""
    s, long = pt.solve(signals_that_go_on(None), 8.0, 5), pt.solve(signals_that_go_on(200), 8.0, 5, certify=False)
    assert abs(s.value("S") - long.value("S")) > 0.1
    assert any("from the value at the horizon on play comes to another one" in w for w in s.warnings)
    assert s.settings["warnings"] == list(s.warnings)


def test_an_equilibrium_that_is_that_of_long_games_is_none():
    s, long = pt.solve(signals_that_go_on(None), 8.0, 3), pt.solve(signals_that_go_on(200), 8.0, 3, certify=False)
    assert s.value("S") == pytest.approx(long.value("S"), abs=1e-6)
    assert not any("horizon" in w for w in s.warnings)


def test_a_variance_that_the_error_of_the_belief_grid_puts_below_zero_is_zero():
    """A single belief may have a mass below zero (`Trajectory`)."""
    path = pt.trajectory(pt.solve(make("chain-store"), 4.0, belief_points=5, certify=False))
    player = next(p for p in path.solution.game.players if len(path.solution.game.type_names(p)) > 1)
    mass = np.zeros_like(path.mass)
    mass[:, 0, [0, 2, 4]] = [-0.1, 1.2, -0.1]
    belief = replace(path, mass=mass).beliefs(player)
    assert belief.sel(statistic="sd").values.max() == 0.0

"""The numerical core against the same arithmetic in Python, and against itself in other groups of lanes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.equilibrium.belief_grid import Grid, make_grid
from peacetalks.equilibrium.dispatch import ONE_MOVER, SEVERAL, SINGLE, Plan, make_plan
from peacetalks.equilibrium.kernels import core
from peacetalks.equilibrium.kernels.shared_library import VARIANT, VARIANTS
from peacetalks.equilibrium.off_grid import open_node
from peacetalks.equilibrium.period_map import PeriodMap
from peacetalks.game.compile import compile_game
from peacetalks.game.expand import MOST_MOVERS
from peacetalks.game.language import Chance, Decision, Game, Move, Simultaneous
from peacetalks.game.layout import Layout

HEADER = (Path(core.__file__).parent / "game.h").read_text()
LANES = 8
TYPES = {2: {"x": 0.3, "y": 0.7}, 3: {"x": 0.3, "y": 0.5, "z": 0.2}}


def in_place(name, x):
    """Apply a function of the core that works on numbers in place."""
    out = np.array(x, float)
    getattr(core.functions(), name)(core.at(out), core._whole(len(out)))
    return out


def test_exponentials_and_logarithms_are_those_of_numpy():
    x = np.linspace(-699.0, 699.0, 100 * LANES)
    assert in_place("exponentials", x) == pytest.approx(np.exp(x), rel=5e-16)
    assert in_place("exponentials", [-1e300, -800.0, 800.0, 1e300] * 2) == pytest.approx(
        np.exp([-700, -700, 700, 700] * 2)
    )
    y = np.exp(np.random.default_rng(1).normal(0.0, 60.0, 100 * LANES))
    assert in_place("logarithms", y) == pytest.approx(np.log(y), rel=5e-16)
    near = 1.0 + np.linspace(-1e-3, 1e-3, 100 * LANES)
    assert in_place("logarithms", near) == pytest.approx(np.log(near), rel=5e-16, abs=1e-19)


@pytest.mark.parametrize("kind", [Layout, Grid, Plan], ids=lambda k: k.__name__)
def test_the_structures_in_c_have_the_fields_of_the_named_tuples(kind):
    body = re.search(rf"struct {kind.__name__} {{(.*?)\n}};", HEADER, re.DOTALL)[1]
    declared = re.findall(r"(?:const )?(int64_t|double|uint8_t) (\*?)([\w, ]+);", body)
    names = [name.strip() for _, _, group in declared for name in group.split(",")]
    assert tuple(names[: len(kind._fields)]) == kind._fields
    for (_, star, _), name in zip(declared, kind._fields, strict=False):
        assert bool(star) == ("ndarray" in str(kind.__annotations__[name]))


def test_no_more_players_move_at_once_than_the_core_has_room_for():
    assert int(re.search(r"MOST_MOVERS = (\d+)", HEADER)[1]) == MOST_MOVERS


def random_game(seed, alike=1, types=2, movers=1):
    """One period: `alike` states with the same random payoffs, at which `movers` of A, B and C choose among three."""
    pay = np.random.default_rng(seed).normal(0.0, 1.0, (3,) * movers + (7,))
    informed = dict.fromkeys("AB", TYPES[types])
    kinds = [(p, k) for p in "AB" for k in informed[p]] + ["C"]

    def worth(*chosen):
        return dict(zip(kinds, [*pay[chosen].tolist(), 0.1], strict=False))

    def lottery(*chosen):
        return {"good": 0.5 + 0.1 * chosen[0], "bad": 0.5 - 0.1 * chosen[0]}

    def then(state, chosen):
        at = [int(chosen[p]) for p in "ABC"[:movers]]
        return Move("m", lottery(*at), worth(*at))

    if movers == 1:
        act = Decision("act", "A", lambda s: [Move(str(a), lottery(a), worth(a)) for a in range(3)])
    else:
        moves = {p: lambda s: [Move(str(a), None) for a in range(3)] for p in "ABC"[:movers]}
        act = Simultaneous("act", moves, then)

    def begin(state):
        numbers = range(alike) if state == "open" else []
        return [Move(str(i), str(i), weight=1 / alike) for i in numbers] or [Move("on", state)]

    stages = (Chance("start", begin), act)
    return Game(players=("A", "B", "C"), types=informed, start="open", stages=stages, periods=2)


def test_a_kernel_solves_each_shape():
    def kernels(**shape):
        c = compile_game(random_game(0, **shape))
        return set(make_plan(c, make_grid(c.game, 3)).kernel.tolist())

    assert kernels(alike=2) == {SINGLE, ONE_MOVER}
    assert kernels(types=3) == {SEVERAL}
    assert kernels(movers=2) == {SEVERAL}


@pytest.mark.parametrize(("types", "movers", "points"), [(2, 1, 5), (2, 1, 12), (2, 2, 4), (2, 3, 3), (3, 1, 4)])
def test_alike_nodes_side_by_side_are_solved_as_one_alone_is(types, movers, points):
    """One node fills its lanes with its own beliefs and gathers values; many alike stand side by side and load them."""
    one, many = (
        pt.solve(random_game(5, alike, types, movers), 4.0, belief_points=points, certify=False) for alike in (1, 11)
    )
    alone = one.values[0][one.compiled.node_index[1, "0"]]
    assert np.ptp(alone, axis=1).max() > 1e-3  # values depend on beliefs
    for i in range(11):
        assert many.values[0][many.compiled.node_index[1, str(i)]] == pytest.approx(alone, abs=1e-11)


@pytest.mark.parametrize("movers", [1, 2])
def test_lanes_that_pad_a_group_cost_no_iterations(movers):
    """A register that is not full solves its last node several times; all nodes are alike here."""

    def iterations(alike):
        c = compile_game(random_game(5, alike, 2, movers))
        map_ = PeriodMap(c, make_grid(c.game, 4), np.full(3, 4.0))
        map_.solve(map_.horizon(), 1e-9, period=0)  # from precision 0, then from where that ended
        before = map_.iterations
        map_.solve(map_.horizon(), 1e-9, period=0)
        return map_.iterations - before

    full = iterations(2 * LANES)
    assert 0 < iterations(2 * LANES - 1) <= full


@pytest.mark.parametrize(("types", "movers"), [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2)])
def test_what_a_sweep_found_is_a_fixed_point_of_the_node_alone(types, movers):
    """The node is opened in Python, with its table from numpy; there the core's strategies answer themselves."""
    s = pt.solve(random_game(3, 3, types, movers), 3.0, belief_points=4, certify=False)
    for n in s.nodes(0).tolist():
        size = s.strategy_size(n)
        for flat in range(0, s.grid.total, 3):
            beliefs = np.array([s.grid.points[ax, s.grid.of(flat, ax)] for ax in range(2)])
            x = s.logs[0][s.log_ptr[n] + flat * size : s.log_ptr[n] + (flat + 1) * size]
            opened = open_node(n, s.compiled.layout, s.grid, s.values[0], beliefs, s.rationality)
            residual = opened.respond(x[:, None], 1.0)[1]
            assert residual[0] < 1e-10
            assert opened.solve(x, 1e-9, 5)[2] == pytest.approx(s.values[0][n, :, flat], abs=1e-9)


def test_every_instruction_set_gives_the_same_to_rounding_error():
    program = (
        "import sys; sys.path.insert(0, 'tests/equilibrium'); import test_core as t, peacetalks as pt\n"
        "s = pt.solve(t.random_game(5, 11, 2, 2), 4.0, belief_points=4, certify=False)\n"
        "print(t.core.functions().variant, *s.values[0].ravel()[:2000:7].tolist())"
    )
    found = {}
    for variant in VARIANTS:
        env = {**os.environ, VARIANT: variant}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False)
        if done.returncode == 0:  # else this processor does not have it
            name, *numbers = done.stdout.split()
            found[name] = np.array(numbers, float)
    assert found
    first = next(iter(found.values()))
    for numbers in found.values():
        assert numbers == pytest.approx(first, abs=1e-11)


def claim(gain, rare):
    """A may claim to be good; B trusts whom he believes to be, and a bad A gains by it: claims refute themselves."""

    def answers(state):
        def paid(types):
            return {"A": gain * (types["A"] == "bad"), "B": 1.0 if types["A"] == "good" else -1.0}

        return [Move("trust", "end", paid), Move("doubt", "end")] if state == "claimed" else [Move("on", "end")]

    moves = [Move("silence", "end", {"A": 0.1}), Move("claim", "claimed", weight=rare)]
    stages = (Decision("act", "A", lambda s: moves), Decision("answer", "B", answers))
    return Game(("A", "B"), "open", stages, types={"A": {"good": 0.3, "bad": 0.7}})


@pytest.mark.parametrize(
    ("gain", "rare", "lam"), [(0.2, 1.0, 20.0), (0.2, 1e-4, 20.0), (0.5, 0.01, 10.0), (1.0, 0.01, 10.0)]
)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_a_posterior_that_bayes_rule_answers_steeply_is_found_from_either_end(gain, rare, lam, start):
    """Whole Newton steps go to and fro between 0 and 1, and such a place had to be solved apart."""
    c = compile_game(claim(gain, rare))
    map_ = PeriodMap(c, make_grid(c.game, 9), np.full(2, lam))
    W = map_.horizon()
    cold, _ = map_.solve(W, 1e-11)
    map_.starts[:] = start
    found, residual = map_.solve(W, 1e-11)
    assert map_.apart == []
    assert residual <= 1e-11
    assert found == pytest.approx(cold, abs=1e-9)

"""The principal branch: symmetric games keep their symmetric equilibrium, and no order of names or moves picks one."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from oracle.tree import solve_tree
from scipy.optimize import brentq
from scipy.special import expit

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium.belief_grid import beliefs_at, make_grid
from peacetalks.equilibrium.kernels import core
from peacetalks.equilibrium.off_grid import OpenNode, open_node
from peacetalks.equilibrium.solved_game import node_not_solved
from peacetalks.equilibrium.symmetry import Exchange, asymmetry, averaged, symmetries
from peacetalks.game.compile import compile_game
from peacetalks.questions.game_file import read_game

CASES = Path(__file__).parents[1] / "cases" / "games"
SEXES = np.array([[3.0, 0.0], [0.0, 2.0]])  # what A gets; B gets it with both moves exchanged
CHICKEN = np.array([[0.0, -1.0], [1.0, -5.0]])  # what A gets; B gets the transpose


def two_by_two(one, two, players="AB", by="AB", moves="xy", drift=0.0, **more):
    """Two moves a side, for one or more periods; with `drift` the bold one leads to a state that pays him more."""

    def then(state, chosen):
        a, b = ("xy".index(chosen[p]) for p in "AB")
        to = max(-1, min(1, state + b - a)) if drift else state
        return pt.Move("m", to, {"A": one[a, b] + drift * state, "B": two[a, b] - drift * state})

    stage = pt.Simultaneous("play", {p: lambda s: [pt.Move(m) for m in moves] for p in by}, then)
    return pt.Game(tuple(players), 0, (stage,), **more)


def play(s, state=0, period=None):
    """Return {player: probability of the first move}."""
    return {p: own["only"]["x"] for p, own in s.strategy("play", state, period=period).items()}


def opened(game, lam):
    """Return the only node of a game of one period without hidden types, open."""
    c, grid = compile_game(game), make_grid(game, 2)
    values = np.zeros((c.n_nodes + len(c.boundaries), len(c.layout.player_of), 1))
    precisions = np.full(len(game.players), lam)
    return open_node(0, c.layout, grid, values, beliefs_at(grid, np.array([0]))[0], precisions)


@pytest.mark.parametrize("lam", np.linspace(0.5, 10.5, 21).round(2).tolist())
def test_battle_of_the_sexes_is_symmetric_at_every_precision_in_every_order(lam):
    """By hand: with p the chance of one's own favourite, p = expit(lam (3 (1 - p) - 2 p))."""
    p = brentq(lambda p: p - expit(lam * (3 * (1 - p) - 2 * p)), 0, 1, xtol=1e-15)
    two = SEXES[::-1, ::-1]
    tree = solve_tree(two_by_two(SEXES, two), lam).strategy()
    assert [tree["A"]["only"]["x"], tree["B"]["only"]["y"]] == pytest.approx([p, p], abs=1e-10)
    for players, by, moves in product(("AB", "BA"), ("AB", "BA"), ("xy", "yx")):
        found = play(pt.solve(two_by_two(SEXES, two, players, by, moves), lam, certify=False))
        assert [found["A"], 1 - found["B"]] == pytest.approx([p, p], abs=1e-10)


def test_the_case_of_the_battle_of_the_sexes_has_three_equilibria_and_keeps_the_symmetric_one():
    game, _, _ = read_game(CASES / "battle_of_the_sexes.json")
    for lam, right in {1: 0.555454, 2: 0.571289, 4: 0.583203, 10: 0.592513}.items():
        s = pt.solve(game, lam)
        own = s.strategy("play", "s")
        assert [own["A"]["only"]["t"], own["B"]["only"]["r"]] == pytest.approx([right, right], abs=1e-6)
        assert len(s.selections("play", "s")) == 3
        assert s.multiple == 1
        assert s.warnings == ()


@pytest.mark.parametrize("lam", [1.0, 4.0, 20.0])
def test_chicken_over_four_periods_is_symmetric_and_as_on_the_tree(lam):
    game = two_by_two(CHICKEN, CHICKEN.T, periods=2, discount=0.9, drift=0.3)
    tree = solve_tree(game, lam)
    for periods, by in product((2, 4), ("AB", "BA")):
        s = pt.solve(
            two_by_two(CHICKEN, CHICKEN.T, by=by, periods=periods, discount=0.9, drift=0.3), lam, certify=False
        )
        found = play(s)
        assert found["A"] == pytest.approx(found["B"], abs=1e-9)
        for state in (-1, 1):
            here, there = play(s, state, period=1), play(s, -state, period=1)
            assert (here["A"], here["B"]) == pytest.approx((there["B"], there["A"]), abs=1e-9)
        if periods == 2:
            assert [s.value(p, decision=True) for p in "AB"] == pytest.approx(
                [tree.decision_value(p) for p in "AB"], abs=1e-9
            )


@pytest.mark.parametrize(("lam", "delta"), [(1.0, 0.5), (2.0, 0.98), (5.0, 0.98), (20.0, 0.9)])
def test_stationary_chicken_is_symmetric_and_the_limit_of_long_games(lam, delta):
    s = pt.solve(two_by_two(CHICKEN, CHICKEN.T, periods=None, discount=delta, drift=0.3), lam, certify=False)
    assert s.value("A") == pytest.approx(s.value("B"), abs=1e-9)
    assert s.value("A", state=1) == pytest.approx(s.value("B", state=-1), abs=1e-9)
    if delta < 0.95:
        long = pt.solve(two_by_two(CHICKEN, CHICKEN.T, periods=240, discount=delta, drift=0.3), lam, certify=False)
        assert s.value("A") == pytest.approx(long.value("A"), abs=1e-7)


def test_three_alike_players_play_alike():
    """Each wants to be where exactly one other is: the symmetric equilibrium is that of one half."""

    def then(state, chosen):
        return pt.Move("m", "end", {p: float(sum(x == chosen[p] for x in chosen.values()) == 2) for p in chosen})

    for by in permutations("ABC"):
        stage = pt.Simultaneous("play", {p: lambda s: [pt.Move("x"), pt.Move("y")] for p in by}, then)
        found = play(pt.solve(pt.Game(("A", "B", "C"), 0, (stage,)), 30.0, certify=False))
        assert list(found.values()) == pytest.approx([0.5] * 3, abs=1e-10)


@pytest.mark.parametrize("points", [3])
def test_no_order_of_names_picks_an_equilibrium(points):
    found = []
    for name in ("relabel_base", "relabel_by_reversed", "relabel_players_reversed"):
        game, lam, _ = read_game(CASES / f"{name}.json")
        s = pt.solve(game, lam, points, certify=False)
        found.append([s.value(p, k, decision=True) for p in "AB" for k in "xyz"])
    assert found[1] == pytest.approx(found[0], abs=1e-9)
    assert found[2] == pytest.approx(found[0], abs=1e-9)


@pytest.mark.parametrize("more", [1e-2, 1e-5, 1e-7])
@pytest.mark.parametrize("lam", [1.0, 4.0, 40.0])
def test_the_smallest_asymmetry_decides_as_it_should(more, lam):
    """Who gains a little more has his way: the branch turns, it does not jump to the one nearby (nor to the other)."""
    two = SEXES[::-1, ::-1] + np.array([[0.0, 0.0], [0.0, more]])
    for by, b in (("AB", 2), ("BA", 0)):
        x, residual = opened(two_by_two(SEXES, two, by=by), lam).follow(1e-11)
        assert residual <= 1e-11
        assert np.exp(x[2 - b]) < 0.2  # A's favourite
        assert np.exp(x[b + 1]) > 0.8  # B's


def test_rounding_is_no_asymmetry():
    for more in (1e-16, 1e-15, 1e-14):
        x, _ = opened(two_by_two(SEXES, SEXES[::-1, ::-1] * (1 + 4 * more)), 4.0).follow(1e-11)
        assert np.exp(x[0]) == pytest.approx(0.583203, abs=1e-6)


@pytest.mark.parametrize("lam", [5.0, 20.0, 100.0])
def test_the_branch_of_random_games_is_that_of_the_tree(lam):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        one, two = rng.random((2, 2, 2)).round(1)
        x, residual = opened(two_by_two(one, two), lam).follow(1e-11)
        tree = solve_tree(two_by_two(one, two), lam).strategy()
        assert residual <= 1e-11
        assert np.exp(x[[0, 2]]) == pytest.approx([tree[p]["only"]["x"] for p in "AB"], abs=1e-8)


def informed_pairs(count, size, actions=3):
    """One period: chance picks one of `count` pairs with payoffs of up to `size`; after it B answers what it learnt."""
    rng = np.random.default_rng(1)
    pay, last = size * rng.random((count, actions, actions, 2, 2)), 0.5 * size * rng.random((count, 2, 2, 2, 2))
    kinds = {"A": {"0": 0.4, "1": 0.6}, "B": {"0": 0.5, "1": 0.5}}

    def then(state, chosen):
        a, b = int(chosen["A"]), int(chosen["B"])
        return pt.Move("m", (state, a), {(p, k): pay[state, a, b, i, int(k)] for i, p in enumerate("AB") for k in "01"})

    def answers(state):
        def paid(c):
            return lambda t: {p: last[state[0], c, i, int(t["A"]), int(t["B"])] for i, p in enumerate("AB")}

        return [pt.Move(str(c), "end", paid(c)) for c in range(2)]

    moves = {p: lambda s: [pt.Move(str(a)) for a in range(actions)] for p in "AB"}
    stages = (pt.Simultaneous("play", moves, then), pt.Decision("answer", "B", answers))
    return pt.Game(("A", "B"), dict.fromkeys(range(count), 1 / count), stages, kinds)


def opened_pairs(size, lam, step):
    """Return (node, what the solution holds for it) at every so many beliefs of the pairs of `informed_pairs`."""
    s, out = pt.solve(informed_pairs(16, size), lam, belief_points=5, certify=False), []
    for n, flat in product((s.compiled.node_index[0, i] for i in range(16)), range(0, s.grid.total, step)):
        beliefs, at = beliefs_at(s.grid, np.array([flat]))[0], s.log_ptr[n] + flat * s.strategy_size(n)
        opened = open_node(n, s.compiled.layout, s.grid, s.values[0], beliefs, s.rationality)
        out.append((opened, s.logs[0][at : at + s.strategy_size(n)]))
    return out


@pytest.mark.parametrize("lam", [2.0, 20.0, 60.0])
def test_a_cold_start_of_pairs_ends_where_the_branch_does(lam):
    for opened, found in opened_pairs(1.0, lam, 8):
        x, residual = opened.follow(1e-11)
        assert residual <= 1e-11
        assert np.exp(found) == pytest.approx(np.exp(x), abs=1e-8)


def test_a_cold_start_of_pairs_that_affect_each_other_little_is_short():
    """In small steps of precision, each to convergence, it took 141 best responses."""
    none = np.full((12, 1), np.nan)
    taken = [opened._core(core.Node.SOLVE, none, 1.0, 1e-11, 500)[3] for opened, _ in opened_pairs(0.03, 20.0, 8)]
    assert np.mean(taken) < 40


def test_symmetries_are_found_with_states_and_moves_renamed():
    def found(one, two, **more):
        game = two_by_two(one, two, periods=None, discount=0.9, **more)
        return symmetries(compile_game(game), make_grid(game, 3), np.array([1.0, 1.0])), compile_game(game).boundaries

    (exchange,), states = found(CHICKEN, CHICKEN.T, drift=0.3)
    assert [states[i] for i in exchange.state] == [-s for s in states]
    assert exchange.player_type.tolist() == [1, 0]
    assert len(found(SEXES, SEXES[::-1, ::-1])[0]) == 1  # B's first move is A's second
    assert found(CHICKEN, 1.1 * CHICKEN.T)[0] == []
    assert found(SEXES, np.array([[2.0, 0.0], [1.0, 3.0]]))[0] == []
    W = np.array([[[1.0], [2.0]], [[3.0], [4.0]], [[4.0], [3.0]]])
    assert averaged(W, [exchange], 0.0, np.arange(3)) is W  # no rounding: left as it is


def test_only_what_is_reached_with_its_image_is_averaged():
    exchange = Exchange(np.array([1, 0, 2]), np.array([1, 0]), np.array([0]))
    W = np.array([[[1.0], [2.0]], [[0.0], [0.0]], [[4.0], [4.0 + 1e-9]]])
    assert asymmetry(W, [exchange], np.arange(3)) > 0.1
    assert asymmetry(W, [exchange], np.array([0, 2])) < 1e-9  # the image of 0 is not reached
    found = averaged(W, [exchange], 0.0, np.array([0, 2]))
    assert found[2, 0, 0] == found[2, 1, 0]
    assert (found[0] == W[0]).all()


@pytest.mark.parametrize("order", [("A", "B"), ("B", "A")])
@pytest.mark.parametrize(("both_x", "off"), [((1.7, 3.8), 0.0), ((2.7, 4.8), 1.0), ((4.3, 2.2), 0.5)])
def test_a_point_within_rounding_of_a_bifurcation_does_not_lead_off_the_branch(both_x, off, order):
    """At precision 3 a step of the branch ended so close to the pitchfork that the next one took another curve."""
    pays = {("x", "x"): both_x, ("y", "y"): both_x[::-1]}

    def then(_, act):
        return pt.Move(
            tuple(act.values()), "end", dict(zip("AB", pays.get((act["A"], act["B"]), (off, off)), strict=True))
        )

    own = [pt.Move("x"), pt.Move("y")]
    stage = pt.Simultaneous("play", dict.fromkeys(order, lambda _: own), then)
    s = pt.solve(pt.Game(order, "start", (stage,), periods=1), 3.0, certify=False)
    play = s.strategy("play", "start")
    assert play["A"]["only"]["x"] == pytest.approx(play["B"]["only"]["y"], abs=1e-9)
    assert s.value("A") == pytest.approx(s.value("B"), abs=1e-9)


def test_payoffs_from_the_smallest_to_the_largest_keep_their_digits():
    """One choice between `base` and `base + gap`: the odds are exp(lam gap), as far as a number holds the gap."""
    for base, gap, lam in (
        (1e17, 0.0, 20.0), (1e17, 64.0, 0.05), (1e10, 0.0625, 20.0), (-1e12, 0.25, 4.0), (0.0, 1e17, 1e-17),
        (0.0, 1e-6, 1e6), (1e-6, 1e-6, 1e6), (0.0, 1e17, 20.0),
    ):  # fmt: skip
        row = [pt.Move("a", "t", {"A": base + gap}), pt.Move("b", "u", {"A": base})]
        s = pt.solve(pt.Game(("A",), "s", (pt.Decision("d", "A", lambda s, row=row: row),)), lam)
        own = s.strategy("d", "s")["only"]
        assert own["a"] == pytest.approx(expit(lam * gap), rel=1e-12)
        assert own["a"] + own["b"] == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize("shift", [1e6, 1e10])
def test_large_payoffs_that_all_share_change_no_play(shift):
    plain = play(pt.solve(two_by_two(CHICKEN, CHICKEN.T + 0.25), 4.0))
    moved = play(pt.solve(two_by_two(CHICKEN + shift, CHICKEN.T + 0.25 - shift), 4.0))
    assert moved == pytest.approx(plain, abs=4 * np.spacing(shift))


def test_a_node_that_is_not_solved_is_named_in_the_words_of_the_game():
    c = compile_game(two_by_two(SEXES, SEXES))
    text = str(node_not_solved(c, 0, "period 0", np.inf, 1e-11))
    assert text == (
        "no equilibrium found where A and B choose (stage 'play', state 0, period 0): play could not be followed up to "
        "this rationality. Try a lower rationality, more belief points, or larger weights on rare moves."
    )
    assert "what was found is off the best response by 0.5, more than 1e-11" in str(
        node_not_solved(c, 0, "period 0", 0.5, 1e-11)
    )


def test_a_node_without_a_fixed_point_in_reach_is_not_solved(monkeypatch):
    lost = np.array([np.inf])
    monkeypatch.setattr(OpenNode, "follow", lambda self, tolerance: (self.reference(), np.inf))
    monkeypatch.setattr(OpenNode, "iterate", lambda self, x, *a: (x, lost, 1))
    monkeypatch.setattr(OpenNode, "solve", lambda self, x, *a: (x, np.inf, lost))
    with pytest.raises(pt.NotSolved, match="no equilibrium found where row and col choose"):
        pt.solve(make("loopback"), 5.0, certify=False)  # beyond a fold

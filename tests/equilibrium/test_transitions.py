"""The public transition of a period against a dense matrix made profile by profile in Python, at random strategies."""

from itertools import product

import numpy as np
import pytest

from peacetalks.equilibrium import transitions
from peacetalks.equilibrium.belief_grid import beliefs_at, distribute, make_grid, update
from peacetalks.equilibrium.dispatch import make_plan
from peacetalks.equilibrium.kernels import transitions as kernels
from peacetalks.equilibrium.solved_game import SolvedGame, by_participant
from peacetalks.game.compile import compile_game
from peacetalks.game.expand import NATURE
from peacetalks.game.language import Chance, Decision, Game, Move, Simultaneous

KINDS = {1: {"only": 1.0}, 2: {"x": 0.3, "y": 0.7}, 3: {"x": 0.3, "y": 0.5, "z": 0.2}}
SHAPES = [
    (2, 2, 1, 5),
    (2, 1, 2, 4),
    (3, 2, 1, 4),
    (1, 3, 2, 3),
    (2, 2, 2, 2),
    (1, 1, 1, 2),
]  # types of A, B, C; points


def game_of(types, periods=None):
    """A decides and leads to a lottery; A, B and C act at once, one payoff depends on all types; then chance."""
    players = dict(zip("ABC", types, strict=True))
    own = {p: lambda s, p=p: [Move(f"{p}{i}") for i in range(2 + (p == "B"))] for p in players}

    def open_(state):
        yield Move("wait", ("wait", state))
        yield Move("draw", {("left", state): 0.25, ("right", state): 0.75}, {"B": 0.5})
        yield Move("leave", "away", {"A": 1.0, ("C", next(iter(KINDS[players["C"]]))): -2.0})

    def then(state, chosen):
        if chosen["A"] == "A0" and chosen["B"] == "B2":
            return Move("typed", state, lambda kinds: {"A": 1.0 * (kinds["B"] == "y"), "B": 2.0 * (kinds["A"] == "x")})
        return Move("plain", {"away": 0.5, ("both", chosen["C"]): 0.5}, {"A": 0.25, "B": len(chosen["B"])})

    def month(state):
        yield Move("on", "start" if state == "away" else "other", {"C": 3.0}, 0.6)
        yield Move("off", state, None, 0.4)

    stages = (
        Decision("open", "A", lambda s: open_(s) if s in ("start", "other") else [Move("-", s)]),
        Simultaneous("all", own, then),
        Chance("month", month),
    )
    informed = {p: KINDS[k] for p, k in players.items() if k > 1}
    return Game(tuple(players), {"start": 0.5, "other": 0.5}, stages, informed, periods, discount=0.9)


def at_random(types, points, periods=None):
    """A game with random strategies in place of a solution."""
    game = game_of(types, periods)
    c = compile_game(game)
    grid, rng = make_grid(game, points), np.random.default_rng(sum(types) + points)
    log_ptr, lay = make_plan(c, grid).log_ptr, c.layout
    logs = np.empty(log_ptr[-1])
    for n in range(c.n_nodes):
        parts = [
            np.log(rng.dirichlet(np.full(a, 0.7), (grid.total, k))).reshape(grid.total, -1)
            if movers
            else np.tile(lay.log_weight[w : w + a], (grid.total, 1))
            for movers, k, a, w in participants(c, n)
        ]
        logs[log_ptr[n] : log_ptr[n + 1]] = np.maximum(np.concatenate(parts, axis=1), -600.0).ravel()
    return SolvedGame(game, c, grid, (), (), (logs,) * (periods or 1), log_ptr, np.ones(3))


def participants(c, n):
    """Return (whether no chance, types, actions, first weight) of each participant of a node."""
    lay = c.layout
    for i in range(lay.part_ptr[n], lay.part_ptr[n + 1]):
        player = lay.part_player[i]
        types = 1 if player == NATURE else lay.n_types[player]
        yield player != NATURE, int(types), int(lay.part_actions[i]), lay.part_weight[i]


def dense(s):
    """Return transitions [node, belief, slot, belief], and expected payoffs, times beliefs [node, belief, type]."""
    c, grid, lay, B = s.compiled, s.grid, s.compiled.layout, s.grid.total
    out = np.zeros((c.n_nodes, B, c.n_nodes + len(c.boundaries), B))
    paid = np.zeros((c.n_nodes, B, len(lay.player_of)))
    mu = beliefs_at(grid, np.arange(B))
    for n in range(c.n_nodes):
        sizes = [(k, a) for _, k, a, _ in participants(c, n)]
        who = lay.part_player[lay.part_ptr[n] : lay.part_ptr[n + 1]]
        axes = [-1 if i == NATURE else grid.axis[i] for i in who]
        x = s.logs[0][s.log_ptr[n] : s.log_ptr[n + 1]].reshape(B, -1)
        learnt = [
            update(mu[:, ax, : y.shape[1]], y) if ax >= 0 else (y[:, 0], y)
            for ax, y in zip(axes, by_participant(x, sizes), strict=True)
        ]
        for r, acts in enumerate(product(*(range(a) for _, a in sizes)), start=lay.prof_ptr[n]):
            at, flat, weight, after = np.arange(B), np.arange(B), np.ones(B), mu.copy()
            for ax, (mean, post), a in zip(axes, learnt, acts, strict=True):
                weight = weight * mean[at, a]
                if ax >= 0:
                    after[:, ax, : post.shape[1]] = post[:, :, a]
                    i, place, share = distribute(grid, ax, post[at, :, a])
                    at, flat, weight = at[i], flat[i], weight[i] * share
                    flat = flat + (place - flat // grid.stride[ax] % grid.size[ax]) * grid.stride[ax]
            for e in range(lay.lottery_ptr[r], lay.lottery_ptr[r + 1]):
                np.add.at(out, (n, at, lay.lottery_slot[e], flat), weight * lay.lottery_prob[e])
            sure = np.prod([mean[:, a] for (mean, _), a in zip(learnt, acts, strict=True)], axis=0)
            paid[n] += sure[:, None] * payoffs(s, r, after)
    return out, paid


def payoffs(s, r, beliefs):
    """Return what profile `r` pays each player-type times the belief in it [belief, player-type]."""
    lay, axis = s.compiled.layout, s.grid.axis
    believed = np.ones((len(beliefs), len(lay.player_of)))
    for u, (player, k) in enumerate(zip(lay.player_of, lay.type_of, strict=True)):
        if axis[player] >= 0:
            believed[:, u] = beliefs[:, axis[player], k]
    out = believed * lay.payoff[r]
    for t, kinds in enumerate(product(*map(range, lay.n_types)) if lay.typed[r] >= 0 else ()):
        own = lay.first_index + kinds
        chance = believed[:, own].prod(axis=1)
        out[:, own] += chance[:, None] * lay.typed_payoff[lay.typed[r], t]
    return out


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def case(request):
    s = at_random(request.param[:3], request.param[3])
    return s, *dense(s)


def test_mass_is_pushed_as_by_the_dense_matrix(case):
    s, matrix, _ = case
    n, rng = s.compiled.n_nodes, np.random.default_rng(1)
    mass = rng.random((matrix.shape[2], s.grid.total))
    mass[n:] = 0.0
    expected, seen = mass.copy(), np.zeros((n, s.grid.total))
    for i in range(n):
        seen[i] = expected[i]
        expected += np.einsum("b,bsc->sc", seen[i], matrix[i])
    made, again = transitions.transition_matrix(s, 0), mass.copy()
    assert made.occupation_measure(again) == pytest.approx(seen, abs=1e-11)
    made.push_forward(mass)
    assert (mass[:n] == 0).all()
    assert (mass == again).all()
    assert mass[n:] == pytest.approx(expected[n:], abs=1e-11)


def test_values_are_pulled_back_as_by_the_dense_matrix(case):
    s, matrix, paid = case
    n, lay = s.compiled.n_nodes, s.compiled.layout
    reward = kernels.expected_payoffs(np.arange(n), lay, s.grid, s.logs[0], s.log_ptr)
    types = len(lay.player_of)
    assert reward[:, :, :types] == pytest.approx(paid, abs=1e-12)
    assert (reward[:, :, types:] == 0).all()
    Y = np.random.default_rng(2).random((matrix.shape[2], s.grid.total, kernels.width(lay)))
    for r in (reward, None):
        expected, found = Y.copy(), Y.copy()
        for i in range(n - 1, -1, -1):
            expected[i] = np.einsum("bsc,scu->bu", matrix[i], expected) + (0 if r is None else r[i])
        transitions.transition_matrix(s, 0).pull_back(r, found)
        assert found == pytest.approx(expected, abs=1e-11)


def test_push_forward_and_pull_back_are_adjoint(case):
    s, matrix, _ = case
    n, rng, lay = s.compiled.n_nodes, np.random.default_rng(3), s.compiled.layout
    mass, Y = rng.random(matrix.shape[2:]), rng.random((matrix.shape[2], s.grid.total, kernels.width(lay)))
    mass[n:] = 0.0
    made, start = transitions.transition_matrix(s, 0), mass.copy()
    made.pull_back(None, Y)
    made.push_forward(mass)
    at_start = np.einsum("sb,sbu->u", start[:n], Y[:n])
    assert np.einsum("sb,sbu->u", mass[n:], Y[n:]) == pytest.approx(at_start, rel=1e-13)


def test_nodes_that_a_period_does_not_reach_have_no_shares():
    s = at_random((2, 2, 1), 4, periods=2)
    assert s.compiled.reach is not None
    reached = [transitions.transition_matrix(s, t).shares.share_ptr for t in range(2)]
    for t, ptr in enumerate(reached):
        solved = s.compiled.reach[t] & (s.compiled.layout.part_player[s.compiled.layout.part_ptr[:-1]] != NATURE)
        assert ((np.diff(ptr) > 0) == solved).all()
    ends = list(transitions.forward_distributions(s, transitions.opening_distribution(s), 2))
    assert [d.sum() for d in ends] == pytest.approx([1.0, 1.0], abs=1e-13)


def test_welfare_of_a_stationary_game_is_the_limit_of_long_games():
    long = at_random((2, 2, 1), 4, periods=300)
    assert long.compiled.reach_boundaries is not None
    at = long.compiled.reach_boundaries[0]
    found = transitions.welfare(at_random((2, 2, 1), 4))[0][at]
    assert found == pytest.approx(transitions.welfare(long)[0][at], abs=1e-10, nan_ok=True)
    assert np.nanmax(np.abs(found)) > 1.0

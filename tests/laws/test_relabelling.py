"""Laws of random games: names of players, states and moves, and their order, change nothing; values by another way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.random_games import NAMES, build, shapes

import peacetalks as pt
from peacetalks.equilibrium.verify import verify

few = settings(max_examples=12, deadline=None, derandomize=True)
gentle = st.floats(0.2, 1.5)  # two who move at once have one equilibrium: the best responses contract


def solve(game, lam, points=5):
    return pt.solve(game, rationality=lam, belief_points=points, certify=False)


def values(s):
    return {(p, k): s.value(p, k, decision=True) for p in s.game.players for k in s.game.type_names(p)}


def renamed(game, state=lambda x: x, move=lambda x: x, order=lambda row: row):
    """Return a game with states and moves renamed, and moves, targets and players who move at once in another order."""
    back = {state(x): x for x in (0, 1)}

    def target(to):
        if isinstance(to, dict):
            return dict(order([(state(x), p) for x, p in to.items()]))
        return None if to is None else state(to)

    def changed(m):
        return pt.Move(move(m.label), target(m.to), m.pay, m.weight, m.drive)

    def moves(f):
        return lambda s: order([changed(m) for m in f(back[s])])

    def stage(x):
        if not isinstance(x, pt.Simultaneous):
            return replace(x, moves=moves(x.moves))
        names = {move(a): a for a in (0, 1)}

        def then(s, chosen):
            return changed(x.then(back[s], {p: names[a] for p, a in chosen.items()}))

        return pt.Simultaneous(x.name, dict(order([(p, moves(f)) for p, f in x.moves.items()])), then)

    def last(s):
        return game.value(back[s])

    return replace(game, start=target(game.start), stages=tuple(stage(x) for x in game.stages), value=last)


@few
@given(shapes(), gentle)
def test_names_of_states_and_moves_do_not_matter(shape, lam):
    game = build(shape)
    plain = solve(game, lam)
    other = solve(renamed(game, state=lambda x: f"state {9 - x}", move=lambda a: ("move", a)), lam)
    assert values(other) == pytest.approx(values(plain), abs=1e-10)
    assert len(other.compiled.node_index) == len(plain.compiled.node_index)
    for k, state in plain.compiled.node_index:
        x = game.stages[k]
        if isinstance(x, pt.Decision):
            own, named = plain.strategy(x.name, state), other.strategy(x.name, f"state {9 - state}")
            for kind, row in own.items():
                assert {("move", a): p for a, p in row.items()} == pytest.approx(named[kind], abs=1e-9)


@few
@given(shapes(), gentle)
def test_the_order_of_moves_targets_and_players_at_once_does_not_matter(shape, lam):
    game = build(shape)
    plain, turned = solve(game, lam), solve(renamed(game, order=lambda row: row[::-1]), lam)
    assert values(turned) == pytest.approx(values(plain), abs=1e-9)


@few
@given(shapes(), gentle)
def test_the_order_of_players_does_not_matter(shape, lam):
    game = build(shape)
    assert values(solve(replace(game, players=NAMES[::-1]), lam)) == pytest.approx(values(solve(game, lam)), abs=1e-9)


@few
@given(shapes(kinds=(1, 2)), gentle)  # with three types the lattice of beliefs is another one in another order
def test_the_order_of_types_does_not_matter(shape, lam):
    game = build(shape)
    types = {p: dict(list(own.items())[::-1]) for p, own in list(game.types.items())[::-1]}
    assert values(solve(replace(game, types=types), lam)) == pytest.approx(values(solve(game, lam)), abs=1e-9)


@few
@given(shapes(), st.floats(0.5, 8.0))
def test_every_random_game_passes_the_check_everywhere(shape, lam):
    s = solve(build(shape), lam)
    found = verify(s)
    assert found.pairs == s.compiled.reach.sum() * s.grid.total
    assert found.residual < 1e-9
    assert found.values < 1e-9
    assert found.sums < 1e-12


@few
@given(shapes(), gentle, st.floats(0.2, 5.0), st.floats(-2, 2))
def test_affine_payoffs_move_values_by_as_much(shape, lam, factor, shift):
    plain = solve(build(shape), {"A": lam, "B": lam})
    moved = solve(build(shape, scale=(factor, 1.0), shift=(shift, 0.0)), {"A": lam / factor, "B": lam})
    paid = shift * sum(shape.discounts[0] ** t for t in range(shape.periods + 1))
    for (player, kind), v in values(plain).items():
        right = factor * v + paid if player == "A" else v
        assert values(moved)[player, kind] == pytest.approx(right, abs=1e-8 * (1 + factor))


def expected(pay, player):
    return float((pay or {}).get((player, "only"), (pay or {}).get(player, 0.0)))


def programme(game, lam):
    """Return {player: value at the start} by a dynamic programme over states, in plain Python: nothing is hidden."""
    players = game.players
    after = {x: {p: expected(game.value(x), p) for p in players} for x in (0, 1)}
    for _ in range(game.periods):
        ahead = {x: {p: game.discount_of(p) * v for p, v in own.items()} for x, own in after.items()}
        for stage in reversed(game.stages):
            ahead = {x: at_stage(stage, x, ahead, players, lam) for x in (0, 1)}
        after = ahead
    return after[game.start]


def at_stage(stage, state, ahead, players, lam):
    def worth(m):
        to = m.to if isinstance(m.to, dict) else {m.to: 1.0}
        return {p: expected(m.pay, p) + sum(q * ahead[x][p] for x, q in to.items()) for p in players}

    if isinstance(stage, pt.Simultaneous):
        table = np.array(
            [[[worth(stage.then(state, {"A": a, "B": b}))[p] for p in players] for b in (0, 1)] for a in (0, 1)]
        )
        a = b = np.full(2, 0.5)
        for _ in range(400):
            a, b = logit(lam * table[:, :, 0] @ b), logit(lam * a @ table[:, :, 1])
        return dict(zip(players, np.einsum("i,j,ijp->p", a, b, table).tolist(), strict=True))
    moves = list(stage.moves(state))
    each = [worth(m) for m in moves]
    weight = np.array([m.weight for m in moves])
    if isinstance(stage, pt.Decision):
        weight = logit(lam * np.array([w[stage.by] for w in each]), weight)
    return {p: float(sum(q * w[p] for q, w in zip(weight, each, strict=True))) for p in players}


def logit(x, nu=1.0):
    y = nu * np.exp(x - x.max())
    return y / y.sum()


@few
@given(shapes(typed=False), gentle)
def test_without_hidden_types_a_dynamic_programme_gives_the_same_values(shape, lam):
    game = build(replace(shape, kinds=(1, 1)))
    s = solve(game, lam)
    for player, v in programme(game, lam).items():
        assert s.value(player) == pytest.approx(v, abs=1e-9)

"""States that a stage cannot tell apart: one expansion for all gives what expanding each of them gives."""

from dataclasses import replace
from typing import NamedTuple

import pytest

import peacetalks as pt
from peacetalks.errors import GameError
from peacetalks.game.alike import ENOUGH, RARE, Expander
from peacetalks.game.compile import compile_game
from peacetalks.game.language import Chance, Decision, Game, Move, Simultaneous
from peacetalks.game.walk import Walk
from tests.support.compiled import BUNDLED, same


class At(NamedTuple):
    regime: str
    front: int
    level: int = 0


def apart(game):
    """Return the game with every state expanded by itself."""
    return replace(game, stages=tuple(replace(stage, alike=False) for stage in game.stages))


def expander(stage, start=At("war", 0)):
    stage = replace(stage, alike=True)
    return Expander(Game(players=("A", "B"), start=start, stages=(stage,)), stage)


@pytest.mark.parametrize("name", [*BUNDLED, "colombia-2012"])
def test_a_bundled_scenario_compiles_to_the_same_arrays(name):
    game = pt.build(pt.patch(pt.load(name), {"battlefield.positions": 5, "talks.offers": 3}))
    same(compile_game(game), compile_game(apart(game)))


def test_no_stage_of_the_standard_game_falls_back_on_single_states():
    walk = Walk(pt.build(pt.load("russia-ukraine-2025")))
    states = sum(len(paths) for paths in walk.paths[:-1])
    nodes = sum(len(stage) for stage in walk.by_stage)
    assert len({one.form for one in walk.nodes}) < nodes / 8
    assert len(walk._own) < (states - nodes) / 8


def test_what_is_read_decides_and_what_is_not_is_carried_along():
    def moves(at):
        if at.regime == "war":
            yield Move("advance", at._replace(front=at.front + 1))
            yield Move("rest", at)
        else:
            yield Move("stay", at)

    found = expander(Decision("go", "A", moves))
    war, other, peace = found(At("war", 1, 0)), found(At("war", 1, 5)), found(At("peace", 3, 4))
    assert other.form is war.form
    assert other.to == [At("war", 2, 5), At("war", 1, 5)]
    assert found(At("war", 2, 5)).to == [At("war", 3, 5), At("war", 2, 5)]
    assert peace.to == [At("peace", 3, 4)]
    assert found(At("peace", 8, 9)).form is peace.form
    assert all(type(state) is At for state in (*war.to, *other.to, *peace.to))


def test_draws_that_coincide_in_a_state_are_those_of_the_state_itself():
    calls = []

    def moves(at):
        calls.append(at)
        yield Move("fall", {at._replace(level=0): 0.5, at: 0.5} if type(at) is not At else {at._replace(level=0): 1.0})

    found = expander(Chance("fall", moves))
    assert found(At("war", 1, 2)).to == [At("war", 1, 0), At("war", 1, 2)]
    assert found(At("war", 1, 0)).to == [At("war", 1, 0)]
    assert [type(at) is At for at in calls] == [False, True]


def test_a_state_that_is_used_otherwise_than_by_names_is_expanded_by_itself():
    def moves(at):
        assert at == At("war", 1) or at != At("war", 1)
        yield Move("stay", at)

    found = expander(Decision("look", "A", moves))
    assert found(At("war", 1)).to == [At("war", 1)]
    assert found(At("war", 1)).form is not found(At("war", 2)).form


def test_payments_by_the_types_of_all_are_those_of_the_state_itself():
    found = expander(Chance("pay", lambda at: [Move("pay", at, lambda types: {"A": at.front})]))
    assert found(At("war", 1)).form.node.payoff[0]({}) == {"A": 1}
    assert found(At("war", 2)).form.node.payoff[0]({}) == {"A": 2}


def test_errors_name_the_state_itself():
    found = expander(Decision("go", "A", lambda at: [Move("x", at), Move("x", at)] if at.front else [Move("x", at)]))
    assert found(At("war", 0)).to == [At("war", 0)]
    with pytest.raises(GameError, match=r"At\(regime='war', front=4, level=0\).*two moves"):
        found(At("war", 4))


def test_moves_at_once_and_movers_that_depend_on_the_state():
    own = {p: lambda at: [Move(f"hold {at.front}"), Move("go")] for p in "AB"}
    pair = expander(Simultaneous("both", own, lambda at, act: Move(repr(act), at._replace(level=at.level + 1))))
    assert pair(At("war", 1, 1)).to == [At("war", 1, 2)] * 4
    assert pair(At("peace", 1, 1)).form is pair(At("war", 1, 1)).form is not pair(At("war", 2, 1)).form
    one = expander(Decision("by", lambda at: "AB"[at.front], lambda at: [Move("x", at), Move("y", at)]))
    assert [one(At("war", i)).form.node.players for i in (0, 1, 0)] == [[0], [1], [0]]


def test_a_stage_that_shares_little_is_expanded_state_by_state():
    found = expander(Chance("go", lambda at: [Move(f"on {at.front}", at._replace(front=at.front + 1))]))
    forms = [found(At("war", i)).form for i in range(200)]
    assert ENOUGH <= found.learned <= 200 / RARE + 1
    assert len(set(forms)) == 200
    assert found(At("war", 777, 3)).to == [At("war", 778, 3)]

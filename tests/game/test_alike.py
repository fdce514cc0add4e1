"""States that a stage cannot tell apart: one expansion for all gives what expanding each of them gives."""

import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

import peacetalks as pt
from peacetalks.errors import GameError
from peacetalks.game.alike import Expander
from peacetalks.game.codes import Codes
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
    """Return the function from a state to its form and next states."""
    stage = replace(stage, alike=True)
    game = Game(players=("A", "B"), start=start, stages=(stage,))
    codes = Codes(game)
    expand = Expander(game, stage, codes)

    def found(state):
        one = expand(codes.rows([state]))
        return SimpleNamespace(form=expand.forms[one.pattern[0]], to=codes.states(one.to))

    return found


@pytest.mark.parametrize("name", [*BUNDLED, "colombia-2012"])
def test_a_bundled_scenario_compiles_to_the_same_arrays(name):
    game = pt.build(pt.patch(pt.load(name), {"battlefield.positions": 5, "talks.offers": 3}))
    same(compile_game(game), compile_game(apart(game)))


def test_no_stage_of_the_standard_game_falls_back_on_single_states():
    walk = Walk(pt.build(pt.load("russia-ukraine-2025")))
    states = sum(map(len, walk.met[:-1]))
    assert sum(len(expander.forms) for expander in walk.expanders) < states / 8


@pytest.mark.parametrize("at_once", [1, 7])
def test_states_one_by_one_and_many_at_a_time_give_the_same(monkeypatch, at_once):
    game = pt.build(pt.patch(pt.load("russia-ukraine-2025"), {"battlefield.positions": 5, "talks.offers": 3}))
    wanted = compile_game(game)
    monkeypatch.setattr("peacetalks.game.walk.AT_ONCE", at_once)
    same(compile_game(game), wanted)


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
    assert [type(at) is At for at in calls] == [False, False, True]


def test_draws_that_an_unread_field_keeps_apart_are_expanded_once_for_each_of_its_values():
    found = expander(Chance("fall", lambda at: [Move("fall", {at._replace(level=0): 0.5, At("peace", 0): 0.5})]))
    war, other, ceasefire = found(At("war", 1, 2)), found(At("war", 2, 3)), found(At("ceasefire", 2, 3))
    assert war.form is other.form is not ceasefire.form
    assert other.to == [At("war", 2, 0), At("peace", 0)]


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


def test_equal_values_of_different_types_are_read_apart_and_are_one_state():
    def moves(at):
        yield Move(repr(at.level), At("peace", at.front, 1 if type(at.level) is float else 1.0))

    found = expander(Chance("look", moves))
    assert [found(At("war", 0, level)).form.node.names for level in (1, 1.0, 1)] == [["1"], ["1.0"], ["1"]]
    step = Chance("step", lambda at: [Move(str(x), at._replace(level=x), weight=0.5) for x in (2, 2.0)], alike=True)
    c = compile_game(Game(players=("A",), start=At("war", 0), stages=(step, replace(step, name="on"))))
    assert c.nodes == ((0, At("war", 0, 0)), (1, At("war", 0, 2)))
    assert c.layout.lottery_slot.tolist() == [1, 1, 3, 3]


def test_states_of_another_form_are_expanded_by_themselves():
    def moves(at):
        if at == ("over",):
            return [Move("stay", at)]
        if at == "end":
            return [Move("leave", ("over",))]
        return (
            [Move("on", at._replace(front=at.front + 1)), Move("stop", "end")] if at.front < 2 else [Move("x", "end")]
        )

    c = compile_game(
        Game(players=("A",), start=At("war", 0), periods=None, stages=(Decision("go", "A", moves, alike=True),))
    )
    assert c.nodes == ((0, At("war", 0)), (0, At("war", 1)))
    assert c.boundaries == (At("war", 0), At("war", 1), "end", At("war", 2), ("over",))


def test_a_field_that_is_carried_into_another_is_that_of_the_state_itself():
    found = expander(Chance("shift", lambda at: [Move("shift", at._replace(level=at[1]))]))
    assert [found(At("war", i)).to for i in (1, 2)] == [[At("war", 1, 1)], [At("war", 2, 2)]]


def test_patterns_are_learned_while_somebody_looks_at_what_was_found():
    """A profiler keeps the frames of a call, and the arrays in them, for a moment."""
    stage = Chance("end", lambda at: [Move("on", at._replace(regime=str(at.front)))], alike=True)
    game = Game(players=("A",), start=At("war", 0), stages=(stage,))
    codes, frames = Codes(game), []
    expand = Expander(game, stage, codes)

    def look(frame, event, arg):
        frames.append(dict(frame.f_locals))

    sys.setprofile(look)
    try:
        for front in range(5):
            expand(codes.rows([At("war", front)]))
            expand.by_types(np.array([front]))
    finally:
        sys.setprofile(None)
    assert len(expand.forms) == 5
    assert any("first" in seen for seen in frames)

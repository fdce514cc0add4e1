"""Compilation of a variant: bit for bit what a compilation from nothing gives, or none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peacetalks as pt
from peacetalks.errors import GameError
from peacetalks.game import alike
from peacetalks.game.compile import compile_game
from peacetalks.game.language import Chance, Decision, Game, Move
from peacetalks.game.variant import compile_variant
from peacetalks.scenario.changes import with_changes
from tests.support.compiled import BUNDLED, same

SMALL = {"battlefield.positions": 3, "talks.offers": 2}


def small(name):
    return pt.patch(pt.load(name), SMALL)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_every_number_of_a_scenario_may_move(name):
    base = small(name)
    near, found = compile_game(pt.build(base)), 0
    for path, n in base.numbers().items():
        try:
            other = with_changes(base, {path: float(n) * 0.93 if n else 0.05}).scenario
        except pt.SpecError:
            continue
        game = pt.build(other)
        if (c := compile_variant(game, near)) is not None:
            found += 1
            same(c, compile_game(game))
    assert found > 0.8 * len(base.numbers())


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_several_numbers_at_once_and_a_variant_of_a_variant(data):
    base = small("russia-ukraine-2025")
    paths = st.lists(st.sampled_from([p for p, n in base.numbers().items() if 0 < n < 0.6]), min_size=1, max_size=4)
    near = compile_game(pt.build(base))
    for _ in range(2):
        try:
            other = with_changes(base, {p: float(base.numbers()[p]) * 1.1 for p in data.draw(paths)}).scenario
        except pt.SpecError:
            return
        game = pt.build(other)
        c = compile_variant(game, near)
        if c is None:
            return
        same(c, compile_game(game))
        near, base = c, other


@pytest.mark.parametrize(
    "change",
    [{"rent": None}, {"talks.offers": 3}, {"talks.open": False}, {"challengers.chance": 0.0}, {"talks.proposer": 1.0}],
)
def test_other_states_or_moves_are_no_variant(change):
    base = small("russia-ukraine-2025")
    assert compile_variant(pt.build(pt.patch(base, change)), compile_game(pt.build(base))) is None


def test_only_stages_whose_inputs_differ_are_expanded(monkeypatch):
    base = small("russia-ukraine-2025")
    near, asked = compile_game(pt.build(base)), set()

    def expand(game, stage, state):
        asked.add(stage.name)
        return original(game, stage, state)

    original = alike.expand
    monkeypatch.setattr(alike, "expand", expand)
    compile_variant(pt.build(pt.patch(base, {"challengers.chance": 0.2})), near)
    assert asked == {"occasion"}
    asked.clear()
    compile_variant(pt.build(base), near)
    assert not asked


def game(p=0.5, prize=1.0, note=0.0, to="end", periods=None):
    """Return a game whose stages say nothing of their inputs; its second stage is passed through, and pays."""
    toss = Chance(
        "toss",
        lambda s: [Move("go", s)] if s == "end" else [Move("heads", 1, {"A": 1.0}, p), Move("t", 2, None, 1 - p)],
    )
    passed = Decision("passed", "A", lambda s: [Move("on", s, {"A": note} if s == 1 and note else None)])
    choice = Decision(
        "choice", "A", lambda s: [Move("go", s)] if s == "end" else [Move("a", to, {"A": prize}), Move("b", "end")]
    )
    return Game(("A",), 0, (toss, passed, choice), periods=periods, discount=0.9)


def test_stages_that_say_nothing_of_their_inputs_are_expanded():
    near = compile_game(game(note=0.3))
    for other in (game(0.25, note=0.3), game(prize=2.0, note=0.3), game(note=0.7), game(note=0.3)):
        same(compile_variant(other, near), compile_game(other))


def test_paid_on_the_way_where_nothing_was_is_no_variant():
    assert compile_variant(game(note=0.3), compile_game(game())) is None


def test_finite_games_too():
    near, other = compile_game(game(note=0.1, periods=3)), game(0.75, note=0.4, periods=3)
    found, wanted = compile_variant(other, near), compile_game(other)
    same(found, wanted)
    np.testing.assert_array_equal(found.reach, wanted.reach)
    assert compile_variant(game(note=0.1, periods=4), near) is None


def test_bad_payoffs_of_a_variant_are_refused_by_name():
    with pytest.raises(GameError, match=r"'choice'.*finite"):
        compile_variant(game(prize=float("nan"), note=0.3), compile_game(game(note=0.3)))


def test_a_mechanism_reads_fields_only():
    from peacetalks.mechanisms.reads import recorded

    with pytest.raises(AttributeError, match="fields of Scenario only, not 'digest'"):
        recorded(lambda s: s.digest, pt.load("korea-1951"))

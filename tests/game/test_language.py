"""The door of the general language: every refusal says what is wrong, where, and how to mend it."""

import math

import numpy as np
import pytest
from oracle.tree import solve_tree
from scipy.special import expit

import peacetalks as pt
from peacetalks import catalog
from peacetalks.game.compile import compile_game


def one(moves, **game):
    """Return a game of one decision by "A"."""
    settings = {"players": ("A", "B"), "start": "s", "stages": (pt.Decision("choice", "A", lambda s: moves),)}
    return pt.Game(**(settings | game))


OK = [pt.Move("stay", "end", {"A": 0.1}), pt.Move("go", "end")]
STAGE = pt.Decision("choice", "A", lambda s: OK)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"players": ()}, ["at least one player"]),
        ({"players": ("A", "A")}, ["named twice"]),
        ({"types": {"C": {"x": 1.0}}}, ["types are given for 'C'", "not a player"]),
        ({"players": ("Russia", "B"), "types": {"Rusia": {"x": 1.0}}}, ["did you mean 'Russia'"]),
        ({"types": {"A": {}}}, ["empty set of types"]),
        ({"types": {"A": {"x": 1.2, "y": -0.2}}}, ["prior of type 'y'", "-0.2", "[0, 1]"]),
        ({"types": {"A": {"x": math.nan, "y": 0.2}}}, ["prior of type 'x'", "nan"]),
        ({"types": {"A": {"x": 0.5, "y": 0.4}}}, ["prior", "'A'", "sums to 0.9"]),
        ({"stages": ()}, ["at least one stage"]),
        ({"stages": (STAGE, STAGE)}, ["stages are named twice"]),
        ({"stages": (pt.Decision("choice", "a", lambda s: OK),)}, ["moved by 'a'", "not a player"]),
        ({"players": ("Kyiv",), "stages": (pt.Decision("d", "Kyyiv", lambda s: OK),)}, ["did you mean 'Kyiv'"]),
        ({"periods": 0}, ["periods must be a whole number >= 1", "0"]),
        ({"periods": 1.5}, ["periods must be a whole number", "1.5"]),
        ({"discount": 1.1}, ["discount of 'A'", "[0, 1]", "1.1"]),
        ({"discount": math.nan}, ["discount of 'A'", "nan"]),
        ({"discount": "x"}, ["discount of 'A' must be a number, got 'x'"]),
        ({"periods": math.nan}, ["periods must be a whole number", "nan"]),
        ({"periods": math.inf}, ["periods must be a whole number", "inf"]),
        ({"stages": STAGE}, ["stages must be a tuple, got the stage 'choice' by itself: write stages=(stage,)"]),
        ({"stages": 3}, ["stages must be a tuple of stages, got 3"]),
        ({"stages": ("choice",)}, ["a stage is a Decision, Simultaneous or Chance, got 'choice'"]),
        ({"types": {"A": ["w", "t"]}}, ["types must be {player: {type: prior probability}}; for 'A' there is ['w'"]),
        ({"types": ["A"]}, ["types must be {player: {type: prior probability}}, got ['A']"]),
        ({"types": {"A": {"x": "1"}}}, ["prior of type 'x' of 'A' must be a number, got '1'"]),
        ({"value": {"A": 1.0}}, ["value must be a function state -> {player: payoff}, got {'A': 1.0}"]),
        ({"redraw": ["A"]}, ["redraw must be a function state -> players, got ['A']"]),
        ({"players": ("A", "B", "nature")}, ["no player can be called 'nature'"]),
        ({"discount": {"A": 0.9}}, ["discount names no value for player 'B'"]),
    ],
)
def test_a_game_is_checked_when_it_is_written(changes, words):
    with pytest.raises(pt.GameError) as e:
        one(OK, **changes)
    assert all(w in str(e.value) for w in words), str(e.value)


def chance(*weights):
    return pt.Chance("toss", lambda s: [pt.Move(i, "end", weight=w) for i, w in enumerate(weights)])


def both(then, own=None):
    rows = {p: own or (lambda s: [pt.Move("l"), pt.Move("r")]) for p in ("A", "B")}
    return pt.Simultaneous("clash", rows, then)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (pt.Decision("choice", "A", lambda s: []), ["stage 'choice', state 's' has no moves", "at least one move"]),
        (pt.Decision("choice", "A", lambda s: 3), ["must be a list or generator of Move"]),
        (pt.Decision("choice", "A", lambda s: ["go"]), ["expected a Move, got 'go'"]),
        (pt.Decision("choice", "A", lambda s: [OK[0], OK[0]]), ["move 'stay'", "two moves have this label"]),
        (
            pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", weight=0.0)]),
            ["weight is 0.0", "positive"],
        ),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", weight=-1)]), ["weight is -1", "positive"]),
        (
            pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", {"A": math.nan})]),
            ["'go' pays 'A' nan", "finite"],
        ),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", drive={"A": math.inf})]), ["inf", "finite"]),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", {"a": 1.0})]), ["pays 'a'", "not a player"]),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", {("A", "x"): 1.0})]), ["('A', 'x')"]),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", "end", lambda t: {"Z": 1.0})]), ["pays 'Z'"]),
        (pt.Decision("choice", lambda s: "Q", lambda s: OK), ["'Q' moves, who is not a player"]),
        (
            pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", {"x": 0.5, "y": 0.4})]),
            ["move 'go'", "sum to 0.9"],
        ),
        (
            pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", {"x": 1.5, "y": -0.5})]),
            ["probability of", "[0, 1]"],
        ),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", {})]), ["empty set of states"]),
        (pt.Decision("choice", "A", lambda s: [OK[0], pt.Move("go", ["list"])]), ["not hashable", "tuples"]),
        (chance(0.5, 0.4), ["stage 'toss'", "probabilities of chance sum to 0.9"]),
        (chance(0.0, 0.0), ["stage 'toss'", "has no moves"]),
        (both(lambda s, c: "end"), ["`then` must return a Move"]),
        (
            both(lambda s, c: pt.Move(0, "end"), lambda s: [pt.Move("l", pay={"A": 1.0}), pt.Move("r")]),
            ["own move", "`then`"],
        ),
        (both(lambda s, c: pt.Move(0, "end"), lambda s: []), ["has no moves for 'A'"]),
    ],
)
def test_a_stage_is_checked_when_it_is_compiled(stage, words):
    with pytest.raises(pt.GameError) as e:
        compile_game(pt.Game(players=("A", "B"), start="s", stages=(stage,)))
    assert all(w in str(e.value) for w in words), str(e.value)


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        (1.0, r"move 'a' pays 1.0; write \{player: payoff\}, such as \{'A': 0.5\}"),
        ({"A": "1"}, "move 'a' pays 'A' '1'; payoffs must be finite numbers"),
        (lambda types: 2.0, r"pays 2.0; write \{player: payoff\}"),
    ],
)
def test_pay_is_a_mapping_to_numbers(pay, words):
    with pytest.raises(pt.GameError, match=words):
        compile_game(one([pt.Move("a", "end", pay), pt.Move("b", "end")]))


def test_a_move_leads_somewhere():
    with pytest.raises(pt.GameError, match="stage 'choice', state 's', move 'a': the move leads nowhere; give it a"):
        compile_game(one([pt.Move("a", pay={"A": 1.0}), pt.Move("b", "end")]))
    assert compile_game(one([pt.Move("a", None)], start=None)).boundaries == (None,)  # a state called None


def test_whole_numbers_may_be_written_as_floats():
    assert repr(one(OK, periods=3.0).periods) == "3"
    s = pt.solve(one(OK, types={"A": {"x": 0.5, "y": 0.5}}), belief_points=5.0)
    assert s.settings["belief_points"] == 5
    assert pt.simulate(s, n=3.0, seed=1).at.shape == (3, 2)


def test_a_misspelt_player_in_pay_is_recognised():
    game = one([pt.Move("a", "end", {"Rusia": 1.0}), pt.Move("b", "end")], players=("A", "Russia"))
    with pytest.raises(pt.GameError, match="did you mean 'Russia'"):
        compile_game(game)


@pytest.mark.parametrize("start", [{"s": 0.5, "t": 0.4}, {}])
def test_the_start_is_a_lottery(start):
    with pytest.raises(pt.GameError, match="the start of the game"):
        pt.solve(one(OK, start=start))


def test_a_game_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("peacetalks.game.walk.MAX_NODES", 50)
    step = pt.Decision("step", "A", lambda s: [pt.Move("on", s + 1), pt.Move("stop", s)])
    with pytest.raises(pt.GameError, match=r"more than 50 nodes \(stage 'step'\).*fewer"):
        compile_game(pt.Game(players=("A",), start=0, stages=(step,), periods=None))


def test_absurd_sizes_are_estimated_and_refused():
    game = catalog.make("integration", offers=21, periods=2)
    with pytest.raises(pt.GameError, match=r"about [\d.]+ GiB .*more than the limit of 6\.0 GiB; use fewer"):
        pt.solve(game, belief_points=3000)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"belief_points": 1}, "belief_points must be a whole number >= 2, got 1"),
        ({"belief_points": 2.5}, "belief_points must be a whole number"),
        ({"rationality": None}, "rationality must be a number, got None"),
        ({"rationality": -1.0}, "rationality must be finite and >= 0, got -1.0"),
        ({"rationality": math.inf}, "rationality must be finite"),
        ({"rationality": math.nan}, "rationality must be finite"),
        ({"rationality": {"A": 1.0}}, r"rationality must name every player once; missing \['B'\]"),
        ({"rationality": {"A": 1.0, "B": 1.0, "C": 1.0}}, r"unknown \['C'\]"),
    ],
)
def test_settings_are_checked(settings, words):
    with pytest.raises(pt.GameError, match=words):
        pt.solve(one(OK, types={"A": {"x": 0.5, "y": 0.5}}), **settings)


def test_too_many_types_are_refused():
    types = {"A": {str(k): 0.2 for k in range(5)}}
    with pytest.raises(pt.GameError, match="player 'A' has 5 types; at most 4 are supported"):
        pt.solve(one(OK, types=types))


def test_pay_at_the_horizon_is_checked():
    with pytest.raises(pt.GameError, match="the value of state 'end' at the horizon"):
        pt.solve(one(OK, value=lambda s: {"A": math.nan} if s == "end" else {}))


@pytest.fixture(scope="module")
def solved():
    return pt.solve(catalog.make("chain-store", challengers=2), rationality=2, belief_points=5)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.strategy("prob", 0), "no stage is called 'prob' .did you mean 'probe'"),
        (lambda s: s.strategy("probe", 99), "99"),
        (lambda s: s.strategy("probe", 1, period=0), "state 1 is not reached at stage 'probe' in period 0"),
        (lambda s: s.strategy("probe", 0, period=7), "period 7 is outside the game's 2 periods"),
        (lambda s: s.strategy("probe", 0, beliefs={"D": {"weak": 0.5, "resolute": 0.4}}), "sum to 1"),
        (lambda s: s.strategy("probe", 0, beliefs={"1": {"only": 0.5}}), "beliefs about '1' must be prob.* sum to 1"),
        (lambda s: s.strategy("probe", 0, beliefs={"D": 0.3}), "beliefs about 'D' must be probabilities .* got 0.3"),
        (lambda s: s.strategy("probe", 0, beliefs={"E": {"only": 1.0}}), "beliefs: no player is called 'E'"),
        (lambda s: s.value("D", period=0.5), "period must be a whole number >= 0, got 0.5"),
        (
            lambda s: s.value("D", type="weak", beliefs={"D": {"resolute": 1.0}}),
            "the beliefs rule out the type 'weak' of 'D', which has no welfare then; decision=True gives",
        ),
        (lambda s: s.strategy("probe", 0, player="D"), "'D' does not move here; movers: 1"),
        (lambda s: s.value("d"), "no player is called 'd'"),
        (lambda s: s.value("D", type="strong"), "no type 'strong'; types: resolute, weak"),
        (lambda s: s.value("D", state=2, period=0), "no period 0 begins in state 2; give"),
        (lambda s: pt.forecast(s, str, periods=3), "at most the game's 2"),
        (lambda s: pt.forecast(s, str, periods=0), "whole number >= 1"),
        (
            lambda s: pt.forecast(s, str, given={"D": "strong"}),
            "given: 'D' has no type 'strong'; types: resolute, weak",
        ),
        (lambda s: pt.forecast(s, str, given={"d": "weak"}), "given: no player is called 'd'"),
        (lambda s: pt.forecast(s, str, given=["D"]), r"given must be a table \{player: ...\}, got \['D'\]"),
        (lambda s: pt.forecast(s, str, prior={"D": {"weak": 0.4}}), "the prior for 'D' must be probabilities over"),
        (lambda s: pt.forecast(s, lambda x: x or "none"), "outcome must return a text .* of int and str"),
        (lambda s: pt.simulate(s, n=10), "needs a seed"),
        (lambda s: pt.simulate(s, n=0, seed=1), "n must be a whole number >= 1, got 0"),
        (lambda s: pt.simulate(s, n=2.5, seed=1), "n must be a whole number >= 1, got 2.5"),
        (lambda s: pt.simulate(s, n=True, seed=1), "n must be a whole number >= 1, got True"),
        (lambda s: pt.simulate(s, seed=-1), "seed must be a whole number >= 0, got -1"),
        (lambda s: pt.simulate(s, seed="x"), "seed must be a whole number >= 0, got 'x'"),
        (lambda s: pt.simulate(s, seed=1, periods=1.5), "periods must be a whole number >= 1 .* 2, got 1.5"),
        (lambda s: pt.simulate(s, seed=1, periods=-5), "periods must be a whole number >= 1 .* 2, got -5"),
    ],
)
def test_questions_are_checked(solved, ask, words):
    with pytest.raises(pt.GameError, match=words):
        ask(solved)


def test_a_single_type_is_certain(solved):
    plain = pt.forecast(solved, str)
    assert pt.forecast(solved, str, given={"1": "only"}).equals(plain)
    assert pt.forecast(solved, str, prior={"1": {"only": 1.0}}).equals(plain)
    assert solved.strategy("probe", 0, beliefs={"1": {"only": 1.0}}) == solved.strategy("probe", 0)


def test_a_type_that_the_prior_rules_out_has_no_welfare():
    s = pt.solve(one(OK, types={"A": {"x": 1.0, "y": 0.0}}), belief_points=3)
    with pytest.raises(pt.GameError, match="the common prior rules out the type 'y' of 'A', which has no welfare"):
        s.value("A", type="y")
    assert math.isfinite(s.value("A", type="y", decision=True))
    with pytest.raises(pt.GameError, match="given: the common prior rules out the type 'y' of 'A'"):
        pt.forecast(s, str, given={"A": "y"})


def test_the_end_of_the_last_period_has_a_value():
    s = pt.solve(one(OK, value=lambda state: {"A": 0.25}))
    assert s.value("A", state="end", period=1, decision=True) == s.value("A", state="end", period=1) == 0.25
    with pytest.raises(pt.GameError, match="no period 2 begins in state 'end'; give"):
        s.value("A", state="end", period=2)


def test_a_stationary_game_wants_a_number_of_periods():
    s = pt.solve(catalog.make("ceasefire"), rationality=2)
    with pytest.raises(pt.GameError, match="say how many `periods` to forecast"):
        pt.forecast(s, str)
    with pytest.raises(pt.GameError, match="say how many `periods` to simulate"):
        pt.simulate(s, n=5, seed=1)
    with pytest.raises(pt.GameError, match="no finite tree"):
        solve_tree(s.game)


def test_the_tree_refuses_what_is_too_large():
    with pytest.raises(pt.GameError, match=r"more than 20,000 histories or 1,500 unknown.*use `solve`"):
        solve_tree(catalog.make("integration", offers=21, periods=3))
    with pytest.raises(pt.GameError, match="nobody moves after the history"):
        solve_tree(catalog.make("signorino"), 1.0).strategy(("nonsense",))


def test_what_passes_through_costs_nothing():
    wait = pt.Chance("wait", lambda s: [pt.Move("pass", s, {"A": 0.25})])
    again = pt.Chance("again", wait.moves)
    game = one(OK, stages=(wait, STAGE, again), value=lambda s: {"A": 1.0})
    assert compile_game(game).n_nodes == 1
    plain = pt.solve(one(OK, value=lambda s: {"A": 1.0})).value("A")
    assert pt.solve(game).value("A") == pytest.approx(plain + 0.5, abs=1e-12)


def test_results_carry_how_they_were_got(solved):
    assert solved.settings["rationality"] == {"1": 2.0, "2": 2.0, "D": 2.0}
    assert solved.settings["belief_points"] == 5
    assert np.isfinite(solved.residual)


def test_any_number_of_players_moves_at_once():
    """Each gains 1 from `a` whatever the others do, and .1 for each other who takes it, which moves nobody."""
    names = tuple("ABCDEFGHIJKLMNOPQ")

    def stage(players):
        own = {p: lambda s: [pt.Move("a"), pt.Move("b")] for p in players}

        def then(state, chosen):
            takers = sum(a == "a" for a in chosen.values())
            return pt.Move("m", "end", {p: (a == "a") + 0.1 * (takers - (a == "a")) for p, a in chosen.items()})

        return pt.Simultaneous("act", own, then)

    for count in (9, 10):
        s = pt.solve(pt.Game(names, "open", (stage(names[:count]),)), rationality=2.0, certify=False)
        found = s.strategy("act", "open")
        assert [found[p]["only"]["a"] for p in names[:count]] == pytest.approx([expit(2.0)] * count, abs=1e-9)
        assert s.value("A") == pytest.approx(expit(2.0) * (1 + 0.1 * (count - 1)), abs=1e-9)
    with pytest.raises(pt.GameError, match="17 players at once make 131,072 profiles; at most 100,000 are supported"):
        pt.solve(pt.Game(names, "open", (stage(names),)))


@pytest.mark.parametrize("count", [28, 29])
def test_no_more_players_move_at_once_than_a_node_can_hold(count):
    names = tuple(f"p{i}" for i in range(count))
    own = {p: lambda s: [pt.Move("a")] for p in names}
    game = pt.Game(names, "open", (pt.Simultaneous("act", own, lambda s, chosen: pt.Move("m", "end", {"p0": 1.0})),))
    if count == 28:
        assert pt.solve(game).value("p0") == 1.0
        return
    with pytest.raises(pt.GameError, match="29 players move at once; at most 28 are supported: let some move one"):
        pt.solve(game)

"""Games as trees and trees as games: both have the same equilibria, and what is no game of the other form is said."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle.tree import solve_tree as solve_histories
from support.random_games import NAMES, build, shapes

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.errors import GameError
from peacetalks.trees import Tree, from_game, read, weights, write
from peacetalks.trees.efg import efg_text, parse_efg
from peacetalks.trees.from_game import tree_of
from peacetalks.trees.quantal_response import solve_tree
from peacetalks.trees.to_game import StaysTree, game_of
from peacetalks.trees.weights import equal_weights

few = settings(max_examples=10, deadline=None, derandomize=True)
precision = st.floats(0.5, 6.0)
POKER = """EFG 2 R "Poker" { "A" "B" } ""
c "" 1 "deal" { "King" 1/3 "Queen" 2/3 } 0
p "" 1 1 "King" { "bet" "fold" } 0
p "" 2 1 "" { "call" "pass" } 0
t "" 1 "" { 2 -2 }
t "" 2 "" { 1 -1 }
t "" 3 "" { -1 1 }
p "" 1 2 "Queen" { "bet" "fold" } 0
p "" 2 1 0
t "" 4 "" { -2 2 }
t "" 2
t "" 3
"""


def same_values(game, tree, lam, within=1e-9, points=21):
    """Assert that a game on the belief grid and a tree have the same expected payoffs."""
    s, t = pt.solve(game, lam, belief_points=points, certify=False), solve_tree(tree, lam)
    for player in game.players:
        assert t.values[player] == pytest.approx(s.value(player), abs=within)


@pytest.mark.parametrize(
    ("name", "params", "lam"),
    [
        ("signorino", {}, 3.0),
        ("centipede", {}, 1.0),
        ("inspection", {}, 5.0),
        ("commitment", {"periods": 3, "offers": 6}, 5.0),
    ],
)
def test_a_game_without_private_information_is_its_tree(name, params, lam):
    """Weights, discounting over periods and moves at once among them; nothing is interpolated."""
    game = make(name, **params)
    same_values(game, tree_of(game), lam)


@few
@given(shapes(most_periods=2, kinds=(1, 2)), precision)
def test_a_tree_is_the_tree_of_histories_of_the_game(shape, lam):
    """The independent method of the tests; payoffs of the tree are those that players act on."""
    assume(shape.stages.count("both") * shape.periods <= 1)
    game = build(shape)
    tree = tree_of(game)
    tree.check_perfect_recall()
    histories, solved = solve_histories(game, lam), solve_tree(tree, lam)
    for player in NAMES:
        assert solved.values[player] == pytest.approx(histories.decision_value(player), abs=1e-9)


@few
@given(shapes(most_periods=2, kinds=(1, 2)), precision)
def test_a_tree_with_types_first_is_converted_and_the_grid_converges_to_it(shape, lam):
    assume("both" not in shape.stages)
    tree = tree_of(build(replace(shape, discounts=(1.0, 1.0))))
    game = game_of(tree)
    exact = solve_tree(tree, lam).values
    error = []
    for points in (5, 17, 65):
        s = pt.solve(game, lam, belief_points=points, certify=False)
        error.append(max(abs(s.value(p) - exact[p]) for p in NAMES))
    assert error[2] <= error[0] / 30 + 1e-9
    assert error[2] < 1e-4


def test_conversion_there_and_back_keeps_moves_types_and_strategies():
    game = make("fearon", offers=4)
    again = game_of(tree_of(game))
    assert (again.players, again.types) == (game.players, game.types)
    one, two = (pt.solve(g, 10.0, belief_points=21) for g in (game, again))
    demands = {str(k): p for k, p in one.strategy("demand", "start")["only"].items()}
    assert two.strategy("1 A", "start")["only"] == pytest.approx(demands, abs=1e-9)


def test_poker_is_converted_with_the_names_of_the_deal():
    tree = parse_efg(POKER)
    game = game_of(tree)
    assert game.types == {"A": {"King": 1 / 3, "Queen": 2 / 3}}
    assert [s.name for s in game.stages] == ["1 A", "2 B"]
    s, t = pt.solve(game, 2.0, belief_points=201), solve_tree(tree, 2.0)
    assert s.strategy("1 A", "start")["King"]["bet"] == pytest.approx(t.strategy("A", 1)["bet"], abs=1e-5)
    assert s.strategy("1 A", "start")["Queen"]["bet"] == pytest.approx(t.strategy("A", 2)["bet"], abs=1e-5)


def test_what_nobody_learns_counts_by_its_mean():
    """Chance deals 4 or 0, which nobody ever sees, and a lottery ends the game: both are worth their means."""
    dealt = """EFG 2 R "" { "A" } ""
    c "" 1 "" { "good" 1/4 "bad" 3/4 } 0
    p "" 1 1 "" { "in" "out" } 0
    c "" 2 "" { "x" 1/2 "y" 1/2 } 0
    t "" 1 "" { 4 }
    t "" 2 "" { 2 }
    t "" 3 "" { 1 }
    p "" 1 1 0
    t "" 0
    t "" 3
    """
    game = game_of(parse_efg(dealt))
    assert game.types == {}
    first = game.stages[0]
    assert isinstance(first, pt.Decision)
    move = next(iter(first.moves("start")))
    assert move.pay == {"A": 0.75}
    same_values(game, parse_efg(dealt), 3.0)


def test_a_public_draw_is_a_move_of_chance():
    """All see the draw, before the first move or after it, so there are no types."""
    drawn = """EFG 2 R "" { "A" "B" } ""
    c "" 1 "" { "x" 1/4 "y" 3/4 } 0
    p "" 1 1 "" { "l" "r" } 0
    t "" 1 "" { 1 0 }
    t "" 0
    p "" 1 2 "" { "l" "r" } 0
    c "" 2 "" { "u" 1/2 "d" 1/2 } 0
    p "" 2 1 "" { "l" "r" } 0
    t "" 1
    t "" 2 "" { 2 -1 }
    t "" 2
    t "" 1
    """
    game = game_of(parse_efg(drawn))
    assert [s.name for s in game.stages] == ["1 chance", "2 A", "3 chance", "4 B"]
    same_values(game, parse_efg(drawn), 3.0)


def stays(text):
    """Return why a tree is not converted."""
    with pytest.raises(StaysTree) as raised:
        game_of(parse_efg(text))
    return str(raised.value)


def dealt(odds, sees):
    """Return a tree in which chance deals (a, b) by `odds`, and A and B have the information sets that `sees` says."""
    rows = [f'c "" 1 "" {{ {" ".join(f"{a + b!r} {p}".replace(chr(39), chr(34)) for (a, b), p in odds.items())} }} 0']
    for a, b in odds:
        one, two = sees(a, b)
        rows += [f'p "" 1 {one} "" {{ "l" "r" }} 0', f'p "" 2 {two} "" {{ "l" "r" }} 0', 't "" 1 "" { 1 0 }', 't "" 0']
        rows += [f'p "" 2 {two + 10} "" {{ "l" "r" }} 0', 't "" 0', 't "" 2 "" { 0 1 }']
    return "\n".join(['EFG 2 R "" { "A" "B" } ""', *rows])


EVEN = {(a, b): "1/4" for a in "12" for b in "12"}


def test_independent_types_of_two_are_converted():
    game = game_of(parse_efg(dealt(EVEN, lambda a, b: (int(a), int(b)))))
    assert {p: list(own.values()) for p, own in game.types.items()} == {"A": [0.5, 0.5], "B": [0.5, 0.5]}


def test_correlated_types_stay_a_tree():
    odds = EVEN | {("1", "1"): "2/5", ("1", "2"): "1/10"}
    assert "the private information of A, B is correlated" in stays(dealt(odds, lambda a, b: (int(a), int(b))))
    some = dict.fromkeys(list(EVEN)[:3], "1/3")
    assert "the private information of A, B is correlated" in stays(dealt(some, lambda a, b: (int(a), int(b))))


def test_a_deal_that_one_player_has_seen_through_is_correlated():
    """B knows the type of A as well as the own one."""
    assert "correlated" in stays(dealt(EVEN, lambda a, b: (int(a), 2 * int(a) + int(b))))


def test_more_types_than_a_grid_takes_stay_a_tree():
    many = {(a, "1"): "1/5" for a in "12345"}
    assert "A has 5 types; a belief grid takes 4" in stays(dealt(many, lambda a, b: (int(a), int(b))))


def test_hidden_moves_and_late_news_stay_a_tree():
    pennies = 'EFG 2 R "" { "A" "B" } ""\np "" 1 1 "" { "h" "t" } 0\n' + 2 * (
        'p "" 2 1 "" { "h" "t" } 0\nt "" 1 "" { 1 -1 }\nt "" 0\n'
    )
    assert "a move is hidden: B, information set 1 joins what follows 'h' and 't'" in stays(pennies)
    late = """EFG 2 R "" { "A" } ""
    c "" 1 "" { "h" 1/2 "t" 1/2 } 0
    p "" 1 1 "first" { "in" "out" } 0
    p "" 1 2 "later" { "x" "y" } 0
    t "" 1 "" { 1 }
    t "" 0
    t "" 0
    p "" 1 1 0
    p "" 1 3 "" { "x" "y" } 0
    t "" 0
    t "" 1
    t "" 0
    """
    words = "what A knows of the deal is not the same at A, information set {} and at A, information set {}"
    assert stays(late) == words.format("1 ('first')", "2 ('later')")


def test_moves_that_depend_on_the_deal_stay_a_tree():
    jack = """p "" 1 3 "Jack" { "bet" "fold" } 0\nt "" 1\nt "" 3\n"""
    three = POKER.replace('"King" 1/3', '"Jack" 1/6 "King" 1/6').replace('p "" 1 1', jack + 'p "" 1 1')
    assert "who moves after 'bet', or how many actions there are, depends on what chance has dealt" in stays(three)
    more = POKER.replace('"Queen" { "bet" "fold" }', '"Queen" { "bet" "fold" "show" }') + 't "" 3\n'
    assert "who moves at the start, or how many actions there are" in stays(more)
    unlike = POKER.replace(
        't "" 1 "" { 2 -2 }', 'c "" 2 "" { "u" 1/3 "d" 2/3 } 0\nt "" 1 "" { 2 -2 }\nt "" 3 "" { -1 1 }'
    )
    game_of(parse_efg(unlike))  # a lottery at the end may depend on the deal
    assert stays('EFG 2 R "" { "A" } ""\nt "" 0') == "nobody has a choice"


def test_chance_that_depends_on_the_deal_stays_a_tree():
    """B is asked after a draw whose odds give the type of A away."""
    draws = "".join(
        f'p "" 1 {i} "" {{ "l" "r" }} 0\nt "" 0\nc "" {i + 1} "" {{ "u" {odds} "d" 1/2 }} 0\n'
        f'p "" 2 1 "" {{ "x" "y" }} 0\nt "" {i} "" {{ {i} 0 }}\nt "" 0\nt "" 0\n'
        for i, odds in ((1, "1/2"), (2, "1/2"))
    )
    text = 'EFG 2 R "" { "A" "B" } ""\nc "" 1 "" { "h" 1/2 "t" 1/2 } 0\n' + draws
    game_of(parse_efg(text))
    uneven = text.replace('c "" 3 "" { "u" 1/2 "d" 1/2 }', 'c "" 3 "" { "u" 1/4 "d" 3/4 }')
    assert "the probabilities of chance after 'r' depend on what it has dealt before" in stays(uneven)


def test_the_written_file_reads_back_equal_and_is_solved_alike(tmp_path):
    game = make("fearon", offers=5)
    tree = tree_of(game, "Fearon")
    write(tree, tmp_path / "fearon.efg")
    again = read(tmp_path / "fearon.efg")
    assert again == equal_weights(tree)
    same_values(game, again, 20.0, within=1e-5, points=161)


@few
@given(shapes(most_periods=1), precision)
def test_every_float_of_a_random_game_reads_back_bit_for_bit(shape, lam):
    """Sums along a path are exact sums of the shortest decimals, so they are written without rounding too."""
    tree = replace_weights(tree_of(build(shape)))
    again = parse_efg(efg_text(tree))
    assert again == tree
    np.testing.assert_array_equal(again.payoffs, tree.payoffs)


def replace_weights(tree):
    """Return a tree without weights, which files do not hold."""
    return replace(tree, information_sets=tuple(replace(s, weights=()) for s in tree.information_sets))


def weighted():
    """Return a game in which one move has twice the weight of another, at the start and in the second period."""
    moves = {0: [pt.Move("a", 1, {"A": 0.2, "B": 0.1}, 2 / 3), pt.Move("b", 2, {"A": 0.3}, 1 / 3)]}
    answer = {k: [pt.Move("c", 0, {"B": 0.1 * k}, 3), pt.Move("d", 3, {"A": 0.4, "B": 0.2})] for k in (1, 2)}
    stages = (
        pt.Decision("one", "A", lambda s: moves.get(s, [pt.Move("-", s)])),
        pt.Decision("two", "B", lambda s: answer.get(s, [pt.Move("-", s)])),
    )
    return pt.Game(("A", "B"), 0, stages, periods=2)


def test_copies_of_actions_stand_for_weights(tmp_path):
    game = weighted()
    tree = tree_of(game)
    copied = equal_weights(tree)
    copied.check_perfect_recall()
    assert copied.information_sets[0].actions == ("a (1 of 2)", "a (2 of 2)", "b")
    same_values(game, tree, 4.0)
    same_values(game, copied, 4.0)
    assert write(tree, tmp_path / "copies.efg") == read(tmp_path / "copies.efg") == copied
    assert "add up their probabilities" in copied.comment
    assert equal_weights(copied) is copied


def test_weights_in_no_small_ratio_are_refused_with_the_ratio(monkeypatch):
    monkeypatch.setattr(weights, "MOST_NODES", 50)
    with pytest.raises(GameError, match=r"make more than 50 nodes \(at .* they stand as 3 : 1\)"):
        equal_weights(tree_of(weighted()))
    with pytest.raises(GameError, match=r"different weights .* which a game file cannot hold"):
        efg_text(tree_of(weighted()))


def discounted():
    """Return a game of two periods whose second counts half for A and a quarter for B."""
    stages = tuple(
        pt.Decision(p, p, lambda s, p=p: [pt.Move("x", s, {p: 0.3}), pt.Move("y", s, {"A": 0.2, "B": 0.1})])
        for p in NAMES
    )
    return pt.Game(NAMES, 0, stages, periods=2, discount={"A": 0.5, "B": 0.25})


def test_discounting_scales_precision_and_is_not_written_unasked(tmp_path):
    game = discounted()
    tree = tree_of(game)
    assert {s.precision for s in tree.information_sets} == {1, 2, 4}
    same_values(game, tree, 5.0)
    with pytest.raises(GameError, match=r"2 times the precision .* discounted to present values"):
        write(tree, tmp_path / "x.efg")
    write(tree, tmp_path / "x.efg", present_values=True)
    again = read(tmp_path / "x.efg")
    assert isinstance(again, Tree)
    assert again.payoffs.tolist() == tree.payoffs.tolist()
    assert again.totals[-1] == (Fraction(6, 10), Fraction(1, 4))


def test_drives_are_in_the_payoffs_and_the_comment_says_so():
    moves = [pt.Move("x", 1, {"A": 0.1}, drive={"A": 0.2}), pt.Move("y", 1, {"A": 0.3})]
    tree = tree_of(pt.Game(("A",), 0, (pt.Decision("d", "A", lambda s: moves),)))
    assert tree.payoffs.tolist() == [[0.3], [0.3]]
    assert tree.comment == from_game.DRIVES
    assert tree_of(weighted()).comment == ""


def test_what_has_no_finite_tree_is_refused(monkeypatch):
    with pytest.raises(GameError, match="a stationary game has no finite tree"):
        tree_of(make("ceasefire"))
    with pytest.raises(GameError, match="discount factor of 'A' is 0"):
        tree_of(replace(discounted(), discount=0.0))
    monkeypatch.setattr(from_game, "MOST_NODES", 10)
    with pytest.raises(GameError, match="more than 10 nodes"):
        tree_of(discounted())


def test_a_long_game_of_few_histories_is_unrolled():
    """A game of 150 periods in which anybody may stop: deep, not wide."""
    stop = pt.Decision(
        "stop", "A", lambda s: [pt.Move("go", s), pt.Move("stop", "end")] if s == "on" else [pt.Move("-", s)]
    )
    assert len(tree_of(pt.Game(("A",), "on", (stop,), periods=150)).ends) == 151

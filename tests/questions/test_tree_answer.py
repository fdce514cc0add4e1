"""A game file solved as a tree: what is asked for, what is converted, and how far the belief grid is off."""

import numpy as np
import pytest
from support.tree_games import at_once, random_tree

from peacetalks.catalog import make
from peacetalks.errors import GameError
from peacetalks.questions.tree_answer import Precisions, answer_tree, parse_precisions, read_tree
from peacetalks.trees.from_game import tree_of


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("5", Precisions(None, 5.0)),
        ("0", Precisions(None, 0.0)),
        ("inf", Precisions(None, np.inf)),
        ("0:20", Precisions(0.0, 20.0)),
        ("1.5:inf", Precisions(1.5, np.inf)),
    ],
)
def test_precisions_are_a_number_a_range_or_the_limit(text, asked):
    assert parse_precisions(text) == asked


@pytest.mark.parametrize("text", ["", "x", "-1", "3:", ":3", "3:2", "2:2", "inf:inf", "1:2:3", "nan"])
def test_other_texts_are_refused_with_what_to_write(text):
    with pytest.raises(GameError, match="is no precision; write a number such as 5, a range such as 0:20"):
        parse_precisions(text)


def test_a_game_with_types_first_is_solved_on_the_belief_grid_too():
    a = answer_tree(tree_of(make("fearon", offers=3)), 10.0)
    assert a.form.startswith("Converted to the belief-grid form")
    assert "B: 2" in a.form
    assert a.grid_difference < 5e-3
    assert a.correspondence is None


def test_a_game_with_hidden_moves_stays_a_tree_and_says_why():
    a = answer_tree(at_once([[3, 0], [0, 2]], [[2, 0], [0, 3]]), parse_precisions("0:4"))
    assert a.form.startswith("Solved as a tree, not converted to the belief-grid form: ")
    assert a.grid_difference is None
    assert a.correspondence.precision[-1] == max(a.solution.rationality.values()) == 4.0


def test_without_a_precision_it_is_in_units_of_the_spread_of_payoffs():
    small, large = (answer_tree(at_once(np.array(g) * k, np.array(g)[::-1, ::-1] * k)) for g, k in
                    (([[3, 0], [0, 2]], 1), ([[3, 0], [0, 2]], 8)))  # fmt: skip
    assert large.solution.probabilities[0] == pytest.approx(small.solution.probabilities[0], abs=1e-9)


def test_the_limit_is_not_looked_for_on_the_grid():
    a = answer_tree(random_tree(1, 3), parse_precisions("inf"))
    assert a.solution.changed <= 1e-3
    assert repr(a).startswith("random 1 at precision ")


def test_a_player_without_perfect_recall_is_refused_with_the_file(tmp_path):
    path = tmp_path / "forgetful.efg"
    path.write_text(
        'EFG 2 R "f" { "A" }\n\np "" 1 1 "" { "l" "r" } 0\np "" 1 2 "" { "x" "y" } 0\n'
        't "" 1 "" { 1 }\nt "" 2 "" { 0 }\n'
        'p "" 1 2 "" { "x" "y" } 0\nt "" 3 "" { 0 }\nt "" 4 "" { 2 }\n'
    )
    with pytest.raises(GameError, match=r"forgetful.efg.*no perfect recall: A, information set 2"):
        read_tree(path)

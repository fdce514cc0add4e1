"""Payoffs that depend on the types of several players, and fractions, in game files."""

import copy
import json
from fractions import Fraction

import pytest

import peacetalks as pt
from peacetalks.questions.game_file import parse_game, solve_file
from peacetalks.trees import tree_of

SIGNAL = {
    "players": ["S", "R"],
    "types": {"S": {"weak": "1/3", "strong": "2/3"}},
    "start": "open",
    "rationality": 4,
    "belief_points": 41,
    "stages": [
        {
            "name": "signal",
            "by": "S",
            "moves": {
                "open": [{"label": "loud", "to": "loud", "pay": {"S|weak": -0.2}}, {"label": "quiet", "to": "quiet"}]
            },
        },
        {
            "name": "answer",
            "by": "R",
            "moves": {
                m: [
                    {
                        "label": "fight",
                        "to": "end",
                        "pay": [
                            {"pay": {"S": "-1/3"}},
                            {"if": {"S": "weak"}, "pay": {"R": "1/3"}},
                            {"if": {"S": "strong"}, "pay": {"R": -0.5, "S": 0.1}},
                        ],
                    },
                    {"label": "yield", "to": "end", "pay": {"S": 0.5}},
                ]
                for m in ("loud", "quiet")
            },
        },
    ],
}  # fmt: skip


def written_in_python():
    """Return the same game, its payoffs as a function of the types."""

    def pay(types):
        weak = types["S"] == "weak"
        return {"S": -1 / 3 + (0 if weak else 0.1), "R": 1 / 3 if weak else -0.5}

    def signal(state):
        return [pt.Move("loud", "loud", {("S", "weak"): -0.2}), pt.Move("quiet", "quiet")]

    def answer(state):
        return [pt.Move("fight", "end", pay), pt.Move("yield", "end", {"S": 0.5})]

    stages = (pt.Decision("signal", "S", signal), pt.Decision("answer", "R", answer))
    return pt.Game(("S", "R"), "open", stages, {"S": {"weak": 1 / 3, "strong": 2 / 3}})


def changed(change):
    table = copy.deepcopy(SIGNAL)
    change(table["stages"][1]["moves"]["loud"][0])
    return table


def test_payoffs_by_type_profile_are_those_of_a_function(tmp_path):
    (tmp_path / "g.json").write_text(json.dumps(SIGNAL))
    found = solve_file(tmp_path / "g.json")
    expected = pt.solve(written_in_python(), 4.0, belief_points=41)
    for player in ("S", "R"):
        assert found["values"][player] == pytest.approx(expected.value(player), abs=1e-10)
    assert found["warnings"] == []


def test_fractions_stay_exact_on_the_way_to_a_tree():
    tree = tree_of(parse_game(SIGNAL)[0])
    assert tree.information_sets[0].probabilities == (Fraction(1, 3), Fraction(2, 3))
    assert (Fraction(-1, 3) - Fraction(1, 5), Fraction(1, 3)) in tree.totals
    assert repr(parse_game(SIGNAL)[0]).startswith("Game of S (types: weak 0.333, strong 0.667), R")


def test_fractions_stand_wherever_numbers_do(tmp_path):
    moves = [{"label": str(i), "to": {"s": "1/3", "end": "2/3"}, "weight": "1/3", "pay": {"A": i}} for i in range(3)]
    table = {
        "players": ["A"],
        "start": {"s": "1/2", "end": "1/2"},
        "periods": "4/2",
        "discount": "1/2",
        "rationality": "7/2",
    }
    for by in ("chance", "A"):
        game = {**table, "rationality": "7/2", "stages": [{"name": "go", "by": by, "moves": {"s": moves}}]}
        (tmp_path / "g.json").write_text(json.dumps(game))
        found = solve_file(tmp_path / "g.json")
        assert found["settings"]["rationality"] == {"A": 3.5}
        if by == "chance":
            assert found["values"]["A"] == pytest.approx((1 + 1 / 6) / 2)  # half; one move now; a third of half of one


def test_drives_may_depend_on_the_profile_too():
    table = changed(lambda move: move.update(drive=[{"if": {"S": "weak"}, "drive": {"R": "1/4"}}]))
    tree = tree_of(parse_game(table)[0])
    assert (Fraction(-1, 3) - Fraction(1, 5), Fraction(7, 12)) in tree.totals


REFUSED = {
    "move 'fight': `if` names 'T', who is not a player": lambda m: m["pay"][1]["if"].update(T="weak"),
    "`if` names the type 'weka' of 'S' (did you mean 'weak'?); the types are weak, strong": lambda m: m["pay"][
        1
    ].update({"if": {"S": "weka"}}),
    "`if` names the type 'big' of 'R'; the types are only": lambda m: m["pay"][1].update({"if": {"R": "big"}}),
    "pay, row 1: pay missing": lambda m: m["pay"][0].pop("pay"),
    "pay, row 1: unknown key 'then'": lambda m: m["pay"][0].update(then=1),
    "pay, row 2, if, S: a text is expected, got 1": lambda m: m["pay"][1]["if"].update(S=1),
    "pay, row 1, pay: a table {...} is expected, got [1]": lambda m: m["pay"][0].update(pay=[1]),
    "'S|weka' is paid, who is not a player": lambda m: m["pay"][0].update(pay={"S|weka": 1}),
    "pay, row 1, pay, S: 1/0 divides by 0": lambda m: m["pay"][0].update(pay={"S": "1/0"}),
    "pay, row 1, pay, S: a number is expected, got '0.5'": lambda m: m["pay"][0].update(pay={"S": "0.5"}),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_wrong_in_typed_payoffs_is_said(words):
    with pytest.raises(pt.GameError) as e:
        parse_game(changed(REFUSED[words]))
    assert words in str(e.value)


def test_no_profile_may_pay_more_than_a_float_holds():
    with pytest.raises(pt.GameError, match="beyond what a number can hold"):
        parse_game(changed(lambda m: m["pay"][0].update(pay={"S": f"{10**320}/3"})))

"""Game files that ended in a traceback, or in silence where a key stood twice, with what is now done."""

import json
import math
from pathlib import Path

import pytest

import peacetalks as pt
from peacetalks.equilibrium.belief_grid import prior_index
from peacetalks.game.compile import compile_game
from peacetalks.questions.game_file import LONGEST, parse_game, read_game

CASES = Path(__file__).parents[1] / "cases" / "games"
REFUSED = {
    "dup": "the key 'start' is given twice; keep one",
    "dupkey_game": "the key 'rationality' is given twice; keep one",
    "hugeint_game": "line 1, column 41: a number of 401 digits; write it shorter (1e9)",
    "manydigits_game": "line 1, column 40: a number of 5,000 digits; write it shorter (1e9)",
    "nan_game": "stages.1.moves.s.1.pay.A: NaN is no number; write a finite one, or leave the entry out",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_game_file_that_is_refused(name):
    with pytest.raises(pt.GameError) as e:
        read_game(CASES / f"{name}.json")
    assert str(e.value) == f"{CASES}/{name}.json: {REFUSED[name]}"


def test_a_game_file_of_endless_lists(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(pt.GameError, match="line 1, column 101: more than 100 tables or lists within one another"):
        read_game(path)


def test_whole_floats_are_read_as_whole_numbers():
    game, _, points = read_game(CASES / "periods_float.json")
    assert (game.periods, type(game.periods), points) == (2, int, 21)
    game, _, points = read_game(CASES / "points_7.0_game.json")
    assert (game.periods, points, type(points)) == (1, 7, int)


def table(**more):
    moves = {"s": [{"label": "a", "to": "t"}, {"label": "b", "to": "u"}]}
    return {"players": ["A"], "start": "s", "stages": [{"name": "g", "by": "A", "moves": moves}], **more}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"periods": 2.5}, "game, periods: a whole number is expected, got 2.5"),
        ({"periods": float("inf")}, "game, periods: a whole number is expected, got inf"),
        ({"periods": 10**400}, f"game: periods: beyond what a number can hold (1.8e308), got 1{'0' * 199}... (401"),
        ({"belief_points": 7.5}, "game, belief_points: a whole number is expected, got 7.5"),
        ({"start": "x" * 201}, f"start: names have at most {LONGEST} characters, got 'xxx"),
        ({"types": {"A": {"x" * 201: 1.0}}}, f"types of A: names have at most {LONGEST} characters, got 'xxx"),
        ({"x" * 5000: 1}, f"names have at most {LONGEST} characters, got '{'x' * 199}... (5,002 characters)"),
        ({"discount": ["x" * 500]}, f"a number is expected, got ['{'x' * 198}... (504 characters)"),
        ({"start": "s\x1b[2J"}, "game: start holds the control character U+001B (escape: a terminal would obey it)"),
    ],
)
def test_a_value_that_no_game_may_hold(change, message):
    with pytest.raises(pt.GameError) as e:
        parse_game(table(**change))
    assert message in str(e.value)
    assert len(str(e.value)) < 600


def test_a_payoff_that_is_no_number_is_refused_in_tables_too():
    raw = table()
    raw["stages"][0]["moves"]["s"][0]["pay"] = {"A": float("nan")}
    with pytest.raises(pt.GameError, match="pays 'A' nan; payoffs must be finite numbers"):
        compile_game(parse_game(raw)[0])


def test_a_game_file_with_a_byte_order_mark_is_read(tmp_path):
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "g.json").write_bytes(json.dumps(table()).encode(encoding))
        assert read_game(tmp_path / "g.json")[0].players == ("A",)


def test_two_uninformed_movers_at_the_prior_of_three_types_see_the_values_at_the_prior():
    """The prior of three types lies off the lattice, and play there is no mean of what it is at the corners.

    A's payoffs by C's and A's moves, given the value of what follows "press" and "hold", are computed by hand.
    """
    game, lam, points = read_game(CASES / "three_types_entered_again.json")
    s = pt.solve(game, lam, belief_points=points)
    play = s.strategy("stage 0", state="calm")
    press = play["C"]["only"]["press"]
    later = float(s.values[0][s.compiled.nodes.index((1, "open")), 0, prior_index(s.grid, game)])
    hold = (1 - press) * 0.422 + press * (-0.283 + later)
    attack = (1 - press) * -0.151 + press * -0.125
    odds = 1.5 * math.exp(5 * (hold - attack))
    assert play["A"]["only"]["hold"] == pytest.approx(odds / (1 + odds), abs=1e-9)

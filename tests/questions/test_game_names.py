"""Names in a game file: what cannot be meant is refused with place and cure, what is odd is told, the rest is legal."""

import copy
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import peacetalks as pt
from peacetalks.cli.app import app
from peacetalks.questions.game_file import parse_game, solve_file
from peacetalks.questions.game_names import is_slip

CASES = Path(__file__).parents[1] / "cases" / "games"
TRUST = {
    "players": ["Buyer", "Seller"],
    "start": "s",
    "rationality": 5,
    "stages": [
        {
            "name": "trust",
            "by": "Buyer",
            "moves": {"s": [{"label": "trust", "to": "trusted"}, {"label": "not", "to": "end"}]},
        },
        {
            "name": "honour",
            "by": "Seller",
            "moves": {
                "trusted": [
                    {"label": "honour", "to": "end", "pay": {"Buyer": 1, "Seller": 1}},
                    {"label": "abuse", "to": "end", "pay": {"Buyer": -1, "Seller": 2}},
                ]
            },
        },
    ],
}


def changed(change):
    table = copy.deepcopy(TRUST)
    change(table)
    return table


def first(table):
    return table["stages"][0]["moves"]["s"]


def second(table):
    return table["stages"][1]["moves"]


REFUSED = {
    "stage 'honour': the state 'trusted' is listed and never reached there; stage 'trust', state 's', move 'trust' "
    "leads to 'trustd', which no stage lists: did you mean 'trusted'?": lambda t: first(t)[0].update(to="trustd"),
    "leads to 'trustd', which no stage lists: did you mean 'trusted'?": lambda t: first(t)[0].update(
        to={"trustd": 0.5, "end": 0.5}
    ),
    "stage 'trust': the state 's' is listed and never reached there; start leads to 'S', which no stage lists: did you "
    "mean 's'?": lambda t: t.update(start="S"),
    "never reached there within 1 period: stage 'trust', state 's', move 'trust' leads to it, and stages are played in "
    "the order of the list every period. Put stage 'honour' after stage 'trust', or set `periods` to more": lambda t: t[
        "stages"
    ].reverse(),
    "the state 'betrayed' is listed and never reached there: no move and no start leads to it": lambda t: second(
        t
    ).update(betrayed=[{"label": "m", "to": "end"}]),
    "the state 'far' is listed and never reached there: stage 'honour', state 'away', move 'm' leads to it, where play "
    "does not come": lambda t: (
        second(t).update(away=[{"label": "m", "to": "far"}]),
        t["stages"].insert(0, {"name": "early", "by": "Buyer", "moves": {"far": [{"label": "m", "to": "end"}]}}),
    ),
    "stage 'honour', state 'trusted', move 'abuse': 'Seler' is paid, who is not a player (or player|type) (did you "
    "mean 'Seller'?)": lambda t: second(t)["trusted"][1]["pay"].update(Seler=1),
    "'Seller|kind' is paid, who is not a player": lambda t: second(t)["trusted"][1]["pay"].update({"Seller|kind": 1}),
    "'chance' is what `by` calls nature": lambda t: t["players"].append("chance"),
    "holds a |, which parts player and type": lambda t: t["players"].append("A|B"),
    "stage 1, by: a list of different players is expected, got ['Buyer', 'Buyer']": lambda t: t["stages"].__setitem__(
        0,
        {
            "name": "both",
            "by": ["Buyer", "Buyer"],
            "moves": {"s": {"Buyer": ["a"]}},
            "then": {"s": [{"if": {"Buyer": "a"}, "to": "trusted"}]},
        },
    ),
    "discount names 'Byer', who is not a player (did you mean 'Buyer'?)": lambda t: t.update(
        discount={"Buyer": 1, "Seller": 1, "Byer": 0.5}
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_meant_is_refused_with_place_and_cure(words):
    with pytest.raises(pt.GameError) as e:
        parse_game(changed(REFUSED[words]), "my file")
    assert words in str(e.value)


@pytest.mark.parametrize("name", ["misspelt_state", "stages_in_wrong_order"])
def test_the_cases_end_with_exit_code_2(name):
    done = CliRunner().invoke(app, ["solve-game", str(CASES / f"{name}.json")])
    assert isinstance(done.exception, pt.GameError)
    assert done.exception.exit_code == 2
    assert "stage 'honour': the state 'trusted' is listed and never reached there" in str(done.exception)


def told(table, tmp_path):
    path = tmp_path / "g.json"
    path.write_text(json.dumps(table))
    return solve_file(path, certify=False)["warnings"]


TOLD = {
    "Play ends in states that no stage lists, though close names are listed: 'Trusted' (stage 'trust', state 's', move "
    "'maybe'; did you mean 'trusted', which stage 'honour' lists?).": lambda t: first(t).append(
        {"label": "maybe", "to": "Trusted"}
    ),
    "'Judge' neither moves nor is paid anything.": lambda t: t["players"].append("Judge"),
    "No pay or drive names a type of 'Seller' (Seller|kind): the types make no difference.": lambda t: t.update(
        types={"Seller": {"kind": 0.5, "harsh": 0.5}}
    ),
    "No pay or drive names Seller|harsh, though other types are named.": lambda t: (
        t.update(types={"Seller": {"kind": 0.5, "harsh": 0.5}}),
        second(t)["trusted"][0].update(pay={"Seller|kind": 1, "Buyer": 1}),
    ),
    "Stage 'later' lists no state: nobody ever moves there.": lambda t: t["stages"].append(
        {"name": "later", "by": "Buyer", "moves": {}}
    ),
    "Listed, and not reached within the game's 2 periods: 'third' at stage 'trust'.": lambda t: (
        t.update(periods=2),
        second(t)["trusted"][0].update(to="again"),
        t["stages"][0]["moves"].update(again=[{"label": "m", "to": "third"}], third=[{"label": "m", "to": "end"}]),
    ),
}


@pytest.mark.parametrize("words", TOLD)
def test_what_is_odd_is_told(words, tmp_path):
    assert told(changed(TOLD[words]), tmp_path) == [words]


def test_warnings_go_to_stderr_and_stay_in_the_result(tmp_path):
    path = tmp_path / "g.json"
    path.write_text(json.dumps(changed(lambda t: t["players"].append("Judge"))))
    done = CliRunner().invoke(app, ["solve-game", str(path)])
    assert done.exit_code == 0
    assert "Warning: 'Judge' neither moves nor is paid anything." in done.stderr
    assert json.loads(done.stdout)["warnings"] == ["'Judge' neither moves nor is paid anything."]


def test_what_is_legal_stays_legal_and_silent(tmp_path):
    assert told(TRUST, tmp_path) == []
    ends = changed(lambda t: (second(t)["trusted"][0].update(to="deal"), second(t)["trusted"][1].update(to="end_2")))
    assert told(ends, tmp_path) == []
    later = changed(lambda t: (t["stages"].reverse(), t.update(periods=2)))
    assert told(later, tmp_path) == []
    numbered = changed(
        lambda t: (first(t)[1].update(to="trusted_1"), second(t)["trusted"][1].update(to={"trusted2": 0.5, "end": 0.5}))
    )
    assert told(numbered, tmp_path) == []


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("trustd", "trusted", True),
        ("trsuted", "trusted", True),
        ("trustee", "trusted", True),
        ("TRUSTED", "trusted", True),
        ("end state", "end_state", True),
        ("h0_0_0", "h0_0", False),
        ("offer 0.4", "offer 0.5", False),
        ("war", "was", False),
        ("deal", "war", False),
        ("trusted2", "trusted", False),
    ],
)
def test_one_slip_of_the_pen(one, other, slip):
    assert is_slip(one, other) is is_slip(other, one) is slip


def test_the_error_of_the_grid_is_reported_and_covers_the_error(tmp_path):
    """Against 41 points a value is off by 2.1e-6 and a strategy by 1.9e-5: what is reported is of that size."""
    found = solve_file(CASES / "r6_10.json", certify=False)["grid_error"]
    assert 1e-6 < max(found["values"].values()) < 1e-5
    assert 1e-5 < found["strategies"] < 1e-4
    assert set(found["values"]) == {"A", "B"}
    path = tmp_path / "g.json"
    path.write_text(json.dumps(TRUST))
    assert solve_file(path)["grid_error"] is None
    coarse = json.loads((CASES / "r6_10.json").read_text()) | {"belief_points": 3}
    path.write_text(json.dumps(coarse))
    assert solve_file(path, certify=False)["grid_error"] is None

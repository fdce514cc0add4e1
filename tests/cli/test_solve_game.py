"""`solve-game` on files of Gambit's: what is shown, written and refused."""

import csv
import json
from pathlib import Path

import pytest
from support.command_line import run

from peacetalks.pages.schemas.game import SolvedGame

CASES = Path(__file__).parents[1] / "cases"
SIGNAL = """EFG 2 R "Signal" { "S" "R" }
""

c "" 1 "" { "weak" 1/2 "strong" 1/2 } 0
p "" 1 1 "" { "quiet" "loud" } 0
p "" 2 1 "" { "give" "fight" } 0
t "" 1 "" { 2, 0 }
t "" 2 "" { 0, 1 }
p "" 2 2 "" { "give" "fight" } 0
t "" 3 "" { 1, 0 }
t "" 4 "" { -1, 1 }
p "" 1 2 "" { "quiet" "loud" } 0
p "" 2 1 "" { "give" "fight" } 0
t "" 5 "" { 2, 0 }
t "" 6 "" { 1, -1 }
p "" 2 2 "" { "give" "fight" } 0
t "" 7 "" { 2, 0 }
t "" 8 "" { 1, -1 }
"""


@pytest.fixture
def signal(tmp_path):
    path = tmp_path / "signal.efg"
    path.write_text(SIGNAL)
    return path


@pytest.fixture
def call(capsys):
    """Run the command in this process; return (exit code, stdout, stderr)."""
    return lambda *args: run(capsys, "solve-game", *map(str, args))


def test_a_tree_is_shown_with_its_form_play_and_values(call, signal):
    code, out, _ = call(signal, "--rationality", "3")
    assert code == 0
    words = " ".join(out.split())
    for part in (
        "At precision 3 the players expect S",
        "Converted to the belief-grid form",
        "types of S: 2",
        "loud",
        "Regret",
    ):
        assert part in words, part


def test_json_follows_its_schema_with_and_without_a_range(call, signal):
    for asked, branch in (("3", False), ("0:3", True), ("inf", False)):
        code, out, _ = call(signal, "--rationality", asked, "--json")
        assert code == 0
        found = json.loads(out)
        SolvedGame.model_validate(found)
        assert (found["branch"] is not None) is branch
        assert (found["limit"] is not None) is (asked == "inf")
        assert found["residual"] <= 1e-9


def test_a_range_is_written_as_a_table_of_every_point(call, signal, tmp_path):
    path = tmp_path / "branch.csv"
    assert call(signal, "--rationality", "0:inf", "-o", path)[0] == 0
    rows = list(csv.DictReader(path.open()))
    assert {r["action"] for r in rows} == {"quiet", "loud", "give", "fight"}
    totals: dict = {}
    for r in rows:
        key = (r["point"], r["player"], r["information_set"])
        totals[key] = totals.get(key, 0.0) + float(r["probability"])
    assert len(totals) > 100
    assert all(abs(x - 1) < 1e-9 for x in totals.values())


def test_the_picture_has_every_action_and_payoff(call, signal, tmp_path):
    assert call(signal, "-o", tmp_path / "tree.svg")[0] == 0
    text = (tmp_path / "tree.svg").read_text(encoding="utf-8")
    for words in ("quiet: 0.", "fight: 0.", "1, -1", "-1, 1", "chance"):
        assert words in text, words


@pytest.mark.slow
def test_the_page_has_the_tree_and_the_branch(call, signal, tmp_path):
    assert call(signal, "--rationality", "0:20", "-o", tmp_path / "page.html")[0] == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    for words in ("The tree", "Play over the precision of choices", "How it is played", "What the players expect"):
        assert words in text, words


def test_a_game_as_json_is_written_as_a_tree_and_solved_as_one(call, signal, tmp_path):
    game = CASES / "games" / "battle_of_the_sexes.json"
    code, out, _ = call(game, "--rationality", "4", "--json")
    assert code == 0
    chosen = {c["action"]: c["probability"] for c in json.loads(out)["strategies"] if c["player"] == "A"}
    assert max(chosen.values()) == pytest.approx(0.583203, abs=1e-6)
    assert call(game, "-o", tmp_path / "sexes.efg")[0] == 0
    code, out, _ = call(tmp_path / "sexes.efg", "--rationality", "4", "--json")
    again = {c["action"]: c["probability"] for c in json.loads(out)["strategies"] if c["player"] == "A"}
    assert sorted(again.values()) == pytest.approx(sorted(chosen.values()), abs=1e-9)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--rationality", "fast"], "'fast' is no precision; write a number such as 5"),
        (["-o", "x.docx"], "the suffix must be one of"),
    ],
)
def test_what_cannot_be_done_is_refused(call, signal, args, words):
    code, _, err = call(signal, *args)
    assert (code, words in err) == (2, True)


def test_a_tree_too_large_for_a_picture_is_refused_before_it_is_solved(call, tmp_path):
    ends = "\n".join(f't "" {i} "" {{ {i} }}' for i in range(1, 62))
    actions = " ".join(f'"{i}"' for i in range(1, 62))
    path = tmp_path / "wide.efg"
    path.write_text(f'EFG 2 R "wide" {{ "A" }}\n""\n\np "" 1 1 "" {{ {actions} }} 0\n{ends}\n')
    code, _, err = call(path, "-o", tmp_path / "wide.svg")
    assert code == 2
    assert "61 ends, and a picture shows at most 60" in err
    assert call(path, "-o", tmp_path / "wide.html")[0] == 0

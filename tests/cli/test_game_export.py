"""`solve-game GAME.json -o GAME.efg`: what is written, what is said of it, and what is refused."""

import json

import pytest
from typer.testing import CliRunner

from peacetalks.cli.app import app
from peacetalks.errors import GameError
from peacetalks.questions.game_file import solve_file
from peacetalks.trees import Tree, read
from peacetalks.trees.quantal_response import solve_tree

GAME = {
    "players": ["A", "B"],
    "types": {"B": {"weak": "1/3", "tough": "2/3"}},
    "start": "open",
    "rationality": 6,
    "stages": [
        {
            "name": "offer",
            "by": "A",
            "moves": {"open": [{"label": "x", "to": "x", "weight": 2}, {"label": "y", "to": "y"}]},
        },
        {
            "name": "answer",
            "by": "B",
            "moves": {
                m: [
                    {"label": "yes", "to": "deal", "pay": {"A": a, "B": 0.4}, "drive": {"A": 0.05}},
                    {"label": "no", "to": "war", "pay": {"A": 0.3, "B|weak": 0.2, "B|tough": "3/7"}},
                ]
                for m, a in (("x", 0.6), ("y", 0.55))
            },
        },
    ],
}  # fmt: skip


def run(tmp_path, after="war", **changes):
    """Write the game as a file, export it, and return what the command did and the files; `after` follows a no."""
    source, output = tmp_path / "offer.json", tmp_path / "offer.efg"
    source.write_text(json.dumps(GAME | changes).replace('"to": "war"', f'"to": "{after}"'))
    return CliRunner().invoke(app, ["solve-game", str(source), "-o", str(output)]), source, output


def test_the_file_has_the_equilibrium_of_the_game_and_says_what_became_of_it(tmp_path):
    done, source, output = run(tmp_path)
    assert done.exit_code == 0
    assert "Note: Payoffs include drives" in done.output
    assert "Note: Copies of an action" in done.output
    tree = read(output)
    assert isinstance(tree, Tree)
    assert [done.output.count(line) for line in tree.comment.splitlines()] == [1, 1]
    strategy = solve_tree(tree, 6.0).strategy("A", 1)
    rows = {r["move"]: r["probability"] for r in solve_file(source)["strategies"] if r["player"] == "A"}
    assert strategy["x (1 of 2)"] + strategy["x (2 of 2)"] == pytest.approx(rows["x"], abs=1e-4)  # of the grid


def test_discounting_is_refused_with_the_reason(tmp_path):
    done, _, output = run(tmp_path, "open", periods=2, discount=0.9)
    assert isinstance(done.exception, GameError)
    assert "discounted to present values" in str(done.exception)
    assert not output.exists()


def test_discounting_matters_only_where_somebody_moves_later(tmp_path):
    assert run(tmp_path, "war", periods=2, discount=0.9)[0].exit_code == 0

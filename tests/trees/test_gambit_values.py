"""The tree solver beside Gambit: stored numbers of pygambit on games made by code (`remake_gambit_values.py`)."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.tree_games import gambit_games

from peacetalks.trees.quantal_response import solve_tree

STORED = {
    row["name"]: row["solutions"]
    for row in json.loads((Path(__file__).parent / "gambit_values.json").read_text())["games"]
}
GAMES = gambit_games()


def test_every_game_has_stored_numbers():
    assert set(STORED) == set(GAMES)
    assert len(GAMES) >= 15


@pytest.mark.parametrize("name", STORED)
def test_probabilities_are_those_of_gambit(name):
    for row in STORED[name]:
        s = solve_tree(GAMES[name], row["precision"])
        assert s.residual <= 1e-9
        assert len(row["probabilities"]) == sum(at.player is not None for at in GAMES[name].information_sets)
        for place, expected in row["probabilities"].items():
            assert np.abs(s.probabilities[int(place)] - expected).max() <= 1e-6, (name, row["precision"], place)


def test_gambit_finds_the_same_today(tmp_path):
    pygambit = pytest.importorskip("pygambit")
    from peacetalks.trees.files import write

    tree = GAMES["bimatrix 0"]
    write(tree, tmp_path / "game.efg")
    game = pygambit.read_efg(str(tmp_path / "game.efg"))
    (found,) = pygambit.qre.logit_solve_lambda(game, 0.25)
    ours = np.concatenate(solve_tree(tree, 0.25).probabilities)
    assert np.abs(ours - [found[i] for i in range(len(found))]).max() <= 1e-6

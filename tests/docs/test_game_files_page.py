"""The page on game files: its files are read and solved, and what it says of them holds."""

import doctest
import os
import re
from pathlib import Path

import pytest

from peacetalks.trees import NormalForm, game_of
from peacetalks.trees.efg import parse_efg
from peacetalks.trees.nfg import parse_nfg
from peacetalks.trees.quantal_response import solve_tree

PAGE = Path(__file__).parents[2] / "docs" / "game-files.md"


def blocks():
    """Return the two files on the page, extensive and normal form."""
    found = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 2
    return found


def test_the_tree_on_the_page_is_converted():
    tree = parse_efg(blocks()[0])
    assert game_of(tree).types == {"A": {"King": 0.5, "Queen": 0.5}}
    assert solve_tree(tree, 2.0).residual < 1e-9


def test_the_table_on_the_page_is_solved():
    game = parse_nfg(blocks()[1])
    assert isinstance(game, NormalForm)
    assert game.payoffs[1, 0].tolist() == [4, 1]
    found = solve_tree(game.tree(), 1.0)
    assert found.values["A"] == pytest.approx(found.values["B"])


def test_the_session_on_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert (failed, tried) == (0, 6)
    assert os.listdir() == ["fearon.efg"]

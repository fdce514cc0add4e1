"""The page for teachers: its snippet runs, and its figures are those that are computed."""

import doctest
from pathlib import Path

from peacetalks.questions.catalog_game import classic_game

PAGE = Path(__file__).parents[2] / "docs" / "teaching.md"


def test_the_snippet_runs():
    assert doctest.testfile(str(PAGE), module_relative=False) == (0, 7)


def test_the_figures_of_noise_are_computed():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    known = classic_game("fearon", {"costs.weak": 0.2, "costs.tough": 0.2}, levels=(100, 500))
    war = [known.measured[0].known, *(level.measured[0].known for level in known.levels)]
    assert "War is still {:.1%} at rationality 20, {:.1%} at 100 and {:.1%} at 500".format(*war) in text
    hidden = classic_game("fearon", levels=(500,))
    war = (hidden.measured[0].computed, hidden.levels[0].measured[0].computed)
    assert "war is {:.1%} at 20 and {:.1%} at 500".format(*war) in text

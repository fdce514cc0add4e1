"""The likeliest paths of play: all of them together are all play, and beliefs are those of Bayes' rule."""

import pytest

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.equilibrium.likely_paths import likely_paths
from peacetalks.errors import GameError


@pytest.fixture(scope="module")
def solved():
    return pt.solve(make("fearon", offers=3), 5.0, belief_points=3, certify=False)


def test_all_paths_together_are_all_play_the_likeliest_first(solved):
    paths = likely_paths(solved, 100)
    chances = [path.chance for path in paths]
    assert len(paths) == 6
    assert sum(chances) == pytest.approx(1.0, abs=1e-12)
    assert chances == sorted(chances, reverse=True)
    assert [path.chance for path in likely_paths(solved, 2)] == chances[:2]


def test_beliefs_are_a_martingale_and_follow_bayes_rule(solved):
    paths = likely_paths(solved, 100)
    mean = sum(path.chance * path.steps[-1].beliefs["B"]["tough"] for path in paths)
    assert mean == pytest.approx(0.5, abs=1e-9)
    path = next(p for p in paths if [s.words for s in p.steps[1:]] == ["0.5", "fight"])
    chosen = solved.strategy("answer", ("demand", 0.5))
    odds = chosen["tough"]["fight"] / (chosen["tough"]["fight"] + chosen["weak"]["fight"])
    assert path.steps[-1].beliefs["B"]["tough"] == pytest.approx(odds, abs=1e-9)
    assert path.steps[0].beliefs["B"] == {"weak": 0.5, "tough": 0.5}


def test_a_game_without_end_is_cut_and_lotteries_are_named():
    toss = pt.Chance(
        "toss", lambda s: [pt.Move("h", {"x": 0.25, "y": 0.75}, weight=0.7), pt.Move("t", "z", weight=0.3)]
    )
    game = pt.Game(players=("A",), start="x", stages=(toss,), periods=None, discount=0.5)
    paths = likely_paths(pt.solve(game, 1.0), 3, most=2)
    assert all(len(path.steps) == 3 for path in paths)
    assert [step.words for step in paths[0].steps] == ["start", "h / y", "h / y"]
    assert paths[0].chance == pytest.approx((0.7 * 0.75) ** 2)


def test_no_path_is_refused(solved):
    with pytest.raises(GameError, match="at least one path of one step"):
        likely_paths(solved, 0)

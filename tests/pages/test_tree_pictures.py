"""Pictures of trees: what is drawn, and what is refused or left out with words."""

import numpy as np
import pytest
from support.tree_games import at_once, random_tree

from peacetalks.errors import PageError
from peacetalks.pages.catalog_pictures import picture
from peacetalks.pages.chart_parts import NARROW, WIDE
from peacetalks.pages.correspondence_chart import MOST_PANELS, correspondence_caption, correspondence_chart, panels
from peacetalks.pages.tree_chart import check_size, tree_chart
from peacetalks.questions.catalog_game import classic_game
from peacetalks.trees.quantal_response import correspondence, solve_tree


def rows(chart):
    """Return the rows of all data of a chart."""
    return [row for data in chart.to_dict()["datasets"].values() for row in data]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_tree_has_its_nodes_branches_and_joined_information_sets(width):
    found = solve_tree(at_once([[3, 0], [0, 2]], [[2, 0], [0, 3]]), 3.0)
    drawn = rows(tree_chart(found, width))
    assert len({(r["x"], r["y"]) for r in drawn if "payoffs" in r}) == 7
    assert {r["payoffs"] for r in drawn if "payoffs" in r} == {"", "3, 2", "0, 0", "2, 3"}
    branches = [r for r in drawn if "p" in r]
    assert sorted(r["p"] for r in branches[:2]) == pytest.approx(sorted(found.probabilities[0]))
    assert len([r for r in drawn if r.get("line")]) == 9
    assert any(r.get("words", "").startswith("a0: 0.") for r in drawn)


def test_lines_of_different_information_sets_lie_apart():
    drawn = [r for r in rows(tree_chart(solve_tree(random_tree(0, 3), 1.0), WIDE)) if r.get("line")]
    middles = {}
    for r in drawn:
        middles.setdefault(r["line"], []).append(r["x"])
    bends = [round(max(xs, key=lambda x: abs(x - xs[0])) - xs[0], 3) for xs in middles.values()]
    assert len(set(bends)) > 1


def test_a_tree_too_large_is_refused():
    with pytest.raises(PageError, match=r"\d+ ends, and a picture shows at most 60"):
        check_size(random_tree(0, 6))


def test_a_correspondence_has_a_panel_for_each_information_set_and_says_what_is_left_out():
    c = correspondence(random_tree(0, 4), 0.0, 2.0)
    assert len(panels(c)) == MOST_PANELS < len({place for place, _ in c.actions})
    assert f"The first {MOST_PANELS} of" in correspondence_caption(c)
    drawn = rows(correspondence_chart(c, WIDE))
    assert min(r["lam"] for r in drawn) > 0
    assert max(r["lam"] for r in drawn) == 2.0
    assert np.isfinite([r["p"] for r in drawn]).all()


@pytest.mark.slow
def test_a_classic_game_has_its_tree_and_its_beliefs():
    g = classic_game("fearon", {"offers": 3})
    assert "accept: " in picture(g, "tree")
    assert "Belief that B is of type tough" in picture(g, "beliefs")
    with pytest.raises(PageError, match="no picture 'map'; pictures: tree, beliefs"):
        picture(g, "map")


def test_pictures_that_cannot_be_drawn_are_refused_with_what_to_do():
    with pytest.raises(PageError, match="404 ends, and a picture shows at most 60; make it smaller"):
        picture(classic_game("fearon"), "tree")
    with pytest.raises(PageError, match=r"nobody has hidden types in ochs.*--picture tree"):
        picture(classic_game("ochs"), "beliefs")

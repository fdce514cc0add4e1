"""The chart of a classic game over the precision of choices: every number that was computed, and no other."""

import pytest

from peacetalks.pages.catalog_chart import CLOSED, COMPUTED, KNOWN, caption, measured, over_precision, rows_of
from peacetalks.questions.catalog_game import classic_game


@pytest.fixture(scope="module")
def fearon():
    return classic_game("fearon", levels=(5.0, 100.0))


def test_every_kind_has_a_point_at_every_precision(fearon):
    rows = rows_of(fearon, 0)
    found = {(r["precision"], r["kind"]): r["value"] for r in rows}
    assert len(found) == len(rows) == 9
    for precision, m in measured(fearon):
        assert [found[precision, kind] for kind in (COMPUTED, KNOWN, CLOSED)] == [
            m[0].computed,
            m[0].known,
            m[0].closed,
        ]


def test_precisions_ascend_and_hold_the_one_at_which_the_game_stands(fearon):
    assert [precision for precision, _ in measured(fearon)] == [5.0, 20.0, 100.0]


def test_a_probability_is_shown_from_none_to_all(fearon):
    y = over_precision(fearon, 500).to_dict()["encoding"]["y"]
    assert y["scale"] == {"domain": [0, 1]}
    assert y["axis"]["format"] == "%"


def test_a_number_that_is_no_probability_has_an_axis_of_its_own():
    y = over_precision(classic_game("dresher", levels=(5.0,)), 500).to_dict()["encoding"]["y"]
    assert y["scale"] == {"zero": False, "nice": True}
    assert "format" not in y["axis"]


def test_what_is_not_known_has_no_line():
    g = classic_game("holdout", levels=())
    chart = over_precision(g, 500).to_dict()
    assert chart["encoding"]["color"]["scale"]["domain"] == [COMPUTED]
    assert caption(g).startswith("A normal side 1 holds at first, from rationality 20 (")

"""The quick setting: no more exact than needed, never less than stated; few belief points are said loudly."""

from dataclasses import replace

import numpy as np
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import SpecError
from peacetalks.forecasting import quick
from peacetalks.forecasting.quick import (
    QuickSetting,
    check_quick,
    noted_outlook,
    quick_outlook,
    quick_setting,
    setting_of,
    with_note,
)

MONTHS = 4


@pytest.fixture(scope="module")
def small():
    return tiny(periods=MONTHS)


@pytest.fixture(scope="module")
def usual(small):
    return pt.outlook(small, certify=False)


@pytest.fixture(scope="module")
def finest(small):
    """The outcome classes on a grid much finer than any that is tried."""
    return pt.outlook(small, belief_points=11, certify=False).ends


def off(small, points, finest):
    ends = pt.outlook(small, belief_points=points, certify=False).ends
    return float(abs(ends - finest).max())


def test_the_error_that_is_stated_is_not_below_the_true_one(small, finest, monkeypatch):
    for bound in (1.0, 1e-14):  # the coarsest will do; none will
        monkeypatch.setattr(quick, "QUICK_BOUND", bound)
        setting = quick_setting(small, MONTHS)
        assert setting.safe is (bound == 1.0)
        assert setting.belief_points == (3 if bound == 1.0 else 9)
        assert off(small, setting.belief_points, finest) <= setting.grid_error + 1e-4
        assert ("which no grid up to 9 points meets" in setting.note) is (bound < 1)


def test_the_setting_grows_until_its_error_is_within_the_bound(small, monkeypatch):
    errors = {5: 0.2, 7: 0.1, 9: 0.01}
    monkeypatch.setattr(quick, "QUICK_BOUND", 0.15)

    class NoCoarser:
        coarser = None

    monkeypatch.setattr(quick, "_solved", lambda s, points, periods: (NoCoarser, None, errors[points]))
    assert quick_setting(small) == QuickSetting(7, 0.1)
    monkeypatch.setattr(quick, "QUICK_BOUND", 0.05)
    assert quick_setting(small) == QuickSetting(9, 0.01)


def test_a_quick_outlook_is_the_usual_one_without_a_search_where_its_error_is_small(small, usual):
    o = quick_outlook(small)
    assert o.multiple is None
    assert o.settings["belief_points"] == 5
    assert o.settings["grid_note"] == QuickSetting(5, float(o.grid_error.max())).note
    assert np.array_equal(o.ends, usual.ends)
    assert "grid_note" not in usual.settings


@pytest.fixture
def asked(monkeypatch, usual):
    """The settings with which outlooks are asked for; each is the usual one, with these settings."""
    asked = []

    def outlook(scenario, **how):
        asked.append(how)
        return replace(usual, settings=usual.settings | how)

    monkeypatch.setattr(quick, "outlook", outlook)
    return asked


def test_with_draws_the_setting_is_measured_first(small, monkeypatch, asked):
    monkeypatch.setattr(quick, "quick_setting", lambda s, periods: QuickSetting(3, 0.002))
    o = quick_outlook(small, draws=2)
    assert asked == [{"draws": 2, "belief_points": 3, "certify": False}]
    assert "up to 0.20 points (bound: 3 points)." in o.settings["grid_note"]


def test_a_quick_outlook_takes_a_finer_grid_where_the_usual_one_is_not_safe(small, monkeypatch, asked):
    monkeypatch.setattr(quick, "QUICK_BOUND", 1e-14)
    assert "no grid up to 9 points meets" in quick_outlook(small).settings["grid_note"]
    assert [how["belief_points"] for how in asked] == [5, 7, 9]


def test_few_points_are_said_and_the_usual_ones_are_not(small, asked):
    assert setting_of(small, 3, quick=False)[1].startswith("Only 3 belief points a side: a coarse grid")
    assert setting_of(small, 4, quick=False) == (4, "")
    assert "Only 2 belief points" in noted_outlook(small, False, 2, True).settings["grid_note"]
    assert asked == [{"belief_points": 2, "certify": True}]


def test_points_and_quick_exclude_each_other():
    with pytest.raises(SpecError, match=r"--quick chooses the belief points itself, and --belief-points asks for 7"):
        check_quick(7)


def test_without_a_note_a_result_stays_as_it_is(usual):
    assert with_note(usual, "") is usual
    assert with_note(usual, "coarse").settings == {**usual.settings, "grid_note": "coarse"}

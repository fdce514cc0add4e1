"""What is said of a forecast: where there is no best estimate, and on the error of the belief grid."""

import io
import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

import peacetalks as pt
from peacetalks.forecasting import best_estimate as estimates
from peacetalks.forecasting.record_view import record_views
from peacetalks.mechanisms.standard_game import derived
from peacetalks.pages import forecast_page, forecast_schema, forecast_text
from peacetalks.pages.cells import percent
from peacetalks.pages.forecast_rows import forecast_rows
from peacetalks.pages.forecast_screen import show
from peacetalks.pages.styles import RowKind


def test_no_best_estimate_where_past_conflicts_are_too_few_and_the_reason_is_given(looked):
    thin = looked.scenario.model_copy(update={"reference_classes": ["war_type=interstate, reached=1y"]})
    for classes, reason in ((record_views(thin, (12,)), estimates.NO_CASES), ((), estimates.NO_CLASS)):
        pooled = estimates.best_estimate(looked.ends, classes, thin.as_of)
        mute = replace(looked, outside=classes, pooled=pooled)
        assert mute.pooled.ends is None
        assert mute.pooled.reason == reason
        assert list(mute.views) == ["inside"]
        printed = json.loads(forecast_page.as_json(mute))
        pooled = printed["pooled"]
        assert (pooled["ends"], pooled["months"], pooled["reason"]) == (None, [], reason)
        Draft202012Validator(forecast_schema.schema()).validate(printed)
        assert not [r for r in forecast_rows(mute) if r.kind in (RowKind.BEST, RowKind.RANGE)]
        assert f"No best estimate. {reason}" in forecast_text.best_estimate_lines(mute)
        assert forecast_text.headlines(mute)[1] == f"No best estimate. {reason}"
        assert "pooled" not in forecast_page.csv(mute)
    _, drawn = forecast_page.html(mute).split("<h2>Outcome classes", 1)
    assert ">best estimate<" not in drawn
    assert ">best estimate<" in forecast_page.html(looked)


def test_the_error_of_the_belief_grid_is_shown_and_a_finer_grid_advised(looked):
    war = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    coarse, fine = (pt.outlook(war, periods=12, belief_points=n) for n in (5, 17))
    row = next(r for r in forecast_rows(coarse) if r.name == "Error of the belief grid, up to")
    assert row.cells[-1] == percent(float(coarse.grid_error.sel(period=12).max()))
    worse = replace(coarse, grid_error=coarse.grid_error + forecast_text.COARSE)
    assert "try 9 points" in forecast_text.settings_line(worse)
    assert "try " not in forecast_text.settings_line(fine)
    assert "estimated from 4 points on" in forecast_text.settings_line(looked)


@pytest.fixture(scope="module")
def every_mechanism():
    """The bundled scenario with every mechanism on, as small as it gets."""
    one = {"one": {"share": 1.0, "war_cost": 0.009}}
    change = {"battlefield.positions": 3, "talks.offers": 2, "periods": 2, "sides.2.types": one}
    return pt.patch(pt.load("russia-ukraine-2025"), change)


def test_numbers_fixed_before_the_solve_are_shown(every_mechanism):
    """On the screen and in the report, as in `settings.derived`; nothing where no mechanism fixes any."""
    o = pt.outlook(every_mechanism, periods=1, belief_points=2)
    lines, d = forecast_text.derived_lines(o), derived(every_mechanism)
    assert len(lines) == 3
    assert lines[0] == "Threats count for 45.0% of their weight: capability x belief in use."
    assert percent(d["observers_belief"]) in lines[1]
    assert f"Russia: {percent(d['mutiny_hazard_steady'])} in a month" in lines[2]
    out = Console(width=80, file=io.StringIO())
    show(o, out)
    assert lines[0] in out.file.getvalue()
    assert lines[0] in forecast_page.html(o)
    off = pt.patch(every_mechanism, {"credibility": None, "observers": None, "loyalty": None})
    without = replace(o, scenario=off, settings={**o.settings, "derived": derived(off)})
    assert forecast_text.derived_lines(without) == []

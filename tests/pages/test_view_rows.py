"""Rows of the forecast views: unknown dates, what accounts share, and forecasts without past conflicts."""

from dataclasses import replace

import numpy as np
import xarray as xr

from peacetalks.forecasting.record_view import NOTHING_ASKED
from peacetalks.forecasting.typical import TypicalForecast
from peacetalks.forecasting.views import forecast_views
from peacetalks.outcomes import ENDS
from peacetalks.pages import view_rows
from peacetalks.pages.findings import compare_finding
from peacetalks.pages.styles import RowKind


def test_without_a_record_there_is_the_model_alone_and_the_page_says_so(base, compared):
    views = forecast_views(compared.views["base"].ends, (), base.as_of, TypicalForecast(None, (), ""))
    assert list(views.views) == ["inside"]
    assert view_rows.ranges({"base": {"": views}}, compared.dates) == ((), ())
    assert view_rows.range_sections({"base": {"": views}}, compared.dates) == []
    assert view_rows.notes({"base": views}) == (
        f"No best estimate. {NOTHING_ASKED}",
        "Past conflicts were not consulted.",
    )
    peace = view_rows.whole_percent(float(views.ends.sel(end="peace", period=12)))
    assert view_rows.best_section({"base": {"": views}}, (12,)).rows[0] == ("base", "Peace, model alone", peace)
    assert compare_finding(replace(compared, views={"base": views})).startswith(
        f"Whichever account is held, peace by 10 July 1952 is {peace}, still"
    )


def test_a_date_that_the_record_does_not_reach_is_unknown_and_not_zero(base, compared):
    """The record was asked about twelve months, the model about a hundred years."""
    dates, f = (12, 1200), compared.views["base"]
    inside = xr.DataArray(np.full((2, 3), 1 / 3), {"period": list(dates), "end": list(ENDS)}, ("period", "end"))
    views = forecast_views(inside, f.outside, base.as_of, TypicalForecast(inside, (), ""))
    assert view_rows.cell(views.views["pooled"], "peace", 12) != "-"
    assert [view_rows.cell(views.views[v], "peace", 1200) for v in ("inside", "pooled")] == ["0.333", "-"]
    assert views.to_dict()["pooled"]["ends"]["peace"][1] is None
    rows = view_rows._best(views, dates)
    assert rows[1] == ("10\u00a0Jul\u00a02051", "-", "-", "-")


def test_what_accounts_share_is_given_once(compared):
    same = {name: {"": compared.views[name]} for name in ("base", "walks-out")}
    rows, kinds = view_rows.ranges(same, compared.dates)
    at = list(zip(rows, kinds, strict=True))
    past = sum(bool(v.ends) for v in compared.views["base"].outside)
    assert [r[0] for r, k in at if k is RowKind.INTERVAL] == [view_rows.EVERY] * 2 * past
    assert [r[0] for r, k in at if k is RowKind.RANGE] == ["base"] * 2 + ["walks-out"] * 2

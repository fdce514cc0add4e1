"""Rows of the forecast views: unknown dates, what accounts share, and forecasts without past conflicts."""

import numpy as np
import xarray as xr

from peacetalks.forecasting.best_estimate import NO_CLASS
from peacetalks.forecasting.record_view import record_views
from peacetalks.forecasting.views import forecast_views
from peacetalks.outcomes import ENDS
from peacetalks.pages import view_rows
from peacetalks.pages.styles import RowKind


def test_without_a_class_there_is_the_model_alone_and_the_page_says_so(base, compared):
    views = forecast_views(compared.views["base"].ends, (), base.as_of)
    assert list(views.views) == ["inside"]
    assert view_rows.ranges({"base": {"": views}}, compared.dates) == ((), ())
    assert view_rows.range_sections({"base": {"": views}}, compared.dates) == []
    assert view_rows.notes({"base": views})[-1] == f"No best estimate. {NO_CLASS}"
    assert "names no reference class" in view_rows.notes({"base": views})[0]


def test_a_date_to_which_nobody_was_followed_is_unknown_and_not_zero(base):
    """In 1951 nobody in these classes had been followed for a hundred years."""
    dates = (12, 1200)
    inside = xr.DataArray(np.full((2, 3), 1 / 3), {"period": list(dates), "end": list(ENDS)}, ("period", "end"))
    views = forecast_views(inside, record_views(base, dates), base.as_of)
    found = views.views
    assert view_rows.cell(found["pooled"], "peace", 12) != "-"
    assert [view_rows.cell(found[v], "peace", 1200) for v in ("inside", "outside [1]", "pooled")] == ["0.333", "-", "-"]
    rows, _ = view_rows.ranges({"base": {"": views}}, dates)
    assert {r[3:] for r in rows if r[2] == "1200"} == {("-", "-", "-")}
    assert views.to_dict()["pooled"]["ends"]["peace"][1] is None


def test_what_accounts_share_is_given_once(compared):
    same = {name: {"": compared.views[name]} for name in ("base", "walks-out")}
    rows, kinds = view_rows.ranges(same, compared.dates)
    at = list(zip(rows, kinds, strict=True))
    assert [r[0] for r, k in at if k is RowKind.INTERVAL] == [view_rows.EVERY] * 4
    assert [r[0] for r, k in at if k is RowKind.RANGE] == ["base"] * 2 + ["walks-out"] * 2

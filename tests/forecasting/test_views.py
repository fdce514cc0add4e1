"""The views of the forecasts that `compare` and `infer` give: the numbers, and the date that they rest on."""

import datetime as dt
import json

import numpy as np
import pytest
import xarray as xr
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.forecasting.best_estimate import NO_CASES, NO_CLASS, best_estimate
from peacetalks.forecasting.record_view import record_views, record_views_of
from peacetalks.forecasting.views import forecast_views
from peacetalks.outcomes import ENDS
from peacetalks.questions.compare import compare
from peacetalks.questions.events import Record, acts
from peacetalks.questions.infer import infer

DATES = (1, 12)
NONE_SUCH = ["war_type=interstate, intensity=war, reached=9y"]  # no such case was known in 1951
ONE = ["war_type=interstate"]


@pytest.fixture(scope="module")
def base():
    return tiny(periods=12)


@pytest.fixture(scope="module")
def accounts(base):
    more = {"talks.walk": {"value": 0.3, **J}}
    return [
        account(base, more, name="walks-out"),
        account(base, {**more, "reference_classes": ONE}, name="other-class"),
        account(base, {**more, "reference_classes": NONE_SUCH}, name="no-cases"),
    ]


@pytest.fixture(scope="module")
def compared(base, accounts):
    return compare(base, accounts, DATES, drivers=False, belief_points=2)


@pytest.fixture(scope="module")
def inferred(base, accounts):
    event = [
        {"date": dt.date(1951, 5, 20), "actor": UN, "act": "ask for a ceasefire", "source": "a test"},
        {"date": dt.date(1951, 6, 20), "actor": KPA, "act": "walk out", "source": "a test"},
    ]
    head = {"scenario": "korea-1951", "start": dt.date(1951, 5, 10), "summary": "none", "hindsight": "none"}
    record = Record.model_validate({**head, "event": event})
    return infer(base, record, acts(), accounts, belief_points=2, method="none", dates=DATES)


def expected(base, ends, classes):
    """The keys `outside` and `pooled`, made from the model's forecast that was printed."""
    outside = record_views(base.model_copy(update={"reference_classes": classes}), DATES)
    columns = np.array([ends[e] for e in ENDS]).T
    inside = xr.DataArray(columns, {"period": list(DATES), "end": list(ENDS)}, ("period", "end"))
    return [v.to_dict() for v in outside], best_estimate(inside, outside, base.as_of).to_dict()


def classes(base):
    own = list(base.reference_classes)
    return {"base": own, "walks-out": own, "other-class": ONE, "no-cases": NONE_SUCH}


def test_compare_gives_every_view_of_every_account(base, compared):
    printed = json.loads(json.dumps(compared.to_dict(), allow_nan=False))["accounts"]
    for name, own in classes(base).items():
        outside, pooled = expected(base, printed[name]["ends"], own)
        assert printed[name]["outside"] == json.loads(json.dumps(outside)), name
        assert printed[name]["pooled"] == json.loads(json.dumps(pooled)), name
    assert printed["base"]["outside"] == printed["walks-out"]["outside"] != printed["other-class"]["outside"]
    peace = {name: a["pooled"]["ends"]["peace"][-1] for name, a in printed.items() if name != "no-cases"}
    assert len(set(peace.values())) == 3  # each model's forecast, and each record, has its own best estimate
    assert printed["no-cases"]["pooled"]["ends"] is None
    assert printed["no-cases"]["pooled"]["reason"] == NO_CASES


def test_infer_gives_every_view_without_and_with_the_events(base, inferred):
    printed = json.loads(json.dumps(inferred.to_dict(), allow_nan=False))["accounts"]
    for name, own in classes(base).items():
        for view in ("without", "with"):
            outside, pooled = expected(base, printed[name]["forecast"][view], own)
            assert printed[name]["outside"] == json.loads(json.dumps(outside)), name
            assert printed[name]["pooled"][view] == json.loads(json.dumps(pooled)), (name, view)
    moved = printed["base"]["pooled"]
    assert abs(moved["without"]["ends"]["peace"][-1] - moved["with"]["ends"]["peace"][-1]) > 1e-6


def test_no_view_knows_anything_later_than_the_scenario(base, compared, inferred):
    """Another date gives another record; an account cannot bring a later one in."""
    later = base.model_copy(update={"as_of": dt.date(2020, 1, 1)})
    then, now = (record_views(s, DATES) for s in (base, later))
    assert [v.n for v in now] > [v.n for v in then]
    for f in (compared.views["base"], inferred.after["base"], inferred.before["base"]):
        assert f.as_of == base.as_of
        assert f.outside == then
        assert f.pooled.fit == best_estimate(f.ends, then, base.as_of).fit
        assert f.pooled.fit != best_estimate(f.ends, now, later.as_of).fit
    assert record_views_of({"base": base, "late": later}, DATES, base.as_of) == {"base": then, "late": then}
    late = account(base, {"as_of": dt.date(2020, 1, 1)}, name="late")
    found = compare(base, [late], DATES, drivers=False, belief_points=2).views["late"]
    assert (found.as_of, found.outside) == (base.as_of, then)


def test_without_a_class_there_is_the_model_alone_and_the_reason(base, compared):
    f = forecast_views(compared.views["base"].ends, (), base.as_of)
    assert list(f.views) == ["inside"]
    assert (f.pooled.ends, f.pooled.months, f.pooled.reason) == (None, (), NO_CLASS)


def test_a_date_to_which_nobody_was_followed_is_unknown_and_not_zero(base):
    """In 1951 nobody in these classes had been followed for a hundred years."""
    dates = (12, 1200)
    inside = xr.DataArray(np.full((2, 3), 1 / 3), {"period": list(dates), "end": list(ENDS)}, ("period", "end"))
    f = forecast_views(inside, record_views(base, dates), base.as_of)
    peace = {name: a.sel(end="peace") for name, a in f.views.items()}
    assert np.isfinite(float(peace["pooled"].sel(period=12)))
    late = [float(peace[name].sel(period=1200)) for name in ("inside", "outside [1]", "pooled")]
    assert late == pytest.approx([1 / 3, np.nan, np.nan], nan_ok=True)
    assert f.to_dict()["pooled"]["ends"]["peace"][1] is None


def test_an_unknown_class_names_its_account_and_a_class_that_changes_is_listed(base, compared, accounts):
    wrong = account(base, {"reference_classes": ["wartype=interstate"]}, name="wrong")
    with pytest.raises(pt.SpecError, match=r"account 'wrong': .*reference_classes.1 \('wartype=interstate'\)"):
        compare(base, [wrong], DATES)
    (change,) = [c for c in compared.changes(accounts[1]) if c.path == "reference_classes"]
    assert (change.base, change.account) == (base.reference_classes, ONE)

"""The views of the forecasts that `compare` and `infer` give: the numbers, and the date that they rest on."""

import datetime as dt
import json

import numpy as np
import pytest
import xarray as xr
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.forecasting.best_estimate import best_estimate
from peacetalks.forecasting.record_view import NOTHING_ASKED, anchor, record_views
from peacetalks.forecasting.typical import ACCOUNT, TypicalForecast, solve_typical, typical_cases
from peacetalks.forecasting.views import forecast_views
from peacetalks.outcomes import ENDS
from peacetalks.questions.compare import compare
from peacetalks.questions.events import Record, acts
from peacetalks.questions.infer import infer
from peacetalks.scenario.accounts import interpretations

DATES = (1, 12)
UNKNOWN = {"kind": "civil", "state": "crisis"}  # no record of crises within a state
ONE = ["war_type=interstate"]


@pytest.fixture(scope="module")
def base():
    return tiny(periods=12, conflict={"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"})


@pytest.fixture(scope="module")
def accounts(base):
    more = {"talks.walk": {"value": 0.3, **J}}
    return [
        account(base, more, name="walks-out"),
        account(base, {**more, "reference_classes": ONE}, name="other-class"),
        account(base, {"conflict": UNKNOWN}, name="no-class"),
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


@pytest.fixture(scope="module")
def variants(base, accounts):
    return interpretations(base, accounts)


@pytest.fixture(scope="module")
def typical(variants):
    return solve_typical(typical_cases(variants), DATES, belief_points=2)


def expected(scenario, ends, typical):
    """The views, made directly from the model's forecast that was printed."""
    outside = record_views(scenario, DATES)
    columns = np.array([ends[e] for e in ENDS]).T
    inside = xr.DataArray(columns, {"period": list(DATES), "end": list(ENDS)}, ("period", "end"))
    best = best_estimate(inside, outside, scenario.as_of, typical)
    return json.loads(json.dumps({
        "outside": [v.to_dict() for v in outside],
        "records": [v.to_dict() for v in outside],
        "pooled": best.to_dict(),
        "best": best.to_dict()["ends"],
        "record": best.to_dict()["record"],
        "model": ends,
        "dates": ["1951-08-10", "1952-07-10"],
    }))  # fmt: skip


def test_compare_gives_every_view_of_every_account(variants, typical, compared):
    printed = json.loads(json.dumps(compared.to_dict(), allow_nan=False))["accounts"]
    for name, s in variants.items():
        found = expected(s, printed[name]["ends"], typical[name])
        assert {k: printed[name][k] for k in found} == found, name
    assert printed["base"]["outside"] == printed["walks-out"]["outside"] != printed["other-class"]["outside"]
    peace = {name: a["best"]["peace"][-1] for name, a in printed.items() if name != "no-class"}
    assert len(set(peace.values())) == 2  # the question to the record is the same with other classes beside it
    assert printed["no-class"]["best"] is printed["no-class"]["best_interval"] is None
    assert "civil" in printed["no-class"]["pooled"]["reason"]


def test_an_account_departs_from_the_typical_case_of_the_base(variants, typical, compared):
    """What it changes is no part of the typical case; in another class it has a typical case of its own."""
    assert typical["walks-out"].ends.equals(typical["base"].ends)
    assert typical["walks-out"].departures == (*typical["base"].departures, ACCOUNT)
    assert (typical["no-class"].ends, typical["no-class"].departures) == (None, ())
    both = [compared.views[n].pooled for n in ("base", "walks-out")]
    assert both[0].typical.equals(both[1].typical)
    assert abs(both[0].ends - both[1].ends).max() > 1e-4


@pytest.mark.slow
def test_infer_gives_every_view_without_and_with_the_events(variants, typical, inferred):
    printed = json.loads(json.dumps(inferred.to_dict(), allow_nan=False))["accounts"]
    for name, s in variants.items():
        for view in ("without", "with"):
            found = expected(s, printed[name]["forecast"][view], typical[name])
            for key in ("pooled", "best", "model"):
                assert printed[name][key][view] == found[key], (name, view, key)
            for key in ("outside", "records", "record", "dates"):
                assert printed[name][key] == found[key], (name, view, key)
    moved = printed["base"]["best"]
    assert abs(moved["without"]["peace"][-1] - moved["with"]["peace"][-1]) > 1e-6


def test_no_view_knows_anything_later_than_the_scenario(base, compared, inferred):
    """Another date gives another record; an account cannot bring a later one in."""
    later = base.model_copy(update={"as_of": dt.date(2020, 1, 1)})
    then, now = (record_views(s, DATES) for s in (base, later))
    number, _ = anchor(then)
    assert now[number - 1].n > then[number - 1].n
    for f in (compared.views["base"], inferred.after["base"], inferred.before["base"]):
        assert f.as_of == base.as_of
        assert f.outside == then
    late = account(base, {"as_of": dt.date(2020, 1, 1)}, name="late")
    found = compare(base, [late], DATES, drivers=False, belief_points=2).views["late"]
    assert (found.as_of, found.outside) == (base.as_of, then)


def test_without_a_record_there_is_the_model_alone_and_the_reason(base, compared):
    f = forecast_views(compared.views["base"].ends, (), base.as_of, TypicalForecast(None, (), "not asked"))
    assert list(f.views) == ["inside"]
    assert (f.pooled.ends, f.pooled.months, f.pooled.reason) == (None, (), NOTHING_ASKED)


def test_an_unknown_class_names_its_account_and_a_class_that_changes_is_listed(base, compared, accounts):
    wrong = account(base, {"reference_classes": ["wartype=interstate"]}, name="wrong")
    with pytest.raises(pt.SpecError, match=r"account 'wrong': .*reference_classes.1 \('wartype=interstate'\)"):
        compare(base, [wrong], DATES)
    (change,) = [c for c in compared.changes(accounts[1]) if c.path == "reference_classes"]
    assert (change.base, change.account) == (base.reference_classes, ONE)

"""The best estimate: the record, moved by the model's departure from the typical case, with one interval."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from peacetalks.evidence.anchor import adjust, prior, shipped
from peacetalks.forecasting.best_estimate import ModelDraws, best_estimate, joint_interval
from peacetalks.forecasting.typical import DepartureWords, TypicalForecast
from peacetalks.forecasting.views import calendar_dates, forecast_views, interval_pairs
from peacetalks.outcomes import ENDS

AS_OF = dt.date(1951, 7, 10)
MONTHS = (1, 12, 24)
row = st.lists(st.floats(0.02, 1), min_size=3, max_size=3).map(lambda v: np.array(v) / sum(v))
rows = st.lists(row, min_size=3, max_size=3).map(np.array)


@dataclass
class View:
    """An answer of the record, made up."""

    values: np.ndarray  # [month, end]
    runs: np.ndarray | None = None
    months: tuple = MONTHS
    reference_class: str = "made up"
    conditions: int = 1
    anchors: bool = True

    @property
    def ends(self):
        return {e: self.values[:, i].tolist() for i, e in enumerate(ENDS)}

    def table(self):
        return table(self.values, self.months)

    def to_dict(self):
        return {"reference_class": self.reference_class}


def table(values, months=MONTHS):
    return xr.DataArray(np.array(values, float), {"period": list(months), "end": list(ENDS)}, ("period", "end"))


def scattered(values, n=50, seed=1):
    """Runs of a record around its point."""
    rng = np.random.default_rng(seed)
    return np.array([[rng.dirichlet(200 * p) for p in values] for _ in range(n)])


@given(rows, rows, rows)
@settings(deadline=None, max_examples=25)
def test_laws(r, m, t):
    view = View(r, scattered(r, 8))
    best = best_estimate(table(m), [view], AS_OF, TypicalForecast(table(t), (), ""))
    w = shipped(AS_OF).mean
    assert best.ends.values == pytest.approx(adjust(r, m, t, w))
    assert best.ends.sum("end").values == pytest.approx(1)
    assert (best.low <= best.ends).all()
    assert (best.ends <= best.high).all()
    least, most = best.bounds
    assert (least <= best.ends).all()
    assert (best.ends <= most).all()
    for a in (r, adjust(r, m, t, 1.0)):  # record and whole departure are within the bounds, to rounding
        assert (least.values <= a + 1e-12).all()
        assert (a <= most.values + 1e-12).all()
    same = best_estimate(table(t), [view], AS_OF, TypicalForecast(table(t), (), ""))
    assert same.ends.values == pytest.approx(r)  # the typical case: the record
    assert best.record.values == pytest.approx(r)


def test_the_interval_holds_record_weight_and_ranges():
    r = np.array([[0.05, 0.9, 0.05], [0.2, 0.7, 0.1], [0.3, 0.5, 0.2]])
    m = np.array([[0.1, 0.85, 0.05], [0.5, 0.3, 0.2], [0.6, 0.2, 0.2]])
    t = np.array([[0.08, 0.87, 0.05], [0.3, 0.5, 0.2], [0.4, 0.4, 0.2]])
    typical = TypicalForecast(table(t), (DepartureWords("a", "a"),), "")

    def width(b):
        return (b.high - b.low).sel(end="peace").values

    bare = best_estimate(table(m), [View(r)], AS_OF, typical)
    with_record = best_estimate(table(m), [View(r, scattered(r))], AS_OF, typical)
    spread = scattered(m, 40, 2), np.repeat(t[None], 40, axis=0)
    whole = best_estimate(table(m), [View(r, scattered(r))], AS_OF, typical, ModelDraws(*spread))
    assert (width(bare) < width(with_record)).all()
    assert (width(with_record) < width(whole)).all()
    for b in (bare, with_record, whole):
        assert b.ends.values == pytest.approx(bare.ends.values)  # the point never moves
    assert bare.interval_holds == ["the weight of the model's departure"]
    assert with_record.interval_holds == ["the sampling error of the record", "the weight of the model's departure"]
    assert whole.interval_holds[-1] == "the ranges of the scenario (40 draws)"


def test_draws_that_scenario_and_twin_share_cancel():
    """A range that moves both alike widens nothing: only the departure counts."""
    r = np.array([[0.2, 0.7, 0.1]])
    runs = scattered(np.array([[0.4, 0.4, 0.2]]), 60, 3)
    alone = joint_interval(r[None], ModelDraws(runs[:1], runs[:1]), prior())
    shared = joint_interval(r[None], ModelDraws(runs, runs), prior())
    assert np.array(shared) == pytest.approx(np.array(alone))
    assert alone[0][0] == pytest.approx(r[0])


def test_the_interval_is_that_of_a_direct_simulation():
    """Independent draws, drawn another way, give the same 5 and 95% points up to their sampling error."""
    r, m, t = (np.array([v]) for v in ([0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.3, 0.5, 0.2]))
    record = scattered(r, 400, 5)
    low, high = joint_interval(record, ModelDraws(m[None], t[None]), prior())
    rng = np.random.default_rng(11)
    w = rng.normal(0.5, 0.5, 400_000)
    w = w[w >= 0][:200_000]
    every = adjust(record[rng.integers(400, size=w.size), 0], m[0], t[0], w)
    assert low[0] == pytest.approx(np.quantile(every, 0.05, axis=0), abs=0.006)
    assert high[0] == pytest.approx(np.quantile(every, 0.95, axis=0), abs=0.006)


def test_without_a_typical_case_the_best_estimate_is_the_record_as_it_stands():
    r, m = np.full((3, 3), 1 / 3), np.array([[0.2, 0.7, 0.1]] * 3)
    view = View(r, scattered(r))
    best = best_estimate(table(m), [view], AS_OF, TypicalForecast(None, (), "no class is named"))
    assert best.ends.values == pytest.approx(r)
    low, high = (np.quantile(view.runs, q, axis=0) for q in (0.05, 0.95))
    assert best.low.values == pytest.approx(np.minimum(low, r), abs=0.01)
    assert best.high.values == pytest.approx(np.maximum(high, r), abs=0.01)
    assert (best.adjusted, best.typical, best.whole, best.bounds) == (False, None, None, None)
    assert best.to_dict()["reason"] == "no class is named"
    assert best.interval_holds == ["the sampling error of the record"]


def test_a_date_that_the_record_does_not_reach_is_unknown_and_not_zero():
    r = np.array([[0.1, 0.8, 0.1], [0.2, 0.7, 0.1]])
    m = np.full((3, 3), 1 / 3)
    f = forecast_views(table(m), (View(r, scattered(r), months=MONTHS[:2]),), AS_OF, TypicalForecast(table(m), (), ""))
    printed = f.to_dict()
    assert printed["best"]["peace"] == pytest.approx([0.1, 0.2, None])
    assert printed["best_interval"]["peace"][-1] is None
    assert printed["record"]["peace"][-1] is None
    assert printed["model"]["peace"] == pytest.approx([1 / 3] * 3)
    assert np.isfinite(f.pooled.high.values[:2]).all()


def test_the_keys_are_the_values_computed_directly():
    r = np.array([[0.05, 0.9, 0.05], [0.2, 0.7, 0.1], [0.3, 0.5, 0.2]])
    m, t = r[::-1], r[[1, 2, 0]]
    view = View(r, scattered(r))
    f = forecast_views(
        table(m),
        (view,),
        AS_OF,
        TypicalForecast(table(t), (DepartureWords("a", "a 1"), DepartureWords("b", "b 2")), ""),
    )
    printed = f.to_dict()
    q = adjust(r, m, t, shipped(AS_OF).mean)
    low, high = joint_interval(view.runs, ModelDraws(m[None], t[None]), shipped(AS_OF))
    for i, e in enumerate(ENDS):
        assert printed["best"][e] == pytest.approx(q[:, i].tolist())
        assert printed["record"][e] == r[:, i].tolist()
        assert printed["model"][e] == m[:, i].tolist()
        pairs = np.array(printed["best_interval"][e])
        assert pairs[:, 0] == pytest.approx(np.minimum(low, q)[:, i])
        assert pairs[:, 1] == pytest.approx(np.maximum(high, q)[:, i])
    assert printed["dates"] == ["1951-08-10", "1952-07-10", "1953-07-10"]
    assert printed["pooled"]["departures"] == ["a 1", "b 2"]
    assert printed["pooled"]["ends"] == printed["best"]
    assert interval_pairs(f.pooled.low, f.pooled.high) == printed["best_interval"]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2900, 1, 1)), st.integers(1, 1200))
def test_dates_are_months_of_the_calendar(start, months):
    (day,) = calendar_dates(start, [months])
    assert (day.year - start.year) * 12 + day.month - start.month == months
    assert day.day == start.day or (day.day < start.day and (day + dt.timedelta(days=1)).day == 1)

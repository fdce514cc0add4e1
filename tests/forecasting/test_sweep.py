"""Forecasts over a grid of values: labelled, those of what-ifs, and nothing dropped silently."""

import numpy as np
import polars as pl
import pytest
from support.tiny import tiny

import peacetalks as pt
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.forecasting.short_forecast import short_forecasts
from peacetalks.forecasting.sweep import parse_grid, points, sweep, to_polars

GRID = {"talks.walk": [0.03, 0.05, 0.08], "battlefield.front": [0.5, 0.6]}


@pytest.fixture(scope="module")
def base():
    return tiny()


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return AnswerCache.open(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def table(base, answers):
    return sweep(base, GRID, belief_points=2, answers=answers)


def test_the_table_is_labelled(table, base):
    assert table.model.dims == ("talks.walk", "battlefield.front", "period", "end")
    assert table.terms.dims == ("talks.walk", "battlefield.front")
    assert table["talks.walk"].values.tolist() == GRID["talks.walk"]
    assert table.period.values.tolist() == [1, 2]
    assert (table.attrs["scenario"], table.attrs["digest"], table.attrs["unsolved"]) == (base.name, base.digest, [])
    np.testing.assert_allclose(table.model.sum("end"), 1, rtol=0, atol=1e-12)


def test_each_point_is_a_what_if(table, base):
    at = {"talks.walk": 0.08, "battlefield.front": 0.6}
    after = pt.whatif(base, at, belief_points=2).after
    np.testing.assert_allclose(table.model.sel(at), after.answer.ends, rtol=0, atol=1e-12)
    np.testing.assert_allclose(table.best.sel(at), after.pooled.ends, rtol=0, atol=1e-12)
    assert float(table.terms.sel(at)) == pytest.approx(after.answer.terms, abs=0.06)  # there on a grid of two offers


def test_the_scenario_itself_is_among_them(table, base):
    o = pt.outlook(base, belief_points=2, certify=False)
    at = {"talks.walk": 0.05, "battlefield.front": 0.5}
    np.testing.assert_allclose(table.model.sel(at), o.ends.sel(period=[1, 2]), rtol=0, atol=1e-12)


def test_a_second_time_it_comes_from_the_cache(base, table, answers):
    added = answers.added
    assert sweep(base, GRID, belief_points=2, answers=answers).identical(table)
    assert answers.added == added


def test_games_start_from_the_solution_of_the_scenario(base, monkeypatch):
    seen = []

    def spy(variants, near, *rest):
        seen.append(near.digest)
        return short_forecasts(variants, near, *rest)

    monkeypatch.setattr("peacetalks.forecasting.sweep.short_forecasts", spy)
    sweep(base, {"talks.walk": [0.03]}, belief_points=2)
    assert seen == [base.digest]


def test_what_is_not_solved_is_named(base, monkeypatch):
    monkeypatch.setattr(
        "peacetalks.forecasting.sweep.short_forecasts",
        lambda v, *rest: [NotSolved("made up"), *short_forecasts(v[1:], *rest)],
    )
    found = sweep(base, {"talks.walk": [0.03, 0.08]}, belief_points=2)
    assert found.attrs["unsolved"] == ["talks.walk=0.03: made up"]
    assert np.isnan(found.model[0]).all()
    assert np.isnan(found.best[0]).all()
    assert np.isfinite(found.model[1]).all()
    assert to_polars(found)["probability"].null_count() == 12


def test_values_that_cannot_stand_together_are_named(base):
    table = {"side": 1, "steady": 0.6, "strained": 0.4, "occasion": 0.1, "fall": 0.1, "setback": 0.1}
    s = pt.patch(base, {"loyalty": table})
    found = sweep(s, {"loyalty.steady": [0.5, 0.6], "loyalty.strained": [0.4, 0.55]}, belief_points=2)
    (line,) = found.attrs["unsolved"]
    assert line.startswith("loyalty.steady=0.5, loyalty.strained=0.55: ")
    assert "lies above steady" in line


def test_the_last_month_asked_for_is_among_those_shown():
    base = tiny(periods=24)
    found = sweep(base, {"talks.walk": [0.03]}, periods=10, belief_points=2)
    assert found.period.values.tolist() == [1, 3, 6, 10]
    assert np.isfinite(found.best.sel(period=10)).all()
    what = pt.whatif(base, {"talks.walk": 0.03}, periods=10, belief_points=2)
    assert (what.months, what.month) == ((1, 3, 6, 10), 10)


def test_switches_are_words(base):
    found = sweep(base, {"talks.open": ["on", "off"], "talks.walk*": [1, 2]}, belief_points=2)
    assert found["talks.open"].values.tolist() == ["on", "off"]
    assert found["talks.walk*"].values.tolist() == [1.0, 2.0]
    assert {row[1][0] for row in points(found)} == {"on", "off"}


def test_the_long_table(table):
    long = to_polars(table)
    assert long.columns == [*GRID, "date", "month", "view", "end", "probability", "terms"]
    assert len(long) == 6 * 2 * 2 * 3
    row = long.filter(
        (pl.col("talks.walk") == 0.03) & (pl.col("battlefield.front") == 0.6)
        & (pl.col("view") == "model") & (pl.col("end") == "peace") & (pl.col("month") == 1)
    )  # fmt: skip
    at = {"talks.walk": 0.03, "battlefield.front": 0.6, "end": "peace", "period": 1}
    assert row["probability"].to_list() == [float(table.model.sel(at))]
    assert row["date"].to_list()[0].isoformat() == "1951-08-10"


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"talks.wlak": [0.1]}, "did you mean 'talks.walk'"),
        ({"talks.walk": [-1.0]}, "must be above 0"),
        ({"talks.walk": 0.1}, "a list of values is expected"),
        ({"talks.walk": []}, "no values are given"),
        ({"talks.walk": [0.1, 0.1]}, r"talks\.walk.*: 0\.1 is given twice"),
        ({"rationality": [20, 20.0]}, "rationality.*: 20 is given twice"),
        ({"talks.open": [True, "on"]}, r"talks\.open.*: on is given twice"),
        ({"conflict.kind": ["civil"]}, "ask for the change with `whatif`"),
        ({"periods": [1, 2]}, "is no number of the game"),
        ({"talks.walk": range(1, 1000), "talks.accept": range(1, 1000)}, "998,001 combinations are asked for"),
        ({}, "a sweep needs values"),
    ],
)
def test_bad_grids_are_refused(base, grid, message):
    with pytest.raises(SpecError, match=message):
        sweep(base, grid, belief_points=2)


@pytest.mark.parametrize("text", ["talks.walk", "talks.walk=1:2", "talks.walk=a,b", "talks.walk=1:2:1", "=1"])
def test_texts_that_are_no_values_are_refused(text):
    with pytest.raises(SpecError, match=r"write KEY=VALUES"):
        parse_grid([text])
    with pytest.raises(SpecError, match="given twice"):
        parse_grid(["talks.walk=1", "talks.walk=2"])

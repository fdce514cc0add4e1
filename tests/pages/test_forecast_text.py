"""What is said of a forecast: where there is no best estimate, and on the error of the belief grid."""

import io
import json
from dataclasses import replace

import pytest
import xarray as xr
from jsonschema import Draft202012Validator
from rich.console import Console

import peacetalks as pt
from peacetalks.forecasting import best_estimate as estimates
from peacetalks.forecasting.typical import TypicalForecast
from peacetalks.mechanisms.standard_game import derived
from peacetalks.outcomes import ENDS
from peacetalks.pages import best_text, forecast_page, forecast_schema, forecast_text
from peacetalks.pages.card import ROUNDED, card_of
from peacetalks.pages.cells import percent, whole_percent
from peacetalks.pages.forecast_charts import plots
from peacetalks.pages.forecast_rows import accuracy_rows, best_rows
from peacetalks.pages.forecast_screen import show
from peacetalks.pages.shown import percent_at
from peacetalks.pages.summary import in_short
from peacetalks.pages.views_chart import Dot, dots


def without(o, reason="no class"):
    """The outlook where the record has no answer to the question at hand."""
    mute = replace(o.outside[0], ends={}, low={}, high={}, runs=None, anchors=False, note=reason)
    typical = TypicalForecast(None, (), "")
    return replace(o, outside=(mute,), pooled=estimates.best_estimate(o.ends, (mute,), o.as_of, typical))


def test_no_best_estimate_where_the_record_has_no_answer_and_the_reason_is_given(looked):
    mute = without(looked, "nobody knows")
    assert mute.pooled.ends is None
    assert list(mute.views) == ["inside"]
    printed = json.loads(forecast_page.as_json(mute))
    pooled = printed["pooled"]
    assert (pooled["ends"], pooled["months"], pooled["reason"]) == (None, [], "nobody knows")
    assert printed["best"] is printed["best_interval"] is printed["record"] is None
    Draft202012Validator(forecast_schema.schema()).validate(printed)
    assert best_rows(mute) == []
    assert best_text.best_estimate_lines(mute) == ["No best estimate. nobody knows"]
    card = card_of(mute)
    assert card.headline.startswith("By 10 July 1952, model alone: peace ")
    assert card.why.startswith("There is no best estimate: past conflicts give no answer to the question at hand. ")
    assert [n for n in card.notes if n != ROUNDED] == ["nobody knows"]
    assert ",best," not in forecast_page.csv(mute)
    assert forecast_page.basis_line(mute) == "Shown is the model alone."
    assert next(iter(plots(mute))).title == "Model alone over time"
    assert dots(mute)[0] == Dot("Best estimate", None, None, None, "none", main=True)


def test_without_a_typical_case_the_record_stands_and_the_model_never_takes_its_place_unsaid(looked):
    pooled = estimates.best_estimate(looked.ends, looked.outside, looked.as_of, TypicalForecast(None, (), "no twin"))
    card = card_of(replace(looked, pooled=pooled))
    view = looked.outside[looked.pooled.number - 1]
    low, high = (100 * x["peace"][view.months.index(12)] for x in (view.low, view.high))
    peace = percent_at(looked.pooled.record, "peace", 12)
    assert card.headline.startswith(f"By 10 July 1952: peace {peace}, ")
    assert card.bar.shares[0].interval == f"90%: {low:.0f}–{high:.0f}%"
    assert card.why.startswith("That is what past conflicts show; the model does not adjust it")
    assert [n for n in card.notes if n != ROUNDED] == ["no twin"]
    nothing = replace(pooled, ends=None, reason="no class")
    card = card_of(replace(looked, pooled=nothing))
    assert card.headline.startswith(f"By 10 July 1952, model alone: peace {percent_at(looked.ends, 'peace', 12)}, ")
    assert [s.interval for s in card.bar.shares] == [""] * 3


def test_the_headline_is_the_best_estimate_with_its_interval_and_why_it_differs(looked):
    p = replace(looked.pooled, card={**looked.pooled.card, "known_to": "2019-12-31", "sharpens": False})
    card = card_of(replace(looked, pooled=p))
    assert card.headline == (
        f"By 10 July 1952: peace {percent_at(p.ends, 'peace', 12)}, "
        f"still no settlement {percent_at(p.ends, 'nowhere', 12)}, "
        f"more conflict {percent_at(p.ends, 'more_conflict', 12)}."
    )
    past, here, typical = (percent_at(a, "nowhere", 12) for a in (p.record, looked.ends, p.typical))
    assert card.why == (
        f"Past conflicts give still no settlement {past}; the model finds it less likely here ({here}) than in the "
        f"typical case of the class ({typical})."
    )
    assert "departs in talks open, " in best_text.why_line(looked, 12)
    rounded = tuple(n for n in card.notes if n == ROUNDED)
    assert card.notes == (best_text.NOT_SHARPER, *rounded)
    sharper = replace(p, card={**p.card, "sharpens": True})
    assert card_of(replace(looked, pooled=sharper)) == replace(card, notes=rounded)


def test_a_typical_case_is_what_past_conflicts_show(looked):
    same = estimates.best_estimate(looked.ends, looked.outside, looked.as_of, TypicalForecast(looked.ends, (), ""))
    o = replace(looked, pooled=same)
    assert card_of(o).why.startswith("That is what past conflicts show")
    assert best_text.departure_lines(same) == ["Nothing in the scenario departs from the typical case of its class."]
    assert best_text.outside_lines(o) == []


def test_a_departure_that_counts_for_little_is_not_called_typical(looked):
    """The model finds peace much likelier than in the typical case, and the weight is next to nothing."""
    p = looked.pooled
    near = replace(p, weight=replace(p.weight, mean=0.01), ends=p.record + 0.1 * (p.ends - p.record) / 100)
    o = replace(looked, pooled=near)
    assert best_text.why_line(o, 12).endswith("but departures count for little (weight 0.01).")
    assert card_of(o).why.startswith("As in past conflicts: the model finds still no settlement less likely here (")
    assert card_of(o).why.endswith(", but that counts for little.")


@pytest.mark.parametrize(
    ("here", "typical", "like"),
    [(0.04, 0.02, False), (0.5, 0.51, True), (0.001, 0.004, True), (0.98, 0.96, False), (0.5, 0.53, False)],
)
def test_a_chance_twice_that_of_the_typical_case_is_not_like_it_in_any_sentence(looked, here, typical, like):
    made = xr.ones_like(looked.ends)
    ends, other = (made * xr.DataArray([p, 1 - p, 0.0], {"end": list(ENDS)}, ("end",)) for p in (here, typical))
    p = replace(looked.pooled, ends=looked.pooled.record, typical=other)
    o = replace(looked, ends=ends, pooled=p)
    assert best_text.like_typical(o, "peace", 12) == like
    said = [best_text.short_why(o), best_text.why_line(o, 12), in_short(o)]
    assert ["like the typical one" in said[0], "like the typical one" in said[1], "much as in" in said[2]] == [like] * 3


def test_the_sentence_is_about_a_class_that_moved_the_way_the_model_departs(looked):
    where = {"end": list(ENDS)}
    moved, apart = (xr.DataArray(v, where, ("end",)) for v in ([0.02, -0.03, 0.01], [-0.01, -0.02, 0.03]))
    assert best_text._named_end(moved, apart) == "nowhere"


def test_an_estimate_outside_record_and_model_is_never_without_a_sentence(looked):
    """The record 5%, the model 10%, the typical case 60%: the estimate lies below both."""
    made = xr.ones_like(looked.ends)
    low, typical = (made * xr.DataArray(v, {"end": list(ENDS)}, ("end",)) for v in ([0.1, 0.8, 0.1], [0.6, 0.3, 0.1]))
    view = next(v for v in looked.outside if v.anchors)
    past = {e: [x] * len(view.months) for e, x in zip(ENDS, (0.05, 0.85, 0.1), strict=True)}
    record = (replace(view, ends=past, low=past, high=past, runs=None),)
    pooled = estimates.best_estimate(low, record, looked.as_of, TypicalForecast(typical, (), ""))
    o = replace(looked, ends=low, outside=record, pooled=pooled)
    assert float(pooled.ends.sel(end="peace", period=12)) < 0.04
    (line,) = best_text.outside_lines(o)
    assert line.startswith("Outside both past conflicts and the model alone lie: peace at 1, 3, 6, 12 and 24 mo; ")
    assert line in best_text.best_estimate_lines(o)


def test_a_mean_over_draws_that_differs_from_the_point_is_said(looked):
    same = replace(looked, mixture=looked.ends)
    assert best_text.draws_line(same) == ""
    moved = looked.ends + xr.DataArray([0.1, -0.1, 0.0], {"end": list(ENDS)}, ("end",))
    line = best_text.draws_line(replace(looked, mixture=moved))
    assert line.startswith("The point is that of the central values. The mean of the model over the draws differs: ")
    assert line in forecast_text.fact_lines(replace(looked, mixture=moved))
    assert best_text.draws_line(replace(looked, mixture=moved, grid_error=looked.ends * 0 + 0.2)) == ""
    assert best_text.draws_line(replace(looked, mixture=None)) == ""


@pytest.mark.slow
def test_the_error_of_the_belief_grid_is_shown_and_a_finer_grid_advised(looked):
    war = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 5, "talks.offers": 5})
    coarse, fine = (pt.outlook(war, periods=12, belief_points=n) for n in (5, 17))
    (row,) = accuracy_rows(coarse)
    assert accuracy_rows(looked) == []
    assert row.cells[-1] == percent(float(coarse.grid_error.sel(period=12).max()))
    worse = replace(coarse, grid_error=coarse.grid_error + forecast_text.COARSE)
    assert "try 9 points" in forecast_text.settings_line(worse)
    assert "try " not in forecast_text.settings_line(fine)
    assert "estimated from 4 points on" in forecast_text.settings_line(looked)


def test_what_a_solution_warns_of_is_said_whether_or_not_further_equilibria_were_searched_for(looked):
    warned = replace(looked, multiple=None, settings={**looked.settings, "warnings": ["Its branch is not known."]})
    assert "further equilibria not searched for (Its branch is not known)" in forecast_text.settings_line(warned)
    searched = forecast_text.settings_line(replace(warned, multiple=2))
    assert "several equilibria were found (at least) 2 (Its branch is not known)" in searched


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
    assert lines[0] == "Threats count for 45% of their weight: capability x belief in use."
    assert whole_percent(d["observers_belief"]) in lines[1]
    assert f"Russia: {percent(d['mutiny_hazard_steady'])} in a month" in lines[2]
    out = Console(width=80, file=io.StringIO())
    show(o, out, details=True)
    assert lines[0] in out.file.getvalue()
    assert lines[0] in forecast_text.fact_lines(o)
    off = pt.patch(every_mechanism, {"credibility": None, "observers": None, "loyalty": None})
    without = replace(o, scenario=off, settings={**o.settings, "derived": derived(off)})
    assert forecast_text.derived_lines(without) == []


def test_the_past_conflicts_name_the_years_that_each_dataset_covers(looked):
    lines = [x for x in forecast_text.past_conflict_lines(looked) if x.startswith("Past conflicts: ")]
    assert lines
    assert "Inter-State War Data 4.0 (1816 to 2007)" in lines[0], lines
    assert all(x.endswith("; of these what was known at 1951-07-10.") for x in lines)

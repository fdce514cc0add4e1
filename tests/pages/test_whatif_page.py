"""A what-if on screen, as a page, as CSV, and as JSON that fits its schema."""

import csv
import io
import re
from dataclasses import replace

import pytest
from support.schemas import fits, fitting
from support.screens import on_screen
from support.tiny import UN

import peacetalks as pt
from peacetalks.pages import files, table_page, whatif_screen
from peacetalks.pages.cells import distinct_percents, points, signed
from peacetalks.pages.notebook import WhatIf  # gives a what-if its form in a notebook
from peacetalks.pages.whatif_page import each, whatif_page
from peacetalks.pages.whatif_text import finding, leads


@pytest.fixture(scope="module")
def two(base):
    return pt.whatif(base, {"talks.walk": 0.3, "rent.weight": 0.01}, belief_points=2)


@pytest.fixture(scope="module")
def one(base):
    return pt.whatif(base, {"talks.open": "off"}, belief_points=2)


def shown(w):
    return on_screen(whatif_screen.show, w)


def test_the_finding_names_the_change_the_dates_and_the_difference(base, one, two):
    d = one.difference
    x, low, high = (points(float(a.sel(end="peace", period=12))) for a in (d.best, d.low, d.high))
    assert finding(one) == (
        "With talks open at the start switched off, peace by 10 July 1952 falls from "
        f"{_percent(one.before)} to {_percent(one.after)} (best estimate: {x} points; 90%: {low} to {high})."
    )
    assert finding(two).startswith(
        "With readiness to walk out at 0.3 instead of 0.05 and negotiators' rent at 0.01, which was not in the game, "
    )
    off = pt.whatif(two.made.scenario, {"rent": "off", "talks.walk": 0.3001}, belief_points=2)
    assert finding(off).startswith("With negotiators' rent out of the game and readiness to walk out at 0.3001 instead")


def _percent(case):
    return f"{100 * float(case.pooled.ends.sel(end='peace', period=12)):.0f}%"


def test_a_difference_within_the_error_says_so(base):
    w = pt.whatif(base, {"talks.walk": 0.0500001}, belief_points=2)
    assert re.search(r"stays at \d+% \(best estimate\): the difference of .* points is within the error", finding(w))
    assert "No player's expected welfare moves by more than the computation may be off." in leads(w)


def test_a_small_difference_beyond_the_error_is_shown_with_the_decimals_that_it_needs(base):
    w = pt.whatif(base, {"talks.walk": 0.052}, belief_points=2)
    before, after = (float(c.pooled.ends.sel(end="peace", period=12)) for c in (w.before, w.after))
    assert f"{before:.0%}" == f"{after:.0%}"
    first, second = distinct_percents(before, after)
    assert "." in first
    assert f" falls from {first} to {second} (best estimate: " in finding(w)
    assert "stays at" not in finding(w)


def test_welfare_is_said_with_its_sign_and_where_that_is_not_known(two):
    d = two.difference
    (line,) = [s for s in leads(two) if s.startswith("Change of expected welfare")]
    player = max(d.welfare, key=lambda p: abs(d.welfare[p] or 0))
    assert f"{player} {signed(d.welfare[player], '.3f')}" in line
    assert not re.search("gains|loses", line)
    wide = replace(d, welfare_error={p: 1.0 if p == player else 0.0 for p in d.welfare})
    line = next(s for s in leads(replace(two, difference=wide)) if "elfare" in s)
    assert f"its sign is not known, lies that of {player}" in line


def test_several_changes_are_summed_up(two):
    (line,) = [s for s in leads(two) if s.startswith("By itself")]
    single = {s.key: float(s.difference.best.sel(end="peace", period=12)) for s in two.each}
    total = float(two.difference.best.sel(end="peace", period=12))
    assert points(max(single.values(), key=abs)) in line
    assert f"together the changes do {points(total)}, which is {points(total - sum(single.values()))} beyond" in line


def test_without_a_typical_case_only_the_model_moves(base):
    crisis = pt.patch(base, {"conflict": {"kind": "civil", "state": "crisis"}})
    w = pt.whatif(crisis, {"talks.walk": 0.3}, belief_points=2)
    assert "(model alone: " in finding(w)
    assert "There is no best estimate: " in leads(w)[0]
    assert "best estimate" not in shown(w).split("Terms, durations")[0].split("There is no best")[0]
    assert table_page.html(whatif_page(w))


def test_another_class_is_said(base):
    w = pt.whatif(base, {"conflict.intensity": "minor"}, belief_points=2)
    assert "so it was asked anew" in leads(w)[-1]
    assert "intensity of the conflict at minor instead of war" in finding(w)


def test_the_screen_fits_eighty_columns(two):
    text = shown(two)
    assert max(map(len, text.splitlines())) <= 80
    for words in ("Peace, before", "difference in points", f"Welfare of {UN}", "talks.walk: 0.3", "rent: 0.01"):
        assert words in text
    assert two.made.scenario.digest in text.replace("\n", " ")


def test_the_page_stands_by_itself(two):
    page = table_page.html(whatif_page(two))
    assert finding(two).replace("'", "&#39;") in page
    assert "<svg" in page
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", page)
    assert "negotiators&#39; rent" in page
    assert "<script" not in page


def test_the_csv_has_every_figure(two):
    rows = list(csv.DictReader(io.StringIO(table_page.csv(whatif_page(two)))))
    best = next(r for r in rows if (r["quantity"], r["view"], r["month"]) == ("peace", "best estimate", "12"))
    assert float(best["after"]) - float(best["before"]) == pytest.approx(float(best["difference"]))
    assert float(best["low"]) <= float(best["difference"]) <= float(best["high"])
    assert best["error"] == ""  # not known with two belief points
    assert best["date"] == "1952-07-10"
    assert {r["quantity"] for r in rows} >= {"terms", "settled_by", "truce_broken", f"welfare of {UN}"}


def test_the_json_fits_its_schema(two, one):
    for w in (two, one):
        text = table_page.makers(whatif_page(w), w.to_dict())[".json"]()
        out = fitting("whatif", text)
        assert out["finding"] == finding(w)
        assert not fits("whatif", {**out, "month": 0})
        assert not fits("whatif", {k: v for k, v in out.items() if k != "difference"})
    assert [s["key"] for s in two.to_dict()["each"]] == ["talks.walk", "rent"]


def test_the_json_with_errors_and_with_what_is_not_known(base):
    """Four belief points: the grid's error; no ceasefire after the change: no truce can begin."""
    w = pt.whatif(base, {"ceasefire": "off"}, belief_points=4)
    out = fitting("whatif", files.json_text({"finding": finding(w), **w.to_dict()}))
    assert out["after"]["truce_broken"] is None
    assert out["difference"]["truce_broken"] is None
    assert out["difference"]["model_error"]["peace"][0] > 0


def test_in_a_notebook(one):
    assert isinstance(one, WhatIf)
    html = one._repr_html_()
    assert html.startswith("<div><p><b>With talks open at the start switched off")
    assert "<table>" in html


def test_points():
    assert [points(x) for x in (0.0, 1e-6, 0.0004, -0.012)] == ["0", "0.00", "+0.04", "−1.2"]


def test_what_is_switched_off_is_said_so_and_a_factor_is_listed_by_its_entry(base):
    w = pt.whatif(base, {"sides.2.war_cost*": 1.5, "talks.open": "off"}, periods=2, belief_points=2)
    (line,) = [s for s in leads(w) if s.startswith("By itself")]
    assert line.startswith("By itself talks open at the start switched off does most")
    assert [row[0].partition(":")[0] for row in each(w).rows] == ["sides.2.war_cost", "talks.open"]

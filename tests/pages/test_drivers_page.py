"""What drives a forecast: on screen, as a page, CSV and JSON."""

import csv
import io
from dataclasses import replace

import pytest
from support.schemas import fits, fitting
from support.screens import on_screen

import peacetalks as pt
from peacetalks.forecasting.axes import ranges
from peacetalks.forecasting.drivers import drivers_of
from peacetalks.pages import drivers_page, table_page

THREE = ("talks.walk", "battlefield.front", "ceasefire.gain")


@pytest.fixture(scope="module")
def moved(base):
    """An outlook in which three numbers move."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("peacetalks.forecasting.drivers.ranges", lambda s: [r for r in ranges(s) if r[0] in THREE])
        o = pt.outlook(base, belief_points=2, certify=False)
        return replace(o, drivers=drivers_of(o))


def test_the_finding_names_the_largest_effects(moved):
    text = drivers_page.finding(moved)
    assert text.startswith("By 10 July 1952 peace is ")
    first = moved.drivers[0]
    assert f"most hangs on {first.label} ({first.peace_low:.0%} to {first.peace_high:.0%})" in text
    assert drivers_page.finding(replace(moved, drivers=())) == "No number of the scenario moves peace by itself."


def test_on_screen(moved):
    text = on_screen(drivers_page.show, moved)
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    for words in ("known from maps of control", "readiness to walk out", "0.031 to 0.0859"):
        assert words in flat
    more = on_screen(drivers_page.show, replace(moved, drivers=moved.drivers * 5))
    assert "3 more move peace by at most" in more


def test_as_a_page_csv_and_json(moved):
    makers = table_page.makers(drivers_page.drivers_page(moved), drivers_page.plain(moved))
    page = makers[".html"]()
    assert "<svg" in page
    assert "not from outside" in page
    rows = list(csv.DictReader(io.StringIO(makers[".csv"]())))
    assert {r["path"] for r in rows} == set(THREE)
    assert [float(r["peace_low"]) for r in rows] == [d.peace_low for d in moved.drivers]
    out = fitting("drivers", makers[".json"]())
    assert [d["path"] for d in out["drivers"]] == [d.path for d in moved.drivers]
    assert not fits("drivers", {**out, "extra": 1})

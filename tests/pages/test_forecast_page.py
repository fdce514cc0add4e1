"""A forecast as HTML, SVG and CSV, and in a notebook."""

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from peacetalks.errors import PageError
from peacetalks.forecasting.best_estimate import best_estimate
from peacetalks.forecasting.typical import TypicalForecast
from peacetalks.outcomes import ENDS
from peacetalks.pages import forecast_page, forecast_schema
from peacetalks.pages.forecast_rows import best_rows, forecast_rows
from peacetalks.pages.styles import RowKind


def test_the_page_is_one_file_without_script_or_network(looked):
    page = forecast_page.html(looked)
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=[\"'](?!data:)[^\"']*", re.sub(r"xlink:href", "", page)) == []
    assert "http" not in page.replace("http://www.w3.org", "")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    titles = [
        "Outcomes over time",
        "Outcome classes: best estimate, model alone, past conflicts",
        "Terms of a settlement",
        "What is learnt about each side",
        "Time to settlement, and to the collapse of a truce",
    ]
    assert [t for t in titles if f"<h2>{t}</h2>" not in page] == []
    assert page.count('<svg role="img"') == 2 * len(titles)


def test_svg_and_csv(looked, tmp_path):
    path = tmp_path / "r.svg"
    forecast_page.write(looked, path)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")
    rows = list(csv.DictReader(io.StringIO(forecast_page.csv(looked))))
    assert list(rows[0]) == ["period", "view", "level", "outcome", "probability", "date", "low", "high"]
    found = {}
    for r in rows:
        found.setdefault((r["view"], r["level"], int(r["period"])), []).append(float(r["probability"]))
    assert all(sum(p) == pytest.approx(1, abs=1e-5) for p in found.values())
    past = [f"outside [{i}]" for i, v in enumerate(looked.outside, 1) if v.ends]
    shown = {(v, "end", m) for v in ("best", "pooled", "model", "record", "inside", *past) for m in range(1, 25)}
    assert set(found) == shown | {("inside", "outcome", m) for m in range(1, 25)}


def test_csv_has_the_numbers_of_json(looked):
    printed = json.loads(forecast_page.as_json(looked))
    rows = [r for r in csv.DictReader(io.StringIO(forecast_page.csv(looked))) if r["level"] == "end"]
    for view in ("best", "model", "record"):
        for e in ENDS:
            of = [r for r in rows if (r["view"], r["outcome"]) == (view, e)]
            assert [float(r["probability"]) for r in of] == pytest.approx(printed[view][e], abs=1e-6)
            assert [r["date"] for r in of] == printed["dates"]
            spans = [[float(r["low"]), float(r["high"])] for r in of if r["low"]]
            assert (np.array(spans) == pytest.approx(np.array(printed["best_interval"][e]), abs=1e-6)) is (
                view == "best"
            )


def test_a_file_that_cannot_be_written_is_refused(looked, tmp_path):
    with pytest.raises(PageError, match=r"'r\.pdf': the suffix must be one of \.html, \.svg, \.csv, \.json"):
        forecast_page.write(looked, tmp_path / "r.pdf")
    with pytest.raises(PageError, match="there is no folder"):
        forecast_page.write(looked, tmp_path / "none" / "r.html")


def test_a_date_that_the_record_does_not_reach_is_unknown_in_every_output(looked):
    """NaN of past conflicts: null in JSON, empty in CSV, a dash in the tables, no point in the chart."""
    v = looked.outside[looked.pooled.number - 1]
    cut = replace(v, **{k: {e: [*x[:-1], None] for e, x in getattr(v, k).items()} for k in ("ends", "low", "high")})
    typical = TypicalForecast(looked.pooled.typical, (), "")
    part = replace(looked, outside=(cut,), pooled=best_estimate(looked.ends, (cut,), looked.as_of, typical))
    printed = json.loads(forecast_page.as_json(part))
    Draft202012Validator(forecast_schema.schema()).validate(printed)
    for key in ("best", "record"):
        assert printed[key]["peace"][-1] is None
        assert printed[key]["peace"][0] is not None
    assert printed["best_interval"]["peace"][-1] is None
    assert "24,best,end,peace,,1953-07-10,,\n" in forecast_page.csv(part)
    rows = [*best_rows(part), *(r for r in forecast_rows(part) if r.kind is RowKind.PAST)]
    assert [r.cells[-1] for r in rows] == ["-"] * 9
    assert "<svg" in forecast_page.html(part)


def test_a_notebook_shows_every_view(looked):
    text = looked._repr_html_()
    names = ("(model alone)", "past conflicts [1]", "90% interval", "the model in the typical case")
    assert [text.count(f"{w}</td>") for w in names] == [3, 3, 3, 3]
    assert f"moved by {looked.pooled.weight.mean:.2f} (90%: " in text
    assert "<b>By 10 July 1952: peace " in text

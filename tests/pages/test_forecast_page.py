"""A forecast as HTML, SVG and CSV, and in a notebook."""

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from peacetalks.errors import PageError
from peacetalks.forecasting.best_estimate import best_estimate
from peacetalks.pages import forecast_page, forecast_schema
from peacetalks.pages.forecast_rows import forecast_rows
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
        "Outcome classes: model alone, past conflicts, best estimate",
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
    assert list(rows[0]) == ["period", "view", "level", "outcome", "probability"]
    found = {}
    for r in rows:
        found.setdefault((r["view"], r["level"], int(r["period"])), []).append(float(r["probability"]))
    assert all(sum(p) == pytest.approx(1, abs=1e-5) for p in found.values())
    shown = {(v, "end", m) for v in ("outside [1]", "outside [2]", "pooled") for m in (1, 3, 6, 12, 24)}
    assert set(found) == shown | {("inside", level, m) for level in ("end", "outcome") for m in range(1, 25)}


def test_a_file_that_cannot_be_written_is_refused(looked, tmp_path):
    with pytest.raises(PageError, match=r"'r\.pdf': the suffix must be one of \.html, \.svg, \.csv, \.json"):
        forecast_page.write(looked, tmp_path / "r.pdf")
    with pytest.raises(PageError, match="there is no folder"):
        forecast_page.write(looked, tmp_path / "none" / "r.html")


def test_a_date_that_nobody_was_followed_to_is_unknown_in_every_output(looked):
    """NaN of past conflicts: null in JSON, empty in CSV, a dash in the table, no point in the chart."""
    v = looked.outside[1]
    cut = replace(v, **{k: {e: [*x[:-1], None] for e, x in getattr(v, k).items()} for k in ("ends", "low", "high")})
    part = replace(looked, outside=(cut,), pooled=best_estimate(looked.ends, (cut,), looked.scenario.as_of))
    printed = json.loads(forecast_page.as_json(part))
    Draft202012Validator(forecast_schema.schema()).validate(printed)
    assert [printed[k]["ends"]["peace"][-1] for k in ("pooled",)] == [None]
    assert printed["pooled"]["ends"]["peace"][0] is not None
    assert "24,pooled,end,peace,\n" in forecast_page.csv(part)
    shown = [r.cells[-1] for r in forecast_rows(part) if r.kind in (RowKind.PAST, RowKind.BEST)]
    assert shown == ["-"] * 6
    assert "<svg" in forecast_page.html(part)


def test_a_notebook_shows_every_view(looked):
    text = looked._repr_html_()
    names = ("(model alone)", "past conflicts [1]", "best estimate, pooled with [2]")
    assert [text.count(f"{w}</td>") for w in names] == [3, 3, 3]
    assert "Weight of the model 0.25" in text

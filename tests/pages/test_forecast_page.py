"""A forecast as HTML, SVG and CSV, and in a notebook."""

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from peacetalks.errors import PageError
from peacetalks.forecasting.best_estimate import best_estimate
from peacetalks.forecasting.drivers import Driver
from peacetalks.forecasting.typical import TypicalForecast
from peacetalks.outcomes import ENDS
from peacetalks.pages import forecast_page, forecast_schema, markup
from peacetalks.pages.card import NOT_REACHED, card_of
from peacetalks.pages.chart_parts import NARROW, WIDE
from peacetalks.pages.drivers_chart import moving, tornado, tornado_caption
from peacetalks.pages.ends_chart import ABOVE, HEIGHT, LINE, ends, spread
from peacetalks.pages.forecast_charts import drawing, plots
from peacetalks.pages.forecast_rows import best_rows, forecast_rows
from peacetalks.pages.model_charts import learnt, terms
from peacetalks.pages.number_rows import ELSEWHERE, SECTIONS
from peacetalks.pages.styles import RowKind
from peacetalks.pages.views_chart import dots
from peacetalks.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def page(looked):
    """The page of the forecast with two drivers, drawn once."""
    found = (driver("cost of war", 0.1, 0.3), driver("front", 0.19, None))
    return forecast_page.page(replace(looked, drivers=found))


@pytest.fixture(scope="module")
def html(page):
    return markup.fill("report", page=page)


def driver(label, low, high):
    return Driver("talks.walk", label, 0.1, 0.05, 0.2, 12, "best", 0.2, low, high, None, None, "", "")


def test_the_page_is_one_file_without_script_or_network(html):
    assert "<script" not in html
    assert re.findall(r"(?:src|href)=[\"'](?!data:)[^\"']*", re.sub(r"xlink:href", "", html)) == []
    assert "http" not in html.replace("http://www.w3.org", "")
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_the_charts_stand_in_order_of_use_each_in_two_widths(page, html):
    titles = [
        "Best estimate over time",
        "Why the views differ",
        "What drives it",
        "Terms of a settlement",
        "How long a truce holds",
        "What is learnt about each side",
    ]
    assert [c.title for c in page.charts] == titles
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["In short", *titles, page.folds[0].title]
    assert html.count('<svg role="img"') == 2 * (len(titles) + 1)  # and all outcomes, folded
    assert html.index(page.card.headline) < html.index("In short") < html.index(titles[0])


def test_without_drivers_there_is_no_tornado(looked):
    assert "What drives it" not in [p.title for p in plots(looked)]


def test_what_cannot_be_drawn_is_left_out(looked):
    """No settlement within the forecast, no truce, both types known."""
    empty = replace(looked, terms=looked.terms * np.nan, durations=replace(looked.durations, truces=0.0), beliefs={})
    assert [p.title for p in plots(empty)] == ["Best estimate over time", "Why the views differ"]


def test_axes_of_time_have_calendar_dates(page):
    for c in (page.charts[0], page.charts[-1], page.folds[1].drawing):
        for svg in (c.wide, c.narrow):
            assert re.findall(r">(Jul 1951|Jul 1953)<", svg) == ["Jul 1951", "Jul 1953"]


def test_the_charts_fit_the_width_they_are_drawn_for(page):
    for c in page.charts:
        for svg, width in ((c.wide, WIDE), (c.narrow, NARROW)):
            assert float(re.search(r'<svg [^>]*?width="([0-9.]+)"', svg)[1]) <= width + 12


def test_tables_fit_and_sources_are_folded(page, html):
    titles = [f.title for f in page.folds]
    assert [t for t in titles if t not in re.findall(r"<summary>(.*?)</summary>", html)] == []
    assert "<details open" not in html
    on_screen = re.sub(r'<section class="card paper">.*?</section>', "", html, flags=re.DOTALL)
    assert all(on_screen.index("<details") < m.start() for m in re.finditer("<table", on_screen))
    assert page.source in unescape(html)
    benchmark = next(f for f in page.folds if "complete-information" in f.title)
    assert [r.kind for r in benchmark.rows].count(RowKind.BENCHMARK) == 3
    assert all(r.kind is not RowKind.BENCHMARK for f in page.folds if f is not benchmark for r in f.rows)


def test_numbers_have_plain_names_ranges_and_sections_that_exist(looked, page):
    rows = [row for t in page.numbers for row in t.rows]
    assert [row.path for row in rows] == list(looked.scenario.numbers())
    front = next(row for row in rows if row.path == "battlefield.front")
    assert front.words == "share of the front held by United Nations Command"
    assert all(row.source for row in rows)
    headings = re.findall(r"^#+ (.*)$", Path("docs/model.md").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = {*SECTIONS.values(), ELSEWHERE, *(t.section for t in page.numbers)}
    assert [s for s in wanted if not any(h.startswith(s) for h in headings)] == []
    tables = {name for name, f in Scenario.model_fields.items() if "numbers" not in name and f.annotation is not str}
    assert set(SECTIONS) <= tables


def test_percents_on_the_page_are_whole(page):
    """Only the error of the belief grid, which is small, has a decimal."""
    texts = [page.card.headline, page.card.why, page.short, *(c.caption for c in page.charts)]
    cells = [c for f in page.folds for r in f.rows if not r.name.startswith("Error of") for c in r.cells]
    assert [t for t in (*texts, *cells) if re.search(r"\d\.\d%", t)] == []


def test_the_dots_are_the_views(looked):
    found, p = dots(replace(looked, accounts={"rival": looked})), looked.pooled
    at = {"end": "peace", "period": 12}
    assert found[0][:4] == ("Best estimate", *(float(a.sel(at)) for a in (p.ends, p.low, p.high)))
    assert [d.label.split(":")[0] for d in found[1:-3]] == [f"[{i}] N {v.n}" for i, v in enumerate(looked.outside, 1)]
    model, typical, rival = found[-3:]
    assert (model.p, typical.p) == (float(looked.ends.sel(at)), float(p.typical.sel(at)))
    band = looked.bands["ends"].sel(at)
    assert (model.low, model.high) == tuple(float(band.sel(quantile=q)) for q in (0.05, 0.95))
    assert rival == ("Account: rival", *found[0][1:4], "", False)


def test_a_class_without_an_estimate_is_named_and_has_no_dot(looked):
    few = replace(looked.outside[0], ends={}, low={}, high={}, n=2)
    dot = dots(replace(looked, outside=(few, *looked.outside[1:])))[1]
    assert (dot.p, dot.missing) == (None, "too few for an estimate")
    svg = drawing(plots(replace(looked, outside=(few, *looked.outside[1:])))[1], 0).wide
    assert "too few for an estimate" in svg


def test_the_tornado_leaves_out_what_has_no_solution(looked):
    none, half = driver("nothing", None, None), driver("half", None, 0.5)
    o = replace(looked, drivers=(driver("first", 0.1, 0.4), none, half))
    assert [d.label for d in moving(o)] == ["first", "half"]
    assert tornado_caption(o).endswith("Most: first, 10% and 40%.")
    marks = tornado(o, WIDE).to_dict()["datasets"].values()
    assert sorted(r["to"] for rows in marks for r in rows if "to" in r) == [0.1, 0.4, 0.5]


def test_what_is_learnt_rises_from_none_to_at_most_all(looked):
    """The law of total variance: what public play reveals never falls, and is never more than there was."""
    for side in looked.beliefs:
        share = np.array(learnt(looked, side))
        assert (np.diff(share) >= -1e-9).all()
        assert share[0] >= 0
        assert share[-1] <= 1
    known = {side: a * 0 + (a.statistic == "mean") * 1.0 for side, a in looked.beliefs.items()}
    side = next(iter(known))
    assert learnt(replace(looked, beliefs=known), side) == [1.0] * 24


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


def test_rival_accounts_are_in_json_as_the_schema_says_and_only_where_asked_for(looked):
    printed = json.loads(forecast_page.as_json(replace(looked, accounts={"rival": looked})))
    Draft202012Validator(forecast_schema.schema()).validate(printed)
    rival = printed.pop("accounts")["rival"]
    assert rival == {key: printed[key] for key in ("dates", "best", "best_interval", "model")}
    assert printed == json.loads(forecast_page.as_json(looked))


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
    assert card_of(part).others[-1].label == NOT_REACHED
    over_time = plots(part)[0].draw(WIDE).to_dict()["datasets"].values()
    assert max(r["date"] for rows in over_time for r in rows).startswith("1953-06-10")
    assert dots(part)[1].missing == ""


def test_a_notebook_shows_the_card_and_the_answer_by_date(looked):
    text = looked._repr_html_()
    card = card_of(looked)
    assert card.headline in text
    assert card.why in unescape(text)
    assert "<th>10 Jul 1953 (24 months)</th>" in text
    assert text.count("90% interval</td>") == 3
    assert "<script" not in text


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_bars_of_terms_and_labels_of_lines_lie_within_the_axes(looked, width):
    drawn = terms(looked, width).to_dict()
    low, high = drawn["layer"][0]["encoding"]["x"]["scale"]["domain"]
    bars = next(rows for rows in drawn["datasets"].values() if "foot" in rows[0])
    assert min(b["from"] for b in bars) > low
    assert max(b["to"] for b in bars) < high
    named = next(rows for rows in ends(looked, width).to_dict()["datasets"].values() if "label" in rows[0])
    heights = [LINE * len(r["label"].split("\n")) for r in named]
    assert [r["at"] for r in named] == pytest.approx(spread([r["p"] for r in named], heights, ABOVE))


def test_labels_of_lines_that_are_close_stand_beside_them():
    """Two small probabilities: each label is a line high, and the upper one no more than that from its line."""
    assert spread([0.01, 0.04, 0.95], [LINE, LINE, 2 * LINE]) == pytest.approx([LINE / 2, 1.5 * LINE, 1 - LINE])


def test_a_label_does_not_touch_the_foot_of_the_axis():
    foot = spread([0.0, 0.05, 0.94], [2 * LINE, LINE, LINE], ABOVE)[0] - LINE
    assert foot == pytest.approx(ABOVE)
    assert ABOVE * HEIGHT > 6  # pixels

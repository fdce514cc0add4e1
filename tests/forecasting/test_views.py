"""Inside, outside and pooled in `compare` and `infer`: the numbers, the date they rest on, the screen, the page, silence."""

import csv
import datetime as dt
import io
import json

import numpy as np
import pytest
import xarray as xr
from rich.console import Console
from support.tiny import KPA, UN, J, account, tiny

import peacetalks as pt
from peacetalks.forecasting import views as three_lines
from peacetalks.forecasting.best_estimate import NO_CLASS, SILENT, pooled_view
from peacetalks.forecasting.record_view import outside_views
from peacetalks.outcomes import ENDS
from peacetalks.pages import question_page as pages
from peacetalks.pages import screen
from peacetalks.pages import view_rows as line_rows
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
def readings(base):
    more = {"talks.walk": {"value": 0.3, **J}}
    return [
        account(base, more, name="walks-out"),
        account(base, {**more, "reference_classes": ONE}, name="other-class"),
        account(base, {**more, "reference_classes": NONE_SUCH}, name="silent"),
    ]


@pytest.fixture(scope="module")
def compared(base, readings):
    return compare(base, readings, DATES, drivers=False, belief_points=2)


@pytest.fixture(scope="module")
def inferred(base, readings):
    event = [
        {"date": dt.date(1951, 5, 20), "actor": UN, "act": "ask for a ceasefire", "source": "a test"},
        {"date": dt.date(1951, 6, 20), "actor": KPA, "act": "walk out", "source": "a test"},
    ]
    head = {"scenario": "korea-1951", "start": dt.date(1951, 5, 10), "summary": "none", "hindsight": "none"}
    record = Record.model_validate({**head, "event": event})
    return infer(base, record, acts(), readings, belief_points=2, method="none", dates=DATES)


def expected(base, ends, classes):
    """The keys `outside` and `pooled`, made without the room under test from the inside view that was printed."""
    outside = outside_views(base.model_copy(update={"reference_classes": classes}), DATES)
    columns = np.array([ends[e] for e in ENDS]).T
    inside = xr.DataArray(columns, {"period": list(DATES), "end": list(ENDS)}, ("period", "end"))
    return [v.to_dict() for v in outside], pooled_view(inside, outside, base.as_of).to_dict()


def classes(base):
    own = list(base.reference_classes)
    return {"base": own, "walks-out": own, "other-class": ONE, "silent": NONE_SUCH}


def as_printed(page_of, found):
    return json.loads(json.dumps(found.to_dict(), allow_nan=False)), page_of(found)


def on_screen(page, monkeypatch):
    out = Console(record=True, width=80, file=io.StringIO())
    monkeypatch.setattr(pages, "Console", lambda: out)
    pages.show(page)
    return out.export_text()


def test_compare_prints_the_outside_and_pooled_lines_of_every_account(base, compared):
    told = json.loads(json.dumps(compared.to_dict(), allow_nan=False))["accounts"]
    for name, own in classes(base).items():
        outside, pooled = expected(base, told[name]["ends"], own)
        assert told[name]["outside"] == json.loads(json.dumps(outside)), name
        assert told[name]["pooled"] == json.loads(json.dumps(pooled)), name
    assert told["base"]["outside"] == told["walks-out"]["outside"] != told["other-class"]["outside"]
    peace = {name: a["pooled"]["ends"]["peace"][-1] for name, a in told.items() if name != "silent"}
    assert len(set(peace.values())) == 3  # each inside view, and each record, has its own pool
    assert told["silent"]["pooled"]["ends"] is None
    assert told["silent"]["pooled"]["reason"] == SILENT


def test_infer_pools_the_forecast_without_and_with_the_events(base, inferred):
    told = json.loads(json.dumps(inferred.to_dict(), allow_nan=False))["accounts"]
    for name, own in classes(base).items():
        for view in ("without", "with"):
            outside, pooled = expected(base, told[name]["forecast"][view], own)
            assert told[name]["outside"] == json.loads(json.dumps(outside)), name
            assert told[name]["pooled"][view] == json.loads(json.dumps(pooled)), (name, view)
    moved = told["base"]["pooled"]
    assert abs(moved["without"]["ends"]["peace"][-1] - moved["with"]["ends"]["peace"][-1]) > 1e-6


def test_the_outside_lines_know_nothing_later_than_the_scenario(base, compared, inferred):
    """Another date gives another record; a reading cannot bring a later one in."""
    later = base.model_copy(update={"as_of": dt.date(2020, 1, 1)})
    then, now = (outside_views(s, DATES) for s in (base, later))
    assert [v.n for v in now] > [v.n for v in then]
    for lines in (compared.lines["base"], inferred.after["base"], inferred.before["base"]):
        assert lines.as_of == base.as_of
        assert lines.outside == then
        assert lines.pooled.fit == pooled_view(lines.ends, then, base.as_of).fit
        assert lines.pooled.fit != pooled_view(lines.ends, now, later.as_of).fit
    assert three_lines.outside_of({"base": base, "late": later}, DATES, base.as_of) == {"base": then, "late": then}
    late = account(base, {"as_of": dt.date(2020, 1, 1)}, name="late")
    found = compare(base, [late], DATES, drivers=False, belief_points=2).lines["late"]
    assert (found.as_of, found.outside) == (base.as_of, then)


def test_screen_page_and_csv_show_the_lines_of_compare(compared, monkeypatch):
    told, page = as_printed(pages.comparison, compared)
    seen, drawn = on_screen(page, monkeypatch), pages.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    rows = list(csv.reader(io.StringIO(pages.table(page.sections[0]))))
    views = {(r[0], r[1]): r[2:8] for r in rows[1:]}
    assert [v for a, v in views if a == "base"] == ["inside", "outside [1]", "outside [2]", "pooled"]
    assert [v for a, v in views if a == "silent"] == ["inside"]
    for name, a in told["accounts"].items():
        lines = {"inside": a["ends"], "pooled": a["pooled"]["ends"]}
        lines |= {f"outside [{i}]": v["ends"] for i, v in enumerate(a["outside"], 1)}
        for view, ends in lines.items():
            if not ends:
                continue
            cells = [f"{ends[e][k]:.3f}" for e in ENDS for k in range(len(DATES))]
            assert views[name, view] == cells
            assert " ".join([name, view, *cells]) in " ".join(seen.split())
            assert f"<td>{view}</td><td>{'</td><td>'.join(cells)}</td>" in drawn
    for text in (" ".join(seen.split()), drawn):
        for name in ("base", "silent"):
            for line in (*screen.outside_lines(compared.lines[name]), *screen.pooled_lines(compared.lines[name])):
                assert line in text
        assert "For base, walks-out: [1]" in text or "For base, walks-out:</p>" in text
    assert f"Not pooled. {SILENT}" in drawn


def test_screen_and_page_show_the_lines_of_infer(inferred, monkeypatch):
    told, page = as_printed(pages.inference, inferred)
    seen, drawn = on_screen(page, monkeypatch), pages.html(page)
    words = " ".join(seen.split())
    for name in ("base", "walks-out", "other-class"):
        pooled = told["accounts"][name]["pooled"]
        for k, m in enumerate(DATES):
            cells = [f"{pooled[how]['ends'][e][k]:.3f}" for e in ENDS for how in ("without", "with")]
            assert " ".join([name, str(m), "pooled", *cells]) in words
            assert f"<td>{m}</td><td>pooled</td><td>{'</td><td>'.join(cells)}</td>" in drawn
            spans = [f"{pooled['with']['low'][e][k]:.3f} to {pooled['with']['high'][e][k]:.3f}" for e in ENDS]
            assert " ".join([name, "pooled with", str(m), *spans]) in words
            record = told["accounts"][name]["outside"][0]
            cells = [f"{record['ends'][e][k]:.3f}" for e in ENDS for _ in range(2)]
            assert " ".join([name, str(m), "outside [1]", *cells]) in words
            spans = [f"{record['low'][e][k]:.3f} to {record['high'][e][k]:.3f}" for e in ENDS]
            assert " ".join([name, "outside [1]", str(m), *spans]) in words
    assert "silent 12 inside" in words
    assert "silent 12 pooled" not in words
    assert f"Not pooled. {SILENT}" in words


def test_without_a_class_the_inside_view_stands_alone_and_says_so(base, compared):
    lines = three_lines.three_lines(compared.lines["base"].ends, (), base.as_of)
    assert list(three_lines.views(lines)) == ["inside"]
    assert line_rows.ranges({"base": {"": lines}}, DATES) == ((), ())
    assert line_rows.notes({"base": lines})[-1] == f"Not pooled. {NO_CLASS}"
    assert "names no reference class" in line_rows.notes({"base": lines})[0]


def test_a_date_to_which_nobody_was_followed_is_unknown_and_not_zero(base):
    """In 1951 nobody in these classes had been followed for a hundred years."""
    dates = (12, 1200)
    inside = xr.DataArray(np.full((2, 3), 1 / 3), {"period": list(dates), "end": list(ENDS)}, ("period", "end"))
    lines = three_lines.three_lines(inside, outside_views(base, dates), base.as_of)
    found = three_lines.views(lines)
    assert line_rows.cell(found["pooled"], "peace", 12) != "-"
    assert [line_rows.cell(found[v], "peace", 1200) for v in ("inside", "outside [1]", "pooled")] == ["0.333", "-", "-"]
    rows, _ = line_rows.ranges({"base": {"": lines}}, dates)
    assert {r[3:] for r in rows if r[2] == "1200"} == {("-", "-", "-")}
    assert three_lines.to_dict(lines)["pooled"]["ends"]["peace"][1] is None


def test_what_is_shared_is_told_once_and_an_unknown_class_names_its_account(base, compared, readings):
    same = {name: {"": compared.lines[name]} for name in ("base", "walks-out")}
    rows, kinds = line_rows.ranges(same, DATES)
    assert [r[0] for r, k in zip(rows, kinds, strict=True) if k == "interval"] == [line_rows.EVERY] * 4
    assert [r[0] for r, k in zip(rows, kinds, strict=True) if k == "range"] == ["base"] * 2 + ["walks-out"] * 2
    wrong = account(base, {"reference_classes": ["wartype=interstate"]}, name="wrong")
    with pytest.raises(pt.SpecError, match=r"account 'wrong': .*reference_classes.1 \('wartype=interstate'\)"):
        compare(base, [wrong], DATES)
    (row,) = [r for r in compared.changes(readings[1]) if r["path"] == "reference_classes"]
    assert (row["base"], row["account"]) == (base.reference_classes, ONE)

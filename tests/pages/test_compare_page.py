"""The page of `compare`: every view of every account on screen, in HTML and in CSV, and what drives a difference."""

import csv
import io
from dataclasses import replace
from html import unescape

import xarray as xr
from support.screens import by_account, on_screen

from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages import table_page, view_rows
from peacetalks.pages.best_text import basis_lines
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.compare_page import compare_page
from peacetalks.pages.forecast_text import past_conflict_lines
from peacetalks.pages.styles import view_name


def test_screen_page_and_csv_show_every_view_of_every_account(compared):
    printed, page, dates = compared.to_dict()["accounts"], compare_page(compared), range(len(compared.dates))
    seen, drawn = on_screen(table_page.show, page), table_page.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    rows = list(csv.reader(io.StringIO(table_page.csv(page.sections[0]))))
    columns = [f"{name} {m} mo" for name in ("Peace", "Nowhere", "More conflict") for m in (1, 12)]
    assert rows[0] == ["account", "view", *columns, "terms"]
    in_csv = {(r[0], r[1]): r[2:8] for r in rows[1:]}
    past = [f"outside [{i}]" for i, v in enumerate(printed["base"]["outside"], 1) if v["ends"]]
    assert [v for a, v in in_csv if a == "base"] == ["pooled", "inside", *past]
    assert next(v for a, v in in_csv if a == "no-class") == "inside"
    shown = by_account(seen, "The outcome classes", list(printed))
    assert list(shown) == list(printed)
    for name, a in printed.items():
        views = {"inside": a["ends"], "pooled": a["pooled"]["ends"]}
        views |= {f"outside [{i}]": v["ends"] for i, v in enumerate(a["outside"], 1)}
        for view, ends in views.items():
            if not ends:
                continue
            cells = [f"{ends[e][k]:.3f}" for e in ENDS for k in dates]
            terms = [f"{a['terms']:.3f}"] if view == "inside" else []
            assert in_csv[name, view] == cells
            assert " ".join([view_name(view), *cells, *terms]) in shown[name]
            assert f"<td>{name}</td><td>{view_name(view)}</td><td>{'</td><td>'.join(cells)}</td>" in drawn


def test_screen_and_page_say_what_the_views_rest_on(compared):
    page = compare_page(compared)
    seen, drawn = on_screen(table_page.show, page), unescape(table_page.html(page))
    for text in (" ".join(seen.split()), drawn):
        for name in ("base", "no-class"):
            for line in (*basis_lines(compared.views[name]), *past_conflict_lines(compared.views[name])):
                assert line in text
        assert "For base, walks-out: Best" in text or "For base, walks-out:</p>" in text
    assert f"No best estimate. {compared.views['no-class'].pooled.reason}" in drawn


def test_outcomes_changes_and_drivers_are_those_of_the_comparison(compared):
    sections = {s.title: s for s in compare_page(compared).sections}
    outcomes = sections["Outcomes at 12 mo"]
    assert outcomes.head == ("outcome", *compared.expected)
    assert len(outcomes.rows) == len(LABELS)
    assert (
        "ceasefire in force",
        *(f"{e.outcomes['ceasefire'][-1]:.3f}" for e in compared.expected.values()),
    ) in outcomes.rows
    paths = [(r[0], r[1]) for r in sections["What differs"].rows]
    assert paths == [("walks-out", "talks.walk"), *(
        ("other-class", "talks.walk"), ("other-class", "reference_classes"), ("no-class", "conflict")
    )]  # fmt: skip
    rows = [r for r in sections["Which entries drive the difference at 12 mo"].rows if r[0] == "walks-out"]
    moved = compared.expected["walks-out"].ends[-1] - compared.expected["base"].ends[-1]
    assert [r[1] for r in rows] == ["talks.walk", "whole difference from the base"]
    assert all(r[2:] == tuple(f"{x:+.4f}" for x in moved) for r in rows)


def test_the_first_line_is_one_range_where_accounts_nearly_agree(compared):
    same, other = (compared.views[n] for n in ("walks-out", "other-class"))
    moved = same.pooled.ends + xr.DataArray([0.03, -0.03, 0.0], {"end": list(ENDS)}, ("end",))
    near = {"base": replace(same, pooled=replace(same.pooled, ends=moved)), "other-class": other}
    points = [float(f.pooled.ends.sel(end="peace", period=12)) for f in near.values()]
    assert 0 < max(points) - min(points) < view_rows.NEARLY
    (line,) = view_rows.account_lines(near)
    low, high = (f"{100 * p:.0f}" for p in (min(points), max(points)))
    assert line.startswith(f"By 10 July 1952, whichever account you hold: peace {low} to {high}%, still no settlement ")


def test_the_first_line_has_every_account_where_they_differ_or_one_has_no_best_estimate(compared):
    lead = compare_page(compared).lead
    for name in ("base", "walks-out", "other-class"):
        p = compared.views[name].pooled
        low, high = (100 * float(a.sel(end="peace", period=12)) for a in (p.low, p.high))
        point = whole_percent(float(p.ends.sel(end="peace", period=12)))
        assert f"{name} {point} ({low:.0f}-{high:.0f}%)" in lead[0]
    assert lead[1] == "No best estimate for no-class."
    assert (
        on_screen(table_page.show, compare_page(compared)).splitlines()[1].startswith("By 10 July 1952, best estimate")
    )
    far = dict(compared.views)
    far.pop("no-class")
    moved = replace(far["base"].pooled, ends=far["base"].pooled.ends + 0.06)
    (line,) = view_rows.account_lines({**far, "base": replace(far["base"], pooled=moved)})
    assert "whichever" not in line

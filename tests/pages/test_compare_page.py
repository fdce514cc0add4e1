"""The page of `compare`: every view of every account on screen, in HTML and in CSV, and what drives a difference."""

import csv
import io
import json
import re
from dataclasses import replace
from functools import partial
from html import unescape

import xarray as xr
from support.screens import by_account, on_screen

from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages import table_page, view_rows
from peacetalks.pages.accounts_chart import account_dots
from peacetalks.pages.best_text import basis_lines
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.compare_page import compare_page
from peacetalks.pages.findings import compare_finding
from peacetalks.pages.forecast_text import past_conflict_lines
from peacetalks.pages.shown import percents_at
from peacetalks.pages.styles import view_name


def test_screen_page_and_csv_show_every_view_of_every_account(compared):
    printed, page, dates = compared.to_dict()["accounts"], compare_page(compared), range(len(compared.dates))
    seen, drawn = on_screen(table_page.show, page), table_page.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    rows = list(csv.reader(io.StringIO(table_page.csv(page))))
    columns = [f"{name} {m} mo" for name in ("Peace", "Still no settlement", "More conflict") for m in (1, 12)]
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
    outcomes = sections["Outcomes in the model alone, by 10 July 1952 (12 months)"]
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
    rows = [
        r
        for r in sections["Which entries drive the difference, by 10 July 1952 (12 months)"].rows
        if r[0] == "walks-out"
    ]
    moved = compared.expected["walks-out"].ends[-1] - compared.expected["base"].ends[-1]
    assert [r[1] for r in rows] == ["talks.walk", "whole difference from the base"]
    assert all(r[2:] == tuple(f"{x:+.4f}" for x in moved) for r in rows)


def test_the_finding_is_one_range_where_accounts_nearly_agree(compared):
    same, other = (compared.views[n] for n in ("walks-out", "other-class"))
    moved = same.pooled.ends + xr.DataArray([0.03, -0.03, 0.0], {"end": list(ENDS)}, ("end",))
    near = {"base": replace(same, pooled=replace(same.pooled, ends=moved)), "other-class": other}
    points = [[float(f.pooled.ends.sel(end=e, period=12)) for f in near.values()] for e in ENDS]
    spans = [view_rows.span(p) for p in points]
    assert compare_finding(replace(compared, views=near)) == (
        f"Whichever account is held, peace by 10 July 1952 is {spans[0]}, still no settlement {spans[1]}, "
        f"more conflict {spans[2]}."
    )


def test_the_finding_names_the_accounts_between_which_the_answer_lies_and_whether_intervals_overlap(compared):
    base = compared.views["base"]
    far = replace(base.pooled, ends=base.pooled.ends + xr.DataArray([0.2, -0.2, 0.0], {"end": list(ENDS)}, ("end",)))
    views = {"base": base, "walks-out": replace(base, pooled=far), "no-class": compared.views["no-class"]}
    low, high = (whole_percent(float(a.sel(end="peace", period=12))) for a in (base.pooled.ends, far.ends))
    span = view_rows.interval_cell(base.pooled, "peace", 12)
    finding = compare_finding(replace(compared, views=views))
    assert f"by 10 July 1952 is {low} under " in finding
    assert finding.endswith(
        f"{high} under walks-out; their 90% intervals overlap ({span} and {span}); there is no best estimate under "
        "no-class."
    )
    apart = replace(far, low=far.low + 0.9, high=far.high + 0.9)
    views["walks-out"] = replace(base, pooled=apart)
    assert "their 90% intervals do not overlap" in compare_finding(replace(compared, views=views))


def test_where_only_the_model_differs_between_accounts_the_page_says_so(compared):
    base, other = (float(compared.views[n].ends.sel(end="peace", period=12)) for n in ("base", "walks-out"))
    assert base - other > view_rows.NEARLY
    assert compare_page(compared).lead == (
        f"The model alone differs by account: peace by 10 July 1952 from {whole_percent(other)} under walks-out to "
        f"{whole_percent(base)} under no-class.",
    )
    same = dict.fromkeys(("base", "walks-out"), compared.views["base"])
    assert compare_page(replace(compared, views=same, accounts=compared.accounts[:1])).lead == ()


def test_without_any_best_estimate_the_finding_is_of_the_model_alone(compared):
    none = {name: replace(f, pooled=compared.views["no-class"].pooled) for name, f in compared.views.items()}
    assert compare_finding(replace(compared, views=none)).endswith(" (model alone).")


def test_the_finding_comes_first_on_screen_page_and_in_json(compared):
    page = compare_page(compared)
    seen, drawn = on_screen(table_page.show, page), unescape(table_page.html(page))
    assert " ".join(seen.split()).removeprefix(page.title).lstrip().startswith(page.finding)
    assert f'<p class="lead">{page.finding}</p>' in drawn
    made = table_page.makers(page, compared.to_dict())
    assert set(made) == set(table_page.SUFFIXES)
    assert json.loads(made[".json"]())["finding"] == page.finding == compare_finding(compared)


def test_without_details_the_screen_has_the_answer_and_names_what_is_folded(compared):
    page = compare_page(compared)
    short, whole = (on_screen(partial(table_page.show, details=d), page) for d in (False, True))
    for text in (short, whole):
        assert page.finding in " ".join(text.split())
        assert f"walks-out: {compared.titles['walks-out']}" in " ".join(text.split())
        assert by_account(text, "Best estimate after", list(compared.views))
    folded = [s.title for s in page.sections if s.folded]
    assert all(title in whole for title in folded)
    assert not any(title in short for title in folded)
    more = " ".join(short.split()).split("More with --details, or in the page (-o page.html): ")[1]
    assert more == f"{'; '.join(t[0].lower() + t[1:] for t in folded)}."
    assert len(short.splitlines()) < 40 < len(whole.splitlines())


def test_the_main_table_has_whole_percents_and_intervals_by_calendar_date(compared):
    (table,) = (s for s in compare_page(compared).sections if s.title.startswith("Best estimate after 1 and 12 months"))
    assert table.head == ("account", "", "10\u00a0Aug 1951", "10\u00a0Jul 1952")
    rows = {(r[0], r[1]): r[2:] for r in table.rows}
    best, model = compared.views["base"].pooled, compared.views["no-class"].ends
    for end, name in (("peace", "Peace"), ("nowhere", "Still no settlement"), ("more_conflict", "More conflict")):
        points = [percents_at(best.ends, m)[end] for m in (1, 12)]
        spans = [view_rows.interval_cell(best, end, m).replace("-", "–") for m in (1, 12)]
        assert rows["base", name] == tuple(f"{p} ({s})" for p, s in zip(points, spans, strict=True))
        alone = tuple(percents_at(model, m)[end] for m in (1, 12))
        assert rows["no-class", f"{name}, model alone"] == alone


def test_the_page_needs_no_script_and_no_network_and_folds_the_details(compared):
    drawn = table_page.html(compare_page(compared))
    assert "<script" not in drawn
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!data:|#)""", drawn)
    assert "url(http" not in drawn
    assert "@media print" in drawn
    assert drawn.count("<details") == len([s for s in compare_page(compared).sections if s.folded and s.rows])
    assert "<svg" in drawn.split("<details")[0]


def test_the_chart_has_a_large_dot_for_each_account_and_past_conflicts_once(compared):
    dots = {d.label: d for d in account_dots(compared.views)}
    assert [d.label for d in account_dots(compared.views) if d.main] == list(compared.views)
    assert dots["no-class"].missing == "no best estimate"
    assert dots["base"].p == float(compared.views["base"].pooled.ends.sel(end="peace", period=12))
    assert dots["base"].low < dots["base"].p < dots["base"].high
    assert dots["Model alone: walks-out"].p == float(compared.views["walks-out"].ends.sel(end="peace", period=12))
    same = {n: compared.views[n] for n in ("base", "walks-out")}
    assert [d.label for d in account_dots(same)].count("Past conflicts by themselves") == 1

"""The pages of saved forecasts: each opens with what was found; screen, page and CSV show the same numbers."""

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from html import unescape

import pytest
from support.saved_forecasts import archive, made
from support.screens import on_screen
from support.tiny import tiny

import peacetalks as pt
from peacetalks.archive import diff, history
from peacetalks.archive.resolved import read_resolved
from peacetalks.archive.saved import SavedForecast, saved
from peacetalks.archive.scoring import score_archive
from peacetalks.archive.subject import of_scenario
from peacetalks.outcomes import ENDS
from peacetalks.pages import archive_diff, archive_history, archive_score, table_page
from peacetalks.pages.archive_words import points_in_words, signed_points
from peacetalks.pages.cells import whole_percent

WAR = {"kind": "interstate", "start": dt.date(1950, 6, 25), "intensity": "war"}
J = {"source": "judgement: a test"}


@pytest.fixture(scope="module")
def base():
    return tiny(periods=3, conflict=WAR)


@pytest.fixture(scope="module")
def one(base):
    return saved(pt.outlook(base, belief_points=2, certify=False), dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC))


@pytest.fixture(scope="module")
def compared(base):
    changed = pt.patch(base, {"talks.walk": {"value": 0.3, **J}, "talks.accept": {"value": 0.3, **J}, "title": "B"})
    return diff(base, changed, belief_points=2)


def test_diff_opens_with_the_change_and_what_made_it(compared):
    page = archive_diff.diff_page(compared)
    a, b = (float(x.best[-1, 0]) for x in compared.answers)
    opening, _, because = page.finding.partition(": ")
    moved = f"{points_in_words(b - a)} {'more' if b > a else 'less'} than in A ({whole_percent(a)})"
    assert opening == f"By 10 October 1951 the best estimate of peace is {whole_percent(b)}, {moved}"
    effects = sorted(((float(p.best[-1, 0]), p.name) for p in compared.parts), key=lambda x: -abs(x[0]))
    assert because.startswith(f"{signed_points(effects[0][0])} from {effects[0][1]} (")


def test_diff_shows_every_part_on_screen_page_and_csv(compared):
    page = archive_diff.diff_page(compared)
    seen, drawn = on_screen(table_page.show, page), unescape(table_page.html(page))
    assert max(map(len, seen.splitlines())) <= 80
    for p in compared.parts:
        cells = [signed_points(float(x)) for x in p.best[-1]]
        assert f"<td>{archive_diff.part_name(compared, p)}</td><td>{'</td><td>'.join(cells)}</td>" in drawn
        for cell in cells:
            assert cell in seen
    labels = re.findall(r">([^<>]+)</(?:text|tspan)>", drawn)
    assert "talks.walk (0.05 to 0.3)" in labels
    assert "None" not in labels
    rows = list(csv.DictReader(io.StringIO(table_page.csv(page))))
    at = [r for r in rows if (r["view"], r["outcome"], r["date_b"]) == ("best", "peace", "1951-10-10")]
    found = {r["what"]: float(r["value"]) for r in at}
    parts = [x for what, x in found.items() if what.startswith("part: ")]
    assert found["b"] - found["a"] == pytest.approx(found["change"], abs=2e-6)
    assert sum(parts) == pytest.approx(found["change"], abs=3e-6)
    assert "words only" in seen
    assert "Shapley values over the changed groups. The parts sum to the whole change." in drawn


def test_diff_of_what_is_the_same_and_of_what_was_not_compared(base, one):
    same = diff(one, one)
    p = whole_percent(one.numbers.best["peace"][2])
    assert archive_diff.finding(same) == (
        f"By 10 October 1951 the best estimate of peace is {p} in both, to within half a point; nothing that can move "
        "it changed."
    )
    bare = diff(base, pt.patch(base, {"talks.walk": {"value": 0.3, **J}, "title": "B"}), attribute=False)
    page = archive_diff.diff_page(bare, charts=False)
    assert page.finding == "2 entries differ (1 by which the forecast can move); the answers were not compared."
    assert "talks.walk" in on_screen(table_page.show, page)


def test_diff_says_why_the_change_was_not_split(one):
    d = replace(diff(one, one, attribute=False), reason="no equilibrium within tolerance.")
    page = archive_diff.diff_page(d, charts=False)
    assert page.lead[1] == "What each change did is not known: no equilibrium within tolerance."
    assert len(archive_diff.diff_page(diff(one, one, attribute=False), charts=False).lead) == 1


def test_diff_without_a_best_estimate_is_of_the_model_alone(one):
    bare = one.model_dump()
    bare["forecast"] = {**one.forecast, "best": None, "best_interval": None}
    d = diff(SavedForecast.model_validate(bare), one)
    assert archive_diff.finding(d).startswith("By 10 October 1951 the model alone of peace is")


def test_entries_are_shown_as_they_are_written(base):
    changed = pt.patch(base, {"rent": {"weight": {"value": 0.01, **J}}, "talks.open": False})
    d = diff(base, changed, attribute=False)
    rows = {r[0]: r for r in archive_diff.diff_page(d, charts=False).sections[1].rows}
    assert rows["rent"][2:4] == ("not in it", "weight 0.01")
    assert rows["talks.open"][2:4] == ("yes", "no")
    back = archive_diff.diff_page(diff(changed, base, attribute=False), charts=False)
    assert next(r for r in back.sections[1].rows if r[0] == "rent")[4] == "removed"
    assert of_scenario(base).saved is None


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"


def scored(folder, forecasts, rows):
    path = folder.parent / "r.csv"
    path.write_text("\n".join(["scenario,date,outcome", *rows]), encoding="utf-8")
    return score_archive(archive(folder, *forecasts), read_resolved(path))


def test_score_opens_with_the_scores_and_whether_they_say_anything(one, folder):
    s = scored(
        folder, [made(one, best=(1.0, 0.0, 0.0), record=(0.0, 1.0, 0.0))], ["korea-1951,2025-07-01,peace", "x,,"]
    )
    page = archive_score.score_page(s)
    assert page.finding == (
        "1 forecast of 1 scenario: the mean Brier score of the best estimate is 0.00, of past conflicts by themselves "
        "2.00, of the model alone 0.00; 1 scenario is too few to say which does better."
    )
    seen, drawn = on_screen(table_page.show, archive_score.score_page(s, whole=False)), table_page.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    assert "∞" in seen
    assert "Rows that cannot be read" in seen
    assert "<td>korea-1951</td><td>2025-01-01</td><td>2025-07-01</td><td>Peace</td><td>100%</td><td>0.000</td>" in drawn
    rows = list(csv.DictReader(io.StringIO(table_page.csv(page))))
    assert [(r["view"], r["brier"], r["log"]) for r in rows] == [
        ("best", "0.000000", "0.000000"),
        ("model", "0.000000", "0.000000"),
        ("record", "2.000000", "inf"),
    ]


@pytest.mark.parametrize(
    ("best", "verdict"),
    [
        ((0.9, 0.05, 0.05), "it did better than past conflicts"),
        ((0.0, 0.1, 0.9), "it did worse than past conflicts"),
        ((0.3, 0.4, 0.3), "the difference could be chance"),
    ],
)
def test_with_enough_scenarios_score_says_which_did_better(one, folder, best, verdict):
    names = [f"s{k}" for k in range(6)]
    rows = [f"{name},2025-07-01,peace" for name in names]
    s = scored(folder, [made(one, name, best=best, record=(0.3, 0.4, 0.3)) for name in names], rows)
    assert archive_score.finding(s).endswith(f"; {verdict}.")


def test_score_of_forecasts_in_hindsight_only(one, folder):
    late = made(one, saved=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    page = archive_score.score_page(scored(folder, [late], ["korea-1951,2025-07-01,peace"]))
    assert page.finding == "No saved forecast could be scored; 1 forecast saved after the day is no evidence."
    assert "no evidence" in table_page.html(page)


def test_long_tables_are_cut_on_a_terminal_only(one, folder):
    many = [made(one, as_of=dt.date(2025, 1, 1 + k)) for k in range(12)]
    s = scored(folder, many, ["korea-1951,2025-07-01,peace"])
    assert "2 forecasts before them: -o FILE" in " ".join(
        on_screen(table_page.show, archive_score.score_page(s, whole=False)).split()
    )
    assert table_page.html(archive_score.score_page(s)).count("<td>2025-07-01</td>") == 12


def test_history_opens_with_how_the_forecast_moved(one, folder):
    shares = (0.2, 0.5, 0.3)
    archive(folder, *(made(one, as_of=dt.date(2025, 1 + k, 1), best=(p, 0.9 - p, 0.1)) for k, p in enumerate(shares)))
    h = history(folder, by=dt.date(2025, 12, 1))
    assert [p.best["peace"] for p in h.points] == pytest.approx(shares)
    page = archive_history.history_page(h)
    assert page.finding == (
        "The best estimate of peace by 1 December 2025 is 30% as of 1 March 2025, 10 points more than in the first, as "
        "of 1 January 2025 (20%); the 3 forecasts lie between 20% and 50%."
    )
    seen, drawn = on_screen(table_page.show, archive_history.history_page(h, charts=False)), table_page.html(page)
    assert max(map(len, seen.splitlines())) <= 80
    assert "50% (40-60%)" in drawn
    assert "<svg" in table_page.svg(page)
    rows = list(csv.DictReader(io.StringIO(table_page.csv(page))))
    assert len(rows) == 3 * 3 * len(ENDS)
    first = rows[0]
    assert (first["view"], first["outcome"], first["probability"]) == ("best", "peace", "0.200000")
    assert (first["low"], first["high"]) == ("0.100000", "0.300000")


def test_history_a_year_ahead_along_the_moments_where_the_date_stays(one, folder):
    moments = [dt.datetime(2025, 1, 2 + k, tzinfo=dt.UTC) for k in range(2)]
    archive(folder, *(made(one, saved=m, best=(0.2, 0.7, 0.1)) for m in moments))
    h = history(folder)
    assert not h.by_date
    assert [h.at(p) for p in h.points] == [m.date() for m in moments]
    assert archive_history.finding(h) == (
        "The best estimate of peace 12 months ahead is 20% as of 1 January 2025, the same as in the first, saved on "
        "2 January 2025 (20%)."
    )


def test_history_says_where_a_forecast_does_not_reach(one, folder):
    archive(folder, made(one), made(one, as_of=dt.date(2025, 6, 1)), made(one, as_of=dt.date(2026, 6, 1)))
    h = history(folder, by=dt.date(2026, 3, 1))
    assert [p.reason for p in h.points] == [
        "the forecast reaches 2026-01-01 only",
        "",
        "the forecast is of 2026-06-01, not before the date",
    ]
    seen = " ".join(on_screen(table_page.show, archive_history.history_page(h, charts=False)).split())
    assert "there is one forecast of it." in seen
    with pytest.raises(
        ValueError, match=r"no saved forecast covers 2031-01-01; they run from 2025-01-01 to 2027-06-01"
    ):
        history(folder, by=dt.date(2031, 1, 1))


def test_history_without_a_best_estimate_shows_the_model_alone(one, folder):
    archive(folder, made(one, best=None, model=(0.4, 0.5, 0.1), record=None))
    h = history(folder)
    assert archive_history.finding(h).startswith("The model alone of peace 12 months ahead is 40%")
    assert h.to_dict()["points"][0]["best_interval"] is None


def test_paths_of_entries_break_after_dots_in_a_narrow_table():
    s = table_page.Section("x", ("entry", "a", "b", "c", "d"), (("conflict.coded_later", *("some words here",) * 4),))
    lines = on_screen(table_page.show, table_page.Page("t", "", (s,))).splitlines()
    assert any("conflict. " in line for line in lines)
    assert any("coded_later" in line for line in lines)

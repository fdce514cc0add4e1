"""The report: fresh, complete, self-contained, and honest about what is missing."""

import json
import math
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from support.schemas import fitting
from typer.testing import CliRunner

from peacetalks import backtests
from peacetalks.backtests.case_outcomes import MONTHS
from peacetalks.backtests.conflict_year_views import VIEWS as YEAR_VIEWS
from peacetalks.backtests.results import EVERY, GROUPS, Backtest
from peacetalks.backtests.views import VIEWS
from peacetalks.cli import app as cli
from peacetalks.errors import PageError
from peacetalks.evidence.score import Skill
from peacetalks.pages import backtest_page
from peacetalks.pages.backtest_cells import interval
from peacetalks.pages.backtest_main_text import sharpens_line
from peacetalks.pages.backtest_text import markdown
from peacetalks.pages.findings import backtest_finding

DOC = Path(__file__).resolve().parents[2] / "docs" / "backtest.md"


def test_it_takes_well_under_a_minute(whole):
    assert whole[1] < 60  # processor seconds


def test_the_document_is_what_the_command_computes(whole):
    """If this fails: `peacetalks backtest -o docs/backtest.md`, and read what has changed."""
    assert DOC.read_text(encoding="utf-8") == markdown(whole[0])


def test_every_question_has_its_counts_and_its_reference(whole):
    b: Backtest = whole[0]
    assert len(b.questions) == 13
    assert len(b.year_results) == len(MONTHS) * len(GROUPS)
    for q in b.year_results:
        assert tuple(s.view for s in q.scores) == YEAR_VIEWS
        assert sum(q.left_out.values()) + q.n == GROUPS[q.key.partition("m-")[2] or EVERY](b.years[0].rows.frame).sum()
    for q in b.questions:
        assert sum(q.frequency.values()) == pytest.approx(1)
        assert tuple(s.view for s in q.scores) == VIEWS
        assert q.of("climatology").brier_skill.value == 0
        for s in q.scores:
            assert s.brier_skill.n == q.n
            assert s.brier_skill.clusters == q.clusters
            if math.isfinite(s.brier_skill.low):
                assert s.brier_skill.low <= s.brier_skill.value <= s.brier_skill.high
        d = q.decomposition["pooled"]
        assert d.score == pytest.approx(d.reliability - d.resolution + d.uncertainty + d.within)
        assert q.calibration["pooled"].n.sum() == q.n


def test_every_target_is_shown_with_its_reason(whole):
    b: Backtest = whole[0]
    assert len(b.targets) == 2 * 2 * 2 + 2 + 1
    text = markdown(b)
    for t in b.targets:
        assert f"| {t.what} | {t.threshold} |" in text
        assert t.why in text
    assert sharpens_line(b) in text
    assert ("does not sharpen" in sharpens_line(b)) == (not b.sharpens)


def test_groups_make_up_all_conflict_years(whole):
    b: Backtest = whole[0]
    for months in MONTHS:
        every = b.of_years(months)
        for pair in (("civil", "interstate"), ("minor", "war")):
            groups = [b.of_years(months, g) for g in pair]
            assert sum(g.n for g in groups) == every.n
            for view in YEAR_VIEWS:
                mean = sum(g.n * g.of(view).brier for g in groups) / every.n
                assert mean == pytest.approx(every.of(view).brier)


def test_unrecorded_fates_are_bounded(whole):
    for q in whole[0].questions[:4]:
        held, broken = q.bounds
        assert (held.label, broken.label) == ("holds", "broken")
        assert held.frequency < q.frequency["broken"] < broken.frequency
        assert held.n == broken.n > q.n


def test_json_has_no_nan(whole):
    text = json.dumps(whole[0].to_dict(), allow_nan=False)
    found = json.loads(text)
    assert {"conflict_years", "targets", "sharpens", "questions", "case_book", "weight", "draws", "seed"} <= set(found)
    nothing = next(s for s in found["questions"][0]["scores"] if s["view"] == "no change")
    assert nothing["log"] is None  # certain and wrong: infinite
    assert len(found["case_book"]["cases"]) == 2 * len({c["id"] for c in found["case_book"]["cases"]})


def test_the_page_needs_no_network(whole, tmp_path):
    path = tmp_path / "page.html"
    backtest_page.write(whole[0], path)
    text = path.read_text(encoding="utf-8")
    assert text.count("<svg") == 2 * (3 + len(backtest_page.CALIBRATED))  # for a desk, and for a telephone
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text
    assert "consistency bands" in text
    assert f'<p class="lead">{backtest_finding(whole[0])}</p>' in text
    for q in (*whole[0].year_results, whole[0].book_result, *whole[0].questions):
        assert f"<summary>{escape(q.title)}</summary>" in text


def test_the_finding_is_what_the_intervals_say(whole):
    b: Backtest = whole[0]
    n, best, record = b.of_years(12).n, b.of_years(12).of("best").rps, b.of_years(12).of("record").rps
    found = backtest_finding(b)
    assert f"past conflicts by themselves on {n:,} conflict-years" in found
    assert f"(RPS {best:.4f} against {record:.4f})" in found
    assert f"**{found}**" in markdown(b)
    assert json.loads(backtest_page.makers(b)[".json"]())["finding"] == found

    def moved(by):
        rows = [replace(c, by_row=replace(c.by_row, value=v, low=v - 0.01, high=v + 0.01)) for c, v in by]
        return backtest_finding(replace(b, compared=tuple(rows)))

    assert "scored no better than past" in moved((c, 0.001) for c in b.compared)
    assert "scored worse than past" in moved((c, 0.02) for c in b.compared)
    better = moved((c, -0.02 if c.months == 24 else 0.0) for c in b.compared)
    assert "scored better than past" in better
    assert "conflict-years: Brier score at 24 months and RPS at 24 months; " in better


def test_the_command_prints_what_it_is_asked_for(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(backtests, "backtest", lambda: whole[0])
    runner = CliRunner()
    assert runner.invoke(cli.app, ["backtest"]).output == markdown(whole[0])
    assert fitting("backtest", runner.invoke(cli.app, ["backtest", "--json"]).output)["seed"] == whole[0].seed
    path = tmp_path / "b.md"
    assert runner.invoke(cli.app, ["backtest", "-o", str(path)]).exit_code == 0
    assert path.read_text(encoding="utf-8") == markdown(whole[0])
    with pytest.raises(PageError, match=r"suffix must be one of \.html, \.md, \.json, \.svg, \.png"):
        backtest_page.write(whole[0], tmp_path / "b.pdf")


def test_numbers_in_words():
    nan = float("nan")
    assert interval(Skill(0.1, -0.02, 0.2, 10, 5)) == "+0.10 (−0.02 to +0.20)"
    assert interval(Skill(-math.inf, nan, nan, 10, 5)) == "−∞"
    assert interval(Skill(nan, nan, nan, 10, 5)) == "–"
    assert interval(None) == "–"

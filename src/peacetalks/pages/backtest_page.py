"""The backtest as a page (HTML, one file, no network), Markdown, JSON, or its first chart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.backtests.scores import DISCRIMINATED
from peacetalks.pages import files, table_page
from peacetalks.pages.backtest_cells import interval, name_of, observed
from peacetalks.pages.backtest_main_text import sharpens_line, target_cells, weight_line
from peacetalks.pages.backtest_text import markdown
from peacetalks.pages.cells import decimal, score_or_infinity
from peacetalks.pages.findings import backtest_finding
from peacetalks.pages.table_page import Page, Section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peacetalks.backtests.results import Backtest, Result

SUFFIXES = (".html", ".md", ".json", ".svg", ".png")
MAIN_CALIBRATED = ("conflict-years-12m", "conflict-years-24m")  # shown first
CALIBRATED = (
    *MAIN_CALIBRATED,
    "ceasefire-broken-30d",
    "ceasefire-broken-365d",
    "conflict-ends-1y",
    "conflict-ends-5y",
    "talks-substantive-2y",
    "case-book",
)
METHOD = (
    "Every forecast uses only what was known at its date. Skill is 1 − score/score of climatology on the same "
    "occasions; in brackets the 95% interval of a paired bootstrap over clusters ({draws} draws, seed {seed})."
)
SCORED = "Brier score for questions of yes or no, ranked probability score for ordered answers; bars are 95% intervals."
BANDS = (
    'Of the event "something changed" (broken, ended, agreed; in the case book: not the status quo). Shaded: 90% '
    "consistency bands (Broecker and Smith 2007): where frequencies would lie, were the forecasts reliable."
)
SCORES = ("view", "Brier", "RPS", "log", "skill (95%)", "log skill (95%)", "AUC peace", "AUC more conflict")
PARTS = ("reliability", "resolution", "uncertainty")  # of the Brier score of the event


def makers(b: Backtest) -> files.Makers:
    """Return what each suffix of a file would be written with."""
    return {
        ".html": lambda: table_page.html(page(b)),
        ".md": lambda: markdown(b),
        ".json": lambda: files.json_text({"finding": backtest_finding(b), **b.to_dict()}),
        ".svg": lambda: table_page.svg(page(b)),
        ".png": lambda: table_page.png(page(b)),
    }


def write(b: Backtest, path: Path) -> None:
    """Write the backtest as .html, .md, .json, .svg or .png; raise `PageError` for another suffix."""
    files.write(path, makers(b))


def page(b: Backtest) -> Page:
    """Return the page of a backtest."""
    return Page(
        "Backtest: how good were such forecasts on history?",
        f"{METHOD.format(draws=b.draws, seed=b.seed)} {weight_line(b)}",
        tuple(_sections(b)),
        (sharpens_line(b),),
        backtest_finding(b),
        "Forecasts of past conflicts, each made with what was known at its date.",
        "Scores on history. They hold for forecasts that are made by the same mapping from data.",
    )


def _sections(b: Backtest) -> Iterator[Section]:
    from peacetalks.pages.backtest_charts import MAIN, OTHERS, calibration_chart, case_chart, skill_chart
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import

    first = [*b.year_results, b.book_result]
    results, others = [*first, *b.questions], list(b.questions)
    every = {q.key: Plot(f"Calibration: {q.title}", BANDS, partial(calibration_chart, q)) for q in results}
    title = "Conflict-years and case book: skill against climatology"
    yield Section(title, plot=Plot(title, SCORED, partial(skill_chart, first, MAIN)), half=True)
    yield Section(every[MAIN_CALIBRATED[0]].title, plot=every[MAIN_CALIBRATED[0]], half=True)
    rows = tuple(tuple(target_cells(t)[:4]) for t in b.targets)
    yield Section("What was to be shown, and what is", ("target", "wanted", "found", "reached"), rows)
    title = "Other questions: skill against climatology"
    yield Section(title, plot=Plot(title, SCORED, partial(skill_chart, others, OTHERS)), half=True)
    yield Section(every[MAIN_CALIBRATED[1]].title, plot=every[MAIN_CALIBRATED[1]], half=True)
    reasons = tuple((t.what, t.why) for t in b.targets)
    yield Section("Where each target's result comes from", ("target", "where it comes from"), reasons, folded=True)
    title = "Case book: probability given to what came true, 12 months after talks began"
    yield Section(title, plot=Plot(title, "One row a case, with what came true.", partial(case_chart, b)), folded=True)
    for key in CALIBRATED[len(MAIN_CALIBRATED) :]:
        yield Section(every[key].title, plot=every[key], folded=True)
    for q in results:
        yield _table(q)


def _table(q: Result) -> Section:
    """Return the scores of each view on a question, and the parts of the Brier score of the event."""
    parts = {
        v: tuple(decimal(x, form=".4f") for x in (d.reliability, d.resolution, d.uncertainty))
        for v, d in q.decomposition.items()
    }
    rows = tuple(
        (
            name_of(s.view),
            decimal(s.brier),
            decimal(s.rps, "–"),
            score_or_infinity(s.log),
            interval(s.main_skill),
            interval(s.log_skill),
            *(decimal(q.auc.get(s.view, {}).get(e), "–", ".2f") for e in DISCRIMINATED),
            *parts.get(s.view, ("–",) * len(PARTS)),
        )
        for s in q.scores
    )
    left_out = "; ".join(f"{n} {reason}" for reason, n in q.left_out.items())
    text = (
        f"N {q.n} in {q.clusters} clusters, forecasts from {q.first} to {q.last}. Observed: {observed(q)}."
        + (f" Left out: {left_out}." if left_out else "")
        + " The last three columns are parts of the Brier score of the event."
    )
    return Section(q.title, SCORES + PARTS, rows, text, folded=True, numbers=True)

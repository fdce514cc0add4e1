"""The backtest as a page (HTML, one file, no network), Markdown or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.backtests.scores import DISCRIMINATED
from peacetalks.pages import files, markup
from peacetalks.pages.backtest_cells import interval, name_of, observed
from peacetalks.pages.backtest_charts import MAIN, OTHERS, calibration_chart, case_chart, skill_chart
from peacetalks.pages.backtest_main_text import sharpens_line, target_cells
from peacetalks.pages.backtest_text import markdown
from peacetalks.pages.cells import decimal, score_or_infinity

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from peacetalks.backtests.results import Backtest, Result

SUFFIXES = (".html", ".md", ".json")
CALIBRATED = (
    "conflict-years-12m",
    "conflict-years-24m",
    "ceasefire-broken-30d",
    "ceasefire-broken-365d",
    "conflict-ends-1y",
    "conflict-ends-5y",
    "talks-substantive-2y",
    "case-book",
)


@dataclass(frozen=True)
class QuestionTable:
    """A question and its scores as the page shows them."""

    title: str
    n: int
    clusters: int
    first: date
    last: date
    observed: str
    left_out: dict[str, int]  # reason -> occasions
    rows: list[tuple[str, ...]]  # [view] scores, skill and discrimination
    parts: list[tuple[str, ...]]  # [view] parts of the Brier score


def makers(b: Backtest) -> files.Makers:
    """Return what each suffix of a file would be written with."""
    return {".html": lambda: html(b), ".md": lambda: markdown(b), ".json": lambda: files.json_text(b.to_dict())}


def write(b: Backtest, path: Path) -> None:
    """Write the backtest as .html, .md or .json; raise `PageError` for another suffix."""
    files.write(path, makers(b))


def html(b: Backtest) -> str:
    """Return one self-contained page with the skill chart, calibration plots and tables."""
    first = [*b.year_results, b.book_result]
    results = [*first, *b.questions]
    charts = {"Conflict-years and case book: skill against climatology, with 95% intervals": skill_chart(first, MAIN)}
    charts["Other questions: skill against climatology, with 95% intervals"] = skill_chart(list(b.questions), OTHERS)
    charts |= {f"Calibration: {q.title}": calibration_chart(q) for q in results if q.key in CALIBRATED}
    charts["Case book: probability given to what came true, 12 months after talks began"] = case_chart(b)
    return markup.fill(
        "backtest",
        draws=b.draws,
        seed=b.seed,
        weight=b.weight,
        targets=[target_cells(t) for t in b.targets],
        sharpens=sharpens_line(b),
        charts={title: markup.inline_svg(chart) for title, chart in charts.items()},
        results=[_table(q) for q in results],
    )


def _table(q: Result) -> QuestionTable:
    rows = [
        (
            name_of(s.view),
            decimal(s.brier),
            decimal(s.rps, "–"),
            score_or_infinity(s.log),
            interval(s.main_skill),
            interval(s.log_skill),
            *(decimal(q.auc.get(s.view, {}).get(e), "–", ".2f") for e in DISCRIMINATED),
        )
        for s in q.scores
    ]
    parts = [
        (name_of(v), *(decimal(x, form=".4f") for x in (d.reliability, d.resolution, d.uncertainty)))
        for v, d in q.decomposition.items()
    ]
    return QuestionTable(q.title, q.n, q.clusters, q.first, q.last, observed(q), q.left_out, rows, parts)

"""The backtest as a page (HTML, one file, no network), Markdown or JSON, and its charts."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import vl_convert as vlc
from jinja2 import Template

from peacetalks.backtests.inside import MONTHS, ORDER
from peacetalks.errors import PageError
from peacetalks.pages.backtest_words import _seen, interval, markdown

if TYPE_CHECKING:
    from peacetalks.backtests.results import Backtest, Result, Scores
    from peacetalks.evidence.score import Calibration, Skill

COLOURS = {"outside": "#1b7837", "pooled": "#762a83", "own record": "#b8860b", "inside": "#2166ac"}


def write(b: Backtest, path: Path) -> None:
    """Write the backtest as .html, .md or .json; raise `PageError` for another suffix."""
    makers = {".html": html, ".md": markdown, ".json": lambda b: json.dumps(b.to_dict(), indent=1)}
    if path.suffix not in makers:
        raise PageError(f"cannot write {path.name!r}: the suffix must be one of {', '.join(makers)}")
    path.write_text(makers[path.suffix](b), encoding="utf-8")


def html(b: Backtest) -> str:
    """Return one self-contained page with the skill chart, calibration plots and tables."""
    results = [*b.questions, b.book_result]
    charts = {"Skill against climatology, with 95% intervals": skill_chart(results)}
    for q in results:
        if q.key in CALIBRATED:
            charts[f"Calibration: {q.title}"] = calibration_chart(q)
    charts["Case book: probability given to what came true, 12 months after talks began"] = case_chart(b)
    source = (Path(__file__).with_name("templates") / "backtest.html.jinja").read_text(encoding="utf-8")
    return Template(source, autoescape=True).render(
        charts={k: _svg(v) for k, v in charts.items()}, results=[_table(q) for q in results], b=b, weight=b.weight
    )


CALIBRATED = (
    "ceasefire-broken-30d",
    "ceasefire-broken-365d",
    "conflict-ends-1y",
    "conflict-ends-5y",
    "talks-substantive-2y",
    "case-book",
)


def skill_chart(results: list[Result]) -> Any:
    """Points with intervals: the main skill of each view on each question (the naive baselines are in the tables)."""
    rows = []
    for q in results:
        for s in q.scores:
            k = main_skill(s)
            if s.view in COLOURS and math.isfinite(k.low):
                rows.append({"question": q.title, "view": s.view, "skill": k.value, "low": k.low, "high": k.high})
    base = alt.Chart(pl.DataFrame(rows)).encode(
        y=alt.Y("question:N", sort=[q.title for q in results], title=None, axis=alt.Axis(labelLimit=320)),
        yOffset="view:N",
        color=_colour(list(COLOURS)),
    )
    low = max(-1.0, min(r["low"] for r in rows)) - 0.02
    scale = alt.Scale(domain=[low, 0.5], clamp=True)
    zero = alt.Chart(pl.DataFrame([{"x": 0.0}])).mark_rule(color="#444").encode(x=alt.X("x:Q", scale=scale))
    x = alt.X(
        "low:Q", scale=scale, title="skill: 0 climatology, 1 perfect (Brier for yes or no, RPS for ordered answers)"
    )
    lines = base.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q")
    points = base.mark_point(filled=True, size=45).encode(x=alt.X("skill:Q", scale=scale))
    return alt.layer(zero, lines, points).properties(width=520, height=alt.Step(13))


def main_skill(s: Scores) -> Skill:
    """Return the skill by which a question is judged: RPS for ordered answers, else Brier."""
    return s.rps_skill or s.brier_skill


def calibration_chart(q: Result) -> Any:
    """Reliability diagram of each view with its 90 % consistency band."""
    rows = [row for view, c in q.calibration.items() for row in _points(view, c)]
    top = min(1.0, 1.15 * max(max(r["high"], r["seen"], r["said"]) for r in rows))
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("said:Q", scale=scale, title="forecast probability"), color=_colour(list(q.calibration))
    )
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", scale=scale, title="frequency seen"), y2="high:Q")
    size = alt.Size("n:Q", title="cases", scale=alt.Scale(range=[15, 110]))
    points = base.mark_point(filled=True).encode(y=alt.Y("seen:Q", scale=scale), size=size)
    diagonal = (
        alt.Chart(pl.DataFrame([{"said": 0.0, "y": 0.0}, {"said": top, "y": top}]))
        .mark_line(color="#888", strokeDash=[4, 4])
        .encode(x=alt.X("said:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    return alt.layer(diagonal, band, points).properties(width=300, height=300)


def _points(view: str, c: Calibration) -> list[dict[str, Any]]:
    return [
        {"view": view, "said": float(p), "seen": float(o), "n": int(n), "low": float(a), "high": float(z)}
        for p, o, n, a, z in zip(c.forecast, c.observed, c.n, c.low, c.high, strict=True)
    ]


def case_chart(b: Backtest) -> alt.Chart:
    """Dots: what each view gave to the end that came true."""
    rows = []
    for i, (case, months) in enumerate(zip(b.book.cases, b.book.months, strict=True)):
        if months == MONTHS[0] and not b.book.reason[i]:
            end = ORDER[b.book.outcome[i]].replace("_", " ")
            name = f"{case.talks.year} {case.name[:34]} ({end})"
            rows += [
                {"case": name, "view": v, "p": float(b.book.views[v][i, b.book.outcome[i]])}
                for v in ("inside", "outside", "pooled")
            ]
    return (
        alt.Chart(pl.DataFrame(rows))
        .mark_point(filled=True, size=40)
        .encode(
            x=alt.X("p:Q", scale=alt.Scale(domain=[0, 1]), title="probability of what came true"),
            y=alt.Y("case:N", sort=None, title=None, axis=alt.Axis(labelLimit=340)),
            color=_colour(["inside", "outside", "pooled"]),
        )
        .properties(width=420, height=alt.Step(14))
    )


def _colour(views: list[str]) -> alt.Color:
    return alt.Color("view:N", title=None, scale=alt.Scale(domain=views, range=[COLOURS[v] for v in views]))


def _table(q: Result) -> dict[str, Any]:
    """Return a question as the strings that the page shows."""
    rows = [
        (
            s.view,
            f"{s.brier:.3f}",
            "–" if s.rps is None else f"{s.rps:.3f}",
            f"{s.log:.3f}" if math.isfinite(s.log) else "∞",
            interval(main_skill(s)),
            interval(s.log_skill),
        )
        for s in q.scores
    ]
    parts = [
        (v, *(f"{x:.4f}" for x in (d.reliability, d.resolution, d.uncertainty))) for v, d in q.decomposition.items()
    ]
    return {
        "title": q.title,
        "n": q.n,
        "clusters": q.clusters,
        "first": q.first,
        "last": q.last,
        "seen": _seen(q),
        "left_out": q.left_out,
        "rows": rows,
        "parts": parts,
    }


def _svg(chart: Any) -> str:
    return re.sub(r"<\?xml.*?\?>", "", vlc.vegalite_to_svg(chart.to_json()))

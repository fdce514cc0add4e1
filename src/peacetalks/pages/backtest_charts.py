"""Charts of the backtest: skill, calibration, and what each view gave to the outcome that came true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.pages.backtest_cells import COLOURS, name_of
from peacetalks.pages.chart_parts import Chart, colour_by
from peacetalks.pages.styles import END_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.backtests.results import Backtest, Result
    from peacetalks.evidence.score import Calibration

MAIN = tuple(map(name_of, ("model", "record", "best", "ridge")))  # the rest is off the scale, and in the tables
OTHERS = tuple(map(name_of, ("outside", "own record", "pooled")))
LOWEST = -0.6  # left end of the scale of skill, at least
SKILL = "skill: 0 climatology, 1 perfect (Brier for yes or no, RPS for ordered answers)"


def skill_chart(results: list[Result], views: tuple[str, ...]) -> Chart:
    """Return points with intervals: the skill of some views, by name, on each question."""
    rows = []
    for q in results:
        for s in q.scores:
            k = s.main_skill
            if name_of(s.view) in views and math.isfinite(k.low):
                bounds = {"skill": k.value, "low": k.low, "high": k.high}
                rows.append({"question": q.title, "view": name_of(s.view), **bounds})
    base = alt.Chart(pl.DataFrame(rows)).encode(
        y=alt.Y("question:N", sort=[q.title for q in results], title=None, axis=alt.Axis(labelLimit=320)),
        yOffset="view:N",
        color=_colour(views),
    )
    low = max(LOWEST, min(r["low"] for r in rows)) - 0.02
    scale = alt.Scale(domain=[low, 0.5], clamp=True)
    zero = alt.Chart(pl.DataFrame([{"x": 0.0}])).mark_rule(color="#444").encode(x=alt.X("x:Q", scale=scale))
    lines = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title=SKILL), x2="high:Q")
    points = base.mark_point(filled=True, size=45).encode(x=alt.X("skill:Q", scale=scale))
    return alt.layer(zero, lines, points).properties(width=520, height=alt.Step(13))


def calibration_chart(q: Result) -> Chart:
    """Return the reliability diagram of each view with its 90% consistency band."""
    rows = [row for view, c in q.calibration.items() for row in _bins(name_of(view), c)]
    top = min(1.0, 1.15 * max(max(r["high"], r["seen"], r["said"]) for r in rows))
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("said:Q", scale=scale, title="forecast probability"), color=_colour(map(name_of, q.calibration))
    )
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", scale=scale, title="observed frequency"), y2="high:Q")
    size = alt.Size("n:Q", title="cases", scale=alt.Scale(range=[15, 110]))
    points = base.mark_point(filled=True).encode(y=alt.Y("seen:Q", scale=scale), size=size)
    diagonal = (
        alt.Chart(pl.DataFrame([{"said": 0.0, "y": 0.0}, {"said": top, "y": top}]))
        .mark_line(color="#888", strokeDash=[4, 4])
        .encode(x=alt.X("said:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    return alt.layer(diagonal, band, points).properties(width=300, height=300)


def _bins(view: str, c: Calibration) -> list[dict[str, Any]]:
    return [
        {"view": view, "said": float(p), "seen": float(o), "n": int(n), "low": float(a), "high": float(z)}
        for p, o, n, a, z in zip(c.forecast, c.observed, c.n, c.low, c.high, strict=True)
    ]


def case_chart(b: Backtest) -> Chart:
    """Return dots: the probability that each view gave to the outcome class that came true."""
    shown = ("model", "record", "best")
    rows = []
    for i, (case, months) in enumerate(zip(b.book.cases, b.book.months, strict=True)):
        if months == MONTHS[0] and not b.book.reason[i]:
            came = b.book.outcome[i]
            name = f"{case.talks.year} {case.name[:34]} ({END_NAMES[ORDER[came]].lower()})"
            rows += [{"case": name, "view": name_of(v), "p": float(b.book.views[v][i, came])} for v in shown]
    return (
        alt.Chart(pl.DataFrame(rows))
        .mark_point(filled=True, size=40)
        .encode(
            x=alt.X("p:Q", scale=alt.Scale(domain=[0, 1]), title="probability of what came true"),
            y=alt.Y("case:N", sort=None, title=None, axis=alt.Axis(labelLimit=340)),
            color=_colour(map(name_of, shown)),
        )
        .properties(width=420, height=alt.Step(14))
    )


def _colour(views: Iterable[str]) -> alt.Color:
    return colour_by("view:N", {v: COLOURS[v] for v in views}, title=None)

"""Charts of the backtest: skill, calibration, and what each view gave to the outcome that came true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.pages.backtest_cells import COLOURS, name_of
from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, label_axis, legend, percent_axis, wrapped
from peacetalks.pages.styles import END_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peacetalks.backtests.results import Backtest, Result
    from peacetalks.evidence.score import Calibration

MAIN = tuple(map(name_of, ("model", "record", "best", "ridge")))  # the rest is off the scale, and in the tables
OTHERS = tuple(map(name_of, ("outside", "own record", "pooled")))
STEP = 13  # pixels a view
LOWEST = -0.6  # left end of the scale of skill, at least
SKILL = "skill: 0 climatology, 1 perfect"


def skill_chart(results: list[Result], views: tuple[str, ...], width: int) -> Chart:
    """Return points with intervals: the skill of some views, by name, on each question."""
    letters, rows = (34 if width > NARROW else 22), []
    for q in results:
        for s in q.scores:
            k = s.main_skill
            if name_of(s.view) in views and math.isfinite(k.low):
                bounds = {"skill": k.value, "low": k.low, "high": k.high}
                rows.append({"question": q.title, "view": name_of(s.view), **bounds})
    labels = {r["question"]: wrapped(_short(r["question"]), letters) for r in rows}
    of = base(rows, width, STEP * len(views) * len(labels)).encode(
        y=label_axis("question:N", labels, 230 if width > NARROW else 132),
        yOffset=alt.YOffset("view:N", sort=list(views)),
        color=_colour(views, width),
    )
    low = max(LOWEST, min(r["low"] for r in rows)) - 0.02
    scale = alt.Scale(domain=[low, max(0.2, *(r["high"] for r in rows))], clamp=True, nice=False)
    zero = alt.Chart(pl.DataFrame([{"x": 0.0}])).mark_rule(color="#444").encode(x=alt.X("x:Q", scale=scale))
    lines = of.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title=SKILL), x2="high:Q")
    points = of.mark_point(filled=True, size=45, opacity=1).encode(x=alt.X("skill:Q", scale=scale))
    return alt.layer(zero, lines, points)


def _short(title: str) -> str:
    """Return a question's title without the words that all titles of a chart share.

    >>> _short("the outcome class 12 months later, conflict-years, civil")
    '12 months later, civil'
    """
    return title.removeprefix("the outcome class ").replace(", conflict-years, ", ", ")


def calibration_chart(q: Result, width: int) -> Chart:
    """Return the reliability diagram of a question; see `reliability_chart`."""
    return reliability_chart(q.calibration, width)


def reliability_chart(calibration: Mapping[str, Calibration], width: int) -> Chart:
    """Return the reliability diagram of each view with its 90% consistency band."""
    rows = [row for view, c in calibration.items() for row in _bins(name_of(view), c)]
    top = min(1.0, 1.15 * max(max(r["high"], r["seen"], r["said"]) for r in rows))
    scale = alt.Scale(domain=[0, top], nice=False)
    of = base(rows, width, min(width, 300)).encode(
        x=alt.X("said:Q", scale=scale, title="forecast probability", axis=percent_axis()),
        color=_colour(map(name_of, calibration), width),
    )
    y = alt.Y("low:Q", scale=scale, title="observed frequency", axis=percent_axis())
    band = of.mark_area(opacity=0.2).encode(y=y, y2="high:Q")
    size = alt.Size("n:Q", title="cases", scale=alt.Scale(range=[15, 110]), legend=None)
    points = of.mark_point(filled=True, opacity=1).encode(y=alt.Y("seen:Q", scale=scale), size=size)
    diagonal = (
        alt.Chart(pl.DataFrame([{"said": 0.0, "y": 0.0}, {"said": top, "y": top}]))
        .mark_line(color="#888", strokeDash=[4, 4])
        .encode(x=alt.X("said:Q", scale=scale), y=alt.Y("y:Q", scale=scale))
    )
    return alt.layer(diagonal, band, points)


def _bins(view: str, c: Calibration) -> list[dict[str, Any]]:
    return [
        {"view": view, "said": float(p), "seen": float(o), "n": int(n), "low": float(a), "high": float(z)}
        for p, o, n, a, z in zip(c.forecast, c.observed, c.n, c.low, c.high, strict=True)
    ]


def case_chart(b: Backtest, width: int) -> Chart:
    """Return dots: the probability that each view gave to the outcome class that came true."""
    shown, letters, rows = ("model", "record", "best"), (40 if width > NARROW else 21), []
    for i, (case, months) in enumerate(zip(b.book.cases, b.book.months, strict=True)):
        if months == MONTHS[0] and not b.book.reason[i]:
            came = b.book.outcome[i]
            name = f"{case.talks.year} {case.name[:34]} ({END_NAMES[ORDER[came]].lower()})"
            rows += [{"case": name, "view": name_of(v), "p": float(b.book.views[v][i, came])} for v in shown]
    labels = {r["case"]: wrapped(r["case"], letters) for r in rows}
    return (
        base(rows, width, (26 if width > NARROW else 38) * len(labels))
        .mark_point(filled=True, size=40, opacity=1)
        .encode(
            x=alt.X("p:Q", scale=alt.Scale(domain=[0, 1]), title="probability of what came true", axis=percent_axis()),
            y=label_axis("case:N", labels, 270 if width > NARROW else 132),
            color=_colour(map(name_of, shown), width),
        )
    )


def _colour(views: Iterable[str], width: int) -> alt.Color:
    key = legend(width, 2)
    key["symbolOpacity"] = 1
    return colour_by("view:N", {v: COLOURS[v] for v in views}, legend=key)

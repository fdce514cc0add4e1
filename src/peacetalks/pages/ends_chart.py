"""The chart of the outcome classes, one panel each: best estimate, model alone, benchmark and past conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.outcomes import ENDS
from peacetalks.pages.best_text import shown_months
from peacetalks.pages.cells import known
from peacetalks.pages.chart_parts import (
    Chart,
    base,
    colour_by,
    month_axis,
    part_width,
    probability_axis,
    side_by_side,
)
from peacetalks.pages.styles import (
    BEST_ESTIMATE,
    COMPLETE_INFORMATION,
    END_COLOURS,
    END_NAMES,
    MODEL_ALONE,
    PAST_CONFLICTS,
    VIEW_COLOURS,
)

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook

HEIGHT = 170
DASHES = {MODEL_ALONE: [1, 0], COMPLETE_INFORMATION: [5, 4], BEST_ESTIMATE: [1, 0]}


def ends(o: Outlook, width: int) -> Chart:
    """Return the best estimate (with its 90% interval), model alone, benchmark, and past conflicts."""
    return side_by_side([_panel(o, end, part_width(width, len(ENDS), 90)) for end in ENDS], width, spacing=24)


def _panel(o: Outlook, end: str, width: int) -> Chart:
    x, y = month_axis(int(o.outcomes.period[-1])), probability_axis()
    layers = [] if o.pooled.ends is None else [_band(o, end, width, x, y)]
    layers.append(_lines(o, end, width, x, y))
    intervals, points = _past(o, end)
    colour = VIEW_COLOURS[PAST_CONFLICTS]
    if points:
        legend = alt.Legend(
            title=f"{PAST_CONFLICTS} (with intervals)", orient="bottom", direction="vertical", labelLimit=260
        )
        marks = base(points, width, HEIGHT).mark_point(color=colour, size=40, opacity=0.9)
        layers.append(marks.encode(x=x, y=y, shape=alt.Shape("class:N", legend=legend)))
    if intervals:
        rules = base(intervals, width, HEIGHT).mark_rule(color=colour, opacity=0.6)
        layers.append(rules.encode(x=x, y=y, y2="high:Q"))
    return alt.layer(*layers).properties(title=alt.Title(END_NAMES[end], color=END_COLOURS[end]))


def _band(o: Outlook, end: str, width: int, x: alt.X, y: alt.Y) -> Chart:
    """Return the 90% interval of the best estimate."""
    low, high = o.pooled.low, o.pooled.high
    assert low is not None
    assert high is not None
    band = zip(low.period.values, low.sel(end=end).values, high.sel(end=end).values, strict=True)
    rows = [{"month": int(m), "p": float(a), "high": float(b)} for m, a, b in band if known(a) and known(b)]
    area = base(rows, width, HEIGHT).mark_area(color=VIEW_COLOURS[BEST_ESTIMATE], opacity=0.15)
    return area.encode(x=x, y=y, y2="high:Q")


def _lines(o: Outlook, end: str, width: int, x: alt.X, y: alt.Y) -> Chart:
    """Return the model alone, the same with complete information, and the best estimate where there is one."""
    best = {} if o.pooled.ends is None else {BEST_ESTIMATE: o.pooled.ends.dropna("period")}
    shown = {**best, MODEL_ALONE: o.ends, COMPLETE_INFORMATION: o.noise_floor}
    rows = [
        {"month": int(m), "p": float(p), "view": view}
        for view, a in shown.items()
        for m, p in zip(a.period.values, a.sel(end=end).values, strict=True)
    ]
    legend = alt.Legend(title=None, orient="bottom", direction="vertical", symbolSize=400, symbolType="stroke")
    scale = alt.Scale(domain=list(shown), range=[DASHES[view] for view in shown])
    dash = alt.StrokeDash("view:N", scale=scale, legend=legend)
    colour = colour_by("view:N", {view: VIEW_COLOURS[view] for view in shown}, legend=legend)
    return base(rows, width, HEIGHT).mark_line(strokeWidth=2).encode(x=x, y=y, strokeDash=dash, color=colour)


def _past(o: Outlook, end: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return intervals and points of past conflicts, each class moved a little aside so that they do not overlap."""
    intervals, points = [], []
    shown = shown_months(o)
    for i, v in enumerate(o.outside):
        for j, m in enumerate(v.months if v.ends else ()):
            if m not in shown or v.ends[end][j] is None:
                continue
            at = m + 0.5 * (i - (len(o.outside) - 1) / 2)
            points.append({"month": at, "p": v.ends[end][j], "class": f"class [{i + 1}], n = {v.n}"})
            low, high = v.low[end][j], v.high[end][j]
            if low is not None and high is not None:
                intervals.append({"month": at, "p": low, "high": high})
    return intervals, points

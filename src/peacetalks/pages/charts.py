"""Charts of an `Outlook`, drawn once as SVG so that a page needs no script and no network.

Each chart is drawn in two widths (a desk and a telephone); the page shows one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import vl_convert as vlc

from peacetalks.outcomes import ENDS
from peacetalks.pages.screen import END_NAMES, outcome_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.forecasting.outlook import Outlook

COLOURS = {
    "settlement": "#1b7837",
    "ceasefire": "#7fbf7b",
    "talks": "#e3e3e3",
    "fighting": "#b0b0b0",
    "broken": "#fdae61",
    "victory_1": "#e66101",
    "victory_2": "#a50f15",
    "wider_war": "#5e3c99",
}
END_COLOURS = {"peace": "#1b7837", "nowhere": "#737373", "more_conflict": "#c4320a"}
VIEW_COLOURS = {"inside view": "#222222", "nothing hidden": "#222222", "pooled": "#6a1b9a"}  # as in the page's table
RECORD = "#1a5276"
SIDES = ("#2166ac", "#b2560d", "#5e3c99")
RULES, DASHES = ("#222222", "#c4320a", "#2166ac"), ([1, 0], [6, 4], [2, 3])
WIDE, NARROW = 660, 300
Chart = Any


@dataclass(frozen=True)
class Drawing:
    """A chart on the page: its heading, what to see in it, and the SVG in two widths."""

    title: str
    caption: str
    wide: str
    narrow: str


def charts(o: Outlook) -> list[Drawing]:
    """Return the page's charts in order."""
    return [_drawing(i, o, *item) for i, item in enumerate(CHARTS)]


def one_svg(o: Outlook) -> str:
    """Return all charts, one below the other, as a single SVG."""
    parts = [draw(o, WIDE).properties(title=alt.Title(title, anchor="start")) for title, _, draw in CHARTS]
    whole = alt.vconcat(*parts, spacing=36).resolve_scale(color="independent", strokeDash="independent")
    return vlc.vegalite_to_svg(_styled(whole).to_json())


def outcomes(o: Outlook, width: int) -> Chart:
    """Stacked area of the outcome probabilities; outcomes that cannot happen are left out."""
    names = outcome_names(o.scenario)
    kept = [n for n in COLOURS if float(o.outcomes.sel(outcome=n).max()) > 0]
    rows = [
        {"month": int(p), "outcome": names[n], "p": float(o.outcomes.sel(period=p, outcome=n)), "order": i}
        for i, n in enumerate(kept)
        for p in o.outcomes.period.values
    ]
    scale = alt.Scale(domain=[names[n] for n in kept], range=[COLOURS[n] for n in kept])
    return (
        _base(rows, width, 280)
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=_months(o),
            y=alt.Y("p:Q", stack="zero", title=None, scale=alt.Scale(domain=[0, 1]), axis=_percent()),
            color=alt.Color("outcome:N", scale=scale, legend=_legend(width, 2 if width == WIDE else 1)),
            order="order:Q",
        )
    )


def ends(o: Outlook, width: int) -> Chart:
    """The three ends: the inside view (with 90% band), the same with nothing hidden, the record (95%), and the pool."""
    shares = [_end(o, e, (width - 90) // 3 if width == WIDE else width - 10) for e in ENDS]
    return alt.hconcat(*shares, spacing=24) if width == WIDE else alt.vconcat(*shares, spacing=18)


def _end(o: Outlook, end: str, width: int) -> Chart:
    x, y = _months(o), alt.Y("p:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=_percent())
    layers = [_lines(o, end, width, x, y)]
    if o.bands is not None:
        low, high = (o.bands["ends"].sel(end=end, quantile=q).values for q in (0.05, 0.95))
        span = zip(o.ends.period.values, low, high, strict=True)
        band = [{"month": int(m), "p": float(a), "high": float(b)} for m, a, b in span]
        layers.insert(0, _base(band, width, 170).mark_area(color="#222222", opacity=0.15).encode(x=x, y=y, y2="high:Q"))
    spans, points = _record(o, end)
    if points:
        seen = alt.Shape(
            "class:N",
            legend=alt.Legend(title="outside view (95%)", orient="bottom", direction="vertical", labelLimit=260),
        )
        layers.append(
            _base(points, width, 170).mark_point(color=RECORD, size=40, opacity=0.9).encode(x=x, y=y, shape=seen)
        )
    if spans:
        layers.append(_base(spans, width, 170).mark_rule(color=RECORD, opacity=0.6).encode(x=x, y=y, y2="high:Q"))
    return alt.layer(*layers).properties(title=alt.Title(END_NAMES[end], color=END_COLOURS[end]))


def _lines(o: Outlook, end: str, width: int, x: alt.X, y: alt.Y) -> Chart:
    """Return the inside view, the same with nothing hidden, and the pool (absent where the record cannot speak)."""
    shown = {"inside view": o.ends, "nothing hidden": o.noise_floor}
    if o.pooled.ends is not None:
        shown["pooled"] = o.pooled.ends.dropna("period")
    rows = [
        {"month": int(m), "p": float(p), "view": view}
        for view, a in shown.items()
        for m, p in zip(a.period.values, a.sel(end=end).values, strict=True)
    ]
    legend = alt.Legend(title=None, orient="bottom", direction="vertical", symbolSize=400, symbolType="stroke")
    names = list(shown)
    dash = alt.StrokeDash(
        "view:N", scale=alt.Scale(domain=names, range=[[1, 0], [5, 4], [1, 0]][: len(names)]), legend=legend
    )
    colour = alt.Color("view:N", scale=alt.Scale(domain=names, range=[VIEW_COLOURS[n] for n in names]), legend=legend)
    return _base(rows, width, 170).mark_line(strokeWidth=2).encode(x=x, y=y, strokeDash=dash, color=colour)


def _record(o: Outlook, end: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the intervals and points of the record, each class moved a little aside so that they do not overlap."""
    spans, points = [], []
    for i, v in enumerate(o.outside):
        for j, m in enumerate(v.months if v.ends else ()):
            if v.ends[end][j] is None:
                continue
            at = m + 0.5 * (i - (len(o.outside) - 1) / 2)
            points.append({"month": at, "p": v.ends[end][j], "class": f"record [{i + 1}], n = {v.n}"})
            low, high = v.low[end][j], v.high[end][j]
            if low is not None and high is not None:
                spans.append({"month": at, "p": low, "high": high})
    return spans, points


def terms(o: Outlook, width: int) -> Chart:
    """Bars of the agreed terms, with what needs no model as rules."""
    x = o.terms.terms.values
    rows = [{"share": float(v), "p": float(p)} for v, p in zip(x, o.terms.values, strict=True) if p == p]
    axis = alt.X(
        "share:Q",
        title=f"share of {o.scenario.sides[0].label}",
        scale=alt.Scale(domain=[-0.05, 1.05], nice=False),
        axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    size = max(2, 0.7 * width / (1.1 * len(x)))
    bars = (
        _base(rows or [{"share": 0.5, "p": 0.0}], width, 200)
        .mark_bar(size=size, color="#7fbf7b")
        .encode(x=axis, y=alt.Y("p:Q", title=None, axis=_percent()))
    )
    marks = [
        {"share": o.baselines["front"], "what": "front as it stands"},
        {"share": o.baselines["capability_weighted_mean"], "what": "capability-weighted mean"},
    ]
    if rows:
        marks.insert(0, {"share": sum(r["share"] * r["p"] for r in rows), "what": "mean of the model"})
    names = ["mean of the model", "front as it stands", "capability-weighted mean"][-len(marks) :]
    legend = alt.Legend(
        title=None, orient="bottom", columns=3 if width == WIDE else 1, symbolType="stroke", symbolSize=300
    )
    rules = (
        _base(marks, width, 200)
        .mark_rule(strokeWidth=2.5)
        .encode(
            x="share:Q",
            color=alt.Color("what:N", scale=alt.Scale(domain=names, range=RULES[-len(names) :]), legend=legend),
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=names, range=DASHES[-len(names) :]), legend=legend
            ),
        )
    )
    return bars + rules


def beliefs(o: Outlook, width: int) -> Chart:
    """Median, 50% and 90% of the public belief in each informed side's first type."""
    if not o.beliefs:
        return _base([{"x": 0}], width, 40).mark_text(text="Nothing is hidden in this scenario.", align="left").encode()
    each = (width - 50) // len(o.beliefs) if width == WIDE else width - 10
    parts = [_belief(o, side, each, SIDES[i]) for i, side in enumerate(o.beliefs)]
    return alt.hconcat(*parts, spacing=30) if width == WIDE else alt.vconcat(*parts, spacing=18)


def _belief(o: Outlook, side: str, width: int, colour: str) -> Chart:
    first = o.beliefs[side].isel(type=0)
    rows = [
        {"month": int(p)} | {str(k): float(first.sel(period=p, statistic=k)) for k in first.statistic.values}
        for p in first.period.values
    ]
    y = alt.Scale(domain=[0, 1])
    base = _base(rows, width, 170)
    layers = [
        base.mark_area(color=colour, opacity=alpha).encode(
            x=_months(o), y=alt.Y(f"{low}:Q", scale=y, title=None, axis=_percent()), y2=f"{high}:Q"
        )
        for low, high, alpha in (("q05", "q95", 0.2), ("q25", "q75", 0.3))
    ]
    layers.append(base.mark_line(color=colour).encode(x=_months(o), y=alt.Y("q50:Q", scale=y)))
    return alt.layer(*layers).properties(title=f"{side}: {first.type.item()}")


def times(o: Outlook, width: int) -> Chart:
    """Cumulative curves: a settlement by the month; a truce broken, or settled, within months of its beginning."""
    d = o.durations
    each = (width - 50) // 2 if width == WIDE else width - 10
    settled = _curve([("a settlement", d.settled)], "months from the date", "Settled by then", each, ["#1b7837"])
    if d.broken_within is None or d.closed_within is None:
        return settled
    curves = [("broken", d.broken_within), ("became a settlement", d.closed_within)]
    truce = _curve(curves, "months since the truce began", "What became of a truce", each, ["#c4320a", "#1b7837"])
    both = alt.hconcat if width == WIDE else alt.vconcat
    return both(settled, truce, spacing=30).resolve_scale(color="independent")


def _curve(curves: list[tuple[str, Any]], x: str, title: str, width: int, colours: list[str]) -> Chart:
    rows = [{"month": t, "p": float(p), "what": what} for what, a in curves for t, p in enumerate([0.0, *a])]
    scale = alt.Scale(domain=[what for what, _ in curves], range=colours)
    top = alt.Scale(domain=[0, 1])
    return (
        _base(rows, width, 190)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("month:Q", title=x, scale=alt.Scale(nice=False), axis=_ticks(max(r["month"] for r in rows), 0)),
            y=alt.Y("p:Q", title=None, scale=top, axis=_percent()),
            color=alt.Color("what:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
        )
        .properties(title=title)
    )


CHARTS: tuple[tuple[str, str, Callable[[Outlook, int], Chart]], ...] = (
    (
        "The three ends: inside view, record, both pooled",
        "Solid: the model's inside view. Dashed: the same with nothing "
        "hidden (the noise floor). Points: the outside view, what past episodes of the reference classes became, with 95% "
        "intervals. Violet: both pooled, at the dates of the table; no such line where the record cannot speak.",
        ends,
    ),
    (
        "Outcomes over time",
        "The inside view, by outcome, at the end of each month. Greens are peace, greys are "
        "nowhere, the rest is more conflict.",
        outcomes,
    ),
    ("Terms of a settlement", "Given that a settlement is reached by the last month.", terms),
    (
        "What is learnt about each side",
        "The public belief that the side is of the named type: the line is the median "
        "over paths, the bands hold 50% and 90% of them. Its mean never moves; the spread is what has been learnt.",
        beliefs,
    ),
    (
        "Time to settlement, and to the collapse of a truce",
        "Left: chance that a settlement has been reached. "
        "Right: of the truces that begin in the first half of the forecast. Computed exactly by the forward pass.",
        times,
    ),
)


def _months(o: Outlook) -> alt.X:
    last = int(o.outcomes.period[-1])
    scale = alt.Scale(domain=[1, max(last, 2)], nice=False)
    return alt.X("month:Q", title="months from the date", scale=scale, axis=_ticks(last))


def _ticks(last: int, first: int = 1) -> alt.Axis:
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 240) if last / s <= 6)
    return alt.Axis(values=[first, *range(step, last + 1, step)], format="d", grid=False, labelOverlap="greedy")


def _percent() -> alt.Axis:
    return alt.Axis(format="%", tickCount=5)


def _legend(width: int, columns: int) -> alt.Legend:
    return alt.Legend(
        title=None, orient="bottom", columns=columns if width == WIDE else 1, labelLimit=320, symbolType="square"
    )


def _base(rows: list[dict[str, Any]], width: int, height: int) -> alt.Chart:
    return alt.Chart(pl.DataFrame(rows)).properties(width=width - 20, height=height)


def _styled(chart: Chart) -> Chart:
    return (
        chart.configure(font="Helvetica, Arial, sans-serif", background="white")
        .configure_axis(
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelColor="#333", titleColor="#333"
        )
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", rowPadding=3)
        .configure_title(fontSize=13, anchor="start", fontWeight="bold")
        .configure_view(strokeWidth=0)
    )


def _drawing(i: int, o: Outlook, title: str, caption: str, draw: Callable[[Outlook, int], Chart]) -> Drawing:
    wide, narrow = (_svg(draw(o, w), f"c{i}{k}-", title) for w, k in ((WIDE, "w"), (NARROW, "n")))
    return Drawing(title, caption, wide, narrow)


def _svg(chart: Chart, prefix: str, title: str) -> str:
    """Return the SVG to be put into a page: named for readers of screens, its ids unique in the page."""
    svg = re.sub(r"<\?xml.*?\?>", "", vlc.vegalite_to_svg(_styled(chart).to_json()))
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = svg.replace("url(#", f"url(#{prefix}")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)

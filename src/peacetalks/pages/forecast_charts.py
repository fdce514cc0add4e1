"""Charts of a forecast, drawn once as SVG so that a page needs no script and no network.

Each chart is drawn in two widths (a desk and a telephone); the page shows one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.pages.cells import known
from peacetalks.pages.chart_parts import (
    NARROW,
    WIDE,
    Chart,
    base,
    colour_by,
    legend,
    month_axis,
    month_ticks,
    part_width,
    percent_axis,
    probability_axis,
    side_by_side,
    styled,
)
from peacetalks.pages.ends_chart import ends
from peacetalks.pages.forecast_rows import outcome_names
from peacetalks.pages.markup import inline_svg, svg_text
from peacetalks.pages.styles import (
    BEST_ESTIMATE,
    END_COLOURS,
    MODEL_ALONE,
    OUTCOME_COLOURS,
    PAST_CONFLICTS,
    SIDE_COLOURS,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.forecasting.outlook import Outlook

TERM_RULES = {  # what the terms are compared with: colour and dashes
    "mean of the model": ("#222222", [1, 0]),
    "front as it stands": ("#c4320a", [6, 4]),
    "capability-weighted mean": ("#2166ac", [2, 3]),
}


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
    """Return all charts, one below the other, as a single SVG file."""
    parts = [draw(o, WIDE).properties(title=alt.Title(title, anchor="start")) for title, _, draw in CHARTS]
    whole = alt.vconcat(*parts, spacing=36).resolve_scale(color="independent", strokeDash="independent")
    return svg_text(styled(whole))


def outcomes(o: Outlook, width: int) -> Chart:
    """Return the stacked areas of the outcome probabilities; outcomes that cannot happen are left out."""
    names = outcome_names(o.scenario)
    shown = [n for n in OUTCOME_COLOURS if float(o.outcomes.sel(outcome=n).max()) > 0]
    rows = [
        {"month": int(p), "outcome": names[n], "p": float(o.outcomes.sel(period=p, outcome=n)), "order": i}
        for i, n in enumerate(shown)
        for p in o.outcomes.period.values
    ]
    colours = {names[n]: OUTCOME_COLOURS[n] for n in shown}
    return (
        base(rows, width, 280)
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=month_axis(int(o.outcomes.period[-1])),
            y=probability_axis(stack="zero"),
            color=colour_by("outcome:N", colours, legend=legend(width, 2)),
            order="order:Q",
        )
    )


def terms(o: Outlook, width: int) -> Chart:
    """Return bars of the agreed terms, with their mean and the baselines that need no model as rules."""
    x = o.terms.terms.values
    rows = [{"share": float(v), "p": float(p)} for v, p in zip(x, o.terms.values, strict=True) if known(p)]
    axis = alt.X(
        "share:Q",
        title=f"share of {o.scenario.sides[0].label}",
        scale=alt.Scale(domain=[-0.05, 1.05], nice=False),
        axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    size = max(2, 0.7 * width / (1.1 * len(x)))
    bars = (
        base(rows or [{"share": 0.5, "p": 0.0}], width, 200)
        .mark_bar(size=size, color=OUTCOME_COLOURS["ceasefire"])
        .encode(x=axis, y=alt.Y("p:Q", title=None, axis=percent_axis()))
    )
    return bars + _term_rules(o, width)


def _term_rules(o: Outlook, width: int) -> Chart:
    """Return the rules at the mean of the model (where there is one) and at the baselines."""
    at = {
        "front as it stands": o.baselines["front"],
        "capability-weighted mean": o.baselines["capability_weighted_mean"],
    }
    if o.mean_terms is not None:
        at = {"mean of the model": o.mean_terms} | at
    names = list(at)
    symbols = alt.Legend(
        title=None, orient="bottom", columns=3 if width == WIDE else 1, symbolType="stroke", symbolSize=300
    )
    dashes = alt.Scale(domain=names, range=[TERM_RULES[n][1] for n in names])
    return (
        base([{"share": x, "what": name} for name, x in at.items()], width, 200)
        .mark_rule(strokeWidth=2.5)
        .encode(
            x="share:Q",
            color=colour_by("what:N", {n: TERM_RULES[n][0] for n in names}, legend=symbols),
            strokeDash=alt.StrokeDash("what:N", scale=dashes, legend=symbols),
        )
    )


def beliefs(o: Outlook, width: int) -> Chart:
    """Return median, 50% and 90% of the public belief in each informed side's first type."""
    if not o.beliefs:
        text = "In this scenario the types of both sides are known."
        return base([{"x": 0}], width, 40).mark_text(text=text, align="left").encode()
    each = part_width(width, len(o.beliefs), 50)
    parts = [_belief(o, side, each, SIDE_COLOURS[i]) for i, side in enumerate(o.beliefs)]
    return side_by_side(parts, width, spacing=30)


def _belief(o: Outlook, side: str, width: int, colour: str) -> Chart:
    first = o.beliefs[side].isel(type=0)
    rows = [
        {"month": int(p)} | {str(k): float(first.sel(period=p, statistic=k)) for k in first.statistic.values}
        for p in first.period.values
    ]
    x, chart = month_axis(int(o.outcomes.period[-1])), base(rows, width, 170)
    layers = [
        chart.mark_area(color=colour, opacity=alpha).encode(x=x, y=probability_axis(f"{low}:Q"), y2=f"{high}:Q")
        for low, high, alpha in (("q05", "q95", 0.2), ("q25", "q75", 0.3))
    ]
    median = chart.mark_line(color=colour).encode(x=x, y=alt.Y("q50:Q", scale=alt.Scale(domain=[0, 1])))
    return alt.layer(*layers, median).properties(title=f"{side}: {first.type.item()}")


def times(o: Outlook, width: int) -> Chart:
    """Return curves of a settlement by the month, and of a truce broken or settled within months of its beginning."""
    d, each = o.durations, part_width(width, 2, 50)
    peace, conflict = END_COLOURS["peace"], END_COLOURS["more_conflict"]
    settled = _curve({"a settlement": (d.settled, peace)}, "months from the date", "Settled by then", each)
    if d.broken_within is None or d.closed_within is None:
        return settled
    curves = {"broken": (d.broken_within, conflict), "became a settlement": (d.closed_within, peace)}
    truce = _curve(curves, "months since the truce began", "What became of a truce", each)
    both = alt.hconcat if width == WIDE else alt.vconcat
    return both(settled, truce, spacing=30).resolve_scale(color="independent")


def _curve(curves: dict[str, tuple[Any, str]], x: str, title: str, width: int) -> Chart:
    """Return cumulative curves by name: the probabilities [month], and the colour."""
    rows = [
        {"month": t, "p": float(p), "what": what} for what, (a, _) in curves.items() for t, p in enumerate([0.0, *a])
    ]
    ticks = month_ticks(max(r["month"] for r in rows), 0)
    colours = {what: colour for what, (_, colour) in curves.items()}
    return (
        base(rows, width, 190)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("month:Q", title=x, scale=alt.Scale(nice=False), axis=ticks),
            y=probability_axis(),
            color=colour_by("what:N", colours, legend=alt.Legend(title=None, orient="bottom")),
        )
        .properties(title=title)
    )


CHARTS: tuple[tuple[str, str, Callable[[Outlook, int], Chart]], ...] = (
    (
        f"Outcome classes: {BEST_ESTIMATE}, {MODEL_ALONE}, {PAST_CONFLICTS}",
        "Violet: the best estimate with its 90% interval; it is absent where there are too few past conflicts. Solid "
        "black: the model alone. Dashed: the same game with complete information (the complete-information benchmark). "
        "Points: what past conflicts of each class became, with their intervals.",
        ends,
    ),
    (
        "Outcomes over time",
        "The model alone, by outcome, at the end of each month. Greens are peace, greys still no settlement, the rest "
        "is more conflict.",
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


def _drawing(i: int, o: Outlook, title: str, caption: str, draw: Callable[[Outlook, int], Chart]) -> Drawing:
    wide, narrow = (_svg(draw(o, w), f"c{i}{k}-", title) for w, k in ((WIDE, "w"), (NARROW, "n")))
    return Drawing(title, caption, wide, narrow)


def _svg(chart: Chart, prefix: str, title: str) -> str:
    """Return the SVG to be put into a page: named for readers of screens, its ids unique in the page."""
    svg = re.sub(r'\bid="', f'id="{prefix}', inline_svg(styled(chart)))
    svg = svg.replace("url(#", f"url(#{prefix}")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)

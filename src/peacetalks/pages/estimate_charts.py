"""Charts of an estimate: coefficients with intervals, probabilities as a covariate varies, profile likelihood."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.estimation.tables import coefficients
from peacetalks.pages.chart_parts import (
    NARROW,
    Chart,
    base,
    colour_by,
    label_axis,
    legend,
    percent_axis,
    stroke_legend,
    wrapped,
)
from peacetalks.pages.styles import FAINT_INK, INK

if TYPE_CHECKING:
    from peacetalks.estimation.comparative import ComparativeStatics
    from peacetalks.estimation.model import Estimate
    from peacetalks.estimation.profile import Profile

OUTCOME_COLOURS = ("#2166ac", "#b2560d", "#1a7a5a", "#5e3c99", "#b8372f", "#565d66", "#b8860b", "#1c1f23")
STEP = 34  # pixels a coefficient or a level
HEIGHT = 260
CLEAR, UNCLEAR = "interval without 0", "interval with 0"
COLOURS = {CLEAR: "#1a5276", UNCLEAR: "#9aa1a9"}


def coefficient_chart(estimate: Estimate, width: int, level: float = 0.95) -> Chart:
    """Return the estimated coefficients as dots with their intervals, in the order of the model."""
    shown = [c for c in coefficients(estimate, level) if not c.fixed]
    letters = 34 if width > NARROW else 20
    labels = {c.name: f"{wrapped(c.term, letters)}\n{c.equation}" if c.equation else c.name for c in shown}
    rows = [
        {
            "name": c.name, "value": c.value, "low": c.low, "high": c.high,
            "which": CLEAR if c.low > 0 or c.high < 0 else UNCLEAR,
        }
        for c in shown
    ]  # fmt: skip
    y = label_axis("name:N", labels, 240 if width > NARROW else 132, lift=6)
    x = alt.X("low:Q", title=None, scale=alt.Scale(nice=True, padding=12))
    colour = colour_by("which:N", COLOURS, legend=legend(width, 2))
    chart = base(rows, width, STEP * len(shown))
    zero = base([{"low": 0.0}], width, STEP * len(shown)).mark_rule(color=INK, strokeWidth=1).encode(x="low:Q")
    spans = chart.mark_rule(strokeWidth=2).encode(x=x, x2="high:Q", y=y, color=colour)
    dots = chart.mark_point(filled=True, size=70, opacity=1).encode(x="value:Q", y=y, color=colour)
    return zero + spans + dots


def coefficient_caption(estimate: Estimate, level: float = 0.95) -> str:
    """Return how the chart of coefficients is to be seen."""
    fixed = int(estimate.fixed.sum())
    more = "" if not fixed else f" Not shown: {fixed} fixed." if fixed > 1 else " Not shown: one that was fixed."
    return f"Estimates with {100 * level:g}% intervals; blue: the interval does not hold 0.{more}"


def varied_chart(c: ComparativeStatics, width: int) -> Chart:
    """Return the probability of each outcome over the values of a covariate, with intervals."""
    colours = {o: OUTCOME_COLOURS[k % len(OUTCOME_COLOURS)] for k, o in enumerate(c.outcomes)}
    if c.seen is not None and not set(c.values) <= {0, 1}:
        return _curves(c, width, colours)
    return _levels(c, width, colour_by("outcome:N", colours, legend=legend(width, 3)))


def varied_caption(c: ComparativeStatics) -> str:
    """Return what the chart shows: where the other covariates stand, and how the intervals were made."""
    beyond = ""
    if c.beyond and c.seen is not None:
        beyond = f" The range goes beyond the data, which lie between {c.seen[0]:.4g} and {c.seen[1]:.4g}."
    return f"{where(c)}; {c.method.words()}.{beyond}"


def where(c: ComparativeStatics) -> str:
    """Return where the other covariates stand, in words."""
    others = ", ".join(f"{k} = {v:.4g}" if isinstance(v, float) else f"{k} = {v}" for k, v in c.others.items())
    if c.at == "sample":
        more = f", but {others}" if others else ""
        return f"Averaged over the {c.rows:,} rows, each with its own other covariates{more}"
    return f"The other covariates at typical values: {others or 'there are none'}"


def _curves(c: ComparativeStatics, width: int, colours: dict[str, str]) -> Chart:
    chart = base(_rows(c), width, HEIGHT)
    axis = alt.Axis(grid=False, tickCount=6)
    x = alt.X("value:Q", title=c.column, scale=alt.Scale(nice=False, zero=False), axis=axis)
    low = alt.Y("low:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis())
    middle = alt.Y("p:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis())
    colour = colour_by("outcome:N", colours, legend=stroke_legend(width, 3, symbolOpacity=1, symbolStrokeWidth=2))
    line = chart.mark_line(strokeWidth=2).encode(x=x, y=middle, color=colour)
    if c.method.kind == "none":
        return line
    return chart.mark_area(opacity=0.18).encode(x=x, y=low, y2="high:Q", color=colour) + line


def _levels(c: ComparativeStatics, width: int, colour: alt.Color) -> Chart:
    labels = {str(v): f"{c.column} = {v}" for v in c.values}
    height = 22 * len(c.outcomes) * len(labels)
    chart = base([{**r, "value": str(r["value"])} for r in _rows(c)], width, height)
    y = label_axis("value:N", labels, 240 if width > NARROW else 132)
    offset = alt.YOffset("outcome:N", sort=list(c.outcomes), scale=alt.Scale(paddingOuter=0.6))
    x = alt.X("p:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1]))
    dots = chart.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, yOffset=offset, color=colour)
    if c.method.kind == "none":
        return dots
    low = alt.X("low:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1]))
    return chart.mark_rule(strokeWidth=2).encode(x=low, x2="high:Q", y=y, yOffset=offset, color=colour) + dots


def _rows(c: ComparativeStatics) -> list[dict[str, Any]]:
    q = c.probability
    spread = c.method.kind != "none"
    return [
        {
            "value": value, "outcome": outcome, "p": float(q.value[i, k]),
            **({"low": float(q.low[i, k]), "high": float(q.high[i, k])} if spread else {}),
        }
        for i, value in enumerate(c.values)
        for k, outcome in enumerate(c.outcomes)
    ]  # fmt: skip


def profile_chart(p: Profile, width: int) -> Chart:
    """Return the log-likelihood over values of one parameter, less the largest, with the estimate and the interval."""
    top = p.highest
    rows = [
        {"value": float(v), "below": float(x - top)}
        for v, x in zip(p.values, p.log_likelihood, strict=True)
        if isfinite(x)
    ]
    x = alt.X(
        "value:Q", title=p.parameter, scale=alt.Scale(zero=False, nice=False, padding=8), axis=alt.Axis(grid=False)
    )
    y = alt.Y("below:Q", title="log-likelihood, less the largest", scale=alt.Scale(zero=True))
    curve = base(rows, width, HEIGHT).mark_line(
        strokeWidth=2, color=COLOURS[CLEAR], point=alt.OverlayMarkDef(size=28, color=COLOURS[CLEAR])
    )
    cut = base([{"below": -p.fall}], width, HEIGHT).mark_rule(color=FAINT_INK, strokeDash=[4, 4]).encode(y="below:Q")
    here = base([{"value": p.estimate}], width, HEIGHT).mark_rule(color=INK).encode(x="value:Q")
    return curve.encode(x=x, y=y) + cut + here


def profile_caption(p: Profile) -> str:
    """Return what the profile shows: the interval, and whether a better maximum was found."""
    ends = [f"{x:.4g}" if isfinite(x) else f"beyond {edge:.4g}" for x, edge in zip(p.interval, p.ends, strict=True)]
    said = f"{100 * p.level:g}% interval by the likelihood ratio: {ends[0]} to {ends[1]}."
    line = "The upright line is the estimate, the dashed one where the interval ends."
    if p.better is not None:
        said = (
            f"A better maximum was found: log-likelihood {p.better.log_likelihood:.4f} instead of {p.maximum:.4f}. The "
            f"estimate is a local maximum only; start from the better one. {said}"
        )
    return f"{said} {line}"

"""Charts of the model alone: outcomes by date, terms of a settlement, fate of a truce, beliefs about each side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np

from peacetalks.forecasting.views import calendar_dates
from peacetalks.pages.cells import in_prose, known, percent_range, whole_percent
from peacetalks.pages.chart_parts import (
    Chart,
    base,
    colour_by,
    date_axis,
    legend,
    month_axis,
    percent_axis,
    probability_axis,
    stroke_legend,
)
from peacetalks.pages.forecast_rows import outcome_names
from peacetalks.pages.forecast_text import central_terms
from peacetalks.pages.styles import FAINT_INK, INK, OUTCOME_COLOURS

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.forecasting.outlook import Outlook

HEIGHT = 200
FEW = 3  # dates below which a line is drawn with its points
MEAN, FRONT, CAPABILITY = "mean of the model", "front as it stands", "capability-weighted mean"
TERM_RULES = {  # what the terms are compared with: colour and dashes
    MEAN: (INK, [1, 0]),
    FRONT: (INK, [6, 4]),
    CAPABILITY: (FAINT_INK, [2, 3]),
}
FATES = {  # what may have become of a truce: colour, from the bottom of the chart
    "became a settlement": OUTCOME_COLOURS["settlement"],
    "still in force": OUTCOME_COLOURS["ceasefire"],
    "broken": OUTCOME_COLOURS["broken"],
}


def outcomes(o: Outlook, width: int) -> Chart:
    """Return the stacked areas of the outcome probabilities; outcomes that cannot happen are left out."""
    names = outcome_names(o.scenario)
    shown = [n for n in OUTCOME_COLOURS if float(o.outcomes.sel(outcome=n).max()) > 0]
    months = [int(m) for m in o.outcomes.period.values]
    days = dict(zip(months, _days(o), strict=True))
    rows = [
        {"date": days[m], "outcome": names[n], "p": float(o.outcomes.sel(period=m, outcome=n)), "order": i}
        for i, n in enumerate(shown)
        for m in months
    ]
    colours = {names[n]: OUTCOME_COLOURS[n] for n in shown}
    return (
        base(rows, width, 260)
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=date_axis(o.as_of, months[-1]),
            y=probability_axis(stack="zero"),
            color=colour_by("outcome:N", colours, legend=legend(width, 2)),
            order="order:Q",
        )
    )


def terms(o: Outlook, width: int) -> Chart:
    """Return bars of the agreed terms, with their mean and the baselines that need no model as rules."""
    x = o.terms.terms.values
    half = 0.325 * float(np.diff(x).min()) if len(x) > 1 else 0.02  # of the width of a bar
    shares = [(float(v), float(p)) for v, p in zip(x, o.terms.values, strict=True) if known(p)]
    rows = [{"from": v - half, "to": v + half, "p": p, "foot": 0.0} for v, p in shares]
    margin = max(0.05, half + 0.01)  # so that the bars of nothing and of the whole are within the axes
    axis = alt.X(
        "from:Q",
        title=f"share of {o.scenario.sides[0].label}",
        scale=alt.Scale(domain=[-margin, 1 + margin], nice=False),
        axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1], grid=False),
    )
    bars = (
        base(rows or [{"from": 0.5, "to": 0.5, "p": 0.0, "foot": 0.0}], width, HEIGHT)
        .mark_rect(color=OUTCOME_COLOURS["ceasefire"])
        .encode(x=axis, x2="to:Q", y=alt.Y("p:Q", title=None, axis=percent_axis()), y2="foot:Q")
    )
    return bars + _term_rules(o, width)


def terms_caption(o: Outlook) -> str:
    """Return what a settlement would give in the model, in one sentence with its numbers."""
    label, front = o.scenario.sides[0].label, whole_percent(o.baselines["front"])
    if o.mean_terms is None:
        return f"No settlement is reached within the forecast; the front as it stands gives {label} {front}."
    low, high = central_terms(o)
    return (
        f"If a settlement is reached, {label} gets {whole_percent(o.mean_terms)} of the stake on average "
        f"(90%: {in_prose(percent_range(low, high))}); the front as it stands gives it {front}."
    )


def _term_rules(o: Outlook, width: int) -> Chart:
    """Return the rules at the mean of the model (where there is one) and at the baselines."""
    at = {FRONT: o.baselines["front"], CAPABILITY: o.baselines["capability_weighted_mean"]}
    if o.mean_terms is not None:
        at = {MEAN: o.mean_terms} | at
    names = list(at)
    symbols = stroke_legend(width, 3)
    dashes = alt.Scale(domain=names, range=[TERM_RULES[n][1] for n in names])
    return (
        base([{"share": x, "what": name} for name, x in at.items()], width, HEIGHT)
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X("share:Q", title=f"share of {o.scenario.sides[0].label}"),
            color=colour_by("what:N", {n: TERM_RULES[n][0] for n in names}, legend=symbols),
            strokeDash=alt.StrokeDash("what:N", scale=dashes, legend=symbols),
        )
    )


def truce(o: Outlook, width: int) -> Chart:
    """Return what became of a truce by months since it began, as stacked shares; raise nothing where none begins."""
    d = o.durations
    if d.broken_within is None or d.closed_within is None:
        return _nothing("No truce begins in this forecast.", width)
    broken, closed = np.array([0.0, *d.broken_within]), np.array([0.0, *d.closed_within])
    shares = dict(zip(FATES, (closed, 1 - broken - closed, broken), strict=True))
    rows = [
        {"month": t, "fate": fate, "p": float(p), "order": i}
        for i, (fate, a) in enumerate(shares.items())
        for t, p in enumerate(a)
    ]
    return (
        base(rows, width, HEIGHT)
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=month_axis(len(broken) - 1, "months since the truce began"),
            y=probability_axis(stack="zero"),
            color=colour_by("fate:N", FATES, legend=legend(width, 3)),
            order="order:Q",
        )
    )


def truce_caption(o: Outlook) -> str:
    """Return how long a truce holds in the model, in one sentence with its numbers."""
    broken = o.durations.broken_within
    if broken is None:
        return "In the model."
    within = ", ".join(f"{whole_percent(float(broken[m - 1]))} within {m}" for m in (3, 6, 12) if m <= len(broken))
    return f"Of truces that begin in the first half of the forecast, in the model, broken: {within} months."


def beliefs(o: Outlook, width: int) -> Chart:
    """Return how much of what is hidden about each informed side has been learnt, over calendar dates."""
    if not o.beliefs:
        return _nothing("In this scenario the types of both sides are known.", width)
    rows = [
        {"date": day, "side": side, "p": p}
        for side in o.beliefs
        for day, p in zip(_days(o), learnt(o, side), strict=True)
    ]
    dashes = alt.Scale(domain=list(o.beliefs), range=[[1, 0], [5, 3]][: len(o.beliefs)])
    return (
        base(rows, width, HEIGHT)
        .mark_line(color=INK, strokeWidth=2.5, point=len(_days(o)) < FEW)
        .encode(
            x=date_axis(o.as_of, int(o.outcomes.period[-1])),
            y=probability_axis(),
            strokeDash=alt.StrokeDash("side:N", scale=dashes, legend=stroke_legend(width, 2)),
        )
    )


def learnt(o: Outlook, side: str) -> list[float]:
    """Return [period] the share of the uncertainty about a side's type that public play has removed, from 0 to 1.

    It is the variance of the public belief over the variance that full knowledge would give it, summed over types
    (the tau of Goodman and Kruskal 1954).
    """
    mean, sd = (o.beliefs[side].sel(statistic=k) for k in ("mean", "sd"))
    hidden = (mean * (1 - mean)).sum("type")
    return [float(x) for x in ((sd**2).sum("type") / hidden.where(hidden > 0)).fillna(1.0)]


def beliefs_caption(o: Outlook) -> str:
    """Return one sentence on how to read the chart, and where each belief stands today."""
    today = "; ".join(f"{side}: {_types(o, side)}" for side in o.beliefs)
    return (
        "How much of what is hidden about each side the course of war and talks reveals: 0% is nothing, 100% that its "
        f"type is known. Believed at the start: {today}."
    )


def _types(o: Outlook, side: str) -> str:
    a = o.beliefs[side].isel(period=0).sel(statistic="mean")
    return ", ".join(f"{name} {whole_percent(float(a.sel(type=name)))}" for name in a.type.values)


def _days(o: Outlook) -> list[date]:
    return calendar_dates(o.as_of, [int(m) for m in o.outcomes.period.values])


def _nothing(text: str, width: int) -> Chart:
    return base([{"x": 0}], width, 40).mark_text(text=text, align="left", fontSize=12).encode(x=alt.value(4))

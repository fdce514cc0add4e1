"""Charts of saved forecasts: what each change did, and the history of a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.outcomes import ENDS
from peacetalks.pages.chart_parts import Chart, base, colour_by, label_axis, legend, probability_axis, wrapped
from peacetalks.pages.styles import END_COLOURS, END_NAMES, END_TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.evidence.arrays import Floats

BAR = 13  # pixels a bar
HEIGHT = 240
BESIDE = 6  # pixels by which the outcome classes of a date stand beside each other
MOST_DAYS = 6  # dates that are each marked on an axis
LETTERS = 34  # of a label of the axis, on two lines


def effects(parts: Mapping[str, Floats], width: int) -> Chart:
    """Return bars of what each change did to the outcome classes, in points of 100: {name: [end]}."""
    rows = [
        {"part": name, "end": END_NAMES[end], "points": 100 * float(x)}
        for name, effect in parts.items()
        for end, x in zip(ENDS, effect, strict=True)
    ]
    names = list(END_NAMES.values())
    colours = {END_NAMES[end]: END_COLOURS[end] for end in ENDS}
    bars = base(rows, width, BAR * len(rows) + 10).mark_bar()
    return bars.encode(
        x=alt.X("points:Q", title="points of 100", axis=alt.Axis(tickCount=5)),
        y=label_axis("part:N", {name: wrapped(name, LETTERS) for name in parts}, limit=220),
        yOffset=alt.YOffset("end:N", sort=names),
        color=colour_by("end:N", colours, legend=legend(width, len(names))),
    )


def history_chart(rows: list[dict[str, Any]], width: int) -> Chart:
    """Return what was expected of the outcome classes along the dates of the forecasts, with intervals.

    Each row has the date, the outcome class ("end"), the probability "p" and its interval from "low" to "high".
    """
    colours = {END_NAMES[end]: END_TEXTS[end] for end in ENDS}
    days = sorted({r["date"] for r in rows})
    axis = alt.Axis(format="%d %b %Y", grid=False, labelOverlap="greedy", title=None, tickCount=5)
    x = alt.X("date:T", axis=axis if len(days) > MOST_DAYS else axis_at(days), scale=alt.Scale(nice=False, padding=14))
    names = legend(width, len(ENDS))
    names.symbolOpacity = 1.0
    colour = colour_by("end:N", colours, legend=names)
    layers = []
    for k, end in enumerate(ENDS):
        of = [r | {"end": END_NAMES[end]} for r in rows if r["end"] == end]
        chart, aside = base(of, width, HEIGHT), BESIDE * (k - 1)
        spans = chart.mark_rule(strokeWidth=4, opacity=0.3, xOffset=aside)
        layers.append(spans.encode(x=x, y=probability_axis("low:Q"), y2="high:Q", color=colour))
        points = alt.OverlayMarkDef(size=40, xOffset=aside)
        layers.append(
            chart.mark_line(strokeWidth=2, xOffset=aside, point=points).encode(x=x, y=probability_axis(), color=colour)
        )
    return alt.layer(*layers)


def axis_at(days: list[str]) -> alt.Axis:
    """Return an axis of a few dates, each marked."""
    at = [alt.DateTime(year=int(d[:4]), month=int(d[5:7]), date=int(d[8:])) for d in days]
    return alt.Axis(values=at, format="%d %b %Y", grid=False, labelOverlap="greedy", title=None)

"""Charts of the historical record: an event's rate over time, and what became of conflicts of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from peacetalks.pages.chart_parts import Chart, base, colour_by, legend, month_axis, probability_axis
from peacetalks.pages.styles import END_NAMES, END_TEXTS, PAST_CONFLICTS, VIEW_COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.evidence.browse import Rate
    from peacetalks.evidence.outside import OutsideForecast

HEIGHT = 250
BAND = 0.16  # opacity of an interval
MONTHS = "months"


def rates_chart(rates: Sequence[Rate], width: int) -> Chart:
    """Return the rate of an event within each length of time, with its 95% interval."""
    rows: list[dict[str, Any]] = []
    for r in rates:
        if r.months is not None and r.rate.probability is not None and r.rate.interval is not None:
            low, high = r.rate.interval
            rows.append({"month": r.months, "p": r.rate.probability, "low": low, "high": high})
    colour = VIEW_COLOURS[PAST_CONFLICTS]
    chart, x = base(rows, width, HEIGHT), month_axis(max(r["month"] for r in rows), MONTHS)
    band = chart.mark_area(opacity=BAND, color=colour).encode(x=x, y=probability_axis("low:Q"), y2="high:Q")
    line = chart.mark_line(color=colour, point=alt.OverlayMarkDef(color=colour)).encode(x=x, y=probability_axis())
    return alt.layer(band, line)


def outside_chart(f: OutsideForecast, width: int) -> Chart:
    """Return the outcome classes of past conflicts by month, with their 95% intervals."""
    rows = [
        {"month": m, "end": END_NAMES[end], "p": p, "low": low, "high": high}
        for i, m in enumerate(f.horizons_months)
        for end, p, low, high in zip(f.ends, f.end_probability[i], f.end_low[i], f.end_high[i], strict=True)
        if np.isfinite(p)
    ]
    colours = {END_NAMES[end]: END_TEXTS[end] for end in END_NAMES}
    chart, x = base(rows, width, HEIGHT), month_axis(max(f.horizons_months), MONTHS)
    names = legend(width, len(END_NAMES))
    names.symbolOpacity = 1.0
    colour = colour_by("end:N", colours, legend=names)
    band = chart.mark_area(opacity=BAND).encode(x=x, y=probability_axis("low:Q"), y2="high:Q", color=colour)
    line = chart.mark_line(strokeWidth=2).encode(x=x, y=probability_axis(), color=colour)
    return alt.layer(band, line)

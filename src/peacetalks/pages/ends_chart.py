"""The chart of the answer over time: a line for each outcome class, with its 90% interval."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import known, whole_percent
from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, date_axis, probability_axis
from peacetalks.pages.shown import PEACE, at, day_after, has_best, headline_month, shown_ends, shown_view
from peacetalks.pages.styles import END_COLOURS, END_NAMES, END_TEXTS
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.outlook import Outlook

HEIGHT = 225
LINE = 0.0625  # height of a line of a label, as a share of the axis
ABOVE = 0.03  # share of the axis that stays free between its foot and a label
FAR = 0.03  # distance from which a label is joined to its line
LABELS = {"peace": "Peace", "nowhere": "Still no\nsettlement", "more_conflict": "More conflict"}


def ends(o: Outlook, width: int) -> Chart:
    """Return a line for each outcome class over calendar dates, with its 90% interval as a band."""
    table = shown_ends(o)
    low, high = (o.pooled.low, o.pooled.high) if has_best(o) else (None, None)
    last = int(o.ends.period[-1])
    room = 0.2 if width > NARROW else 0.36
    x, beside = date_axis(o.as_of, last, room), date_axis(o.as_of, last, room, "beside:T")
    rows = [row for end in ENDS for row in _rows(o, end, table, low, high)]
    colours = {END_NAMES[e]: END_COLOURS[e] for e in ENDS}
    chart = base(rows, width, HEIGHT)
    area, line = colour_by("name:N", colours, legend=None), {END_NAMES[e]: END_TEXTS[e] for e in ENDS}
    band = chart.transform_filter("isValid(datum.low)").mark_area(opacity=0.3)
    marks = chart.mark_line(strokeWidth=2.5, point=last < 3)
    ink = colour_by("name:N", line, legend=None)
    named = base(_labels(o, table), width, HEIGHT)
    texts = named.mark_text(align="left", baseline="middle", dx=3, fontSize=12, lineBreak="\n", lineHeight=13)
    joined = named.transform_filter(f"abs(datum.at - datum.p) > {FAR}").mark_rule(strokeWidth=1)
    return alt.layer(
        band.encode(x=x, y=probability_axis("low:Q"), y2="high:Q", color=area),
        marks.encode(x=x, y=probability_axis(), color=ink),
        joined.encode(x=x, x2="beside:T", y=probability_axis(), y2="at:Q", color=ink),
        texts.encode(x=beside, y=probability_axis("at:Q"), text="label:N", color=ink),
    ).resolve_scale(color="independent")


def ends_caption(o: Outlook) -> str:
    """Return what the chart shows, in one sentence with its numbers."""
    table, m = shown_ends(o), headline_month(o)
    last = _last_known(table)
    peace = {month: whole_percent(at(table, PEACE, month)) for month in (m, last)}
    days = {month: day_after(o.as_of, month) for month in (m, last)}
    whose = shown_view(o).capitalize()
    band = ", with its 90% interval as a band" if has_best(o) else "; there is no best estimate"
    then = f" and {peace[last]} by {days[last]}" if last != m else ""
    return f"{whose}{band}: peace {peace[m]} by {days[m]}{then}."


def _last_known(table: xr.DataArray) -> int:
    return int(table.dropna("period").period[-1])


def _rows(
    o: Outlook, end: str, table: xr.DataArray, low: xr.DataArray | None, high: xr.DataArray | None
) -> list[dict[str, Any]]:
    months = [int(m) for m in table.period.values]
    rows = []
    for m, day in zip(months, calendar_dates(o.as_of, months), strict=True):
        p, a, b = (None if t is None else at(t, end, m) for t in (table, low, high))
        if known(p):
            span = (a, b) if known(a) and known(b) else (None, None)
            rows.append({"date": day, "name": END_NAMES[end], "p": p, "low": span[0], "high": span[1]})
    return rows


def _labels(o: Outlook, table: xr.DataArray) -> list[dict[str, Any]]:
    """Return the name of each outcome class beside the end of its line, moved apart where two would overlap."""
    last = _last_known(table)
    day = months_later(o.as_of, last)
    beside = day + min(timedelta(days=max(round((day - o.as_of).days * 0.03), 1)), date.max - day)
    ordered = sorted(ENDS, key=lambda e: at(table, e, last))
    heights = [LINE * len(LABELS[e].split("\n")) for e in ordered]
    ys = spread([at(table, e, last) for e in ordered], heights, ABOVE)
    return [
        {"date": day, "beside": beside, "name": END_NAMES[e], "label": LABELS[e], "p": at(table, e, last), "at": y}
        for e, y in zip(ordered, ys, strict=True)
    ]


def spread(values: list[float], heights: list[float], low: float = 0.0) -> list[float]:
    """Return rising values moved so that labels of these heights about them do not overlap and lie from `low` to 1.

    >>> spread([0.01, 0.02, 0.97], [0.125, 0.125, 0.125])
    [0.0625, 0.1875, 0.9375]
    """
    out: list[float] = []
    free = low
    for v, height in zip(values, heights, strict=True):
        out.append(max(v, free + height / 2))
        free = out[-1] + height / 2
    free = 1.0
    for i in reversed(range(len(out))):
        out[i] = min(out[i], free - heights[i] / 2)
        free = out[i] - heights[i] / 2
    return out

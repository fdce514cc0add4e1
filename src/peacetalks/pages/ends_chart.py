"""The chart of the answer over time: a line for each outcome class, with its 90% interval."""

from __future__ import annotations

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
APART = 0.13  # least distance of two labels, as a share of the axis
LABELS = {"peace": "Peace", "nowhere": "Still no\nsettlement", "more_conflict": "More\nconflict"}


def ends(o: Outlook, width: int) -> Chart:
    """Return a line for each outcome class over calendar dates, with its 90% interval as a band."""
    table = shown_ends(o)
    low, high = (o.pooled.low, o.pooled.high) if has_best(o) else (None, None)
    last = int(o.ends.period[-1])
    x = date_axis(o.as_of, last, 0.15 if width > NARROW else 0.26)
    rows = [row for end in ENDS for row in _rows(o, end, table, low, high)]
    colours = {END_NAMES[e]: END_COLOURS[e] for e in ENDS}
    chart = base(rows, width, HEIGHT)
    area, line = colour_by("name:N", colours, legend=None), {END_NAMES[e]: END_TEXTS[e] for e in ENDS}
    band = chart.transform_filter("isValid(datum.low)").mark_area(opacity=0.3)
    marks = chart.mark_line(strokeWidth=2.5, point=last < 3)
    ink = colour_by("name:N", line, legend=None)
    texts = base(_labels(o, table), width, HEIGHT).mark_text(
        align="left", baseline="middle", dx=7, fontSize=12, lineBreak="\n", lineHeight=13
    )
    return alt.layer(
        band.encode(x=x, y=probability_axis("low:Q"), y2="high:Q", color=area),
        marks.encode(x=x, y=probability_axis(), color=ink),
        texts.encode(x=x, y=probability_axis("at:Q"), text="label:N", color=ink),
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
    """Return the name of each outcome class at the end of its line, moved apart where two would overlap."""
    last = _last_known(table)
    day = months_later(o.as_of, last)
    ordered = sorted(ENDS, key=lambda e: at(table, e, last))
    ys = spread([at(table, e, last) for e in ordered])
    return [{"date": day, "name": END_NAMES[e], "label": LABELS[e], "at": y} for e, y in zip(ordered, ys, strict=True)]


def spread(values: list[float], apart: float = APART) -> list[float]:
    """Return rising values moved so that neighbours lie `apart` and all between 0 and 1.

    >>> spread([0.01, 0.02, 0.97], 0.125)
    [0.0625, 0.1875, 0.9375]
    """
    out: list[float] = []
    for v in values:
        out.append(max(v, out[-1] + apart if out else apart / 2))
    top = 1 - apart / 2
    for i in reversed(range(len(out))):
        out[i] = min(out[i], top)
        top = out[i] - apart
    return out

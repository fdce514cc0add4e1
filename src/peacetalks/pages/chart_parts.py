"""The parts that charts share: axes with calendar dates, legends, sizes, fonts, and colours."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from peacetalks.pages.printable import printable
from peacetalks.pages.styles import FAINT_INK, INK
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDE, NARROW = 540, 300  # pixels, for a desk and for a telephone or paper
MOST_TICKS = 5
Chart = Any


def base(rows: list[dict[str, Any]], width: int, height: int) -> alt.Chart:
    """Return a chart of rows without marks; its axes are within the width."""
    return alt.Chart(pl.DataFrame(rows)).properties(width=width, height=height)


def wrapped(text: str, width: int) -> str:
    r"""Return a text in lines of at most so many letters, for `label_axis`; it is cut after the second.

    >>> wrapped("cost of fighting of Ukraine", 20)
    'cost of fighting of\nUkraine'
    """
    return "\n".join(textwrap.wrap(text, width, max_lines=2, placeholder=" ...")) or text


def date_axis(start: date, last: int, room: float = 0.0, field: str = "date:T") -> alt.X:
    """Return the horizontal axis of calendar dates from `start` to `last` months later.

    `room` is the share of the axis that is left free on the right, for labels of lines.
    """
    end = months_later(start, max(last, 1))
    free = min(int((end - start).days * room / (1 - room)), (date.max - end).days)
    at = [_moment(months_later(start, m)) for m in _ticks(last)]
    span = [_moment(start), _moment(end + timedelta(days=free))]
    scale = alt.Scale(domain=span, nice=False)
    axis = alt.Axis(values=at, format="%b %Y", grid=False, labelOverlap="greedy", title=None)
    return alt.X(field, scale=scale, axis=axis)


def month_axis(last: int, title: str) -> alt.X:
    """Return the horizontal axis of months since something began."""
    axis = alt.Axis(values=_ticks(last), format="d", grid=False, labelOverlap="greedy")
    return alt.X("month:Q", title=title, scale=alt.Scale(domain=[0, last], nice=False), axis=axis)


def _ticks(last: int) -> list[int]:
    """Return at most `MOST_TICKS` steps of months, from none to the last.

    >>> _ticks(36), _ticks(24), _ticks(2)
    ([0, 12, 24, 36], [0, 6, 12, 18, 24], [0, 1, 2])
    """
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if last / s < MOST_TICKS)
    return list(range(0, last + 1, step))


def _moment(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def probability_axis(field: str = "p:Q", **more: Any) -> alt.Y:
    """Return the vertical axis of probabilities from 0 to 1."""
    return alt.Y(field, title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), **more)


def percent_axis() -> alt.Axis:
    """Return an axis with its numbers in percent."""
    return alt.Axis(format="%", tickCount=5)


def label_axis(field: str, names: Iterable[str], limit: int, lift: int = 0) -> alt.Y:
    """Return the vertical axis of names in the order given.

    Where `names` maps keys, which differ, to labels, which need not, the label is written; it may have several lines,
    of which the first lies `lift` pixels above the middle.
    """
    labels = names if isinstance(names, Mapping) else {name: name for name in names}
    lines = {key: printable(label).split("\n") for key, label in labels.items()}
    axis = alt.Axis(
        labelExpr=f"({json.dumps(lines)})[datum.value]",
        labelLimit=limit,
        labelPadding=8,
        labelLineHeight=13,
        labelOffset=-lift,
        domain=False,
        ticks=False,
    )
    return alt.Y(field, title=None, sort=list(lines), axis=axis)


def legend(width: int, columns: int) -> alt.Legend:
    """Return a legend below the chart; on a telephone in one column."""
    return alt.Legend(
        title=None, orient="bottom", columns=columns if width > NARROW else 1, labelLimit=320, symbolType="square"
    )


def stroke_legend(width: int, columns: int, **more: Any) -> alt.Legend:
    """Return a legend of lines and their dashes below the chart; on a telephone in one column."""
    return alt.Legend(
        title=None,
        orient="bottom",
        columns=columns if width > NARROW else 1,
        symbolType="stroke",
        symbolSize=300,
        **more,
    )


def colour_by(field: str, colours: dict[str, str], **more: Any) -> alt.Color:
    """Return the encoding of a field by fixed colours."""
    return alt.Color(field, scale=alt.Scale(domain=list(colours), range=list(colours.values())), **more)


def styled(chart: Chart) -> Chart:
    """Return a chart with the fonts and colours of the pages, its axes and labels within its width."""
    if not isinstance(chart, alt.VConcatChart | alt.HConcatChart):
        chart = chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    return (
        chart.configure(font="Helvetica, Arial, sans-serif", background="white", padding=2)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=FAINT_INK,
            gridColor="#e9ebee",
            domainColor="#b3b9c0",
            tickColor="#b3b9c0",
        )
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", rowPadding=3, labelColor=INK)
        .configure_title(fontSize=13, anchor="start", fontWeight="bold", color=INK)
        .configure_view(strokeWidth=0)
    )

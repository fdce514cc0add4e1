"""The parts that charts share: axes, legends, sizes, fonts, and colours by view."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

WIDE, NARROW = 660, 300  # pixels, for a desk and for a telephone
Chart = Any


def base(rows: list[dict[str, Any]], width: int, height: int) -> alt.Chart:
    """Return a chart of rows without marks; the axis takes part of the width."""
    return alt.Chart(pl.DataFrame(rows)).properties(width=width - 20, height=height)


def side_by_side(parts: list[Chart], width: int, spacing: int) -> Chart:
    """Return charts beside each other, or below each other on a telephone."""
    if width == WIDE:
        return alt.hconcat(*parts, spacing=spacing)
    return alt.vconcat(*parts, spacing=18)


def part_width(width: int, parts: int, gaps: int) -> int:
    """Return the width of one of several charts that `side_by_side` takes, with so many pixels of gaps."""
    return (width - gaps) // parts if width == WIDE else width - 10


def month_axis(last: int) -> alt.X:
    """Return the horizontal axis of months from the date of the forecast."""
    scale = alt.Scale(domain=[1, max(last, 2)], nice=False)
    return alt.X("month:Q", title="months from the date", scale=scale, axis=month_ticks(last))


def month_ticks(last: int, first: int = 1) -> alt.Axis:
    """Return an axis with at most six steps of months."""
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 240) if last / s <= 6)
    return alt.Axis(values=[first, *range(step, last + 1, step)], format="d", grid=False, labelOverlap="greedy")


def probability_axis(field: str = "p:Q", **more: Any) -> alt.Y:
    """Return the vertical axis of probabilities from 0 to 1."""
    return alt.Y(field, title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis(), **more)


def percent_axis() -> alt.Axis:
    """Return an axis with its numbers in percent."""
    return alt.Axis(format="%", tickCount=5)


def legend(width: int, columns: int) -> alt.Legend:
    """Return a legend below the chart; on a telephone in one column."""
    return alt.Legend(
        title=None, orient="bottom", columns=columns if width == WIDE else 1, labelLimit=320, symbolType="square"
    )


def colour_by(field: str, colours: dict[str, str], **more: Any) -> alt.Color:
    """Return the encoding of a field by fixed colours."""
    return alt.Color(field, scale=alt.Scale(domain=list(colours), range=list(colours.values())), **more)


def styled(chart: Chart) -> Chart:
    """Return a chart with the fonts and colours of the pages."""
    return (
        chart.configure(font="Helvetica, Arial, sans-serif", background="white")
        .configure_axis(
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelColor="#333", titleColor="#333"
        )
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", rowPadding=3)
        .configure_title(fontSize=13, anchor="start", fontWeight="bold")
        .configure_view(strokeWidth=0)
    )

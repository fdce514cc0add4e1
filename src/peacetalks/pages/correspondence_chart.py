"""The quantal response correspondence: how each information set is played as the precision grows, a panel for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import polars as pl

from peacetalks.pages.chart_parts import NARROW, Chart, colour_by, percent_axis
from peacetalks.pages.printable import printable
from peacetalks.pages.styles import INK, SIDE_COLOURS

if TYPE_CHECKING:
    from peacetalks.trees.quantal_response import Correspondence

MOST_PANELS = 12
HEIGHT = 130  # of a panel
COLOURS = (*SIDE_COLOURS, "#1a7a5a", "#b8372f", "#8a6d3b", "#444444", "#7f7f7f")


def panels(c: Correspondence) -> list[int]:
    """Return the places of the information sets that are shown: the first `MOST_PANELS` with a choice."""
    return list(dict.fromkeys(place for place, _ in c.actions))[:MOST_PANELS]


def correspondence_chart(c: Correspondence, width: int) -> Chart:
    """Return the panels, two beside each other at a desk and one on a telephone."""
    across = 2 if width > NARROW and len(panels(c)) > 1 else 1
    each = (width - 60) // across - (24 if across > 1 else 0)
    drawn = [_panel(c, place, each) for place in panels(c)]
    rows = [
        alt.hconcat(*drawn[i : i + across], spacing=24).resolve_scale(color="independent")
        for i in range(0, len(drawn), across)
    ]
    return alt.vconcat(*rows, spacing=14).resolve_scale(color="independent")


def correspondence_caption(c: Correspondence) -> str:
    """Return how the chart is to be seen, and what the branch does."""
    total = len(dict.fromkeys(place for place, _ in c.actions))
    more = f" The first {MOST_PANELS} of {total} information sets are shown." if total > MOST_PANELS else ""
    return (
        "The probability of each action along the principal branch, over the precision of choices (logarithmic): at "
        f"the left everybody chooses at random, at the right nearly the best response.{more}"
    )


def _panel(c: Correspondence, place: int, width: int) -> alt.Chart:
    """Return the lines of one information set."""
    at = c.tree.information_sets[place]
    names = [printable(name) for name in at.action_names]
    rows: list[dict[str, Any]] = []
    shown = np.flatnonzero(c.precision > 0)
    for column, (where, action) in enumerate(c.actions):
        if where == place:
            rows += [
                {
                    "order": int(i),
                    "lam": float(c.precision[i]),
                    "p": float(c.probabilities[i, column]),
                    "action": names[action],
                }
                for i in shown
            ]
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    key = alt.Legend(title=None, orient="top", columns=3, labelLimit=90, symbolType="stroke", symbolSize=120, offset=2)
    axis = alt.Axis(grid=False, values=_powers(c.precision[shown]), format="~g", labelOverlap="greedy")
    chart = alt.Chart(pl.DataFrame(rows)).mark_line(strokeWidth=1.8, clip=True)
    return chart.encode(
        x=alt.X("lam:Q", title="precision", scale=alt.Scale(type="log", nice=False), axis=axis),
        y=alt.Y("p:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=percent_axis()),
        color=colour_by("action:N", colours, legend=key),
        order="order:Q",
    ).properties(
        width=width,
        height=HEIGHT,
        title=alt.Title(printable(c.tree.name_of(place)), fontSize=12, color=INK, anchor="start", fontWeight="normal"),
    )


def _powers(precision: np.ndarray) -> list[float]:
    """Return the powers of ten within positive precisions; where there is one at most, the first and the last too."""
    low, high = float(precision.min()), float(precision.max())
    found = [10.0**k for k in range(-12, 13) if low <= 10.0**k <= high]
    return found if len(found) > 1 else sorted({float(f"{low:.2g}"), *found, float(f"{high:.2g}")})

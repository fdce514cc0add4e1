"""The tornado diagram: how far peace moves as one number at a time goes over its range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.pages.cells import distinct_percents, known, whole_percent
from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, label_axis, legend, percent_axis, wrapped
from peacetalks.pages.shown import day_after
from peacetalks.pages.styles import BEST_ESTIMATE, INK, MODEL_ALONE, OUTCOME_COLOURS

if TYPE_CHECKING:
    from peacetalks.forecasting.drivers import Driver
    from peacetalks.forecasting.outlook import Outlook

MOST = 8  # numbers shown
STEP = 44  # pixels a number
LOW, HIGH = "at the low end of its range", "at the high end"
COLOURS = {LOW: OUTCOME_COLOURS["ceasefire"], HIGH: OUTCOME_COLOURS["settlement"]}


def tornado(o: Outlook, width: int) -> Chart:
    """Return bars from peace as it is to peace with each number at the ends of its range, the longest first."""
    letters = 36 if width > NARROW else 22
    shown = moving(o)
    rows = [row for d in shown for row in _rows(d)]
    labels = {d.path: f"{wrapped(d.label, letters)}\n{d.low:.3g} to {d.high:.3g}" for d in shown}
    y = label_axis("path:N", labels, 240 if width > NARROW else 132, lift=12)
    x = alt.X("from:Q", title=None, axis=percent_axis(), scale=alt.Scale(zero=False, nice=True, padding=12))
    chart = base(rows, width, STEP * len(shown))
    bars = chart.mark_bar(height=15).encode(
        x=x, x2="to:Q", y=y, color=colour_by("which:N", COLOURS, legend=legend(width, 2))
    )
    middle = base([{"from": shown[0].peace}], width, STEP * len(shown))
    return bars + middle.mark_rule(color=INK, strokeWidth=1.5).encode(x="from:Q")


def moving(o: Outlook) -> list[Driver]:
    """Return the numbers that move peace most, of those whose effect is known."""
    found = [d for d in o.drivers or () if d.peace_low is not None or d.peace_high is not None]
    return found[:MOST]


def tornado_caption(o: Outlook) -> str:
    """Return which number moves peace most, and how the chart is to be seen."""
    first = moving(o)[0]
    low, high = first.peace_low, first.peace_high
    both = distinct_percents(low, high) if known(low) and known(high) else [whole_percent(high if low is None else low)]
    ends = " and ".join(both)
    view = BEST_ESTIMATE if first.view == "best" else MODEL_ALONE
    day = day_after(o.as_of, first.month)
    return (
        f"Peace by {day} ({view} {whole_percent(first.peace)}, the line) with one number at a time at the ends of its "
        f"range. Most: {first.label}, {ends}."
    )


def _rows(d: Driver) -> list[dict[str, Any]]:
    ends = {LOW: d.peace_low, HIGH: d.peace_high}
    return [{"path": d.path, "which": which, "from": d.peace, "to": p} for which, p in ends.items() if known(p)]

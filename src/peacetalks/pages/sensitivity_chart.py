"""The chart of Sobol indices: how much of peace, and of the terms, each number accounts for, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.forecasting.labels import label_of
from peacetalks.forecasting.sensitivity_values import TERMS
from peacetalks.outcomes import PEACE
from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, label_axis, legend, percent_axis, wrapped
from peacetalks.pages.shown import day_after
from peacetalks.pages.styles import END_TEXTS, SIDE_COLOURS

if TYPE_CHECKING:
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.sensitivity_values import Sensitivity

SHOWN = 9  # numbers
STEP = 44  # pixels a number
NAMES = {PEACE: "peace", TERMS: "terms of a settlement"}
COLOURS = {"peace": END_TEXTS["peace"], "terms of a settlement": SIDE_COLOURS[1]}


def indices(o: Outlook, s: Sensitivity, width: int) -> Chart:
    """Return the total index of the numbers with the largest ones: dots with their 90% intervals."""
    paths = _largest(s)
    rows = [row for path in paths for row in _rows(s, path)]
    letters = 36 if width > NARROW else 22
    labels = {path: wrapped(label_of(path, o.scenario), letters) for path in paths}
    y = label_axis("path:N", labels, 240 if width > NARROW else 132, lift=6)
    x = alt.X("total:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1]))
    colour = colour_by("target:N", COLOURS, legend=legend(width, 2))
    offset = alt.YOffset("target:N", sort=list(COLOURS), scale=alt.Scale(paddingOuter=0.9))
    chart = base(rows, width, STEP * len(paths))
    bars = chart.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=None, axis=percent_axis(), scale=alt.Scale(domain=[0, 1])),
        x2="high:Q", y=y, yOffset=offset, color=colour,
    )  # fmt: skip
    return bars + chart.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, yOffset=offset, color=colour)


def indices_caption(o: Outlook, s: Sensitivity) -> str:
    """Return how the chart is to be seen."""
    return (
        f"Share of the variance that comes from each number, alone or with others, as all go over their ranges: of the "
        f"model's peace by {day_after(o.as_of, s.month)}, and of the terms. Bars: 90% intervals, with the emulator's "
        "error and what it does not explain."
    )


def ranked(s: Sensitivity) -> list[str]:
    """Return which of peace and the terms can be ranked, and are shown."""
    return [target for target in NAMES if not s.unranked(target) and s.numbers.get(target)]


def _largest(s: Sensitivity) -> list[str]:
    """Return the numbers with the largest total index of peace or of the terms."""
    most: dict[str, float] = {}
    for target in ranked(s):
        for x in s.numbers.get(target, ()):
            most[x.name] = max(most.get(x.name, 0.0), x.total.value)
    return sorted(most, key=lambda path: -most[path])[:SHOWN]


def _rows(s: Sensitivity, path: str) -> list[dict[str, Any]]:
    found = [(NAMES[t], x) for t in ranked(s) for x in s.numbers.get(t, ()) if x.name == path]
    return [
        {
            "path": path,
            "target": target,
            "total": min(x.total.value, 1.0),
            "low": max(x.total.low, 0.0),
            "high": min(x.total.high, 1.0),
        }
        for target, x in found
    ]

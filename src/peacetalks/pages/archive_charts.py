"""Charts of saved forecasts: what each change did, and the history of a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from peacetalks.outcomes import ENDS
from peacetalks.pages.chart_parts import Chart, base, colour_by, label_axis, legend, wrapped
from peacetalks.pages.styles import END_COLOURS, END_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.evidence.arrays import Floats

BAR = 13  # pixels a bar
LETTERS = 34  # of a label of the axis, on two lines


def effects(parts: Mapping[str, Floats], width: int) -> Chart:
    """Return bars of what each change did to the outcome classes, in points of 100: {name: [end]}."""
    rows = [
        {"part": wrapped(name, LETTERS), "end": END_NAMES[end], "points": 100 * float(x)}
        for name, effect in parts.items()
        for end, x in zip(ENDS, effect, strict=True)
    ]
    names = list(END_NAMES.values())
    colours = {END_NAMES[end]: END_COLOURS[end] for end in ENDS}
    bars = base(rows, width, BAR * len(rows) + 10).mark_bar()
    return bars.encode(
        x=alt.X("points:Q", title="points of 100", axis=alt.Axis(tickCount=5)),
        y=label_axis("part:N", dict.fromkeys(r["part"] for r in rows), limit=220),
        yOffset=alt.YOffset("end:N", sort=names),
        color=colour_by("end:N", colours, legend=legend(width, len(names))),
    )

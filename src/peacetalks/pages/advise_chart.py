"""The chart of levers: how far each moves peace, with the error of the belief grid, by who holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, label_axis, legend, wrapped
from peacetalks.pages.shown import day_after
from peacetalks.pages.styles import INK, MODEL_ALONE, SIDE_COLOURS
from peacetalks.scenario.levers import MEDIATOR, OUTSIDE, SIDES

if TYPE_CHECKING:
    from peacetalks.questions.advise_values import Advice, Moved

MOST = 14  # levers shown
STEP = 40  # pixels a lever
HOLDER_NAMES = {SIDES: "both sides", MEDIATOR: "a mediator", OUTSIDE: "outside powers"}


def shown(a: Advice) -> list[Moved]:
    """Return the levers with the largest effects on peace, the largest rise first."""
    found = sorted((m for m in a.levers if m.peace is not None), key=lambda m: -abs(m.effect))[:MOST]
    return sorted(found, key=lambda m: -m.effect)


def holder_words(name: str) -> str:
    """Return who holds a lever, in words.

    >>> holder_words("outside"), holder_words("Ukraine")
    ('outside powers', 'Ukraine')
    """
    return HOLDER_NAMES.get(name, name)


def lever_bars(a: Advice, width: int) -> Chart:
    """Return a bar for each lever, from no difference to the one that it makes, with its error."""
    rows = [_row(m) for m in shown(a)]
    letters = 36 if width > NARROW else 22
    labels = {m.levers[0].name: wrapped(m.levers[0].words, letters) for m in shown(a)}
    holders = [holder_words(SIDES), holder_words(MEDIATOR), holder_words(OUTSIDE)]
    holders += [side.label for side in a.scenario.sides]
    there = [h for h in holders if any(r["holder"] == h for r in rows)]
    palette = dict(zip(holders, ("#1a7a5a", "#b8860b", "#5e3c99", *SIDE_COLOURS[:2]), strict=True))
    y = label_axis("name:N", labels, 240 if width > NARROW else 132, lift=6)
    x = alt.X("value:Q", title="points", axis=alt.Axis(tickCount=5), scale=alt.Scale(padding=8))
    colour = colour_by("holder:N", {h: palette[h] for h in there}, legend=legend(width, 3))
    chart = base(rows, width, STEP * len(rows))
    bars = chart.mark_bar(height=14).encode(x=x, y=y, color=colour)
    errors = chart.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low:Q", title="points"), x2="high:Q", y=y)
    zero = base([{"at": 0.0}], width, STEP * len(rows)).mark_rule(color=INK).encode(x=alt.X("at:Q", title="points"))
    return bars + errors + zero


def lever_caption(a: Advice) -> str:
    """Return how the chart is to be seen."""
    most = "" if len(shown(a)) == len(a.levers) else f" Shown: {len(shown(a))} of {len(a.levers)} levers."
    return (
        f"What the model expects of peace by {day_after(a.scenario.as_of, a.month)} if a lever were moved: difference "
        f"in points, {MODEL_ALONE}. Thin lines: what a finer belief grid may still make of it.{most}"
    )


def _row(m: Moved) -> dict[str, Any]:
    assert m.peace is not None
    value, error = 100 * m.peace.value, 100 * (m.peace.error or 0.0)
    holder = holder_words(m.holders[0])
    return {"name": m.levers[0].name, "holder": holder, "value": value, "low": value - error, "high": value + error}

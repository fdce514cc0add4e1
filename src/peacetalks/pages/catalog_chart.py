"""The chart of a classic game: a measure over the precision of choices, beside what holds without private information.

It shows what mistakes do (McKelvey and Palfrey 1998): to the left people err often, to the right seldom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.pages.catalog_text import number
from peacetalks.pages.cells import known
from peacetalks.pages.chart_parts import Chart, base, colour_by, percent_axis, stroke_legend

if TYPE_CHECKING:
    from peacetalks.questions.catalog_game import ClassicGame, Measured

HEIGHT = 200
COMPUTED, KNOWN, CLOSED = "computed", "with every type known", "in closed form"
COLOURS = {COMPUTED: "#222222", KNOWN: "#14684c", CLOSED: "#a04a08"}  # as on the page with sliders
DASHES = {COMPUTED: [1, 0], KNOWN: [6, 4], CLOSED: [2, 4]}


def over_precision(g: ClassicGame, width: int, measure: int = 0) -> Chart:
    """Return a line for the measure as computed, one with every type known and one in closed form, where they are.

    Parameters
    ----------
    g : ClassicGame
        Solved at the precisions of its table of levels.
    width : int
        Of the chart in pixels, axes included.
    measure : int
        Which of the game's measures; the first by default.

    Returns
    -------
    altair.Chart
        A point for every precision at which the game was solved, on a logarithmic axis.

    Examples
    --------
    >>> from peacetalks.questions.catalog_game import classic_game
    >>> over_precision(classic_game("inspection", levels=(5, 20)), width=400).to_dict()["mark"]["type"]
    'line'
    """
    rows = rows_of(g, measure)
    shown = [kind for kind in COLOURS if any(r["kind"] == kind for r in rows)]
    colours = {kind: COLOURS[kind] for kind in shown}
    dashes = alt.Scale(domain=shown, range=[DASHES[kind] for kind in shown])
    key = stroke_legend(width, len(shown))
    axis = percent_axis() if g.measured[measure].measure.percent else alt.Axis(tickCount=5)
    return (
        base(rows, width, HEIGHT)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=28))
        .encode(
            x=_precision_axis(rows),
            y=alt.Y("value:Q", title=None, axis=axis, scale=_scale(g, measure, rows)),
            color=colour_by("kind:N", colours, legend=key),
            strokeDash=alt.StrokeDash("kind:N", scale=dashes, legend=key),
        )
    )


def caption(g: ClassicGame, measure: int = 0) -> str:
    """Return what the chart shows, in a sentence with its first and its last number.

    >>> from peacetalks.questions.catalog_game import classic_game
    >>> caption(classic_game("inspection", levels=(5, 500)))
    'Chance of an inspection, from rationality 5 (45.0%) to 500 (31.4%).'
    """
    solved = [(precision, m[measure]) for precision, m in measured(g)]
    (low, first), (high, last) = solved[0], solved[-1]
    words = first.measure.words
    return (
        f"{words[:1].upper()}{words[1:]}, from rationality {low:g} ({number(first.measure, first.computed)}) "
        f"to {high:g} ({number(last.measure, last.computed)})."
    )


def measured(g: ClassicGame) -> list[tuple[float, tuple[Measured, ...]]]:
    """Return the measures at every precision at which the game was solved, the precisions ascending."""
    found = {level.rationality: level.measured for level in g.levels if level.measured} | {g.rationality: g.measured}
    return sorted(found.items(), key=lambda item: item[0])


def rows_of(g: ClassicGame, measure: int) -> list[dict[str, Any]]:
    """Return (precision, kind, value) of what is drawn; what is not known has no row."""
    return [
        {"precision": precision, "kind": kind, "value": float(x)}
        for precision, found in measured(g)
        for kind, x in zip(COLOURS, (found[measure].computed, found[measure].known, found[measure].closed), strict=True)
        if known(x) and x is not None
    ]


def _precision_axis(rows: list[dict[str, Any]]) -> alt.X:
    """Return the horizontal axis, logarithmic, with a tick at every precision."""
    axis = alt.Axis(values=sorted({r["precision"] for r in rows}), grid=False, format="~g")
    scale = alt.Scale(type="log", nice=False)
    return alt.X("precision:Q", title="rationality (precision of choices)", scale=scale, axis=axis)


def _scale(g: ClassicGame, measure: int, rows: list[dict[str, Any]]) -> alt.Scale:
    """Return the range of the vertical axis: probabilities and shares from 0 to 1, other numbers as they come."""
    inside = g.measured[measure].measure.percent and all(0 <= r["value"] <= 1 for r in rows)
    return alt.Scale(domain=[0, 1]) if inside else alt.Scale(zero=False, nice=True)

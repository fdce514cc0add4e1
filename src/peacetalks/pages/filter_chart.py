"""The chart of `infer`: the belief in each side's first type after every event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from peacetalks.pages.markup import inline_svg

if TYPE_CHECKING:
    from peacetalks.questions.infer import Inference

SHAPES = {"event": "circle", "disputed": "diamond"}


def chart(i: Inference) -> Any:
    """Return the belief as steps over the record's dates; circles are events used, diamonds disputed ones."""
    base = alt.Chart(pl.DataFrame(_points(i)).with_columns(pl.col("date").str.to_date()))
    base = base.properties(width=620, height=280)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%d %b"))
    y = alt.Y("belief:Q", scale=alt.Scale(zero=False), title="belief")
    color = alt.Color("about:N", title=None)
    line = base.mark_line(interpolate="step-after").encode(x=x, y=y, color=color)
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    shape = alt.Shape("what:N", title=None, scale=scale)
    used = base.transform_filter(alt.FieldOneOfPredicate("what", list(SHAPES)))
    return line + used.mark_point(filled=True, size=60).encode(x=x, y=y, color=color, shape=shape, tooltip="text:N")


def svg(i: Inference) -> str:
    """Return the chart as SVG, so that a page needs no script and no network."""
    return inline_svg(chart(i))


def _points(i: Inference) -> list[dict[str, Any]]:
    """Return each informed side's belief (first type) at the start, after every event and at the ends of months."""
    points = []
    for side, types in i.prior.items():
        first = next(iter(types))
        about = f"{side}: {first}"
        points.append(_point(i.record.start.isoformat(), about, types[first], "start"))
        for r in i.base.events:
            e = r.placed.event
            what = "not used" if not r.used else "disputed" if e.alternative else "event"
            points.append(_point(e.last_day.isoformat(), about, r.posterior[side][first], what, f"{e.actor}: {e.act}"))
        points += [
            _point(e.date.isoformat(), about, e.posterior[side][first], "month's end") for e in i.base.month_ends
        ]
    return points


def _point(date: str, about: str, belief: float, what: str, text: str = "") -> dict[str, Any]:
    return {"date": date, "about": about, "belief": belief, "what": what, "text": text}

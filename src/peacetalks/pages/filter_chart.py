"""The chart of `infer`: the belief in each side's first type after every event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, legend, probability_axis
from peacetalks.pages.styles import SIDE_COLOURS

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.questions.infer import Inference

SHAPES = {"event": "circle", "disputed event": "diamond"}


def beliefs(i: Inference, width: int) -> Chart:
    """Return the belief as steps over the record's dates; circles are events used, diamonds disputed ones."""
    points = _points(i)
    chart = base(points, width, 240)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%d %b %Y", tickCount=3 if width <= NARROW else 5, grid=False))
    y = probability_axis("belief:Q")
    named: dict[str, str] = dict(zip(dict.fromkeys(p["about"] for p in points), SIDE_COLOURS, strict=False))
    color = colour_by("about:N", named, legend=legend(width, 2))
    line = chart.mark_line(interpolate="step-after").encode(x=x, y=y, color=color)
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    shape = alt.Shape("what:N", title=None, scale=scale, legend=alt.Legend(orient="bottom", title=None))
    used = chart.transform_filter(alt.FieldOneOfPredicate("what", list(SHAPES)))
    return line + used.mark_point(filled=True, size=60).encode(x=x, y=y, color=color, shape=shape)


def _points(i: Inference) -> list[dict[str, Any]]:
    """Return each informed side's belief (first type) at the start, after every event and at the ends of months."""
    points = []
    for side, types in i.prior.items():
        first = next(iter(types))
        about = f"{side}: {first}"
        points.append(_point(i.record.start, about, types[first], "start"))
        for r in i.base.events:
            e = r.placed.event
            what = "not used" if not r.used else "disputed event" if e.alternative else "event"
            points.append(_point(e.last_day, about, r.posterior[side][first], what))
        points += [_point(e.date, about, e.posterior[side][first], "month's end") for e in i.base.month_ends]
    return points


def _point(day: date, about: str, belief: float, what: str) -> dict[str, Any]:
    return {"date": day, "about": about, "belief": belief, "what": what}

"""The chart of `infer`: the belief in each side's first type after every event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl
import vl_convert as vlc

if TYPE_CHECKING:
    from peacetalks.questions.infer import Inference


def chart(i: Inference) -> Any:
    """Steps of the belief over the record's dates, with a circle at each event used, a diamond where it is disputed."""
    rows = []
    for side, kinds in i.prior.items():
        kind = next(iter(kinds))
        about = f"{side}: {kind}"
        rows.append(_point(i.record.start.isoformat(), about, kinds[kind], "start"))
        for r in i.base.rows:
            e = r.placed.event
            what = "not used" if not r.used else "disputed" if e.alternative else "event"
            rows.append(_point(e.date.isoformat(), about, r.posterior[side][kind], what, f"{e.actor}: {e.act}"))
        rows += [_point(e.date.isoformat(), about, e.posterior[side][kind], "month's end") for e in i.base.ends]
    base = alt.Chart(pl.DataFrame(rows).with_columns(pl.col("date").str.to_date())).properties(width=620, height=280)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%d %b"))
    y = alt.Y("belief:Q", scale=alt.Scale(zero=False), title="belief")
    color = alt.Color("about:N", title=None)
    line = base.mark_line(interpolate="step-after").encode(x=x, y=y, color=color)
    shape = alt.Shape("what:N", title=None, scale=alt.Scale(domain=["event", "disputed"], range=["circle", "diamond"]))
    used = base.transform_filter(alt.FieldOneOfPredicate("what", ["event", "disputed"]))
    return line + used.mark_point(filled=True, size=60).encode(x=x, y=y, color=color, shape=shape, tooltip="text:N")


def svg(i: Inference) -> str:
    """Return the chart as SVG, so that a page needs no script and no network."""
    return re.sub(r"<\?xml.*?\?>", "", vlc.vegalite_to_svg(chart(i).to_json()))


def _point(date: str, about: str, belief: float, what: str, text: str = "") -> dict[str, Any]:
    return {"date": date, "about": about, "belief": belief, "what": what, "text": text}

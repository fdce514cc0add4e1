"""Charts of an `Outlook`, drawn once as SVG so that a page needs no script and no network."""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import polars as pl
import vl_convert as vlc

from peacetalks.mechanisms.state import LABELS
from peacetalks.scenario_outlook import Outlook

COLOURS = {
    "settlement": "#1b7837", "ceasefire": "#7fbf7b", "talks": "#fee08b", "fighting": "#bdbdbd",
    "broken": "#fdae61", "wider_war": "#762a83", "victory_1": "#d73027", "victory_2": "#4575b4",
}  # fmt: skip
END_COLOURS = {"peace": "#1b7837", "nowhere": "#8c8c8c", "more conflict": "#d73027"}


def charts(o: Outlook) -> dict[str, str]:
    """Return SVG by title: outcomes over time, terms given settlement, belief paths, the three ends."""
    return {
        "Outcomes over time": _svg(outcomes(o)),
        "The three ends, and the same with nothing hidden (dashed)": _svg(ends(o)),
        "Terms given settlement": _svg(terms(o)),
        "What is learnt about each side (median and 90% of the public belief)": _svg(beliefs(o)),
    }


def outcomes(o: Outlook) -> alt.Chart:
    """Stacked area of the outcome probabilities."""
    rows = [
        {"month": int(p), "outcome": LABELS[n], "probability": float(o.outcomes.sel(period=p, outcome=n)), "order": i}
        for i, n in enumerate(COLOURS)
        for p in o.outcomes.period.values
    ]
    scale = alt.Scale(domain=[LABELS[n] for n in COLOURS], range=list(COLOURS.values()))
    return _chart(rows).mark_area().encode(
        x=alt.X("month:Q", title="months from the date", scale=alt.Scale(nice=False)),
        y=alt.Y("probability:Q", stack="zero", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("outcome:N", scale=scale, title=None),
        order="order:Q",
    )  # fmt: skip


def ends(o: Outlook) -> alt.Chart:
    """Lines of the three ends beside the noise floor."""
    rows = [
        {"month": int(p), "end": str(e).replace("_", " "), "probability": float(a.sel(period=p, end=e)), "view": view}
        for view, a in (("forecast", o.ends), ("nothing hidden", o.noise_floor))
        for e in o.ends.end.values
        for p in o.ends.period.values
    ]
    dash = alt.StrokeDash("view:N", title=None, scale=alt.Scale(range=[[1, 0], [4, 4]]))
    return _chart(rows).mark_line().encode(
        x=alt.X("month:Q", title="months from the date", scale=alt.Scale(nice=False)), y="probability:Q",
        color=alt.Color("end:N", title=None, scale=alt.Scale(domain=list(END_COLOURS), range=list(END_COLOURS.values()))),
        strokeDash=dash,
    )  # fmt: skip


def terms(o: Outlook) -> Any:
    """Bars of the agreed terms, with the front as a rule."""
    rows = [{"share": float(x), "probability": float(p)} for x, p in zip(o.terms.terms.values, o.terms.values, strict=True)]
    bars = _chart(rows).mark_bar(size=16).encode(
        x=alt.X("share:Q", title=f"share of {o.scenario.sides[0].label}", scale=alt.Scale(domain=[-0.05, 1.05], nice=False)),
        y="probability:Q",
    )  # fmt: skip
    rule = _chart([{"share": o.baselines["front"]}]).mark_rule(color="#d73027", strokeDash=[4, 4]).encode(x="share:Q")
    return bars + rule


def beliefs(o: Outlook) -> Any:
    """Median and 90% band of the public belief in each side's first type."""
    rows = []
    for side, a in o.beliefs.items():
        first = a.isel(type=0)
        for p in a.period.values:
            q = {k: float(first.sel(period=p, statistic=k)) for k in ("q05", "q50", "q95")}
            rows.append({"month": int(p), "about": f"{side}: {first.type.item()}", **q})
    base = _chart(rows or [{"month": 0, "about": "nothing hidden", "q05": 1, "q50": 1, "q95": 1}]).encode(
        x=alt.X("month:Q", title="months from the date", scale=alt.Scale(nice=False)), color=alt.Color("about:N", title=None)
    )
    y = alt.Y("q05:Q", title="belief", scale=alt.Scale(domain=[0, 1]))
    return base.mark_area(opacity=0.25).encode(y=y, y2="q95:Q") + base.mark_line().encode(y="q50:Q")


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(pl.DataFrame(rows)).properties(width=560, height=260)


def _svg(chart: Any) -> str:
    svg = vlc.vegalite_to_svg(chart.to_json())
    return re.sub(r"<\?xml.*?\?>", "", svg)

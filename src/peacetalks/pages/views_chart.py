"""The chart of why the views differ: peace at one date in each of them, as a dot with its interval."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import altair as alt

from peacetalks.pages.cells import known, whole_percent
from peacetalks.pages.chart_parts import NARROW, Chart, base, label_axis, percent_axis, wrapped
from peacetalks.pages.shown import PEACE, at, has_best, headline_day, headline_month
from peacetalks.pages.styles import BEST_ESTIMATE, END_COLOURS, FAINT_INK, INK, MODEL_ALONE, PAST_CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.views import HasViews

STEP = 36  # pixels a view


class Dot(NamedTuple):
    """Peace in one view; where it is not known, `missing` says why."""

    label: str
    p: float | None
    low: float | None
    high: float | None
    missing: str = ""
    main: bool = False


def why_views_differ(o: Outlook, width: int) -> Chart:
    """Return peace at the month of the headline in each view, with its interval; rival accounts where given."""
    return dot_plot(dots(o), width)


def dot_plot(of: Sequence[Dot], width: int) -> Chart:
    """Return dots with their intervals, one below the other."""
    letters = 42 if width > NARROW else 22
    rows = [d._asdict() | {"shown": whole_percent(d.p)} for d in of]
    top = max([x for d in of for x in (d.p, d.high) if known(x)], default=1.0)
    scale = alt.Scale(domain=[0, min(1.0, max(0.1, 1.05 * top))], nice=False)
    x = alt.X("p:Q", title=None, scale=scale, axis=percent_axis())
    y = label_axis("label:N", {d.label: wrapped(d.label, letters) for d in of}, 250 if width > NARROW else 132)
    chart = base(rows, width, STEP * len(of))
    heavy = alt.condition("datum.main", alt.value(6), alt.value(3))
    green = alt.value(END_COLOURS[PEACE])
    span = chart.transform_filter("isValid(datum.low)").mark_rule(opacity=0.45)
    dot = chart.transform_filter("isValid(datum.p)").mark_point(filled=True, opacity=1)
    none = chart.transform_filter("!isValid(datum.p)").mark_text(align="left", dx=4, fontSize=12, color=FAINT_INK)
    value = chart.transform_filter("isValid(datum.p)").mark_text(dy=-11, fontSize=11, color=INK)
    return alt.layer(
        span.encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, size=heavy, color=green),
        dot.encode(x=x, y=y, size=alt.condition("datum.main", alt.value(200), alt.value(80)), color=green),
        value.encode(x=x, y=y, text="shown:N"),
        none.encode(x=alt.value(0), y=y, text="missing:N"),
    )


def dots(o: Outlook) -> list[Dot]:
    """Return the views in order: best estimate, each class of past conflicts, model alone, typical case, accounts."""
    m, best = headline_month(o), o.pooled
    first = [Dot(BEST_ESTIMATE.capitalize(), *best_peace(o, m), main=True)] if has_best(o) else []
    if not first:
        first = [Dot(BEST_ESTIMATE.capitalize(), None, None, None, "none", main=True)]
    low, high = (None if o.bands is None else peace_at(o.bands["ends"].sel(quantile=q), m) for q in (0.05, 0.95))
    model = [Dot(MODEL_ALONE.capitalize(), peace_at(o.ends, m), low, high)]
    there = None if best.typical is None else peace_at(best.typical, m)
    typical = [] if there is None else [Dot("Model, typical case of the class", there, None, None)]
    rivals = [Dot(f"Account: {name}", *best_peace(f, m)) for name, f in (o.accounts or {}).items()]
    return [*first, *(_past(o, i, m) for i in range(len(o.outside))), *model, *typical, *rivals]


def why_caption(o: Outlook) -> str:
    """Return how the chart is to be seen."""
    day = headline_day(o)
    levels = sorted({f"{v.level:.0%}" for v in o.outside if v.ends})
    past = f", {' or '.join(levels)} for {PAST_CONFLICTS}" if levels else ""
    ranges = "" if o.bands is None else f", 90% of draws for the {MODEL_ALONE}"
    classes = f"[1], [2]...: {PAST_CONFLICTS} by class, N cases"
    return f"Peace by {day}. {classes}. Bars are intervals: 90% for the {BEST_ESTIMATE}{past}{ranges}."


def class_words(reference_class: str) -> str:
    """Return a class of past conflicts in words, as far as its conditions have any.

    >>> class_words("war_type=interstate, reached=3y"), class_words("ceasefires")
    ('interstate, reached 3y', 'ceasefires')
    """
    return re.sub(r"\b(?:war_type|level)=", "", reference_class).replace("war_type!=", "not ").replace("=", " ")


def _past(o: Outlook, i: int, m: int) -> Dot:
    """Return what one class of past conflicts shows."""
    v = o.outside[i]
    label = f"[{i + 1}] N {v.n:,}: {class_words(v.reference_class)}"
    if not v.ends or m not in v.months:
        return Dot(label, None, None, None, "too few for an estimate" if v.n else "not estimable")
    at = v.months.index(m)
    p, low, high = (a[PEACE][at] for a in (v.ends, v.low, v.high))
    return Dot(label, p, low, high, "" if known(p) else "not followed so long")


def best_peace(f: HasViews, m: int) -> tuple[float | None, float | None, float | None]:
    """Return peace in the best estimate with its interval; None where it is not known."""
    p, low, high = (None if a is None else peace_at(a, m) for a in (f.pooled.ends, f.pooled.low, f.pooled.high))
    return p, low, high


def peace_at(a: xr.DataArray, month: int) -> float | None:
    """Return peace in a month, or None where it is not known."""
    p = at(a, PEACE, month)
    return p if known(p) else None

"""The chart of a what-if: the outcome classes over time, before the changes (thin, dashed) and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages.cells import known, whole_percent
from peacetalks.pages.chart_parts import NARROW, Chart, base, colour_by, date_axis, legend, probability_axis
from peacetalks.pages.shown import at, day_after
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, END_TEXTS, MODEL_ALONE
from peacetalks.pages.whatif_text import AFTER, BEFORE

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.what_if_values import Case, WhatIf

HEIGHT = 240
DASHES = {BEFORE: [4, 4], AFTER: [1, 0]}


def before_and_after(w: WhatIf, width: int) -> Chart:
    """Return a line for each outcome class over calendar dates, before the changes and after."""
    rows = [row for when, case in ((BEFORE, w.before), (AFTER, w.after)) for row in _rows(w, when, case)]
    colours = {END_NAMES[e]: END_TEXTS[e] for e in ENDS}
    scale = alt.Scale(domain=list(DASHES), range=list(DASHES.values()))
    marks = base(rows, width, HEIGHT).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=28))
    return marks.encode(
        x=date_axis(w.as_of, w.months[-1], 0.02 if width > NARROW else 0.04),
        y=probability_axis(),
        color=colour_by("name:N", colours, legend=legend(width, len(ENDS))),
        strokeDash=alt.StrokeDash("when:N", scale=scale, legend=None),  # the caption says which is which
    )


def caption(w: WhatIf) -> str:
    """Return what the chart shows, in a sentence with its numbers."""
    whose = BEST_ESTIMATE if w.difference.best is not None else MODEL_ALONE
    first, second = (whole_percent(at(_table(w, case), "peace", w.month)) for case in (w.before, w.after))
    day = day_after(w.as_of, w.month)
    return f"{whose.capitalize()} before the changes (dashed) and after: peace by {day} {first} and {second}."


def _table(w: WhatIf, case: Case) -> xr.DataArray:
    """Return what is drawn: the best estimate, or the model alone where one of both forecasts has none."""
    best = case.pooled.ends
    return case.ends if w.difference.best is None or best is None else best


def _rows(w: WhatIf, when: str, case: Case) -> list[dict[str, Any]]:
    days, table = calendar_dates(w.as_of, w.months), _table(w, case)
    return [
        {"date": day, "name": END_NAMES[end], "p": p, "when": when}
        for end in ENDS
        for m, day in zip(w.months, days, strict=True)
        if known(p := at(table, end, m))
    ]

"""The page of `whatif`: what the changes do to the answer, to terms, durations and welfare, and how exact that is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.forecasting.labels import label_of
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.pages import markup
from peacetalks.pages.best_text import basis_lines
from peacetalks.pages.cells import UNKNOWN, decimal, error_points, known, percent, points, signed
from peacetalks.pages.forecast_text import past_conflict_lines
from peacetalks.pages.shown import PEACE, as_of_line, at, percent_at, short_days
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE
from peacetalks.pages.table_page import Page, Section
from peacetalks.pages.whatif_text import AFTER, BEFORE, effect_of, finding, leads
from peacetalks.scenario.changes import shown_value

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.what_if_values import WhatIf
    from peacetalks.pages.table_page import Cells

CSV_HEAD = ("quantity", "view", "month", "date", "before", "after", "difference", "low", "high", "error")
DIFFERENCE, INTERVAL, ERROR = "difference in points", "90% interval of it", "error of it"
ERROR_MEANING = (
    "The error is what a finer belief grid may still make of the difference; from 4 belief points on it is estimated."
)
WELFARE = "welfare"


def whatif_page(w: WhatIf) -> Page:
    """Return the page of a what-if."""
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import
    from peacetalks.pages.whatif_chart import before_and_after, caption

    plot = Plot("Before and after", caption(w), partial(before_and_after, w))
    best = w.difference.best is not None
    return Page(
        f"{w.scenario.title}: what if",
        "",
        (
            Section("Before and after", plot=plot, half=True),
            beside(w),
            *([classes(w, BEST_ESTIMATE)] if best else []),
            classes(w, MODEL_ALONE),
            *([each(w)] if w.each else []),
            _changes(w),
            _behind(w),
        ),
        lead=leads(w),
        finding=finding(w),
        subtitle=as_of_line(w.scenario),
    )


def classes(w: WhatIf, view: str) -> Section:
    """Return the outcome classes before and after, the difference in points, its interval and its error."""
    d, of_best = w.difference, view == BEST_ESTIMATE
    before, after = (_table(w, view, when) for when in (BEFORE, AFTER))
    difference, error = (d.best, d.best_error) if of_best else (d.model, d.model_error)
    rows: list[Cells] = []
    for end in ENDS:
        name = END_NAMES[end]
        rows.append((f"{name}, {BEFORE}", *_cells(w, before, end)))
        rows.append((f"{name}, {AFTER}", *_cells(w, after, end)))
        rows.append((f"{name}, {DIFFERENCE}", *_differences(w, difference, end)))
        if of_best and d.low is not None and d.high is not None:
            spans = zip(_differences(w, d.low, end), _differences(w, d.high, end), strict=True)
            cells = (f"{a} to {b}" if UNKNOWN not in (a, b) else UNKNOWN for a, b in spans)
            rows.append((f"{name}, {INTERVAL}", *cells))
        errors = (error_points(None if error is None else at(error, end, m)) for m in w.months)
        rows.append((f"{name}, {ERROR}", *errors))
    head = (view, *short_days(w.as_of, w.months))
    csv = (CSV_HEAD, *csv_rows(w)) if of_best or d.best is None else ()
    title = f"{view.capitalize()}, before and after"
    folded = not of_best and d.best is not None
    return Section(title, head, tuple(rows), csv=csv, folded=folded, numbers=True)


def _table(w: WhatIf, view: str, when: str) -> xr.DataArray | None:
    case = w.before if when == BEFORE else w.after
    return case.pooled.ends if view == BEST_ESTIMATE else case.ends


def _cells(w: WhatIf, table: xr.DataArray | None, end: str) -> list[str]:
    return [UNKNOWN if table is None else percent_at(table, end, m) for m in w.months]


def _differences(w: WhatIf, table: xr.DataArray | None, end: str) -> list[str]:
    values = [None if table is None else at(table, end, m) for m in w.months]
    return [points(x) if known(x) else UNKNOWN for x in values]


def beside(w: WhatIf) -> Section:
    """Return terms, durations and welfare before and after."""
    a, b, d = w.after.answer, w.before.answer, w.difference
    i = w.months.index(w.month)
    rows: list[Cells] = [
        (
            f"Terms if settled: share of {w.scenario.sides[0].label}",
            decimal(b.terms, form=".3f"),
            decimal(a.terms, form=".3f"),
            _difference(d.terms),
            UNKNOWN,
        ),
        (
            f"Settled within {w.month} months",
            percent(b.settled[i]),
            percent(a.settled[i]),
            points(d.settled[i]),
            UNKNOWN,
        ),
        (
            f"A truce, once begun, broken within {a.broken_months} months",
            percent(b.broken),
            percent(a.broken),
            points(d.broken) if known(d.broken) else UNKNOWN,
            UNKNOWN,
        ),
    ]
    for player, x in d.welfare.items():
        cells = (_share(of.welfare.get(player)) for of in (b, a))
        off = d.welfare_error[player]
        rows.append((f"Welfare of {player}", *cells, _difference(x), f"±{off:.2g}" if known(off) else UNKNOWN))
    return Section(
        "Terms, durations and welfare (model alone)",
        ("", BEFORE, AFTER, "difference", "error"),
        tuple(rows),
        half=True,
        notes=(
            "Welfare: payoff expected at the start, as a share of the stake; differences of percentages in points. "
            "Of a difference that is smaller than its error the sign is not known. "
            "What those at the table gain from talks (rent) is nobody's welfare.",
        ),
        numbers=True,
    )


def _share(x: float | None) -> str:
    """Return a share of the stake; a tiny one below 0 is shown as 0."""
    return decimal(0.0 if known(x) and abs(x) < 0.0005 else x)


def _difference(x: float | None) -> str:
    """Return a difference of shares of the stake."""
    return UNKNOWN if not known(x) else "0.000" if abs(x) < 0.0005 else signed(x, ".3f")


def each(w: WhatIf) -> Section:
    """Return what each of several changes does by itself."""
    rows = []
    for s in w.each:
        what = f"{s.key.rstrip('*+ ')}: {', '.join(shown_value(c.after) for c in s.changes)}"
        x = effect_of(s, w.month)
        cells = [UNKNOWN] * len(ENDS)
        if x is not None and s.difference is not None:
            best = s.difference.best
            use = best if best is not None and known(at(best, PEACE, w.month)) else s.difference.model
            cells = [points(at(use, e, w.month)) for e in ENDS]
        rows.append((what, *cells, s.reason))
    head = ("change", *(END_NAMES[e] for e in ENDS), "note")
    if not any(s.reason for s in w.each):
        head, rows = head[:-1], [row[:-1] for row in rows]
    view = BEST_ESTIMATE if w.difference.best is not None else MODEL_ALONE
    title = f"Each change by itself: difference of the {view} in {w.month} months, in points"
    return Section(title, head, tuple(rows), numbers=True)


def _changes(w: WhatIf) -> Section:
    every = [(c, "") for c in w.changes] + [(c, "estimated anew on the record") for c in w.made.also]
    rows = tuple(
        (c.path, label_of(c.path, w.scenario), shown_value(c.before), shown_value(c.after), note) for c, note in every
    )
    head = ("entry", "what it is", BEFORE, AFTER, "note")
    if not w.made.also:
        head, rows = head[:-1], tuple(row[:-1] for row in rows)
    return Section("What is changed", head, rows)


def _behind(w: WhatIf) -> Section:
    """Return what the figures rest on: the best estimate, past conflicts, settings."""
    s = w.settings
    draws = f"; {s['draws']} draws of the ranges, the same before and after, seed {s['seed']}" if s["draws"] else ""
    worst = max(w.before.answer.residual, w.after.answer.residual)
    notes = (
        "The typical case, from which the model's departure is measured, is that of the scenario as written, unless "
        "the class of the conflict changes: what is changed is a departure from it.",
        *basis_lines(w.before),
        *past_conflict_lines(w.before),
        f"{ERROR_MEANING} {s['belief_points']} belief points a side; {s['periods']} months followed; residual "
        f"{worst:.1e}{draws}. Scenario {w.scenario.digest}, changed {w.made.scenario.digest}.",
    )
    rows = ((BEFORE, w.scenario.digest), (AFTER, w.made.scenario.digest))
    return Section("What it rests on", ("scenario", "digest"), rows, notes=notes, folded=True)


def csv_rows(w: WhatIf) -> list[Cells]:
    """Return every figure before and after as the rows of a CSV file; probabilities from 0 to 1, unknown empty."""
    d, rows = w.difference, []
    days = [day.isoformat() for day in calendar_dates(w.as_of, w.months)]
    views: list[tuple[str, *tuple[xr.DataArray | None, ...]]] = [
        (MODEL_ALONE, w.before.ends, w.after.ends, d.model, None, None, d.model_error)
    ]
    if d.best is not None:
        views.insert(0, (BEST_ESTIMATE, w.before.pooled.ends, w.after.pooled.ends, d.best, d.low, d.high, d.best_error))
    for view, *tables in views:
        for end in ENDS:
            for m, day in zip(w.months, days, strict=True):
                values = [None if a is None else at(a, end, m) for a in tables]
                rows.append((end, view, str(m), day, *map(_number, values)))
    a, b = w.after.answer, w.before.answer
    rows.append(("terms", MODEL_ALONE, "", "", *map(_number, (b.terms, a.terms, d.terms, None, None, None))))
    for m, day, *values in zip(w.months, days, b.settled, a.settled, d.settled, strict=True):
        rows.append(("settled_by", MODEL_ALONE, str(m), day, *map(_number, values), "", "", ""))
    rows.append(
        (
            "truce_broken",
            MODEL_ALONE,
            str(a.broken_months),
            "",
            *map(_number, (b.broken, a.broken, d.broken)),
            "",
            "",
            "",
        )
    )
    for player, x in d.welfare.items():
        values = (b.welfare.get(player), a.welfare.get(player), x)
        error = _number(d.welfare_error[player])
        rows.append((f"{WELFARE} of {player}", MODEL_ALONE, "", "", *map(_number, values), "", "", error))
    return rows


def _number(x: float | None) -> str:
    return repr(float(x)) if known(x) else ""


def fragment(w: WhatIf) -> str:
    """Return a what-if as a notebook shows it: the finding, what follows it, and the outcome classes."""
    section = classes(w, MODEL_ALONE if w.difference.best is None else BEST_ESTIMATE)
    return markup.fill("whatif_fragment", finding=finding(w), leads=leads(w), section=section)

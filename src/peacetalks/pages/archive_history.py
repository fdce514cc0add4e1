"""The page of `history`: what was expected of one date each time it was forecast."""

from __future__ import annotations

from functools import partial
from math import nan
from typing import TYPE_CHECKING

from peacetalks.archive.over_time import YEAR
from peacetalks.outcomes import ENDS
from peacetalks.pages.archive_words import FOOTER, points_in_words
from peacetalks.pages.cells import UNKNOWN, percent_range, whole_percent
from peacetalks.pages.shown import PEACE
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE
from peacetalks.pages.table_page import Page, Section
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.archive.over_time import History, Point
    from peacetalks.pages.forecast_charts import Plot
    from peacetalks.pages.table_page import Cells

SAME = 0.005  # a change that is shown as none
INTERVALS = "In brackets its 90% interval."


def history_page(h: History, charts: bool = True) -> Page:
    """Return the page of a forecast's history; without `charts` as a terminal shows it."""
    head = ("as of", "saved", "for", *END_NAMES.values())
    rows = tuple(_row(p) for p in h.points)
    notes = tuple(f"Left out: {r.file}: {r.reason}." for r in h.damaged)
    text = f"{view_name(h)[:1].upper()}{view_name(h)[1:]}, each time it was saved. {INTERVALS if has_best(h) else ''}"
    plot = _plot(h) if charts else None
    section = Section("Each forecast", head, rows, text.strip(), plot, notes=notes, csv=tuple(_csv(h)), numbers=True)
    return Page(f"{h.title}: history of the forecast", "", (section,), finding=finding(h), footer=FOOTER)


def has_best(h: History) -> bool:
    """Return whether some forecast has a best estimate of the date."""
    return any(p.best is not None for p in h.points)


def view_name(h: History) -> str:
    """Return which view is shown."""
    return BEST_ESTIMATE if has_best(h) else MODEL_ALONE


def value(h: History, p: Point) -> dict[str, float] | None:
    """Return the outcome classes that are shown of a forecast."""
    return p.best if has_best(h) else p.model


def target(h: History) -> str:
    """Return what is forecast, in words."""
    return f"by {day_name(h.by)}" if h.by else f"{YEAR} months ahead"


def finding(h: History) -> str:
    """Return how the forecast moved, in one sentence."""
    known = [(p, found) for p in h.points if (found := value(h, p)) is not None]
    (first, a), (last, b) = known[0], known[-1]
    now = f"The {view_name(h)} of peace {target(h)} is {whole_percent(b[PEACE])} as of {day_name(last.as_of)}"
    if len(known) == 1:
        return f"{now}; there is one forecast of it."
    moved = b[PEACE] - a[PEACE]
    change = "the same" if abs(moved) < SAME else f"{points_in_words(moved)} {'more' if moved > 0 else 'less'}"
    link = "as" if abs(moved) < SAME else "than"
    when = f"as of {day_name(first.as_of)}" if h.by_date else f"saved on {day_name(first.moment.date())}"
    low, high = min(x[PEACE] for _, x in known), max(x[PEACE] for _, x in known)
    span = f"; the {len(known)} forecasts lie between {whole_percent(low)} and {whole_percent(high)}"
    was = f"{change} {link} in the first, {when} ({whole_percent(a[PEACE])})"
    return f"{now}, {was}{span if len(known) > 2 else ''}."


def _row(p: Point) -> Cells:
    first = (p.as_of.isoformat(), f"{p.moment:%Y-%m-%d %H:%M}", p.day.isoformat())
    if p.best is None:
        found = {} if p.model is None else p.model
        cells = [whole_percent(found.get(e, nan)) for e in ENDS]
        return (*first, *cells[:-1], f"{cells[-1]}: {p.reason}" if p.reason else cells[-1])
    spans = {e: percent_range(*p.interval[e]) if p.interval else UNKNOWN for e in ENDS}
    shown = [whole_percent(p.best[e]) for e in ENDS]
    return (*first, *(f"{cell} ({spans[e]})" for cell, e in zip(shown, ENDS, strict=True)))


def _csv(h: History) -> Iterator[Cells]:
    """Yield every view of every forecast as rows of a CSV file; unknown is empty."""
    yield ("file", "digest", "as_of", "saved", "date", "view", "outcome", "probability", "low", "high")
    for p in h.points:
        first = (p.file, p.digest, p.as_of.isoformat(), p.moment.isoformat(), p.day.isoformat())
        for view, found in (("best", p.best), ("model", p.model), ("record", p.record)):
            for end in ENDS:
                span = p.interval[end] if view == "best" and p.interval else None
                ends = ("", "") if span is None else (f"{span[0]:.6f}", f"{span[1]:.6f}")
                yield (*first, view, end, "" if found is None else f"{found[end]:.6f}", *ends)


def _plot(h: History) -> Plot:
    from peacetalks.pages.archive_charts import history_chart  # Altair is slow to import
    from peacetalks.pages.forecast_charts import Plot

    along = "the date of each forecast" if h.by_date else "the day on which each was saved"
    band = " The bars are its 90% intervals." if has_best(h) else ""
    caption = f"{view_name(h)[:1].upper()}{view_name(h)[1:]} {target(h)}, along {along}.{band}"
    rows = []
    for p in h.points:
        found = value(h, p)
        for end in ENDS if found else ():
            assert found is not None
            span = p.interval[end] if p.interval and has_best(h) else (found[end], found[end])
            rows.append({"date": h.at(p).isoformat(), "end": end, "p": found[end], "low": span[0], "high": span[1]})
    return Plot(f"History of the forecast {target(h)}", caption, partial(history_chart, rows))

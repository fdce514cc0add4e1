"""The historical record as a page: an event in a class at several lengths of time, its cases, what it is made of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from peacetalks.evidence.names import in_names
from peacetalks.pages.base_rate_screen import OF_KIND
from peacetalks.pages.cells import UNKNOWN, percent_range, whole_percent
from peacetalks.pages.evidence_screen import age_lines, cases_lines, composition_lines, outside_lines, weight_line
from peacetalks.pages.styles import END_NAMES
from peacetalks.pages.table_page import Page, Section

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.evidence.browse import Browsed, Rate
    from peacetalks.evidence.outside import OutsideForecast
    from peacetalks.pages.table_page import Cells

SHOWN = 200  # cases of the table on a page; JSON has all
HEADLINE = 12  # months
OUTSIDE_MONTHS = (3, 6, 12, 24, 36, 60)  # at which numbers stand beside the chart
FIRST = ("name", "start", "end", "ending", "outcome", "start_year", "end_year", "days")
HIDDEN = ("id", "cluster", "seen", "ended_by")
FOOTER = "Frequencies of past cases, with 95% intervals over states; the next case may differ from all of them."


def evidence_page(b: Browsed) -> Page:
    """Return the page of an event in a class."""
    return Page(
        "The historical record",
        b.rates[0].rate.definition,
        tuple(s for s in (_curve(b), _rates(b), *_outside(b), _cases(b), _made_of(b)) if s is not None),
        lead=tuple(filter(None, (_record_line(b), b.rates[0].rate.caution, _bounds_line(b)))),
        finding=finding(b),
        subtitle=f"As known on {b.as_of}; nothing later enters." if b.as_of else "All that is recorded.",
        footer=FOOTER,
    )


def _bounds_line(b: Browsed) -> str:
    """Return between which bounds the class's own frequency lies at each length of time; "" where there are none."""
    found = [
        f"{percent_range(*r.rate.bounds)}{f' within {r.words}' if r.words else ''}" for r in b.rates if r.rate.bounds
    ]
    return f"Bounds: {', '.join(found)}." if found else ""


def finding(b: Browsed) -> str:
    """Return how often the event happened, in one sentence.

    >>> from peacetalks.evidence.browse import browse
    >>> finding(browse("crisis fades"))
    'Crisis fades: 8% (95% interval 6-10%; 511 cases).'
    """
    at = [r for r in b.rates if r.months is None or r.months <= HEADLINE][-1]
    event = f"{b.event.name[:1].upper()}{b.event.name[1:]}"
    what = f"{event}{f' within {at.words}' if at.words else ''}"
    of = f", class {b.where}" if b.where else ""
    if at.rate.probability is None or at.rate.interval is None:
        return f"{what}{of}: not known; no case of the class can be used ({at.rate.n} cases)."
    interval = percent_range(*at.rate.interval)
    return f"{what}{of}: {whole_percent(at.rate.probability)} (95% interval {interval}; {at.rate.n} cases)."


def _record_line(b: Browsed) -> str:
    lines = age_lines(b.summary.coverage, b.as_of)
    return " ".join(lines)


def _known(rates: tuple[Rate, ...]) -> bool:
    return sum(r.months is not None and r.rate.probability is not None for r in rates) > 1


def _curve(b: Browsed) -> Section | None:
    """Return the chart of the event over time; None where it does not depend on time."""
    from peacetalks.pages.evidence_chart import rates_chart  # Altair is slow to import
    from peacetalks.pages.forecast_charts import Plot

    if not _known(b.rates):
        return None
    title = f"{b.event.name[:1].upper()}{b.event.name[1:]}: how often within so many months"
    caption = "The line is the rate of the class, the band its 95% interval over states."
    return Section(title, plot=Plot(title, caption, partial(rates_chart, b.rates)), half=True)


def _rates(b: Browsed) -> Section:
    """Return the rate at each length of time, its interval, the cases used, and those of the parent class."""
    rows = tuple(
        (
            UNKNOWN if r.months is None else str(r.months),
            whole_percent(r.rate.probability),
            UNKNOWN if r.rate.interval is None else percent_range(*r.rate.interval),
            whole_percent(r.rate.observed),
            str(r.rate.n),
            UNKNOWN if r.rate.parent is None else whole_percent(r.rate.parent),
        )
        for r in b.rates
    )
    head = ("months", "rate", "95% interval", "own frequency", "N", "parent class")
    note = "The rate is shrunk towards that of the parent class, the fewer cases the more." if _parent(b) else ""
    return Section("Rates", head, rows, half=True, numbers=True, notes=(note,) if note else ())


def _parent(b: Browsed) -> bool:
    return any(r.rate.parent is not None for r in b.rates)


def _outside(b: Browsed) -> tuple[Section, ...]:
    """Return what became of conflicts of the class, as chart and table; nothing for other kinds of case."""
    from peacetalks.pages.evidence_chart import outside_chart
    from peacetalks.pages.forecast_charts import Plot

    if b.outside is None:
        return ()
    f = b.outside
    title = "What became of conflicts of this class"
    caption = (
        f"{f.n} of {f.n_scope} conflict episodes, from {f.clusters} states; weight of the class's own curve "
        f"{whole_percent(f.weight)}. Bands are 95% intervals."
    )
    rows = tuple(
        (str(m), *(_with_interval(f, i, j) for j in range(len(f.ends))))
        for i, m in enumerate(f.horizons_months)
        if m in OUTSIDE_MONTHS
    )
    head = ("months", *(END_NAMES[end] for end in f.ends))
    chart = Section(title, plot=Plot(title, caption, partial(outside_chart, f)), half=True)
    return chart, Section("The same in numbers, with 95% intervals", head, rows, half=True, numbers=True)


def _with_interval(f: OutsideForecast, month: int, end: int) -> str:
    """Return the probability of an outcome class at a month with its interval."""
    interval = percent_range(f.end_low[month, end], f.end_high[month, end])
    return f"{whole_percent(f.end_probability[month, end])} ({interval})"


def _cases(b: Browsed) -> Section:
    """Return the cases of the class, the latest first."""
    names = [c for c in FIRST if c in b.cases.columns]
    names += [c for c in b.cases.columns if c not in (*FIRST, *HIDDEN)]
    by = "start" if "start" in names else "start_year"
    frame = b.cases.sort(by, descending=True, nulls_last=True).select(names)
    rows = tuple(tuple(_cell(v) for v in row) for row in frame.head(SHOWN).iter_rows())
    left = frame.height - len(rows)
    more = (f"{left} earlier cases are not shown here; the JSON has all.",) if left else ()
    csv: tuple[Cells, ...] = (tuple(names), *(tuple(_cell(v, "") for v in row) for row in frame.iter_rows()))
    title = f"The cases: {frame.height} {b.event.kind}"
    return Section(title, tuple(_head(n) for n in names), rows, notes=more, csv=csv, folded=True)


def _head(column: str) -> str:
    return column.replace("_", " ")


def _cell(value: str | float | date | None, unknown: str = UNKNOWN) -> str:
    """Return a cell of a case table.

    >>> _cell(3.0), _cell(None), _cell("treaty")
    ('3', '-', 'treaty')
    """
    if value is None:
        return unknown
    return f"{value:g}" if isinstance(value, float) else str(value)


def _made_of(b: Browsed) -> Section:
    """Return what the rate is made of: cases used and left out, parent class, datasets."""
    at = [r for r in b.rates if r.months is None or r.months <= HEADLINE][-1].rate
    lines = [*composition_lines("Class", at.own)]
    if at.parent_class:
        lines += [*composition_lines("Parent class", at.parent_class), weight_line(at.weight)]
    lines += [*cases_lines(b.summary), f"Source: {at.source}"]
    lines += [] if b.outside is None else ["What became of conflicts:", *outside_lines(b.outside)]
    about = f"{OF_KIND[b.event.kind]}; class: {in_names(at.where) if at.where else 'all'}"
    rows = (("kind of case", about), ("datasets", "; ".join(c.title for c in b.summary.coverage)))
    return Section("What it is made of", ("", ""), rows, notes=tuple(lines), folded=True)

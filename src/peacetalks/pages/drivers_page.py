"""What drives a forecast: each number over its range, by itself and with others; on a terminal, as page, CSV, JSON."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console

from peacetalks.forecasting.driver_values import Drivers
from peacetalks.pages import sensitivity_text
from peacetalks.pages.best_text import listed
from peacetalks.pages.cells import UNKNOWN, known, percent, points, whole_percent
from peacetalks.pages.printable import styled
from peacetalks.pages.shown import as_of_line, day_after, headline_day
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE
from peacetalks.pages.table_page import Page, Section, numbers_table

if TYPE_CHECKING:
    from peacetalks.forecasting.drivers import Driver
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.forecasting.sensitivity_values import Sensitivity

NAMED = 3  # numbers that the finding names
NOT_KNOWN = "not from outside"
SHOWN = 12  # numbers on a terminal
CSV_HEAD = ("path", "label", "value", "low", "high", "month", "view", "peace", "peace_low", "peace_high", "source")
MEANING = (
    "One number at a time goes to the ends of its 90% range, all others stay; where the scenario gives no range, half "
    "and double, or half and double the odds of a probability. What numbers do together is not in it."
)


def drivers_page(o: Outlook) -> Page:
    """Return the page of an outlook whose drivers are computed."""
    from peacetalks.pages.drivers_chart import moving, tornado, tornado_caption
    from peacetalks.pages.forecast_charts import Plot  # Altair is slow to import

    title, s = "The largest effects, one number at a time", _sensitivity(o)
    whole = () if s is None else _from_all_ranges(o, s)
    return Page(
        f"{o.scenario.title}: what drives the answer",
        "",
        (
            *([Section(title, plot=Plot(title, tornado_caption(o), partial(tornado, o)))] if moving(o) else []),
            *whole,
            _every(o),
        ),
        lead=(*(() if s is None else (sensitivity_text.finding(o, s),)), _known_line(o), MEANING),
        finding=finding(o),
        subtitle=as_of_line(o.scenario),
    )


def _sensitivity(o: Outlook) -> Sensitivity | None:
    """Return what comes from each number with others, where it was asked for."""
    return o.drivers.sensitivity if isinstance(o.drivers, Drivers) else None


def _from_all_ranges(o: Outlook, s: Sensitivity) -> tuple[Section, ...]:
    """Return the sections on all ranges at once."""
    from peacetalks.pages.forecast_charts import Plot
    from peacetalks.pages.sensitivity_chart import indices, indices_caption, ranked

    title = "Where the answer comes from, all ranges at once"
    plot = Plot(title, indices_caption(o, s), partial(indices, o, s)) if ranked(s) else None
    return Section(title, text=sensitivity_text.MEANING, plot=plot), *sensitivity_text.sections(o, s)


def finding(o: Outlook) -> str:
    """Return which numbers move peace most, and how far, in a sentence."""
    found = [d for d in o.drivers or () if d.effect > 0][:NAMED]
    if not found:
        return "No number of the scenario moves peace by itself."
    first = found[0]
    view = BEST_ESTIMATE if first.view == "best" else MODEL_ALONE
    effects = listed([f"{d.label} ({_span(d)})" for d in found])
    day = day_after(o.as_of, first.month)
    return f"By {day} peace is {whole_percent(first.peace)} ({view}); most hangs on {effects}."


def _span(d: Driver) -> str:
    """Return peace with a number at the low and at the high end of its range."""
    low, high = (whole_percent(p) for p in (d.peace_low, d.peace_high))
    return f"{low} to {high}" if low != high else f"{percent(d.peace_low)} to {percent(d.peace_high)}"


def _known_line(o: Outlook) -> str:
    """Return which of the numbers an observer can know, the first of them."""
    found = [d for d in o.drivers or () if d.knowable and d.effect > 0]
    if not found:
        return "None of the numbers that move it can be known from outside."
    d = found[0]
    return (
        f"Of those that an observer can know most hangs on {d.label} ({_span(d)}), known from {d.known_by}; resolve, "
        "costs and readiness only the actors know."
    )


def _every(o: Outlook) -> Section:
    """Return every number with its range and what it does, the largest effect first."""
    rows = tuple(
        (
            d.label,
            f"{d.low:.3g} to {d.high:.3g}",
            _points(d.peace_low, d),
            _points(d.peace_high, d),
            d.known_by or NOT_KNOWN,
        )
        for d in o.drivers or ()
    )
    day = headline_day(o)
    head = ("number", "range", "at the low end, points", "at the high end", "known from")
    s = _sensitivity(o)
    more = () if s is None else sensitivity_text.csv_head()
    rest = [() if s is None else sensitivity_text.csv_cells(s, d.path) for d in o.drivers or ()]
    cells = [(*_csv_row(d), *of) for d, of in zip(o.drivers or (), rest, strict=True)]
    csv = ((*CSV_HEAD, *more), *(tuple("" if x is None else str(x) for x in row) for row in cells))
    return Section(f"Every number: difference of peace by {day}", head, rows, csv=csv)


def _points(p: float | None, d: Driver) -> str:
    return points(p - d.peace) if known(p) else UNKNOWN


def _csv_row(d: Driver) -> tuple[Any, ...]:
    plain = d.to_dict()
    return tuple(plain[key] for key in CSV_HEAD)


def show(o: Outlook, out: Console | None = None) -> None:
    """Print the numbers that move peace most on a terminal of 80 columns; `out` is where, else standard output."""
    out = out or Console()
    page, every = drivers_page(o), _every(o)
    out.print(styled(page.title, style="bold"))
    out.print(styled(page.finding, style="bold"))
    for line in page.lead:
        out.print(styled(line))
    out.print(numbers_table(replace(every, head=every.head[:4], rows=tuple(row[:4] for row in every.rows[:SHOWN]))))
    if s := _sensitivity(o):
        for section in sensitivity_text.sections(o, s):
            if not section.folded:
                out.print(numbers_table(sensitivity_text.on_a_terminal(section)))
        out.print(styled(sensitivity_text.MEANING))
    if rest := (o.drivers or ())[SHOWN:]:
        out.print(styled(f"{len(rest)} more move peace by at most {100 * rest[0].effect:.1f} points (--json: all)."))


def plain(o: Outlook) -> dict[str, Any]:
    """Return the plain table that `drivers --json` prints, but for the finding (schema: `drivers.schema.json`)."""
    return {
        "scenario": o.scenario.name,
        "as_of": o.as_of.isoformat(),
        "digest": o.scenario.digest,
        "drivers": [d.to_dict() for d in o.drivers or ()],
        "sensitivity": _sensitivity_to_dict(o),
        "settings": {"belief_points": o.settings["belief_points"], "periods": len(o.ends.period)},
    }


def _sensitivity_to_dict(o: Outlook) -> dict[str, Any] | None:
    """Return Sobol indices with the sentence about them, ready for JSON; None where they were not asked for."""
    s = _sensitivity(o)
    return None if s is None else {"finding": sensitivity_text.finding(o, s), **s.to_dict()}

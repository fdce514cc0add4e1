"""A forecast as a self-contained HTML page, SVG, CSV or JSON, and as a fragment for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from peacetalks.forecasting.long_table import long_rows
from peacetalks.pages import files, markup
from peacetalks.pages.best_text import headlines, shown_months
from peacetalks.pages.cells import decimal
from peacetalks.pages.forecast_rows import Row, best_rows, day_heads, forecast_rows
from peacetalks.pages.forecast_text import fact_lines, settings_line, view_lines
from peacetalks.pages.styles import RowKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from peacetalks.forecasting.long_table import LongRow
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.forecast_charts import Drawing


@dataclass(frozen=True)
class ForecastPage:
    """What the template `report` shows, and nothing else."""

    title: str
    as_of: date
    summary: str
    hindsight: str
    headlines: list[str]
    days: list[str]  # the calendar dates of the months shown
    best: list[Row]
    months: list[int]
    rows: list[Row]
    notes: list[str]  # on past conflicts and the best estimate
    facts: list[str]
    charts: list[Drawing]
    settings: str
    numbers: list[tuple[str, str, str]]  # path in the scenario, value, source


def page(o: Outlook) -> ForecastPage:
    """Return the content of a forecast's page."""
    from peacetalks.pages.forecast_charts import charts  # Altair is slow to import

    s = o.scenario
    return ForecastPage(
        title=s.title,
        as_of=s.as_of,
        summary=s.summary,
        hindsight=s.hindsight,
        headlines=headlines(o),
        days=day_heads(o),
        best=best_rows(o),
        months=shown_months(o),
        rows=forecast_rows(o),
        notes=view_lines(o),
        facts=fact_lines(o),
        charts=charts(o),
        settings=settings_line(o),
        numbers=[(path, f"{float(n):g}", n.source or "no source given") for path, n in s.numbers().items()],
    )


def html(o: Outlook) -> str:
    """Return one self-contained page with charts."""
    return markup.fill("report", page=page(o))


def svg(o: Outlook) -> str:
    """Return all charts as one SVG."""
    from peacetalks.pages.forecast_charts import one_svg

    return one_svg(o)


def fragment(o: Outlook) -> str:
    """Return the outcome classes in every view at the dates shown as HTML for a notebook, and what they rest on."""
    shown = [r for r in forecast_rows(o) if r.end and r.kind in (RowKind.END, RowKind.TYPICAL, RowKind.PAST)]
    return markup.fill(
        "fragment",
        title=o.scenario.title,
        as_of=o.scenario.as_of,
        headlines=headlines(o),
        days=day_heads(o),
        best=best_rows(o),
        months=shown_months(o),
        rows=shown,
        notes=view_lines(o),
    )


def csv(o: Outlook) -> str:
    """Return every probability as CSV: the outcome classes in each view, the model's outcomes; unknown is empty.

    The views are those of JSON: `best` with its 90% interval, `model`, `record`; then `pooled` (the same as `best`),
    `inside` (the same as `model`) and the record in each class.
    """
    head = ("period", "view", "level", "outcome", "probability", "date", "low", "high")
    return files.csv_text([head, *map(_csv_row, long_rows(o))])


def _csv_row(row: LongRow) -> tuple[str, ...]:
    p, *spans = (decimal(x, "", ".6f") for x in (row.probability, row.low, row.high))
    return str(row.month), row.view, row.level, row.outcome, p, row.date.isoformat(), *spans


def as_json(o: Outlook) -> str:
    """Return the forecast as JSON (schema: `forecast.schema.json`)."""
    return files.json_text(o.to_dict())


MAKERS: dict[str, Callable[[Outlook], str]] = {".html": html, ".svg": svg, ".csv": csv, ".json": as_json}


def makers(o: Outlook) -> files.Makers:
    """Return what each suffix of a file would be written with."""
    return {suffix: partial(make, o) for suffix, make in MAKERS.items()}


def write(o: Outlook, path: Path) -> None:
    """Write the forecast to a .html, .svg, .csv or .json file; raise `PageError` for another suffix."""
    files.write(path, makers(o))

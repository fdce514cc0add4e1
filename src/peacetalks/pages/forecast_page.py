"""A forecast as a self-contained HTML page, SVG, CSV or JSON, and as a fragment for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from peacetalks.forecasting.long_table import long_rows
from peacetalks.pages import files, markup
from peacetalks.pages.best_text import best_estimate_lines, why_line
from peacetalks.pages.card import card_of
from peacetalks.pages.cells import decimal
from peacetalks.pages.forecast_rows import (
    accuracy_rows,
    answer_rows,
    day_heads,
    forecast_rows,
    information_rows,
    month_heads,
)
from peacetalks.pages.forecast_text import fact_lines, past_conflict_lines, settings_line
from peacetalks.pages.number_rows import number_tables
from peacetalks.pages.shown import as_of_line, has_best, headline_month
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.pages.summary import in_short, source_line
from peacetalks.scenario.dates import day_name
from peacetalks.scenario.sources import count_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peacetalks.forecasting.long_table import LongRow
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.card import Card
    from peacetalks.pages.forecast_charts import Drawing
    from peacetalks.pages.forecast_rows import Row
    from peacetalks.pages.number_rows import NumberTable

BENCHMARK = (
    "The complete-information benchmark is the same game with every type known, at the same precision of choices: the "
    "distance between the two is what private information changes."
)
SCORED = "How good such forecasts have been on past conflicts: `peacetalks backtest`, and docs/backtest.md."


@dataclass(frozen=True)
class Fold:
    """A part of the page that is folded until it is opened: sentences, perhaps a table by date and a chart."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    drawing: Drawing | None = None


@dataclass(frozen=True)
class ForecastPage:
    """What the template `report` shows, and nothing else."""

    title: str
    dated: str  # at which date the forecast was made, in a sentence
    basis: str  # on what the answer rests, in a sentence
    card: Card
    short: str
    charts: tuple[Drawing, ...]  # the first stands beside `short`
    days: tuple[str, ...]  # headings of the tables: the calendar dates of the months shown
    months: tuple[str, ...]  # and the months
    folds: tuple[Fold, ...]
    sources: str  # what the numbers rest on, counted
    numbers: tuple[NumberTable, ...]
    source: str  # with what, and from what, it was made


def page(o: Outlook) -> ForecastPage:
    """Return the content of a forecast's page."""
    from peacetalks.pages.forecast_charts import drawing, outcomes_plot, plots  # Altair is slow to import

    drawn = [drawing(p, i) for i, p in enumerate((*plots(o), outcomes_plot(o)))]
    return ForecastPage(
        title=o.scenario.title,
        dated=as_of_line(o.scenario),
        basis=basis_line(o),
        card=card_of(o),
        short=in_short(o),
        charts=tuple(drawn[:-1]),
        days=tuple(day_heads(o)),
        months=tuple(month_heads(o)),
        folds=tuple(_folds(o, drawn[-1])),
        sources=str(count_sources(o.scenario)),
        numbers=tuple(number_tables(o.scenario)),
        source=source_line(o),
    )


def basis_line(o: Outlook) -> str:
    """Return on what the answer rests, in a sentence."""
    if not has_best(o):
        return f"Shown is the {MODEL_ALONE}."
    if not o.pooled.adjusted:
        return f"{BEST_ESTIMATE.capitalize()}: {PAST_CONFLICTS}, as they stand."
    return f"{BEST_ESTIMATE.capitalize()}: {PAST_CONFLICTS}, adjusted by a calibrated model."


def _folds(o: Outlook, outcomes: Drawing) -> Iterator[Fold]:
    """Yield the folded parts in order, without the numbers of the scenario."""
    s = o.scenario
    title = "The answer by date, with intervals" if has_best(o) else f"The {MODEL_ALONE} by date"
    yield Fold(title, rows=tuple(answer_rows(o)))
    yield Fold(
        "Model and past conflicts by date, and all outcomes", tuple(fact_lines(o)), tuple(forecast_rows(o)), outcomes
    )
    why = (why_line(o, headline_month(o)),) if has_best(o) and o.pooled.adjusted else ()
    yield Fold("What the best estimate is made of", (*why, *best_estimate_lines(o)))
    yield Fold("The past conflicts", tuple(past_conflict_lines(o)))
    yield Fold(
        "What private information changes: the complete-information benchmark", (BENCHMARK,), tuple(information_rows(o))
    )
    yield Fold("The scenario", (s.summary, f"Hindsight: {s.hindsight}"))
    yield Fold("How this was computed, and how exactly", (settings_line(o), SCORED), tuple(accuracy_rows(o)))


def html(o: Outlook) -> str:
    """Return one self-contained page with charts."""
    return markup.fill("report", page=page(o))


def svg(o: Outlook) -> str:
    """Return all charts as one SVG."""
    from peacetalks.pages.forecast_charts import one_svg

    return one_svg(o)


def fragment(o: Outlook) -> str:
    """Return the card and the answer by date as HTML for a notebook."""
    return markup.fill(
        "fragment",
        title=o.scenario.title,
        as_of=day_name(o.as_of),
        card=card_of(o),
        heads=[f"{day} ({month})" for day, month in zip(day_heads(o), month_heads(o), strict=True)],
        rows=answer_rows(o),
    )


def csv(o: Outlook) -> str:
    """Return every probability as CSV: the outcome classes in each view, the model's outcomes; unknown is empty.

    The views are those of JSON: `best` with its 90% interval, `model`, `record`; then `pooled` (the same as `best`),
    `inside` (the same as `model`) and the record in each class.
    """
    head = ("period", "view", "level", "outcome", "probability", "date", "low", "high")
    return files.csv_text([head, *map(_csv_row, long_rows(o, o.outcomes))])


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

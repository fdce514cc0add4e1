"""A sweep: forecasts over a grid of values, on a terminal, as a long table in CSV or Parquet, and as JSON."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import Console

from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.settings import headline_month
from peacetalks.forecasting.sweep import keys_of, points, to_polars
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS, PEACE
from peacetalks.pages import files
from peacetalks.pages.cells import UNKNOWN, known, percent
from peacetalks.pages.printable import styled
from peacetalks.pages.shown import day_after
from peacetalks.pages.styles import BEST_ESTIMATE, END_NAMES, MODEL_ALONE
from peacetalks.pages.table_page import HYPHENATED, Section, numbers_table

if TYPE_CHECKING:
    import xarray as xr

SUFFIXES = (".csv", ".parquet", ".json")
SHOWN = 40  # combinations on a terminal
FEW = 2  # keys beside which no word of a heading is broken


def show(table: xr.Dataset, out: Console | None = None) -> None:
    """Print the forecasts at the month of the headline on a terminal; `out` is where, else standard output."""
    out = out or Console()
    months = [int(m) for m in table.period.values]
    month = headline_month(months)
    day = day_after(date.fromisoformat(table.attrs["as_of"]), month)
    at = table.sel(period=month)
    rows = []
    for place, here, terms in points(table):
        model = [float(x) for x in at.model.values[place]]
        best = float(at.best.values[place][list(ENDS).index(PEACE)])
        cells = (*map(percent, model), percent(best), UNKNOWN if terms is None else f"{terms:.3f}")
        rows.append((*(f"{x:.4g}" if isinstance(x, float) else x for x in here), *cells))
    keys = [key.replace(".", ".\n") for key in keys_of(table)]  # broken between words, not within one
    narrow = HYPHENATED if len(keys) > FEW else {}
    ends = (" ".join(narrow.get(word, word) for word in END_NAMES[e].lower().split()) for e in ENDS)
    head = (*keys, *ends, "peace, best", "terms")
    out.print(styled(f"{table.attrs['scenario']} by {day}: {len(rows)} combinations", style="bold"))
    out.print(styled(f"Outcome classes: {MODEL_ALONE}; then peace, {BEST_ESTIMATE}; terms: mean share of side 1."))
    out.print(numbers_table(Section("", head, tuple(rows[:SHOWN]))))
    if rest := [str(m) for m in months if m != month]:
        others = f"a file (-o sweep.csv) has months {', '.join(rest)} too"
        out.print(styled(f"This is month {month}; {others}.", style="dim"))
    if len(rows) > SHOWN:
        out.print(styled(f"{len(rows) - SHOWN} more combinations: write them to a file (-o sweep.csv)."))
    for line in table.attrs["unsolved"]:
        out.print(styled(f"No forecast at {line}"))


def makers(table: xr.Dataset) -> files.Makers:
    """Return what each suffix is written with: the long table, or the nested one."""
    return {
        ".csv": lambda: to_polars(table).write_csv(),
        ".parquet": lambda: parquet(table),
        ".json": lambda: files.json_text(plain(table)),
    }


def parquet(table: xr.Dataset) -> bytes:
    """Return the long table of a sweep as Parquet."""
    out = io.BytesIO()
    to_polars(table).write_parquet(out)
    return out.getvalue()


def plain(table: xr.Dataset) -> dict[str, Any]:
    """Return the plain table that `sweep --json` prints (schema: `sweep.schema.json`)."""
    a, keys = table.attrs, keys_of(table)
    months = [int(m) for m in table.period.values]
    return {
        "scenario": a["scenario"],
        "as_of": a["as_of"],
        "digest": a["digest"],
        "keys": {key: table[key].values.tolist() for key in keys},
        "months": months,
        "dates": [day.isoformat() for day in calendar_dates(date.fromisoformat(a["as_of"]), months)],
        "points": [
            {
                "values": dict(zip(keys, here, strict=True)),
                "model": _columns(table.model[place]),
                "best": _columns(table.best[place]),
                "terms": terms,
            }
            for place, here, terms in points(table)
        ],
        "unsolved": list(a["unsolved"]),
        "settings": {"periods": a["periods"], "belief_points": a["belief_points"]},
    }


def _columns(ends: xr.DataArray) -> dict[str, list[float | None]] | None:
    """Return outcome classes (period, end) by their keys; None where nothing is known."""
    found = plain_columns(ends)
    return found if any(known(x) for values in found.values() for x in values) else None

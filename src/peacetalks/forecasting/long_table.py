"""A forecast as one long table: a row for each month, view and outcome, for CSV, polars and pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from peacetalks.forecasting.views import calendar_dates, views

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from xarray import DataArray

    from peacetalks.forecasting.views import HasViews


class LongRow(NamedTuple):
    """A probability of a forecast; `low` and `high` are the 90% interval of the best estimate."""

    date: date
    month: int
    view: str
    level: str  # "end" (outcome class) or "outcome"
    outcome: str
    probability: float | None  # None: not known
    low: float | None
    high: float | None


TYPES = {
    "date": pl.Date,
    "month": pl.Int64,
    "view": pl.String,
    "level": pl.String,
    "outcome": pl.String,
    "probability": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def long_rows(f: HasViews, outcomes: DataArray) -> Iterator[LongRow]:
    """Yield every probability: the outcome classes in each view by month, then the model's outcomes.

    The views are those of JSON: `best` with its 90% interval, `model`, `record`; then `pooled` (the same as `best`),
    `inside` (the same as `model`) and the record in each class.  `outcomes` (period, outcome) are the model's.
    """
    first = {"best": f.pooled.ends, "model": f.ends, "record": f.pooled.record}
    for view, a in ({view: a for view, a in first.items() if a is not None} | views(f)).items():
        yield from _rows(f, view, "end", a)
    yield from _rows(f, "inside", "outcome", outcomes)


def long_table(f: HasViews, outcomes: DataArray) -> pl.DataFrame:
    """Return every probability of a forecast as a table with the columns of `LongRow`; unknown is null.

    The older names of views, which stand in CSV files too, are left out: every number is there once.
    """
    rows = [row for row in long_rows(f, outcomes) if row.level == "outcome" or row.view not in ("pooled", "inside")]
    named = [row._replace(view="model") if row.level == "outcome" else row for row in rows]
    return pl.DataFrame(named, schema=TYPES, orient="row")


def _rows(f: HasViews, view: str, level: str, a: DataArray) -> Iterator[LongRow]:
    name = next(str(d) for d in a.dims if d != "period")
    ranges = (f.pooled.low, f.pooled.high) if view in ("best", "pooled") else (None, None)
    for month, day in zip(a.period.values, calendar_dates(f.as_of, a.period.values), strict=True):
        for what in a[name].values:
            p, low, high = (_known(None if x is None else x.sel({"period": month, name: what})) for x in (a, *ranges))
            yield LongRow(day, int(month), view, level, str(what), p, low, high)


def _known(x: DataArray | None) -> float | None:
    return None if x is None or not np.isfinite(x) else float(x)

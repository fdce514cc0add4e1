"""The views of one forecast: the best estimate, the model alone, and the historical record in each reference class.

An `Outlook` has them, and so has every forecast that `compare` and `infer` show: there the model's forecast is that of
an account, while the date and the record are the scenario's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from peacetalks.forecasting.best_estimate import BestEstimate, best_estimate
from peacetalks.forecasting.readout import plain_columns
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.forecasting.typical import TypicalForecast


class HasViews(Protocol):
    """A forecast in every view: an `Outlook`, or `ForecastViews`."""

    @property
    def ends(self) -> xr.DataArray:
        """The model alone (period, end)."""
        ...

    @property
    def outside(self) -> tuple[RecordView, ...]:
        """What the record says, one view per reference class."""
        ...

    @property
    def pooled(self) -> BestEstimate:
        """The best estimate: the record, adjusted by the model."""
        ...

    @property
    def as_of(self) -> date:
        """The date after which nothing enters."""
        ...


@dataclass(frozen=True)
class ForecastViews:
    """The outcome classes of one forecast in every view; made by `forecast_views`."""

    ends: xr.DataArray  # (period, end): probability, the model alone
    outside: tuple[RecordView, ...]
    pooled: BestEstimate
    as_of: date

    @property
    def views(self) -> dict[str, xr.DataArray]:
        """The outcome classes (period, end) by the name of the view; see `views`."""
        return views(self)

    def to_dict(self) -> dict[str, Any]:
        """Return every view as plain values; see `views_to_dict`."""
        return views_to_dict(self)


def forecast_views(
    ends: xr.DataArray, record: tuple[RecordView, ...], as_of: date, typical: TypicalForecast
) -> ForecastViews:
    """Return the model's forecast `ends` (period, end) with the record and the best estimate, as known at `as_of`."""
    return ForecastViews(ends, record, best_estimate(ends, record, as_of, typical), as_of)


def views(f: HasViews) -> dict[str, xr.DataArray]:
    """Return the outcome classes (period, end) in every view with an estimate: pooled, inside, outside [1], ...

    "pooled" is the best estimate, "inside" the model alone.  NaN at dates to which nobody in the record was followed;
    a view without an estimate is absent.
    """
    tables = {"pooled": f.pooled.ends, "inside": f.ends}
    tables |= {f"outside [{i}]": v.table() for i, v in enumerate(f.outside, 1)}
    return {name: a for name, a in tables.items() if a is not None}


def views_to_dict(f: HasViews) -> dict[str, Any]:
    """Return every view ready for JSON.

    `best`, `model` and `record` hold one probability per period of the forecast, `best_interval` the 90% interval as
    pairs, `dates` the calendar date of the end of each period; `best` and `record` are None where there is none.
    `records` has the record's answer in every class (so has `outside`, its older name), `pooled` how `best` was made.
    """
    best = f.pooled
    records = [view.to_dict() for view in f.outside]
    return {
        **answer_to_dict(f),
        "record": None if best.record is None else plain_columns(best.record),
        "records": records,
        "outside": records,
        "pooled": best.to_dict(),
    }


def answer_to_dict(f: HasViews) -> dict[str, Any]:
    """Return dates, best estimate with its interval, and model alone, ready for JSON; see `views_to_dict`."""
    best = f.pooled
    return {
        "dates": [day.isoformat() for day in calendar_dates(f.as_of, f.ends.period.values)],
        "best": None if best.ends is None else plain_columns(best.ends),
        "best_interval": interval_pairs(best.low, best.high),
        "model": plain_columns(f.ends),
    }


def interval_pairs(low: xr.DataArray | None, high: xr.DataArray | None) -> dict[str, list[list[float] | None]] | None:
    """Return an interval, of which both ends are (period, end), as {end: [[low, high] by period]}; unknown is None."""
    if low is None or high is None:
        return None
    out = {}
    for end in low["end"].values:
        pairs = zip(low.sel(end=end).values, high.sel(end=end).values, strict=True)
        out[str(end)] = [[float(a), float(b)] if np.isfinite(a) and np.isfinite(b) else None for a, b in pairs]
    return out


def calendar_dates(start: date, months: Iterable[int]) -> list[date]:
    """Return the day so many calendar months after `start`, for each of `months`; see `months_later`.

    >>> from datetime import date
    >>> calendar_dates(date(2024, 1, 31), [1, 2, 12])
    [datetime.date(2024, 2, 29), datetime.date(2024, 3, 31), datetime.date(2025, 1, 31)]
    """
    return [months_later(start, int(m)) for m in months]

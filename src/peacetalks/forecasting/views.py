"""The views of one forecast: the model alone, the historical record in each reference class, and the best estimate.

An `Outlook` has them, and so has every forecast that `compare` and `infer` show: there the model's forecast is that of
an account, while the date and the record are the scenario's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from peacetalks.forecasting.best_estimate import BestEstimate, best_estimate

if TYPE_CHECKING:
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.record_view import RecordView


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
        """Model and record together."""
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
        """Return the record and the best estimate as plain values; see `views_to_dict`."""
        return views_to_dict(self)


def forecast_views(ends: xr.DataArray, record: tuple[RecordView, ...], as_of: date) -> ForecastViews:
    """Return the model's forecast `ends` (period, end) with the record and the best estimate, as known at `as_of`."""
    return ForecastViews(ends, record, best_estimate(ends, record, as_of), as_of)


def views(f: HasViews) -> dict[str, xr.DataArray]:
    """Return the outcome classes (period, end) in every view with an estimate: inside, outside [1], ..., pooled.

    NaN at dates to which nobody in the record was followed; a view without an estimate is absent.
    """
    tables = {"inside": f.ends, **{f"outside [{i}]": v.table() for i, v in enumerate(f.outside, 1)}}
    return {name: a for name, a in {**tables, "pooled": f.pooled.ends}.items() if a is not None}


def views_to_dict(f: HasViews) -> dict[str, Any]:
    """Return the record and the best estimate, ready for JSON: the keys `outside` and `pooled` of a forecast."""
    return {"outside": [view.to_dict() for view in f.outside], "pooled": f.pooled.to_dict()}

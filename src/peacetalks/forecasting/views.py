"""The three lines of a forecast: inside view, outside view of each reference class, both pooled.

An `Outlook` has them, and so has every forecast that `compare` and `infer` show: there the inside view is a reading's own,
while date and record are the scenario's. Readings of the same reference classes share one outside view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from peacetalks.errors import SpecError
from peacetalks.forecasting.best_estimate import PooledView, pooled_view
from peacetalks.forecasting.record_view import OutsideView, outside_views

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import xarray as xr

    from peacetalks.scenario.scenario import Scenario


class Lines(Protocol):
    """Whatever has three lines: an `Outlook`, or `ThreeLines`."""

    @property
    def ends(self) -> xr.DataArray:
        """The inside view (period, end)."""
        ...

    @property
    def outside(self) -> tuple[OutsideView, ...]:
        """What the record says, one view per reference class."""
        ...

    @property
    def pooled(self) -> PooledView:
        """Both taken together."""
        ...

    @property
    def as_of(self) -> date:
        """The date after which nothing enters."""
        ...


@dataclass(frozen=True)
class ThreeLines:
    """The three ends of one forecast in every view; made by `three_lines`."""

    ends: xr.DataArray  # (period, end): probability, the inside view
    outside: tuple[OutsideView, ...]
    pooled: PooledView
    as_of: date


def three_lines(ends: xr.DataArray, outside: tuple[OutsideView, ...], as_of: date) -> ThreeLines:
    """Return the inside view `ends` (period, end) with the record beside it and both pooled, as known at `as_of`."""
    return ThreeLines(ends, outside, pooled_view(ends, outside, as_of), as_of)


def views(lines: Lines) -> dict[str, xr.DataArray]:
    """Return the ends (period, end) in every view that speaks: inside, outside [1], outside [2]..., pooled.

    NaN at dates to which nobody in the record was followed; a view that cannot speak is absent.
    """
    tables = {"inside": lines.ends, **{f"outside [{i}]": v.table() for i, v in enumerate(lines.outside, 1)}}
    return {name: a for name, a in {**tables, "pooled": lines.pooled.ends}.items() if a is not None}


def outside_of(
    readings: Mapping[str, Scenario], months: tuple[int, ...], as_of: date
) -> dict[str, tuple[OutsideView, ...]]:
    """Return the outside views of each reading of one scenario at `months`, all as known at the scenario's date `as_of`.

    A reading may name other reference classes, but not a later date. Raises `SpecError`, which names the
    reading, for a class that the record does not know.
    """
    known: dict[tuple[str, ...], tuple[OutsideView, ...]] = {}
    for name, s in readings.items():
        classes = tuple(s.reference_classes)
        if classes in known:
            continue
        try:
            known[classes] = outside_views(s.model_copy(update={"as_of": as_of}), months)
        except SpecError as e:
            raise SpecError(str(e) if name == "base" else f"account {name!r}: {e}") from None
    return {name: known[tuple(s.reference_classes)] for name, s in readings.items()}


def to_dict(lines: Lines) -> dict[str, Any]:
    """Return the record and the pool as plain values, ready for JSON: the keys `outside` and `pooled` of a forecast."""
    return {"outside": [view.to_dict() for view in lines.outside], "pooled": lines.pooled.to_dict()}

"""What a forecast becomes where one number moves: the value, made by `drivers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.forecasting.readout import plain_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr

    from peacetalks.forecasting.sensitivity_values import Sensitivity


@dataclass(frozen=True)
class Driver:
    """What a forecast becomes where one number stands at either end of its range; made by `drivers`."""

    path: str  # of the number, as in a file
    label: str  # what it is, in words
    value: float  # central value
    low: float  # where the number is set: the ends of its range
    high: float
    month: int  # at which peace is compared: that of the headline
    view: str  # "best": the best estimate; "model": the model alone, where past conflicts give no estimate to move
    peace: float  # of the scenario as it is, at that month
    peace_low: float | None  # with the number at `low`; None where the game has no solution
    peace_high: float | None  # with the number at `high`
    ends_low: xr.DataArray | None  # (period, end): the same view at the months shown, with the number at `low`
    ends_high: xr.DataArray | None
    source: str  # of the range
    known_by: str  # how the number can be known, in words; "" where nobody outside can know it

    @property
    def knowable(self) -> bool:
        """Whether an observer can know the number, in principle."""
        return bool(self.known_by)

    @property
    def effect(self) -> float:
        """How far peace moves: the distance between the farthest two of the scenario and both ends of the range."""
        found = [p for p in (self.peace, self.peace_low, self.peace_high) if p is not None]
        return max(found) - min(found)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        of = self.ends_low if self.ends_high is None else self.ends_high
        return {
            "path": self.path,
            "label": self.label,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "month": self.month,
            "view": self.view,
            "peace": self.peace,
            "peace_low": self.peace_low,
            "peace_high": self.peace_high,
            "months": [] if of is None else [int(m) for m in of.period.values],
            "ends_low": None if self.ends_low is None else plain_columns(self.ends_low),
            "ends_high": None if self.ends_high is None else plain_columns(self.ends_high),
            "source": self.source,
            "knowable": self.knowable,
            "known_by": self.known_by or None,
        }


class Drivers(tuple[Driver, ...]):
    """What drives a forecast, one number at a time, the largest effect first; made by `drivers`.

    Attributes
    ----------
    sensitivity : Sensitivity or None
        How much of what the ranges leave open comes from each number; None where no draws were asked for.
    """

    sensitivity: Sensitivity | None

    def __new__(cls, found: Iterable[Driver], sensitivity: Sensitivity | None = None) -> Drivers:
        """Make the tuple of some drivers."""
        out = super().__new__(cls, found)
        out.sensitivity = sensitivity
        return out

    def __getnewargs__(self) -> tuple[tuple[Driver, ...], Sensitivity | None]:
        """Return what a copy is made of."""
        return tuple(self), self.sensitivity

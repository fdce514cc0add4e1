"""How far the numbers of a solved scenario may be off, and what a reader is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import xarray as xr

from peacetalks.forward import Trajectory, trajectory
from peacetalks.readout import ends_of, outcomes_of
from peacetalks.solution import INSTEAD

SHARE = 4  # see `between`
STRAIGHT = "Straight lines between belief points, less exact: play did not settle with the cubic interpolation"


@dataclass(frozen=True)
class Numerics:
    """How far the forecast of one reading may be off; made by `numerics`."""

    residual: float  # bound on the error of values, in pies
    grid_error: float | None  # of a probability, by the belief grid; None where there is no coarser grid to tell it
    interpolation: str  # between beliefs; see `Solution.settings`

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def numerics(t: Trajectory, dates: Sequence[int]) -> Numerics:
    """Return how far the ends at `dates` of a forecast (of a game solved with `refine`) may be off."""
    off, s = grid_error_of(t), t.solution
    most = None if off is None else float(off.sel(period=list(dates)).max())
    return Numerics(s.residual, most, str(s.settings["interpolation"]))


def grid_error_of(t: Trajectory) -> xr.DataArray | None:
    """Return how far the belief grid may still be off (period, end), or None without a coarser grid to compare with."""
    if t.solution.coarser is None:
        return None
    before = trajectory(t.solution.coarser, len(t.mass))
    return abs(ends_of(outcomes_of(t)) - ends_of(outcomes_of(before))) / SHARE


def straightened(interpolation: str) -> bool:
    """Return whether straight lines stand in for cubics with which play did not settle."""
    return interpolation == INSTEAD


def notes(told: Mapping[str, Numerics]) -> tuple[str, ...]:
    """Return lines on how far the forecasts of several readings may be off.

    >>> notes({"base": Numerics(8e-4, 0.0012, "cubic"), "other": Numerics(9e-4, 0.0004, INSTEAD)})[0]
    'A finer belief grid may still move a probability by up to: base 0.12 points, other 0.04 points.'
    """
    known = [f"{name} {100 * n.grid_error:.2f} points" for name, n in told.items() if n.grid_error is not None]
    lines = [f"A finer belief grid may still move a probability by up to: {', '.join(known)}."] if known else []
    bent = [name for name, n in told.items() if straightened(n.interpolation)]
    return (*lines, *([f"{STRAIGHT}: {', '.join(bent)}."] if bent else []))


def between(fine: float, coarse: float) -> float:
    """Return how far a number may be off by the belief grid, from itself and what a grid of about half the points gives.

    A quarter of the difference: halving the spacing once more changes it by that at most where the error falls fourfold or
    more (it falls about eightfold; `beliefs.py`).
    """
    return abs(fine - coarse) / SHARE

"""How far the numbers of a solved scenario may be off, and what a reader is told of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import xarray as xr

from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.equilibrium.solution import CUBIC, INSTEAD, Solution
from peacetalks.forecasting.readout import ends_of, outcomes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

N = TypeVar("N", float, xr.DataArray)
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
    s = t.solution
    if s.coarser is None:
        return None
    ends = ends_of(outcomes_of(t))
    return abs(ends - finer(ends, ends_of(outcomes_of(trajectory(s.coarser, len(t.mass)))), s))


def finer(here: N, coarser: N, s: Solution) -> N:
    """Return how far a number may go on a finer belief grid, from what `s` and a grid of about half the points give.

    With cubics a quarter of the last change: halving the spacing once more changes a number by that at most where its error
    falls fourfold or more (it falls about eightfold; `belief_grid.py`).  With straight lines the whole of it: in long games the
    error falls with the spacing alone.

    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> finer(0.5, 0.4, pt.solve(make("holdout"), 4.0, belief_points=5, certify=False))
    0.525
    """
    return here + (here - coarser) / (4 if s.settings["interpolation"] == CUBIC else 1)


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

"""How far the numbers of a solved scenario may be off: the solver's residual and the error of the belief grid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import xarray as xr

from peacetalks.equilibrium.belief_grid import Interpolation
from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.forecasting.readout import ends_of, outcomes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.equilibrium.solution import Solution

N = TypeVar("N", float, xr.DataArray)
FELL_BACK = (
    "Fell back to linear interpolation between belief points, which is less exact: "
    "the solution did not converge with the cubic interpolation"
)


@dataclass(frozen=True)
class Accuracy:
    """How far the forecast of one account may be off; made by `accuracy_of`."""

    residual: float  # bound on the error of values, as a share of the stake
    grid_error: float | None  # of a probability, by the belief grid; None where there is no coarser grid to estimate it
    interpolation: Interpolation  # between beliefs

    @property
    def fell_back(self) -> bool:
        """Whether linear interpolation was used because the solution did not converge with the cubic one."""
        return self.interpolation is Interpolation.FELL_BACK

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self) | {"interpolation": str(self.interpolation)}


def accuracy_of(t: Trajectory, dates: Sequence[int]) -> Accuracy:
    """Return how far the outcome classes at `dates` may be off, for a game that was solved with `refine`."""
    off, s = grid_error_of(t), t.solution
    most = None if off is None else float(off.sel(period=list(dates)).max())
    return Accuracy(s.residual, most, s.interpolation)


def grid_error_of(t: Trajectory) -> xr.DataArray | None:
    """Return the estimated error (period, end) of the belief grid, or None without a coarser grid to compare with."""
    finer = ends_on_finer_grid(t)
    return None if finer is None else abs(ends_of(outcomes_of(t)) - finer)


def ends_on_finer_grid(t: Trajectory) -> xr.DataArray | None:
    """Return what the outcome classes (period, end) may become on a finer belief grid; None without a coarser one."""
    s = t.solution
    if s.coarser is None:
        return None
    coarser = ends_of(outcomes_of(trajectory(s.coarser, len(t.mass))))
    return finer_grid_estimate(ends_of(outcomes_of(t)), coarser, s)


def finer_grid_estimate(here: N, coarser: N, s: Solution) -> N:
    """Return what a number may become on a finer belief grid (Richardson extrapolation, on the safe side).

    Parameters
    ----------
    here, coarser : float or DataArray
        The number on the grid of `s`, and on one of about half the points.
    s : Solution

    Notes
    -----
    With cubic interpolation the error falls about eightfold as the spacing is halved (`belief_grid.py`), and a quarter
    of the last change is added: further halvings change a number by no more where the error falls fourfold or more.
    With linear interpolation the error of long games falls with the spacing alone, and the whole change is added.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> finer_grid_estimate(0.5, 0.4, pt.solve(make("holdout"), 4.0, belief_points=5, certify=False))
    0.525
    """
    return here + (here - coarser) / (4 if s.interpolation is Interpolation.CUBIC else 1)


def accuracy_notes(found: Mapping[str, Accuracy]) -> tuple[str, ...]:
    """Return sentences on how far the forecasts of several accounts may be off.

    >>> cubic, linear = Accuracy(8e-4, 0.0012, Interpolation.CUBIC), Accuracy(9e-4, 0.0004, Interpolation.FELL_BACK)
    >>> accuracy_notes({"base": cubic, "other": linear})[0]
    'A finer belief grid may still move a probability by up to: base 0.12 points, other 0.04 points.'
    """
    known = [f"{name} {100 * a.grid_error:.2f} points" for name, a in found.items() if a.grid_error is not None]
    lines = [f"A finer belief grid may still move a probability by up to: {', '.join(known)}."] if known else []
    linear = [name for name, a in found.items() if a.fell_back]
    return (*lines, *([f"{FELL_BACK}: {', '.join(linear)}."] if linear else []))

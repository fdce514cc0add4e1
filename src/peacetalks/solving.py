"""A scenario solved, and its forward pass read off: the one way every command solves and reads."""

from __future__ import annotations

import numpy as np
import xarray as xr

from peacetalks.forward import Trajectory
from peacetalks.mechanisms import build
from peacetalks.mechanisms.state import ENDS, LABELS, label
from peacetalks.solution import Solution
from peacetalks.solver import solve
from peacetalks.spec import Scenario

TOLERANCE = 1e-6  # of a value, in pies


def solve_scenario(s: Scenario, belief_points: int) -> Solution:
    """Return the solved game of a scenario at its central values; raise `NotSolved` where there is no solution."""
    return solve(build(s), rationality=float(s.rationality), belief_points=belief_points, tolerance=TOLERANCE)


def outcomes_of(t: Trajectory) -> xr.DataArray:
    """Return the probability of every outcome label (period, outcome)."""
    return t.outcomes(label).reindex(outcome=list(LABELS)).fillna(0.0)


def ends_of(outcomes: xr.DataArray) -> xr.DataArray:
    """Return the three ends (period, end) of outcome probabilities."""
    parts = [outcomes.sel(outcome=list(names)).sum("outcome") for names in ENDS.values()]
    return xr.concat(parts, dim=xr.IndexVariable("end", list(ENDS))).transpose("period", "end")


def terms_of(states: tuple[object, ...]) -> np.ndarray:
    """Return the terms (side 1's share) in force in each state; not a number where no settlement is."""
    out = np.full(len(states), np.nan)
    for i, state in enumerate(states):
        pending = getattr(state, "pending", None)
        agreed = getattr(pending, "share", pending)  # a bundle of terms and an issue carries its share
        if label(state) == "settlement" and isinstance(agreed, int | float):  # type: ignore[arg-type]
            out[i] = float(agreed)
    return out


def mean_terms(t: Trajectory) -> float | None:
    """Return the mean terms of the settlements in force at the last period; None without any."""
    worth, mass = terms_of(t.states), t.mass[-1].sum(axis=1)
    live = np.isfinite(worth) & (mass > 0)
    return float(mass[live] @ worth[live] / mass[live].sum()) if live.any() else None

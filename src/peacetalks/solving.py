"""A scenario solved, and its forward pass read off: the one way every command solves and reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from peacetalks.forward import Trajectory
from peacetalks.mechanisms import build
from peacetalks.mechanisms.state import ENDS, LABELS, agreed_terms, label
from peacetalks.solution import Solution
from peacetalks.solver import solve
from peacetalks.spec import Scenario

TOLERANCE = 1e-3  # bound on a value's error, in pies; probabilities then err by 3e-5 (measured), far less than by the grid


def solve_scenario(s: Scenario, belief_points: int, certify: bool = False) -> Solution:
    """Return the solved game of a scenario at its central values; raise `NotSolved` where there is no solution.

    With `certify` nodes with several equilibria are looked for (`Solution.multiple`).
    """
    lam = float(s.rationality)
    return solve(build(s), rationality=lam, belief_points=belief_points, tolerance=TOLERANCE, certify=certify)


def outcomes_of(t: Trajectory) -> xr.DataArray:
    """Return the probability of every outcome label (period, outcome)."""
    return t.outcomes(label).reindex(outcome=list(LABELS)).fillna(0.0)


def ends_of(outcomes: xr.DataArray) -> xr.DataArray:
    """Return the three ends (period, end) of outcome probabilities."""
    parts = [outcomes.sel(outcome=list(names)).sum("outcome") for names in ENDS.values()]
    return xr.concat(parts, dim=xr.IndexVariable("end", list(ENDS))).transpose("period", "end")


def terms_of(states: tuple[Any, ...]) -> np.ndarray:
    """Return the terms (side 1's share) in force in each state; not a number where no settlement is."""
    found = (agreed_terms(state) for state in states)
    return np.array([np.nan if x is None else float(x) for x in found])


def mean_terms(t: Trajectory) -> float | None:
    """Return the mean terms of the settlements in force at the last period; None without any."""
    worth, mass = terms_of(t.states), t.mass[-1].sum(axis=1)
    live = np.isfinite(worth) & (mass > 0)
    return float(mass[live] @ worth[live] / mass[live].sum()) if live.any() else None

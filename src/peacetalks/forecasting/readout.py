"""What is read off a forward pass: outcomes, the three ends, the terms in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.mechanisms.state import agreed_terms, label
from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.equilibrium.forward import Trajectory


def outcomes_of(t: Trajectory) -> xr.DataArray:
    """Return the probability of every outcome label (period, outcome)."""
    return t.outcomes(label).reindex(outcome=list(LABELS)).fillna(0.0)


def ends_of(outcomes: xr.DataArray) -> xr.DataArray:
    """Return the three ends (period, end) of outcome probabilities."""
    parts = [outcomes.sel(outcome=list(names)).sum("outcome") for names in ENDS.values()]
    return xr.concat(parts, dim=xr.IndexVariable("end", list(ENDS))).transpose("period", "end")


def terms_of(states: Sequence[Any]) -> np.ndarray:
    """Return the terms (side 1's share) in force in each state; not a number where no settlement is."""
    found = (agreed_terms(state) for state in states)
    return np.array([np.nan if x is None else x for x in found], float)


def mean_terms(t: Trajectory) -> float | None:
    """Return the mean terms of the settlements in force at the last period; None without any."""
    worth, mass = terms_of(t.states), t.mass[-1].sum(axis=1)
    live = np.isfinite(worth) & (mass > 0)
    return float(mass[live] @ worth[live] / mass[live].sum()) if live.any() else None

"""Numbers read off a solved game: outcomes, outcome classes and terms of a forward pass, strategies at a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.mechanisms.state import agreed_terms, label
from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.equilibrium.forward import Trajectory
    from peacetalks.equilibrium.solution import Solution


def outcomes_of(t: Trajectory) -> xr.DataArray:
    """Return the probability of every outcome label (period, outcome)."""
    return t.outcomes(label).reindex(outcome=list(LABELS)).fillna(0.0)


def ends_of(outcomes: xr.DataArray) -> xr.DataArray:
    """Return the three outcome classes (period, end) of outcome probabilities (period, outcome)."""
    parts = [outcomes.sel(outcome=list(names)).sum("outcome") for names in ENDS.values()]
    return xr.concat(parts, dim=xr.IndexVariable("end", list(ENDS))).transpose("period", "end")


def boundary_labels(s: Solution) -> np.ndarray:
    """Return the outcome label [boundary] of every state at which a period may begin."""
    return np.array([label(state) for state in s.compiled.boundaries])


def terms_in_force(states: Sequence[Any]) -> np.ndarray:
    """Return the terms (side 1's share) in force in each state; not a number where no settlement is."""
    found = (agreed_terms(state) for state in states)
    return np.array([np.nan if x is None else x for x in found], float)


def mean_terms(t: Trajectory) -> float | None:
    """Return the mean terms of the settlements in force at the last period; None without any."""
    worth, mass = terms_in_force(t.states), t.mass[-1].sum(axis=1)
    live = np.isfinite(worth) & (mass > 0)
    return float(mass[live] @ worth[live] / mass[live].sum()) if live.any() else None


def terms_mass(t: Trajectory, offers: int) -> xr.DataArray:
    """Return the mass (terms) of the settlements in force at the last period, on a grid of `offers` shares."""
    shares = np.linspace(0, 1, offers).round(12)
    worth, mass = terms_in_force(t.states), t.mass[-1].sum(axis=1)
    settled = np.isfinite(worth)
    at = (worth[settled] * (offers - 1) + 0.5).astype(int)
    out = np.zeros(offers)
    np.add.at(out, at, mass[settled])
    return xr.DataArray(out, {"terms": shares}, ("terms",))


def mean_share(terms: xr.DataArray) -> float | None:
    """Return the mean of a distribution (terms) over shares; None where it is not known."""
    mean = float((terms * terms.terms).sum(skipna=False))
    return mean if np.isfinite(mean) else None


def strategies_at(s: Solution, node: int) -> dict[str, dict[Any, dict[Any, float]]]:
    """Return {player: {type: {move: probability}}} of all who move at a node, at the prior; chance is "nature"."""
    stage, state = s.compiled.nodes[node]
    movers, found = s.compiled.movers(node), s.strategy(s.game.stages[stage].name, state)
    if len(movers) > 1:
        return found
    mover = movers[0]
    return {mover: {"nature": found["nature"]} if mover == "nature" else found}


def plain_columns(a: xr.DataArray, dim: str = "end") -> dict[str, list[float | None]]:
    """Return an array (period, `dim`) as {name: value by period}, ready for JSON; unknown is None.

    >>> plain_columns(xr.DataArray([[0.25], [np.nan]], {"period": [12, 24], "end": ["peace"]}, ("period", "end")))
    {'peace': [0.25, None]}
    """
    return {
        str(name): [float(x) if np.isfinite(x) else None for x in a.sel({dim: name}).values] for name in a[dim].values
    }

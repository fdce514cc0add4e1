r"""How long things take: first passages of the public measure, computed exactly.

Mass :math:`m_t` over (public state, public belief) is pushed period by period; what enters a target is taken out and
counted, so that the count is :math:`P(\text{reached by } t)`.

*Time to settlement* starts from the opening.  *Collapse of a truce* starts from the truces themselves: with
:math:`\pi` the mass that enters a ceasefire (from anywhere else, or in force at the opening), as the forward pass
delivers it with its fronts and beliefs,

.. math:: P(\text{broken within } k \mid \text{a truce begins}) = \frac{\text{mass of } \pi \text{ that left the ceasefire
   other than by a settlement within } k}{\text{mass of } \pi}.

Truces that begin in the first half of the horizon are followed for the second half's length, so none is cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import prior_index
from peacetalks.equilibrium.transitions import enter, flow
from peacetalks.mechanisms.state import label

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution

Advance = Callable[[np.ndarray, int], np.ndarray]


@dataclass(frozen=True)
class Durations:
    """Cumulative curves; made by `durations`, merged over draws by `mixture`."""

    settled: np.ndarray  # [period] probability of a settlement by the end of the period
    truces: float  # expected number of truces that begin in the first half of the horizon
    broken: np.ndarray  # [month of the truce] mass of those truces broken by then
    closed: np.ndarray  # [month of the truce] mass of those truces turned into a settlement by then

    @property
    def broken_within(self) -> np.ndarray | None:
        """Chance [month] that a truce is broken within so many months; None where there is no truce."""
        return self.broken / self.truces if self.truces > 0 else None

    @property
    def closed_within(self) -> np.ndarray | None:
        """Chance [month] that a truce becomes a settlement within so many months; None where there is no truce."""
        return self.closed / self.truces if self.truces > 0 else None


def durations(s: Solution, periods: int) -> Durations:
    """Return the times to settlement and to the collapse of a truce of a solved peace-talks game."""
    advance = advance_map(s)
    names = np.array([label(state) for state in s.compiled.boundaries])
    truce, deal = names == "ceasefire", names == "settlement"
    window = max(1, periods // 2)
    entries = _entries(advance, opening_mass(s), truce, periods - window)
    cohorts = list(enumerate(entries)) if s.finite else [(0, np.sum(entries, axis=0))]
    broken, closed = _fates(advance, cohorts, truce, deal, window)
    return Durations(
        _reached(advance, opening_mass(s), deal, periods), float(sum(e.sum() for e in entries)), broken, closed
    )


def mixture(many: Sequence[Durations]) -> Durations:
    """Return the durations of an equal mixture of games."""
    settled, broken, closed = (np.mean([getattr(d, k) for d in many], axis=0) for k in ("settled", "broken", "closed"))
    return Durations(settled, float(np.mean([d.truces for d in many])), broken, closed)


def advance_map(s: Solution) -> Advance:
    """Return the map from mass [boundary, belief] at the start of a period to mass at its end."""
    n = s.compiled.n_nodes
    rows = lru_cache(maxsize=1)(lambda layer: flow(s, layer))

    def advance(mass: np.ndarray, period: int) -> np.ndarray:
        slots = enter(s, mass)
        rows(s.layer(period)).push(slots)
        return slots[n:].copy()

    return advance


def opening_mass(s: Solution) -> np.ndarray:
    """Return the mass [boundary, belief] at the opening: the starting states at the prior."""
    mass = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in s.game.starts().items():
        mass[s.compiled.boundary_index[state], prior_index(s.grid, s.game)] = p
    return mass


def _reached(advance: Advance, mass: np.ndarray, target: np.ndarray, periods: int) -> np.ndarray:
    """Return the probability [period] that `target` [boundary] has been reached."""
    out, total = np.zeros(periods), float(mass[target].sum())
    mass = np.where(target[:, None], 0.0, mass)
    for t in range(periods):
        mass = advance(mass, t)
        total += float(mass[target].sum())
        mass[target] = 0.0
        out[t] = total
    return out


def _entries(advance: Advance, mass: np.ndarray, truce: np.ndarray, last: int) -> list[np.ndarray]:
    """Return the mass [boundary, belief] of truces that begin at the end of period 0 (the opening), 1, .. last."""
    found = [np.where(truce[:, None], mass, 0.0)]
    for t in range(last):
        fresh = advance(np.where(truce[:, None], 0.0, mass), t)
        found.append(np.where(truce[:, None], fresh, 0.0))
        mass = fresh + advance(np.where(truce[:, None], mass, 0.0), t)
    return found


def _fates(
    advance: Advance, cohorts: list[tuple[int, np.ndarray]], truce: np.ndarray, deal: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mass [month] that has left the truce for fighting, and for a settlement."""
    broken, closed = np.zeros(window), np.zeros(window)
    alive = dict(cohorts)
    for t in range(max(alive) + window):
        for start in [c for c in alive if c <= t < c + window]:
            mass = advance(alive[start], t)
            closed[t - start] += mass[deal].sum()
            broken[t - start] += mass[~truce & ~deal].sum()
            alive[start] = np.where(truce[:, None], mass, 0.0)
    return np.cumsum(broken), np.cumsum(closed)

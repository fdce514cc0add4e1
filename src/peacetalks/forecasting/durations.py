r"""Time to a settlement, and how truces end: first passages of the forward distribution, computed exactly.

Mass :math:`m_t` over (public state, public belief) is carried forward period by period; what enters a target is taken
out and counted, so that the count is :math:`P(\text{reached by } t)` (a first passage: Kemeny and Snell 1960).

*Time to settlement* starts from the opening.  *Collapse of a truce* starts from the truces themselves: with
:math:`\pi` the mass that enters a ceasefire (from anywhere else, or in force at the opening), with the fronts and
beliefs that the forward pass delivers,

.. math:: P(\text{broken within } k \mid \text{a truce begins}) = \frac{\text{mass of } \pi \text{ that left the
   ceasefire other than by a settlement within } k}{\text{mass of } \pi}.

Truces that begin in the first half of the horizon are followed for the second half's length, so none is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.timings import timed
from peacetalks.equilibrium.transitions import advance, opening_distribution
from peacetalks.forecasting.readout import boundary_labels

if TYPE_CHECKING:
    from peacetalks.equilibrium.solution import Solution


@dataclass(frozen=True)
class Durations:
    """Cumulative curves of first passages; made by `durations`."""

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

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON: per period, and per month of a truce."""
        truce = None
        if self.broken_within is not None and self.closed_within is not None:
            truce = {
                "expected_number": self.truces,
                "months": list(range(1, len(self.broken) + 1)),
                "broken_within": self.broken_within.tolist(),
                "settled_within": self.closed_within.tolist(),
            }
        return {"settled_by": self.settled.tolist(), "truce": truce}


def durations(s: Solution, periods: int) -> Durations:
    """Return the time to settlement, and to the end of a truce, in a solved peace-talks game.

    Parameters
    ----------
    s : Solution
        Of a scenario's game (its states have outcome labels).
    periods : int
        Months followed from the opening.  Truces that begin in the first half are followed for half as long.

    Returns
    -------
    Durations

    References
    ----------
    Kemeny, J. G., and J. L. Snell (1960). *Finite Markov Chains*. Van Nostrand.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.forecasting.solve_scenario import solve_scenario
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> found = durations(solve_scenario(small, belief_points=2), 2)
    >>> found.settled.shape, bool(found.settled[0] < found.settled[1])
    ((2,), True)
    """
    names = boundary_labels(s)
    truce, deal = names == "ceasefire", names == "settlement"
    window = max(1, periods // 2)
    with timed("forecast"):
        entries = _entries(s, truce, periods - window)
        cohorts = dict(enumerate(entries)) if s.finite else {0: np.sum(entries, axis=0)}
        broken, closed = _fates(s, cohorts, truce, deal, window)
        settled = _first_passage(s, deal, periods)
    return Durations(settled, float(sum(e.sum() for e in entries)), broken, closed)


def _first_passage(s: Solution, target: np.ndarray, periods: int) -> np.ndarray:
    """Return the probability [period] that `target` [boundary] has been reached from the opening."""
    mass = opening_distribution(s)
    out, total = np.zeros(periods), float(mass[target].sum())
    mass = np.where(target[:, None], 0.0, mass)
    for t in range(periods):
        mass = advance(s, mass, t)
        total += float(mass[target].sum())
        mass[target] = 0.0
        out[t] = total
    return out


def _entries(s: Solution, truce: np.ndarray, last: int) -> list[np.ndarray]:
    """Return the mass [boundary, belief] of truces that begin at the end of period 0 (the opening), 1, .. last."""
    mass = opening_distribution(s)
    found = [np.where(truce[:, None], mass, 0.0)]
    for t in range(last):
        fresh = advance(s, np.where(truce[:, None], 0.0, mass), t)
        found.append(np.where(truce[:, None], fresh, 0.0))
        mass = fresh + advance(s, np.where(truce[:, None], mass, 0.0), t)
    return found


def _fates(
    s: Solution, cohorts: dict[int, np.ndarray], truce: np.ndarray, deal: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mass [month] that has left the truce for fighting, and for a settlement.

    `cohorts` is the mass [boundary, belief] of the truces that begin, by the period in which they do.
    """
    broken, closed = np.zeros(window), np.zeros(window)
    in_truce = dict(cohorts)
    for t in range(max(in_truce) + window):
        for start in [c for c in in_truce if c <= t < c + window]:
            mass = advance(s, in_truce[start], t)
            closed[t - start] += mass[deal].sum()
            broken[t - start] += mass[~truce & ~deal].sum()
            in_truce[start] = np.where(truce[:, None], mass, 0.0)
    return np.cumsum(broken), np.cumsum(closed)

r"""Observers: ability judged by how long the war takes (a Beta-Binomial model).

Observers stand outside the game.  They hold a Beta(a, b) prior about the chance q that a side advances a front
position in a month, see k advances in n months and hold the posterior Beta(a + k, b + n - k).  Their belief in the
side's ability is the posterior chance that q reaches the pace of an able power, :math:`B = P(q \ge q^*)`.  It changes
two numbers that are fixed before the game is solved: occasions for small powers to probe the side arise with chance
:math:`\text{chance} \times (1 - \pi(2B - 1))`, and other powers join its pact with reference mass :math:`\text{join}
\times (1 + \pi(2B - 1))`, :math:`\pi` being `pull`.  With B = 1/2, or without the table, neither changes.  `path`
continues the belief along a forecast: the net advance of the front since the start counts as advances.

Units: advances are front positions; a period is a month; :math:`q^*` = `benchmark` is advances per month.

References
----------
Smith, A. & Stam, A. C. (2004). Bargaining and the nature of war. Journal of Conflict Resolution 48(6), 783-813.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from peacetalks.mechanisms.state import DEAL, SETTLED, WIDER, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.scenario.scenario import Scenario


def belief(s: Scenario, more: float = 0.0, months: float = 0.0) -> float:
    """Return the observers' belief that the side is able, after `more` advances in further `months`: in [0, 1]."""
    o = s.observers
    assert o is not None
    k, n = o.advances + more, o.months + months
    return float(beta.sf(float(o.benchmark), o.prior_for + k, o.prior_against + n - k))


def _lean(s: Scenario, side: int) -> float:
    """Return pull x (2 belief - 1) where observers judge `side`, else 0."""
    o = s.observers
    return o.pull * (2 * belief(s) - 1) if o and o.of == side else 0.0


def testing(s: Scenario) -> float:
    """Return the chance that an occasion to probe arises in a period, given what observers believe."""
    assert s.challengers is not None
    lean = _lean(s, s.challengers.tests)
    return min(1.0, float(s.challengers.chance) * (1 - lean))


def joining(s: Scenario, mass: float) -> float:
    """Return another power's reference mass of joining the pact, given what observers believe."""
    assert s.pact is not None
    return min(max(mass * (1 + _lean(s, s.pact.side)), 1e-9), 1 - 1e-9)


def path(s: Scenario, states: Sequence[World], mass: np.ndarray) -> np.ndarray:
    """Return the mean belief in the side's ability at the end of each period of a forecast.

    Parameters
    ----------
    s : Scenario
        With a table `observers`.
    states : sequence of World
        The states of the second axis of `mass`.
    mass : array of float, [period, state, belief]
        Probabilities, as in `Trajectory.mass`.

    Returns
    -------
    array of float, [period]
        The net advance since the start counts as advances, at most one a month; after a victory the last front counts.
        States without a front (a settlement, a wider war) are left out; nan where no other state is left.
    """
    o = s.observers
    assert o is not None
    top = s.battlefield.positions - 1
    start, sign = float(s.battlefield.front) * top, 1 if o.of == 1 else -1
    known = [e for e, st in enumerate(states) if _has_front(st)]
    gained = {e: sign * (states[e].front - start) for e in known}
    out = np.full(len(mass), np.nan)
    for t, by_state in enumerate(mass.sum(axis=2), start=1):
        total = by_state[known].sum()
        if total > 0:
            beliefs = [belief(s, min(max(gained[e], 0.0), float(t)), float(t)) for e in known]
            out[t - 1] = float(by_state[known] @ beliefs) / total
    return out


def _has_front(state: World) -> bool:
    return state.regime not in (SETTLED, DEAL, WIDER)

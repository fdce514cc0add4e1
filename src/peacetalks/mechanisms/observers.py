r"""Observers: ability judged by how long it takes to win (Beta-Binomial; Smith & Stam 2004).

Outside the game.  Observers hold a Beta(a, b) prior about the monthly chance q that a side advances a front position,
see k advances in n months and hold the posterior Beta(a + k, b + n - k).  Their belief in the side's ability is the
posterior chance that q reaches the pace of an able power, :math:`B = P(q \ge q^*)`.  It moves who joins whom, as
numbers fixed before the game is solved: occasions for small powers to probe the side arise with chance
:math:`\text{chance} \times (1 - \pi(2B - 1))`, other powers join its pact with reference mass
:math:`\text{join} \times (1 + \pi(2B - 1))`, pi being `pull`.  With B = 1/2, or without the table, nothing moves.

`path` carries the belief on along a forecast: the net advance of the front since the start counts as advances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from peacetalks.mechanisms.state import DEAL, SETTLED, WIDER, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.scenario.scenario import Scenario


def posterior_mean(a: float, b: float, advances: float, months: float) -> float:
    """Return the mean of Beta(a + k, b + n - k).

    >>> [round(posterior_mean(8, 2, k, n), 4) for k, n in ((5, 10), (20, 40))]  # known answer o18
    [0.65, 0.56]
    """
    return (a + advances) / (a + b + months)


def belief(s: Scenario, more: float = 0.0, months: float = 0.0) -> float:
    """Return observers' belief that the side is able, after `more` advances in further `months`."""
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

    `mass` is probability [period, state, belief], as in `Trajectory.mass`; `states` name its second axis.  The net
    advance since the start, of at most one a month, counts as advances; where the war is over the last front counts.
    Regimes that forget the front (a settlement, a wider war) are left out; a period with nothing left is nan.
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

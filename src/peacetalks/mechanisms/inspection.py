r"""Inspectors, let in instead of talks.

With or without talks a side may *ask for inspectors*; agreed to, they watch over a truce.  A period of violating is
then detected with probability :math:`1-(1-\eta)(1-\beta)` in place of :math:`\eta` (one or both violating),
:math:`\beta` being `detection`; where nothing is violated there is nothing to detect, so the rate of incidents with
both complying stays.  Letting them in costs each side `cost` a period, and sanctions are suspended while they work
(the level is 0).  A settlement is watched by the same inspectors: a period of rearming is detected with
:math:`1-(1-\beta_d)(1-\beta)`, :math:`\beta_d` being the deal's own `detection`.

Units: probabilities per period; `cost` is a fraction of the stake, per period.

References
----------
Dresher, M. (1962). A sampling inspection problem in arms control agreements: a game-theoretic analysis. RAND RM-2972.
Avenhaus, R. & von Stengel, B. (1992). Non-zero-sum Dresher inspection games. Operations Research '91 (Physica-Verlag),
376-379.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.mechanisms.state import INSPECTED, World, resting

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

ASK_INSPECTORS = "ask for inspectors"


def detection(s: Scenario, base: float) -> float:
    """Return the chance that a period of cheating is detected, `base` being the chance without inspectors."""
    return base if s.inspection is None else 1 - (1 - base) * (1 - s.inspection.detection)


def incident(s: Scenario, state: World, violations: int) -> float:
    """Return the chance that a truce ends in an incident, by the number of sides that violate it."""
    c = s.ceasefire
    assert c is not None
    base = float((c.incident, c.incident_one, c.incident_both)[violations])
    return detection(s, base) if violations and state.regime == INSPECTED else base


def let_in(state: World) -> World:
    """Return the inspected truce that starts when inspectors are let in."""
    return resting(state, INSPECTED)._replace(level=0)


def burden(s: Scenario, regime: str) -> dict[str, float]:
    """Return the cost of letting inspectors in, per period and by player."""
    if s.inspection is None or regime != INSPECTED:
        return {}
    return {side.label: -float(s.inspection.cost) for side in s.sides}

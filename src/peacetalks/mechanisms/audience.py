r"""Domestic audience: public demands, backing down, and support that humiliations wear down.

In open talks the side may *demand in public* the share `demand` of the stake.  While the demand stands,

- closing terms below it, agreeing to a truce, or giving the demand up costs `cost` (backing down);
- leaving a probe unanswered costs :math:`1 + \text{exposure}` times the usual humiliation.

A demand is free to make and is paid for only by the side that backs down: the tying-hands signal of Fearon (1997).  It
lapses when talks end or support is worn down.  Each unanswered probe wears support down with chance `wear`; worn-down
support costs `discontent` a period until it mends (the levels of support: `domestic_support.py`).

Units: costs are fractions of the stake; `wear` is a probability per unanswered probe; `commit` is the reference hazard
of a demand, per period.

References
----------
Fearon, J. D. (1994). Domestic political audiences and the escalation of international disputes. American Political
Science Review 88(3), 577-592.
Fearon, J. D. (1997). Signaling foreign policy interests: tying hands versus sinking costs. Journal of Conflict
Resolution 41(1), 68-90.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.game.language import Move
from peacetalks.mechanisms.state import COMMITTED, FRESH, STEADY, STRAINED, TALKS, WAR, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

DEMAND, BACK_DOWN = "demand in public", "back down"


def statements(s: Scenario, state: World, side: int) -> Iterator[Move]:
    """Yield the public statements that `side` (0 or 1) may make in open talks instead of an offer."""
    part = s.audience
    if part is None or side != part.side - 1 or state.regime != TALKS:
        return
    rest = state.holding(None)
    if state.home in (STEADY, FRESH):
        yield Move(DEMAND, to=rest.at_home(COMMITTED), weight=float(part.commit))
    elif state.home == COMMITTED:
        pay = {s.sides[side].label: -float(part.cost)}
        yield Move(BACK_DOWN, to=rest.at_home(STEADY), pay=pay, weight=float(part.commit))


def backing_down(s: Scenario, home: int, terms: float | None) -> dict[str, float]:
    """Return the cost of closing `terms` (side 1's share; None for a truce) at the level of support `home`.

    It is zero (an empty mapping) where no demand stands or the terms meet it.
    """
    part = s.audience
    if part is None or home != COMMITTED:
        return {}
    own = None if terms is None else (terms if part.side == 1 else 1 - terms)
    if own is not None and own >= part.demand - 1e-12:
        return {}
    return {s.sides[part.side - 1].label: -float(part.cost)}


def humiliation(s: Scenario, state: World) -> float:
    """Return the factor on the cost of leaving a probe unanswered: above 1 while a public demand stands."""
    if s.audience and s.challengers and s.challengers.tests == s.audience.side and state.home == COMMITTED:
        return 1.0 + s.audience.exposure
    return 1.0


def worn(s: Scenario, state: World) -> dict[World, float]:
    """Return the states, with probabilities, to which an unanswered probe leads: support may be worn down."""
    part = s.audience
    if part is None or s.challengers is None or s.challengers.tests != part.side:
        return {state: 1.0}
    if state.regime not in (WAR, TALKS) or state.home == STRAINED or not part.wear > 0:
        return {state: 1.0}
    down = state.at_home(STRAINED)
    return {down: float(part.wear), state: 1 - part.wear} if part.wear < 1 else {down: 1.0}


def discontent(s: Scenario, home: int) -> dict[str, float]:
    """Return the cost of worn-down support in a period, by player."""
    if s.audience is None or home != STRAINED:
        return {}
    return {s.sides[s.audience.side - 1].label: -float(s.audience.discontent)}

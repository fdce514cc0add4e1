r"""Sanctions and aid by an outside power: threaten, impose, relieve.

The power sees the regime and the level (0 none, 1 threatened, 2 imposed) and may change the level, with reference
hazard `change` per period.  Imposed sanctions cost their target `bite` a period, under a truce too, aid takes over
the share `aid` of the other side's cost of fighting, and both cost the power `upkeep` a period.  A period without
fighting is worth `peace_value` to it.  Withdrawing a threat costs it `bluff_cost`.  Sanctions end with a settlement
and are suspended under inspections.

A cost s that lasts until its target settles makes the target accept more: in the ultimatum game with costs of war c of
the proposer and uniform on [0, C] of the target, the chance of war falls from :math:`(C-c)/2C` to
:math:`(C-s-c)/2C` (the catalog's game `fearon-uniform`).

Units: costs and worths are fractions of the stake, per period except `bluff_cost`.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peacetalks.game.language import Decision, Move
from peacetalks.mechanisms import credibility
from peacetalks.mechanisms.state import INSPECTED, OPEN, TRUCES, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

STEPS = {
    0: (("hold", 0), ("threaten", 1), ("impose", 2)),
    1: (("hold", 1), ("impose", 2), ("withdraw the threat", 0)),
    2: (("hold", 2), ("relieve", 0)),
}


def lever(s: Scenario) -> Decision:
    """Return the stage at which the outside power sets its level."""
    assert s.sanctions is not None
    power, target = s.sanctions, s.sides[s.sanctions.on - 1].label

    @cache
    def steps(now: int, truce: bool) -> list[tuple[str, int, dict[str, float], float]]:
        """Return (name, level, pay, reference weight) of each step from the level `now`."""
        out = []
        for name, level in STEPS[now]:
            pay = {power.label: power.peace_value * truce - power.upkeep * (level == 2)}
            if level == 2:
                pay[target] = -float(power.bite)
            if name == "withdraw the threat":
                pay[power.label] -= power.bluff_cost
            weight = 1 - power.change if level == now else power.change / (len(STEPS[now]) - 1)
            if now == 1 and level == 2:
                weight = credibility.follow_through(s, weight)
            out.append((name, level, pay, max(float(weight), 1e-9)))
        return out

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN:
            yield Move("-", to=state)
            return
        if state.regime == INSPECTED:  # sanctions are suspended while inspectors work
            yield Move("suspended", to=state, pay={power.label: float(power.peace_value)})
            return
        for name, level, pay, weight in steps(state.level, state.regime in TRUCES):
            yield Move(name, to=state._replace(level=level), pay=pay, weight=weight)

    return Decision("outside power", by=power.label, moves=moves)

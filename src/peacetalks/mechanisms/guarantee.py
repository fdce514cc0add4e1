r"""Guarantors: a third party that stands by a settlement, at a cost of its own, until it withdraws.

A settlement is guaranteed when it is signed.  In each month of a deal the guarantor *stands by*, at `upkeep`, or
*withdraws* for good (reference hazard `withdraw`).  While it stands by,

- a period of rearming is detected with probability :math:`1-(1-\beta)(1-g)`, g = `detection`, beside what the deal
  and inspectors detect (`deal.py`);
- an attack gains less: the front moves by :math:`(1-b)` times the deal's `shift`, and the war is decided at once with
  :math:`(1-b)` times its chance, b = `block`; it costs the attacker `penalty` and the guarantor, which intervenes,
  `intervention`.

A month in which the settlement holds is worth `peace_value` to the guarantor.  A guarantee answers the problem of
commitment: it is the gain of breaking a deal that is lowered, and who fears to be attacked signs sooner.

Assumptions.  The guarantor has no private type, and a guarantee that was withdrawn does not come back.  Whether it
intervenes is not a choice of its own: one that would not has withdrawn.

Units: `block` and chances are probabilities, per month; costs and `peace_value` are fractions of the stake.

References
----------
Walter, B. F. (1997). The critical barrier to civil war settlement. International Organization 51(3), 335-364.
Walter, B. F. (2002). Committing to Peace: The Successful Settlement of Civil Wars. Princeton University Press.
Fortna, V. P. (2004). Does peacekeeping keep peace? International intervention and the duration of peace after civil
war. International Studies Quarterly 48(2), 269-292.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.game.language import Decision, Move
from peacetalks.mechanisms.state import DEAL, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

STAND_BY, WITHDRAW = "stand by", "withdraw"


def at_signing(s: Scenario) -> int:
    """Return whether a deal is guaranteed when it is signed: 1 or 0."""
    return int(s.guarantor is not None)


def stands_by(s: Scenario) -> Decision:
    """Return the stage at which the guarantor stands by a settlement or withdraws."""
    assert s.guarantor is not None
    part, peace = s.guarantor, float(s.guarantor.peace_value)
    stay, leave = {part.label: peace - part.upkeep}, {part.label: peace}

    def moves(state: World) -> Iterator[Move]:
        if state.regime != DEAL:
            yield Move("-", to=state)
        elif not state.guarantee:
            yield Move("-", to=state, pay=leave)
        else:
            yield Move(STAND_BY, to=state, pay=stay, weight=max(1 - float(part.withdraw), 1e-9))
            yield Move(WITHDRAW, to=state._replace(guarantee=0), pay=leave, weight=float(part.withdraw))

    return Decision("guarantor", by=part.label, moves=moves)


def detection(s: Scenario, state: World, base: float) -> float:
    """Return the chance that a period of rearming is detected, `base` being the chance without a guarantee."""
    if s.guarantor is None or not state.guarantee:
        return base
    return 1 - (1 - base) * (1 - s.guarantor.detection)


def left_of_an_attack(s: Scenario, state: World) -> float:
    """Return the factor on what an attack gains: below 1 under a guarantee."""
    return 1 - s.guarantor.block if s.guarantor is not None and state.guarantee else 1.0


def when_attacked(s: Scenario, state: World, side: int) -> dict[str, float]:
    """Return what an attack by `side` costs it, and the guarantor that intervenes."""
    if s.guarantor is None or not state.guarantee:
        return {}
    attacker = s.sides[side - 1].label
    return {attacker: -float(s.guarantor.penalty), s.guarantor.label: -float(s.guarantor.intervention)}


def for_good(s: Scenario) -> dict[str, float]:
    """Return what a settlement that lasts for good is worth to the guarantor, now and in all that is to come."""
    part = s.guarantor
    return {} if part is None else {part.label: float(part.peace_value / (1 - part.discount))}

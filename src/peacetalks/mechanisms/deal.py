r"""Durability: a settlement is kept, or used to rearm and attack.

Accepted terms x are a regime, not an end.  In every period under a deal side 1 gets :math:`(1-\delta_1)x` and side 2
:math:`(1-\delta_2)(1-x)`, worth x and 1 - x if it lasts for good; each side that may (`by`) keeps the deal or
*rearms* at `cost`.  Rearming is detected with probability :math:`\beta`, which ends the deal (fighting is resumed,
each side holding what the terms gave it) and costs `fine`; undetected it puts the side *ahead* (neither, where both
rearm).  A side that is ahead keeps the deal or *attacks*: power has shifted, the front moves by `shift` in its
favour, and the war is decided at once with chance `decisive`.  A kept deal breaks down by accident with chance
`incident` and becomes final with chance `lasting`.

Assumptions.  Who is ahead is part of the public state, as every state is: "undetected" means detected too late for an
answer, and the other side has no pre-emptive attack.  The shift of power is a single move of the front, not a lasting
change of odds.  The front and the level of sanctions are not remembered under a deal.

Units: x is a share of the stake; costs are fractions of the stake; chances are per period.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Powell, R. (2006). War as a commitment problem. International Organization 60(1), 169-203.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from peacetalks.game.language import Chance, Move, Simultaneous
from peacetalks.mechanisms import grand_bargain, guarantee
from peacetalks.mechanisms.inspection import detection
from peacetalks.mechanisms.payoffs import merged
from peacetalks.mechanisms.state import BROKEN, DEAL, SETTLED, Bundle, World, agreed_terms
from peacetalks.mechanisms.territory import moved, prize, standing_at, victory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

KEEP, REARM, ATTACK = "keep", "rearm", "attack"


def agreement(s: Scenario, what: float | Bundle) -> tuple[World, dict[str, float]]:
    """Return the state and the pay when `what` is agreed: final at once where the scenario has no table `deal`."""
    if s.deal is None:
        return World(SETTLED, pending=what), {**_for_good(s, what), **_peace(s, final=True)}
    return World(DEAL, pending=what, guarantee=guarantee.at_signing(s)), _peace(s, final=False)


def worth(s: Scenario, what: float | Bundle) -> tuple[float, float]:
    """Return what terms are worth to each side if they last for good."""
    if isinstance(what, Bundle):
        one, two = grand_bargain.linked_worth(s)
        return what.share + one, 1 - what.share + two
    return what, 1 - what


def at_horizon(s: Scenario, state: World) -> dict[str, float]:
    """Return the value of a deal in force at the horizon: as if it were kept for good."""
    one, two = worth(s, state.pending)
    return {s.sides[0].label: one, s.sides[1].label: two, **_peace(s, final=True), **guarantee.for_good(s)}


def _for_good(s: Scenario, what: float | Bundle) -> dict[str, float]:
    """Return what terms that are final from the next period on are worth to each side now."""
    return {side.label: float(side.discount) * v for side, v in zip(s.sides, worth(s, what), strict=True)}


def _peace(s: Scenario, final: bool) -> dict[str, float]:
    """Return what peace is worth to the outside power: this period's, or all that is to come."""
    power = s.sanctions
    return {} if power is None else {power.label: power.peace_value / (1 - power.discount if final else 1.0)}


def conduct(s: Scenario) -> Simultaneous:
    """Return the stage at which both sides keep a deal, rearm under it, or attack."""
    assert s.deal is not None
    part, (one, two) = s.deal, s.sides
    ahead = [Move(KEEP, weight=max(1 - float(part.attack), 1e-9)), Move(ATTACK, weight=float(part.attack))]
    level = [Move(KEEP, weight=1.0), Move(REARM, weight=float(part.rearm))]
    bound, elsewhere = [Move(KEEP)], [Move("-")]

    def own(side: int) -> Any:
        def moves(state: World) -> list[Move]:
            if state.regime != DEAL:
                return elsewhere
            if state.ahead == side:
                return ahead
            return level if state.ahead == 0 and side in part.by else bound

        return moves

    def then(state: World, act: dict[str, str]) -> Move:
        if state.regime != DEAL:
            return Move("-", to=state)
        acts, pay = (act[one.label], act[two.label]), dict(_peace(s, final=False))
        for side, mine, value in zip(s.sides, acts, worth(s, state.pending), strict=True):
            pay[side.label] = (1 - side.discount) * value - part.cost * (mine == REARM)
        return Move(" / ".join(acts), to=state.holding((state.pending, acts)), pay=pay)

    return Simultaneous("deal", moves={one.label: own(1), two.label: own(2)}, then=then)


def fate(s: Scenario) -> Chance:
    """Return the stage at which a deal holds, is found to be broken, or is broken by an attack."""

    def moves(state: World) -> Iterator[Move]:
        if state.regime != DEAL:
            yield Move("-", to=state)
            return
        what, acts = state.pending
        here = state.holding(what)
        if ATTACK in acts:
            yield from _attack(s, here, acts.index(ATTACK) + 1)
        elif REARM in acts:
            yield from _rearming(s, here, acts)
        else:
            yield from _upheld(s, here)

    return Chance("fate of the deal", moves)


def resumed(s: Scenario, state: World) -> dict[World, float]:
    """Return the states in which fighting resumes: each side holds what the terms gave it."""
    there = standing_at(s, agreed_terms(state) or 0.0).items()
    return {World(BROKEN, front=front, third=state.third): p for front, p in there}


def _after_attack(s: Scenario, state: World, side: int) -> dict[World, float]:
    """Return the states after a rearmed side has attacked."""
    assert s.deal is not None
    by, out = float(s.deal.shift) * guarantee.left_of_an_attack(s, state), {}
    for start, p in resumed(s, state).items():
        for front, chance in moved(s, start.front, side, by).items():
            to = start.at_front(front)
            out[to] = out.get(to, 0.0) + p * chance
    return out


def _attack(s: Scenario, state: World, side: int) -> Iterator[Move]:
    assert s.deal is not None
    sudden, won = float(s.deal.decisive) * guarantee.left_of_an_attack(s, state), victory(s, side)
    cost = guarantee.when_attacked(s, state, side)
    yield Move("decided at once", to=won, pay=merged(prize(s, won), cost), weight=sudden)
    yield Move("attack", to=_after_attack(s, state, side), pay=cost, weight=1 - sudden)


def _rearming(s: Scenario, state: World, acts: tuple[str, str]) -> Iterator[Move]:
    assert s.deal is not None
    beta = guarantee.detection(s, state, detection(s, float(s.deal.detection)))
    arming = [i for i in (1, 2) if acts[i - 1] == REARM]
    ahead = arming[0] if len(arming) == 1 else 0
    for seen in product((False, True), repeat=len(arming)):
        chance = beta ** sum(seen) * (1 - beta) ** (len(seen) - sum(seen))
        caught = [s.sides[i - 1].label for i, found in zip(arming, seen, strict=True) if found]
        if caught:
            pay = dict.fromkeys(caught, -float(s.deal.fine))
            yield Move(f"detected: {', '.join(caught)}", to=resumed(s, state), pay=pay, weight=chance)
        else:
            yield Move("undetected", to=state._replace(ahead=ahead), weight=chance)


def _upheld(s: Scenario, state: World) -> Iterator[Move]:
    assert s.deal is not None
    broken = float(s.deal.incident)
    final = (1 - broken) * s.deal.lasting
    yield Move("kept", to=state, weight=1 - broken - final)
    yield Move("breaks down", to=resumed(s, state), weight=broken)
    pay = _for_good(s, state.pending)
    if s.sanctions:
        pay.update({k: s.sanctions.discount * v for k, v in _peace(s, final=True).items()})
    if s.guarantor:
        pay.update({k: s.guarantor.discount * v for k, v in guarantee.for_good(s).items()})
    yield Move("final", to=World(SETTLED, pending=state.pending), pay=pay, weight=final)

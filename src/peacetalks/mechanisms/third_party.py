r"""A third armed party at a table of its own: it fights one side, may spoil the others' peace, and may be settled with.

Besides the two sides a third party is armed.  Its type is hidden, with a belief about it beside those about the sides.
While it is not settled with, in each month

- it *fights* or *lies low*: fighting costs it :math:`c(\theta)` = `war_cost` and the side that it fights `harm`, and
  ends a truce or a deal of the two sides with chance `spoil`;
- a truce or a deal of the two sides costs it `excluded`, since it is left out of it: what makes a spoiler;
- the side that it fights may make it an offer at a second table, the share t of an issue between them that is worth
  `stake`; accepted, it is settled with for good, gains t `stake`, which the side loses, and neither fights nor spoils.

Assumptions.  The third party's war moves no front of the main war and is never won.  Its settlement holds.  The second
table is open as long as the main war or a deal is; it has one proposer.

Units: `stake`, costs and gains are fractions of the main stake, flows per month; `spoil` is a probability per month of
fighting.

References
----------
Stedman, S. J. (1997). Spoiler problems in peace processes. International Security 22(2), 5-53.
Cunningham, D. E. (2006). Veto players and civil war duration. American Journal of Political Science 50(4), 875-892.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.game.language import Decision, Move
from peacetalks.mechanisms import deal
from peacetalks.mechanisms.state import BROKEN, DEAL, NOTHING_CLOSED, OPEN, TRUCES, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

FIGHT, LIE_LOW, NO_OFFER, ACCEPT, REJECT = "fight", "lie low", "no offer", "accept", "reject"


def types(s: Scenario) -> dict[str, float]:
    """Return the prior over the third party's types."""
    assert s.third_party is not None
    shares = {name: float(t.share) for name, t in s.third_party.types.items()}
    return {name: share / sum(shares.values()) for name, share in shares.items()}


def armed(state: World) -> bool:
    """Return whether the third party may fight in a state: it is not settled with, and the others may fight again."""
    return bool(state.third) and (state.regime in OPEN or state.regime == DEAL)


def conduct(s: Scenario) -> Decision:
    """Return the stage at which the third party fights or lies low."""
    assert s.third_party is not None
    part = s.third_party
    costs: dict[Any, float] = {(part.label, name): -float(t.war_cost) for name, t in part.types.items()}
    fight = min(max(float(part.fight), 1e-9), 1 - 1e-9)
    fought = {**costs, s.sides[part.against - 1].label: -float(part.harm)}
    out = {part.label: -float(part.excluded)}

    def moves(state: World) -> Iterator[Move]:
        if not armed(state):
            yield Move("-", to=state)
            return
        at_peace = state.regime in TRUCES or state.regime == DEAL
        left_out = out if at_peace else {}
        yield Move(FIGHT, to=spoilt(s, state), pay={**fought, **left_out}, weight=fight)
        yield Move(LIE_LOW, to=state, pay=left_out, weight=1 - fight)

    return Decision("third party", by=part.label, moves=moves)


def spoilt(s: Scenario, state: World) -> dict[World, float]:
    """Return the states after a month in which the third party has fought: a truce or a deal may be over."""
    assert s.third_party is not None
    chance = float(s.third_party.spoil)
    if state.regime in TRUCES:
        over = {state._replace(regime=BROKEN, pending=None, agenda=NOTHING_CLOSED): 1.0}
    elif state.regime == DEAL:
        over = deal.resumed(s, state)
    else:
        return {state: 1.0}
    found = {to: p * chance for to, p in over.items()} | {state: 1 - chance}
    return {to: p for to, p in found.items() if p > 0}


def table(s: Scenario) -> Decision:
    """Return the stage at which the side that the third party fights makes it an offer, or none."""
    assert s.third_party is not None
    part = s.third_party
    offer = min(max(float(part.offer), 1e-9), 1 - 1e-9)
    each = offer / len(part.terms)

    def moves(state: World) -> Iterator[Move]:
        if not armed(state):
            yield Move("-", to=state)
            return
        for t in part.terms:
            yield Move(f"offer {float(t):g} to {part.label}", to=state._replace(third=1 + float(t)), weight=each)
        yield Move(NO_OFFER, to=state, weight=1 - offer)

    return Decision("second table", by=s.sides[part.against - 1].label, moves=moves)


def answer(s: Scenario) -> Decision:
    """Return the stage at which the third party accepts or rejects what it is offered."""
    assert s.third_party is not None
    part, side = s.third_party, s.sides[s.third_party.against - 1].label

    def moves(state: World) -> Iterator[Move]:
        if state.third <= 1:
            yield Move("-", to=state)
            return
        worth = (state.third - 1) * part.stake
        yield Move(ACCEPT, to=state._replace(third=0), pay={part.label: worth, side: -worth}, weight=float(part.accept))
        yield Move(REJECT, to=state._replace(third=1), weight=max(1 - float(part.accept), 1e-9))

    return Decision("second answer", by=part.label, moves=moves)

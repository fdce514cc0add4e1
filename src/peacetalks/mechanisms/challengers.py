"""Challengers: small powers test a side's resolve one after another, as in the chain store, with a risk of wider war.

In a period an occasion arises with probability `chance`; the challenger probes or refrains, and the tested side
ignores the probe or retaliates.  Ignoring costs it the `humiliation_cost` of its type, retaliating the
`escalation_cost`; a retaliation becomes a wider war with probability `wider_war`, at `wider_cost` to each side.  An
unanswered probe is worth `gain` to the challenger, an answered one costs it `loss` (times the credibility of threats,
`credibility.py`).

Each challenger is short-lived: its discount factor is 0, so it considers this period only.  Restraint today matters for
later challengers through the public belief about the tested side.  Under a pact the side's answer calls on the members
(`pact.py`); a standing public demand raises the cost of not answering (`audience.py`).

Units: costs, gain and loss are fractions of the stake; chances are per period or per probe.

References
----------
Kreps, D. M. & Wilson, R. (1982). Reputation and imperfect information. Journal of Economic Theory 27(2), 253-279.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Decision, Move
from peacetalks.mechanisms import audience, credibility, observers
from peacetalks.mechanisms.pact import CALLED
from peacetalks.mechanisms.state import FIGHTING, IN_PACT, WIDER, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

OCCASION, PROBED = "occasion", "probed"


def occasions(s: Scenario) -> Chance:
    """Return the stage at which an occasion to probe arises or not."""
    assert s.challengers is not None
    chance = observers.testing(s)

    def moves(state: World) -> Iterator[Move]:
        if state.regime in FIGHTING and chance > 0:
            yield Move(OCCASION, to=state.holding(OCCASION), weight=chance)
            if chance < 1:
                yield Move("none", to=state, weight=1 - chance)
        else:
            yield Move("-", to=state)

    return Chance("occasion", moves)


def probes(s: Scenario) -> Decision:
    """Return the stage at which a challenger probes or refrains."""
    assert s.challengers is not None
    c = s.challengers

    def moves(state: World) -> Iterator[Move]:
        if state.pending != OCCASION:
            yield Move("-", to=state)
            return
        yield Move("probe", to=state.holding(PROBED), weight=float(c.probe))
        yield Move("refrain", to=state.holding(None), weight=max(1 - float(c.probe), 1e-9))

    return Decision("probe", by=c.label, moves=moves)


def answers(s: Scenario) -> Decision:
    """Return the stage at which the tested side ignores or retaliates."""
    assert s.challengers is not None
    c, side = s.challengers, s.sides[s.challengers.tests - 1]
    cost: dict[object, float] = {(side.label, k): -float(t.escalation_cost) for k, t in side.types.items()}
    wider, calls = float(c.wider_war), s.pact is not None and s.pact.side == c.tests
    answered: dict[object, float] = {c.label: -credibility.loss(s), **cost}
    for one in s.sides:
        answered[one.label] = answered.get(one.label, 0.0) - wider * c.wider_cost

    @cache
    def ignored(factor: float) -> dict[object, float]:
        hurt = {(side.label, k): -factor * t.humiliation_cost for k, t in side.types.items()}
        return {c.label: float(c.gain), **hurt}

    def moves(state: World) -> Iterator[Move]:
        if state.pending != PROBED:
            yield Move("-", to=state)
            return
        calm = state.holding(None)
        yield Move("ignore", to=audience.worn(s, calm), pay=ignored(audience.humiliation(s, state)))
        if calls and state.pact == IN_PACT:
            yield Move("retaliate", to=state.holding(CALLED), pay=cost)
        else:
            yield Move("retaliate", to=_spread({calm: 1 - wider, World(WIDER): wider}), pay=answered)

    return Decision("answer to a probe", by=side.label, moves=moves)


def _spread(to: dict[World, float]) -> dict[World, float]:
    return {state: p for state, p in to.items() if p > 0}

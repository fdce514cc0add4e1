r"""A pact of a side with one or two other powers: formation, reliability, abandonment, deterrence.

At the start the side and the other powers choose at once to join or stay out; the pact is formed if all join (this
happens once).  While it is in force each member gets `security` and pays `upkeep` a period of war, and the side's
odds in battle are multiplied by `support`.  When the side answers a probe, each member is called on and *honours* the
call (cost k = `honour_cost`) or *abandons* the side (cost r = `abandon_cost` to itself, `abandoned` to the side).
With a share h of the members honouring, the challenger's loss is multiplied by :math:`1 + \text{backing}\,h` and the
chance of a wider war by :math:`1 - \text{shield}\,h`.  One member that abandons the side ends the pact.  The
reference mass of honouring is :math:`\nu` = `honour`, so that, where nothing else differs, a member honours with
probability

.. math:: \rho = \frac{\nu e^{-\lambda k}}{\nu e^{-\lambda k} + (1-\nu) e^{-\lambda r}},

its reliability; a more reliable pact deters more.  A pact is for the duration of the war: a truce ends it.

Units: costs and `security` are fractions of the stake, the latter per period.

References
----------
Smith, A. (1995). Alliance formation and war. International Studies Quarterly 39(4), 405-425.
Morrow, J. D. (1994). Alliances, credibility, and peacetime costs. Journal of Conflict Resolution 38(2), 270-297.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from peacetalks.game.language import Move, Simultaneous
from peacetalks.mechanisms import credibility, observers
from peacetalks.mechanisms.state import IN_PACT, NO_PACT, UNDECIDED, WIDER, World

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

JOIN, STAY_OUT, HONOUR, ABANDON, CALLED = "join", "stay out", "honour", "abandon", "called"


def opening(s: Scenario, fighting: bool) -> int:
    """Return the pact at the start: in force, to be decided, or none (no pact, or a truce in force)."""
    if s.pact is None or not fighting:
        return NO_PACT
    return IN_PACT if s.pact.formed else UNDECIDED


def formation(s: Scenario) -> Simultaneous:
    """Return the stage at which the side and the other powers join or stay out, once."""
    part = s.pact
    assert part is not None
    powers = [s.sides[part.side - 1].label, *part.members]

    def own(weight: float) -> Any:
        undecided, decided = [Move(JOIN, weight=weight), Move(STAY_OUT, weight=1 - weight)], [Move("-")]
        return lambda state: undecided if state.pact == UNDECIDED else decided

    def then(state: World, act: dict[str, str]) -> Move:
        if state.pact != UNDECIDED:
            return Move("-", to=state)
        stands = all(a == JOIN for a in act.values())
        return Move(" / ".join(act[p] for p in powers), to=state._replace(pact=IN_PACT if stands else NO_PACT))

    plain = min(max(float(part.join), 1e-9), 1 - 1e-9)
    trusting = observers.joining(s, plain)
    weights = {p: plain if p == powers[0] else trusting for p in powers}
    return Simultaneous("pact", moves={p: own(w) for p, w in weights.items()}, then=then)


def standing(s: Scenario, pact: int) -> dict[str, float]:
    """Return what a period under the pact is worth to its members, by player."""
    if s.pact is None or pact != IN_PACT:
        return {}
    return dict.fromkeys(s.pact.members, s.pact.security - s.pact.upkeep)


def strength(s: Scenario, pact: int) -> float:
    """Return side 1's chance that a move of the front goes its way at equal effort, the pact's support counted."""
    kappa = float(s.battlefield.strength)
    if s.pact is None or pact != IN_PACT:
        return kappa
    one, two = (float(s.pact.support), 1.0) if s.pact.side == 1 else (1.0, float(s.pact.support))
    total = one * kappa + two * (1 - kappa)
    return one * kappa / total if total > 0 else kappa


def call(s: Scenario) -> Simultaneous:
    """Return the stage at which the members honour or abandon the side that has answered a probe."""
    part, c = s.pact, s.challengers
    assert part is not None
    assert c is not None
    own = s.sides[part.side - 1].label

    when_called = [Move(HONOUR, weight=float(part.honour)), Move(ABANDON, weight=1 - float(part.honour))]
    not_called = [Move("-")]

    def moves(state: World) -> list[Move]:
        return when_called if state.pending == CALLED else not_called

    @cache
    def answered(acts: tuple[str, ...]) -> tuple[float, dict[object, float]]:
        """Return the chance of a wider war and what is paid."""
        honouring = [a == HONOUR for a in acts]
        h = sum(honouring) / len(honouring)
        wider = c.wider_war * (1 - part.shield * h)
        pay: dict[object, float] = {c.label: -credibility.loss(s) * (1 + part.backing * h)}
        for side in s.sides:
            pay[side.label] = -wider * c.wider_cost - (part.abandoned * (1 - h) if side.label == own else 0.0)
        for member, honours in zip(part.members, honouring, strict=True):
            pay[member] = -float(part.honour_cost if honours else part.abandon_cost)
        return wider, pay

    def then(state: World, act: dict[str, str]) -> Move:
        if state.pending != CALLED:
            return Move("-", to=state)
        acts = tuple([act[m] for m in part.members])
        wider, pay = answered(acts)
        calm = state._replace(pending=None, pact=NO_PACT if ABANDON in acts else IN_PACT)
        to = {state: p for state, p in {calm: 1 - wider, World(WIDER): wider}.items() if p > 0}
        return Move(" / ".join(acts), to=to, pay=pay)

    return Simultaneous("call on the pact", moves=dict.fromkeys(part.members, moves), then=then)

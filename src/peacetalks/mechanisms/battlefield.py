r"""Battlefield: both sides choose how hard to fight, and the front moves as a controlled random walk.

Each period both sides choose at once to stand down, to fight with restraint or to fight fully, with efforts
:math:`e_i \in \{0, r, 1\}` (r restraint).  With intensity :math:`I = (e_1 + e_2)/2` and side 1's chance of gaining

.. math:: p = \frac{\kappa e_1}{\kappa e_1 + (1-\kappa) e_2},

the war is decided by force with probability :math:`dI` (d decisive), for side 1 with chance :math:`(p + y)/2`, where
y is the share that it holds.  If it is not decided the front moves up one position with probability :math:`mIp` and
down with :math:`mI(1-p)` (m mobility, :math:`\kappa` strength); a move beyond the first or last position decides the
war.  Fighting costs :math:`c_i(\theta) e_i` a period, for the type :math:`\theta` of side i.

Units: m, d, :math:`\kappa` are probabilities, m and d per period of full fighting; costs are fractions of the stake.

References
----------
Smith, A. (1998). Fighting battles, winning wars. Journal of Conflict Resolution 42(3), 301-320.
Slantchev, B. L. (2003). The principle of convergence in wartime negotiations. American Political Science Review 97(4),
621-632.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Move, Simultaneous
from peacetalks.mechanisms import audience, domestic_support, grand_bargain, inspection, pact
from peacetalks.mechanisms.ceasefire import COMPLY, VIOLATE
from peacetalks.mechanisms.payoffs import merged
from peacetalks.mechanisms.state import FIGHTING, OPEN, TRUCES, VICTORY_1, VICTORY_2, World
from peacetalks.mechanisms.territory import flows, prize, share, victory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

STAND_DOWN, RESTRAINED, FULL = "stand down", "restrained", "full"


def efforts(s: Scenario) -> dict[str, float]:
    """Return the effort of each posture, between 0 and 1."""
    return {STAND_DOWN: 0.0, RESTRAINED: float(s.battlefield.restraint), FULL: 1.0}


def postures(s: Scenario) -> Simultaneous:
    """Return the stage at which both sides choose how hard to fight, or whether to keep a truce."""
    one, two = s.sides
    fight = [Move(posture, weight=0.1 if posture == STAND_DOWN else 0.45) for posture in efforts(s)]
    truce = [Move(COMPLY, weight=1.0), Move(VIOLATE, weight=float(s.ceasefire.violate))] if s.ceasefire else [Move("-")]
    elsewhere = [Move("-")]

    def own(state: World) -> list[Move]:
        if state.regime in FIGHTING:
            return fight
        return truce if state.regime in TRUCES else elsewhere

    @cache
    def income(front: int) -> dict[str, float]:
        return flows(s, front)

    @cache
    def cost(regime: str, level: int, acts: tuple[str, str]) -> dict[object, float]:
        return costs(s, regime, level, acts)

    @cache
    def paid(front: int, regime: str, level: int, acts: tuple[str, str]) -> dict[object, float]:
        return merged(income(front), cost(regime, level, acts))

    @cache
    def standing(regime: str, at_home: int, in_pact: int) -> dict[str, float]:
        return merged(audience.discontent(s, at_home), pact.standing(s, in_pact), inspection.burden(s, regime))

    @cache
    def pair(first: str, second: str) -> tuple[str, str]:
        return first, second  # one object for all states: it is found more quickly than equal ones

    def then(state: World, act: dict[str, str]) -> Move:
        if state.regime not in OPEN:
            return Move("-", to=state)
        acts = pair(act[one.label], act[two.label])
        rest = standing(state.regime, state.home, state.pact)
        pay = paid(state.front, state.regime, state.level, acts)
        return Move(" / ".join(acts), state.holding(acts), merged(pay, rest) if rest else pay)

    return Simultaneous("posture", moves={one.label: own, two.label: own}, then=then)


def costs(s: Scenario, regime: str, level: int, acts: tuple[str, str]) -> dict[object, float]:
    """Return what a pair of postures pays: costs of fighting by type, or under a truce gains and harms of violations.

    Keys are players, or (side, type) where the amount depends on the type.
    """
    effort, out = efforts(s), {}
    for i, side in enumerate(s.sides):
        if regime in FIGHTING:
            relief = 1.0
            if s.sanctions and level == 2 and s.sanctions.on != i + 1:
                relief = 1.0 - s.sanctions.aid
            for kind, traits in side.types.items():
                out[(side.label, kind)] = -traits.war_cost * effort[acts[i]] * relief
        elif s.ceasefire:
            out[side.label] = s.ceasefire.gain * (acts[i] == VIOLATE) - s.ceasefire.harm * (acts[1 - i] == VIOLATE)
    return out


def battle(s: Scenario) -> Chance:
    """Return the stage at which the front moves or the war is decided."""
    effort, decided = efforts(s), {VICTORY_1: victory(s, 1), VICTORY_2: victory(s, 2)}

    @cache
    def after(regime: str, at_home: int, acts: tuple[str, str]) -> list[domestic_support.After]:
        fought = any(effort[posture] > 0 for posture in acts)
        held_back = s.loyalty is not None and fought and acts[s.loyalty.side - 1] == RESTRAINED
        return domestic_support.after_battle(s, regime, at_home, held_back)

    @cache
    def spoils(name: str, at_home: int) -> dict[str, float]:
        return merged(prize(s, decided[name]), grand_bargain.prestige(s, at_home, decided[name]))

    @cache
    def drawn(front: int, acts: tuple[str, str], in_pact: int) -> list[tuple[str, int, float]]:
        return outcomes(s, front, acts, in_pact)

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in FIGHTING:
            yield Move("-", to=state)
            return
        here, acts = state.holding(None), state.pending
        follows = after(state.regime, state.home, acts)
        for name, step, chance in drawn(state.front, acts, state.pact):
            if name in decided:
                yield Move(name, decided[name], spoils(name, state.home), chance)
                continue
            to = here.at_front(state.front + step) if step else here
            for then in follows:
                yield Move(name + then.note, then.to(to), then.pay, chance * then.chance)

    return Chance("battle", moves)


def outcomes(s: Scenario, front: int, acts: tuple[str, str], in_pact: int) -> list[tuple[str, int, float]]:
    """Return what a battle may bring: (name, step of the front, probability), the probabilities summing to 1.

    The name is that of the regime where the war is decided, and then the step is 0.
    """
    effort, field, top = efforts(s), s.battlefield, s.battlefield.positions - 1
    e1, e2 = (effort[p] for p in acts)
    if e1 + e2 == 0:
        return [("quiet", 0, 1.0)]
    intensity, kappa = (e1 + e2) / 2, pact.strength(s, in_pact)
    p = kappa * e1 / (kappa * e1 + (1 - kappa) * e2) if 0 < kappa < 1 else kappa
    tide = (p + share(s, front)) / 2
    force, move = float(field.decisive) * intensity, float(field.mobility) * intensity
    out: dict[tuple[str, int], float] = {}

    def add(name: str, step: int, chance: float) -> None:
        if chance > 0:
            out[name, step] = out.get((name, step), 0.0) + chance

    add(VICTORY_1, 0, force * tide)
    add(VICTORY_2, 0, force * (1 - tide))
    add(*(("front +1", 1) if front < top else (VICTORY_1, 0)), (1 - force) * move * p)
    add(*(("front -1", -1) if front > 0 else (VICTORY_2, 0)), (1 - force) * move * (1 - p))
    add("front +0", 0, (1 - force) * (1 - move))
    return [(name, step, chance) for (name, step), chance in out.items()]

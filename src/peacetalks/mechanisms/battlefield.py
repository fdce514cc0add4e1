r"""Battlefield: postures of both sides and a front that moves (Smith 1998; Slantchev 2003).

Each period both sides choose at once to stand down, to fight with restraint or to fight fully, with efforts
:math:`e_i \in \{0, r, 1\}`.  With intensity :math:`I = (e_1 + e_2)/2` and side 1's chance of gaining

.. math:: p = \frac{\kappa e_1}{\kappa e_1 + (1-\kappa) e_2},

the front moves up with probability :math:`mIp`, down with :math:`mI(1-p)` (m mobility, kappa strength), and the
war is decided by force with probability :math:`dI` (d decisive) for the side favoured by :math:`p`, moved half way
by the front.  A front pushed off either edge decides the war.  Fighting costs :math:`c_i(\theta) e_i` a period.
"""

from __future__ import annotations

from collections.abc import Iterator

from peacetalks.game import Chance, Move, Simultaneous
from peacetalks.mechanisms.state import CEASEFIRE, FIGHTING, OPEN, VICTORY_1, VICTORY_2, World
from peacetalks.spec import Scenario

STAND_DOWN, RESTRAINED, FULL = "stand down", "restrained", "full"
COMPLY, VIOLATE = "comply", "violate"


def efforts(s: Scenario) -> dict[str, float]:
    """Return the effort of each posture."""
    return {STAND_DOWN: 0.0, RESTRAINED: float(s.battlefield.restraint), FULL: 1.0}


def share(s: Scenario, front: int) -> float:
    """Return the share of what is contested that side 1 holds at `front`."""
    return front / (s.battlefield.positions - 1)


def opening(s: Scenario) -> dict[int, float]:
    """Return the opening front: the position at hand, or the two around it, the mean kept exactly."""
    exact = float(s.battlefield.front) * (s.battlefield.positions - 1)
    low = min(int(exact), s.battlefield.positions - 2)
    up = exact - low
    return {pos: p for pos, p in ((low, 1 - up), (low + 1, up)) if p > 1e-12}


def flows(s: Scenario, front: int) -> dict[str, float]:
    """Return each side's flow from what it holds: (1 - discount) x share, per period."""
    y = share(s, front)
    one, two = s.sides
    return {one.label: (1 - one.discount) * y, two.label: (1 - two.discount) * (1 - y)}


def postures(s: Scenario) -> Simultaneous:
    """Return the stage at which both sides choose how hard to fight, or whether to keep a truce."""
    one, two = s.sides
    effort = efforts(s)

    def own(state: World) -> Iterator[Move]:
        if state.regime in FIGHTING:
            for posture in effort:
                yield Move(posture, weight=0.1 if posture == STAND_DOWN else 0.45)
        elif state.regime == CEASEFIRE and s.ceasefire:
            yield Move(COMPLY, weight=1.0)
            yield Move(VIOLATE, weight=float(s.ceasefire.violate))
        else:
            yield Move("-")

    def then(state: World, act: dict[str, str]) -> Move:
        a, b = act[one.label], act[two.label]
        pay: dict[object, float] = {}
        if state.regime in OPEN:
            pay.update(flows(s, state.front))
        if state.regime in FIGHTING:
            for i, (side, posture) in enumerate(((one, a), (two, b))):
                relief = 1.0
                if s.sanctions and state.level == 2 and s.sanctions.on != i + 1:
                    relief = 1.0 - s.sanctions.aid
                for kind, traits in side.types.items():
                    pay[(side.label, kind)] = -traits.war_cost * effort[posture] * relief
        elif state.regime == CEASEFIRE and s.ceasefire:
            for side, mine, other in ((one, a, b), (two, b, a)):
                gain, harm = s.ceasefire.gain * (mine == VIOLATE), s.ceasefire.harm * (other == VIOLATE)
                pay[side.label] = pay.get(side.label, 0.0) + gain - harm
        else:
            return Move("-", to=state, pay=pay)
        return Move(f"{a} / {b}", to=state._replace(pending=(a, b)), pay=pay)

    return Simultaneous("posture", moves={one.label: own, two.label: own}, then=then)


def battle(s: Scenario) -> Chance:
    """Return the stage at which the front moves or the war is decided."""
    effort, field, top = efforts(s), s.battlefield, s.battlefield.positions - 1
    kappa = float(field.strength)

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in FIGHTING:
            yield Move("-", to=state)
            return
        e1, e2 = (effort[p] for p in state.pending)
        here = state._replace(pending=None)
        if e1 + e2 == 0:
            yield Move("quiet", to=here)
            return
        intensity = (e1 + e2) / 2
        p = kappa * e1 / (kappa * e1 + (1 - kappa) * e2) if 0 < kappa < 1 else kappa
        tide = (p + share(s, state.front)) / 2
        force, move = float(field.decisive) * intensity, float(field.mobility) * intensity
        out: dict[World, float] = {}

        def add(to: World, chance: float) -> None:
            if chance > 0:
                out[to] = out.get(to, 0.0) + chance

        add(victory(s, 1), force * tide)
        add(victory(s, 2), force * (1 - tide))
        up = here._replace(front=state.front + 1) if state.front < top else victory(s, 1)
        down = here._replace(front=state.front - 1) if state.front > 0 else victory(s, 2)
        add(up, (1 - force) * move * p)
        add(down, (1 - force) * move * (1 - p))
        add(here, (1 - force) * (1 - move))
        for to, chance in out.items():
            name = to.regime if to.regime not in FIGHTING else f"front {to.front - state.front:+d}"
            yield Move(name, to=to, pay=prize(s, to), weight=chance)

    return Chance("battle", moves)


def victory(s: Scenario, side: int) -> World:
    """Return the state in which `side` has decided the war."""
    return World(VICTORY_1 if side == 1 else VICTORY_2, front=(s.battlefield.positions - 1) * (side == 1))


def prize(s: Scenario, to: World) -> dict[str, float]:
    """Return the pie when the war is decided by force: next period's value of holding all of it."""
    one, two = s.sides
    if to.regime == VICTORY_1:
        return {one.label: float(one.discount)}
    return {two.label: float(two.discount)} if to.regime == VICTORY_2 else {}

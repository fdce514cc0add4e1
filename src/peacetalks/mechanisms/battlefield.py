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
from peacetalks.mechanisms import audience, home, inspection, pact, window
from peacetalks.mechanisms.ground import flows, merged, prize, share, victory
from peacetalks.mechanisms.state import FIGHTING, OPEN, TRUCES, World
from peacetalks.spec import Scenario

STAND_DOWN, RESTRAINED, FULL = "stand down", "restrained", "full"
COMPLY, VIOLATE = "comply", "violate"


def efforts(s: Scenario) -> dict[str, float]:
    """Return the effort of each posture."""
    return {STAND_DOWN: 0.0, RESTRAINED: float(s.battlefield.restraint), FULL: 1.0}


def postures(s: Scenario) -> Simultaneous:
    """Return the stage at which both sides choose how hard to fight, or whether to keep a truce."""
    one, two = s.sides
    effort = efforts(s)

    def own(state: World) -> Iterator[Move]:
        if state.regime in FIGHTING:
            for posture in effort:
                yield Move(posture, weight=0.1 if posture == STAND_DOWN else 0.45)
        elif state.regime in TRUCES and s.ceasefire:
            yield Move(COMPLY, weight=1.0)
            yield Move(VIOLATE, weight=float(s.ceasefire.violate))
        else:
            yield Move("-")

    def then(state: World, act: dict[str, str]) -> Move:
        if state.regime not in OPEN:
            return Move("-", to=state)
        acts = (act[one.label], act[two.label])
        home_front, ally = audience.discontent(s, state), pact.standing(s, state)
        pay = merged(flows(s, state.front), costs(s, state, acts), home_front, ally, inspection.burden(s, state))
        return Move(" / ".join(acts), to=state._replace(pending=acts), pay=pay)

    return Simultaneous("posture", moves={one.label: own, two.label: own}, then=then)


def costs(s: Scenario, state: World, acts: tuple[str, str]) -> dict[object, float]:
    """Return what the postures cost: fighting by type and effort; under a truce gains and harms of violations."""
    effort, out = efforts(s), {}
    for i, side in enumerate(s.sides):
        if state.regime in FIGHTING:
            relief = 1.0
            if s.sanctions and state.level == 2 and s.sanctions.on != i + 1:
                relief = 1.0 - s.sanctions.aid
            for kind, traits in side.types.items():
                out[(side.label, kind)] = -traits.war_cost * effort[acts[i]] * relief
        elif s.ceasefire:
            out[side.label] = s.ceasefire.gain * (acts[i] == VIOLATE) - s.ceasefire.harm * (acts[1 - i] == VIOLATE)
    return out


def battle(s: Scenario) -> Chance:
    """Return the stage at which the front moves or the war is decided."""
    effort, field, top = efforts(s), s.battlefield, s.battlefield.positions - 1

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in FIGHTING:
            yield Move("-", to=state)
            return
        e1, e2 = (effort[p] for p in state.pending)
        here = state._replace(pending=None)
        if e1 + e2 == 0:
            for after in home.after_battle(s, here, (False, False)):
                yield Move(f"quiet; {after.note}" if after.note else "quiet", to=after.to, weight=after.chance)
            return
        intensity, kappa = (e1 + e2) / 2, pact.strength(s, state)
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
        held_back = (state.pending[0] == RESTRAINED, state.pending[1] == RESTRAINED)
        for to, chance in out.items():
            name = to.regime if to.regime not in FIGHTING else f"front {to.front - state.front:+d}"
            pay = merged(prize(s, to), window.prestige(s, state, to))
            for after in home.after_battle(s, to, held_back):
                full = f"{name}; {after.note}" if after.note else name
                yield Move(full, to=after.to, pay=merged(pay, after.pay), weight=chance * after.chance)

    return Chance("battle", moves)

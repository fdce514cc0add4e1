r"""Talks: who proposes, what is on the table, and what the other side says (Fearon 1995; Powell 2002).

In a period one side is recognised.  In open talks it offers terms x (side 1's share of the pie, with a reference
*density* over x), asks for a ceasefire, stalls or walks out; the other side answers.  With talks closed it may
propose to reopen them.  Accepted terms end the war: side 1 gets x, side 2 gets 1 - x, for good.  Rare, irreversible
acts (closing a deal, walking out, reopening) carry a reference *hazard* per period, so that what is forecast does
not depend on the number of offers or the length of a period (THEORY, B3 and B6).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from peacetalks.game import Chance, Decision, Move
from peacetalks.mechanisms.sanctions import settlement_value
from peacetalks.mechanisms.state import BROKEN, CEASEFIRE, OPEN, SETTLED, TALKS, WAR, World
from peacetalks.spec import Scenario

ASK, REOPEN = "ask for a ceasefire", "propose to talk"


def terms(s: Scenario) -> list[tuple[float, float]]:
    """Return the terms on offer with their reference weights: a uniform density, trapezoid weights, sum 1."""
    x = np.linspace(0.0, 1.0, s.talks.offers)
    w = np.full(len(x), 1.0 / (len(x) - 1))
    w[[0, -1]] /= 2
    return list(zip(x.round(12).tolist(), w.tolist(), strict=True))


def recognition(s: Scenario) -> Chance:
    """Return the stage at which a proposer is recognised."""
    first = float(s.talks.proposer)

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN:
            yield Move("-", to=state)
            return
        for side, chance in ((0, first), (1, 1 - first)):
            if chance > 0:
                yield Move(f"{s.sides[side].label} proposes", to=state._replace(pending=side), weight=chance)

    return Chance("recognition", moves)


def table(s: Scenario) -> Decision:
    """Return the proposer's stage."""
    t, offered = s.talks, terms(s)

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN:
            yield Move("-", to=state)
            return
        side, rest = state.pending, state._replace(pending=None)
        if state.regime in (WAR, BROKEN):
            yield Move(REOPEN, to=state._replace(pending=(side, REOPEN)), weight=float(t.reopen))
            yield Move("fight on", to=rest, weight=max(1 - float(t.reopen), 1e-9))
            return
        for x, w in offered:
            yield Move(f"offer {x:g}", to=state._replace(pending=(side, x)), weight=float(t.offer) * w)
        yield Move("stall", to=rest, weight=float(t.stall))
        if state.regime == TALKS:
            if s.ceasefire:
                yield Move(ASK, to=state._replace(pending=(side, ASK)), weight=float(t.ask))
            yield Move("walk out", to=rest._replace(regime=WAR), weight=float(t.walk))

    def mover(state: World) -> str:
        return s.sides[state.pending].label

    return Decision("table", by=mover, moves=moves)


def answer(s: Scenario) -> Decision:
    """Return the responder's stage."""
    t, (one, two) = s.talks, s.sides
    outside = settlement_value(s)

    def moves(state: World) -> Iterator[Move]:
        if not isinstance(state.pending, tuple):
            yield Move("-", to=state)
            return
        what, rest = state.pending[1], state._replace(pending=None)
        if what == REOPEN:
            yield Move("agree", to=rest._replace(regime=TALKS), weight=0.5)
            yield Move("decline", to=rest, weight=0.5)
        elif what == ASK and s.ceasefire:
            yield Move("agree", to=rest._replace(regime=CEASEFIRE), weight=float(s.ceasefire.accept))
            yield Move("decline", to=rest, weight=max(1 - float(s.ceasefire.accept), 1e-9))
        else:
            what = float(what)
            pay = {one.label: one.discount * what, two.label: two.discount * (1 - what), **outside}
            yield Move("accept", to=World(SETTLED, pending=what), pay=pay, weight=float(t.accept))
            yield Move("reject", to=rest, weight=max(1 - float(t.accept), 1e-9))

    def mover(state: World) -> str:
        return s.sides[1 - state.pending[0]].label

    return Decision("answer", by=mover, moves=moves)



r"""Talks: who proposes, what is proposed, and what the other side answers.

In a period one side is recognised as proposer (side 1 with probability `proposer`).  In open talks it offers terms x
(side 1's share of the stake, with a uniform reference *density* over x), asks for a ceasefire, stalls or walks out;
the other side answers.  Under a truce it offers terms or stalls; with talks closed it may propose to reopen them.
Accepted terms end the war: side 1 gets x and side 2 1 - x, for good, or for as long as the deal is kept (`deal.py`).
With an agenda the offers are about its open point (`agenda.py`), and what is signed may have to be ratified
(`ratification.py`).

Rare, irreversible acts (closing a deal, walking out, reopening) carry a reference *hazard* per period and offers a
density, so that the forecast depends neither on the number of offers nor on the length of a period: with equal
reference weights the logit choice of a rare act would depend on both (Matejka & McKay 2015 on the role of the
reference measure).

Units: x is a share of the stake; weights are reference masses within a choice, hazards per period.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Powell, R. (2002). Bargaining theory and international conflict. Annual Review of Political Science 5, 1-30.
Matejka, F. & McKay, A. (2015). Rational inattention to discrete choices: a new foundation for the multinomial logit
model. American Economic Review 105(1), 272-298.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.game.language import Chance, Decision, Move
from peacetalks.mechanisms import agenda, audience, grand_bargain
from peacetalks.mechanisms.inspection import ASK_INSPECTORS, let_in
from peacetalks.mechanisms.payoffs import merged
from peacetalks.mechanisms.ratification import reached, sign
from peacetalks.mechanisms.state import (
    BROKEN,
    CEASEFIRE,
    OPEN,
    TALKS,
    WAR,
    Bundle,
    Point,
    Signed,
    World,
    resting,
    share_of,
    walked_out,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

ASK, REOPEN = "ask for a ceasefire", "propose to talk"


def terms(s: Scenario) -> list[tuple[float, float]]:
    """Return the terms on offer, evenly spaced on [0, 1], with trapezoid weights of a uniform density (sum 1)."""
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
        wider = grand_bargain.on_offer(s, state)
        if wider > 0:
            yield Move(grand_bargain.BARGAIN, to=state.holding(grand_bargain.BARGAIN), weight=wider)
        for side, chance in ((0, first), (1, 1 - first)):
            if chance > 0 and wider < 1:
                name = f"{s.sides[side].label} proposes"
                yield Move(name, to=state.holding(side), weight=(1 - wider) * chance)

    return Chance("recognition", moves)


def table(s: Scenario) -> Decision:
    """Return the stage at which the proposer moves, or the side that hopes for the wider agreement on offer."""
    t, labels = s.talks, [side.label for side in s.sides]
    hopes, take = (labels[s.window.side - 1], float(s.window.take)) if s.window else ("", 0.0)
    offers = [(f"offer {x:g}", x, float(t.offer) * w) for x, w in terms(s)]
    offered = [[(name, (side, what), w) for name, what, w in offers] for side in (0, 1)]
    bundled = [[(name, (side, what), w) for name, what, w in grand_bargain.bundles(s)] for side in (0, 1)]
    fight_on, walk = max(1 - float(t.reopen), 1e-9), float(t.walk)
    on_point = agenda.offers(s) if s.agenda else []

    def bargain(home: int) -> tuple[World | Signed, dict[str, float]]:
        """Return the state and the payment when the wider agreement on offer is taken."""
        to, pay = sign(s, x := grand_bargain.terms(s), wider=True)
        return to, merged(pay, audience.backing_down(s, home, x))

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN:
            yield Move("-", to=state)
            return
        if state.pending == grand_bargain.BARGAIN:
            to, pay = bargain(state.home)
            yield Move("take", reached(state, to), pay, take)
            yield Move("let it pass", state.holding(None), None, max(1 - take, 1e-9))
            return
        side, rest = state.pending, state.holding(None)
        if state.regime in (WAR, BROKEN):
            yield Move(REOPEN, to=state.holding((side, REOPEN)), weight=float(t.reopen))
            yield from _inspectors(s, state, side)
            yield Move("fight on", to=rest, weight=fight_on)
            return
        for x, what, w in on_point:
            yield Move(agenda.name(state, x), state.holding((side, what)), None, w)
        whole = [] if on_point else offered[side]
        for name, offer, w in whole + (bundled[side] if state.regime == TALKS else []):
            yield Move(name, state.holding(offer), None, w)
        yield Move("stall", to=rest, weight=float(t.stall))
        if state.regime == TALKS:
            yield from audience.statements(s, state, side)
            yield from _inspectors(s, state, side)
            if s.ceasefire:
                yield Move(ASK, to=state.holding((side, ASK)), weight=float(t.ask))
            yield Move("walk out", to=walked_out(rest), weight=walk)

    def mover(state: World) -> str:
        return hopes if state.pending == grand_bargain.BARGAIN else labels[state.pending]

    return Decision("table", by=mover, moves=moves)


def _inspectors(s: Scenario, state: World, side: int) -> Iterator[Move]:
    if s.inspection:
        yield Move(ASK_INSPECTORS, to=state.holding((side, ASK_INSPECTORS)), weight=float(s.inspection.ask))


def answer(s: Scenario) -> Decision:
    """Return the stage at which the other side answers what is proposed."""
    accept, labels = float(s.talks.accept), [side.label for side in s.sides]

    @cache
    def closed(what: float | Bundle, home: int) -> tuple[World | Signed, dict[str, float]]:
        to, pay = sign(s, what)
        return to, merged(pay, audience.backing_down(s, home, share_of(what)))

    @cache
    def truce(home: int) -> dict[str, float]:
        return audience.backing_down(s, home, None)

    def moves(state: World) -> Iterator[Move]:
        if state.regime not in OPEN or not isinstance(state.pending, tuple):
            yield Move("-", to=state)
            return
        what: Any = state.pending[1]
        rest = state.holding(None)
        no, yes, to, chance, pay = "decline", "agree", rest, 0.5, {}
        if isinstance(what, (float, Bundle)):
            no, yes, chance = "reject", "accept", accept
            signed, pay = closed(what, state.home)
            to = reached(state, signed)
        elif isinstance(what, Point) and s.agenda:
            no, yes, chance = "reject", agenda.CLOSE, float(s.agenda.accept)
            after = agenda.close(s, state, what)
            to = rest._replace(agenda=after)
            if agenda.complete(s, after):
                yes, (signed, pay) = "accept", closed(after[1], state.home)
                to = reached(state, signed)
        elif what == REOPEN:
            to = rest._replace(regime=TALKS)
        elif what == ASK and s.ceasefire:
            to, chance, pay = resting(rest, CEASEFIRE), float(s.ceasefire.accept), truce(state.home)
        elif what == ASK_INSPECTORS and s.inspection:
            to, chance, pay = let_in(rest), float(s.inspection.accept), truce(state.home)
        yield Move(yes, to, pay, chance)
        yield Move(no, rest, None, max(1 - chance, 1e-9))

    def mover(state: World) -> str:
        return labels[1 - state.pending[0]]

    return Decision("answer", by=mover, moves=moves)

r"""Ratification: what the negotiators sign is put to a vote, of a legislature or of all.

Terms that are worth u to a side (its share of the stake, with what a bundle adds) are ratified in the month in which
they are signed with probability

.. math:: \rho(u) = \Phi\!\left(\frac{u - r}{\sigma}\right),

where r = `reservation` is the least share that the pivotal voter is expected to approve and :math:`\sigma` = `spread`
how unsure both tables are of it: the reservation is drawn from a normal distribution at the vote.  The set of terms
that would be ratified is the win-set of Putnam (1988), here with a soft edge as in Iida (1993), who lets negotiators
be unsure of it.  Voted down, the terms are void and cost the side `cost`; open talks go on, or end with chance `ends`,
and under a truce the truce stays in force.  What is agreed pays nothing before it is ratified.

Assumptions.  One vote, at once, of one side.  The reservation is drawn anew at each vote: a second vote on the same
terms is as open as the first.  Voters do not learn from the talks.

Units: shares are of the stake, for the side that votes; `spread` likewise; `ends` is a probability per failed vote.

References
----------
Putnam, R. D. (1988). Diplomacy and domestic politics: the logic of two-level games. International Organization 42(3),
427-460.
Iida, K. (1993). When and how do domestic constraints matter? Two-level games with uncertainty. Journal of Conflict
Resolution 37(3), 403-426.
Milner, H. V. & Rosendorff, B. P. (1997). Democratic politics and international trade negotiations: elections and
divided government as constraints on trade liberalization. Journal of Conflict Resolution 41(1), 117-146.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from peacetalks.game.language import Chance, Move
from peacetalks.mechanisms import grand_bargain
from peacetalks.mechanisms.deal import agreement, worth
from peacetalks.mechanisms.payoffs import merged
from peacetalks.mechanisms.state import DEAL, TALKS, Bundle, Signed, World, walked_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

RATIFIED, VOTED_DOWN, TALKS_END = "ratified", "voted down", "voted down, talks end"


def approval(s: Scenario, what: float | Bundle) -> float:
    """Return the chance that terms are ratified: 1 where the scenario has no table `ratification`.

    >>> from peacetalks.scenario.scenario import load, patch
    >>> vote = {"by": "a legislature", "side": 1, "reservation": 0.5, "spread": 0.1}
    >>> s = patch(load("korea-1951"), {"ratification": vote})
    >>> round(approval(s, 0.5), 6), round(approval(s, 0.6), 6)
    (0.5, 0.841345)
    """
    part = s.ratification
    if part is None:
        return 1.0
    own = worth(s, what)[part.side - 1]
    return 0.5 * math.erfc((float(part.reservation) - own) / (float(part.spread) * math.sqrt(2.0)))


def sign(s: Scenario, what: float | Bundle, wider: bool = False) -> tuple[World | Signed, dict[str, float]]:
    """Return what terms that are signed lead to, and the pay: binding at once where nobody has to ratify them.

    `wider` says that it is the wider agreement of `grand_bargain`.
    """
    return conclude(s, what, wider) if s.ratification is None else (Signed(what, wider), {})


def reached(state: World, to: World | Signed) -> World:
    """Return the state that signing in `state` leads to, given what `sign` returned."""
    return state.holding(to) if isinstance(to, Signed) else binding(state, to)


def binding(state: World, to: World) -> World:
    """Return the state under a deal with what outlasts its signing: whether a third party is armed."""
    return to._replace(third=state.third) if state.third and to.regime == DEAL else to


def conclude(s: Scenario, what: float | Bundle, wider: bool) -> tuple[World, dict[str, float]]:
    """Return the state and the pay when terms are binding."""
    to, pay = agreement(s, what)
    return (to, merged(pay, grand_bargain.premium(s))) if wider else (to, pay)


def vote(s: Scenario) -> Chance:
    """Return the stage at which what has been signed is ratified or voted down."""
    assert s.ratification is not None
    part, ends = s.ratification, float(s.ratification.ends)
    lost = {s.sides[part.side - 1].label: -float(part.cost)}

    @cache
    def agreed(signed: Signed) -> tuple[float, tuple[World, dict[str, float]]]:
        return approval(s, signed.what), conclude(s, signed.what, signed.wider)

    def moves(state: World) -> Iterator[Move]:
        if not isinstance(state.pending, Signed):
            yield Move("-", to=state)
            return
        chance, (to, pay) = agreed(state.pending)
        yield Move(RATIFIED, binding(state, to), pay, chance)
        for name, after, share in failed(state.holding(None), ends):
            yield Move(name, after, lost, (1 - chance) * share)

    return Chance("ratification", moves)


def failed(state: World, ends: float) -> list[tuple[str, World, float]]:
    """Return what follows a failed vote: (name, state, probability)."""
    if state.regime != TALKS:
        return [(VOTED_DOWN, state, 1.0)]
    return [(VOTED_DOWN, state, 1 - ends), (TALKS_END, walked_out(state), ends)]

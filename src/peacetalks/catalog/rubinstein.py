r"""Alternating offers (Rubinstein 1982), outside and inside options, and bargaining in the shadow of power.

Players 1 and 2 take turns to propose 1's share :math:`x` of a pie; the other accepts or rejects.  Player 1, first,
gets :math:`(1-\delta_2)/(1-\delta_1\delta_2)`; with a last period :math:`T` (odd, equal :math:`\delta`)
:math:`(1+\delta^T)/(1+\delta)`.  An *outside* option :math:`w_2`, taken right after rejecting, binds iff
:math:`w_2>\delta/(1+\delta)`: then :math:`x=1-w_2` (deal me out).  *Inside* options are flows :math:`g_i` while
talks go on: with :math:`h_i=g_i/(1-\delta)` and :math:`h_1+h_2<1`, :math:`x=h_1+(1-h_1-h_2)/(1+\delta)`; otherwise
they never agree.

*Shadow of power* (Powell 1996, 1999).  D may attack at any time, which pays :math:`(p-c_D, 1-p-c_S)`; S, holding a
status quo of :math:`1-q`, offers D exactly :math:`p-c_D` if that exceeds :math:`q`, and nothing otherwise; there is
no war.

References
----------
Rubinstein, A. (1982). Perfect equilibrium in a bargaining model. Econometrica 50(1), 97-109.
Binmore, K., Shaked, A. & Sutton, J. (1989). An outside option experiment. Quarterly Journal of Economics 104(4),
753-770.
Powell, R. (1996). Bargaining in the shadow of power. Games and Economic Behavior 15(2), 255-289.
Powell, R. (1999). In the Shadow of Power. Princeton University Press.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, both, chance, defaults_of, value
from peacetalks.catalog.parts import Offers, passing, spread
from peacetalks.game.language import Decision, Game, Move


def rubinstein(
    discounts: tuple[float, float] = (0.9, 0.9),
    periods: int | None = None,
    outside: float | None = None,
    inside: tuple[float, float] = (0.0, 0.0),
    offers: Offers = 101,
) -> Game:
    """Return the game of alternating offers; states ("talks", proposer), ("deal", proposer), ("out", proposer).

    Parameters
    ----------
    discounts : (float, float)
        Discount factor of player 1, 2 per period.
    periods : int, optional
        Last period T; default: none.
    outside : float, optional
        Player 2's outside option; player 1 then gets nothing.
    inside : (float, float)
        Payoffs per period of talks.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(rubinstein(offers=201), rationality=1000)
    >>> bool(abs(s.value("1") - 1 / 1.9) < 0.005)
    True
    """

    def propose(state: Any) -> list[Move]:
        if state[0] != "talks":
            return passing(state)
        return [Move(x, to=("offer", state[1], x), weight=w) for x, w in spread(offers)]

    def answer(state: Any) -> list[Move]:
        if state[0] != "offer":
            return passing(state)
        _, proposer, x = state
        other = "2" if proposer == "1" else "1"
        moves = [
            Move("accept", ("deal", proposer), {"1": x, "2": 1 - x}),
            Move("reject", ("talks", other), {"1": inside[0], "2": inside[1]}),
        ]
        if outside is not None and other == "2":
            moves.append(Move("walk out", ("out", proposer), {"2": outside}))
        return moves

    def responder(state: Any) -> str:
        return "2" if state[1] == "1" else "1"

    stages = (Decision("offer", lambda s: s[1], propose), Decision("answer", responder, answer))
    both = {"1": discounts[0], "2": discounts[1]}
    return Game(players=("1", "2"), start=("talks", "1"), stages=stages, periods=periods, discount=both)


def shadow_of_power(
    q: float = 0.3,
    p: float = 0.6,
    cost_d: float = 0.1,
    cost_s: float = 0.1,
    discount: float = 0.9,
    offers: Offers = 101,
) -> Game:
    """Return Powell's game: S offers D a permanent share; D accepts, keeps the status quo, or attacks.

    Parameters
    ----------
    q : float
        What D holds under the status quo.
    p : float
        D's chance of winning.
    cost_d, cost_s : float
        Costs of war.
    discount : float
        Discount factor per period.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).

    Examples
    --------
    >>> import peacetalks as pt
    >>> bool(abs(pt.solve(shadow_of_power(), rationality=2000).value("D") - 0.5) < 0.011)
    True
    """
    period = {"D": (1 - discount) * q, "S": (1 - discount) * (1 - q)}  # of the status quo

    def propose(state: Any) -> list[Move]:
        if state != "talks":
            return passing(state)
        return [Move(x, to=("offer", x), weight=w) for x, w in spread(offers)]

    def answer(state: Any) -> list[Move]:
        if state[0] != "offer":
            return passing(state)
        x = state[1]
        return [
            Move("accept", "deal", {"D": x, "S": 1 - x}),
            Move("wait", "talks", period),
            Move("attack", "war", {"D": p - cost_d, "S": 1 - p - cost_s}),
        ]

    stages = (Decision("offer", "S", propose), Decision("answer", "D", answer))
    return Game(players=("S", "D"), start="talks", stages=stages, periods=None, discount=discount)


@defaults_of(rubinstein)
def first_share(
    discounts: tuple[float, float], periods: int | None, outside: float | None, inside: tuple[float, float]
) -> float | None:
    """Return what player 1 gets, agreed at once; None where no closed form is known or they never agree.

    >>> round(first_share(), 6), round(first_share(outside=0.6), 6), round(first_share((0.95, 0.8)), 6)
    (0.526316, 0.4, 0.833333)
    """
    d1, d2 = discounts
    plain = inside == (0.0, 0.0)
    if periods is not None:
        odd = periods % 2 == 1 and d1 == d2 and outside is None and plain
        return (1 + d1**periods) / (1 + d1) if odd else None
    if plain:
        share = (1 - d2) / (1 - d1 * d2)
        return share if outside is None else min(share, 1 - outside) if d1 == d2 else None
    h1, h2 = (g / (1 - d1) for g in inside)
    if outside is not None or d1 != d2 or h1 + h2 >= 1:
        return None
    return h1 + (1 - h1 - h2) / (1 + d1)


@defaults_of(shadow_of_power)
def shadow(q: float, p: float, cost_d: float) -> float:
    """Return what D gets: what it would win by war where that is more than the status quo, else the status quo.

    >>> shadow(), shadow(q=0.55)
    (0.5, 0.55)
    """
    return max(p - cost_d, q)


RUBINSTEIN = Entry(
    rubinstein,
    "Two players take turns to propose how to divide a pie that shrinks while they wait: the patient one gets more.",
    "Rubinstein (1982)",
    (
        Measure("value 1", "what player 1 gets", value("1"), first_share),
        Measure("deal", "chance of a deal within 20 periods", chance("deal")),
    ),
    (
        *both("discounts", ("discount factor of player 1", "discount factor of player 2"), 0.5, 0.97),
        *both("inside", ("payoff of player 1 per period of talks", "payoff of player 2"), 0.0, 0.05),
    ),
    periods=20,
    sliders=("discounts.1", "discounts.2", "inside.1"),
)
SHADOW_OF_POWER = Entry(
    shadow_of_power,
    "One side offers, the other may accept, wait or attack at any time: what war would bring sets the terms.",
    "Powell (1996)",
    (
        Measure("war", "chance of war within 40 periods", chance("war"), lambda: 0.0),
        Measure("value D", "what D expects", value("D"), shadow),
        Measure("value S", "what S expects", value("S"), lambda q, p, cost_d: 1 - shadow(q, p, cost_d)),
    ),
    (
        Parameter("q", "what D holds under the status quo", 0.0, 0.9),
        Parameter("p", "D's chance of winning", 0.1, 0.9),
        Parameter("cost_d", "D's cost of war", 0.0, 0.4),
        Parameter("cost_s", "S's cost of war", 0.0, 0.4),
        Parameter("discount", "discount factor per period", 0.5, 0.97),
    ),
    periods=40,
    sliders=("q", "p", "cost_d"),
)

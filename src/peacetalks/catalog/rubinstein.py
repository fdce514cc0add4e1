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

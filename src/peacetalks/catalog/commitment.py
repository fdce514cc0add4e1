r"""The commitment problem: war because power shifts (Fearon 1995; Powell 2006).

A pie of 1 arrives every period.  A, whose chance of winning rises from :math:`p_1` to :math:`p_2`, offers to keep
:math:`x`; B accepts for the period or fights, which ends the game: :math:`p_t/(1-\delta)-c_A` and
:math:`(1-p_t)/(1-\delta)-c_B`.  A cannot promise away tomorrow's gain: war at once iff
:math:`\delta p_2 - p_1 > c_B(1-\delta)^2`.  If B makes the offers from period 2 on, iff
:math:`\delta p_2-p_1 > (1-\delta)(c_B+\delta c_A)`, Powell's condition.  With :math:`T` periods the annuities are
:math:`S_1=\sum_{k<T}\delta^k` and :math:`S_2=\sum_{k<T-1}\delta^k`: war iff :math:`\delta p_2S_2-p_1S_1>c_B(1-\delta)`.
Units: the pie of one period, so a precision per total pie is :math:`\lambda(1-\delta)`.

Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Powell, R. (2006). War as a commitment problem. International Organization 60(1), 169-203.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog._parts import Offers, passing, spread
from peacetalks.game.language import Decision, Game, Move


def commitment(
    p1: float = 0.6,
    p2: float = 0.75,
    cost_a: float = 0.5,
    cost_b: float = 2.0,
    discount: float = 0.9,
    periods: int | None = None,
    later_proposer: str = "A",
    offers: Offers = 101,
) -> Game:
    """Return the game of shifting power; `later_proposer` makes the offers from the second period on.

    States: ("talks", t) with t the period (0 or 1 and later, or counted to the horizon), then "war".

    >>> from peacetalks.equilibrium.solve import solve
    >>> s = solve(commitment(p2=0.75), rationality=300)
    >>> all(row["only"]["fight"] > 0.99 for row in [s.strategy("answer", ("offer", 0, 0.0))])
    True
    """

    def worth(t: int) -> float:
        return 1 / (1 - discount) if periods is None else sum(discount**k for k in range(periods - t))

    def later(t: int) -> int:
        return min(t + 1, 1) if periods is None else t + 1

    def proposer(state: Any) -> str:
        return "A" if state == "war" or state[1] == 0 else later_proposer

    def responder(state: Any) -> str:
        return "B" if proposer(state) == "A" else "A"

    def propose(state: Any) -> list[Move]:
        if state == "war":
            return passing(state)
        return [Move(x, to=("offer", state[1], x), weight=w) for x, w in spread(offers)]

    def answer(state: Any) -> list[Move]:
        if state == "war":
            return passing(state)
        _, t, x = state
        p, s = (p1 if t == 0 else p2), worth(t)
        return [
            Move("accept", ("talks", later(t)), {"A": x, "B": 1 - x}),
            Move("fight", "war", {"A": p * s - cost_a, "B": (1 - p) * s - cost_b}),
        ]

    stages = (Decision("offer", proposer, propose), Decision("answer", responder, answer))
    return Game(players=("A", "B"), start=("talks", 0), stages=stages, periods=periods, discount=discount)

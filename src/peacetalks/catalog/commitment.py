r"""The commitment problem: war because power shifts (Fearon 1995; Powell 2006).

A pie of 1 arrives every period.  A, whose chance of winning rises from :math:`p_1` to :math:`p_2`, offers to keep
:math:`x`; B accepts for the period or fights, which ends the game: :math:`p_t/(1-\delta)-c_A` and
:math:`(1-p_t)/(1-\delta)-c_B`.  A cannot promise away tomorrow's gain: war at once iff
:math:`\delta p_2 - p_1 > c_B(1-\delta)^2`.  If B makes the offers from period 2 on, iff
:math:`\delta p_2-p_1 > (1-\delta)(c_B+\delta c_A)`, Powell's condition.  With :math:`T` periods the annuities are
:math:`S_1=\sum_{k<T}\delta^k` and :math:`S_2=\sum_{k<T-1}\delta^k`: war iff :math:`\delta p_2S_2-p_1S_1>c_B(1-\delta)`.
Units: the pie of one period, so a precision per total pie is :math:`\lambda(1-\delta)`.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Powell, R. (2006). War as a commitment problem. International Organization 60(1), 169-203.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, value
from peacetalks.catalog.parts import Offers, passing, spread
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

    Parameters
    ----------
    p1, p2 : float
        A's chance of winning in the first and in later periods.
    cost_a, cost_b, discount : float
        Costs of war, in units of the pie of one period, and the discount factor per period.
    periods : int, optional
        T; default: no last period.
    later_proposer : "A" or "B"
        Who makes the offers from the second period on.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(commitment(p2=0.75), rationality=300)
    >>> all(row["only"]["fight"] > 0.99 for row in [s.strategy("answer", ("offer", 0, 0.0))])
    True
    """

    def proposer(state: Any) -> str:
        return "A" if state == "war" or state[1] == 0 else later_proposer

    def propose(state: Any) -> list[Move]:
        if state == "war":
            return passing(state)
        return [Move(x, to=("offer", state[1], x), weight=w) for x, w in spread(offers)]

    def answer(state: Any) -> list[Move]:
        if state == "war":
            return passing(state)
        _, t, x = state
        p, s = (p1 if t == 0 else p2), _annuity(discount, periods, t)
        later = min(t + 1, 1) if periods is None else t + 1
        return [
            Move("accept", ("talks", later), {"A": x, "B": 1 - x}),
            Move("fight", "war", {"A": p * s - cost_a, "B": (1 - p) * s - cost_b}),
        ]

    stages = (
        Decision("offer", proposer, propose),
        Decision("answer", lambda s: "B" if proposer(s) == "A" else "A", answer),
    )
    return Game(players=("A", "B"), start=("talks", 0), stages=stages, periods=periods, discount=discount)


def _annuity(discount: float, periods: int | None, t: int) -> float:
    """Return what a pie of 1 in every period from `t` on is worth at `t`."""
    return 1 / (1 - discount) if periods is None else sum(discount**k for k in range(periods - t))


@defaults_of(commitment)
def fights_at_once(
    p1: float, p2: float, cost_a: float, cost_b: float, discount: float, periods: int | None, later_proposer: str
) -> float | None:
    """Return 1 where B fights at once and 0 where it does not; None where no closed form is known.

    >>> fights_at_once(), fights_at_once(p2=0.68)
    (1.0, 0.0)
    """
    if periods is None:
        bound = cost_b * (1 - discount) ** 2
        if later_proposer == "B":
            bound = (1 - discount) * (cost_b + discount * cost_a)
        return float(discount * p2 - p1 > bound)
    if later_proposer == "B":
        return None
    now, later = _annuity(discount, periods, 0), _annuity(discount, periods, 1)
    return float(discount * p2 * later - p1 * now > cost_b * (1 - discount))


COMMITMENT = Entry(
    commitment,
    "A side that is about to grow stronger cannot promise not to use it, so the other may fight while it can.",
    "Powell (2006)",
    (
        Measure("war", "chance of war in the first period", chance("war"), fights_at_once),
        Measure("value A", "what A expects", value("A"), percent=False),
        Measure("value B", "what B expects", value("B"), percent=False),
    ),
    (
        Parameter("p1", "A's chance of winning now", 0.1, 0.9),
        Parameter("p2", "A's chance of winning later", 0.1, 0.95),
        Parameter("cost_a", "A's cost of war", 0.0, 3.0),
        Parameter("cost_b", "B's cost of war", 0.0, 4.0),
        Parameter("discount", "discount factor per period", 0.5, 0.95),
        Parameter("later_proposer", "who makes the offers from the second period on", choices=("A", "B")),
    ),
    periods=1,
    sliders=("p1", "p2", "cost_b"),
)

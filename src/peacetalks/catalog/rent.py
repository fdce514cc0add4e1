r"""The negotiator's rent: optimal stopping by an agent who enjoys the talks.

Each period the best deal on the table is worth :math:`X` (uniform on [0, 1]) to the principal.  Waiting costs the
principal :math:`k`; the agent who decides weighs the principal by :math:`\alpha` and earns a rent :math:`b` a period.
The agent accepts deals above :math:`R=(b/\alpha-k)+\delta E\max(X,R)`, that is
:math:`R=[1-\sqrt{1-\delta^2-2\delta s}]/\delta` with :math:`s=b/\alpha-k`, and never settles if
:math:`b\ge\alpha(k+1-\delta)`.  What moves the agent beyond the principal's welfare is the `drive` of the moves.

References
----------
McCall, J. J. (1970). Economics of information and job search. Quarterly Journal of Economics 84(1), 113-126.
"""

from __future__ import annotations

import math
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, value
from peacetalks.catalog.parts import passing
from peacetalks.game.language import Chance, Decision, Game, Move


def rent(
    rent: float = 0.04,
    weight: float = 1.0,
    cost: float = 0.05,
    discount: float = 0.95,
    firing: float = 0.0,
    arrival: float = 1.0,
    draws: int = 500,
    periods: int | None = None,
) -> Game:
    """Return the stopping problem of "P", played by its agent.

    Parameters
    ----------
    rent, weight : float
        The agent's gain per period of talks, and the weight it gives to the principal.
    cost, discount : float
        The principal's cost of a period of talks; the discount factor of both.
    firing : float
        Chance per period of talks that the agent is dismissed (then everything is worth 0).
    arrival : float
        Chance that there is a deal on the table in a period.
    draws : int
        Number of equally likely deals (midpoints).
    periods : int, optional
        Last period; default: none.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(rent(), rationality=2000)
    >>> round(reservation(s.value("P", decision=True)), 3)
    0.693
    """
    deals = [(i + 0.5) / draws for i in range(draws)]

    def table(state: Any) -> list[Move]:
        if state != "talks":
            return passing(state)
        moves = [Move(i, ("deal", i), weight=arrival / draws) for i in range(draws)]
        return [*moves, Move("none", ("deal", None), weight=1 - arrival)]

    def decide(state: Any) -> list[Move]:
        if state[0] != "deal":
            return passing(state)
        wait = Move(
            "wait", {"talks": 1 - firing, "fired": firing}, {"P": -cost}, drive={"P": rent + (1 - weight) * cost}
        )
        if state[1] is None:
            return [wait]
        x = deals[state[1]]
        return [Move("settle", "settled", {"P": x}, drive={"P": (weight - 1) * x}), wait]

    stages = (Chance("table", table), Decision("decide", "P", decide))
    return Game(players=("P",), start="talks", stages=stages, periods=periods, discount=discount)


def reservation(
    value: float,
    rent: float = 0.04,
    weight: float = 1.0,
    cost: float = 0.05,
    discount: float = 0.95,
    firing: float = 0.0,
) -> float:
    """Return the deal at which the agent is indifferent, given its decision value before a deal is seen.

    >>> round(reservation(0.0, rent=0.0, cost=0.05), 2)
    -0.05
    """
    return (rent - weight * cost + discount * (1 - firing) * value) / weight


@defaults_of(rent)
def best_reservation(
    rent: float, weight: float, cost: float, discount: float, firing: float, arrival: float, periods: int | None
) -> float | None:
    """Return the deal R from which on the agent accepts (1: never); None where no closed form is known.

    As deals are uniform on [0, 1], R is also the chance that talks go on.

    >>> round(best_reservation(), 4), best_reservation(rent=0.2)
    (0.6933, 1.0)
    """
    if firing or arrival < 1 or periods is not None:
        return None
    surplus = rent / weight - cost
    if surplus >= 1 - discount:
        return 1.0
    return max((1 - math.sqrt(1 - discount**2 - 2 * discount * surplus)) / discount, 0.0)


RENT = Entry(
    rent,
    "An agent who enjoys the talks decides when to accept, for a principal who pays for every period of waiting.",
    "McCall (1970)",
    (
        Measure("talking", "chance that talks go on after a period", chance("talks"), best_reservation),
        Measure("value", "what the principal expects", value("P")),
    ),
    (
        Parameter("rent", "the agent's gain per period of talks", 0.0, 0.09),
        Parameter("weight", "weight that the agent gives to the principal", 0.5, 2.0),
        Parameter("cost", "the principal's cost per period of talks", 0.01, 0.2),
        Parameter("discount", "discount factor per period", 0.8, 0.97),
        Parameter("firing", "chance per period that the agent is dismissed", 0.0, 0.3),
        Parameter("arrival", "chance of a deal on the table in a period", 0.2, 1.0),
    ),
    periods=1,
    settings={"draws": 100},
    sliders=("rent", "cost", "discount"),
    levels=(5.0, 20.0, 100.0, 1000.0),
)

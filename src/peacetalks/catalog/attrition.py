r"""Holding out: a war of attrition with obstinate types (McKelvey & Palfrey 1995), and with private values.

*Obstinate types.*  For up to :math:`K` stages both sides hold or yield at once.  Obstinate types always hold.  A side
that holds while the other yields gets 1, a side that yields .5, and both get nothing if both hold to the end; stage
:math:`k` is worth :math:`\delta^{k-1}` of the first (payoffs are present values: the state counts the stages and the
game does not discount).

*Private values.*  In continuous time, with values uniform on [0, 1] and a cost :math:`c` per unit of time, a side of
value :math:`v` holds until :math:`T(v)=(-v-\ln(1-v))/c`: the stronger side always wins, the war lasts :math:`1/(6c)`
on average, and a side of value :math:`v` expects :math:`v^2/2`.

References
----------
Fudenberg, D. & Tirole, J. (1986). A theory of exit in duopoly. Econometrica 54(4), 943-960.
McKelvey, R. D. & Palfrey, T. R. (1995). The holdout game: an experimental study of an infinitely repeated game with
two-sided incomplete information. Social Choice, Welfare, and Ethics (Cambridge), 321-349.
"""

from __future__ import annotations

import math
from typing import Any

from peacetalks.catalog.entry import GOING_ON, Entry, Measure, Parameter, both, chance, plays
from peacetalks.catalog.parts import FORCED
from peacetalks.errors import GameError
from peacetalks.game.language import Game, Move, Simultaneous


def holdout(
    stages: int = 7,
    obstinate: tuple[float, float] = (0.5, 0.6),
    discount: float = 0.9,
    prize: float = 1.0,
    share: float = 0.5,
) -> Game:
    """Return the holdout game between "1" and "2"; states: the number of stages gone, then "over".

    Parameters
    ----------
    stages : int
        K, the number of stages.
    obstinate : (float, float)
        Chance that side "1", "2" is obstinate.
    discount : float
        Worth of a stage relative to the one before.
    prize, share : float
        What a side gets that holds while the other yields, and what a side gets that yields.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(holdout(stages=1), rationality=1, belief_points=5)
    >>> round(s.strategy("stand", 0, player="1")["normal"]["hold"], 4)
    0.4308
    """

    def own(state: Any) -> list[Move]:
        return [Move("hold")] if state == "over" else [Move("hold"), Move("yield")]

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if state == "over":
            return Move("pass", "over")
        yields = {i for i in ("1", "2") if chosen[i] == "yield"}
        if not yields:
            return Move("hold", state + 1)
        worth = discount**state
        pay = {i: worth * (share if i in yields else prize) for i in ("1", "2")}
        return Move("yield", "over", pay, drive={(i, "obstinate"): FORCED for i in yields})

    types = {i: {"obstinate": z, "normal": 1 - z} for i, z in zip(("1", "2"), obstinate, strict=True)}
    stand = Simultaneous("stand", {"1": own, "2": own}, together)
    return Game(players=("1", "2"), types=types, start=0, stages=(stand,), periods=stages)


def hold_time(value: float, cost: float = 1.0) -> float:
    """Return how long a side of this value holds out in the symmetric war of attrition with values uniform on [0, 1].

    >>> round(hold_time(0.5), 6)
    0.193147
    """
    if not (0 <= value < 1 and cost > 0):
        raise GameError(f"a value lies in [0, 1) and the cost is > 0, got {value!r} and {cost!r}")
    return (-value - math.log1p(-value)) / cost


HOLDOUT = Entry(
    holdout,
    "Both sides hold out or yield, round after round; some never yield, and normal ones may pass for them.",
    "McKelvey and Palfrey (1995)",
    (
        Measure("1 holds", "a normal side 1 holds at first", plays("stand", 0, "hold", "normal", "1")),
        Measure("2 holds", "a normal side 2 holds at first", plays("stand", 0, "hold", "normal", "2")),
        Measure("never", "nobody ever yields", chance(GOING_ON), known=True),
    ),
    (
        Parameter("stages", "number of stages", 1, 8, whole=True),
        *both("obstinate", ("chance that side 1 never yields", "chance that side 2 never yields"), 0.05, 0.95),
        Parameter("discount", "worth of a stage relative to the one before", 0.5, 1.0),
        Parameter("prize", "what a side gets that holds while the other yields", 0.5, 2.0),
        Parameter("share", "what a side gets that yields", 0.0, 0.9),
    ),
    lambda state: "over" if state == "over" else GOING_ON,
    settings={"stages": 4},
    levels=(2.0, 5.0, 20.0, 50.0),
    sliders=("obstinate.1", "obstinate.2", "share"),
    belief_points=9,
)

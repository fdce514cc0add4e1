r"""A restrained force and its loyalty: when to let it loose, a problem of optimal stopping.

While a commander restrains the force, restraint pays a flow :math:`b`, loyalty :math:`L` falls at speed :math:`\rho`,
and a mutiny, which costs :math:`M` and ends everything, comes at rate :math:`h_0e^{-aL}`.  Full force pays
:math:`b-k` for good: :math:`v_F=(b-k)/r`.  It pays to restrain while :math:`h(L)(v_F+M)<k`, so the switch comes at

.. math:: L^* = \ln\!\big(h_0(v_F+M)/k\big)/a,\qquad t^*=(L_0-L^*)/\rho,

and the chance of a mutiny before it is :math:`1-\exp\{-\tfrac{h_0}{a\rho}(e^{-aL^*}-e^{-aL_0})\}`.  The exponential
hazard stands in for that of the global game (`mechanisms/global_game.py`), for which the switch has no closed form.

In the game a period lasts :math:`dt`; full force has a reference hazard per unit of time, so that behaviour at finite
precision does not depend on :math:`dt`.  Time is in any unit (rates are per that unit); payoffs are fractions of the
stake.

References
----------
Morris, S. & Shin, H. S. (1998). Unique equilibrium in a model of self-fulfilling currency attacks. American Economic
Review 88(3), 587-597.
"""

from __future__ import annotations

import math
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, value
from peacetalks.catalog.parts import passing
from peacetalks.errors import GameError
from peacetalks.game.language import Chance, Decision, Game, Move

ENDS = ("full force", "mutiny")


def loyalty(  # noqa: PLR0913, PLR0917 - the parameters of the closed form
    start: float = 1.5,
    erosion: float = 0.1,
    restraint: float = 0.1,
    loss: float = 0.04,
    cost: float = 2.0,
    rate: float = 0.05,
    hazard: float = 0.5,
    shape: float = 4.0,
    dt: float = 0.1,
    floor: float = 0.0,
    pace: float = 1.0,
) -> Game:
    """Return the commander's stationary problem; states: steps of loyalty lost, then "full force" or "mutiny".

    Parameters
    ----------
    start, floor, erosion : float
        Loyalty at the start, where it stops falling, and its fall per unit of time under restraint.
    restraint, loss, cost : float
        Flow b of restraint, what full force loses of it k, cost M of a mutiny.
    rate : float
        Discount rate r.
    hazard, shape : float
        The mutiny rate is hazard * exp(-shape * loyalty).
    dt, pace : float
        Length of a period; reference hazard of going over to full force.

    Examples
    --------
    >>> import peacetalks as pt
    >>> round(pt.solve(loyalty(), rationality=20000, certify=False).value("commander"), 2)
    1.33
    """
    if not (dt > 0 and 0 < pace * dt < 1):
        raise GameError(f"a period dt must be > 0 and pace * dt < 1, got dt={dt!r}, pace={pace!r}")
    steps = max(1, round((start - floor) / (erosion * dt)))
    down = math.exp(-rate * dt)
    held, loose = restraint * (1 - down) / rate, (restraint - loss) / rate

    def order(state: Any) -> list[Move]:
        if state in ENDS:
            return passing(state)
        return [
            Move("restrain", ("held", state), {"commander": held}, weight=1 - pace * dt),
            Move("full force", "full force", {"commander": loose}, weight=pace * dt),
        ]

    def troops(state: Any) -> list[Move]:
        if state in ENDS:
            return passing(state)
        gone = 1 - math.exp(-hazard * math.exp(-shape * (start - state[1] * erosion * dt)) * dt)
        return [
            Move("mutiny", "mutiny", {"commander": -down * cost}, weight=gone),
            Move("loyal", min(state[1] + 1, steps), weight=1 - gone),
        ]

    stages = (Decision("order", "commander", order), Chance("troops", troops))
    return Game(players=("commander",), start=0, stages=stages, periods=None, discount=down)


@defaults_of(loyalty)
def switch(
    start: float, erosion: float, restraint: float, loss: float, cost: float, rate: float, hazard: float, shape: float
) -> tuple[float, float, float]:
    """Return loyalty at the switch, its date, and the chance of a mutiny before it, in continuous time.

    >>> [round(x, 6) for x in switch()]
    [0.92222, 5.777801, 0.027759]
    """
    loose = (restraint - loss) / rate
    level = math.log(hazard * (loose + cost) / loss) / shape
    toll = hazard / (shape * erosion) * (math.exp(-shape * level) - math.exp(-shape * start))
    return level, (start - level) / erosion, 1 - math.exp(-toll)


@defaults_of(loyalty)
def mutiny_before_switch(
    start: float, erosion: float, restraint: float, loss: float, cost: float, rate: float, hazard: float, shape: float
) -> float:
    """Return the chance of a mutiny; 0 where the force is let loose at once.

    >>> round(mutiny_before_switch(), 6), mutiny_before_switch(start=0.5)
    (0.027759, 0.0)
    """
    level, _, toll = switch(start, erosion, restraint, loss, cost, rate, hazard, shape)
    return toll if level < start else 0.0


LOYALTY = Entry(
    loyalty,
    "A commander restrains a force whose loyalty wears off, and must let it loose before it mutinies.",
    "Morris and Shin (1998)",
    (
        Measure("mutiny", "chance of a mutiny within 40 units of time", chance("mutiny"), mutiny_before_switch),
        Measure("value", "what the commander expects", value("commander"), percent=False),
    ),
    (
        Parameter("start", "loyalty at the start", 0.5, 2.5),
        Parameter("erosion", "loss of loyalty per unit of time", 0.05, 0.4),
        Parameter("restraint", "flow from restraint", 0.05, 0.3),
        Parameter("loss", "what full force gives up of that flow", 0.01, 0.05),
        Parameter("cost", "cost of a mutiny", 0.2, 5.0),
        Parameter("hazard", "mutiny rate without any loyalty", 0.1, 2.0),
        Parameter("shape", "how fast loyalty lowers the mutiny rate", 2.0, 6.0),
    ),
    periods=400,
    levels=(20.0, 1e3, 2e4, 2e5),
    rationality=2e4,
    settings={"dt": 0.2},
    sliders=("cost", "hazard", "erosion"),
)

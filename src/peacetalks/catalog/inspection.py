r"""Inspections (Dresher 1962; Avenhaus & von Stengel 1992).

*Once.*  The inspector inspects or not, and the other side violates or not, at the same time.  An inspection costs
:math:`k` and detects a violation with probability :math:`\beta`.  A violation that is not detected gains :math:`d`
and does damage :math:`L` to the inspector; one that is detected is fined :math:`f` and worth :math:`G` to the
inspector.  In equilibrium the inspector inspects with probability :math:`d/(\beta(d+f))` and the other side violates
with probability :math:`k/(\beta(L+G))`.

*Over time.*  The inspector has :math:`m` inspections for :math:`n` periods, in which the other side violates at most
once.  A violation in an inspected period is worth :math:`b` to the inspector, another one :math:`-1`, and the game is
zero-sum.  Its value is :math:`V(n,m)=-\binom{n-1}{m}/\sum_{i\le m}\binom{n}{i}b^{m-i}`.

References
----------
Dresher, M. (1962). A sampling inspection problem in arms control agreements. RAND RM-2972.
Avenhaus, R. & von Stengel, B. (1992). Non-zero-sum Dresher inspection games. Operations Research '91, 376-379.
"""

from __future__ import annotations

import math
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, nth, plays, value
from peacetalks.game.language import Game, Move, Simultaneous


def inspection(
    gain: float = 1.0,
    fine: float = 3.0,
    detection: float = 0.8,
    cost: float = 0.2,
    damage: float = 2.0,
    reward: float = 0.0,
) -> Game:
    """Return the one-shot game between the inspector "I" and the inspected side "V".

    Parameters
    ----------
    gain, fine : float
        d and f: what an undetected violation gains, and a detected one costs, the inspected side.
    detection : float
        Chance that an inspection finds a violation.
    cost : float
        k, the cost of an inspection.
    damage, reward : float
        L, the damage of an undetected violation to the inspector, and G, the worth of a detected one.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(inspection(), rationality=5)
    >>> round(s.strategy("inspection", "start", player="I")["only"]["inspect"], 6)
    0.449915
    """

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        looks, violates = chosen["I"] == "inspect", chosen["V"] == "violate"
        found = detection if looks else 0.0
        pay = {"I": -cost if looks else 0.0, "V": 0.0}
        if violates:
            pay["I"] += found * reward - (1 - found) * damage
            pay["V"] += (1 - found) * gain - found * fine
        return Move((looks, violates), "violated" if violates else "legal", pay)

    own = {
        "I": lambda s: [Move("inspect"), Move("trust")],
        "V": lambda s: [Move("violate"), Move("comply")],
    }
    return Game(players=("I", "V"), start="start", stages=(Simultaneous("inspection", own, together),))


def dresher(periods: int = 4, inspections: int = 2, caught: float = 1.0) -> Game:
    """Return the recursive game; states (periods left, inspections left), then "over".

    Parameters
    ----------
    periods, inspections : int
        n and m.
    caught : float
        b, what a detected violation is worth to the inspector.

    Examples
    --------
    >>> import peacetalks as pt
    >>> round(pt.solve(dresher(), rationality=2000).value("I"), 3)
    -0.273
    """

    def looks(state: Any) -> list[Move]:
        if state == "over" or state[1] == 0:
            return [Move("trust")]
        return [Move("inspect"), Move("trust")] if state[1] < state[0] else [Move("inspect")]

    def violates(state: Any) -> list[Move]:
        return [Move("comply")] if state == "over" else [Move("violate"), Move("comply")]

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if state == "over":
            return Move("pass", "over")
        n, m = state
        looked = chosen["I"] == "inspect"
        if chosen["V"] == "violate":
            worth = caught if looked else -1.0
            return Move("violated", "over", {"I": worth, "V": -worth})
        return Move("legal", (n - 1, m - looked) if n > 1 else "over")

    stage = Simultaneous("inspection", {"I": looks, "V": violates}, together)
    return Game(players=("I", "V"), start=(periods, inspections), stages=(stage,), periods=periods)


def _within(p: float, other: float, at_once: float) -> float:
    """Return the chance that leaves the other side indifferent, or what is best where none does."""
    return p if 0 <= p <= 1 and 0 <= other <= 1 else at_once


@defaults_of(inspection)
def indifferent(
    gain: float, fine: float, detection: float, cost: float, damage: float, reward: float
) -> tuple[float, float]:
    """Return (chance of an inspection, chance of a violation) in the one-shot game; arguments as of `inspection`.

    >>> [round(p, 6) for p in indifferent()], indifferent(cost=2.0)
    ([0.3125, 0.125], (0.0, 1.0))
    """
    looks, violates = gain / (detection * (gain + fine)), cost / (detection * (damage + reward))
    pays = detection * (damage + reward) > cost  # to inspect where a violation is certain
    return _within(looks, violates, float(pays)), _within(violates, looks, 1.0)


@defaults_of(dresher)
def value_over_time(periods: int, inspections: int, caught: float) -> float:
    r"""Return :math:`V(n,m)`, what the recursive game is worth to the inspector.

    >>> round(value_over_time(), 6)
    -0.272727
    """
    n, m = periods, inspections
    if m >= n:
        return 0.0
    return -math.comb(n - 1, m) / sum(math.comb(n, i) * caught ** (m - i) for i in range(m + 1))


INSPECTION = Entry(
    inspection,
    "One side may violate an agreement, the other may inspect, at a cost: each must leave the other guessing.",
    "Dresher (1962)",
    (
        Measure(
            "inspect",
            "chance of an inspection",
            plays("inspection", "start", "inspect", player="I"),
            nth(indifferent, 0),
        ),
        Measure("violate", "chance of a violation", chance("violated"), nth(indifferent, 1)),
    ),
    (
        Parameter("gain", "gain of an undetected violation", 0.2, 3.0),
        Parameter("fine", "cost of a detected violation", 0.2, 6.0),
        Parameter("detection", "chance that an inspection finds a violation", 0.1, 1.0),
        Parameter("cost", "cost of an inspection", 0.05, 1.0),
        Parameter("damage", "damage of an undetected violation", 0.5, 4.0),
        Parameter("reward", "worth of a detected violation to the inspector", 0.0, 2.0),
    ),
    levels=(2.0, 5.0, 20.0, 100.0),
    sliders=("fine", "detection", "cost"),
)
DRESHER = Entry(
    dresher,
    "A few inspections for many periods, in which the other side violates at most once: when to use them?",
    "Dresher (1962)",
    (
        Measure("value I", "worth of the game to the inspector", value("I"), value_over_time, percent=False),
        Measure(
            "inspect", "chance that the first period is inspected", plays("inspection", None, "inspect", player="I")
        ),
        Measure(
            "violate", "chance of a violation in the first period", plays("inspection", None, "violate", player="V")
        ),
    ),
    (
        Parameter("periods", "number of periods", 2, 8, whole=True),
        Parameter("inspections", "number of inspections", 1, 4, whole=True),
        Parameter("caught", "worth of a detected violation to the inspector", 0.1, 2.0),
    ),
    levels=(2.0, 5.0, 20.0, 100.0),
)

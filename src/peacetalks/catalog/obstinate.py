r"""Bargaining with a reputation for obstinacy (Abreu & Gul 2000).

Side :math:`i` demands :math:`\alpha_i` of a pie of 1, :math:`\alpha_1+\alpha_2>1`, and is obstinate, never conceding,
with probability :math:`z_i`; discount rates are :math:`r_i`.  A rational side imitates the obstinate one and concedes
at the hazard that leaves the other indifferent, :math:`\kappa_i=r_j(1-\alpha_i)/(\alpha_1+\alpha_2-1)`, until it
would be known to be obstinate, at :math:`T_i=-\ln z_i/\kappa_i`.  All is over by :math:`T_0=\min T_i`; the weaker
side concedes at once with probability :math:`\mu_i=1-z_ie^{\kappa_iT_0}`, and the rational sides get
:math:`U_i=\mu_j\alpha_i+(1-\mu_j)(1-\alpha_j)`.

In the game a period lasts :math:`dt`, conceding has a reference hazard per unit of time, and whoever concedes at the
same moment splits the difference.

References
----------
Abreu, D. & Gul, F. (2000). Bargaining and reputation. Econometrica 68(1), 85-117.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, both, chance, nth, value
from peacetalks.catalog.parts import FORCED
from peacetalks.errors import GameError
from peacetalks.game.language import Game, Move, Simultaneous

Pair = tuple[float, float]
SIDES = ("1", "2")


@dataclass(frozen=True, slots=True)
class Concession:
    """How the rational sides concede in equilibrium; pairs are (side 1, side 2)."""

    hazard: Pair  # kappa_i, of conceding, per unit of time
    revealed_at: Pair  # T_i, when side i would be known to be obstinate if it did not concede at the start
    at_once: Pair  # mu_i, chance to concede at the start
    value: Pair  # U_i of the rational type

    @property
    def end(self) -> float:
        """When both are known to be obstinate."""
        return min(self.revealed_at)


def concession(demands: Pair = (0.6, 0.6), rates: Pair = (0.1, 0.1), obstinate: Pair = (0.1, 0.1)) -> Concession:
    """Return the equilibrium in continuous time.

    Raises `GameError` for demands that are compatible or priors outside (0, 1).

    >>> c = concession(rates=(0.1, 0.05))
    >>> round(c.at_once[0], 6), round(c.value[1], 6)
    (0.683772, 0.536754)
    """
    over = sum(demands) - 1
    if not (over > 0 and max(demands) < 1):
        raise GameError(f"demands must each lie below 1 and sum to more than 1, got {tuple(demands)!r}")
    if not all(0 < z < 1 for z in obstinate):
        raise GameError(f"the chances of being obstinate must lie strictly between 0 and 1, got {tuple(obstinate)!r}")
    hazard = (rates[1] * (1 - demands[0]) / over, rates[0] * (1 - demands[1]) / over)
    revealed_at = (-math.log(obstinate[0]) / hazard[0], -math.log(obstinate[1]) / hazard[1])
    end = min(revealed_at)
    once = (1 - obstinate[0] * math.exp(hazard[0] * end), 1 - obstinate[1] * math.exp(hazard[1] * end))
    value = (
        once[1] * demands[0] + (1 - once[1]) * (1 - demands[1]),
        once[0] * demands[1] + (1 - once[0]) * (1 - demands[0]),
    )
    return Concession(hazard, revealed_at, once, value)


def obstinate(
    demands: Pair = (0.6, 0.6),
    rates: Pair = (0.1, 0.1),
    prior: Pair = (0.5, 0.5),
    dt: float = 0.75,
    length: float = 4.5,
    pace: float = 0.2,
) -> Game:
    """Return the game of sides "1" and "2"; states: periods gone, then ("deal", who conceded).

    Parameters
    ----------
    demands, rates, prior : (float, float)
        Shares demanded, discount rates per unit of time, chances of being obstinate.
    dt, length : float
        Length of a period and of the whole; after it there is nothing.
    pace : float
        Reference hazard of conceding, per unit of time.

    Examples
    --------
    >>> obstinate().periods
    6
    """
    periods = round(length / dt)
    if periods < 1 or not 0 < pace * dt < 1:
        raise GameError(f"the game needs length >= dt > 0 and pace * dt < 1, got {length!r}, {dt!r}, {pace!r}")
    ends = {"1": (1 - demands[1], demands[1]), "2": (demands[0], 1 - demands[0])}  # by who concedes

    def own(state: Any) -> list[Move]:
        if not isinstance(state, int):
            return [Move("over")]
        return [Move("hold", weight=1 - pace * dt), Move("concede", weight=pace * dt)]

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        if not isinstance(state, int):
            return Move("over", state)
        who = [i for i in SIDES if chosen[i] == "concede"]
        if not who:
            return Move("hold", state + 1)
        pay = {i: sum(ends[j][n] for j in who) / len(who) for n, i in enumerate(SIDES)}
        return Move("deal", ("deal", *who), pay, drive={(i, "obstinate"): FORCED for i in who})

    return Game(
        players=SIDES,
        types={i: {"obstinate": z, "rational": 1 - z} for i, z in zip(SIDES, prior, strict=True)},
        start=0,
        stages=(Simultaneous("stand", dict.fromkeys(SIDES, own), together),),
        periods=periods,
        discount={i: math.exp(-r * dt) for i, r in zip(SIDES, rates, strict=True)},
    )


def rational_values(demands: Pair, rates: Pair, prior: Pair) -> tuple[float, float] | None:
    """Return what the rational types of both sides get in continuous time; None where the demands are compatible.

    >>> [round(u, 6) for u in rational_values((0.6, 0.6), (0.1, 0.05), (0.1, 0.1))]
    [0.4, 0.536754]
    """
    return concession(demands, rates, prior).value if sum(demands) > 1 else None


OBSTINATE = Entry(
    obstinate,
    "Both sides demand more than half; a rational one may pass for one that never yields, until the weaker gives in.",
    "Abreu and Gul (2000)",
    (
        Measure(
            "value 1",
            "what a rational side 1 expects",
            value("1", "rational"),
            nth(rational_values, 0),
            "continuous time",
        ),
        Measure(
            "value 2",
            "what a rational side 2 expects",
            value("2", "rational"),
            nth(rational_values, 1),
            "continuous time",
        ),
        Measure("deal", "chance of a deal before the end", chance("deal"), known=True),
    ),
    (
        *both("demands", ("share that side 1 demands", "share that side 2 demands"), 0.51, 0.95),
        *both("rates", ("discount rate of side 1", "discount rate of side 2"), 0.01, 0.5),
        *both("prior", ("chance that side 1 is obstinate", "chance that side 2 is obstinate"), 0.1, 0.9),
        Parameter("dt", "length of a period", 0.25, 2.25),
        Parameter("length", "length of the whole bargaining", 2.25, 9.0),
        Parameter("pace", "reference hazard of conceding", 0.05, 0.4),
    ),
    settings={"dt": 1.5},
    sliders=("demands.1", "prior.1", "prior.2"),
    levels=(5.0, 20.0, 100.0, 200.0),
    belief_points=5,
)

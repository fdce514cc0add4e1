r"""A threat and its answer, with private shocks: several equilibria at the same numbers (Lewis & Schultz 2003).

A keeps the status quo, :math:`S_A`, or challenges; B concedes, :math:`(V_A, C_B)`, or resists; A fights,
:math:`(W_A+\epsilon_A, W_B+\epsilon_B)`, or backs down, :math:`(a+\epsilon_a, V_B)`.  The shocks are independent
standard normals; A knows its two from the start, B its own (equations: `signal_equilibria.py`).

Every fixed point in :math:`p_R` is an equilibrium; there may be three.  A's shocks are known before it first moves,
so this is not an agent quantal response equilibrium: `equilibria` is a benchmark beside the games.  The game `threat`
has A's shocks as types, two equally likely values each (:math:`\pm` a spread; 1 matches the normal's first three
moments), and logit errors for B's.

References
----------
Lewis, J. B. & Schultz, K. A. (2003). Revealing preferences: empirical estimation of a crisis bargaining game with
incomplete information. Political Analysis 11(4), 345-367.
Crisman-Cox, C. & Gibilisco, M. (2021). Estimating signaling games in international relations: problems and solutions.
Political Science Research and Methods 9(3), 565-582.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance
from peacetalks.catalog.parts import passing
from peacetalks.catalog.signal_equilibria import equilibria as equilibria_of
from peacetalks.catalog.signal_equilibria import excess
from peacetalks.game.language import Decision, Game, Move


@dataclass(frozen=True, slots=True)
class Payoffs:
    """Mean payoffs: S_A, V_A, C_B, W_A, W_B, a, V_B, in units of the shocks' standard deviation."""

    status_quo_a: float = 0.0
    conceded_a: float = 1.0
    concede_b: float = 0.0
    war_a: float = -1.9
    war_b: float = -2.9
    back_down_a: float = -1.2
    prevail_b: float = 1.0


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Chances that B resists, that A challenges, and that A fights when resisted."""

    resist: float  # p_R
    challenge: float  # p_C
    fight: float  # p_F

    @property
    def outcomes(self) -> dict[str, float]:
        """Return the chance of each end.

        >>> round(sum(Equilibrium(0.5, 0.4, 0.2).outcomes.values()), 12)
        1.0
        """
        c, r, f = self.challenge, self.resist, self.fight
        return {"status quo": 1 - c, "conceded": c * (1 - r), "war": c * r * f, "backed down": c * r * (1 - f)}


def equilibria(payoffs: Payoffs | None = None) -> list[Equilibrium]:
    """Return every equilibrium, ascending in the chance that B resists.

    Examples
    --------
    >>> [round(e.resist, 6) for e in equilibria()]
    [0.251105, 0.594723, 0.813322]
    """
    found = equilibria_of(np.array([astuple(payoffs or Payoffs())]))
    a = found.challenger
    chances = np.stack((found.resist, a.challenge, a.stands_firm), axis=1)
    return [Equilibrium(*map(float, one)) for one in chances]


def response(resist: float, payoffs: Payoffs) -> float:
    """Return the chance with which B resists if A expects B to resist with chance `resist`.

    >>> round(response(0.594723, Payoffs()), 5)
    0.59472
    """
    z = np.array([[ndtri(resist)]])
    return float(ndtr(excess(z, np.array([astuple(payoffs)])) + z).item())


def shocked(u: Payoffs, spread: float) -> dict[str, tuple[float, float]]:
    """Return {type of A: (value of war, value of backing down)}, four equally likely types.

    >>> list(shocked(Payoffs(), 1.0))
    ['--', '-+', '+-', '++']
    """
    sign = {"-": -spread, "+": spread}
    return {a + b: (u.war_a + sign[a], u.back_down_a + sign[b]) for a, b in product(sign, sign)}


def threat(payoffs: Payoffs | None = None, spread: float = 1.0) -> Game:
    """Return the game of "A" and "B" with four types of A; states "status quo", "conceded", "war", "backed down".

    Parameters
    ----------
    payoffs : Payoffs, optional
        Mean payoffs, in units of the standard deviation of the shocks.
    spread : float
        Distance of A's two equally likely shocks from 0.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(threat(), rationality={"A": 10, "B": 3}, belief_points=3, certify=False)
    >>> s.strategy("end", "resisted")["++"]["fight"] < 0.5
    True
    """
    u = payoffs or Payoffs()
    types = shocked(u, spread)

    def open_(state: Any) -> list[Move]:
        return [Move("keep", "status quo", {"A": u.status_quo_a}), Move("challenge", "challenge")]

    def answer(state: Any) -> list[Move]:
        if state != "challenge":
            return passing(state)
        return [Move("concede", "conceded", {"A": u.conceded_a, "B": u.concede_b}), Move("resist", "resisted")]

    def end(state: Any) -> list[Move]:
        if state != "resisted":
            return passing(state)
        war: dict[Any, float] = {("A", k): w for k, (w, _) in types.items()}
        back: dict[Any, float] = {("A", k): b for k, (_, b) in types.items()}
        return [
            Move("fight", "war", war | {"B": u.war_b}),
            Move("back down", "backed down", back | {"B": u.prevail_b}),
        ]

    stages = (Decision("open", "A", open_), Decision("answer", "B", answer), Decision("end", "A", end))
    return Game(players=("A", "B"), types={"A": dict.fromkeys(types, 1 / len(types))}, start="start", stages=stages)


def _equilibria_words(payoffs: Payoffs | None = None) -> str:
    """Return what the theory with normal shocks says at these payoffs, in a sentence."""
    found = equilibria(payoffs)
    wars = ", ".join(f"{e.outcomes['war']:.1%}" for e in found)
    if len(found) == 1:
        return f"With normal shocks there is one equilibrium; chance of war {wars}."
    return f"With normal shocks there are {len(found)} equilibria at these numbers; chance of war {wars}."


_MEANS = (
    ("status_quo_a", "A's value of the status quo", -1.0, 1.0),
    ("war_a", "A's mean value of war", -3.0, 1.0),
    ("war_b", "B's mean value of war", -4.0, 1.0),
    ("back_down_a", "A's mean value of backing down", -3.0, 0.0),
    ("prevail_b", "B's value of prevailing", 0.2, 2.0),
)
THREAT = Entry(
    threat,
    "A threat whose cost only the threatener knows: at the same numbers it may be believed, or not.",
    "Lewis and Schultz (2003)",
    (
        Measure("war", "chance of war", chance("war"), known=True),
        Measure("conceded", "chance that B concedes", chance("conceded"), known=True),
        Measure("backed down", "chance that A backs down", chance("backed down"), known=True),
        Measure("status quo", "chance that nothing happens", chance("status quo"), known=True),
    ),
    (
        *(Parameter(f"payoffs.{name}", words, low, high) for name, words, low, high in _MEANS),
        Parameter("spread", "distance of A's hidden values from their mean", 0.0, 2.0),
    ),
    base={"payoffs": Payoffs()},
    levels=(1.0, 2.0, 5.0, 10.0),
    rationality=2.0,
    belief_points=9,
    sliders=("payoffs.war_a", "payoffs.war_b", "spread"),
    remark=_equilibria_words,
)

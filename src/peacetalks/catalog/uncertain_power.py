r"""Take it or leave it when power is private: types that set the odds of war (Fey & Ramsay 2009).

Both sides are weak (0) or strong (1), and A wins the war with probability :math:`\tfrac12+h(t_A-t_B)`; war costs each
:math:`c`.  A demands a share, B accepts or fights.  What war pays depends on both hidden types, so that the demand
signals A's.  No way of bargaining keeps the peace for sure unless :math:`c\ge h/2` (`mechanism_bound`).

References
----------
Fey, M. & Ramsay, K. W. (2009). Mechanism design goes to war. Review of Economic Design 13, 233-250.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, both, chance, value
from peacetalks.catalog.mechanism_bound import least_war
from peacetalks.catalog.parts import Offers, spread
from peacetalks.game.language import Decision, Game, Move

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("weak", "strong")
Table = tuple[tuple[float, float], tuple[float, float]]


def war_payoffs(swing: float = 0.3, cost: float = 0.1) -> tuple[Table, Table]:
    """Return what war pays A and B, [type of A][type of B].

    >>> [[round(w, 2) for w in row] for row in war_payoffs()[0]]
    [[0.4, 0.1], [0.7, 0.4]]
    """
    p = tuple(tuple(0.5 + swing * (a - b) for b in (0, 1)) for a in (0, 1))
    one: Any = tuple(tuple(x - cost for x in row) for row in p)
    two: Any = tuple(tuple(1 - x - cost for x in row) for row in p)
    return one, two


def uncertain_power(
    war: tuple[Table, Table] | None = None,
    strong: tuple[float, float] = (0.5, 0.5),
    offers: Offers = 41,
    swing: float = 0.3,
    cost: float = 0.1,
) -> Game:
    """Return the game of "A" and "B", each "weak" or "strong"; states "peace" and "war".

    Parameters
    ----------
    war : pair of tables, optional
        What war pays A and B, each [type of A][type of B]; default `war_payoffs(swing, cost)`.
    strong : (float, float)
        Prior probability that A, B is strong.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).
    swing, cost : float
        h and c: by how much a type moves the odds, and what war costs each side.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(uncertain_power(offers=11), rationality=5, belief_points=5, certify=False)
    >>> s.value("A", "strong") > s.value("A", "weak")
    True
    """
    tables = war or war_payoffs(swing, cost)
    shares = spread(offers)

    def fight(types: Mapping[str, Any]) -> dict[str, float]:
        a, b = KINDS.index(types["A"]), KINDS.index(types["B"])
        return {"A": tables[0][a][b], "B": tables[1][a][b]}

    def answer(state: Any) -> list[Move]:
        return [Move("accept", "peace", {"A": state[1], "B": 1 - state[1]}), Move("fight", "war", fight)]

    demands = [Move(x, ("demand", x), weight=w) for x, w in shares]
    return Game(
        players=("A", "B"),
        types={i: {"weak": 1 - q, "strong": q} for i, q in zip("AB", strong, strict=True)},
        start="start",
        stages=(Decision("demand", "A", lambda s: demands), Decision("answer", "B", answer)),
    )


def least(war: tuple[Table, Table] | None, strong: tuple[float, float], swing: float, cost: float) -> float:
    """Return the least chance of war under any way of bargaining; arguments as of `uncertain_power`.

    >>> round(least(None, (0.5, 0.5), 0.3, 0.1), 6)
    0.25
    """
    tables = war or war_payoffs(swing, cost)
    one, two = ((1 - q, q) for q in strong)
    return least_war(*tables, one, two)


UNCERTAIN_POWER = Entry(
    uncertain_power,
    "Each side knows its own strength only, on which the odds of war hang: no way of bargaining may keep the peace.",
    "Fey and Ramsay (2009)",
    (
        Measure("war", "chance of war", chance("war"), least, "least under any rules", known=True),
        Measure("value A", "what A expects", value("A"), known=True),
        Measure("value B", "what B expects", value("B"), known=True),
    ),
    (
        *both("strong", ("chance that A is strong", "chance that B is strong"), 0.05, 0.95),
        Parameter("swing", "by how much strength moves the odds", 0.0, 0.45),
        Parameter("cost", "cost of war to each side", 0.0, 0.3),
    ),
    sliders=("strong.1", "swing", "cost"),
    belief_points=5,
)

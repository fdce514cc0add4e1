r"""The centipede and the ultimatum: backward induction with mistakes (McKelvey & Palfrey 1992, 1998).

*Centipede.*  Two players take turns to take the larger pile or pass; piles double with every pass.
*Ultimatum.*  One share is offered, from a uniform density; the other accepts or both get nothing.

References
----------
McKelvey, R. D. & Palfrey, T. R. (1992). An experimental study of the centipede game. Econometrica 60(4), 803-836.
McKelvey, R. D. & Palfrey, T. R. (1998). Quantal response equilibria for extensive form games. Experimental Economics
1(1), 9-41.
Güth, W., Schmittberger, R. & Schwarze, B. (1982). An experimental analysis of ultimatum bargaining. Journal of
Economic Behavior & Organization 3(4), 367-388.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import GOING_ON, Entry, Measure, Parameter, chance, defaults_of, mean_move, plays, value
from peacetalks.catalog.parts import Offers, passing, spread
from peacetalks.game.language import Decision, Game, Move


def centipede(nodes: int = 4, large: float = 0.8, small: float = 0.2) -> Game:
    """Return the centipede of players "1" and "2"; states: the number of passes, then ("taken", number).

    Parameters
    ----------
    nodes : int
        Number of turns.
    large, small : float
        The two piles at the first turn.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(centipede(), rationality=1)
    >>> [round(s.strategy("turn", k)["only"]["take"], 6) for k in range(4)]
    [0.236193, 0.376299, 0.761577, 0.960834]
    """

    def piles(k: int) -> dict[Any, float]:
        big, little = large * 2**k, small * 2**k
        return {"1": big, "2": little} if k % 2 == 0 else {"1": little, "2": big}

    def turn(state: Any) -> list[Move]:
        if not isinstance(state, int):
            return passing(state)
        last = state == nodes - 1
        return [
            Move("take", ("taken", state), piles(state)),
            Move("pass", ("taken", nodes) if last else state + 1, piles(nodes) if last else None),
        ]

    def mover(state: Any) -> str:
        return "12"[state % 2] if isinstance(state, int) else "1"

    return Game(players=("1", "2"), start=0, stages=(Decision("turn", mover, turn),), periods=nodes)


def ultimatum(offers: Offers = 101) -> Game:
    """Return the ultimatum game: "1" offers a share to "2".

    Parameters
    ----------
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(ultimatum(), rationality=20)
    >>> round(s.value("1") + s.value("2"), 2)
    0.94
    """
    shares = spread(offers)

    def answer(state: Any) -> list[Move]:
        x = state[1]
        return [Move("accept", "deal", {"1": 1 - x, "2": x}), Move("reject", "nothing")]

    offer = Decision("offer", "1", lambda s: [Move(x, ("offer", x), weight=w) for x, w in shares])
    return Game(players=("1", "2"), start="start", stages=(offer, Decision("answer", "2", answer)))


@defaults_of(centipede)
def takes_at_once(large: float, small: float) -> float:
    """Return 1 where backward induction ends the centipede at the first turn, 0 where it never does.

    >>> takes_at_once(), takes_at_once(0.5, 0.3)
    (1.0, 0.0)
    """
    return float(large > 2 * small)


CENTIPEDE = Entry(
    centipede,
    "Two players take the larger pile or pass and let both piles double: reasoning backwards, the first should take.",
    "McKelvey and Palfrey (1992)",
    (
        Measure("take", "chance that the first player takes at once", plays("turn", 0, "take"), takes_at_once),
        Measure(
            "value 1",
            "what player 1 expects",
            value("1"),
            lambda large, small: large if takes_at_once(large, small) else None,
            percent=False,
        ),
    ),
    (
        Parameter("nodes", "number of turns", 2, 8, whole=True),
        Parameter("large", "the larger pile at the first turn", 0.3, 1.0),
        Parameter("small", "the smaller pile", 0.05, 0.45),
    ),
    lambda state: f"taken at turn {state[1] + 1}" if isinstance(state, tuple) else GOING_ON,
    levels=(0.5, 2.0, 5.0, 20.0),
    rationality=2.0,
)
ULTIMATUM = Entry(
    ultimatum,
    "One side offers a share, the other accepts or both get nothing: without mistakes almost nothing is offered.",
    "Güth, Schmittberger and Schwarze (1982)",
    (
        Measure("offer", "mean offer", mean_move("offer", "start"), lambda: 0.0),
        Measure("deal", "chance of a deal", chance("deal"), lambda: 1.0),
        Measure("value 1", "what the proposer expects", value("1"), lambda: 1.0),
    ),
)

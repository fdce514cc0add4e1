r"""Bargaining while fighting, with resolve hidden on both sides: the integration game.

In each of two periods there is a front :math:`m\in\{-1,0,1\}` at which A would win a fight to the finish with
probability :math:`P=.5+.15m`.  A offers B a share; B accepts, rejects, or walks out to a fight to the finish, which
pays :math:`P-3c_A` and :math:`1-P-3c_B`.  A rejected offer leads to a battle, at costs that are private: it is
decisive with probability .2, and otherwise the front moves up with probability .55 and down with .45.  After the last
battle the sides fight to the finish.  Payoffs are present values (the state counts periods).

The game is this package's own, in the spirit of the papers below; it brings a front, offers and two-sided learning
together in the smallest tree that has them all.

References
----------
Filson, D. & Werner, S. (2002). A bargaining model of war and peace. American Journal of Political Science 46(4),
819-837.
Powell, R. (2004). Bargaining and learning while fighting. American Journal of Political Science 48(2), 344-361.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, both, chance, value
from peacetalks.catalog.parts import Offers, passing, spread
from peacetalks.game.language import Chance, Decision, Game, Move

COSTS = {("A", "S"): 0.02, ("A", "W"): 0.08, ("B", "S"): 0.03, ("B", "W"): 0.09}


def integration(
    strong: tuple[float, float] = (0.4, 0.5),
    offers: Offers = (0.3, 0.5, 0.7),
    decisive: float = 0.2,
    advance: float = 0.55,
    discount: float = 0.95,
    periods: int = 2,
) -> Game:
    """Return the game; types "S" (strong) and "W"; states ("war", period, front), ("deal", period, share), ...

    Parameters
    ----------
    strong : (float, float)
        Prior probability that A, B is strong.
    offers : int or sequence of float
        Number of shares on [0, 1] (a uniform reference density), or their list (equal weights).
    decisive, advance : float
        Chance that a battle decides the war, and that the front moves up if it does not.
    discount : float
        Worth of a period relative to the one before.
    periods : int
        Number of periods.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(integration(), rationality=20, belief_points=9)
    >>> round(s.value("A"), 2)
    0.48
    """

    def propose(state: Any) -> list[Move]:
        if state[0] != "war":
            return passing(state)
        return [Move(y, ("offer", *state[1:], y), weight=w) for y, w in spread(offers)]

    def answer(state: Any) -> list[Move]:
        if state[0] != "offer":
            return passing(state)
        _, t, front, y = state
        d = discount**t
        return [
            Move("accept", ("deal", t, y), {"A": d * (1 - y), "B": d * y}),
            Move("reject", ("battle", t, front), {key: -d * c for key, c in COSTS.items()}),
            Move("walk out", ("walked out", t), _finish(discount**t, front)),
        ]

    def last(state: Any) -> dict[Any, float]:
        return _finish(discount ** state[1], state[2]) if state[0] == "war" else {}

    battle = partial(_battle, decisive=decisive, advance=advance, discount=discount)
    stages = (Decision("offer", "A", propose), Decision("answer", "B", answer), Chance("battle", battle))
    types = {player: {"S": q, "W": 1 - q} for player, q in zip(("A", "B"), strong, strict=True)}
    return Game(
        players=("A", "B"), types=types, start=("war", 0, 0), stages=stages, periods=periods, discount=1.0, value=last
    )


def _battle(state: Any, decisive: float, advance: float, discount: float) -> list[Move]:
    """Return what a battle after a rejected offer may bring: a decision, or a step of the front."""
    if state[0] != "battle":
        return passing(state)
    _, t, front = state
    odds, d = 0.5 + 0.15 * front, discount ** (t + 1)
    return [
        Move("decided", ("decided", t), {"A": d * odds, "B": d * (1 - odds)}, weight=decisive),
        Move("up", ("war", t + 1, min(1, front + 1)), weight=(1 - decisive) * advance),
        Move("down", ("war", t + 1, max(-1, front - 1)), weight=(1 - decisive) * (1 - advance)),
    ]


def _finish(worth: float, front: int) -> dict[Any, float]:
    """Return what a fight to the finish pays by player and type, `worth` being the present value of 1."""
    odds = {"A": 0.5 + 0.15 * front, "B": 0.5 - 0.15 * front}
    return {key: worth * (odds[key[0]] - 3 * c) for key, c in COSTS.items()}


INTEGRATION = Entry(
    integration,
    "Offers, battles and a front, with resolve hidden on both sides: the smallest game that has them all.",
    "Powell (2004)",
    (
        Measure("deal", "chance of a deal", chance("deal"), known=True),
        Measure("walked out", "chance that B walks out", chance("walked out"), known=True),
        Measure("value A", "what A expects", value("A"), known=True),
        Measure("value B", "what B expects", value("B"), known=True),
    ),
    (
        *both("strong", ("chance that A is strong", "chance that B is strong"), 0.05, 0.95),
        Parameter("decisive", "chance that a battle decides the war", 0.0, 0.8),
        Parameter("advance", "chance that the front moves up", 0.1, 0.9),
        Parameter("discount", "worth of a period relative to the one before", 0.6, 1.0),
    ),
    sliders=("strong.1", "strong.2", "decisive"),
)

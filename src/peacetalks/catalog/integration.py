r"""Bargaining while fighting, with resolve hidden on both sides: the integration game.

Two periods, a front :math:`m\in\{-1,0,1\}` with :math:`P(A\ wins|m)=.5+.15m`.  A offers B a share; B accepts,
rejects, or walks out to a fight to the finish, worth :math:`P-3c_A` and :math:`1-P-3c_B`.  A rejected offer costs a
battle: decisive with probability .2, otherwise the front moves up with .55, down with .45.  Costs are private.
After the last battle they fight to the finish.  Payoffs are present values (the state counts periods).

In the spirit of Filson, D. & Werner, S. (2002). A bargaining model of war and peace. AJPS 46(4), 819-837; Powell, R.
(2004). Bargaining and learning while fighting. AJPS 48(2), 344-361.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog._parts import Offers, passing, spread
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

    >>> from peacetalks.equilibrium.solve import solve
    >>> s = solve(integration(), rationality=20, belief_points=9)
    >>> round(s.value("A"), 2)
    0.48
    """

    def finish(t: int, front: int) -> dict[Any, float]:
        d, odds = discount**t, {"A": 0.5 + 0.15 * front, "B": 0.5 - 0.15 * front}
        return {key: d * (odds[key[0]] - 3 * c) for key, c in COSTS.items()}

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
            Move("walk out", ("walked out", t), finish(t, front)),
        ]

    def battle(state: Any) -> list[Move]:
        if state[0] != "battle":
            return passing(state)
        _, t, front = state
        odds, d = 0.5 + 0.15 * front, discount ** (t + 1)
        return [
            Move("decided", ("decided", t), {"A": d * odds, "B": d * (1 - odds)}, weight=decisive),
            Move("up", ("war", t + 1, min(1, front + 1)), weight=(1 - decisive) * advance),
            Move("down", ("war", t + 1, max(-1, front - 1)), weight=(1 - decisive) * (1 - advance)),
        ]

    def last(state: Any) -> dict[Any, float]:
        return finish(state[1], state[2]) if state[0] == "war" else {}

    stages = (Decision("offer", "A", propose), Decision("answer", "B", answer), Chance("battle", battle))
    types = {player: {"S": q, "W": 1 - q} for player, q in zip(("A", "B"), strong, strict=True)}
    return Game(
        players=("A", "B"), types=types, start=("war", 0, 0), stages=stages, periods=periods, discount=1.0, value=last
    )

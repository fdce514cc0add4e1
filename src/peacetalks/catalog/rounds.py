r"""Bargaining in rounds with power and patience hidden on both sides: the trees checked against Gambit.

For :math:`T` rounds the sides take turns, A first, to propose A's share; the other accepts, rejects or fights.  Types
:math:`\theta=0..K-1`, equally likely, measure strength: A wins a fight with probability
:math:`.5+.25(\theta_A-\theta_B)/(K-1)`, which costs each side .15.  A rejected round costs .12 (the weakest) to .04
(the strongest).  Round :math:`t` is worth :math:`.9^t`; after the last each has a quarter of it.  Payoffs are present
values, rounded to six decimals as in the stored trees, and the costs of rounds are not discounted.  The full trees
were solved by `pygambit`; the answers are stored in `tests/known/oracles.json`.

References
----------
Savani, R. & Turocy, T. L. Gambit: the package for computation in game theory. Software, version 16.7.0;
https://www.gambit-project.org.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, end_of, value
from peacetalks.catalog.parts import passing
from peacetalks.game.language import Decision, Game, Move


def rounds(rounds: int = 2, kinds: int = 2, offers: int = 3, discount: float = 0.9, fight_cost: float = 0.15) -> Game:
    """Return the game of `rounds` rounds with `kinds` types a side ("0", "1", ...) and `offers` shares.

    Parameters
    ----------
    rounds : int
        T, the number of rounds.
    kinds : int
        K, the number of types of each side (at least 2).
    offers : int
        Number of shares, evenly spaced inside (0, 1).
    discount, fight_cost : float
        Worth of a round relative to the one before, and cost of a fight to each side.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(rounds(rounds=1), rationality=10, belief_points=11)
    >>> [round(p, 3) for p in s.strategy("offer", ("talks", 0))["0"].values()]
    [0.12, 0.525, 0.356]
    """
    strength = {str(k): k / (kinds - 1) for k in range(kinds)}
    wait = {(player, k): -0.12 + 0.08 * s for player in ("A", "B") for k, s in strength.items()}
    shares = [(i + 1) / (offers + 1) for i in range(offers)]

    def fight(worth: float) -> Any:
        def pay(types: Any) -> dict[Any, float]:
            odds = 0.5 + 0.25 * (strength[types["A"]] - strength[types["B"]])
            return {"A": round(worth * (odds - fight_cost), 6), "B": round(worth * (1 - odds - fight_cost), 6)}

        return pay

    def propose(state: Any) -> list[Move]:
        if state[0] != "talks":
            return passing(state)
        return [Move(i, ("offer", state[1], i)) for i in range(offers)]

    def answer(state: Any) -> list[Move]:
        if state[0] != "offer":
            return passing(state)
        _, t, i = state
        worth = discount**t
        split = {"A": round(worth * shares[i], 6), "B": round(worth * (1 - shares[i]), 6)}
        end: dict[Any, float] = {} if t + 1 < rounds else {"A": worth * 0.25, "B": worth * 0.25}
        return [
            Move("accept", ("deal", t, shares[i]), split),
            Move("reject", ("talks", t + 1), {key: c + end.get(key[0], 0.0) for key, c in wait.items()}),
            Move("fight", ("war", t), fight(worth)),
        ]

    stages = (
        Decision("offer", lambda s: "AB"[s[1] % 2], propose),
        Decision("answer", lambda s: "BA"[s[1] % 2], answer),
    )
    prior = dict.fromkeys(strength, 1 / kinds)
    return Game(players=("A", "B"), types={"A": prior, "B": prior}, start=("talks", 0), stages=stages, periods=rounds)


ROUNDS = Entry(
    rounds,
    "Offers in turn, with power and patience hidden on both sides and a fight as the way out.",
    "Savani and Turocy (Gambit)",
    (
        Measure("war", "chance of a fight", chance("war"), known=True),
        Measure("deal", "chance of a deal", chance("deal"), known=True),
        Measure("value A", "what A expects", value("A"), known=True),
        Measure("value B", "what B expects", value("B"), known=True),
    ),
    (
        Parameter("rounds", "number of rounds", 1, 3, whole=True),
        Parameter("kinds", "number of types a side", 2, 3, whole=True),
        Parameter("offers", "number of shares on offer", 2, 9, whole=True),
        Parameter("discount", "worth of a round relative to the one before", 0.5, 1.0),
        Parameter("fight_cost", "cost of a fight to each side", 0.0, 0.4),
    ),
    lambda state: end_of(state) if state[0] != "talks" else "no deal",
    levels=(2.0, 5.0, 20.0, 100.0),
    sliders=("rounds", "discount", "fight_cost"),
)

r"""War as gambler's ruin (Smith 1998; Slantchev 2003).

Of :math:`N` forts A holds :math:`X` and wins each battle with probability :math:`p`; who holds all forts has won.
:math:`P(A\ wins)=(1-r^X)/(1-r^N)`, :math:`r=(1-p)/p`, and the expected number of battles is
:math:`(N P-X)/(2p-1)`, or :math:`X(N-X)` at :math:`p=1/2`.  Each battle costs the sides :math:`c_A, c_B`.

References
----------
Smith, A. (1998). Fighting battles, winning wars. Journal of Conflict Resolution 42(3), 301-320.
Slantchev, B. L. (2003). The principle of convergence in wartime negotiations. American Political Science Review
97(4), 621-632.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import GOING_ON, Entry, Measure, Parameter, both, chance, defaults_of, nth, value
from peacetalks.catalog.parts import passing
from peacetalks.game.language import Chance, Game, Move

EVEN = 1e-9  # distance from even odds at which the limit of the closed form is taken


def battlefield(
    forts: int = 10,
    held: int = 5,
    p: float = 0.55,
    costs: tuple[float, float] = (0.004, 0.006),
    periods: int | None = None,
) -> Game:
    """Return the war; states: forts held by A.  The player "clock" counts battles (1 each).

    Parameters
    ----------
    forts, held : int
        N and X: all forts, and those that A holds at the start.
    p : float
        Chance that A wins a battle.
    costs : (float, float)
        Cost of a battle to A and to B; the prize is 1.
    periods : int, optional
        Number of battles after which the war stops; default: it goes on until it is decided.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(battlefield(), tolerance=1e-9)
    >>> round(s.value("A"), 5), round(s.value("clock"), 4)
    (0.63903, 23.1717)
    """

    def battle(state: Any) -> list[Move]:
        if state in (0, forts):
            return passing(state)
        cost = {"A": -costs[0], "B": -costs[1], "clock": 1.0}
        won = cost | ({"A": 1 - costs[0]} if state + 1 == forts else {})
        lost = cost | ({"B": 1 - costs[1]} if state == 1 else {})
        return [Move("A wins", state + 1, won, weight=p), Move("B wins", state - 1, lost, weight=1 - p)]

    stages = (Chance("battle", battle),)
    return Game(players=("A", "B", "clock"), start=held, stages=stages, periods=periods, discount=1.0)


@defaults_of(battlefield)
def ruin(forts: int, held: int, p: float, periods: int | None) -> tuple[float, float] | None:
    """Return (chance that A wins, expected number of battles); None where the war stops before it is decided.

    >>> [round(x, 6) for x in ruin()]
    [0.731717, 23.17174]
    """
    if periods is not None or not 0 < held < forts or not 0 < p < 1:
        return None
    if abs(p - 0.5) < EVEN:
        return held / forts, float(held * (forts - held))
    odds = (1 - p) / p
    win = (1 - odds**held) / (1 - odds**forts)
    return win, (forts * win - held) / (2 * p - 1)


def loses(forts: int, held: int, p: float, periods: int | None) -> float | None:
    """Return the chance that A loses all forts; None where the war stops before it is decided.

    >>> loses(10, 5, 0.5, None)
    0.5
    """
    found = ruin(forts, held, p, periods)
    return None if found is None else 1 - found[0]


@defaults_of(battlefield)
def worth_of_war(
    forts: int, held: int, p: float, costs: tuple[float, float], periods: int | None
) -> tuple[float, float] | None:
    """Return what the war is worth to A and to B: the chance to win less the cost of all battles.

    >>> [round(x, 5) for x in worth_of_war()]
    [0.63903, 0.12925]
    """
    found = ruin(forts, held, p, periods)
    return None if found is None else (found[0] - costs[0] * found[1], 1 - found[0] - costs[1] * found[1])


BATTLEFIELD = Entry(
    battlefield,
    "War as gambler's ruin: battle after battle until one side holds every fort. Nobody chooses: noise does nothing.",
    "Smith (1998)",
    (
        Measure("loses", "chance that A has lost all forts", chance("A has lost"), loses),
        Measure("value A", "worth of the war to A", value("A"), nth(worth_of_war, 0)),
        Measure("value B", "worth of the war to B", value("B"), nth(worth_of_war, 1)),
        Measure("battles", "expected number of battles", value("clock"), nth(ruin, 1), percent=False),
    ),
    (
        Parameter("p", "chance that A wins a battle", 0.1, 0.9),
        Parameter("held", "forts that A holds at the start", 1, 9, whole=True),
        *both("costs", ("cost of a battle to A", "cost of a battle to B"), 0.0, 0.05),
    ),
    lambda state: "A has lost" if state == 0 else GOING_ON,
    periods=600,
    sliders=("p", "held", "costs.1"),
)

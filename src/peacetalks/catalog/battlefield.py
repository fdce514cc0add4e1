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

from peacetalks.catalog.parts import passing
from peacetalks.game.language import Chance, Game, Move


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

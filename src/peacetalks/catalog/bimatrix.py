r"""Two by two: games that test a solver of quantal response equilibria.

*Ochs* (1995): an asymmetric matching game without equilibrium in pure strategies; McKelvey & Palfrey's estimate is
:math:`\lambda=1.8456`.  *Loopback*: the principal branch turns back at :math:`\lambda=1.349422` and forward again at
1.324187, so that a continuation in :math:`\lambda` alone jumps; between the two there are three equilibria.

References
----------
Ochs, J. (1995). Games with unique, mixed strategy equilibria. Games and Economic Behavior 10(1), 202-217.
McKelvey, R. D. & Palfrey, T. R. (1995). Quantal response equilibria for normal form games. Games and Economic
Behavior 10(1), 6-38.
Turocy, T. L. (2005). A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence.
Games and Economic Behavior 51(2), 243-263.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peacetalks.catalog.entry import Entry, Measure, plays
from peacetalks.game.language import Game, Move, Simultaneous

Matrix = Sequence[Sequence[float]]
OCHS = ([[1.1141, 0.0], [0.0, 0.2785]], [[0.0, 1.1141], [1.1141, 0.0]])  # payoffs of "row" and of "col"


def bimatrix(row: Matrix, col: Matrix) -> Game:
    """Return the game in which "row" and "col" choose a number at once.

    Parameters
    ----------
    row, col : [row move][column move]
        Payoffs of "row" and of "col".

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(bimatrix([[1, 0], [0, 1]], [[0, 1], [1, 0]]), rationality=2)
    >>> round(s.strategy("choice", "start", player="row")["only"][0], 3)
    0.5
    """

    def together(state: Any, chosen: dict[str, Any]) -> Move:
        i, j = chosen["row"], chosen["col"]
        return Move((i, j), (i, j), {"row": row[i][j], "col": col[i][j]})

    own = {
        "row": lambda s: [Move(i) for i in range(len(row))],
        "col": lambda s: [Move(j) for j in range(len(row[0]))],
    }
    return Game(players=("row", "col"), start="start", stages=(Simultaneous("choice", own, together),))


def ochs() -> Game:
    """Return the asymmetric matching game of Ochs (1995), in the units of McKelvey & Palfrey (1995).

    >>> import peacetalks as pt
    >>> s = pt.solve(ochs(), rationality=1)
    >>> round(s.strategy("choice", "start", player="row")["only"][0], 6)
    0.586784
    """
    return bimatrix(*OCHS)


def loopback() -> Game:
    """Return the game whose principal branch turns back twice in the precision.

    >>> import peacetalks as pt
    >>> pt.solve(loopback(), rationality=1).strategy("choice", "start", player="row").keys()
    dict_keys(['only'])
    """
    return bimatrix([[6, 6], [7.32, 1]], [[7, 7], [6, 4]])


def mixed(row: Matrix, col: Matrix) -> tuple[float, float]:
    """Return the chances with which "row" and "col" play 0 where each leaves the other indifferent.

    >>> [round(p, 6) for p in mixed(*OCHS)]
    [0.5, 0.199986]
    """
    p = (col[1][1] - col[1][0]) / (col[0][0] - col[0][1] - col[1][0] + col[1][1])
    q = (row[1][1] - row[0][1]) / (row[0][0] - row[0][1] - row[1][0] + row[1][1])
    return p, q


def _ends(state: Any) -> str:
    return state if isinstance(state, str) else "same move" if state[0] == state[1] else "different moves"


MATCHING = Entry(
    ochs,
    "An asymmetric matching game: each side must leave the other guessing, and payoffs move only the other's play.",
    "Ochs (1995)",
    (
        Measure("row", "chance that row plays 0", plays("choice", "start", 0, player="row"), lambda: mixed(*OCHS)[0]),
        Measure("col", "chance that col plays 0", plays("choice", "start", 0, player="col"), lambda: mixed(*OCHS)[1]),
    ),
    ends=_ends,
    levels=(0.5, 2.0, 20.0, 100.0),
    rationality=2.0,
)
LOOPBACK = Entry(
    loopback,
    "A game whose equilibria fold back as players make fewer mistakes: near rationality 1.33 there are three.",
    "Turocy (2005)",
    (
        Measure("row", "chance that row plays 0", plays("choice", "start", 0, player="row")),
        Measure("col", "chance that col plays 0", plays("choice", "start", 0, player="col")),
    ),
    ends=_ends,
    levels=(0.5, 1.0, 1.5, 5.0),
    rationality=1.0,
)

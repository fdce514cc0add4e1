r"""Strategic choice in a crisis (Signorino 1999, 2003).

1 keeps the status quo or acts; 2 concedes or fights.  With logit errors of precision :math:`\lambda` at each node
:math:`p_4=\sigma(\lambda(U_{24}-U_{23}))` and :math:`p_2=\sigma(\lambda(p_3U_{13}+p_4U_{14}-U_{11}))`: the logit
quantal response equilibrium.

Signorino, C. S. (1999). Strategic interaction and the statistical analysis of international conflict. American
Political Science Review 93(2), 279-297.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog._parts import passing
from peacetalks.game import Decision, Game, Move


def signorino(u11: float = 0.0, u13: float = 1.0, u14: float = -0.8, u23: float = 0.0, u24: float = 0.3) -> Game:
    """Return the crisis; states "status quo", "conceded" and "war".

    >>> from peacetalks.solver import solve
    >>> s = solve(signorino(), rationality=1)
    >>> round(s.strategy("act", "start")["only"]["act"], 6)
    0.491502
    """

    def act(state: Any) -> list[Move]:
        return [Move("wait", "status quo", {"1": u11}), Move("act", "challenge")]

    def reply(state: Any) -> list[Move]:
        if state != "challenge":
            return passing(state)
        return [Move("concede", "conceded", {"1": u13, "2": u23}), Move("fight", "war", {"1": u14, "2": u24})]

    return Game(players=("1", "2"), start="start", stages=(Decision("act", "1", act), Decision("reply", "2", reply)))

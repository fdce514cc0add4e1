r"""Strategic choice in a crisis (Signorino 1999, 2003).

1 keeps the status quo or acts; 2 concedes or fights.  With logit errors of precision :math:`\lambda` at each node
:math:`p_4=\sigma(\lambda(U_{24}-U_{23}))` and :math:`p_2=\sigma(\lambda(p_3U_{13}+p_4U_{14}-U_{11}))`: the logit
quantal response equilibrium.  With normal errors of standard deviation :math:`\sigma` on each node's moves
:math:`p_4=\Phi((U_{24}-U_{23})/(\sigma\sqrt2))` and :math:`p_2=\Phi((p_3U_{13}+p_4U_{14}-U_{11})/(\sigma\sqrt2))`; if
the errors are shocks to the payoffs of the outcomes, private to each player, the second denominator is
:math:`\sigma\sqrt{1+p_3^2+p_4^2}`.

References
----------
Signorino, C. S. (1999). Strategic interaction and the statistical analysis of international conflict. American
Political Science Review 93(2), 279-297.
Signorino, C. S. (2003). Structure and uncertainty in discrete choice models. Political Analysis 11(4), 316-344.
"""

from __future__ import annotations

import math
from typing import Any

from scipy.special import expit, ndtr

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, nth, plays
from peacetalks.catalog.parts import passing
from peacetalks.game.language import Decision, Game, Move


def signorino(u11: float = 0.0, u13: float = 1.0, u14: float = -0.8, u23: float = 0.0, u24: float = 0.3) -> Game:
    """Return the crisis; states "status quo", "conceded" and "war".

    Parameters
    ----------
    u11 : float
        Side 1's value of the status quo.
    u13, u23 : float
        Values of a concession to sides 1 and 2.
    u14, u24 : float
        Values of war to sides 1 and 2.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(signorino(), rationality=1)
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


def probit(
    u11: float = 0.0,
    u13: float = 1.0,
    u14: float = -0.8,
    u23: float = 0.0,
    u24: float = 0.3,
    deviation: float = 1.0,
    private: bool = False,
) -> tuple[float, float]:
    """Return (P(2 fights), P(1 acts)) with normal errors: of the agents, or (`private`) of the outcomes' payoffs.

    >>> [round(p, 6) for p in probit()]
    [0.583998, 0.485561]
    """
    fight = float(ndtr((u24 - u23) / (deviation * math.sqrt(2))))
    spread = math.sqrt(1 + (1 - fight) ** 2 + fight**2) if private else math.sqrt(2)
    return fight, float(ndtr(((1 - fight) * u13 + fight * u14 - u11) / (deviation * spread)))


@defaults_of(signorino)
def logit(rationality: float, u11: float, u13: float, u14: float, u23: float, u24: float) -> tuple[float, float]:
    """Return (P(2 fights), P(1 acts)) with logit errors of this precision: the quantal response equilibrium itself.

    >>> [round(p, 6) for p in logit(1.0)]
    [0.574443, 0.491502]
    """
    fight = float(expit(rationality * (u24 - u23)))
    return fight, float(expit(rationality * ((1 - fight) * u13 + fight * u14 - u11)))


def _war(rationality: float, u11: float, u13: float, u14: float, u23: float, u24: float) -> float:
    fight, act = logit(rationality, u11, u13, u14, u23, u24)
    return fight * act


EXACT = "formula"
SIGNORINO = Entry(
    signorino,
    "One state acts or not, the other concedes or fights: the strategic crisis that data are fitted with.",
    "Signorino (1999)",
    (
        Measure("act", "chance that 1 acts", plays("act", "start", "act"), nth(logit, 1), EXACT),
        Measure("fight", "chance that 2 fights", plays("reply", "challenge", "fight"), nth(logit, 0), EXACT),
        Measure("war", "chance of war", chance("war"), _war, EXACT),
    ),
    (
        Parameter("u11", "1's value of the status quo", -1.0, 1.0),
        Parameter("u13", "1's value of a concession", -1.0, 2.0),
        Parameter("u14", "1's value of war", -2.0, 1.0),
        Parameter("u23", "2's value of conceding", -1.0, 1.0),
        Parameter("u24", "2's value of war", -1.0, 1.0),
    ),
    levels=(0.5, 1.0, 5.0, 20.0),
    rationality=1.0,
    sliders=("u14", "u13", "u24"),
)

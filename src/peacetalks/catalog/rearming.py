r"""A deal that may be used to rearm, under inspection (Fearon 1995; Powell 2006).

A signs a deal that gives it :math:`x`, or fights on for :math:`W_1`.  B is a rearmer with probability :math:`\rho`
and complies or rearms; a sincere B complies, which leaves it :math:`1-x`.  Inspections find rearming with probability
:math:`\beta`, A then strikes first: :math:`(W_d, B_d)`; undetected it brings war on bad terms: :math:`(W_2, B_2)`.
A rearmer rearms iff :math:`\beta<\beta^*=(B_2-(1-x))/(B_2-B_d)`, and A signs iff
:math:`\rho\le\rho^*=(x-W_1)/(x-(1-\beta)W_2-\beta W_d)`, or whatever :math:`\rho` if :math:`\beta\ge\beta^*`.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
Powell, R. (2006). War as a commitment problem. International Organization 60(1), 169-203.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, nth, plays
from peacetalks.catalog.parts import FORCED, passing
from peacetalks.game.language import Chance, Decision, Game, Move

FIGHTS_ON = 0.35  # B's value of the war if A does not sign; moves nobody


def rearming(
    rearmer: float = 0.3,
    detection: float = 0.3,
    share: float = 0.5,
    war: float = 0.4,
    undetected: tuple[float, float] = (0.15, 0.75),
    detected: tuple[float, float] = (0.38, 0.3),
) -> Game:
    """Return the game of "A" and "B"; states "war", "kept", "detected", "undetected".

    Parameters
    ----------
    rearmer : float
        Prior probability of a rearmer.
    detection : float
        Chance that inspections find rearming.
    share, war : float
        A's share under the deal, and its value of fighting on.
    undetected, detected : (float, float)
        Values (to A, to B) of the war that follows rearming.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(rearming(), rationality=12, belief_points=3)
    >>> round(s.strategy("conduct", "deal")["rearmer"]["rearm"], 6)
    0.798991
    """

    def sign(state: Any) -> list[Move]:
        return [Move("sign", "deal"), Move("fight", "war", {"A": war, "B": FIGHTS_ON})]

    def conduct(state: Any) -> list[Move]:
        if state != "deal":
            return passing(state)
        return [
            Move("rearm", "rearmed", drive={("B", "sincere"): FORCED}),
            Move("comply", "kept", {"A": share, "B": 1 - share}),
        ]

    def inspect(state: Any) -> list[Move]:
        if state != "rearmed":
            return passing(state)
        found = Move("found", "detected", {"A": detected[0], "B": detected[1]}, weight=detection)
        missed = Move("missed", "undetected", {"A": undetected[0], "B": undetected[1]}, weight=1 - detection)
        return [m for m in (found, missed) if m.weight > 0]

    return Game(
        players=("A", "B"),
        types={"B": {"rearmer": rearmer, "sincere": 1 - rearmer}},
        start="start",
        stages=(Decision("sign", "A", sign), Decision("conduct", "B", conduct), Chance("inspection", inspect)),
    )


def deterring_detection(share: float, undetected: float, detected: float) -> float:
    r"""Return :math:`\beta^*`, the detection from which on a rearmer complies; arguments after `share` are B's values.

    >>> round(deterring_detection(0.5, 0.75, 0.3), 6)
    0.555556
    """
    return (undetected - (1 - share)) / (undetected - detected)


def most_rearmers(
    detection: float,
    share: float = 0.5,
    war: float = 0.4,
    undetected: tuple[float, float] = (0.15, 0.75),
    detected: tuple[float, float] = (0.38, 0.3),
) -> float:
    r"""Return :math:`\rho^*`, the largest share of rearmers with which A still signs.

    >>> round(most_rearmers(0.3), 6), most_rearmers(0.6)
    (0.355872, 1.0)
    """
    if detection >= deterring_detection(share, undetected[1], detected[1]):
        return 1.0
    return (share - war) / (share - (1 - detection) * undetected[0] - detection * detected[0])


def signs(
    rearmer: float,
    detection: float,
    share: float,
    war: float,
    undetected: tuple[float, float],
    detected: tuple[float, float],
) -> tuple[float, float]:
    """Return (chance that A signs, chance that a rearmer then rearms) without mistakes; arguments as of `rearming`.

    >>> signs(0.3, 0.3, 0.5, 0.4, (0.15, 0.75), (0.38, 0.3)), signs(0.5, 0.3, 0.5, 0.4, (0.15, 0.75), (0.38, 0.3))
    ((1.0, 1.0), (0.0, 1.0))
    """
    arms = detection < deterring_detection(share, undetected[1], detected[1])
    return float(rearmer <= most_rearmers(detection, share, war, undetected, detected)), float(arms)


REARMING = Entry(
    rearming,
    "A deal is signed with a side that may use it to rearm; inspections may find out in time.",
    "Fearon (1995)",
    (
        Measure("sign", "chance that A signs", plays("sign", "start", "sign"), nth(signs, 0), known=True),
        Measure("rearm", "chance that a rearmer rearms", plays("conduct", "deal", "rearm", "rearmer"), nth(signs, 1)),
        Measure("war", "chance of war", chance("war", "detected", "undetected"), known=True),
    ),
    (
        Parameter("rearmer", "chance that B is a rearmer", 0.0, 1.0),
        Parameter("detection", "chance that inspections find rearming", 0.0, 1.0),
        Parameter("share", "A's share under the deal", 0.41, 0.69),
        Parameter("war", "worth of fighting on to A", 0.2, 0.6),
    ),
    sliders=("rearmer", "detection", "war"),
    belief_points=3,
)

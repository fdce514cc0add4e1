r"""Tying hands and sinking costs: two ways to show resolve (Fearon 1997, with two types).

D is resolute (H, probability :math:`\pi`) or not (L) and sends a costly signal or none.  A challenger, with
probability :math:`\rho` a lover of war who always challenges, challenges or not; challenged, D fights or concedes.
Left alone D gets :math:`v`, conceding 0, fighting :math:`w`.  A *sunk* cost :math:`m` is paid at once; *tied hands*
cost :math:`m` only where D is challenged and concedes.  The cheapest signal that L does not copy is
:math:`m_S=(1-\rho)v_L` sunk and :math:`m_T=(1-\rho)v_L/\rho` tied (if :math:`(1-\rho)v_L+\rho w_L\le 0`).  Separated,
H gets :math:`(1-\rho)v_H+\rho w_H`, less :math:`m_S` where it is sunk, and war comes with probability
:math:`\pi\rho` in both.

References
----------
Fearon, J. D. (1997). Signaling foreign policy interests: tying hands versus sinking costs. Journal of Conflict
Resolution 41(1), 68-90.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, plays
from peacetalks.catalog.parts import FORCED, passing
from peacetalks.errors import GameError
from peacetalks.game.language import Decision, Game, Move

KINDS = ("sunk", "tied")


def signals(
    kind: str = "tied",
    cost: float = 2.45,
    resolute: float = 0.3,
    lover: float = 0.2,
    alone: tuple[float, float] = (1.0, 0.6),
    fight: tuple[float, float] = (0.1, -3.0),
    gain: float = 1.0,
    cost_c: float = 0.5,
    lover_fights: float = 0.3,
) -> Game:
    """Return the game of the defender "D" and the challenger "C"; states end in "quiet", "conceded", "war".

    Parameters
    ----------
    kind : "sunk" or "tied"
    cost : float
        Of the signal, m.
    resolute, lover : float
        Priors of D's type H and of C's war lover.
    alone, fight : (float, float)
        What D gets unchallenged and fighting, by type (H, L).
    gain, cost_c, lover_fights : float
        What the challenger gets if D concedes, and (as a cost, or for the lover a gain) if D fights.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(signals(), rationality=8, belief_points=11, certify=False)
    >>> s.strategy("signal", "start")["H"]["m"] > 0.99
    True
    """
    if kind not in KINDS:
        raise GameError(f"a signal is one of {', '.join(KINDS)}, got {kind!r}")
    sunk, tied = (cost, 0.0) if kind == "sunk" else (0.0, cost)

    def signal(state: Any) -> list[Move]:
        return [Move("m", ("signal", True), {"D": -sunk}), Move("0", ("signal", False))]

    def challenge(state: Any) -> list[Move]:
        quiet: dict[Any, float] = {("D", k): v for k, v in zip("HL", alone, strict=True)}
        return [
            Move("challenge", ("challenged", state[1])),
            Move("refrain", "quiet", quiet, drive={("C", "lover"): FORCED}),
        ]

    def stand(state: Any) -> list[Move]:
        if state == "quiet":
            return passing(state)
        war: dict[Any, float] = {("D", k): w for k, w in zip("HL", fight, strict=True)}
        war |= {("C", "normal"): -cost_c, ("C", "lover"): lover_fights}
        return [Move("fight", "war", war), Move("concede", "conceded", {"D": -tied if state[1] else 0.0, "C": gain})]

    return Game(
        players=("D", "C"),
        types={"D": {"H": resolute, "L": 1 - resolute}, "C": {"lover": lover, "normal": 1 - lover}},
        start="start",
        stages=(Decision("signal", "D", signal), Decision("challenge", "C", challenge), Decision("stand", "D", stand)),
    )


def cheapest_signal(kind: str, alone_l: float, lover: float) -> float:
    """Return the cheapest cost of a signal that the irresolute type does not copy.

    >>> cheapest_signal("sunk", 0.6, 0.2), round(cheapest_signal("tied", 0.6, 0.2), 6)
    (0.48, 2.4)
    """
    if kind not in KINDS:
        raise GameError(f"a signal is one of {', '.join(KINDS)}, got {kind!r}")
    return (1 - lover) * alone_l / (1.0 if kind == "sunk" else lover)


def separating(resolute: float, lover: float, kind: str, cost: float, alone: tuple[float, float]) -> float | None:
    """Return the chance of war where only the resolute type signals; None for a signal that the other would copy.

    >>> round(separating(0.3, 0.2, "tied", 2.45, (1.0, 0.6)), 6), separating(0.3, 0.2, "tied", 1.0, (1.0, 0.6))
    (0.06, None)
    """
    return resolute * lover if cost >= cheapest_signal(kind, alone[1], lover) else None


SIGNALS = Entry(
    signals,
    "A defender shows resolve by a cost sunk at once, or by tying its hands: which signals will others not copy?",
    "Fearon (1997)",
    (
        Measure("war", "chance of war", chance("war"), separating, "separating", known=True),
        Measure("H", "chance that the resolute type signals", plays("signal", "start", "m", "H")),
        Measure("L", "chance that the other type signals", plays("signal", "start", "m", "L")),
    ),
    (
        Parameter("kind", "how the signal costs", choices=KINDS),
        Parameter("cost", "cost of the signal", 0.0, 3.0),
        Parameter("resolute", "chance that the defender is resolute", 0.05, 0.95),
        Parameter("lover", "chance that the challenger always challenges", 0.05, 0.6),
        Parameter("gain", "what the challenger gets if the defender concedes", 0.2, 2.0),
        Parameter("cost_c", "what a fight costs the challenger", 0.1, 2.0),
    ),
    levels=(2.0, 5.0, 8.0, 20.0),
    rationality=8.0,
    sliders=("kind", "cost", "resolute"),
)

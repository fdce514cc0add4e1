r"""Extended deterrence: an attack on a victim whose ally may or may not come (Smith 1995; Fearon 1997).

A attacks B or holds.  B resists or concedes the prize of 1.  The ally D, whose cost of coming in is low (reliable,
with probability :math:`\pi`) or high, intervenes or abandons B; abandoning costs it the reputation :math:`r`.  War is
won by A with probability :math:`p_1` against B alone and :math:`p_2` against both, and D values B's survival at
:math:`v`.  A reliable ally intervenes iff :math:`v(p_1-p_2)+r\ge k`, and A attacks iff
:math:`p_1-\pi(p_1-p_2) > c_A`.

References
----------
Smith, A. (1995). Alliance formation and war. International Studies Quarterly 39(4), 405-425.
Fearon, J. D. (1997). Signaling foreign policy interests. Journal of Conflict Resolution 41(1), 68-90.
"""

from __future__ import annotations

from typing import Any

from peacetalks.catalog.entry import Entry, Measure, Parameter, chance, defaults_of, nth, plays
from peacetalks.catalog.parts import passing
from peacetalks.game.language import Decision, Game, Move


def deterrence(
    reliable: float = 0.45,
    p_alone: float = 0.7,
    p_helped: float = 0.35,
    cost_a: float = 0.5,
    cost_b: float = 0.2,
    stake: float = 1.0,
    reputation: float = 0.15,
    costs: tuple[float, float] = (0.3, 0.7),
) -> Game:
    """Return the game of "A", "B" and the ally "D"; states "peace", "conceded", "abandoned", "joint war".

    Parameters
    ----------
    reliable : float
        Prior probability that the ally is reliable.
    p_alone, p_helped : float
        A's chance of winning against B alone, and against B and D.
    cost_a, cost_b : float
        Costs of war of A and B, in units of the prize.
    stake, reputation : float
        v, what B's survival is worth to D, and r, what abandoning B costs it.
    costs : (float, float)
        Cost of intervening of the reliable and of the unreliable ally.

    Examples
    --------
    >>> import peacetalks as pt
    >>> s = pt.solve(deterrence(), rationality=10, belief_points=3)
    >>> round(s.strategy("attack", "start")["only"]["attack"], 6)
    0.738443
    """

    def attack(state: Any) -> list[Move]:
        return [Move("attack", "attacked"), Move("hold", "peace", {"D": stake})]

    def resist(state: Any) -> list[Move]:
        if state != "attacked":
            return passing(state)
        return [Move("resist", "resisted"), Move("concede", "conceded", {"A": 1.0, "D": -reputation})]

    def help_(state: Any) -> list[Move]:
        if state != "resisted":
            return passing(state)
        alone = {"A": p_alone - cost_a, "B": 1 - p_alone - cost_b, "D": stake * (1 - p_alone) - reputation}
        helped: dict[Any, float] = {"A": p_helped - cost_a, "B": 1 - p_helped - cost_b}
        helped |= {("D", k): stake * (1 - p_helped) - c for k, c in zip(("reliable", "unreliable"), costs, strict=True)}
        return [Move("intervene", "joint war", helped), Move("abandon", "abandoned", alone)]

    return Game(
        players=("A", "B", "D"),
        types={"D": {"reliable": reliable, "unreliable": 1 - reliable}},
        start="start",
        stages=(Decision("attack", "A", attack), Decision("resist", "B", resist), Decision("help", "D", help_)),
    )


@defaults_of(deterrence)
def without_mistakes(
    reliable: float,
    p_alone: float,
    p_helped: float,
    cost_a: float,
    cost_b: float,
    stake: float,
    reputation: float,
    costs: tuple[float, float],
) -> tuple[float, float]:
    """Return (chance that A attacks, chance of war), by backward induction; arguments as of `deterrence`.

    >>> without_mistakes(reliable=0.45), without_mistakes(reliable=0.65)
    ((1.0, 1.0), (0.0, 0.0))
    """
    swing = p_alone - p_helped
    comes = sum(q for q, k in zip((reliable, 1 - reliable), costs, strict=True) if stake * swing + reputation >= k)
    odds = p_alone - comes * swing
    resists = 1 - odds - cost_b > 0
    attacks = odds - cost_a > 0 if resists else True
    return float(attacks), float(attacks and resists)


DETERRENCE = Entry(
    deterrence,
    "An attacker weighs a victim whose ally may or may not come; what abandoning costs the ally makes it credible.",
    "Smith (1995)",
    (
        Measure(
            "attack",
            "chance that A attacks",
            plays("attack", "start", "attack"),
            nth(without_mistakes, 0),
            known=True,
        ),
        Measure("war", "chance of war", chance("joint war", "abandoned"), nth(without_mistakes, 1), known=True),
        Measure("joint war", "chance of war with the ally in it", chance("joint war"), known=True),
    ),
    (
        Parameter("reliable", "chance that the ally is reliable", 0.0, 1.0),
        Parameter("p_alone", "A's chance of winning against B alone", 0.5, 0.95),
        Parameter("p_helped", "A's chance of winning against both", 0.05, 0.5),
        Parameter("cost_a", "A's cost of war", 0.0, 0.8),
        Parameter("cost_b", "B's cost of war", 0.0, 0.6),
        Parameter("stake", "what B's survival is worth to the ally", 0.0, 2.0),
        Parameter("reputation", "what abandoning B costs the ally", 0.0, 1.0),
    ),
    sliders=("reliable", "cost_a", "reputation"),
    belief_points=3,
)

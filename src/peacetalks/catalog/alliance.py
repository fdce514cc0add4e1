r"""Alliances: how reliable they are, how much they deter, and who joins, in closed form: a benchmark beside the games.

*Reliability.*  An ally with a stake :math:`v` in the victim, for whom coming in lowers the attacker's odds from
:math:`p_1` to :math:`p_2` and staying out costs reputation :math:`r`, comes in iff its cost
:math:`k\le v(p_1-p_2)+r`.  With :math:`k` uniform on :math:`[0,K]` its reliability is
:math:`\rho=\min\{1,(v(p_1-p_2)+r)/K\}`.  An attacker with cost :math:`c_A` against odds
:math:`p(\rho)=p_1-\rho(p_1-p_2)` is deterred iff :math:`\rho\ge\rho^*=(p_1-c_A)/(p_1-p_2)`, for which the reputation
at stake must be at least :math:`r^*=\rho^*K-v(p_1-p_2)`.

*Pact.*  Against a coalition :math:`J` the attacker wins with probability :math:`M_A/(M_A+\sum_J M_j)`.  A coalition
that contains the target is in equilibrium iff nobody gains by leaving or joining: member :math:`i` stays iff
:math:`v_i[P_A(J\setminus i)-P_A(J)]+r_i\ge k_i`.  Inside the pact of all, with transfers, Nash bargaining over the
surplus :math:`S=\sum_i v_i[P_A(target)-P_A(all)]-\sum_i k_i` leaves member :math:`i` the cost share
:math:`v_i[P_A(target)-P_A(all)]-S/n`.

Units: the prize is 1 to the attacker, and stakes, costs and reputations are fractions of it; powers are on any common
scale.

References
----------
Smith, A. (1995). Alliance formation and war. International Studies Quarterly 39(4), 405-425.
Morrow, J. D. (1994). Alliances, credibility, and peacetime costs. Journal of Conflict Resolution 38(2), 270-297.
Nash, J. F. (1950). The bargaining problem. Econometrica 18(2), 155-162.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIE = 1e-12  # a gain smaller than this counts as none


def _odds(p_alone: float, p_helped: float) -> float:
    if not 0 <= p_helped < p_alone <= 1:
        raise ValueError(
            "help must lower the attacker's odds: 0 <= p_helped < p_alone <= 1, "
            f"got p_helped={p_helped!r}, p_alone={p_alone!r}"
        )
    return p_alone - p_helped


def reliability(p_alone: float, p_helped: float, stake: float, reputation: float, cost_high: float) -> float:
    """Return the chance that the ally comes in, its cost being uniform on [0, cost_high].

    >>> round(reliability(0.7, 0.35, 1.0, 0.15, 0.8), 6)
    0.625
    """
    swing = _odds(p_alone, p_helped)
    if not cost_high > 0:
        raise ValueError(f"the ally's highest cost must be > 0, got {cost_high!r}")
    return min(1.0, max(0.0, (stake * swing + reputation) / cost_high))


def odds(p_alone: float, p_helped: float, reliability: float) -> float:
    """Return the attacker's chance to win against a victim whose ally is this reliable.

    >>> round(odds(0.7, 0.35, 0.625), 5)
    0.48125
    """
    return p_alone - reliability * _odds(p_alone, p_helped)


def deterrent_reliability(p_alone: float, p_helped: float, attacker_cost: float) -> float:
    """Return the reliability from which on an attack does not pay (below 0: it never pays; above 1: nothing deters).

    >>> round(deterrent_reliability(0.7, 0.35, 0.5), 6)
    0.571429
    """
    return (p_alone - attacker_cost) / _odds(p_alone, p_helped)


def deterrent_reputation(
    p_alone: float, p_helped: float, attacker_cost: float, stake: float, cost_high: float
) -> float:
    """Return the reputation that an ally must put at stake for its promise to deter.

    >>> round(deterrent_reputation(0.7, 0.35, 0.5, 1.0, 0.8), 6)
    0.107143
    """
    needed = deterrent_reliability(p_alone, p_helped, attacker_cost)
    return needed * cost_high - stake * _odds(p_alone, p_helped)


def attack_chance(odds: float, attacker_cost_high: float) -> float:
    """Return the chance of an attack by an attacker whose cost is uniform on [0, attacker_cost_high].

    >>> attack_chance(0.48125, 1.0)
    0.48125
    """
    if not attacker_cost_high > 0:
        raise ValueError(f"the attacker's highest cost must be > 0, got {attacker_cost_high!r}")
    return min(1.0, odds / attacker_cost_high)


@dataclass(frozen=True, slots=True)
class Member:
    """A power that may join a coalition."""

    power: float  # on a scale common to all, > 0
    stake: float = 1.0  # v, what the target's survival is worth to it
    reputation: float = 0.0  # r, what staying out costs it
    cost: float = 0.0  # k, of joining


def _check(attacker: float, members: Mapping[str, Member], target: str) -> None:
    if not attacker > 0:
        raise ValueError(f"the attacker's power must be > 0, got {attacker!r}")
    if target not in members:
        raise ValueError(f"the target {target!r} is not among the members {', '.join(members)}")
    for name, m in members.items():
        if not m.power > 0:
            raise ValueError(f"the power of member {name!r} must be > 0, got {m.power!r}")


def win_chance(attacker: float, members: Mapping[str, Member], coalition: Iterable[str]) -> float:
    """Return the attacker's chance to win against the coalition: its share of all power in the contest.

    >>> win_chance(6.0, {"B": Member(2.0), "C": Member(4.0)}, "BC")
    0.5
    """
    return attacker / (attacker + sum(members[i].power for i in set(coalition)))


def coalitions(attacker: float, members: Mapping[str, Member], target: str) -> list[tuple[str, ...]]:
    """Return every Nash equilibrium of the joining game, each as the sorted members who fight.

    Parameters
    ----------
    attacker : float
        The attacker's power, > 0.
    members : {name: Member}
        Those who may fight, the target among them.
    target : str
        The member that is attacked and always fights.

    Raises
    ------
    ValueError
        A target who is no member, or powers that are not positive.

    Examples
    --------
    >>> three = {"B": Member(2, 1), "C": Member(3, 0.8, 0.05, 0.12), "D": Member(4, 0.8, 0.05, 0.15)}
    >>> coalitions(6.0, three, "B")
    [('B', 'C', 'D')]
    """
    _check(attacker, members, target)
    others = [i for i in members if i != target]
    found = []
    for joins in product((False, True), repeat=len(others)):
        inside = {target, *(i for i, j in zip(others, joins, strict=True) if j)}
        gains = {i: gain_of_joining(attacker, members, inside, i) for i in others}
        if all(g >= -TIE if i in inside else g <= TIE for i, g in gains.items()):
            found.append(tuple(sorted(inside)))
    return found


def gain_of_joining(attacker: float, members: Mapping[str, Member], coalition: Iterable[str], member: str) -> float:
    """Return what `member` gains by fighting with the rest of the coalition rather than staying out.

    >>> round(gain_of_joining(6.0, {"B": Member(2.0), "C": Member(4.0, 0.8, 0.0, 0.1)}, "B", "C"), 3)
    0.1
    """
    m, rest = members[member], set(coalition) - {member}
    less = win_chance(attacker, members, rest) - win_chance(attacker, members, rest | {member})
    return m.stake * less + m.reputation - m.cost


def pact_worth(attacker: float, members: Mapping[str, Member], target: str, pact: Iterable[str] | None = None) -> float:
    """Return the joint gain of a pact (default: all) over leaving the target alone, costs of joining deducted.

    >>> three = {"B": Member(2, 1), "C": Member(3, 0.8, 0.05, 0.12), "D": Member(4, 0.8, 0.05, 0.15)}
    >>> round(pact_worth(6.0, three, "B"), 6)
    0.64
    """
    _check(attacker, members, target)
    inside = set(members if pact is None else pact)
    less = win_chance(attacker, members, {target}) - win_chance(attacker, members, inside | {target})
    return sum(members[i].stake * less - members[i].cost for i in inside)


def cost_shares(attacker: float, members: Mapping[str, Member], target: str) -> dict[str, float]:
    """Return what each member pays of the joint cost under Nash bargaining in the pact of all.

    >>> three = {"B": Member(2, 1), "C": Member(3, 0.8, 0.05, 0.12), "D": Member(4, 0.8, 0.05, 0.15)}
    >>> {i: round(x, 6) for i, x in cost_shares(6.0, three, "B").items()}
    {'B': 0.136667, 'C': 0.066667, 'D': 0.066667}
    """
    each = pact_worth(attacker, members, target) / len(members)
    less = win_chance(attacker, members, {target}) - win_chance(attacker, members, members)
    return {i: m.stake * less - each for i, m in members.items()}

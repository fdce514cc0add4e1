r"""Territory: what each side holds, what it yields, and the stake when the war is decided by force.

The front has `positions` F, numbered 0 to F - 1; at position m side 1 holds the share :math:`y = m/(F-1)` of the
stake and side 2 the rest.  Holding y for good is worth y, so a period of it is worth :math:`(1-\delta_1)y`.

References
----------
Smith, A. (1998). Fighting battles, winning wars. Journal of Conflict Resolution 42(3), 301-320.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from peacetalks.mechanisms.state import VICTORY_1, VICTORY_2, World

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario


def share(s: Scenario, front: int) -> float:
    """Return the share of the stake that side 1 holds at the position `front`."""
    return front / (s.battlefield.positions - 1)


def standing_at(s: Scenario, held: float) -> dict[int, float]:
    """Return the front at which side 1 holds the share `held`: {position: probability}.

    A share between two positions becomes a lottery over the two, with the mean exactly `held`.
    """
    exact = held * (s.battlefield.positions - 1)
    low = min(int(exact), s.battlefield.positions - 2)
    up = exact - low
    return {pos: p for pos, p in ((low, 1 - up), (low + 1, up)) if p > 1e-12}


def flows(s: Scenario, front: int) -> dict[str, float]:
    """Return what each side gets in a period from what it holds: (1 - discount) x share."""
    y = share(s, front)
    one, two = s.sides
    return {one.label: (1 - one.discount) * y, two.label: (1 - two.discount) * (1 - y)}


def moved(s: Scenario, start: int, side: int, by: float) -> dict[int, float]:
    """Return the front after a move from `start` by the share `by` in favour of `side`: {position: probability}.

    A move between two positions becomes a lottery over the two, with the right mean.  A front that would go beyond the
    first or last position stops there: ground is taken, and the war is not decided by this alone.
    """
    top = s.battlefield.positions - 1
    exact = by * top
    low = math.floor(exact + 1e-12)
    out: dict[int, float] = {}
    for steps, chance in ((low, 1 - (exact - low)), (low + 1, exact - low)):
        if chance > 1e-12:
            front = min(max(start + (steps if side == 1 else -steps), 0), top)
            out[front] = out.get(front, 0.0) + chance
    total = sum(out.values())
    return {front: chance / total for front, chance in out.items()}


def victory(s: Scenario, side: int) -> World:
    """Return the state in which `side` has decided the war."""
    return World(VICTORY_1 if side == 1 else VICTORY_2, front=(s.battlefield.positions - 1) * (side == 1))


def prize(s: Scenario, to: World) -> dict[str, float]:
    """Return what a war decided by force pays the winner: the value from the next period on of holding all."""
    one, two = s.sides
    if to.regime == VICTORY_1:
        return {one.label: float(one.discount)}
    return {two.label: float(two.discount)} if to.regime == VICTORY_2 else {}

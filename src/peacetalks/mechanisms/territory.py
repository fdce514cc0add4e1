"""Ground: what each side holds, what it yields, and the pie when the war is decided by force."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from peacetalks.mechanisms.state import VICTORY_1, VICTORY_2, World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.scenario.scenario import Scenario


def share(s: Scenario, front: int) -> float:
    """Return the share of what is contested that side 1 holds at `front`."""
    return front / (s.battlefield.positions - 1)


def standing_at(s: Scenario, held: float) -> dict[int, float]:
    """Return the front at which side 1 holds `held` of the pie: a position, or the two around it, the mean kept exactly."""
    exact = held * (s.battlefield.positions - 1)
    low = min(int(exact), s.battlefield.positions - 2)
    up = exact - low
    return {pos: p for pos, p in ((low, 1 - up), (low + 1, up)) if p > 1e-12}


def flows(s: Scenario, front: int) -> dict[str, float]:
    """Return each side's flow from what it holds: (1 - discount) x share, per period."""
    y = share(s, front)
    one, two = s.sides
    return {one.label: (1 - one.discount) * y, two.label: (1 - two.discount) * (1 - y)}


def moved(s: Scenario, start: int, side: int, by: float) -> dict[int, float]:
    """Return the fronts after one at `start` has moved `by` (a share of the pie) in favour of `side`, the mean kept.

    A front that reaches beyond an edge stops there: ground is taken, the war is not decided by this alone.
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
    """Return the pie when the war is decided by force: next period's value of holding all of it."""
    one, two = s.sides
    if to.regime == VICTORY_1:
        return {one.label: float(one.discount)}
    return {two.label: float(two.discount)} if to.regime == VICTORY_2 else {}


def merged(*pays: Mapping[Any, float]) -> dict[Any, float]:
    """Return pay mappings added up."""
    out: dict[Any, float] = {}
    for pay in pays:
        for who, amount in pay.items():
            out[who] = out.get(who, 0.0) + amount
    return out

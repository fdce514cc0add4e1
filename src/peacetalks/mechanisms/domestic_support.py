r"""Domestic support: the levels that audience, loyalty and the time for a quick victory share.

`home` is STEADY, COMMITTED (a public demand stands), STRAINED (worn down) or FRESH (a victory would still count as
quick).  It is kept while the war goes on, with or without talks; a truce, and fighting resumed after one, reset it to
STEADY.  One variable for all three keeps the state small: a strained side's demand lapses, and once support is strained
or a demand stands a victory no longer counts as quick.  In a period of war, after the battle,

- a restrained force is strained with chance `loyalty.fall`, and mutinies with chance `loyalty.hazard`;
- strained support recovers with chance `loyalty.recover` (where the force is not restrained) or `audience.mend`;
- the time for a quick victory ends with chance `window.closing`.

All chances are per period.  The papers are named in `audience.py`, `loyalty.py` and `grand_bargain.py`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from peacetalks.mechanisms.loyalty import hazard, mutiny
from peacetalks.mechanisms.state import FRESH, STEADY, STRAINED, TALKS, WAR, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.scenario.scenario import Scenario


class After(NamedTuple):
    """What may follow a battle in domestic support."""

    to: Callable[[World], World | dict[World, float]]  # the next state, or states with probabilities, of a state
    chance: float
    note: str  # added to the move's name
    pay: dict[Any, float]  # by player


def opening(s: Scenario, regime: str) -> int:
    """Return the level of support at the start."""
    return FRESH if s.window and s.window.variant == "prestige" and regime in (WAR, TALKS) else STEADY


def after_battle(s: Scenario, regime: str, home: int, held_back: bool) -> list[After]:
    """Return what may follow in domestic support when a battle has led to a state of `regime` and `home`.

    `held_back` says whether the force of `loyalty` fought with restraint.  The chances sum to 1.
    """
    out, risk = [], hazard(s.loyalty, home == STRAINED) if s.loyalty and held_back else 0.0
    if risk > 0:
        for fall, chance, note, pay in mutiny(s):
            out.append(After(fall, risk * chance, f"; {note}", dict(pay)))
    for level, chance in steps(s, regime, home, held_back).items():
        if chance > 0:
            to, note = (_same, "") if level == home else (partial(World.at_home, home=level), f"; {_NOTES[level]}")
            out.append(After(to, (1 - risk) * chance, note, {}))
    return out


def _same(state: World) -> World:
    return state


_NOTES = {STEADY: "support steadies", STRAINED: "support strained"}


def steps(s: Scenario, regime: str, home: int, held_back: bool) -> dict[int, float]:
    """Return the distribution of the level of support after a period of war: {level: probability}."""
    if regime not in (WAR, TALKS):
        return {home: 1.0}
    if home == STRAINED:
        keep = 1.0
        if s.loyalty and not held_back:
            keep *= 1 - s.loyalty.recover
        if s.audience:
            keep *= 1 - s.audience.mend
        return {STRAINED: keep, STEADY: 1 - keep}
    fall = float(s.loyalty.fall) if s.loyalty and held_back else 0.0
    if home == FRESH and s.window:
        passing = float(s.window.closing)
        return {STRAINED: fall, STEADY: (1 - fall) * passing, FRESH: (1 - fall) * (1 - passing)}
    return {STRAINED: fall, home: 1 - fall}

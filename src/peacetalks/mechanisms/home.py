r"""Support at home: the one ladder that audience, loyalty and the moment of a quick victory share.

`home` is STEADY, COMMITTED (a public demand stands), STRAINED (worn down) or FRESH (a victory would still count as
quick).  It lives while the war goes on, talks open or not; a truce, and fighting resumed after one, reset it.  Sharing
one ladder keeps the state small: a strained side's demand lapses, and once support is strained or a demand stands a
victory no longer counts as quick.  In a period of war, after the battle,

- a restrained force is strained with chance `fall` (loyalty), and mutinies with chance `loyalty.hazard`;
- strained support recovers with chance `recover` (force not restrained) or `mend` (audience);
- the moment of a quick victory passes with chance `closing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from peacetalks.mechanisms.loyalty import hazard, mutiny
from peacetalks.mechanisms.state import FIGHTING, FRESH, STEADY, STRAINED, TALKS, WAR, World
from peacetalks.spec import Scenario


class After(NamedTuple):
    """What follows a battle at home: the states, its chance, what to add to the move's name, and pay."""

    to: World | dict[World, float]
    chance: float
    note: str = ""
    pay: dict[Any, float] = {}  # noqa: RUF012


def used(s: Scenario) -> bool:
    """Return whether any mechanism of the ladder is in the scenario."""
    return bool(s.audience or s.loyalty or (s.window and s.window.variant == "prestige"))


def opening(s: Scenario, regime: str) -> int:
    """Return where the ladder stands at the start."""
    return FRESH if s.window and s.window.variant == "prestige" and regime in (WAR, TALKS) else STEADY


def after_battle(s: Scenario, to: World, restrained: tuple[bool, bool]) -> Iterator[After]:
    """Return what follows at home when a battle has led to `to` (probabilities sum to 1).

    `restrained` says of each side whether it fought with restraint.
    """
    if to.regime not in FIGHTING or not used(s):
        yield After(to, 1.0)
        return
    held_back = s.loyalty is not None and restrained[s.loyalty.side - 1]
    risk = hazard(s.loyalty, to.home == STRAINED) if s.loyalty and held_back else 0.0
    if risk > 0:
        for states, chance, note, pay in mutiny(s, to):
            yield After(states, risk * chance, note, pay)
    for level, chance in steps(s, to, held_back).items():
        if chance > 0:
            note = "" if level == to.home else _NOTES[level]
            yield After(to._replace(home=level), (1 - risk) * chance, note)


_NOTES = {STEADY: "support steadies", STRAINED: "support strained"}


def steps(s: Scenario, state: World, held_back: bool) -> dict[int, float]:
    """Return the distribution of the ladder's next level after a period of war."""
    if state.regime not in (WAR, TALKS):
        return {state.home: 1.0}
    if state.home == STRAINED:
        keep = 1.0
        if s.loyalty and not held_back:
            keep *= 1 - s.loyalty.recover
        if s.audience:
            keep *= 1 - s.audience.mend
        return {STRAINED: keep, STEADY: 1 - keep}
    fall = float(s.loyalty.fall) if s.loyalty and held_back else 0.0
    if state.home == FRESH and s.window:
        passing = float(s.window.closing)
        return {STRAINED: fall, STEADY: (1 - fall) * passing, FRESH: (1 - fall) * (1 - passing)}
    return {STRAINED: fall, state.home: 1 - fall}

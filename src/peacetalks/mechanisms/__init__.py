"""The standard peace-talks game: a scenario becomes a game, one mechanism a room.

Order within a period: outside power, challengers probe and the tested side answers, postures, battle, incidents,
proposer, responder, rent.  A mechanism that the scenario leaves out adds no stage, no state and no player.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peacetalks.game import Game, Stage
from peacetalks.mechanisms import battlefield, ceasefire, challengers, rent, sanctions, talks
from peacetalks.mechanisms.state import CEASEFIRE, TALKS, WAR, World
from peacetalks.spec import Scenario


def build(s: Scenario) -> Game:
    """Build the game of a scenario.

    >>> from peacetalks.spec import load
    >>> [stage.name for stage in build(load("korea-1951")).stages][-2:]
    ['table', 'answer']
    """
    stages: list[Stage] = []
    if s.sanctions:
        stages.append(sanctions.lever(s))
    if s.challengers:
        stages += [challengers.occasions(s), challengers.probes(s), challengers.answers(s)]
    stages += [battlefield.postures(s), battlefield.battle(s)]
    if s.ceasefire:
        stages.append(ceasefire.incidents(s))
    stages += [talks.recognition(s), talks.table(s), talks.answer(s)]
    if s.rent:
        stages.append(rent.collect(s))
    players = [side.label for side in s.sides]
    discount = {side.label: float(side.discount) for side in s.sides}
    if s.sanctions:
        players.append(s.sanctions.label)
        discount[s.sanctions.label] = float(s.sanctions.discount)
    if s.challengers:
        players.append(s.challengers.label)
        discount[s.challengers.label] = 0.0
    kinds = {side.label: {k: float(t.share) for k, t in side.types.items()} for side in s.sides}
    return Game(
        players=tuple(players),
        types=kinds,
        start=opening(s),
        stages=tuple(stages),
        periods=s.periods,
        discount=discount,
        value=keep_what_you_hold(s),
    )


def opening(s: Scenario) -> dict[World, float]:
    """Return the opening states."""
    regime = TALKS if s.talks.open else WAR
    if s.ceasefire and s.ceasefire.in_force:
        regime = CEASEFIRE
    level = s.sanctions.level if s.sanctions else 0
    return {World(regime, front, level): p for front, p in battlefield.opening(s).items()}


def keep_what_you_hold(s: Scenario) -> Callable[[Any], dict[str, float]]:
    """Return the value at the horizon (or at the start of the iteration): what each side holds, for good."""

    def value(state: World) -> dict[str, float]:
        if state.regime not in (WAR, TALKS, CEASEFIRE, "broken"):
            return {}
        y = battlefield.share(s, state.front)
        return {s.sides[0].label: y, s.sides[1].label: 1 - y}

    return value


def hidden(s: Scenario) -> bool:
    """Return whether any side has more than one type."""
    return any(len(side.types) > 1 for side in s.sides)

"""The size of a scenario's game, estimated before it is compiled.

Nodes, boundaries and actions are linear in the number of front positions and in the number of offers (each position
has the same stages, each offer its own answer), so the size of a large game follows exactly from four small ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.solve import MEMORY_LIMIT
from peacetalks.errors import GameError, SpecError
from peacetalks.game.compile import compile_game
from peacetalks.game.walk import MAX_NODES
from peacetalks.mechanisms.standard_game import build

if TYPE_CHECKING:
    from peacetalks.game.language import Game
    from peacetalks.scenario.scenario import Scenario

SMALL = 600  # front positions x offers: a game this small is compiled without an estimate
MAX_PERIODS, MAX_DRAWS, MAX_BELIEFS = 1200, 4096, 100_000
CORNERS = ((3, 3), (4, 3), (3, 4), (4, 4))  # (positions, offers) of the small games


@dataclass(frozen=True)
class Size:
    """The size of a game: states in which a period begins, nodes, public beliefs, bytes to solve and forecast it."""

    states: int
    nodes: int
    beliefs: int
    bytes: int


def belief_count(game: Game, points: int) -> int:
    """Return the number of public beliefs of `game` with `points` per side of the grid; raise `GameError` where absurd.

    >>> from peacetalks.scenario.scenario import load
    >>> belief_count(build(load("korea-1951")), 5)
    25
    """
    if int(points) != points or points < 2:
        raise GameError(f"belief points must be a whole number >= 2, got {points!r}; 5 to 21 are usual")
    total = 1
    for player in game.players:
        types = len(game.type_names(player))
        total *= math.comb(points - 1 + types - 1, types - 1) + (types > 2)  # a lattice, and the prior beside it
    if total > MAX_BELIEFS:
        raise GameError(
            f"{points:,} belief points make {total:,} public beliefs, more than the limit of {MAX_BELIEFS:,}; "
            "use fewer belief points or fewer types"
        )
    return total


def game_size(scenario: Scenario, points: int, periods: int) -> Size:
    """Return the size of the game of `scenario` with `points` belief points per side, without compiling it.

    >>> from peacetalks.scenario.scenario import load
    >>> game_size(load("korea-1951"), points=5, periods=36).beliefs
    25
    """
    raw = np.array([_counts(scenario, p, x) for p, x in CORNERS])  # [corner, (nodes, states, cells)]
    base, front, offer = raw[0], raw[1] - raw[0], raw[2] - raw[0]
    both = raw[3] - raw[1] - raw[2] + raw[0]
    i, j = scenario.battlefield.positions - CORNERS[0][0], scenario.talks.offers - CORNERS[0][1]
    nodes, states, cells = (int(x) for x in base + i * front + j * offer + i * j * both)
    beliefs, stored_periods = belief_count(build(scenario), points), scenario.periods or 1
    return Size(states, nodes, beliefs, 8 * beliefs * (stored_periods * cells + periods * states))


def check_size(scenario: Scenario, points: int, periods: int, draws: int = 0) -> None:
    """Raise `SpecError`, with an estimate, where a forecast would be absurdly large or a setting is out of range."""
    if not 1 <= periods <= MAX_PERIODS:
        raise SpecError(f"periods must lie between 1 and {MAX_PERIODS} months, got {periods}; 36 is usual")
    if not 0 <= draws <= MAX_DRAWS:
        raise SpecError(f"draws must lie between 0 and {MAX_DRAWS}, got {draws}; 16 to 256 are usual")
    field, talks = scenario.battlefield, scenario.talks
    if field.positions * talks.offers <= SMALL:
        belief_count(build(scenario), points)
        return
    size = game_size(scenario, points, periods)
    if size.nodes > MAX_NODES or size.bytes > MEMORY_LIMIT:
        raise SpecError(
            f"{scenario.name}: the game would have about {size.nodes:,} nodes ({field.positions} front positions, "
            f"{talks.offers} offers) at {size.beliefs:,} beliefs and need about {size.bytes / 2**30:,.1f} GiB; "
            f"the limits are {MAX_NODES:,} nodes and {MEMORY_LIMIT / 2**30:.0f} GiB. Use fewer battlefield.positions "
            "or talks.offers (21 and 11 are usual), or fewer --belief-points"
        )


def _counts(scenario: Scenario, positions: int, offers: int) -> tuple[int, int, int]:
    """Return nodes, boundaries, and numbers stored per belief and period, of the game at another size."""
    smaller = scenario.model_copy(
        update={
            "battlefield": scenario.battlefield.model_copy(update={"positions": positions}),
            "talks": scenario.talks.model_copy(update={"offers": offers}),
        }
    )
    c = compile_game(build(smaller))
    types = np.where(c.layout.part_player >= 0, c.layout.n_types[c.layout.part_player], 1)
    values = (c.n_nodes + len(c.boundaries)) * len(c.layout.player_of)
    return c.n_nodes, len(c.boundaries), values + int((types * c.layout.part_actions).sum())

"""The size of a scenario's game, estimated before it is compiled.

Nodes, boundaries and actions are linear in the number of front positions and in the number of offers (each position
has the same stages, each offer its own answer), so the counts of a large game follow exactly from those of four small
ones.  The bytes that follow from them are estimated in `equilibrium.memory`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from peacetalks.equilibrium.memory import (
    LIMIT,
    PROCESS,
    Counts,
    belief_count,
    bytes_to_build,
    bytes_to_forecast,
    bytes_to_solve,
)
from peacetalks.equilibrium.memory import counts as counts_of
from peacetalks.errors import SpecError
from peacetalks.forecasting.jobs import check_jobs, free_memory
from peacetalks.forecasting.settings import MAX_DRAWS, MAX_PERIODS
from peacetalks.game.compile import compile_game
from peacetalks.game.walk import MAX_NODES
from peacetalks.mechanisms.standard_game import build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.scenario.scenario import Scenario

CORNERS = ((3, 3), (4, 3), (3, 4), (4, 4))  # (positions, offers) of the small games


@dataclass(frozen=True)
class Size:
    """The size of a game: states in which a period begins, nodes, public beliefs, bytes that a process needs for it."""

    states: int
    nodes: int
    beliefs: int
    bytes: int


def game_size(scenario: Scenario, points: int, periods: int) -> Size:
    """Return the size of the game of `scenario` with `points` belief points per side, without compiling it.

    >>> from peacetalks.scenario.scenario import load
    >>> game_size(load("korea-1951"), points=5, periods=36).beliefs
    25
    """
    game = build(scenario)
    beliefs = belief_count(game, points)
    coarser = belief_count(game, (points + 1) // 2) if points > 3 else 0
    raw = [asdict(_counts(scenario, p, x)) for p, x in CORNERS]
    i, j = scenario.battlefield.positions - CORNERS[0][0], scenario.talks.offers - CORNERS[0][1]
    found = {}
    for name in (f.name for f in fields(Counts)):
        base, longer, wider, both = (one[name] for one in raw)
        found[name] = base + i * (longer - base) + j * (wider - base) + i * j * (both - longer - wider + base)
    k, last = Counts(**found), scenario.periods
    need = PROCESS + bytes_to_build(k) + bytes_to_solve(k, beliefs, coarser, last)
    return Size(k.boundaries, k.nodes, beliefs, need + bytes_to_forecast(k, beliefs, coarser, last, periods))


def check_size(scenario: Scenario, points: int, periods: int, draws: int = 0) -> Size:
    """Return the size of a forecast; raise `SpecError` where it would be too large or a setting is out of range."""
    if not 1 <= periods <= MAX_PERIODS:
        raise SpecError(f"periods must lie between 1 and {MAX_PERIODS} months, got {periods}; 36 is usual")
    if not 0 <= draws <= MAX_DRAWS:
        raise SpecError(f"draws must lie between 0 and {MAX_DRAWS}, got {draws}; 16 to 256 are usual")
    size = game_size(scenario, points, periods)
    if size.nodes > MAX_NODES or size.bytes > LIMIT:
        field, talks = scenario.battlefield, scenario.talks
        raise SpecError(
            f"{scenario.name}: the game would have about {size.nodes:,} nodes ({field.positions} front positions, "
            f"{talks.offers} offers) at {size.beliefs:,} beliefs and need about {size.bytes / 2**30:,.1f} GiB; "
            f"the limits are {MAX_NODES:,} nodes and {LIMIT / 2**30:.0f} GiB. Use fewer battlefield.positions "
            "or talks.offers (21 and 11 are usual), or fewer --belief-points"
        )
    return size


def check_sizes(variants: Iterable[Scenario], points: int, periods: int, draws: int = 0) -> Size:
    """Check every variant of a scenario as `check_size` does; return the size of the largest."""
    different = {}
    for s in variants:
        types = tuple(len(side.types) for side in s.sides)
        tables = frozenset(name for name, value in s if value is not None)
        different.setdefault((s.battlefield.positions, s.talks.offers, s.periods, types, tables), s)
    return max((check_size(s, points, periods, draws) for s in different.values()), key=lambda size: size.bytes)


def jobs_in_memory(jobs: int, size: Size) -> int:
    """Return how many of `jobs` processes fit into the memory that is free, at least one; errors as `check_jobs`.

    >>> jobs_in_memory(4, Size(states=1, nodes=1, beliefs=1, bytes=2**60))
    1
    """
    check_jobs(jobs)
    free = free_memory()
    return jobs if free is None else min(jobs, max(1, free // size.bytes))


def _counts(scenario: Scenario, positions: int, offers: int) -> Counts:
    """Return the counts of the game at another size."""
    smaller = scenario.model_copy(
        update={
            "battlefield": scenario.battlefield.model_copy(update={"positions": positions}),
            "talks": scenario.talks.model_copy(update={"offers": offers}),
        }
    )
    return counts_of(compile_game(build(smaller)))

"""The likeliest paths of play of a solved game, with the public beliefs after each move."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from itertools import count, product
from typing import TYPE_CHECKING

from peacetalks.equilibrium.position import Beliefs, Position, after, choice_at, opening, openings
from peacetalks.errors import GameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.equilibrium.solution import Solution


@dataclass(frozen=True)
class PathStep:
    """What became public, and what everybody believes then."""

    words: str  # the moves, and the state where chance decided it
    beliefs: Beliefs


@dataclass(frozen=True)
class LikelyPath:
    """A path of play: its probability (of all play up to its last step), and its steps; the first is the opening."""

    chance: float
    steps: tuple[PathStep, ...]


def likely_paths(s: Solution, number: int = 5, most: int = 12) -> tuple[LikelyPath, ...]:
    """Return the likeliest paths of play, the likeliest first.

    A path ends where the game is over, where nothing more is chosen, or after `most` steps.  Steps at which nothing is
    chosen are passed through.

    Parameters
    ----------
    s : Solution
    number, most : int
        Paths, and steps of each, at most.

    Raises
    ------
    GameError
        A number below 1.
    NotSolved
        A node has no solution within tolerance at the beliefs of a path.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> s = pt.solve(make("deterrence"), 100, belief_points=3, certify=False)
    >>> [(round(path.chance, 2), [step.words for step in path.steps[1:]]) for path in likely_paths(s, 2)]
    [(0.54, ['attack', 'resist', 'abandon']), (0.44, ['attack', 'resist', 'intervene'])]
    """
    if number < 1 or most < 1:
        raise GameError(f"at least one path of one step is needed, got {number} of {most}")
    ticket = count()  # of equal chances the one found first comes first
    found: list[LikelyPath] = []
    heap: list[tuple[float, int, Position | None, tuple[PathStep, ...]]] = []
    for state, p in openings(s).items():
        at = opening(s, state)
        words = "start" if len(openings(s)) == 1 else str(state)
        heapq.heappush(heap, (-p, next(ticket), at, (PathStep(words, at.beliefs),)))
    while heap and len(found) < number:
        chance, _, at, steps = heapq.heappop(heap)
        at = _next_choice(s, at) if at is not None and len(steps) <= most else None
        if at is None:
            found.append(LikelyPath(-chance, steps))
            continue
        for p, position, step in _onwards(s, at):
            heapq.heappush(heap, (chance * p, next(ticket), position, (*steps, step)))
    return tuple(found)


def _next_choice(s: Solution, at: Position) -> Position | None:
    """Return the next position at which something is chosen; None where the game is over, or nothing more is chosen."""
    for _ in range(2 * len(s.game.stages) + 1):
        if s.game.periods is not None and at.period >= s.game.periods:
            return None
        choice = choice_at(s, at)
        moves = tuple(labels[0] for labels in choice.labels)
        following = after(s, choice, moves, {}).positions if choice.passes else ()
        if len(following) != 1:
            return at
        at = following[0][0]
    return None


def _onwards(s: Solution, at: Position) -> Iterator[tuple[float, Position, PathStep]]:
    """Yield what may follow a position: the probability, the next position, and the step."""
    choice = choice_at(s, at)
    chances = [choice.chances(mover) for mover in choice.movers]
    for moves in product(*choice.labels):
        p = math.prod(own[move] for own, move in zip(chances, moves, strict=True))
        if p <= 0:
            continue
        following = after(s, choice, moves, {}).positions
        for position, share in following:
            drawn = [str(position.state)] if len(following) > 1 else []
            yield p * share, position, PathStep(" / ".join([*map(str, moves), *drawn]), position.beliefs)

"""The memory that a game needs, estimated from its counts before any of it is allocated; arrays that are mostly zero.

Every array that grows with the game is counted: the compiled game and the objects that it is made of, values and
strategies, the iterates that are mixed, the coarser grids, transition matrices, the forward pass and welfare.  Against
measured peaks the estimate is never too low, and at most about three times too high (`tests/forecasting/test_size.py`).
"""

from __future__ import annotations

import math
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.dispatch import SEVERAL, node_kernels, types_of_participants
from peacetalks.equilibrium.kernels.transitions import GROUP
from peacetalks.equilibrium.transitions import KEEP
from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE

if TYPE_CHECKING:
    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game

LIMIT = 6 * 2**30  # bytes that a game may need
MAX_BELIEFS = 100_000
NODE, PROFILE, BOUNDARY = 1200, 600, 1200  # bytes of Python objects and of the layout, beside the payoffs (measured)
MIXED = 28  # arrays of boundary values while a stationary game is iterated: pairs of differences, damping, temporaries
MASSES = 2.5  # arrays of the forward distribution [month, boundary, belief]: the trajectory, reweighted, truces
PROCESS = 420 * 2**20  # bytes of a process before it solves a game: Python, libraries, compiled kernels (measured)
NUMBER, SHARE = 8, 12  # bytes of a number; of a factor of the transition matrix and its target, at the most


@dataclass(frozen=True)
class Counts:
    """What the memory of a game depends on beside its beliefs and periods."""

    nodes: int
    boundaries: int
    profiles: int
    strategies: int  # probabilities at one belief
    shares: int  # factors of the transition matrix at one belief, at the most
    player_types: int
    table: int  # continuation values at one belief of the largest node of general shape


def counts(c: Compiled) -> Counts:
    """Return the counts of a compiled game.

    >>> from peacetalks.game.compile import compile_game
    >>> from peacetalks.game.language import Decision, Game, Move
    >>> choice = Decision("choice", "A", lambda s: [Move("stay", "end"), Move("go", "end")])
    >>> counts(compile_game(Game(players=("A",), start="open", stages=(choice,)))).strategies
    2
    """
    lay, n = c.layout, c.n_nodes
    types = types_of_participants(c)
    table = 0
    if n:
        general = node_kernels(c) == SEVERAL
        table = int(np.diff(lay.prof_ptr)[general].max(initial=0)) * len(lay.player_of)
    return Counts(
        nodes=n,
        boundaries=len(c.boundaries),
        profiles=int(lay.prof_ptr[-1]),
        strategies=int((types * lay.part_actions).sum()),
        shares=int((lay.part_actions * types**2)[lay.part_player != NATURE].sum()),  # chance needs none
        player_types=len(lay.player_of),
        table=table,
    )


def belief_count(game: Game, points: int) -> int:
    """Return the number of public beliefs of `game` with `points` per side of the grid; raise `GameError` where absurd.

    >>> from peacetalks.game.language import Decision, Game, Move
    >>> choice = Decision("choice", "A", lambda s: [Move("stay", "end"), Move("go", "end")])
    >>> belief_count(Game(players=("A",), start="s", stages=(choice,), types={"A": {"x": 0.5, "y": 0.5}}), 5)
    5
    """
    if isinstance(points, bool) or not isinstance(points, int | float) or points != points // 1 or points < 2:
        raise GameError(f"belief points must be a whole number >= 2, got {points!r}; 5 to 21 are usual")
    points = int(points)
    total = _beliefs(game, points)
    if total > MAX_BELIEFS:
        raise GameError(
            f"{points:,} belief points make {total:,} public beliefs, more than the limit of {MAX_BELIEFS:,}; "
            "use fewer belief points or fewer types"
        )
    return total


def _beliefs(game: Game, points: int) -> int:
    """Return the number of public beliefs: the product of the informed players' lattices, at the most."""
    total = 1
    for player in game.players:
        types = len(game.type_names(player))
        total *= math.comb(points - 1 + types - 1, types - 1) + (types > 2)  # a lattice, and the prior beside it
    return total


def check_memory(c: Compiled, points: int, refine: bool, limit: float) -> None:
    """Raise `GameError`, with the estimate, where solving a compiled game would need more than `limit` bytes."""
    k, beliefs, periods = counts(c), _beliefs(c.game, int(points)), c.game.periods
    coarser = _beliefs(c.game, (int(points) + 1) // 2) if refine and points > 3 else 0
    need = bytes_to_build(k) + bytes_to_solve(k, beliefs, coarser, periods)
    if need > limit:
        raise GameError(
            f"the game would need about {need / 2**30:.1f} GiB ({k.nodes:,} nodes x {beliefs:,} beliefs x "
            f"{periods or 1} periods), more than the limit of {limit / 2**30:.1f} GiB; use fewer belief points, "
            "states or periods"
        )


def bytes_to_build(k: Counts) -> int:
    """Return the bytes of a compiled game and of the objects that it is made of."""
    return NODE * k.nodes + (PROFILE + 2 * NUMBER * k.player_types) * k.profiles + BOUNDARY * k.boundaries


def bytes_to_solve(k: Counts, beliefs: int, coarser: int, periods: int | None) -> int:
    """Return the bytes of a solution on `beliefs` and, where it is kept, on a grid of `coarser` beliefs."""
    values = (k.nodes + k.boundaries) * k.player_types
    boundary = k.boundaries * k.player_types
    if periods is None:
        numbers = (values + 2 * k.strategies) * (beliefs + coarser) + MIXED * boundary * beliefs
        numbers += 2 * beliefs * coarser + 2 * k.strategies * coarser  # from the coarser grid to the finer one
    else:
        one = values + k.strategies + boundary
        numbers = (beliefs + coarser) * (one * periods + one + k.strategies)
        numbers += periods * (k.nodes + k.boundaries) // NUMBER  # which of them are reached when
        numbers += numbers // 4  # copies of a slice, memory that is not given back (measured)
    return NUMBER * (numbers + k.table * beliefs)


def bytes_to_forecast(k: Counts, beliefs: int, coarser: int, periods: int | None, months: int) -> int:
    """Return the bytes of the transition matrices, and of the forward distributions or of welfare."""
    matrices = SHARE * k.shares * (beliefs + coarser) + 2 * NUMBER * k.nodes + (0 if periods is None else KEEP)
    slots, boundary = (k.nodes + k.boundaries) * beliefs, k.boundaries * k.player_types * beliefs
    forward = 3 * slots + int(MASSES * months * k.boundaries * (beliefs + coarser))
    slices = MIXED if periods is None else 2 * (periods + 1)
    welfare = 2 * slots * -(-k.player_types // GROUP) * GROUP + slices * boundary
    return matrices + NUMBER * max(forward, welfare)


def mostly_zero(shape: tuple[int, ...]) -> np.ndarray:
    """Return zeros, of which those that are never written take no memory where the system can do so.

    NumPy asks the system for large pages, so that a few numbers written here and there would fill all of an array.

    >>> mostly_zero((2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    size = math.prod(shape) * NUMBER
    if not size or not hasattr(mmap, "MAP_ANONYMOUS"):  # Windows
        return np.zeros(shape)
    own = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.frombuffer(own, np.float64).reshape(shape)

r"""Compilation: names become numbers, and a `Game` becomes flat arrays for the kernels.

One period of a game in which A offers, B answers, and then chance moves a front:

    period t                                                          period t + 1
    boundary "talks" --> node (offer, "talks")
                           |- "0.4" --> node (answer, 0.4) - accept --> (chance, "deal") --> boundary "deal"
                           |                               \ reject --> node (chance, "war") -- 1/2 --> boundary "war"
                           '- "0.6" --> node (answer, 0.6) ...                              \- 1/2 --> boundary "talks"

node            a (stage, state) at which somebody chooses, or chance draws; here (offer, "talks"), (answer, 0.4), ...
boundary        a state at the start of a period, which is the end of the period before
path            how play goes on from a (stage, state) without a choice: "deal" has one move at the stage chance, so the
                path from (chance, "deal") passes through it to the boundary "deal", and adds up what is paid there
slot            the end of a path, where a move can lead: slots below `n_nodes` are nodes of the same period, the others
                boundaries of the next one
profile         a combination of the participants' actions at a node; for a decision, one action
lottery entry   a slot with its probability; a profile leads to one entry or to several
player-type     one (player, type), numbered; every array of values has an axis of them
participant     a player (or chance) who acts at a node

Only states that can be reached are compiled.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.expand import NATURE
from peacetalks.game.layout import Layout, Places, has_incentive, lay_out, nodes_of, offsets
from peacetalks.game.walk import Walk
from peacetalks.text_files import shorten

MAX_PERIODS, MAX_REACHED = 100_000, 2**31  # periods of a game; nodes and states over all of them

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from peacetalks.game.language import Game


class Tables:
    """Numbers by name, made when they are first asked for; a game shares them with its variants."""

    def __init__(self, nodes: tuple[tuple[int, Any], ...], places: Places) -> None:
        self._nodes, self._states, self._paths = nodes, places.states, places.paths.of_state

    @cached_property
    def node(self) -> Mapping[tuple[int, Any], int]:
        """(stage, state) -> node."""
        return {node: i for i, node in enumerate(self._nodes)}

    @cached_property
    def path(self) -> list[Mapping[Any, int]]:
        """Stage -> state -> path."""
        both = zip(self._states, self._paths, strict=True)
        return [{s: p for s, p in zip(states, paths.tolist(), strict=True) if p >= 0} for states, paths in both]


@dataclass(frozen=True)
class Compiled:
    """A game with its arrays and the names behind the numbers."""

    game: Game
    layout: Layout
    stage_ptr: np.ndarray  # [stage + 1] -> nodes, in the order of stages
    nodes: tuple[tuple[int, Any], ...]  # node -> (stage, state)
    labels: tuple[tuple[tuple[Any, ...], ...], ...]  # node -> participant -> action labels
    boundaries: tuple[Any, ...]
    boundary_index: Mapping[Any, int]
    places: Places
    tables: Tables
    has_incentive: bool
    redrawn: np.ndarray  # [boundary, player] whether the player's type is drawn again where a period begins
    reach: np.ndarray | None  # [period, node], for a finite horizon
    reach_boundaries: np.ndarray | None  # [period + 1, boundary]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    def resolve(self, stage: int, state: Any) -> tuple[int, np.ndarray, np.ndarray]:
        """Return the slot that play comes to from (stage, state), with payoff and incentive [player-type] on the way.

        Raises `GameError` for a state that is never reached there.
        """
        path = self.tables.path[stage].get(state)
        if path is None:
            hint = did_you_mean(state, self.tables.path[stage])
            raise GameError(f"state {state!r} is never reached at stage {self.game.stages[stage].name!r}{hint}")
        zero = np.zeros(len(self.layout.player_of))
        return int(self.places.paths.slots[path]), *self.places.paths.paid.get(path, (zero, zero))

    @property
    def node_index(self) -> Mapping[tuple[int, Any], int]:
        """Node by (stage, state)."""
        return self.tables.node

    def movers(self, node: int) -> list[str]:
        """Return the players (or "nature") who move at `node`."""
        lay = self.layout
        ids = lay.part_player[lay.part_ptr[node] : lay.part_ptr[node + 1]]
        return ["nature" if i == NATURE else self.game.players[i] for i in ids]


def compile_game(game: Game) -> Compiled:
    """Compile the reachable states of `game` to arrays.

    Parameters
    ----------
    game : Game

    Returns
    -------
    Compiled

    Raises
    ------
    GameError
        A stage without moves, payoffs that are not finite, probabilities that do not sum to 1, or more than a million
        nodes.

    Examples
    --------
    >>> from peacetalks.game.language import Chance, Game, Move
    >>> toss = Chance("toss", lambda s: [Move("heads", "won", {"A": 1.0}, 0.5), Move("tails", "lost", weight=0.5)])
    >>> compile_game(Game(players=("A",), start="in", stages=(toss,))).boundaries
    ('in', 'won', 'lost')
    """
    with no_garbage_collection():
        return _compile(game)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Switch garbage collection off: a game is many small objects, none of them garbage (a third of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _compile(game: Game) -> Compiled:
    walk = Walk(game)
    layout, places, forms = lay_out(walk)
    nodes = tuple(nodes_of(places.paths, places.states))
    boundaries = [places.states[-1][i] for i in places.paths.boundaries.tolist()]
    compiled = Compiled(
        game=game,
        layout=layout,
        stage_ptr=offsets([len(at) for at in places.paths.node_state]),
        nodes=nodes,
        labels=tuple([form.node.labels for form in forms]),
        boundaries=tuple(boundaries),
        boundary_index={state: i for i, state in enumerate(boundaries)},
        places=places,
        tables=Tables(nodes, places),
        has_incentive=has_incentive(layout),
        redrawn=redrawn(game, boundaries),
        reach=None,
        reach_boundaries=None,
    )
    if game.periods is None:
        return compiled
    nodes, openings = _reach(compiled, game.periods)
    return replace(compiled, reach=nodes, reach_boundaries=openings)


def redrawn(game: Game, boundaries: Iterable[Any]) -> np.ndarray:
    """Return [boundary, player]: whose type is drawn again; raise `GameError` for somebody who is not a player."""
    states = list(boundaries)
    out = np.zeros((len(states), len(game.players)), bool)
    for e, state in enumerate(states) if game.redraw else ():
        for player in game.redraw(state) if game.redraw else ():
            if player not in game.players:
                hint = did_you_mean(player, game.players)
                raise GameError(f"redraw names {player!r}, who is not a player{hint}, in state {shorten(state)}")
            out[e, game.players.index(player)] = True
    return out


def _reach(c: Compiled, periods: int) -> tuple[np.ndarray, np.ndarray]:
    """Return [period, node] and [period + 1, boundary]: what can be reached when."""
    lay, n = c.layout, c.n_nodes
    if periods > MAX_PERIODS or periods * (n + len(c.boundaries)) > MAX_REACHED:
        raise GameError(
            f"the game has {periods:,} periods of {n:,} nodes and {len(c.boundaries):,} states; at most "
            f"{MAX_PERIODS:,} periods, and {MAX_REACHED:,} nodes and states over all of them. Use fewer periods, or "
            "none (`periods` null or None) for a stationary game"
        )
    source = np.repeat(np.arange(n), np.diff(lay.lottery_ptr[lay.prof_ptr]))
    first = lay.lottery_ptr[lay.prof_ptr[c.stage_ptr]]
    nodes = np.zeros((periods, n), bool)
    boundaries = np.zeros((periods + 1, len(c.boundaries)), bool)
    boundaries[0, [c.boundary_index[s] for s in c.game.starts()]] = True
    for t in range(periods):
        slots = np.zeros(n + len(c.boundaries), bool)
        slots[lay.boundary_slot[boundaries[t]]] = True
        for low, high in pairwise(first):
            slots[lay.lottery_slot[low:high][slots[source[low:high]]]] = True
        nodes[t], boundaries[t + 1] = slots[:n], slots[n:]
    return nodes, boundaries

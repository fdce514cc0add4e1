"""The walk over the states that can be reached, which finds the nodes, boundaries and paths of a game.

A *path* says how play goes on from a (stage, state): the node or boundary that it comes to, passing through states with
one move, and what is paid on the way there.  The drawing in `compile.py` shows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from peacetalks.errors import GameError
from peacetalks.game.expand import Node, check_hashable, expand
from peacetalks.game.payoffs import PlayerTypes

if TYPE_CHECKING:
    import numpy as np

    from peacetalks.game.language import Game

MAX_NODES = 1_000_000


Paid = tuple["np.ndarray", "np.ndarray"]  # payoff, incentive [player-type]


class Found(NamedTuple):
    """A node that the walk has come to."""

    stage: int
    state: Any
    node: Node
    paths: list[int]  # the path from each lottery entry


class Walk:
    """Visits every state that can be reached within the horizon, period by period, and collects what it finds."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.index = PlayerTypes(game)
        self.by_stage: list[list[Found]] = [[] for _ in game.stages]  # stage -> its nodes
        self.numbers: list[list[int]] = [[] for _ in game.stages]  # the same nodes, numbered in the order found
        self.boundaries: dict[Any, int] = {}
        self.paths: list[dict[Any, int]] = [{} for _ in range(len(game.stages) + 1)]  # stage -> state -> path
        self.ends: list[int] = []  # path -> number of a node, or ~boundary
        self.paid: dict[int, Paid] = {}  # path -> what is paid along it, where not zero
        self.passed: dict[int, tuple[int, Paid]] = {}  # the same -> the path that it goes on with, and its own part
        self._queue: list[Found] = []
        self._size = 0
        self._visit()

    @property
    def nodes(self) -> list[Found]:
        """The nodes in the order of stages."""
        return [one for stage in self.by_stage for one in stage]

    def path(self, k: int, state: Any) -> int:
        """Return the path from `state` at stage k."""
        found = self.paths[k].get(state)
        if found is None:
            found = self.paths[k][state] = self._new_path(k, state)
        return found

    def _visit(self) -> None:
        """Visit the states period by period until no new one is reached or the last period is over."""
        states = list(self.game.starts())
        for state in states:
            self.boundaries.setdefault(state, len(self.boundaries))
        period = 0
        while states and (self.game.periods is None or period < self.game.periods):
            known = len(self.boundaries)
            for state in states:
                self.path(0, state)
                while self._queue:
                    self._follow(self._queue.pop())
            states = list(self.boundaries)[known:]
            period += 1

    def _new_path(self, k: int, state: Any) -> int:
        if k == len(self.game.stages):
            self.ends.append(~self.boundaries.setdefault(state, len(self.boundaries)))
            return len(self.ends) - 1
        stage = self.game.stages[k]
        node = expand(self.game, stage, state)
        passed = self._pass_through(k, state, node) if len(node.to) == 1 else None
        if passed is not None:
            return passed
        if self._size >= MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {stage.name!r}); "
                "use fewer offers, front positions or state variables"
            )
        found = Found(k, state, node, [])
        self.by_stage[k].append(found)
        self._queue.append(found)
        self.numbers[k].append(self._size)
        self.ends.append(self._size)
        self._size += 1
        return len(self.ends) - 1

    def _pass_through(self, k: int, state: Any, node: Node) -> int | None:
        """Return the path through a state with one move; None where it draws lots or pays by the types of others."""
        to, where = node.to[0], (self.game.stages[k], state, node.names[0])
        if (type(to) is dict and len(to) > 1) or callable(node.payoff[0]) or callable(node.incentive[0]):
            return None
        target = next(iter(to)) if type(to) is dict else to
        check_hashable(target, where)
        path, zero = self.path(k + 1, target), self.index.zero
        own, added = self.index.vector(node.payoff[0], where), self.index.vector(node.incentive[0], where)
        if own is zero and added is zero:
            return path
        self.ends.append(self.ends[path])
        new = len(self.ends) - 1
        self.passed[new] = path, (own, added)
        self.paid[new] = added_up(self.paid.get(path, (zero, zero)), (own, added))
        return new

    def _follow(self, found: Found) -> None:
        """Add the path from every lottery entry of a node."""
        k, node, paths = found.stage, found.node, found.paths
        known = self.paths[k + 1]
        try:
            for to in node.to:
                for target in to if type(to) is dict else (to,):
                    path = known.get(target)
                    if path is None:
                        path = known[target] = self._new_path(k + 1, target)
                    paths.append(path)
        except TypeError:
            for to, name in zip(node.to, node.names, strict=True):
                if type(to) is not dict:
                    check_hashable(to, (self.game.stages[k], found.state, name))
            raise


def added_up(after: Paid, own: Paid) -> Paid:
    """Return what is paid along a path: what is paid further on, and its own part."""
    return after[0] + own[0], after[1] + own[1]

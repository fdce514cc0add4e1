"""The walk over the states that can be reached, which finds the nodes, boundaries and paths of a game.

A *path* says how play goes on from a (stage, state): the node or boundary that it comes to, passing through states with
one move, and what is paid on the way there.  The drawing in `compile.py` shows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from peacetalks.errors import GameError
from peacetalks.game.alike import Expander, Expansion, Form
from peacetalks.game.expand import check_hashable
from peacetalks.game.payoffs import PlayerTypes

if TYPE_CHECKING:
    import numpy as np

    from peacetalks.game.language import Game
    from peacetalks.game.payoffs import Where

MAX_NODES = 1_000_000


Paid = tuple["np.ndarray", "np.ndarray"]  # payoff, incentive [player-type]


class Found(NamedTuple):
    """A node that the walk has come to."""

    stage: int
    state: Any
    form: Form
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
        self._expand = [Expander(game, stage) for stage in game.stages]
        self._own: dict[Form, Paid] = {}  # what is paid in states that are passed through
        self._queue: list[tuple[Found, list[Any]]] = []  # nodes with their next states, to be followed
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
                    self._follow(*self._queue.pop())
            states = list(self.boundaries)[known:]
            period += 1

    def _new_path(self, k: int, state: Any) -> int:
        if k == len(self.game.stages):
            self.ends.append(~self.boundaries.setdefault(state, len(self.boundaries)))
            return len(self.ends) - 1
        stage = self.game.stages[k]
        form, to = expansion = self._expand[k](state)
        passed = self._pass_through(k, state, expansion) if len(to) == 1 else None
        if passed is not None:
            return passed
        if self._size >= MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {stage.name!r}); "
                "use fewer offers, front positions or state variables"
            )
        found = Found(k, state, form, [])
        self.by_stage[k].append(found)
        self._queue.append((found, to))
        self.numbers[k].append(self._size)
        self.ends.append(self._size)
        self._size += 1
        return len(self.ends) - 1

    def _pass_through(self, k: int, state: Any, expansion: Expansion) -> int | None:
        """Return the path through a state with one move; None where it pays by the types of others."""
        (form, (target,)), zero = expansion, self.index.zero
        where = self.game.stages[k], state, form.node.names[0]
        if form.pays_by_types:
            return None
        check_hashable(target, where)
        path, own = self.path(k + 1, target), self._own.get(form)
        if own is None:
            own = self._own[form] = paid_by(self.index, form, where)
        if own[0] is zero and own[1] is zero:
            return path
        self.ends.append(self.ends[path])
        new = len(self.ends) - 1
        self.passed[new] = path, own
        self.paid[new] = added_up(self.paid.get(path, (zero, zero)), own)
        return new

    def _follow(self, found: Found, to: list[Any]) -> None:
        """Add the path from every lottery entry of a node."""
        k = found.stage
        try:
            known = map(self.paths[k + 1].get, to)
            found.paths.extend(
                [self.path(k + 1, t) if path is None else path for path, t in zip(known, to, strict=True)]
            )
        except TypeError:
            names = [name for name, n in zip(found.form.node.names, found.form.entries, strict=True) for _ in range(n)]
            for target, name in zip(to, names, strict=True):
                check_hashable(target, (self.game.stages[k], found.state, name))
            raise


def added_up(after: Paid, own: Paid) -> Paid:
    """Return what is paid along a path: what is paid further on, and its own part."""
    return after[0] + own[0], after[1] + own[1]


def paid_by(index: PlayerTypes, form: Form, where: Where) -> Paid:
    """Return what the only move of a state pays, which does not depend on the types of others."""
    payoff, incentive = cast("list[Any]", [form.node.payoff[0], form.node.incentive[0]])
    return index.vector(payoff, where), index.vector(incentive, where)

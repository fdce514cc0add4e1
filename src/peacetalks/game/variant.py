"""Compilation of a variant: the layout of a game near by, with other numbers at the same places.

Only stages whose inputs differ are expanded again.  Where a state, a move or a mover differs, there is no variant, and
the game is compiled from nothing.  The arrays are bit for bit those of a compilation from nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.game.compile import no_garbage_collection, redrawn
from peacetalks.game.expand import Node, expand
from peacetalks.game.layout import discounts, has_incentive, log_weights, lotteries, payoffs
from peacetalks.game.payoffs import PlayerTypes
from peacetalks.game.walk import Paid, added_up

if TYPE_CHECKING:
    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game, Stage
    from peacetalks.game.layout import Layout


class _Differs(Exception):
    """The game has other states, moves or movers."""


def compile_variant(game: Game, near: Compiled) -> Compiled | None:
    """Compile a game that differs from a compiled one in numbers only; return None where it differs in more.

    Parameters
    ----------
    game : Game
    near : Compiled
        A game of which `game` may be a variant.

    Raises
    ------
    GameError
        As of `compile_game`.

    Examples
    --------
    >>> from peacetalks.game.compile import compile_game
    >>> from peacetalks.game.language import Chance, Game, Move
    >>> def game(p):
    ...     toss = Chance("toss", lambda s: [Move("heads", "won", {"A": 1.0}, p), Move("tails", "lost", weight=1 - p)])
    ...     return Game(players=("A",), start="in", stages=(toss,))
    >>> found = compile_variant(game(0.75), compile_game(game(0.5)))
    >>> found.layout.log_weight.round(3).tolist() == compile_game(game(0.75)).layout.log_weight.round(3).tolist()
    True
    """
    if not _same_frame(game, near.game) or len(near.layout.typed_payoff):
        return None
    if not np.array_equal(redrawn(game, near.boundaries), near.redrawn):
        return None
    work = _Variant(game, near)
    with no_garbage_collection():
        try:
            for k, (stage, other) in enumerate(zip(game.stages, near.game.stages, strict=True)):
                if other.inputs is None or not other.inputs.same_in(stage.inputs):
                    work.expand_stage(k)
        except _Differs:
            return None
        return work.compiled()


def _same_frame(game: Game, other: Game) -> bool:
    """Return whether players, types, stages, horizon and opening states are the same, in the same order."""
    return (
        game.players == other.players
        and all(game.type_names(p) == other.type_names(p) for p in game.players)
        and [(type(s), s.name) for s in game.stages] == [(type(s), s.name) for s in other.stages]
        and game.periods == other.periods
        and list(game.starts()) == list(other.starts())
    )


class _Variant:
    """The arrays that may differ, written stage by stage."""

    def __init__(self, game: Game, near: Compiled) -> None:
        lay = near.layout
        self.game, self.near, self.index = game, near, PlayerTypes(game)
        self.log_weight, self.lottery_prob = lay.log_weight.copy(), lay.lottery_prob.copy()
        self.own = [near.places.own_payoff.copy(), near.places.own_incentive.copy()]
        self.passed = dict(near.places.passed)

    def expand_stage(self, k: int) -> None:
        """Write what a stage's moves pay and how likely they are; raise `_Differs` where there are others."""
        game, stage, near = self.game, self.game.stages[k], self.near
        low, high = near.stage_ptr[k : k + 2].tolist()
        at = {state: i for i, (_, state) in enumerate(near.nodes[low:high])}
        nodes: list[Node | None] = [None] * (high - low)
        for state, path in near.places.paths[k].items():
            node = expand(game, stage, state)
            if (i := at.get(state)) is None:
                self._pass_through(k, state, node, path)
            else:
                nodes[i] = node
        if high > low:
            self._write(k, low, high, [node for node in nodes if node is not None])

    def _pass_through(self, k: int, state: Any, node: Node, path: int) -> None:
        """Write what a move pays that is the only one in its state."""
        target = node.to[0]
        if len(node.to) > 1 or callable(node.payoff[0]) or callable(node.incentive[0]):
            raise _Differs
        if type(target) is dict:
            if len(target) > 1:
                raise _Differs
            target = next(iter(target))
        where = self.game.stages[k], state, node.names[0]
        own: Paid = self.index.vector(node.payoff[0], where), self.index.vector(node.incentive[0], where)
        after = self._path(k + 1, target)
        paid = any(part is not self.index.zero for part in own)
        if path == after and not paid:
            return
        if self.passed.get(path, (None,))[0] != after:
            raise _Differs
        self.passed[path] = after, own

    def _path(self, k: int, state: Any) -> int:
        try:
            return self.near.places.paths[k][state]
        except (KeyError, TypeError):
            raise _Differs from None

    def _write(self, k: int, low: int, high: int, nodes: list[Node]) -> None:
        """Write the arrays of the nodes `low` to `high` of a stage."""
        lay, near = self.near.layout, self.near
        part, prof = lay.part_ptr[[low, high]], lay.prof_ptr[[low, high]]
        entries = lay.lottery_ptr[prof]
        players = [player for node in nodes for player in node.players]
        pays: list[list[Any]] = [
            [x for node in nodes for x in node.payoff],
            [x for node in nodes for x in node.incentive],
        ]
        if (
            players != lay.part_player[part[0] : part[1]].tolist()
            or any(node.labels != near.labels[low + i] for i, node in enumerate(nodes))
            or any(callable(x) and type(x) is not dict for both in pays for x in both if x)
        ):
            raise _Differs
        ptr, prob = lotteries([to for node in nodes for to in node.to])
        known = near.places.paths[k + 1]
        targets = [t for node in nodes for to in node.to for t in (to if type(to) is dict else (to,))]
        try:
            paths = [known.get(target, -1) for target in targets]
        except TypeError:
            raise _Differs from None
        if (
            not np.array_equal(ptr + entries[0], lay.lottery_ptr[prof[0] : prof[1] + 1])
            or paths != near.places.entry_path[entries[0] : entries[1]].tolist()
        ):
            raise _Differs
        first = lay.part_weight[part[0]]
        weights = log_weights([own for node in nodes for own in node.weights])
        self.log_weight[first : first + len(weights)] = weights
        self.lottery_prob[entries[0] : entries[1]] = prob
        for own, paid in zip(self.own, pays, strict=True):
            found = self.index.entries_of(paid, lambda row: self._where(k, low, nodes, row))
            own[prof[0] : prof[1]] = self.index.rows(int(prof[1] - prof[0]), found)

    def _where(self, k: int, low: int, nodes: list[Node], row: int) -> tuple[Stage, Any, Any]:
        """Return stage, state and move of a profile of the stage, for messages."""
        ptr = self.near.layout.prof_ptr
        i = int(np.searchsorted(ptr[low:], row + ptr[low], side="right")) - 1
        return self.game.stages[k], self.near.nodes[low + i][1], nodes[i].names[row + int(ptr[low] - ptr[low + i])]

    def compiled(self) -> Compiled:
        """Return the game with its arrays."""
        near = self.near
        paid: dict[int, Paid] = {}
        zero = self.index.zero, self.index.zero
        for path, (after, own) in self.passed.items():  # the path that one goes on with was found before it
            paid[path] = added_up(paid.get(after, zero), own)
        places = near.places._replace(passed=self.passed, paid=paid, own_payoff=self.own[0], own_incentive=self.own[1])
        openings = [places.paths[0].get(state, -1) for state in near.boundaries]
        layout: Layout = near.layout._replace(
            discount=discounts(self.index),
            log_weight=self.log_weight,
            lottery_prob=self.lottery_prob,
            **payoffs(self.index, places, paid, near.layout.lottery_ptr, self.lottery_prob, openings),
        )
        return replace(near, game=self.game, layout=layout, places=places, has_incentive=has_incentive(layout))

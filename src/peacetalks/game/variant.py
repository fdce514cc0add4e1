"""Compilation of a variant: the layout of a game near by, with other numbers at the same places.

Only stages whose inputs differ are expanded again.  Where a state, a move or a mover differs, there is no variant, and
the game is compiled from nothing.  The arrays are bit for bit those of a compilation from nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.game.alike import Expander
from peacetalks.game.compile import no_garbage_collection, redrawn
from peacetalks.game.layout import Stack, discounts, has_incentive, payoffs, repeated
from peacetalks.game.paths import added_up, own_payments
from peacetalks.game.payoffs import PlayerTypes

if TYPE_CHECKING:
    from peacetalks.game.alike import Form
    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game, Stage
    from peacetalks.game.layout import Layout
    from peacetalks.game.paths import Paid


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
        self.codes = near.places.codes.copy()
        self.log_weight, self.lottery_prob = lay.log_weight.copy(), lay.lottery_prob.copy()
        self.own = [near.places.own_payoff.copy(), near.places.own_incentive.copy()]
        self.passed = dict(near.places.paths.passed)

    def expand_stage(self, k: int) -> None:
        """Write what a stage's moves pay and how likely they are; raise `_Differs` where there are others."""
        places, paths = self.near.places, self.near.places.paths
        rows, expander = places.met[k].rows, Expander(self.game, self.game.stages[k], self.codes)
        pattern, entries, to = expander(rows)
        after = np.append(paths.of_state[k + 1], -1)[places.met[k + 1].find(to, self.codes)]
        nodes, single = paths.node_state[k], np.ones(len(rows), bool)
        single[nodes] = False
        if not np.array_equal(single, expander.single(pattern, entries)) or expander.by_types(pattern).any():
            raise _Differs
        if after.min(initial=0) < 0:
            raise _Differs
        path, first = paths.of_state[k], after[np.cumsum(entries) - entries]
        own = own_payments(self.index, expander, pattern, single, rows)
        for i in np.flatnonzero(single & ((path != first) | np.isin(pattern, list(own)))).tolist():
            if self.passed.get(path[i], (None,))[0] != first[i]:
                raise _Differs
            self.passed[int(path[i])] = int(first[i]), own.get(int(pattern[i]), (self.index.zero, self.index.zero))
        if len(nodes):
            self._write(k, expander.forms, pattern[nodes], after[repeated(entries, nodes)[1]])

    def _write(self, k: int, forms: list[Form], of_node: np.ndarray, paths: np.ndarray) -> None:
        """Write the arrays of the nodes of a stage, of these forms and with these paths from their lottery entries."""
        lay, near = self.near.layout, self.near
        low, high = near.stage_ptr[k : k + 2].tolist()
        if tuple([forms[i].node.labels for i in of_node.tolist()]) != near.labels[low:high]:
            raise _Differs

        def where(i: int, profile: int) -> tuple[Stage, Any, Any]:
            return self.game.stages[k], near.nodes[low + i][1], forms[of_node[i]].node.names[profile]

        stack = Stack.of(forms, of_node, self.index, where)
        part, prof = lay.part_ptr[[low, high]], lay.prof_ptr[[low, high]]
        entries = lay.lottery_ptr[prof]
        if (
            not np.array_equal(stack.part_player, lay.part_player[part[0] : part[1]])
            or not np.array_equal(stack.lottery_ptr + entries[0], lay.lottery_ptr[prof[0] : prof[1] + 1])
            or not np.array_equal(paths, near.places.entry_path[entries[0] : entries[1]])
        ):
            raise _Differs
        first = lay.part_weight[part[0]]
        self.log_weight[first : first + len(stack.log_weight)] = stack.log_weight
        self.lottery_prob[entries[0] : entries[1]] = stack.lottery_prob
        for own, paid in zip(self.own, (stack.own_payoff, stack.own_incentive), strict=True):
            own[prof[0] : prof[1]] = paid

    def compiled(self) -> Compiled:
        """Return the game with its arrays."""
        near = self.near
        paid: dict[int, Paid] = {}
        zero = self.index.zero, self.index.zero
        for path, (after, own) in self.passed.items():  # the path that one goes on with was found before it
            paid[path] = added_up(paid.get(after, zero), own)
        paths = near.places.paths._replace(passed=self.passed, paid=paid)
        places = near.places._replace(paths=paths, own_payoff=self.own[0], own_incentive=self.own[1])
        layout: Layout = near.layout._replace(
            discount=discounts(self.index),
            log_weight=self.log_weight,
            lottery_prob=self.lottery_prob,
            **payoffs(self.index, places, near.layout.lottery_ptr, self.lottery_prob),
        )
        return replace(near, game=self.game, layout=layout, places=places, has_incentive=has_incentive(layout))

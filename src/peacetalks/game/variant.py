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
from peacetalks.game.layout import Stack, discounts, has_incentive, payoffs
from peacetalks.game.payoffs import PlayerTypes
from peacetalks.game.walk import Paid, added_up, paid_by

if TYPE_CHECKING:
    from peacetalks.game.alike import Expansion
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
        near, expand = self.near, Expander(self.game, self.game.stages[k])
        low, high = near.stage_ptr[k : k + 2].tolist()
        at = {state: i for i, (_, state) in enumerate(near.nodes[low:high])}
        found: list[Expansion | None] = [None] * (high - low)
        for state, path in near.places.paths[k].items():
            one = expand(state)
            if (i := at.get(state)) is None:
                self._pass_through(k, state, one, path)
            else:
                found[i] = one
        if high > low:
            self._write(k, low, high, [one for one in found if one is not None])

    def _pass_through(self, k: int, state: Any, one: Expansion, path: int) -> None:
        """Write what a move pays that is the only one in its state."""
        form, to = one
        if len(to) > 1 or form.pays_by_types:
            raise _Differs
        own = paid_by(self.index, form, (self.game.stages[k], state, form.node.names[0]))
        after = self._path(k + 1, to[0])
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

    def _write(self, k: int, low: int, high: int, found: list[Expansion]) -> None:
        """Write the arrays of the nodes `low` to `high` of a stage."""
        lay, near = self.near.layout, self.near
        if any(one.form.node.labels != near.labels[low + i] for i, one in enumerate(found)) or any(
            one.form.pays_by_types for one in found
        ):
            raise _Differs

        def where(i: int, profile: int) -> tuple[Stage, Any, Any]:
            return self.game.stages[k], near.nodes[low + i][1], found[i].form.node.names[profile]

        stack = Stack.of([one.form for one in found], self.index, where)
        part, prof = lay.part_ptr[[low, high]], lay.prof_ptr[[low, high]]
        entries, known = lay.lottery_ptr[prof], near.places.paths[k + 1]
        try:
            paths = [known.get(target, -1) for one in found for target in one.to]
        except TypeError:
            raise _Differs from None
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
        places = near.places._replace(passed=self.passed, paid=paid, own_payoff=self.own[0], own_incentive=self.own[1])
        openings = [places.paths[0].get(state, -1) for state in near.boundaries]
        layout: Layout = near.layout._replace(
            discount=discounts(self.index),
            log_weight=self.log_weight,
            lottery_prob=self.lottery_prob,
            **payoffs(self.index, places, paid, near.layout.lottery_ptr, self.lottery_prob, openings),
        )
        return replace(near, game=self.game, layout=layout, places=places, has_incentive=has_incentive(layout))

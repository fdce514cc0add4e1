"""Payoff mappings become vectors with one entry for each (player, type), the *player-type index*."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.language import Game, Stage, place
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Where = str | tuple[Stage, Any, Any]
Entries = tuple[np.ndarray, np.ndarray, np.ndarray]  # row, player-type, amount


def ints(values: Any) -> np.ndarray:
    """Return `values` as 64-bit integers."""
    return np.asarray(values, dtype=np.int64)


class PlayerTypes:
    """The player-type index of a game, and the conversion of payoff mappings to vectors over it, with checks."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.index: dict[Any, list[int]] = {}
        self.player: list[int] = []
        self.type: list[int] = []
        for i, player in enumerate(game.players):
            for k, kind in enumerate(game.type_names(player)):
                here = len(self.player)
                self.index.setdefault(player, []).append(here)
                self.index[(player, kind)] = [here]
                self.player.append(i)
                self.type.append(k)
        self.code = {key: i for i, key in enumerate(self.index)}
        self.zero = np.zeros(len(self.player))
        combos = product(*(game.type_names(p) for p in game.players))
        self.profiles = [dict(zip(game.players, types, strict=True)) for types in combos]

    def entries(self, pay: Mapping[Any, float] | None, where: Where) -> Iterator[tuple[int, float]]:
        """Yield (player-type, amount) for everything that `pay` pays."""
        if pay and not isinstance(pay, Mapping):
            example = {self.game.players[0]: 0.5}
            raise GameError(f"{place(where)} pays {shorten(pay)}; write {{player: payoff}}, such as {example}")
        for key, amount in (pay or {}).items():
            at = self.index.get(key)
            if at is None:
                known = [k for k in self.index if isinstance(k, str) == isinstance(key, str)]
                hint = did_you_mean(key, known)
                raise GameError(f"{place(where)} pays {shorten(key)}, who is not a player (or player and type){hint}")
            try:
                finite = math.isfinite(amount)
            except TypeError:
                finite = False
            if not finite:
                raise GameError(f"{place(where)} pays {shorten(key)} {shorten(amount)}; payoffs must be finite numbers")
            for u in at:
                yield u, amount

    def entries_of(self, pays: Sequence[Mapping[Any, float] | None], where: Callable[[int], Where]) -> Entries:
        """Return all that is paid in `pays`, row by row; `where(row)` is named in an error."""
        rows = [row for row, pay in enumerate(pays) if pay]
        some = [pay for pay in pays if pay]
        try:  # all at once; only where that fails, entry by entry to name the error
            keys = ints([self.code[key] for pay in some for key in pay])
            amounts = np.array(array("d", chain.from_iterable([pay.values() for pay in some])))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            return self._one_by_one(pays, where)
        if not np.isfinite(amounts).all():
            return self._one_by_one(pays, where)
        width = ints([len(at) for at in self.index.values()])[keys]
        first = ints([at[0] for at in self.index.values()])[keys]  # the types of a player follow one another
        index = np.arange(width.sum()) + np.repeat(first - (np.cumsum(width) - width), width)
        row = np.repeat(ints(rows), [len(pay) for pay in some])
        return np.repeat(row, width), index, np.repeat(amounts, width)

    def _one_by_one(self, pays: Sequence[Mapping[Any, float] | None], where: Callable[[int], Where]) -> Entries:
        found = [(row, *entry) for row, pay in enumerate(pays) for entry in self.entries(pay, where(row))]
        row, index, amount = zip(*found, strict=True)
        return ints(row), ints(index), np.array(amount, float)

    def rows(self, n: int, paid: Entries) -> np.ndarray:
        """Return payoffs [row, player-type]; amounts for the same place are added up in order."""
        row, index, amount = paid
        flat = np.bincount(row * len(self.zero) + index, amount, minlength=n * len(self.zero))
        return flat.astype(float, copy=False).reshape(n, len(self.zero))  # integers where nothing is paid at all

    def with_paths(
        self, own: np.ndarray, paid: Mapping[int, np.ndarray], row: np.ndarray, path: np.ndarray, prob: np.ndarray
    ) -> np.ndarray:
        """Return `own` [row, player-type] plus, in each `row` of a lottery entry, `prob` times `paid[path]`."""
        pays = np.zeros(1 + max([path.max(initial=0), *paid]), bool)
        pays[list(paid)] = True
        at = np.flatnonzero(pays[path])
        if not len(at):
            return own
        out = own.copy()
        np.add.at(out, row[at], np.array([paid[p] for p in path[at].tolist()]) * prob[at, None])
        return out

    def vector(self, pay: Mapping[Any, float] | None, where: Where) -> np.ndarray:
        """Return `pay` as a vector [player-type]."""
        if not pay:
            return self.zero
        out = np.zeros(len(self.player))
        for u, amount in self.entries(pay, where):
            out[u] += amount
        return out

    def table(self, pay: Any, where: Where) -> np.ndarray:
        """Return `pay` as [type profile, player]; a function of the types is evaluated at each profile."""
        out = np.zeros((len(self.profiles), len(self.game.players)))
        for row, types in enumerate(self.profiles):
            found: Any = pay(dict(types)) if callable(pay) else pay
            vector = self.vector(found, where)
            for i, player in enumerate(self.game.players):
                out[row, i] = vector[self.index[(player, types[player])][0]]
        return out


def horizon_values(game: Game, states: Sequence[Any]) -> np.ndarray:
    """Return the value of each state after the last period [state, player-type]; zero where the game gives none."""
    index = PlayerTypes(game)
    out = np.zeros((len(states), len(index.zero)))
    if game.value is not None:
        for e, state in enumerate(states):
            out[e] = index.vector(game.value(state), f"the value of state {shorten(state)} at the horizon")
    return out

"""Pay mappings become numbers over columns of (player, type)."""

from __future__ import annotations

import math
from array import array
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.language import Game, Stage, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Where = str | tuple[Stage, Any, Any]
Entries = tuple[np.ndarray, np.ndarray, np.ndarray]  # row, column, amount


def ints(values: Any) -> np.ndarray:
    """Return `values` as 64-bit integers."""
    return np.asarray(values, dtype=np.int64)


class Columns:
    """Turns pay mappings into vectors over (player, type) columns, with checks at the door."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.index: dict[Any, list[int]] = {}
        self.player: list[int] = []
        self.type: list[int] = []
        for i, player in enumerate(game.players):
            for k, kind in enumerate(game.type_names(player)):
                col = len(self.player)
                self.index.setdefault(player, []).append(col)
                self.index[(player, kind)] = [col]
                self.player.append(i)
                self.type.append(k)
        self.code = {key: i for i, key in enumerate(self.index)}
        self.zero = np.zeros(len(self.player))
        combos = product(*(game.type_names(p) for p in game.players))
        self.profiles = [dict(zip(game.players, kinds, strict=True)) for kinds in combos]

    def entries(self, pay: Mapping[Any, float] | None, where: Where) -> Iterator[tuple[int, float]]:
        """Yield (column, amount) for everything that `pay` pays."""
        for key, amount in (pay or {}).items():
            cols = self.index.get(key)
            if cols is None:
                known = [k for k in self.index if isinstance(k, str) == isinstance(key, str)]
                hint = did_you_mean(key, known)
                raise GameError(f"{place(where)} pays {key!r}, who is not a player (or player and type){hint}")
            if not math.isfinite(amount):
                raise GameError(f"{place(where)} pays {key!r} {amount!r}; payoffs must be finite numbers")
            for col in cols:
                yield col, amount

    def entries_of(self, pays: Sequence[Mapping[Any, float] | None], where: Callable[[int], Where]) -> Entries:
        """Return all that is paid in `pays`, row by row; `where(row)` is named in an error."""
        rows = [row for row, pay in enumerate(pays) if pay]
        some = [pay for pay in pays if pay]
        try:  # all at once; what looks wrong is gone through entry by entry
            keys = ints([self.code[key] for pay in some for key in pay])
            amounts = np.array(array("d", chain.from_iterable([pay.values() for pay in some])))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            return self._one_by_one(pays, where)
        if not np.isfinite(amounts).all():
            return self._one_by_one(pays, where)
        width = ints([len(cols) for cols in self.index.values()])[keys]
        first = ints([cols[0] for cols in self.index.values()])[keys]  # a player's columns follow one another
        col = np.arange(width.sum()) + np.repeat(first - (np.cumsum(width) - width), width)
        row = np.repeat(ints(rows), [len(pay) for pay in some])
        return np.repeat(row, width), col, np.repeat(amounts, width)

    def _one_by_one(self, pays: Sequence[Mapping[Any, float] | None], where: Callable[[int], Where]) -> Entries:
        found = [(row, *entry) for row, pay in enumerate(pays) for entry in self.entries(pay, where(row))]
        row, col, amount = zip(*found, strict=True)
        return ints(row), ints(col), np.array(amount, float)

    def on_the_way(self, paid: Mapping[int, np.ndarray], row: np.ndarray, way: np.ndarray, prob: np.ndarray) -> Entries:
        """Return what is paid where play passes through: `prob` of `paid[way]`, where there is any, in `row`."""
        at, n = np.flatnonzero(np.isin(way, ints(list(paid)))), len(self.zero)
        amounts = np.array([paid[w] for w in way[at].tolist()]).reshape(len(at), n) * prob[at, None]
        return np.repeat(row[at], n), np.tile(np.arange(n), len(at)), amounts.ravel()

    def rows(self, n: int, *paid: Entries) -> np.ndarray:
        """Return payments as [row, column], those to the same place added up in order."""
        row, col, amount = (np.concatenate(parts) for parts in zip(*paid, strict=True))
        flat = np.bincount(row * len(self.zero) + col, amount, minlength=n * len(self.zero))
        return flat.astype(float, copy=False).reshape(n, len(self.zero))  # whole numbers where nothing is paid at all

    def vector(self, pay: Mapping[Any, float] | None, where: Where) -> np.ndarray:
        """Return `pay` as a vector over columns."""
        if not pay:
            return self.zero
        out = np.zeros(len(self.player))
        for col, amount in self.entries(pay, where):
            out[col] += amount
        return out

    def table(self, pay: Any, where: Where) -> np.ndarray:
        """Return pay as [type profile, player], evaluating a function of the types on each profile."""
        out = np.zeros((len(self.profiles), len(self.game.players)))
        for row, kinds in enumerate(self.profiles):
            found: Any = pay(dict(kinds)) if callable(pay) else pay
            vector = self.vector(found, where)
            for i, player in enumerate(self.game.players):
                out[row, i] = vector[self.index[(player, kinds[player])][0]]
        return out

"""Pay mappings become numbers: columns of (player, type), and payments collected entry by entry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from peacetalks.game import Game, GameError, Stage, did_you_mean, place

Where = str | tuple[Stage, Any, Any]


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


class Payments:
    """Pay by row and column, collected entry by entry."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.row: list[int] = []
        self.col: list[int] = []
        self.amount: list[float] = []

    def add(self, row: int, pay: Mapping[Any, float] | None, where: Where) -> None:
        """Add what a move pays to `row`."""
        for col, amount in self.columns.entries(pay, where):
            self.row.append(row)
            self.col.append(col)
            self.amount.append(amount)

    def add_vector(self, row: int, vector: np.ndarray, share: float) -> None:
        """Add `share` of what is paid where play passes through."""
        if vector is not self.columns.zero:
            for col in np.flatnonzero(vector).tolist():
                self.row.append(row)
                self.col.append(col)
                self.amount.append(share * float(vector[col]))

    def table(self, rows: int) -> np.ndarray:
        """Return the payments as [row, column]."""
        out = np.zeros((rows, len(self.columns.zero)))
        np.add.at(out, (ints(self.row), ints(self.col)), np.array(self.amount, float))
        return out

"""States as rows of integers, so that many are made from one another and looked up at once.

A state is a number for its class and one for each of its fields; where a game's states have no fields that its stages
read by name, it is a number itself.  Values have the same number where they are equal and of the same type: 1 and 1.0
differ.  States are the same where all their values are equal, so that there 1 and 1.0 do not differ.
"""

from __future__ import annotations

from array import array
from copy import copy
from functools import partial
from itertools import repeat
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.game.language import Game

_NO_FIELDS = object()  # stands for the class of a state that is coded by itself among others that are not


class Codes:
    """The numbers of values, and the rows of states.

    >>> from peacetalks.game.language import Chance, Game, Move
    >>> end = Chance("end", lambda at: [Move("end", at)], alike=True)
    >>> codes = Codes(Game(players=("A",), start=("war", 3), stages=(end,)))
    >>> codes.rows([("war", 3), ("war", 4)]).tolist()
    [[0, 1, 2], [0, 1, 3]]
    >>> codes.states(np.array([[0, 1, 3]]))
    [('war', 4)]
    """

    def __init__(self, game: Game) -> None:
        starts, alike = list(game.starts()), any(stage.alike for stage in game.stages)
        self.fields = len(starts[0]) if alike and isinstance(starts[0], tuple) else 0
        self.width = 1 + self.fields
        self._values: list[Any] = []
        self._equal = array("i")  # number -> the first one of an equal value
        self._first: dict[Any, int] = {}  # value -> the first number of an equal one
        self._numbers: dict[Any, int] = {}  # value and type -> number
        self.by_id: dict[int, int] = {}  # id of an object that is a field's value -> its number
        self._objects: list[Any] = []  # the same objects, that their ids may last
        self._mixed = False  # whether equal values have several numbers

    def copy(self) -> Codes:
        """Return codes with the same numbers, to which others are added apart."""
        out: Codes = object.__new__(Codes)
        for name, value in vars(self).items():
            setattr(out, name, copy(value) if isinstance(value, list | dict | array) else value)
        return out

    def forget_objects(self) -> None:
        """Forget which objects had which numbers, so that they need not last."""
        self.by_id, self._objects = {}, []

    def number(self, value: Any) -> int:
        """Return the number of a field's value; raise TypeError where it is not hashable."""
        number = self.by_id.get(id(value))
        if number is None:
            number = self.by_id[id(value)] = self.whole(value)
            self._objects.append(value)
        return number

    def whole(self, value: Any) -> int:
        """Return the number of a value that is hardly met again as the same object, such as a state."""
        first = self._first.get(value)
        if first is not None and _surely_the_same(self._values[first], value):
            return first
        number = self._numbers.setdefault(_exactly(value), len(self._values))
        if number == len(self._values):
            self._values.append(value)
            is_class = self.fields and isinstance(value, type) and issubclass(value, tuple)
            first = self._first.setdefault(tuple if is_class else value, number)  # a tuple equals a named one
            self._equal.append(first)
            self._mixed = self._mixed or first != number
        return number

    def equal(self, number: int, other: int) -> bool:
        """Return whether the values of two numbers are equal."""
        return self._equal[number] == self._equal[other]

    def row(self, state: Any) -> list[int]:
        """Return the row of a state; raise TypeError where it is not hashable."""
        if not self.fields:
            return [self.whole(state)]
        if isinstance(state, tuple) and len(state) == self.fields:
            return [self.number(type(state)), *map(self.number, state)]
        return [self.number(_NO_FIELDS), self.whole(state), *repeat(0, self.fields - 1)]

    def rows(self, states: Sequence[Any]) -> np.ndarray:
        """Return the rows of states [state, field]."""
        return np.array([self.row(state) for state in states], np.int32).reshape(len(states), self.width)

    def have_fields(self, rows: np.ndarray) -> np.ndarray:
        """Return which states are coded by their fields."""
        none = self._numbers.get(_exactly(_NO_FIELDS), -1)
        return rows[:, 0] != none if self.fields else np.zeros(len(rows), bool)

    def state(self, row: Sequence[int]) -> Any:
        """Return the state of a row."""
        if not self.fields:
            return self._values[row[0]]
        kind, *fields = map(self._values.__getitem__, row)
        return fields[0] if kind is _NO_FIELDS else tuple.__new__(kind, fields)

    def states(self, rows: np.ndarray) -> list[Any]:
        """Return the states of rows."""
        classes = set(rows[:, 0].tolist())
        if len(classes) != 1 or not self.have_fields(rows[:1])[0]:
            return list(map(self.state, rows.tolist()))
        values = np.fromiter(self._values, object, len(self._values))
        return list(map(partial(tuple.__new__, self._values[classes.pop()]), values[rows[:, 1:]].tolist()))

    def keys(self, rows: np.ndarray) -> list[bytes]:
        """Return what is equal where states are."""
        return packed(np.frombuffer(self._equal.tobytes(), np.int32)[rows] if self._mixed else rows)


def packed(rows: np.ndarray) -> list[bytes]:
    """Return what is equal where rows of integers are."""
    if not rows.shape[1]:
        return [b""] * len(rows)
    return np.ascontiguousarray(rows).view(f"V{rows.itemsize * rows.shape[1]}")[:, 0].tolist()


def _exactly(value: Any) -> Any:
    """Return what is equal where values are, and of the same type."""
    kind = type(value)
    return (kind, *map(_exactly, value)) if issubclass(kind, tuple) else (kind, value)


def _surely_the_same(value: Any, equal: Any) -> bool:
    """Return whether equal values are of the same type, found out in little time: of two tuples it may say no."""
    return type(value) is type(equal) and (not isinstance(value, tuple) or all(map(is_, value, equal)))


class Met:
    """The states that are met at a stage, numbered in the order in which they are."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._numbers: dict[bytes, int] = {}
        self._rows: list[np.ndarray] = [np.empty((0, codes.width), np.int32)]
        self._asked = 0  # how many of these `latest` has returned

    def __len__(self) -> int:
        """Return the number of states."""
        return len(self._numbers)

    @property
    def rows(self) -> np.ndarray:
        """The rows of the states, once all are met."""
        if len(self._rows) > 1:
            self._rows = [np.concatenate(self._rows)]
        return self._rows[0]

    def latest(self) -> np.ndarray:
        """Return the rows of the states that are new since this was last asked for."""
        out = np.concatenate([self._rows[0][:0], *self._rows[self._asked :]])
        self._asked = len(self._rows)
        return out

    def add(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of states, and the rows of those that are new."""
        keys = self._codes.keys(rows)
        out = np.fromiter(map(self._numbers.get, keys, repeat(-1)), np.int64, len(rows))
        new = []
        for i in np.flatnonzero(out < 0).tolist():
            known = len(self._numbers)
            out[i] = number = self._numbers.setdefault(keys[i], known)
            if number == known:
                new.append(i)
        self._rows.append(rows[new])
        return out, self._rows[-1]

    def find(self, rows: np.ndarray, codes: Codes) -> np.ndarray:
        """Return the numbers of states coded by `codes`, a copy of the own ones; -1 for those that are not met."""
        return np.fromiter(map(self._numbers.get, codes.keys(rows), repeat(-1)), np.int64, len(rows))

"""What was observed of every play: the actions that were taken, or the outcome by its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.errors import EstimationError
from peacetalks.estimation.frames import require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.estimation.model import Array

NOT_REACHED = "*"
NOT_OBSERVED = -1


@dataclass(frozen=True)
class Outcomes:
    """How columns of data become indices of outcomes.

    Attributes
    ----------
    columns : tuple of str
        One column of outcomes, or one of 0 and 1 for each decision.
    labels : tuple of str
        Of the outcomes.
    paths : tuple of str
        The actions that lead to each outcome, a character for each decision: 0, 1 or * where it is not reached.
    levels : tuple
        The outcomes as a single column names them.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    paths: tuple[str, ...]
    levels: tuple[object, ...] = ()

    def read(self, data: pl.DataFrame) -> Array | None:
        """Return the index of the outcome of every play, -1 where it is missing, [row]; None without the columns.

        Raises `EstimationError` for a value that is no outcome, or an action at a decision that was not reached.
        """
        if not any(name in data.columns for name in self.columns):
            return None
        require_columns(self.columns, data, "the left side of the formula")
        return self._levels(data) if self.levels else self._actions(data)

    def _levels(self, data: pl.DataFrame) -> Array:
        """Return the outcomes that a single column names."""
        column = data[self.columns[0]].to_list()
        index = {level: i for i, level in enumerate(self.levels)}
        for row, value in enumerate(column):
            if value is not None and value not in index:
                raise EstimationError(
                    f"column {self.columns[0]!r}, row {row + 1}: {value!r} is no outcome; "
                    f"expected {', '.join(repr(level) for level in self.levels)}"
                )
        return np.array([NOT_OBSERVED if value is None else index[value] for value in column])

    def _actions(self, data: pl.DataFrame) -> Array:
        """Return the outcomes that actions lead to; an action that was not asked for may be missing or 0."""
        actions = np.stack([_bits(data[name]) for name in self.columns], axis=1)
        found = np.full(data.height, NOT_OBSERVED)
        for k, path in enumerate(self.paths):
            reached = np.array([c != NOT_REACHED for c in path])
            taken = np.array([c == "1" for c in path])
            here = (actions == np.where(taken, 1, 0))[:, reached].all(axis=1)
            wrong = here & (actions == 1)[:, ~reached].any(axis=1)
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                shown = ", ".join(f"{name}={data[name][row]}" for name in self.columns)
                raise EstimationError(
                    f"row {row + 1}: {shown}, but an action of 1 at a decision that was not reached contradicts "
                    "the game: write 0, or leave it missing"
                )
            found[here] = k
        return found


def _bits(column: pl.Series) -> Array:
    """Return a column of actions as 0, 1 or NaN where it is missing, [row]."""
    try:
        values = column.cast(pl.Float64).to_numpy()
    except pl.exceptions.PolarsError as e:
        raise EstimationError(f"column {column.name!r}: expected actions as 0 or 1, got {column[0]!r}") from e
    odd = np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))
    if odd.size:
        raise EstimationError(
            f"column {column.name!r}, row {odd[0] + 1}: expected an action as 0 or 1, got {column[int(odd[0])]!r}"
        )
    return values


def outcomes_of(
    columns: tuple[str, ...], paths: Sequence[str], data: pl.DataFrame, order: Sequence[str] | None, model: str
) -> Outcomes:
    """Return how outcomes are read from data.

    Parameters
    ----------
    columns : tuple of str
        The left side of the formula: one column of outcomes, or one for each decision.
    paths : sequence of str
        As in `Outcomes`.
    data : polars.DataFrame
    order : sequence of str, optional
        The outcomes of a single column of texts in the order of the game; a column of numbers is in their order, an
        Enum or a category in its own.
    model : str
        The name of the game, for messages.

    Raises
    ------
    EstimationError
        Another number of columns or outcomes, no order, or an outcome that was never observed.
    """
    require_columns(columns, data, "the left side of the formula")
    if len(columns) == 1:
        levels = _order(data[columns[0]], len(paths), order)
        made = Outcomes(columns, tuple(str(level) for level in levels), tuple(paths), levels)
    elif len(columns) == len(paths[0]):
        if order is not None:
            raise EstimationError("outcomes: the columns of actions have the order of the decisions; leave it out")
        made = Outcomes(columns, tuple(_label(path, columns) for path in paths), tuple(paths))
    else:
        raise EstimationError(
            f"formula: {model} needs one column of {len(paths)} outcomes, or {len(paths[0])} columns of actions, on "
            f"its left side; got {' + '.join(columns)}"
        )
    seen = made.read(data)
    absent = [label for k, label in enumerate(made.labels) if seen is None or not (seen == k).any()]
    if absent:
        raise EstimationError(
            f"the outcome {absent[0]!r} was never observed, so that the payoffs behind it are not identified"
        )
    return made


def _order(column: pl.Series, count: int, order: Sequence[str] | None) -> tuple[object, ...]:
    """Return the outcomes of a column in the order of the game."""
    found = column.drop_nulls().unique().sort().to_list()
    if order is not None:
        levels = tuple(order)
    elif isinstance(column.dtype, pl.Enum):
        levels = tuple(column.dtype.categories)
    elif column.dtype.is_numeric():
        levels = tuple(found)
    else:
        raise EstimationError(
            f"column {column.name!r}: the order of its outcomes in the game is not known; "
            f"give it as outcomes=({', '.join(repr(x) for x in found)}) in the right order"
        )
    if len(levels) != count:
        raise EstimationError(
            f"column {column.name!r}: the game has {count} outcomes, got {', '.join(repr(x) for x in levels)}"
        )
    return levels


def _label(path: str, columns: Sequence[str]) -> str:
    """Return the label of an outcome from the actions that lead to it.

    >>> _label("10", ["esc", "war"]), _label("0*", ["esc", "war"])
    ('esc,~war', '~esc')
    """
    taken = [("" if c == "1" else "~") + name for c, name in zip(path, columns, strict=True) if c != NOT_REACHED]
    return ",".join(taken)

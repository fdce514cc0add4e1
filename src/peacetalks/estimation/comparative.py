"""Comparative statics: the probabilities of the outcomes as one covariate goes over a range, with intervals.

The other covariates stand at typical values (means; of binary and categorical ones the most frequent value), or every
row keeps its own and the probabilities are averaged over the sample.  The two answer different questions and can differ
much, since the probabilities are not linear in the covariates: `at` says which was asked, and every page says it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.intervals import Method, Quantity, quantity
from peacetalks.estimation.predictions import bound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from peacetalks.estimation.model import Array, Estimate, Model

    Value = float | str | bool

POINTS = 21  # of a range
AT = ("typical", "sample")


@dataclass(frozen=True)
class ComparativeStatics:
    """Probabilities of the outcomes at values of one covariate.

    Attributes
    ----------
    column : str
    values : tuple
        Of the covariate, [value]: numbers, or the levels of a category.
    outcomes : tuple of str
    probability : Quantity
        Its arrays are [value, outcome].
    change : Quantity
        From the first value to each of the others, [value - 1, outcome]; intervals are those of the differences.
    at : str
        `typical`: the other covariates stand at `others`; `sample`: averaged over the rows, each with its own.
    others : mapping
        The other covariates and where they stand; of a sample only those that were set.
    rows : int
        Of the sample.
    seen : (float, float) or None
        The smallest and largest value in the data; None for a category.
    method : Method
    """

    column: str
    values: tuple[Value, ...]
    outcomes: tuple[str, ...]
    probability: Quantity
    change: Quantity
    at: str
    others: Mapping[str, Value]
    rows: int
    seen: tuple[float, float] | None
    method: Method

    @property
    def beyond(self) -> bool:
        """Whether the range goes beyond what was seen in the data."""
        if self.seen is None:
            return False
        low, high = self.seen
        room = 1e-9 * (high - low)
        return any(not low - room <= float(v) <= high + room for v in self.values)

    def to_polars(self) -> pl.DataFrame:
        """Return a long table: one row for each value and outcome."""
        shape = self.probability.value.shape
        every = {"value": "probability", "error": "error", "low": "low", "high": "high"}
        return pl.DataFrame(
            {
                self.column: [v for v in self.values for _ in range(shape[1])],
                "outcome": list(self.outcomes) * shape[0],
                **{name: getattr(self.probability, part).ravel() for part, name in every.items()},
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the comparative statics as plain values."""
        return {
            "column": self.column,
            "values": list(self.values),
            "outcomes": list(self.outcomes),
            "at": self.at,
            "others": dict(self.others),
            "rows": self.rows,
            "seen": None if self.seen is None else list(self.seen),
            "beyond_the_data": self.beyond,
            "probability": _plain(self.probability),
            "change": _plain(self.change),
            "intervals": self.method.to_dict(),
        }


def _plain(q: Quantity) -> dict[str, Any]:
    names = {"value": q.value, "error": q.error, "low": q.low, "high": q.high}
    return {name: x.tolist() for name, x in names.items()}


def comparative_statics(
    estimate: Estimate,
    column: str,
    values: Sequence[Value] | None = None,
    at: str = "typical",
    given: Mapping[str, Value] | None = None,
    method: Method | None = None,
) -> ComparativeStatics:
    """Return the probabilities of the outcomes as one covariate varies.

    Parameters
    ----------
    estimate : Estimate
    column : str
        A covariate of the data.
    values : sequence, optional
        Values of it; by default all levels of a category, 0 and 1 of a binary one, else `POINTS` from the smallest to
        the largest value in the data.
    at : str
        `typical` (the default) or `sample`: where the other covariates stand (see the module).
    given : mapping, optional
        Values for some of the other covariates.
    method : Method, optional
        How intervals are made.

    Returns
    -------
    ComparativeStatics

    Raises
    ------
    EstimationError
        An unknown covariate, fewer than two values, text for a number, or another `at`.
    """
    model, method = estimate.model, method or Method()
    given = dict(given or {})
    _check(model, column, at, given)
    grid = tuple(default_values(model, column) if values is None else values)
    _check_values(model, column, grid)
    others = typical(model) if at == "typical" else {}
    others = {k: v for k, v in (others | given).items() if k != column}
    varied = _remembered(_varied(model, column, grid, others, at))
    seen = model.data[column]
    span = (float(seen.min()), float(seen.max())) if _numeric(seen) else None  # type: ignore[arg-type]
    return ComparativeStatics(
        column, grid, model.outcomes, quantity(estimate, varied, method), _change(estimate, varied, method),
        at, others, model.rows, span, method,
    )  # fmt: skip


def _change(estimate: Estimate, varied: Callable[[Array], Array], method: Method) -> Quantity:
    def difference(theta: Array) -> Array:
        p = varied(theta)
        return p[1:] - p[0]

    return quantity(estimate, difference, method, bounded=False)


def _remembered(g: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Return a function that is computed once for all parameters at which it is asked for twice."""
    found: dict[bytes, Array] = {}

    def remembered(theta: Array) -> Array:
        key = theta.tobytes()
        if key not in found:
            found[key] = g(theta)
        return found[key]

    return remembered


def _varied(
    model: Model, column: str, grid: tuple[Value, ...], others: Mapping[str, Value], at: str
) -> Callable[[Array], Array]:
    """Return the function from parameters to probabilities, [value, outcome]."""
    if at == "typical":
        rows = bound(model, {**others, column: list(grid)})
        return rows.probabilities
    sample = model.data.select(model.covariates).with_columns(**{k: pl.lit(v) for k, v in others.items()})
    each = [bound(model, sample.with_columns(pl.lit(v).alias(column))) for v in grid]
    return lambda theta: np.array([m.probabilities(theta).mean(axis=0) for m in each])


def typical(model: Model) -> dict[str, Value]:
    """Return a typical value of every covariate: the mean of a number, else the most frequent value.

    A column of zeros and ones counts as a category; of values that are equally frequent the first in the data is taken.
    """
    found: dict[str, Value] = {}
    for name in model.covariates:
        column = model.data[name]
        if _numeric(column) and not _binary(column):
            found[name] = float(column.mean())  # type: ignore[arg-type]
        else:
            found[name] = Counter(column.to_list()).most_common(1)[0][0]
    return found


def default_values(model: Model, column: str) -> list[Value]:
    """Return the values that a covariate goes over where none are given."""
    data = model.data[column]
    if not _numeric(data) or _binary(data):
        return sorted(data.unique().to_list())
    return np.linspace(float(data.min()), float(data.max()), POINTS).tolist()  # type: ignore[arg-type]


def _numeric(column: pl.Series) -> bool:
    return column.dtype.is_numeric()


def _binary(column: pl.Series) -> bool:
    return set(column.unique().to_list()) <= {0, 1}


def _check(model: Model, column: str, at: str, given: Mapping[str, Value]) -> None:
    if at not in AT:
        raise EstimationError(f"at={at!r}: where the other covariates stand is `typical` or `sample`")
    for name in (column, *given):
        if name not in model.covariates:
            raise EstimationError(f"{name!r} is no covariate of the model. {suggestion(name, model.covariates)}")
    if column in given:
        raise EstimationError(f"{column!r} cannot both vary and be given a value")
    for name, value in given.items():
        _check_kind(model, name, value)


def _check_values(model: Model, column: str, grid: tuple[Value, ...]) -> None:
    if len(set(grid)) < 2:
        raise EstimationError(f"{column!r} takes {len(set(grid))} value: give at least two to compare")
    for value in grid:
        _check_kind(model, column, value)


def _check_kind(model: Model, name: str, value: Value) -> None:
    """Raise `EstimationError` for a value that the covariate cannot have."""
    column = model.data[name]
    if _numeric(column):
        if isinstance(value, str) or not np.isfinite(value):
            raise EstimationError(f"{name!r} is a number in the data; {value!r} is none")
    elif value not in (levels := column.unique().to_list()):
        raise EstimationError(f"{name!r} has no level {value!r}. {suggestion(value, levels)}")

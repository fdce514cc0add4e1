"""Why a likelihood has no maximum: an outcome that a covariate separates, or a scale that nothing holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from peacetalks.estimation.model import Array, Model

MOST_LEVELS = 12  # of a column of numbers whose values are looked at one by one


def explain(model: Model, theta: Array, parameters: list[str]) -> str:
    """Return a sentence on why the likelihood has no maximum, with what to try."""
    found = list(separated(model))
    if found:
        return (
            f"{'; '.join(found[:3])}: such a covariate separates the outcomes, and its coefficient grows without end. "
            "Join levels, or leave the covariate out."
        )
    large = [p for p, value in zip(model.parameters, theta, strict=True) if p in parameters and abs(value) > 10]
    if large:
        return f"The values of {', '.join(large[:3])} are large: an outcome may be separated by a covariate."
    return "Leave one of them out, hold one fixed, or start elsewhere (start=...)."


def separated(model: Model) -> Iterator[str]:
    """Yield each outcome that never came where a covariate has one of its levels.

    >>> from peacetalks.estimation.bind import bind
    >>> cases = {"act": [0, 1, 1, 1, 0, 0], "fight": [0, 1, 0, 1, 0, 0], "democracy": [1, 0, 1, 0, 1, 0]}
    >>> model = bind("act + fight ~ democracy | 0 | 1 | 1", cases, "egame12").model
    >>> next(separated(model))
    "the outcome 'act,~fight' never occurs where democracy is 0"
    """
    if model.observed is None:
        return
    for name in model.covariates:
        levels = _levels(model.data[name])
        if levels is None:
            continue
        for level, rows in levels:
            there = np.bincount(model.observed[rows], minlength=len(model.outcomes))
            for k in np.flatnonzero(there == 0):
                yield f"the outcome {model.outcomes[k]!r} never occurs where {name} is {level}"


def _levels(column: pl.Series) -> list[tuple[object, Array]] | None:
    """Return each level of a column with its rows; None for a column of many numbers."""
    values = np.array(column.to_list(), dtype=object)
    levels = column.unique().sort().to_list()
    if len(levels) > MOST_LEVELS:
        return None
    return [(level, np.flatnonzero(values == level)) for level in levels]

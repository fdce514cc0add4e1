"""Predicted probabilities of the outcomes of a strategic model: row by row, with standard errors and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.frames import as_frame
from peacetalks.estimation.intervals import MOST_VALUES, Method, Quantity, quantity

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array, Estimate, Model


@dataclass(frozen=True)
class Predictions:
    """Predicted probabilities.

    Attributes
    ----------
    outcomes : tuple of str
    probability, error, low, high : array, [row, outcome]
        With their standard errors and the ends of their intervals; NaN where none were asked for.
    data : polars.DataFrame
        The covariates that were predicted for, [row].
    method : Method
        How the intervals were made.
    """

    outcomes: tuple[str, ...]
    probability: Array
    error: Array
    low: Array
    high: Array
    data: pl.DataFrame
    method: Method

    def __len__(self) -> int:
        return len(self.probability)

    def to_polars(self) -> pl.DataFrame:
        """Return one row for each predicted row: covariates, then of each outcome probability, error, low and high."""
        parts: dict[str, Array] = {}
        for k, outcome in enumerate(self.outcomes):
            parts[f"Pr({outcome})"] = self.probability[:, k]
            if self.method.kind != "none":
                parts |= {f"{what}({outcome})": x[:, k] for what, x in self._spread().items()}
        return pl.concat([self.data, pl.DataFrame(parts)], how="horizontal")

    def _spread(self) -> dict[str, Array]:
        return {"error": self.error, "low": self.low, "high": self.high}

    def to_dict(self) -> dict[str, Any]:
        """Return the predictions as plain values."""
        return {
            "outcomes": list(self.outcomes),
            "probability": self.probability.tolist(),
            **{what: x.tolist() for what, x in self._spread().items()},
            "data": self.data.to_dict(as_series=False),
            "intervals": self.method.to_dict(),
        }


def predict(estimate: Estimate, data: Any = None, method: Method | None = None) -> Predictions:
    """Return the probability of every outcome for rows of data.

    Parameters
    ----------
    estimate : Estimate
    data : frame of polars or pandas, or mapping of columns, optional
        With every covariate of the model; the rows that the estimate was made from, if left out.
    method : Method, optional
        How intervals are made (`Method("delta")`, the default).

    Returns
    -------
    Predictions

    Raises
    ------
    EstimationError
        A covariate is missing, or misses a value, or has a level that the estimate does not know.
    """
    method = method or Method()
    model = estimate.model if data is None else bound(estimate.model, data)
    block = max(1, MOST_VALUES // (method.draws * len(model.outcomes))) if method.kind == "simulation" else model.rows
    parts = [_block(estimate, model, range(k, min(k + block, model.rows)), method) for k in range(0, model.rows, block)]
    value, error, low, high = (
        np.concatenate([getattr(q, part) for q in parts]) for part in ("value", "error", "low", "high")
    )
    covariates = model.data.select(model.covariates)
    return Predictions(model.outcomes, value, error, low, high, covariates, method)


def _block(estimate: Estimate, model: Model, rows: range, method: Method) -> Quantity:
    """Return the probabilities of a block of rows, which bounds what a simulation holds at a time."""
    part = model if len(rows) == model.rows else model.take(np.arange(rows.start, rows.stop))
    return quantity(estimate, part.probabilities, method)


def bound(model: Model, data: Any) -> Model:
    """Return a model on other data, after checking that every covariate is there and has a value in every row."""
    frame = as_frame(data)
    for name in model.covariates:
        if name not in frame.columns:
            raise EstimationError(
                f"the data have no column {name!r}, which the model needs. {suggestion(name, frame.columns)}"
            )
        missing = frame[name].is_null()
        if missing.any():
            raise EstimationError(
                f"column {name!r} misses {int(missing.sum())} of {len(frame)} values, the first in row "
                f"{int(missing.arg_true()[0]) + 1}: nothing can be predicted there; leave these rows out"
            )
    return model.rebind(frame.select(model.covariates))

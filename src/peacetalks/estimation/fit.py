"""How well an estimate describes its data: how often each outcome came, and how often it was expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array, Estimate


@dataclass(frozen=True)
class Fit:
    """Outcomes as observed and as predicted.

    Attributes
    ----------
    outcomes : tuple of str
    observed, predicted : array, [outcome]
        Shares of the rows, and means of the predicted probabilities.
    likeliest : float
        The share of rows in which the most probable outcome came.
    most_frequent : float
        The same of a forecast that always names the most frequent outcome.
    """

    outcomes: tuple[str, ...]
    observed: Array
    predicted: Array
    likeliest: float
    most_frequent: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as plain values."""
        return {
            "outcomes": list(self.outcomes),
            "observed": self.observed.tolist(),
            "predicted": self.predicted.tolist(),
            "likeliest": self.likeliest,
            "most_frequent": self.most_frequent,
        }


def fit_of(estimate: Estimate) -> Fit | None:
    """Return how the outcomes of the rows compare with what is predicted; None where no row has an outcome."""
    model = estimate.model
    if model.observed is None:
        return None
    p = model.probabilities(estimate.values)
    shares = np.bincount(model.observed, minlength=len(model.outcomes)) / model.rows
    right = float((p.argmax(axis=1) == model.observed).mean())
    return Fit(model.outcomes, shares, p.mean(axis=0), right, float(shares.max()))

"""Models whose likelihood depends on the data through linear indices: payoffs, reservation values, logs of scales.

Index j of a play is x_j' b_j, with the regressors of one part of the formula and its coefficients.  A game gives the
log of the likelihood of a play and its derivatives by the indices, l_j (`derivatives.py`); the scores are l_j x_j.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from peacetalks.errors import EstimationError
from peacetalks.estimation.derivatives import Differentiable, indices
from peacetalks.estimation.linear_model import LinearModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from peacetalks.estimation.formulas import Part
    from peacetalks.estimation.model import Array

DIFFERENCE = 1e-5  # step of the differences of derivatives by an index, relative to the index, or to 1


class IndexGame(Protocol):
    """A game as a function of its indices."""

    @property
    def name(self) -> str:
        """The name of the game."""
        ...

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the outcomes."""
        ...

    def read(self, data: pl.DataFrame) -> Array | None:
        """Return what was observed, [row, ...], None where the data have no such columns."""
        ...

    def observed(self, seen: Array) -> Array | None:
        """Return the index of the outcome of every play, [row]; None where outcomes were not observed."""
        ...

    def log_likelihood(self, indices: Sequence[Differentiable], seen: Array) -> Differentiable:
        """Return the log-likelihood of every play."""
        ...

    def information(self, indices: Sequence[Differentiable]) -> Array | None:
        """Return the expected products of the derivatives, [index, index, row]; None without a closed form."""
        ...

    def probabilities(self, indices: Array) -> Array:
        """Return the probability of every outcome, [row, outcome], from the indices, [index, row]."""
        ...

    def start(self, labels: Sequence[str], seen: Array | None) -> Array:
        """Return a value to start from for each index, [index]."""
        ...


@dataclass(frozen=True)
class IndexModel(LinearModel):
    """A game with data bound: a `Model`.

    Attributes
    ----------
    game : IndexGame
    parts : tuple of Part, [index]
    data : polars.DataFrame, [row]
    matrices : tuple of array, [row, coefficient] for every index
    seen : array, [row, ...], or None
    """

    game: IndexGame
    parts: tuple[Part, ...]
    data: pl.DataFrame
    matrices: tuple[Array, ...]
    seen: Array | None

    @classmethod
    def bind(cls, game: IndexGame, parts: Sequence[Part], data: pl.DataFrame) -> IndexModel:
        """Return the game on these data; they must miss no value of a column that a part names."""
        return cls(game, tuple(parts), data, tuple(p.matrix(data) for p in parts), game.read(data))

    @property
    def name(self) -> str:
        """The name of the game."""
        return self.game.name

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the outcomes."""
        return self.game.outcomes

    @property
    def observed(self) -> Array | None:
        """The index of the outcome of every play, [row]."""
        return None if self.seen is None else self.game.observed(self.seen)

    def indices(self, theta: Array) -> Array:
        """Return all indices, [index, row]."""
        return np.stack([x @ b for x, b in zip(self.matrices, self._split(theta), strict=True)])

    def log_likelihood(self, theta: Array) -> Array:
        """Return the log-likelihood of every play, [row]."""
        none = np.zeros((0, self.rows))
        values = [Differentiable(value, none) for value in self.indices(theta)]
        return self.game.log_likelihood(values, self._require_seen()).value

    def scores(self, theta: Array) -> Array:
        """Return its derivatives, [row, parameter]."""
        slopes = self.game.log_likelihood(indices(self.indices(theta)), self._require_seen()).slopes
        return np.concatenate([x * s[:, None] for x, s in zip(self.matrices, slopes, strict=True)], axis=1)

    def hessian(self, theta: Array) -> Array:
        """Return the second derivatives of the sum of the log-likelihood, [parameter, parameter].

        By the indices they are central differences of the exact first ones: two evaluations for each index, however
        many coefficients it has.
        """
        at, seen = self.indices(theta), self._require_seen()
        seconds = np.empty((len(at), *at.shape))
        for k in range(len(at)):
            step = DIFFERENCE * np.maximum(1.0, np.abs(at[k]))
            up, down = at.copy(), at.copy()
            up[k], down[k] = at[k] + step, at[k] - step
            high, low = (self.game.log_likelihood(indices(x), seen).slopes for x in (up, down))
            seconds[k] = (high - low) / (up[k] - down[k])
        return self._by_parameters((seconds + seconds.swapaxes(0, 1)) / 2)

    def information(self, theta: Array) -> Array | None:
        """Return the expected negative Hessian, [parameter, parameter]; None where the game has no closed form."""
        expected = self.game.information(indices(self.indices(theta)))
        return None if expected is None else self._by_parameters(expected)

    def _by_parameters(self, by_indices: Array) -> Array:
        """Return the sum over rows of x_i' w_ij x_j, [parameter, parameter], from w, [index, index, row]."""
        ends = np.cumsum([0, *(len(p.names) for p in self.parts)])
        places = [slice(*pair) for pair in pairwise(ends)]
        out = np.empty((ends[-1], ends[-1]))
        for i, x in enumerate(self.matrices):
            for j, y in enumerate(self.matrices[: i + 1]):
                out[places[i], places[j]] = x.T @ (y * by_indices[i, j][:, None])
                out[places[j], places[i]] = out[places[i], places[j]].T
        return out

    def probabilities(self, theta: Array) -> Array:
        """Return the probability of every outcome, [row, outcome]."""
        return self.game.probabilities(self.indices(theta))

    def rebind(self, data: pl.DataFrame) -> IndexModel:
        """Return the same formulas and levels on other data."""
        return type(self).bind(self.game, self.parts, data)

    def take(self, rows: Array) -> IndexModel:
        """Return the model on some rows of its data."""
        seen = None if self.seen is None else self.seen[rows]
        return replace(self, data=self.data[rows], matrices=tuple(x[rows] for x in self.matrices), seen=seen)

    def start(self) -> Array:
        """Return values to start from: the constant of each index as the game proposes, all other coefficients 0."""
        values = self.game.start([p.label for p in self.parts], self.seen)
        return np.concatenate([_constant(p, value) for p, value in zip(self.parts, values, strict=True)])

    def _require_seen(self) -> Array:
        """Return what was observed."""
        if self.seen is None:
            raise EstimationError("the data hold no outcomes, so that they have no likelihood")
        return self.seen


def _constant(part: Part, value: float) -> Array:
    """Return the coefficients of a part that make it this constant where it has one, else nought."""
    is_constant = [name in (part.label, f"{part.label}:(Intercept)") for name in part.names]
    return np.where(is_constant, value, 0.0)

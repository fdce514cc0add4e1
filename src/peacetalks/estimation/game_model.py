"""Any small `Game` with data bound: payoffs linear in covariates, the likelihood by solving the game of every row.

The researcher writes `make(payoffs) -> Game` from payoffs by name, and a formula for each name; a row of data gives the
payoffs, `solve` the equilibrium and `trajectory` the probability of what was observed.  Choices have logit
errors of the given rationality, the unit of all payoffs.  Rows with the same covariates are solved once.  Derivatives
are central differences by the payoffs, as many as have a formula, whatever the number of coefficients: where
probabilities are P_o(u) and u = X b, the scores are x_k (dP_o/du_k) / P_o, and the expected information follows from
the same derivatives.  Where a game has several equilibria, the likelihood is that of the one on the principal branch
(`Solution.multiple`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.forward import trajectory
from peacetalks.equilibrium.solve import solve
from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.linear_model import LinearModel
from peacetalks.forecasting.jobs import solve_all

if TYPE_CHECKING:
    import polars as pl

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.estimation.formulas import Part
    from peacetalks.estimation.model import Array
    from peacetalks.game.language import Game

Make = Callable[[Mapping[str, float]], "Game"]
DIFFERENCE = 1e-4  # step of the derivatives, in units of the errors: payoff times rationality

WHOLE = 1e-6  # how far the probabilities of all outcomes may be from one


@dataclass(frozen=True)
class GameSettings:
    """How the games are made and solved.

    Attributes
    ----------
    make : function
        From payoffs by name to a `Game`; at the top level of a module where `jobs` is above 1.
    rationality : float or {player: float}
    belief_points : int
    label : function
        From the public state at the end to the outcome.
    periods : int or None
        Periods to forecast of a stationary game.
    jobs : int
        Processes.
    """

    make: Make
    rationality: float | Mapping[str, float] = 1.0
    belief_points: int = 9
    label: Callable[[Any], str] = str
    periods: int | None = None
    jobs: int = 1

    def solve(self, payoffs: Mapping[str, float], near: Solution | None = None) -> Solution:
        """Return the game of these payoffs, solved."""
        return solve(self.game(payoffs), self.rationality, self.belief_points, certify=False, near=near)

    def game(self, payoffs: Mapping[str, float]) -> Game:
        """Return the game of these payoffs; raises `EstimationError` where `make` needs a payoff that is not given."""
        try:
            return self.make(payoffs)
        except KeyError as e:
            raise EstimationError(
                f"make: the game needs a payoff {e.args[0]!r} that no formula gives; formulas: {', '.join(payoffs)}"
            ) from e

    def chances(self, s: Solution) -> dict[str, float]:
        """Return the probability of every outcome at the end."""
        out: dict[str, float] = {}
        path = trajectory(s, self.periods)
        for state, p in zip(path.states, path.mass[-1].sum(axis=1).tolist(), strict=True):
            out[self.label(state)] = out.get(self.label(state), 0.0) + p
        whole = sum(max(p, 0.0) for p in out.values())  # a coarse belief grid may leave a chance just below zero
        return {name: max(p, 0.0) / whole for name, p in out.items()}

    @property
    def step(self) -> float:
        """The step of the differences, in payoffs."""
        given = self.rationality
        largest = max(given.values()) if isinstance(given, Mapping) else given
        return DIFFERENCE / max(float(largest), 1e-3)


@dataclass(frozen=True)
class _Row:
    """The work on one row: its payoffs, and whether derivatives are asked for."""

    settings: GameSettings
    outcomes: tuple[str, ...]
    payoffs: Mapping[str, float]
    varied: tuple[str, ...]  # payoffs by which derivatives are taken


def _work(row: _Row) -> Array:
    """Return the outcome probabilities and, after them, their derivatives, [1 + varied, outcome]."""
    base = row.settings.solve(row.payoffs)
    out, h = [_chances(row, base)], row.settings.step
    for name in row.varied:
        near = [row.settings.solve({**row.payoffs, name: row.payoffs[name] + d}, base) for d in (h, -h)]
        out.append((_chances(row, near[0]) - _chances(row, near[1])) / (2 * h))
    return np.array(out)


def _chances(row: _Row, s: Solution) -> Array:
    """Return the outcome probabilities, [outcome]."""
    found = row.settings.chances(s)
    out = np.array([found.get(name, 0.0) for name in row.outcomes])
    if abs(out.sum() - 1) > WHOLE:
        raise EstimationError(
            f"make: the outcomes of the game must not depend on the payoffs; got {', '.join(sorted(found))} after "
            f"{', '.join(row.outcomes)}"
        )
    return out


@dataclass(frozen=True)
class GameModel(LinearModel):
    """A game with data bound: a `Model`.

    Attributes
    ----------
    settings : GameSettings
    parts : tuple of Part, [payoff]
    constants : mapping
        Payoffs that are set to a number.
    column : str
        The column of outcomes.
    outcomes : tuple of str
    data : polars.DataFrame, [row]
    matrices : tuple of array, [row, coefficient] for every payoff
    observed : array of int, [row], or None
    """

    settings: GameSettings
    parts: tuple[Part, ...]
    constants: Mapping[str, float]
    column: str
    outcomes: tuple[str, ...]
    data: pl.DataFrame
    matrices: tuple[Array, ...]
    observed: Array | None
    _latest: dict[tuple[bytes, bool], Array] = field(default_factory=dict, repr=False, compare=False)

    name = "game"

    @cached_property
    def distinct(self) -> tuple[Array, Array]:
        """Rows of which no two have the same covariates, and for every row the place of its like among them."""
        x = np.concatenate(self.matrices, axis=1)
        _, first, like = np.unique(x, axis=0, return_index=True, return_inverse=True)
        return first, like.reshape(-1)

    def payoffs(self, theta: Array) -> Array:
        """Return the payoffs of the distinct rows, [distinct, payoff]."""
        own = self._split(theta)
        first, _ = self.distinct
        return np.stack([x[first] @ b for x, b in zip(self.matrices, own, strict=True)], axis=1)

    def log_likelihood(self, theta: Array) -> Array:
        """Return the log of the probability of what was observed, [row]."""
        with np.errstate(divide="ignore"):
            return np.log(self.probabilities(theta)[np.arange(self.rows), self._require_observed()])

    def scores(self, theta: Array) -> Array:
        """Return its derivatives, [row, parameter]."""
        solved, (_, like) = self._solved(theta, derivatives=True), self.distinct
        row, seen = np.arange(self.rows), self._require_observed()
        by_payoff = solved[like][row, 1:, seen] / solved[like][row, :1, seen]
        return np.concatenate([x * by_payoff[:, k : k + 1] for k, x in enumerate(self.matrices)], axis=1)

    def curvature(self, theta: Array) -> Array:
        """Return the expected information, [parameter, parameter]."""
        solved, (_, like) = self._solved(theta, derivatives=True), self.distinct
        out = np.zeros((len(theta), len(theta)))
        for o in range(len(self.outcomes)):
            slopes, p = solved[like][:, 1:, o], solved[like][:, 0, o]
            scores = np.concatenate([x * slopes[:, k : k + 1] for k, x in enumerate(self.matrices)], axis=1)
            out += scores.T @ (scores / np.maximum(p, 1e-300)[:, None])
        return out

    def probabilities(self, theta: Array) -> Array:
        """Return the probability of every outcome, [row, outcome]."""
        return self._solved(theta, derivatives=False)[:, 0][self.distinct[1]]

    def rebind(self, data: pl.DataFrame) -> GameModel:
        """Return the same formulas and levels on other data; the column of outcomes may be missing."""
        made = tuple(p.matrix(data) for p in self.parts)
        seen = read_outcomes(data, self.column, self.outcomes) if self.column in data.columns else None
        return replace(self, data=data, matrices=made, observed=seen, _latest={})

    def take(self, rows: Array) -> GameModel:
        """Return the model on some rows of its data."""
        seen = None if self.observed is None else self.observed[rows]
        matrices = tuple(x[rows] for x in self.matrices)
        return replace(self, data=self.data[rows], matrices=matrices, observed=seen, _latest={})

    def start(self) -> Array:
        """Return values to start from: 0."""
        return np.zeros(len(self.parameters))

    def _require_observed(self) -> Array:
        """Return the outcomes, [row]."""
        if self.observed is None:
            raise EstimationError("the data hold no outcomes, so that they have no likelihood")
        return self.observed

    def _solved(self, theta: Array, derivatives: bool) -> Array:
        """Return probabilities and derivatives of the distinct rows, [distinct, 1 + payoff, outcome]."""
        key = np.asarray(theta, float).tobytes()
        for known in ((key, True), (key, derivatives)):
            if known in self._latest:
                return self._latest[known]
        labels = tuple(p.label for p in self.parts)
        varied = labels if derivatives else ()
        rows = [
            _Row(self.settings, self.outcomes, {**self.constants, **dict(zip(labels, u.tolist(), strict=True))}, varied)
            for u in self.payoffs(theta)
        ]
        found = np.array(solve_all(_work, rows, self.settings.jobs))
        self._latest.clear()
        self._latest[key, derivatives] = found
        return found


def read_outcomes(data: pl.DataFrame, column: str, outcomes: tuple[str, ...]) -> Array:
    """Return the index of the outcome of every row; raises `EstimationError` for one that the game does not have."""
    index = {name: k for k, name in enumerate(outcomes)}
    values = [str(value) for value in data[column].to_list()]
    for row, value in enumerate(values):
        if value not in index:
            raise EstimationError(
                f"column {column!r}, row {row + 1}: the game has no outcome {value!r}. {suggestion(value, outcomes)}"
            )
    return np.array([index[value] for value in values])

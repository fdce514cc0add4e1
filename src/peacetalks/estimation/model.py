"""What an estimator needs of a model, and what an estimate is.

A model is a game with the data of its cases bound to it: one row is one play of the game whose outcome was observed.
The payoffs, or the reservation values, are linear in covariates; `theta` holds all coefficients in the order of
`parameters`.  Estimators (`maximum.py`), covariances, the bootstrap, predictions and tests know only this protocol, so
that a new game needs its probabilities and their derivatives and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

Array = np.ndarray


class Model(Protocol):
    """One model with its data bound; it never changes."""

    @property
    def name(self) -> str:
        """The name by which `estimate` knows the game, such as `egame12`."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters, in the order of `theta`: `u1(esc,war):regime1dem`; those held fixed included."""
        ...

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the ends of the game, in the order of the columns of `probabilities`."""
        ...

    @property
    def rows(self) -> int:
        """The number of plays."""
        ...

    @property
    def data(self) -> pl.DataFrame:
        """The columns that the formulas name, without the rows that miss a value, [row]."""
        ...

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns of `data` that the payoffs name (not those of outcomes), in order of first use."""
        ...

    @property
    def observed(self) -> Array | None:
        """The index of the outcome of every play, [row]; None for data without outcomes (see `rebind`)."""
        ...

    def log_likelihood(self, theta: Array) -> Array:
        """Return the log of the probability (density) of what was observed, [row]."""
        ...

    def scores(self, theta: Array) -> Array:
        """Return the derivatives of `log_likelihood`, in closed form, [row, parameter]."""
        ...

    def probabilities(self, theta: Array) -> Array:
        """Return the probability of every outcome, [row, outcome]; each row sums to one."""
        ...

    def rebind(self, data: pl.DataFrame) -> Model:
        """Return the same formulas, with the same levels of every factor, on other data.

        Columns of outcomes may be missing: then `observed` is None, `probabilities` can be asked for and
        `log_likelihood` raises `EstimationError`.
        """
        ...

    def take(self, rows: Array) -> Model:
        """Return the model on these rows of its data, which may repeat (a sample of the bootstrap)."""
        ...

    def start(self) -> Array:
        """Return values to start from, [parameter]."""
        ...


@dataclass(frozen=True)
class Start:
    """One start of the maximisation: where it ended."""

    log_likelihood: float
    gradient: float  # the largest absolute derivative of the log-likelihood times the parameter's standard error
    steps: int
    converged: bool


@dataclass(frozen=True)
class Estimate:
    """Parameters of a strategic model, estimated from cases.

    Attributes
    ----------
    model : Model
        With the data that were used.
    values : array, [parameter]
        In the order of `model.parameters`; a fixed parameter stands with its fixed value.
    covariance : array, [parameter, parameter]
        Of the estimator; zero in the rows and columns of fixed parameters.
    log_likelihood : float
        At `values`: the sum over rows.
    rows, dropped : int
        Rows used, and rows left out because a value was missing.
    errors : str
        How the covariance was estimated: `hessian`, `outer`, `cluster` or `bootstrap`.
    gradient : float
        The largest derivative at `values`, as in `Start`.
    starts : tuple of Start
        What every start of the maximisation reached, the best first.
    fixed : array of bool, [parameter]
        Which parameters were not estimated.
    settings : mapping
        What else was asked for: link, error, seed and so on, as plain values.
    call : str
        The call, as a line of Python.
    replicates : array or None, [replicate, parameter]
        The estimates of the bootstrap samples.
    notes : tuple of str
        What a reader must know: rows left out, different maxima, failed samples.
    """

    model: Model
    values: Array
    covariance: Array
    log_likelihood: float
    rows: int
    dropped: int
    errors: str
    gradient: float
    starts: tuple[Start, ...]
    fixed: Array
    settings: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""
    replicates: Array | None = None
    notes: Sequence[str] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, [parameter]."""
        return self.model.parameters

    @property
    def free(self) -> int:
        """The number of estimated parameters."""
        return int((~self.fixed).sum())

    @property
    def standard_errors(self) -> Array:
        """The standard error of every parameter, NaN for a fixed one, [parameter]."""
        return np.where(self.fixed, np.nan, np.sqrt(np.diag(self.covariance)))

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the number of estimated parameters less twice the log-likelihood."""
        return 2 * self.free - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion: the log of the number of rows for each parameter less twice the log-likelihood."""
        return float(np.log(self.rows)) * self.free - 2 * self.log_likelihood

    def __getitem__(self, name: str) -> float:
        """Return the value of a parameter by its name."""
        return float(self.values[self.parameters.index(name)])

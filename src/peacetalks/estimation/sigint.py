"""The crisis signalling game with data bound: payoffs linear in covariates, beliefs in columns.

The game is that of Lewis & Schultz (2003).  A row is one game that was played once or more often; the left side of the
formula names four columns that tally its outcomes, `sq + cd + sf + bd`.  The right side has seven parts: the payoffs
SA, VA, CB, barWA, barWB, bara and VB.  The likelihood at given beliefs is the pseudo-likelihood of Crisman-Cox &
Gibilisco (2021); `SigIntEquilibrium` has the likelihood in equilibrium.  A row may have several equilibria:
probabilities are those of the one nearest to the belief that stands in the row; without beliefs there must be only one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import ndtr

from peacetalks.catalog.signal_equilibria import OUTCOMES, PAYOFFS, Equilibria, equilibria, outcome_chances
from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.formulas import Part, part, read_formula, variables
from peacetalks.estimation.frames import complete, require_columns
from peacetalks.estimation.linear_model import LinearModel
from peacetalks.estimation.sigint_likelihood import Likelihood

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.estimation.model import Array

BELIEFS = ("PRhat", "PFhat")
LOWEST = 1e-10  # beliefs are at least so far from 0 and 1
OWN = {"A": ("SA", "VA", "barWA", "bara"), "B": ("CB", "barWB", "VB")}  # whose payoffs they are


@dataclass(frozen=True)
class SigInt(LinearModel):
    """The pseudo-likelihood of the signalling game on data, at the beliefs that stand in two of their columns.

    Attributes
    ----------
    parts : tuple of Part, [payoff]
    left : tuple of str, [outcome]
        Columns with the tallies.
    constants : array, [payoff]
        Payoffs that are set to a number.
    beliefs : (str, str)
        Columns with the beliefs p_R and p_F.
    data : polars.DataFrame, [row]
    matrices : tuple of array, [row, coefficient] for every payoff
    tallies : array, [row, outcome], or None
    """

    parts: tuple[Part, ...]
    left: tuple[str, ...]
    constants: Array
    beliefs: tuple[str, str]
    data: pl.DataFrame
    matrices: tuple[Array, ...]
    tallies: Array | None

    name = "sigint"
    outcomes = OUTCOMES
    observed = None  # a row tallies outcomes; it is not one outcome

    @cached_property
    def regressors(self) -> Array:
        """All columns side by side, [row, parameter]."""
        return np.concatenate(self.matrices, axis=1)

    @cached_property
    def payoff_of(self) -> Array:
        """The payoff that each parameter belongs to, [parameter]."""
        return np.repeat(np.arange(len(PAYOFFS)), [len(p.names) for p in self.parts])

    @cached_property
    def believed(self) -> Array | None:
        """The beliefs p_R and p_F, [row, 2]; None where the data have no such columns."""
        if any(name not in self.data.columns for name in self.beliefs):
            return None
        return np.stack([_chances(self.data[name]) for name in self.beliefs], axis=1)

    def payoffs(self, theta: Array) -> Array:
        """Return the mean payoffs, [row, payoff]."""
        out = np.tile(self.constants, (self.rows, 1))
        for k, (x, own) in enumerate(zip(self.matrices, self._split(theta), strict=True)):
            out[:, k] += x @ own
        return out

    @cached_property
    def _latest(self) -> dict[bytes, Likelihood]:
        """The likelihood at the parameters that were last asked for."""
        return {}

    def likelihood(self, theta: Array) -> Likelihood:
        """Return the log-likelihood, with its derivatives, at the beliefs of the model."""
        key = np.asarray(theta, float).tobytes()
        if key not in self._latest:
            found = self._likelihood(theta)
            self._latest.clear()
            self._latest[key] = found
        return self._latest[key]

    def _likelihood(self, theta: Array) -> Likelihood:
        """Return the pseudo-log-likelihood."""
        if self.believed is None:
            raise EstimationError(f"the data have no beliefs: columns {self.beliefs[0]!r} and {self.beliefs[1]!r}")
        resist, firm = self.believed.T
        return Likelihood(self.payoffs(theta), resist, firm, self.require_tallies())

    def log_likelihood(self, theta: Array) -> Array:
        """Return the log of the probability of what was tallied, given the beliefs, [row]."""
        return self.likelihood(theta).rows

    def scores(self, theta: Array) -> Array:
        """Return the derivatives of `log_likelihood`, [row, parameter]."""
        return self.by_parameter(self.likelihood(theta).by_payoff)

    def hessian(self, theta: Array) -> Array:
        """Return the second derivatives of the sum of `log_likelihood`, [parameter, parameter]."""
        own = self.payoff_of
        by_payoffs, x = self.likelihood(theta).by_payoffs, self.regressors
        return np.einsum("rp,rpq,rq->pq", x, by_payoffs[:, own][:, :, own], x, optimize=True)

    def curvature(self, theta: Array) -> Array:
        """Return what Newton's steps divide by: the negative second derivatives, [parameter, parameter]."""
        return -self.hessian(theta)

    def by_parameter(self, by_payoff: Array) -> Array:
        """Return derivatives by the parameters, [row, parameter], from derivatives by the payoffs, [row, payoff]."""
        return by_payoff[:, self.payoff_of] * self.regressors

    def probabilities(self, theta: Array) -> Array:
        """Return the probability of every outcome in equilibrium, [row, outcome].

        Raises `EstimationError` for a row with several equilibria and without beliefs.
        """
        found = equilibria(self.payoffs(theta))
        return found.outcomes[self._selected(found)]

    def equilibria(self, theta: Array) -> pl.DataFrame:
        """Return every equilibrium of every row.

        Returns
        -------
        polars.DataFrame
            row (from 1), pc, pr, pf (chances that A challenges, that B resists, that A stands firm), SQ, CD, SF, BD.
        """
        return equilibrium_table(equilibria(self.payoffs(theta)))

    def with_beliefs(self, resist: Array, firm: Array) -> SigInt:
        """Return the model with other beliefs."""
        columns = [pl.Series(name, values) for name, values in zip(self.beliefs, (resist, firm), strict=True)]
        return replace(self, data=self.data.with_columns(columns))

    def rebind(self, data: pl.DataFrame) -> SigInt:
        """Return the same formulas and levels on other data; tallies and beliefs may be missing."""
        made = tuple(p.matrix(data) for p in self.parts)
        there = all(name in data.columns for name in self.left)
        return replace(self, data=data, matrices=made, tallies=read_tallies(self.left, data) if there else None)

    def take(self, rows: Array) -> SigInt:
        """Return the model on some rows of its data."""
        tallies = None if self.tallies is None else self.tallies[rows]
        return replace(self, data=self.data[rows], matrices=tuple(x[rows] for x in self.matrices), tallies=tallies)

    def start(self) -> Array:
        """Return values to start from: 0."""
        return np.zeros(len(self.parameters))

    def require_tallies(self) -> Array:
        """Return the tallies, [row, outcome]."""
        if self.tallies is None:
            raise EstimationError("the data hold no tallies of outcomes, so that they have no likelihood")
        return self.tallies

    def _selected(self, found: Equilibria) -> Array:
        """Return which equilibrium is predicted for each row: the one nearest to its belief, [row]."""
        if self.believed is not None:
            return found.best(-np.abs(found.resist - self.believed[found.row, 0]), self.rows)
        several = np.flatnonzero(found.count(self.rows) > 1)
        if several.size:
            raise EstimationError(
                f"row {several[0] + 1} has several equilibria: give the belief that B resists in a column "
                f"{self.beliefs[0]!r} (and {self.beliefs[1]!r}), or ask for all with `equilibria`"
            )
        return np.arange(self.rows)


@dataclass(frozen=True)
class SigIntEquilibrium(SigInt):
    """The likelihood of the signalling game in equilibrium; where there are several, in the likeliest of the row."""

    def _likelihood(self, theta: Array) -> Likelihood:
        """Return the log-likelihood at the beliefs that are an equilibrium."""
        u = self.payoffs(theta)
        found = equilibria(u)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.nan_to_num(self.require_tallies()[found.row] * np.log(found.outcomes))
        best = found.best(each.sum(axis=1), self.rows)
        return Likelihood(u, ndtr(found.quantile[best]), found.challenger.stands_firm[best], self.require_tallies())

    def scores(self, theta: Array) -> Array:
        """Return the derivatives of `log_likelihood`, with those of the equilibrium (implicit), [row, parameter]."""
        return self.by_parameter(_with_equilibrium(self.likelihood(theta)))

    def curvature(self, theta: Array) -> Array:
        """Return the expected information, [parameter, parameter]: steps are those of Fisher's scoring."""
        at, times = self.likelihood(theta), self.require_tallies().sum(axis=1)
        chances = outcome_chances(at.resist, 1 - at.resist, at.a)
        out = np.zeros((len(theta), len(theta)))
        for k in range(len(OUTCOMES)):
            once = np.zeros_like(chances)
            once[:, k] = 1.0
            scores = self.by_parameter(_with_equilibrium(replace(at, tallies=once)))
            out += (scores * (times * chances[:, k])[:, None]).T @ scores
        return out

    def hessian(self, theta: Array) -> Array:
        """Return the second derivatives, by central differences of the scores, [parameter, parameter]."""
        steps = 1e-5 * np.maximum(1.0, np.abs(theta))
        columns = [
            (self.scores(theta + e).sum(axis=0) - self.scores(theta - e).sum(axis=0)) / (2 * h)
            for h, e in zip(steps, np.diag(steps), strict=True)
        ]
        return 0.5 * (np.array(columns) + np.array(columns).T)


def _with_equilibrium(at: Likelihood) -> Array:
    """Return the derivatives of the log-likelihood by the payoffs, beliefs being the equilibrium, [row, payoff]."""
    resist, firm = at.equilibrium_by_payoff
    return at.by_payoff + at.by_belief[:, :1] * resist + at.by_belief[:, 1:] * firm


def bind(
    formula: str | Mapping[str, str],
    data: pl.DataFrame,
    fixed: Mapping[str, float] | None = None,
    beliefs: tuple[str, str] = BELIEFS,
    needed: bool = False,
    estimable: bool = True,
) -> tuple[SigInt, int]:
    """Return the signalling game on data, and how many rows were left out because a value was missing.

    Parameters
    ----------
    formula : str or mapping
        Four columns of tallies and seven payoffs: `sq + cd + sf + bd ~ x - 1 | 1 | z | x | z | 1 | 0`.
    data : polars.DataFrame
    fixed : {payoff: number}, optional
        Payoffs that are set to a number other than 0; their part of the formula is 0.
    beliefs : (str, str)
        Columns with the beliefs p_R and p_F.
    needed : bool
        Whether the beliefs must be there, and complete; else they are not looked at.
    estimable : bool
        Whether coefficients will be estimated on these data, not only used.

    Raises
    ------
    EstimationError
        A formula of another shape, columns that are not there or hold no tallies, a model that is not identified.

    Examples
    --------
    >>> cases = pl.DataFrame({"sq": [9], "cd": [1], "sf": [0], "bd": [2]})
    >>> bind("sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | 1 | 1 | 0", cases)[0].parameters
    ('VA:(Intercept)', 'barWA:(Intercept)', 'barWB:(Intercept)', 'bara:(Intercept)')
    """
    read = read_formula(formula)
    if len(read.observed) != len(OUTCOMES):
        raise EstimationError(
            "formula: the left side of sigint names four columns that tally the outcomes status quo, B concedes, "
            f"A stands firm, A backs down, such as sq + cd + sf + bd; got {' + '.join(read.observed)}"
        )
    texts = read.by_label(PAYOFFS, "sigint")
    names = [v for label, text in texts.items() for v in variables(text, label)]
    require_columns(read.observed, data, "the left side of the formula")
    require_columns(names, data, "formula")
    used = list(dict.fromkeys((*read.observed, *names, *(beliefs if needed else ()))))
    require_columns(used, data, "beliefs")
    frame, dropped = complete(data.select(used), used)
    parts = tuple(part(label, text, frame, estimable=estimable) for label, text in texts.items())
    if estimable:
        _require_identified(parts)
    constants = _constants(parts, fixed or {})
    made = tuple(p.matrix(frame) for p in parts)
    return SigInt(parts, read.observed, constants, beliefs, frame, made, read_tallies(read.observed, frame)), dropped


def _require_identified(parts: Sequence[Part]) -> None:
    """Raise `EstimationError` for a regressor that stands in all payoffs of one side (Lewis & Schultz 2003)."""
    columns = {p.label: {name.removeprefix(f"{p.label}:") for name in p.names} for p in parts}
    for side, labels in OWN.items():
        common = set.intersection(*(columns[label] for label in labels))
        if common:
            raise EstimationError(
                f"the model is not identified: {', '.join(map(repr, sorted(common)))} stands in every payoff of {side} "
                f"({', '.join(labels)}); leave it out of one of them"
            )


def _constants(parts: Sequence[Part], fixed: Mapping[str, float]) -> Array:
    """Return the payoffs that are set to a number, [payoff]."""
    for name, value in fixed.items():
        if name not in PAYOFFS:
            raise EstimationError(f"fixed: sigint has no payoff {name!r}. {suggestion(name, PAYOFFS)}")
        if parts[PAYOFFS.index(name)].names:
            raise EstimationError(f"fixed: {name} is set to {value:g}, so that its part of the formula must be 0")
    return np.array([float(fixed.get(name, 0.0)) for name in PAYOFFS])


def read_tallies(left: Sequence[str], data: pl.DataFrame) -> Array:
    """Return how often each outcome was observed, [row, outcome]."""
    try:
        out = np.stack([data[name].cast(pl.Float64).to_numpy() for name in left], axis=1)
    except pl.exceptions.PolarsError as e:
        raise EstimationError(f"columns {', '.join(left)} must hold tallies of outcomes: {e}") from e
    wrong = np.flatnonzero(~(out >= 0).all(axis=1) | (out.sum(axis=1) == 0))
    if wrong.size:
        shown = ", ".join(f"{name}={value:g}" for name, value in zip(left, out[wrong[0]], strict=True))
        raise EstimationError(f"row {wrong[0] + 1}: {shown}; expected tallies of outcomes, 0 or more, not all 0")
    return out


def _chances(column: pl.Series) -> Array:
    """Return beliefs, away from 0 and 1."""
    values = column.cast(pl.Float64).to_numpy()
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if wrong.size:
        raise EstimationError(
            f"column {column.name!r}, row {wrong[0] + 1}: expected a probability, got {values[wrong[0]]:g}"
        )
    return np.clip(values, LOWEST, 1 - LOWEST)


def equilibrium_table(found: Equilibria) -> pl.DataFrame:
    """Return equilibria as a table: row (from 1), pc, pr, pf, SQ, CD, SF, BD."""
    a = found.challenger
    columns = {"row": found.row + 1, "pc": a.challenge, "pr": found.resist, "pf": a.stands_firm}
    return pl.DataFrame(columns | dict(zip(OUTCOMES, found.outcomes.T, strict=True)))

"""The crisis signalling game with numbers for its coefficients: every equilibrium, and simulated tallies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.catalog.signal_equilibria import equilibria
from peacetalks.errors import EstimationError
from peacetalks.estimation.formulas import read_formula
from peacetalks.estimation.frames import as_frame
from peacetalks.estimation.sigint import SigInt, bind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SELECTIONS = ("lowest", "highest", "random")


def sigint_equilibria(
    formula: str | Mapping[str, str], data: Any, theta: Sequence[float], fixed: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """Return every equilibrium of the signalling game at given coefficients, for every row of covariates.

    Parameters
    ----------
    formula : str or mapping
        As in `estimate_sigint`; the tallies on its left side need not be there.
    data : polars or pandas frame, dict of columns, path of a CSV file
        Covariates; a game without any has one row of a column that is not used.
    theta : sequence of float, [parameter]
    fixed : {payoff: number}, optional

    Returns
    -------
    polars.DataFrame
        row (from 1), pc, pr, pf (chances that A challenges, that B resists, that A stands firm), SQ, CD, SF, BD.

    Examples
    --------
    >>> parts = "sq + cd + sf + bd ~ 0 | 1 | 0 | 1 | x | 1 | 1"
    >>> found = sigint_equilibria(parts, {"x": [0.0, 4.0]}, [1, -1.9, -2.9, 0.1, -1.2, 1])
    >>> found["row"].to_list(), found["pr"].round(4).to_list()
    ([1, 1, 1, 2], [0.2511, 0.5947, 0.8133, 0.9473])
    """
    return _bound(formula, data, fixed).equilibria(np.asarray(theta, float))


def simulate_sigint(
    formula: str | Mapping[str, str],
    data: Any,
    theta: Sequence[float],
    *,
    seed: int,
    times: int = 1,
    select: str = "highest",
    fixed: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return the data with tallies of simulated plays and the beliefs of the equilibrium that was played.

    Parameters
    ----------
    formula, data, theta, fixed
        As in `sigint_equilibria`; the tallies are written to the columns of the left side.
    seed : int
    times : int
        Plays of every row.
    select : {"highest", "lowest", "random"}
        Where there are several equilibria: that in which B resists most often, or least, or one drawn for each row.

    Returns
    -------
    polars.DataFrame
        With columns PRhat and PFhat beside the tallies.
    """
    if select not in SELECTIONS:
        raise EstimationError(f"select: expected {', '.join(map(repr, SELECTIONS))}, got {select!r}")
    model, rng = _bound(formula, data, fixed), np.random.default_rng(seed)
    found = equilibria(model.payoffs(np.asarray(theta, float)))
    score = {"highest": found.quantile, "lowest": -found.quantile, "random": rng.random(len(found.row))}[select]
    one = found.best(score, model.rows)
    chances = np.clip(found.outcomes[one], 0.0, 1.0)
    tallies = rng.multinomial(times, chances / chances.sum(axis=1, keepdims=True))
    beliefs = (found.resist[one], found.challenger.stands_firm[one])
    columns = [pl.Series(name, values) for name, values in zip(model.beliefs, beliefs, strict=True)]
    columns += [pl.Series(name, values) for name, values in zip(model.left, tallies.T, strict=True)]
    return as_frame(data).with_columns(columns)


def _bound(formula: str | Mapping[str, str], data: Any, fixed: Mapping[str, float] | None) -> SigInt:
    """Return the model on data without outcomes: one play of the first outcome stands in every row."""
    left = read_formula(formula).observed
    made = [pl.lit(float(k == 0)).alias(name) for k, name in enumerate(left)]
    return bind(formula, as_frame(data).with_columns(made), fixed, estimable=False)[0]

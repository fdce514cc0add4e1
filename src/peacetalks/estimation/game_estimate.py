"""`estimate_game`: the payoffs of any small game from its observed outcomes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import EstimationError, NotConverged, suggestion
from peacetalks.estimation.formulas import OUTCOME, part, read_formula, variables
from peacetalks.estimation.frames import as_frame, complete, require_columns
from peacetalks.estimation.game_model import GameModel, GameSettings, Make, read_outcomes
from peacetalks.estimation.model import Estimate, Start
from peacetalks.estimation.newton import Optimum, newton

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from peacetalks.estimation.model import Array

KINDS = ("information", "outer")
SPREAD = 0.5  # standard deviation of further starts, in units of the errors
SAME = 1e-4  # difference of log-likelihood below which two starts reached the same maximum


def estimate_game(
    formula: Mapping[str, str],
    data: Any,
    make: Make,
    *,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
    starts: int = 1,
    seed: int = 0,
    errors: str = "information",
    progress: Callable[[int, int], None] | None = None,
    **solving: Any,
) -> Estimate:
    """Estimate the payoffs of a game that is solved for every row with covariates of its own (`game_model.py`).

    Parameters
    ----------
    formula : mapping
        The column of outcomes under `"outcome"`, and a formula for every payoff by name.
    data : polars or pandas frame, dict of columns, path of a CSV file
        One row for every play.
    make : function
        From payoffs by name to a `Game`.
    fixed : {payoff or parameter: number}, optional
        A payoff without a formula, or a coefficient.
    start, starts, seed, progress
        Coefficients to start from (0 by default); starts scattered around it; their seed; progress.
    errors : {"information", "outer"}
        Standard errors from the expected information, or from the scores.
    **solving
        `rationality`, `belief_points`, `label`, `periods` and `jobs`: see `GameSettings`.

    Raises
    ------
    EstimationError
        A formula, data or a setting that cannot be used.
    NotConverged
        No maximum.

    Examples
    --------
    >>> from peacetalks.catalog.signorino import signorino
    >>> plays = {"end": ["war"] * 20 + ["conceded"] * 30 + ["status quo"] * 50}
    >>> found = estimate_game({"outcome": "end", "u14": "1", "u24": "1"}, plays, lambda u: signorino(**u))
    >>> found.parameters, round(found["u24:(Intercept)"], 4)  # log(20 / 30)
    (('u14:(Intercept)', 'u24:(Intercept)'), -0.4055)
    """
    if errors not in KINDS:
        raise EstimationError(f"errors: expected {', '.join(map(repr, KINDS))}, got {errors!r}")
    held = {str(name): float(value) for name, value in (fixed or {}).items()}
    model, dropped = bind_game(formula, data, GameSettings(make, **solving), held)
    theta, free = _start(model, start or {}, {n: v for n, v in held.items() if n not in model.constants})
    best, reached, notes = _from_several(model, theta, free, starts, seed, progress)
    spread = _covariance(model, best.theta, free, errors)
    notes += _left_out(dropped)
    settings = {"model": "game", "formula": dict(formula), "fixed": held, "starts": starts, "seed": seed}
    call = f"estimate_game({dict(formula)!r}, data, {getattr(make, '__name__', 'make')})"
    whole = (spread, best.log_likelihood, model.rows, dropped, errors, reached[0].gradient, reached, ~free)
    return Estimate(model, best.theta, *whole, settings | _solving(model), call, notes=tuple(notes))


def _left_out(rows: int) -> list[str]:
    """Return a note on the rows that were left out."""
    return [f"{rows} {'row was' if rows == 1 else 'rows were'} left out because a value is missing"] if rows else []


def _covariance(model: GameModel, theta: Array, free: Array, errors: str) -> Array:
    """Return the inverse of the information, or of the outer products of the scores; zero for fixed parameters."""
    scores = model.scores(theta)
    curvature = model.curvature(theta) if errors == "information" else scores.T @ scores
    out = np.zeros((len(free), len(free)))
    out[np.ix_(free, free)] = np.linalg.inv(curvature[np.ix_(free, free)])
    return out


def _solving(model: GameModel) -> dict[str, Any]:
    """Return how the games were solved, as plain values."""
    s = model.settings
    return {"rationality": s.rationality, "belief_points": s.belief_points, "distinct": len(model.distinct[0])}


def bind_game(
    formula: Mapping[str, str], data: Any, settings: GameSettings, fixed: Mapping[str, float]
) -> tuple[GameModel, int]:
    """Return a game on data, and how many rows were left out because a value was missing.

    Raises `EstimationError` for formulas, columns or outcomes that do not fit the game.
    """
    if isinstance(formula, str):
        raise EstimationError(
            f"formula: a game of your own takes a formula by payoff: {{'{OUTCOME}': 'end', 'war': 'x1 + x2', ...}}"
        )
    table, read = as_frame(data), read_formula(formula)
    if len(read.observed) != 1:
        raise EstimationError(f"formula: one column of outcomes, got {' + '.join(read.observed)}")
    texts = read.labelled
    both = sorted(set(texts) & set(fixed))
    if both:
        raise EstimationError(f"fixed: {both[0]} has a formula; leave one of them out, or fix its coefficients")
    used = list(dict.fromkeys([read.observed[0], *(v for name, text in texts.items() for v in variables(text, name))]))
    require_columns(used, table, "formula")
    frame, dropped = complete(table.select(used), used)
    parts = tuple(part(name, text, frame) for name, text in texts.items())
    coefficients = {name for p in parts for name in p.names}
    constants = {name: value for name, value in fixed.items() if name not in coefficients}
    payoffs = {**constants, **dict.fromkeys(texts, 0.0)}
    outcomes = tuple(sorted(name for name, p in settings.chances(settings.solve(payoffs)).items() if p > 0))
    seen = read_outcomes(frame, read.observed[0], outcomes)
    matrices = tuple(p.matrix(frame) for p in parts)
    return GameModel(settings, parts, constants, read.observed[0], outcomes, frame, matrices, seen), dropped


def _start(model: GameModel, start: Mapping[str, float], fixed: Mapping[str, float]) -> tuple[Array, Array]:
    """Return the parameters to start from, with fixed ones at their values, and which are free."""
    names, theta = model.parameters, model.start()
    for what, values in (("start", start), ("fixed", fixed)):
        for name, value in values.items():
            if name not in names:
                raise EstimationError(f"{what}: there is no parameter {name!r}. {suggestion(name, names)}")
            theta[names.index(name)] = value
    free = np.array([name not in fixed for name in names], bool)
    if not free.any() or model.rows <= free.sum():
        raise EstimationError(f"{model.rows} rows do not determine {free.sum()} parameters, or all of them are fixed")
    return theta, free


def _from_several(
    model: GameModel,
    theta: Array,
    free: Array,
    starts: int,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[Optimum, tuple[Start, ...], list[str]]:
    """Return the best maximum of several starts, what each reached, and a note where they differ."""
    if starts < 1:
        raise EstimationError(f"starts must be at least 1, got {starts!r}")
    rng = np.random.default_rng(seed)
    unit = SPREAD * model.settings.step * 1e4 / np.maximum(_size(model), 1e-9)
    found: list[tuple[Optimum, float]] = []
    lost: NotConverged | None = None
    for k in range(starts):
        first = theta + (free * unit * rng.standard_normal(len(theta)) if k else 0.0)
        try:
            one = newton(model, first, free)
            found.append((one, _gradient(model, one.theta, free)))
        except NotConverged as e:
            lost = e
        if progress is not None:
            progress(k + 1, starts)
    if not found:
        assert lost is not None
        raise lost
    found.sort(key=lambda one: -one[0].log_likelihood)
    reached = [Start(one.log_likelihood, gradient, one.steps, converged=True) for one, gradient in found]
    reached += [Start(-np.inf, np.inf, 0, converged=False)] * (starts - len(found))
    lower = [s for s in reached if s.converged and s.log_likelihood < reached[0].log_likelihood - SAME]
    notes = [f"{len(lower)} of {starts} starts ended in a lower maximum: try more starts"] if lower else []
    for note in notes:
        warnings.warn(note, stacklevel=3)
    return found[0][0], tuple(reached), notes


def _size(model: GameModel) -> Array:
    """Return the root mean square of every regressor, [parameter]."""
    return np.sqrt((np.concatenate(model.matrices, axis=1) ** 2).mean(axis=0))


def _gradient(model: GameModel, theta: Array, free: Array) -> float:
    """Return the largest derivative, in units of the parameter's standard error."""
    spread = np.linalg.inv(model.curvature(theta)[np.ix_(free, free)])
    return float(np.max(np.abs(model.scores(theta)[:, free].sum(axis=0)) * np.sqrt(np.diag(spread))))

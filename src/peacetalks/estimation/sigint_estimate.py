"""`estimate_sigint`: the payoffs of the crisis signalling game from tallies of its outcomes.

formula : str or mapping
    Four columns that tally the outcomes status quo, B concedes, A stands firm, A backs down; the payoffs SA, VA, CB,
    barWA, barWB, bara, VB: `"sq + cd + sf + bd ~ x - 1 | 1 | z | x | z | 1 | 0"`.
data : polars or pandas frame, dict of columns, path of a CSV file
    One row for every game, played as often as its tallies say.
method : {"npl", "pl", "ml"}
    Nested pseudo-likelihood, pseudo-likelihood, maximum likelihood (`sigint_npl.py`).
beliefs : (str, str), optional
    Columns with the chances that B resists and that A stands firm, from a first stage of one's own; by default random
    forests on all covariates (`sigint_first_stage.py`).
beliefs_covariance : array, [2 row, 2 row], optional
    Covariance of those beliefs, for the standard errors of `pl`.
fixed : {payoff or parameter: number}, optional
    A whole payoff, where its part of the formula is 0, or a coefficient.
start : mapping or sequence of float, optional
    Coefficients to start from; 0 by default.
starts : int
    Starts of `npl`: the first from the beliefs, others from beliefs drawn at random.
seed : int
    Of the forests, their bootstrap samples and the random beliefs.
errors : str, optional
    `npl`: "nested", or "package" as sigInt 0.2.0 computes them; `pl`: "two-step", or "none"; `ml`: "hessian".
draws : int
    Bootstrap samples of the forests, for the standard errors of `pl`.
tolerance : float
    Largest change of a parameter or belief in the last round of `npl`.
progress : function, optional
    Called as `progress(done, all)` for bootstrap samples and for starts.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import EstimationError, NotConverged, suggestion
from peacetalks.estimation.frames import as_frame
from peacetalks.estimation.model import Estimate, Start
from peacetalks.estimation.newton import newton
from peacetalks.estimation.sigint import BELIEFS, PAYOFFS, SigInt, SigIntEquilibrium, bind
from peacetalks.estimation.sigint_first_stage import forest_beliefs, forest_covariance
from peacetalks.estimation.sigint_npl import (
    Nested,
    equilibrium_violation,
    likelihood_covariance,
    nest,
    nested_covariance,
    pseudo_covariance,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from peacetalks.estimation.model import Array

METHODS = {"npl": ("nested", "package"), "pl": ("two-step", "none"), "ml": ("hessian",)}
SAME = 0.05  # difference of log-likelihood below which two starts reached the same equilibrium


def estimate_sigint(  # noqa: PLR0913 (the settings of one estimate)
    formula: str | Mapping[str, str],
    data: Any,
    *,
    method: str = "npl",
    beliefs: tuple[str, str] | None = None,
    beliefs_covariance: Array | None = None,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | Sequence[float] | None = None,
    starts: int = 1,
    seed: int = 0,
    errors: str | None = None,
    draws: int = 25,
    tolerance: float = 1e-8,
    progress: Callable[[int, int], None] | None = None,
) -> Estimate:
    """Estimate the payoffs of the crisis signalling game of Lewis & Schultz (2003); the module says what is what.

    Returns
    -------
    Estimate
        Its model holds the beliefs: with `npl` and `ml` an equilibrium.  `settings["equilibrium_violation"]` says how
        far they are from one, `settings["several"]` how many rows have several equilibria at the estimate.

    Raises
    ------
    EstimationError
        A formula, data or a setting that cannot be used.
    NotConverged
        No maximum, or rounds of `npl` that do not converge.

    Examples
    --------
    >>> from peacetalks.estimation.sigint_simulate import simulate_sigint
    >>> x, z = np.random.default_rng(3).normal(size=(2, 100))
    >>> payoffs = "sq + cd + sf + bd ~ 0 | 1 | 0 | z | x | 1 | 1"
    >>> played = simulate_sigint(payoffs, {"x": x, "z": z}, [1, -1.9, 0.5, -1.8, 0.4, -1.2, 1], times=300, seed=1)
    >>> found = estimate_sigint(payoffs, played, beliefs=("PRhat", "PFhat"))
    >>> round(found["bara:(Intercept)"], 1)
    -1.2
    """
    errors = _check(method, errors, beliefs, beliefs_covariance, starts)
    payoffs = {name: float(value) for name, value in (fixed or {}).items() if name in PAYOFFS}
    model, dropped = bind(formula, as_frame(data), payoffs, beliefs or BELIEFS, needed=beliefs is not None)
    theta, free = _start(model, start, {n: v for n, v in (fixed or {}).items() if n not in payoffs})
    if beliefs is None:
        model = model.with_beliefs(*forest_beliefs(model, seed))
    if method == "pl":
        ended = _pseudo(model, theta, free)
        spread = _two_step(ended, free, errors, beliefs_covariance, draws if beliefs is None else None, seed, progress)
    else:
        ended = _nested(model, theta, free, starts, seed, tolerance, progress)
        if method == "ml":
            ended = _likelihood(ended, free)
            spread = likelihood_covariance(ended.model, ended.theta, free)
        else:
            spread = nested_covariance(ended.model, ended.theta, free, transposed=errors == "package")
    settings = {"model": "sigint", "formula": formula, "method": method, "errors": errors, "fixed": fixed}
    settings |= {"beliefs": beliefs or "random forests", "starts": starts, "seed": seed, "tolerance": tolerance}
    return _estimate(ended, spread, free, dropped, settings)


@dataclass(frozen=True)
class _Ended:
    """Where an estimation ended: the model with its beliefs, the parameters, what every start reached, notes."""

    model: SigInt
    theta: Array
    starts: tuple[Start, ...]
    rounds: int | None = None
    notes: tuple[str, ...] = ()


def _check(
    method: str, errors: str | None, beliefs: tuple[str, str] | None, covariance: Array | None, starts: int
) -> str:
    """Return the kind of standard errors; raise `EstimationError` for settings that do not fit together."""
    if method not in METHODS:
        raise EstimationError(f"method: expected {', '.join(map(repr, METHODS))}, got {method!r}")
    if errors is not None and errors not in METHODS[method]:
        usable = ", ".join(map(repr, METHODS[method]))
        raise EstimationError(f"errors: method={method!r} has {usable}, got {errors!r}")
    if beliefs is not None and (isinstance(beliefs, str) or len(beliefs) != 2):
        raise EstimationError(f"beliefs: expected two columns, of the chances p_R and p_F, got {beliefs!r}")
    if starts < 1:
        raise EstimationError(f"starts must be at least 1, got {starts!r}")
    if covariance is not None and (method != "pl" or beliefs is None):
        raise EstimationError("beliefs_covariance belongs to method='pl' with beliefs in columns")
    if method == "pl" and beliefs is not None and covariance is None:
        return "none" if errors is None else _require_none(errors)
    return errors or METHODS[method][0]


def _require_none(errors: str) -> str:
    """Return `none`; raise `EstimationError` for standard errors that need the covariance of the beliefs."""
    if errors != "none":
        raise EstimationError(
            f"errors={errors!r} needs the covariance of the beliefs in the columns: beliefs_covariance=..., or leave "
            "beliefs out and the first stage is estimated, with its covariance"
        )
    return errors


def _start(
    model: SigInt, start: Mapping[str, float] | Sequence[float] | None, fixed: Mapping[str, float]
) -> tuple[Array, Array]:
    """Return the parameters to start from, with fixed ones at their values, and which are free."""
    names, theta = model.parameters, model.start()
    if start is not None and not isinstance(start, Mapping):
        theta = np.array(start, float)
        if theta.shape != (len(names),):
            raise EstimationError(f"start: expected {len(names)} values, one for each parameter; got {theta.size}")
    given = {str(name): float(value) for name, value in start.items()} if isinstance(start, Mapping) else {}
    for what, values in (("start", given), ("fixed", fixed)):
        for name, value in values.items():
            if name not in names:
                raise EstimationError(f"{what}: there is no parameter {name!r}. {suggestion(name, names)}")
            theta[names.index(name)] = value
    if not np.isfinite(theta).all():
        raise EstimationError("start and fixed: the values must be finite numbers")
    free = np.array([name not in fixed for name in names])
    if not free.any() or model.rows < 2:
        raise EstimationError("nothing to estimate: every parameter is fixed, or there are fewer than two rows")
    return theta, free


def _pseudo(model: SigInt, theta: Array, free: Array) -> _Ended:
    """Return the pseudo-likelihood's estimate."""
    found = newton(model, theta, free)
    return _Ended(model, found.theta, (_reached(model, found.theta, free, found.steps),))


def _nested(
    model: SigInt,
    theta: Array,
    free: Array,
    starts: int,
    seed: int,
    tolerance: float,
    progress: Callable[[int, int], None] | None,
) -> _Ended:
    """Return the nested pseudo-likelihood's estimate with the highest pseudo-likelihood among the starts."""
    rng = np.random.default_rng(seed)
    ended: list[tuple[float, SigInt, Nested | None, NotConverged | None]] = []
    for k in range(starts):
        first = model if k == 0 else model.with_beliefs(*rng.uniform(0.05, 0.95, (2, model.rows)))
        try:
            one = nest(first, theta, free, tolerance)
            ended.append((one.maximum.log_likelihood, one.model, one, None))
        except NotConverged as e:
            ended.append((-np.inf, first, None, e))
        if progress is not None:
            progress(k + 1, starts)
    ended.sort(key=lambda one: -one[0])
    _, _, best, error = ended[0]
    if best is None:
        assert error is not None
        raise error
    reached = [_start_of(one, free) for _, _, one, _ in ended]
    return _Ended(best.model, best.maximum.theta, tuple(reached), best.rounds, _different(reached))


def _start_of(one: Nested | None, free: Array) -> Start:
    """Return what a further start reached."""
    if one is None:
        return Start(-np.inf, np.inf, 0, converged=False)
    return _reached(one.model, one.maximum.theta, free, one.rounds)


def _different(reached: list[Start]) -> tuple[str, ...]:
    """Return a note, and warn, where starts ended in another equilibrium of the games, or did not converge."""
    best, notes = reached[0].log_likelihood, []
    lower = [s.log_likelihood for s in reached[1:] if s.converged and s.log_likelihood < best - SAME]
    lost = sum(not s.converged for s in reached)
    if lower:
        notes.append(
            f"{len(lower)} of {len(reached)} starts ended elsewhere, with a pseudo-log-likelihood of {max(lower):.4f} "
            f"at best against {best:.4f}: the estimate depends on which equilibria are played; compare method='ml'"
        )
    if lost:
        notes.append(f"{lost} of {len(reached)} starts did not converge")
    for note in notes:
        warnings.warn(note, stacklevel=4)
    return tuple(notes)


def _likelihood(nested: _Ended, free: Array) -> _Ended:
    """Return the maximum of the likelihood in equilibrium, reached from the nested pseudo-likelihood's estimate."""
    from_pseudo = nested.model
    model = SigIntEquilibrium(**{name: getattr(from_pseudo, name) for name in SigInt.__dataclass_fields__})
    found = newton(model, nested.theta, free)
    at = model.likelihood(found.theta)
    held = replace(model, data=from_pseudo.with_beliefs(at.resist, at.firm).data)
    return _Ended(held, found.theta, (_reached(held, found.theta, free, found.steps),), nested.rounds, nested.notes)


def _reached(model: SigInt, theta: Array, free: Array, steps: int) -> Start:
    """Return where a start ended; the largest derivative in units of the parameter's standard error."""
    scores = model.scores(theta)[:, free]
    curvature = model.curvature(theta)[np.ix_(free, free)]
    largest = np.abs(scores.sum(axis=0)) * np.sqrt(np.abs(np.diag(np.linalg.inv(curvature))))
    return Start(float(model.log_likelihood(theta).sum()), float(largest.max()), steps, converged=True)


def _two_step(
    ended: _Ended,
    free: Array,
    errors: str,
    given: Array | None,
    draws: int | None,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> Array:
    """Return the covariance of the pseudo-likelihood's estimate; NaN where none is estimated."""
    if errors == "none":
        return np.where(np.outer(free, free), np.nan, 0.0)
    spread = given if draws is None else forest_covariance(ended.model, draws, seed, progress=progress)
    assert spread is not None, "settings are checked"
    return pseudo_covariance(ended.model, ended.theta, free, np.asarray(spread, float))


def _estimate(ended: _Ended, spread: Array, free: Array, dropped: int, settings: dict[str, Any]) -> Estimate:
    """Return the estimate as a value."""
    model, theta = ended.model, ended.theta
    several = int((np.bincount(model.equilibria(theta)["row"].to_numpy() - 1, minlength=model.rows) > 1).sum())
    violation = equilibrium_violation(model, theta)
    more = {"rounds": ended.rounds, "equilibrium_violation": violation, "several": several}
    notes = list(ended.notes)
    if dropped:
        notes.append(f"{dropped} {'row was' if dropped == 1 else 'rows were'} left out because a value is missing")
    if several:
        notes.append(
            f"{several} of {model.rows} rows have several equilibria at the estimate; probabilities are those of the "
            "equilibrium nearest to the beliefs"
        )
    if settings["errors"] == "none":
        notes.append("no standard errors: they need the covariance of the beliefs that were given (beliefs_covariance)")
    plain = {name: value for name, value in (settings | more).items() if value is not None}
    call = f"estimate({settings['formula']!r}, data, 'sigint', method={settings['method']!r})"
    first = ended.starts[0]
    return Estimate(
        model,
        theta,
        spread,
        first.log_likelihood,
        model.rows,
        dropped,
        settings["errors"],
        first.gradient,
        ended.starts,
        ~free,
        plain,
        call,
        notes=tuple(notes),
    )

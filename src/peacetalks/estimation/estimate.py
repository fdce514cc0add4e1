"""`estimate`: the parameters of a strategic model from a table of cases, by maximum likelihood.

Signorino (1999) derives strategic choice models, Signorino and Tarar (2006) the probit, Ramsay and Signorino (2009) the
ultimatum game; Kenkel and Signorino (2014) estimate them with the package `games`, whose names and units of parameters
are used here.  The module of each model (`egame12.py` and so on) draws the game and writes out its likelihood.

Settings of the model:

`formula`
    Of all payoffs, or by payoff: `{"outcome": "esc + war", "u1(~esc)": "s_wt_re1 + revis1", ...}`, where a payoff left
    out is nought.  On the left a column of 0 and 1 for each decision, or one column of outcomes (`formulas.py`).
`link`
    Distribution of the errors: `probit` or `logit`.
`error`
    `agent` error, or `private` information about one's own payoffs (`player_errors.py`).
`fixed`
    Values by parameter, or of a whole payoff by its label; a sequence has one for every payoff.  In the ultimatum game
    also the scales `s1` and `s2`.
`scale`
    The standard deviation sigma of the errors: by default 1, or one constant where all payoffs are fixed.  A formula of
    log(sigma), `by player` for a constant each, or a sequence with a formula for each player.
`outcomes`
    The order of the outcomes in a column of texts.
`max_offer`
    The largest offer of the ultimatum game, in units of the offer.

Settings of the standard errors:

`errors`
    `hessian`, `outer`, `cluster` or `bootstrap` (`covariance.py`).
`cluster`
    A column: rows with the same value are one cluster, for `cluster` and `bootstrap`.
`draws`
    Samples of the bootstrap.
`jobs`, `progress`
    Processes for the bootstrap, of which no result depends; a function called as `progress(done, all)` for starts and
    then for samples.

The signalling game `sigint`, and a game of one's own given as a function, have estimators of their own: what differs
from the defaults here is passed on to `estimate_sigint` or `estimate_game`, with settings that only they know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.bind import bind, cluster_numbers
from peacetalks.estimation.bootstrap import bootstrap
from peacetalks.estimation.covariance import KINDS, covariance
from peacetalks.estimation.game_estimate import estimate_game
from peacetalks.estimation.game_model import GameSettings, Make
from peacetalks.estimation.maximum import maximise_from_several
from peacetalks.estimation.model import Estimate
from peacetalks.estimation.sigint_estimate import estimate_sigint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from peacetalks.estimation.bind import Bound
    from peacetalks.estimation.model import Array

NAMED = {"formula", "data", "make", "solving"}  # what the estimators of other games take by place


def estimate(  # noqa: PLR0913 (the settings of one estimate)
    formula: str | Mapping[str, str],
    data: Any,
    model: str | Make = "egame12",
    *,
    link: str = "probit",
    error: str = "agent",
    fixed: Mapping[str, float] | Sequence[float] | None = None,
    scale: str | Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    max_offer: float | None = None,
    start: Mapping[str, float] | Sequence[float] | None = None,
    starts: int = 5,
    seed: int = 0,
    errors: str = "hessian",
    cluster: str | None = None,
    draws: int = 100,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **own: Any,
) -> Estimate:
    """Estimate the parameters of a strategic model by maximum likelihood.

    Parameters
    ----------
    formula : str or mapping
        What was observed, and a formula for every payoff: `"esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc"`.
    data : polars or pandas frame, dict of columns, path of a CSV file
        One row for every play.  Rows that miss a value are left out and counted.
    model : {"egame12", "egame122", "egame123", "ultimatum", "sigint"}, or a function from payoffs by name to a `Game`
    link, error, fixed, scale, outcomes, max_offer
        The model: see `peacetalks.estimation.estimate`.
    start, starts, seed
        The search: values to start from, how many starts, the seed of their scatter and of the bootstrap.
    errors, cluster, draws, jobs, progress, **own
        Standard errors, and settings of `sigint` or of a game of one's own: see `peacetalks.estimation.estimate`.

    Raises
    ------
    EstimationError
        A formula, a table or a setting that cannot be used.
    NotConverged
        The likelihood has no maximum, or none was found.

    Examples
    --------
    >>> cases = {"act": [0, 1, 1, 0, 1, 1], "fight": [0, 1, 0, 0, 0, 1]}
    >>> round(estimate("act + fight ~ 0 | 0 | 1 | 1", cases).log_likelihood, 3)
    -6.592
    """
    asked = {"link": link, "error": error, "fixed": fixed, "scale": scale, "outcomes": outcomes}
    asked |= {"max_offer": max_offer, "cluster": cluster}
    more = {"start": start, "starts": starts, "seed": seed, "errors": errors, "draws": draws, "jobs": jobs}
    if model == "sigint" or callable(model):
        return _by_own_estimator(formula, data, model, asked | more | {"progress": progress}, own)
    _check(errors, cluster, own)
    bound = bind(formula, data, model, **asked)
    settings = {"model": model, "formula": formula, **asked, "starts": starts, "seed": seed, "errors": errors}
    settings["draws"] = draws if errors == "bootstrap" else None
    return _estimate(bound, start, settings, Work(jobs, progress))


def _by_own_estimator(
    formula: str | Mapping[str, str], data: Any, model: str | Make, common: dict[str, Any], own: dict[str, Any]
) -> Estimate:
    """Return the estimate of a game that has an estimator of its own, whose defaults are used."""
    usual = {name: p.default for name, p in signature(estimate).parameters.items()}
    settings = {
        name: value for name, value in common.items() if value is not usual[name] and value != usual[name]
    } | own
    if callable(model):
        known = {*signature(estimate_game).parameters, *GameSettings.__dataclass_fields__} - NAMED
        _require_known(settings, known, "a game of one's own")
        return estimate_game(formula, data, model, **settings)  # pyright: ignore[reportArgumentType]
    _require_known(settings, set(signature(estimate_sigint).parameters) - NAMED, model)
    return estimate_sigint(formula, data, **settings)


def _require_known(settings: Iterable[str], known: Collection[str], model: object) -> None:
    """Raise `EstimationError` for a setting that the estimator of a model does not have."""
    for name in settings:
        if name not in known:
            raise EstimationError(f"{name}: no setting of {model}{'. ' + suggestion(name, known) if known else ''}")


@dataclass(frozen=True)
class Work:
    """How the work is done, of which no result depends."""

    jobs: int
    progress: Callable[[int, int], None] | None


def _estimate(
    bound: Bound, start: Mapping[str, float] | Sequence[float] | None, settings: dict[str, Any], work: Work
) -> Estimate:
    """Return the estimate of a bound model."""
    model, kind, seed = bound.model, settings["errors"], settings["seed"]
    fixed = np.array([name in bound.fixed for name in model.parameters])
    _require_rows(model.rows, fixed)
    first = _start(bound, start)
    top = maximise_from_several(model, first, fixed, settings["starts"], seed, work.progress)
    clusters = None if settings["cluster"] is None else cluster_numbers(bound.used, settings["cluster"])
    notes, replicates = top.notes, None
    if kind == "bootstrap":
        draws = (settings["draws"], seed, clusters, work.jobs, work.progress)
        spread, replicates, failed = bootstrap(model, top.values, fixed, *draws)
        notes = (*notes, *failed)
    else:
        spread = covariance(kind, model, top, fixed, clusters)
    return Estimate(
        model,
        top.values,
        spread,
        top.log_likelihood,
        model.rows,
        bound.dropped,
        kind,
        top.gradient,
        top.starts,
        fixed,
        _plain(settings),
        _call(settings),
        replicates,
        _dropped(bound.dropped) + notes,
    )


def _check(errors: str, cluster: str | None, own: Mapping[str, Any]) -> None:
    """Raise `EstimationError` for a kind of standard errors that is none, or clusters that are not used."""
    _require_known(own, (), "this model")
    if errors not in KINDS:
        raise EstimationError(f"errors: expected {', '.join(map(repr, KINDS))}, got {errors!r}")
    if errors == "cluster" and cluster is None:
        raise EstimationError("errors='cluster' needs the column of the clusters: cluster='...'")
    if errors in ("hessian", "outer") and cluster is not None:
        raise EstimationError(f"cluster={cluster!r} is used by errors='cluster' and errors='bootstrap' only")


def _require_rows(rows: int, fixed: Array) -> None:
    """Raise `EstimationError` where nothing is to be estimated, or too much."""
    free = int((~fixed).sum())
    if free == 0:
        raise EstimationError("fixed: every parameter is fixed, so that nothing is left to estimate")
    if rows <= free:
        raise EstimationError(f"data: {rows} complete rows do not determine {free} parameters")


def _start(bound: Bound, start: Mapping[str, float] | Sequence[float] | None) -> Array:
    """Return the values to start from, with fixed ones at theirs."""
    names, values = bound.model.parameters, bound.model.start().copy()
    if start is not None and not isinstance(start, Mapping):
        given = np.asarray(start, float)
        if given.shape != values.shape:
            raise EstimationError(f"start: expected {len(values)} values, one for each parameter; got {len(given)}")
        values = given.copy()
    for name, value in {**(start if isinstance(start, Mapping) else {}), **bound.fixed}.items():
        if name not in names:
            raise EstimationError(f"start: there is no parameter {name!r}. {suggestion(name, names)}")
        values[names.index(name)] = value
    if not np.isfinite(values).all():
        raise EstimationError("start: the values must be finite numbers")
    return values


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings that were given, as plain values."""
    return {name: _plain_value(value) for name, value in settings.items() if value is not None}


def _plain_value(value: Any) -> Any:
    """Return a setting as JSON holds it."""
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str | int | float) else list(value)


def _call(settings: Mapping[str, Any]) -> str:
    """Return the call as a line of Python; what stands at its default is left out.

    >>> _call({"formula": "y ~ 0 | x | 1 | 1", "model": "egame12", "link": "logit", "seed": 0})
    "estimate('y ~ 0 | x | 1 | 1', data, 'egame12', link='logit')"
    """
    usual = {name: p.default for name, p in signature(estimate).parameters.items()}
    named = [f"{k}={v!r}" for k, v in settings.items() if k not in ("formula", "model") and v not in (None, usual[k])]
    return f"estimate({', '.join([repr(settings['formula']), 'data', repr(settings['model']), *named])})"


def _dropped(rows: int) -> tuple[str, ...]:
    """Return a note on the rows that were left out."""
    if rows == 0:
        return ()
    return (f"{rows} {'row was' if rows == 1 else 'rows were'} left out because a value is missing",)

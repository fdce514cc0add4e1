"""The maximum of a likelihood, from one start or from several (`ascent.py` has the steps)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError, NotConverged
from peacetalks.estimation.ascent import Objective, Top, ascend, polish, unit_of
from peacetalks.estimation.model import Start

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array, Model

SPREAD = 0.3  # of further starts around the first, in units of what one play says of a value
SAME = 1e-4  # difference of log-likelihood below which two starts reached the same maximum
SMALL = 1e-2  # derivative in standard errors below which a start that ended as high as the best one reached it


@dataclass(frozen=True)
class Maximum:
    """A maximum of a likelihood.

    Attributes
    ----------
    values : array, [parameter]
    log_likelihood : float
    hessian : array, [parameter, parameter]
        Of the log-likelihood; nought in rows and columns of fixed parameters.
    gradient : float
        The largest derivative times the parameter's standard error.
    starts : tuple of Start
        What every start reached: that of the maximum first, then the others, the highest first.
    notes : tuple of str
        Where starts ended in different maxima, or rose without end.
    """

    values: Array
    log_likelihood: float
    hessian: Array
    gradient: float
    starts: tuple[Start, ...]
    notes: tuple[str, ...] = ()


def maximise(model: Model, start: Array, fixed: Array) -> Maximum:
    """Return the maximum of a likelihood that is reached from one start.

    Parameters
    ----------
    model : Model
    start : array, [parameter]
        A fixed parameter keeps its value.
    fixed : array of bool, [parameter]

    Raises
    ------
    NotConverged
        No maximum was reached; where and why.
    """
    objective = Objective(model, np.asarray(start, float), np.asarray(fixed, bool))
    if not objective.first.size:
        return Maximum(objective.base, objective.value(objective.first), np.zeros((len(fixed), len(fixed))), 0.0, ())
    with np.errstate(all="ignore"):  # a step too far is taken back
        return _maximum(objective, polish(objective, *ascend(objective, objective.first)))


def maximise_from_several(
    model: Model,
    start: Array,
    fixed: Array,
    starts: int = 5,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Maximum:
    """Return the best maximum that is reached from several starts: the given one, and others scattered around it.

    Parameters
    ----------
    model, start, fixed
        As in `maximise`.
    starts : int
        How many.
    seed : int
        Of the scatter.
    progress : function, optional
        Called as `progress(done, starts)`.

    Raises
    ------
    NotConverged
        No start reached a maximum.

    Notes
    -----
    Another maximum that some starts ended in, and a rise without end, are warned of and noted in the result.
    """
    if starts < 1:
        raise EstimationError(f"starts must be at least 1, got {starts!r}")
    objective = Objective(model, np.asarray(start, float), np.asarray(fixed, bool))
    rng, first, ended = np.random.default_rng(seed), objective.first, []
    with np.errstate(all="ignore"):
        unit = unit_of(objective.scores(first))
        for k in range(starts):
            where = first if k == 0 else first + SPREAD * unit * rng.standard_normal(len(first))
            ended.append(ascend(objective, where))
            if progress is not None:
                progress(k + 1, starts)
        ended.sort(key=lambda end: -objective.value(end[0]))
        found = _best(objective, ended)
    for note in found.notes:
        warnings.warn(note, stacklevel=4)
    return found


def _best(objective: Objective, ended: list[tuple[Array, int]]) -> Maximum:
    """Return the highest maximum among the points where starts ended, the highest first.

    A likelihood may rise for ever along a ridge, above its maximum; a start that went there is reported, not returned.
    """
    endless, first = [], None
    for k, end in enumerate(ended):
        try:
            best = _maximum(objective, polish(objective, *end))
        except NotConverged as e:
            first = first or e
            endless.append(_end(objective, *end))
            continue
        others = tuple(_reached(objective, *other, best.log_likelihood) for other in ended[k + 1 :])
        notes = _different(best.log_likelihood, others, len(ended)) + _without_end(best.log_likelihood, endless)
        return replace(best, starts=(*best.starts, *endless, *others), notes=notes)
    assert first is not None, "there is at least one start"
    raise first


def _maximum(objective: Objective, top: Top) -> Maximum:
    """Return a maximum with all parameters."""
    free = ~objective.fixed
    whole = np.zeros((len(free), len(free)))
    whole[np.ix_(free, free)] = top.hessian
    largest = float(np.max(np.abs(top.gradient) * np.sqrt(np.diag(np.linalg.inv(-top.hessian)))))
    value = objective.value(top.free)
    start = Start(value, largest, top.steps, converged=True)
    return Maximum(objective.theta(top.free), value, whole, largest, (start,))


def _end(objective: Objective, free: Array, steps: int) -> Start:
    """Return where a start ended; derivatives in standard errors by the scores' outer products."""
    scores = objective.scores(free)
    largest = float((np.abs(scores.sum(axis=0)) * unit_of(scores) / np.sqrt(len(scores))).max())
    return Start(objective.value(free), largest, steps, converged=False)


def _reached(objective: Objective, free: Array, steps: int, best: float) -> Start:
    """Return what a start reached: the best maximum, another one where Newton's steps end, or none."""
    end = _end(objective, free, steps)
    if end.log_likelihood > best - SAME:
        return replace(end, converged=end.gradient < SMALL)
    try:
        return _maximum(objective, polish(objective, free, steps)).starts[0]
    except NotConverged:
        return end


def _different(best: float, others: tuple[Start, ...], starts: int) -> tuple[str, ...]:
    """Return a note where converged starts ended lower than the best."""
    lower = [s.log_likelihood for s in others if s.converged and s.log_likelihood < best - SAME]
    if not lower:
        return ()
    return (
        f"{len(lower)} of {starts} starts ended in another maximum, with a log-likelihood of "
        f"{max(lower):.4f} at best against {best:.4f}: try more starts",
    )


def _without_end(best: float, endless: list[Start]) -> tuple[str, ...]:
    """Return a note where starts rose above the best maximum and found none."""
    higher = [s.log_likelihood for s in endless if s.log_likelihood > best + SAME]
    if not higher:
        return ()
    return (
        f"{len(higher)} of the starts rose to a log-likelihood of {max(higher):.4f}, above the maximum of {best:.4f}, "
        "along a ridge without a maximum, where coefficients grow without end: the estimate is the local maximum",
    )

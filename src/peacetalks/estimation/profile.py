r"""Profile likelihood: one parameter held at values around its estimate, all others estimated anew at each.

The curve shows how well the data identify the parameter.  The values at which it lies within half of the chi-squared
quantile of its top make an interval that need not be symmetric (Cox and Hinkley 1974).  Where it rises above the
estimate's log-likelihood, the estimate is a local maximum only: the better one is then estimated with nothing held.

Values are visited outwards from the estimate, each from where its neighbour ended, and then inwards again, so that a
better maximum that is met far out is followed back.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtri

from peacetalks.errors import EstimationError, NotConverged, suggestion
from peacetalks.estimation.maximum import maximise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peacetalks.estimation.model import Array, Estimate

STEPS = 10  # values on each side of the estimate
SPAN = 3.0  # standard errors
FURTHEST = 3  # times the span: how far values go where the curve does not fall within it
BETTER = 1e-6  # by which a log-likelihood must be larger to count as a better maximum


@dataclass(frozen=True)
class Better:
    """A better maximum than the estimate."""

    values: Array  # [parameter]
    log_likelihood: float


@dataclass(frozen=True)
class Profile:
    """The profile likelihood of one parameter.

    Attributes
    ----------
    parameter : str
    values : array, [point]
        At which it was held, in equal steps; the estimate is one of them.
    log_likelihood : array, [point]
        The largest with the parameter held there; NaN where no maximum was found.
    theta : array, [point, parameter]
        All parameters there.
    estimate, maximum : float
        The parameter's estimate, and the log-likelihood of the estimate.
    level : float
        Of the interval.
    better : Better or None
        A better maximum with nothing held, where the curve rises above `maximum`.
    unsolved : tuple of str
        Points at which no maximum was found, each with the reason.
    """

    parameter: str
    values: Array
    log_likelihood: Array
    theta: Array
    estimate: float
    maximum: float
    level: float
    better: Better | None
    unsolved: tuple[str, ...]

    @property
    def highest(self) -> float:
        """The largest log-likelihood on the curve."""
        return float(np.nanmax(self.log_likelihood))

    @property
    def fall(self) -> float:
        """By how much the log-likelihood falls to the ends of the interval."""
        return _fall(self.level)

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest value of the curve."""
        return float(self.values[0]), float(self.values[-1])

    @property
    def interval(self) -> tuple[float, float]:
        """The interval by the likelihood ratio; NaN at an end that lies beyond the values of the curve."""
        return _crossing(self, -1), _crossing(self, 1)

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as plain values."""
        low, high = self.interval
        better = None
        if self.better is not None:
            better = {"values": self.better.values.tolist(), "log_likelihood": self.better.log_likelihood}
        return {
            "parameter": self.parameter,
            "values": self.values.tolist(),
            "log_likelihood": self.log_likelihood.tolist(),
            "estimate": self.estimate,
            "maximum": self.maximum,
            "level": self.level,
            "low": low,
            "high": high,
            "better": better,
            "unsolved": list(self.unsolved),
        }


def profile(
    estimate: Estimate,
    parameter: str,
    steps: int = STEPS,
    span: float = SPAN,
    level: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> Profile:
    """Return the profile likelihood of one parameter.

    Parameters
    ----------
    estimate : Estimate
        By maximum likelihood.
    parameter : str
        One that was estimated.
    steps : int
        Values on each side of the estimate.
    span : float
        How far the last of them lies, in standard errors; where the curve has not fallen to the ends of the interval
        there, more values follow, up to `FURTHEST` times as far.
    level : float
        Of the interval.
    progress : function, optional
        Called with how many fits are done, of all.

    Returns
    -------
    Profile

    Raises
    ------
    EstimationError
        A parameter that the model has not or that was fixed, an estimate of another kind, fewer than two steps, a span
        or a level out of range.
    """
    place = _check(estimate, parameter, steps, span, level)
    apart = span / steps * float(np.sqrt(estimate.covariance[place, place]))
    most = FURTHEST * steps
    curve = _Curve(estimate, place, estimate.values[place] + apart * np.arange(-most, most + 1))
    curve.visit(steps, _fall(level), progress)
    visited = curve.visited()
    return Profile(
        parameter, curve.at[visited], curve.log_likelihood[visited], curve.theta[visited],
        float(estimate.values[place]), estimate.log_likelihood, level, curve.better(), curve.unsolved(),
    )  # fmt: skip


def _fall(level: float) -> float:
    """Return half of the chi-squared quantile.

    >>> round(_fall(0.95), 4)
    1.9207
    """
    return float(chdtri(1, 1 - level)) / 2


def _check(estimate: Estimate, parameter: str, steps: int, span: float, level: float) -> int:
    """Return the place of a parameter; raise `EstimationError` for what cannot be profiled."""
    names, method = estimate.parameters, estimate.settings.get("method", "ml")
    if method != "ml":
        raise EstimationError(f"a profile likelihood needs maximum likelihood, and this is an estimate by {method!r}")
    if parameter not in names:
        raise EstimationError(f"the model has no parameter {parameter!r}. {suggestion(parameter, names)}")
    place = names.index(parameter)
    if estimate.fixed[place]:
        raise EstimationError(f"{parameter!r} was fixed: it has no profile; choose a parameter that was estimated")
    if steps < 2 or not span > 0:
        raise EstimationError(f"a profile takes at least 2 steps and a span above 0; got {steps} and {span}")
    if not 0 < level < 1:
        raise EstimationError(f"level={level!r}: the level of an interval lies between 0 and 1, such as 0.95")
    return place


class _Curve:
    """The best fit found so far at each point, which is filled in as points are visited."""

    def __init__(self, estimate: Estimate, place: int, at: Array) -> None:
        self.estimate, self.place, self.at = estimate, place, at
        middle = len(at) // 2
        self.theta = np.full((len(at), len(estimate.values)), np.nan)
        self.log_likelihood = np.full(len(at), np.nan)
        self.theta[middle], self.log_likelihood[middle] = estimate.values, estimate.log_likelihood
        self.reasons: dict[int, str] = {}

    def visit(self, steps: int, fall: float, progress: Callable[[int, int], None] | None) -> None:
        """Fit points outwards on both sides, at least `steps` and until the curve has fallen, then inwards again."""
        middle, done, planned = len(self.at) // 2, 0, 2 * (2 * steps - 1)
        for side in (-1, 1):
            for k, neighbour in self._path(middle, side, steps, fall):
                self.improve(k, neighbour)
                done += 1
                if progress is not None:
                    progress(done, max(done, planned))

    def _path(self, middle: int, side: int, steps: int, fall: float) -> Iterator[tuple[int, int]]:
        """Yield (point, the neighbour to start from) of one side, as long as points are fitted between."""
        k = middle
        while abs(k - middle) < middle and (abs(k - middle) < steps or self._high(k, fall)):
            k += side
            yield k, k - side
        for inner in range(k - side, middle, -side):
            yield inner, inner + side

    def _high(self, k: int, fall: float) -> bool:
        """Return whether the curve has not yet fallen to the level of the interval at a point."""
        return bool(self.log_likelihood[k] > np.nanmax(self.log_likelihood) - fall)

    def visited(self) -> Array:
        """Return which points were fitted or failed, [point]."""
        failed = np.zeros(len(self.at), bool)
        failed[list(self.reasons)] = True
        return np.isfinite(self.log_likelihood) | failed

    def improve(self, k: int, neighbour: int) -> None:
        """Maximise with the parameter held at point k, from its neighbour's parameters; keep the better fit."""
        solved = np.isfinite(self.log_likelihood[neighbour])
        start = (self.theta[neighbour] if solved else self.estimate.values).copy()
        start[self.place] = self.at[k]
        held = self.estimate.fixed.copy()
        held[self.place] = True
        try:
            found = maximise(self.estimate.model, start, held)
        except NotConverged as e:
            self.reasons[k] = str(e)
            return
        if not self.log_likelihood[k] >= found.log_likelihood:
            self.theta[k], self.log_likelihood[k] = found.values, found.log_likelihood

    def better(self) -> Better | None:
        """Return the maximum with nothing held from the best point, where that lies above the estimate."""
        best = int(np.nanargmax(self.log_likelihood))
        if not self.log_likelihood[best] > self.estimate.log_likelihood + BETTER:
            return None
        try:
            found = maximise(self.estimate.model, self.theta[best], self.estimate.fixed)
        except NotConverged:
            return Better(self.theta[best], float(self.log_likelihood[best]))
        return Better(found.values, found.log_likelihood)

    def unsolved(self) -> tuple[str, ...]:
        """Return the points without a fit, each with the reason."""
        name = self.estimate.parameters[self.place]
        missing = np.flatnonzero(np.isnan(self.log_likelihood) & self.visited())
        return tuple(f"{name} = {self.at[k]:.4g}: {self.reasons[int(k)]}" for k in missing)


def _crossing(p: Profile, side: int) -> float:
    """Return where the curve falls below the interval's level on a side of its top, NaN where it does not.

    Between two points the signed root of twice the fall is taken as linear, which it is for a normal likelihood.
    """
    known = np.flatnonzero(np.isfinite(p.log_likelihood)).tolist()
    root = np.sqrt(np.clip(2 * (p.highest - p.log_likelihood), 0.0, None))
    top = int(np.nanargmax(p.log_likelihood))
    path = [k for k in known[::side] if (k - top) * side >= 0]
    target = np.sqrt(2 * p.fall)
    for k, following in pairwise(path):
        if root[following] >= target:
            share = (target - root[k]) / (root[following] - root[k])
            return float(p.values[k] + share * (p.values[following] - p.values[k]))
    return float("nan")

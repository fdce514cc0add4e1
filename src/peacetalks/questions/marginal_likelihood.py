r"""How likely a record is under an account: the likelihood averaged over the account's ranges.

.. math:: Z = \int L(\phi)\, p(\phi)\, d\phi, \qquad \log B_{12} = \log Z_1 - \log Z_2,

with :math:`\phi` the uncertain numbers, drawn through their quantiles from the unit cube (Kass and Raftery 1995).
Every likelihood needs the game solved anew, so evaluations are few and counted.  There are two independent methods:
scrambled Sobol points in batches, whose spread gives the error (cheap; a record of a few moves varies little over a
range), and nested sampling (Skilling 2006) by `dynesty` (Speagle 2020), capped in calls.

References
----------
Kass, R. E., and A. E. Raftery (1995). Bayes factors. *Journal of the American Statistical Association* 90, 773-795.

Owen, A. B. (1998). Scrambling Sobol' and Niederreiter-Xing points. *Journal of Complexity* 14, 466-489.

Skilling, J. (2006). Nested sampling for general Bayesian computation. *Bayesian Analysis* 1, 833-859.

Speagle, J. S. (2020). dynesty: a dynamic nested sampling package for estimating Bayesian posteriors and evidences.
*Monthly Notices of the Royal Astronomical Society* 493, 3132-3158.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting import draws
from peacetalks.forecasting.jobs import require_majority_solved

BATCHES = 4
LogLikelihood = Callable[[np.ndarray], float]  # of a point [dimension] of the unit cube


class BayesFactor(NamedTuple):
    """A log Bayes factor with its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Evidence:
    """log Z with its standard error, and how it was computed."""

    log_z: float
    error: float
    method: str
    evaluations: int
    complete: bool  # False: stopped at the cap before the method's own criterion
    unsolved: int = 0  # points left out because the game has no solution within tolerance there

    @classmethod
    def at_a_point(cls, log_likelihood: float) -> Evidence:
        """Return the evidence where nothing is uncertain: the likelihood itself."""
        return cls(log_likelihood, 0.0, "point", 1, True)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


def sobol(loglik: LogLikelihood, dimensions: int, points: int = 16, seed: int = 0) -> Evidence:
    """Average the likelihood over scrambled Sobol points, in four batches with their own scrambles.

    Parameters
    ----------
    loglik : function
        Log-likelihood of a point of the unit cube.
    dimensions : int
    points : int
        In all batches together, at least 8.
    seed : int

    Returns
    -------
    Evidence
        The error is that of the log of the mean, from the spread of the batches.  A point at which `loglik` raises
        `NotSolved` is left out and counted.

    Raises
    ------
    NotSolved
        A batch has no other point, or more than half of all points have no solution.

    Examples
    --------
    >>> e = sobol(lambda u: float(np.log(0.5 + u[0])), 1, 64, seed=1)
    >>> abs(e.log_z) < 4 * e.error < 0.02
    True
    """
    if dimensions == 0:
        return Evidence.at_a_point(loglik(np.zeros(0)))
    return sobol_mean([[_or_unsolved(loglik, u) for u in batch] for batch in sobol_points(dimensions, points, seed)])


def sobol_points(dimensions: int, points: int, seed: int) -> list[np.ndarray]:
    """Return the points [point, dimension] of each batch."""
    if points < 2 * BATCHES:
        raise SpecError(f"points must be at least {2 * BATCHES} ({BATCHES} batches of two or more), got {points!r}")
    batches = np.random.default_rng(seed).spawn(BATCHES)
    return [draws.sobol_points(dimensions, points // BATCHES, rng) for rng in batches]


def sobol_mean(batches: Sequence[Sequence[float | NotSolved]]) -> Evidence:
    """Return the evidence from the log-likelihoods at the points of each batch, as `sobol` does."""
    total, logs, unsolved = sum(map(len, batches)), [], []
    for batch in batches:
        found = [x for x in batch if not isinstance(x, NotSolved)]
        unsolved += [x for x in batch if isinstance(x, NotSolved)]
        require_majority_solved(unsolved, total, "points of the ranges")
        if not found:
            raise unsolved[0]
        logs.append(logsumexp(found) - math.log(len(found)))
    top = max(logs)
    means = np.exp(np.array(logs) - top)
    error = float(means.std(ddof=1) / math.sqrt(len(logs)) / means.mean())
    return Evidence(float(top + math.log(means.mean())), error, "sobol", total, True, len(unsolved))


def _or_unsolved(loglik: LogLikelihood, u: np.ndarray) -> float | NotSolved:
    """Return the log-likelihood at a point, or the error of a game without a solution."""
    try:
        return loglik(u)
    except NotSolved as e:
        return e


def nested(
    loglik: LogLikelihood, dimensions: int, calls: int = 400, live: int = 50, seed: int = 0, dlogz: float = 0.1
) -> Evidence:
    """Integrate by nested sampling (Skilling 2006).

    Parameters
    ----------
    loglik : function
        Log-likelihood of a point of the unit cube.
    dimensions : int
    calls : int
        Most likelihoods, about.
    live : int
        Live points; fewer than calls.
    seed : int
    dlogz : float
        Stop when what is left adds less than this to log Z.

    Examples
    --------
    >>> e = nested(lambda u: float(np.log(0.5 + u[0])), 1, 800, live=40, seed=3)
    >>> abs(e.log_z) < 4 * e.error
    True
    """
    import dynesty

    make: Any = dynesty.NestedSampler  # its constructor is untyped
    if dimensions == 0:
        return Evidence.at_a_point(loglik(np.zeros(0)))
    if calls <= live:
        raise SpecError(f"nested sampling needs more calls ({calls}) than live points ({live}): give more points")
    sampler = make(
        loglik, lambda u: u, dimensions, nlive=live, rstate=np.random.default_rng(seed), bound="single", sample="unif"
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The sampling was stopped short", UserWarning)  # reported as `complete`
        sampler.run_nested(maxcall=calls, dlogz=dlogz, print_progress=False)
    r = sampler.results
    spent = int(np.sum(r.ncall))
    return Evidence(float(r.logz[-1]), float(r.logzerr[-1]), "nested", spent, spent < calls)


def bayes_factor(one: Evidence, two: Evidence) -> BayesFactor:
    """Return the log Bayes factor of `one` over `two` with its standard error (Kass and Raftery 1995)."""
    return BayesFactor(one.log_z - two.log_z, math.hypot(one.error, two.error))

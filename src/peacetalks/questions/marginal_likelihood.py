r"""How likely a record is under an account: the likelihood averaged over the account's ranges.

.. math:: Z = \int L(\phi)\, p(\phi)\, d\phi, \qquad \log B_{12} = \log Z_1 - \log Z_2,

with :math:`\phi` the uncertain numbers, drawn through their quantiles from the unit cube.  Every likelihood needs the game
solved anew, so evaluations are few and counted.  Two roads: scrambled Sobol points in independent batches, whose spread
gives the error (cheap; a record of a few moves varies little over a range), and nested sampling (Skilling 2006) by
`dynesty` (Speagle 2020), capped in calls.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import qmc

from peacetalks.equilibrium.solution import refuse_most
from peacetalks.errors import NotSolved, SpecError

BATCHES = 4
Log = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class Evidence:
    """log Z with its standard error, and how it was got."""

    log_z: float
    error: float
    method: str
    evaluations: int
    complete: bool  # False: stopped at the cap before the method's own criterion
    unsolved: int = 0  # points left out because the game has no solution within tolerance there

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


def sobol(loglik: Log, dimensions: int, points: int = 16, seed: int = 0) -> Evidence:
    """Average the likelihood over `points` scrambled Sobol points, in four batches with their own scrambles.

    `loglik` takes a point of the unit cube.  The error is that of the log of the mean, from the spread of the batches.
    A point at which `loglik` raises `NotSolved` is left out and counted; it is raised again where a batch has no other
    point or more than half of all points have no solution.

    >>> e = sobol(lambda u: float(np.log(0.5 + u[0])), 1, 64, seed=1)
    >>> abs(e.log_z) < 4 * e.error < 0.02
    True
    """
    if dimensions == 0:
        return Evidence(loglik(np.zeros(0)), 0.0, "point", 1, True)
    return sobol_mean([[_or_unsolved(loglik, u) for u in batch] for batch in sobol_points(dimensions, points, seed)])


def sobol_points(dimensions: int, points: int, seed: int) -> list[np.ndarray]:
    """Return the points [point, dimension] of each batch."""
    if points < 2 * BATCHES:
        raise SpecError(f"points must be at least {2 * BATCHES} ({BATCHES} batches of two or more), got {points!r}")
    each, out = points // BATCHES, []
    for rng in np.random.default_rng(seed).spawn(BATCHES):
        power = math.ceil(math.log2(each))
        u = qmc.Sobol(dimensions, scramble=True, rng=rng).random_base2(power)[:each]
        out.append(np.clip(u, 1e-9, 1 - 1e-9))
    return out


def sobol_mean(batches: Sequence[Sequence[float | NotSolved]]) -> Evidence:
    """Return the evidence from the log-likelihoods at the points of each batch, as `sobol` does."""
    total, logs, unsolved = sum(map(len, batches)), [], []
    for batch in batches:
        found = [x for x in batch if not isinstance(x, NotSolved)]
        unsolved += [x for x in batch if isinstance(x, NotSolved)]
        refuse_most(unsolved, total, "points of the ranges")
        if not found:
            raise unsolved[0]
        logs.append(_log_sum(found) - math.log(len(found)))
    top = max(logs)
    means = np.exp(np.array(logs) - top)
    error = float(means.std(ddof=1) / math.sqrt(len(logs)) / means.mean())
    return Evidence(top + math.log(means.mean()), error, "sobol", total, True, len(unsolved))


def _or_unsolved(loglik: Log, u: np.ndarray) -> float | NotSolved:
    try:
        return loglik(u)
    except NotSolved as e:
        return e


def nested(
    loglik: Log, dimensions: int, calls: int = 400, live: int = 50, seed: int = 0, dlogz: float = 0.1
) -> Evidence:
    """Integrate by nested sampling, at most about `calls` likelihoods; needs at least one dimension.

    >>> e = nested(lambda u: float(np.log(0.5 + u[0])), 1, 800, live=40, seed=3)
    >>> abs(e.log_z) < 4 * e.error
    True
    """
    import dynesty

    make: Any = dynesty.NestedSampler  # its constructor is untyped
    if dimensions == 0:
        return Evidence(loglik(np.zeros(0)), 0.0, "point", 1, True)
    if calls <= live:
        raise SpecError(f"nested sampling needs more calls ({calls}) than live points ({live}): give more points")
    sampler = make(
        loglik, lambda u: u, dimensions, nlive=live, rstate=np.random.default_rng(seed), bound="single", sample="unif"
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The sampling was stopped short", UserWarning)  # told by `complete`
        sampler.run_nested(maxcall=calls, dlogz=dlogz, print_progress=False)
    r = sampler.results
    spent = int(np.sum(r.ncall))
    return Evidence(float(r.logz[-1]), float(r.logzerr[-1]), "nested", spent, spent < calls)


def _log_sum(logs: Sequence[float]) -> float:
    """Return log(sum(exp(logs))), safe from underflow."""
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def factor(one: Evidence, two: Evidence) -> tuple[float, float]:
    """Return the log Bayes factor of `one` over `two` with its standard error."""
    return one.log_z - two.log_z, math.hypot(one.error, two.error)

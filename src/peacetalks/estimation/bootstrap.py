"""The bootstrap of an estimate: the plays, or their clusters, drawn with replacement and estimated anew (Efron 1979).

Every sample has a random stream of its own from the seed, so that the results do not depend on the number of processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError, NotConverged, NotSolved
from peacetalks.estimation.maximum import maximise
from peacetalks.forecasting.jobs import solve_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.estimation.model import Array, Model


@dataclass(frozen=True)
class Sample:
    """One sample to estimate from: the model, where to start, and the seed of the draw."""

    model: Model
    start: Array
    fixed: Array
    clusters: Array | None
    stream: np.random.SeedSequence

    def rows(self) -> Array:
        """Return the rows that are drawn: as many plays, or as many clusters, as there are."""
        rng = np.random.default_rng(self.stream)
        if self.clusters is None:
            return rng.integers(self.model.rows, size=self.model.rows)
        members = [np.flatnonzero(self.clusters == g) for g in np.unique(self.clusters)]
        return np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))])


def estimate_sample(sample: Sample) -> Array:
    """Return the parameters estimated from a sample, [parameter]; raises `NotConverged`."""
    return maximise(sample.model.take(sample.rows()), sample.start, sample.fixed).values


def bootstrap(
    model: Model,
    values: Array,
    fixed: Array,
    draws: int,
    seed: int,
    clusters: Array | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Array, Array, tuple[str, ...]]:
    """Return the covariance of an estimate by the bootstrap.

    Parameters
    ----------
    model : Model
    values : array, [parameter]
        The estimate, where every sample starts.
    fixed : array of bool, [parameter]
    draws : int
        How many samples.
    seed : int
    clusters : array, [row], optional
        The number of each row's cluster; whole clusters are drawn then.
    jobs : int
        Processes.
    progress : function, optional
        Called as `progress(done, draws)`.

    Returns
    -------
    covariance : array, [parameter, parameter]
    replicates : array, [replicate, parameter]
        The estimates of the samples that have a maximum.
    notes : tuple of str
        How many samples have none.

    Raises
    ------
    EstimationError
        Fewer than two samples asked for.
    NotConverged
        Half of the samples or more have no maximum.
    """
    if draws < 2:
        raise EstimationError(f"draws must be at least 2, got {draws!r}")
    streams = np.random.SeedSequence(seed).spawn(draws)
    samples = [Sample(model, values, fixed, clusters, stream) for stream in streams]
    found = solve_all(estimate_sample, samples, jobs, progress, required=0)
    failed = [x for x in found if isinstance(x, NotSolved)]
    if 2 * len(failed) >= draws:
        raise NotConverged(f"{len(failed)} of {draws} samples of the bootstrap have no maximum: {failed[0]}")
    replicates = np.array([x for x in found if not isinstance(x, NotSolved)])
    notes = (f"{len(failed)} of {draws} samples of the bootstrap have no maximum and are left out",) if failed else ()
    return np.cov(replicates, rowvar=False, ddof=1).reshape(len(values), len(values)), replicates, notes

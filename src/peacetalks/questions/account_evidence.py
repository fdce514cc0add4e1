"""The likelihood of a record under accounts, integrated over the ranges of the numbers that they change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.forecasting.draws import at_quantiles, uncertain_paths
from peacetalks.forecasting.jobs import solve_all
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.questions.marginal_likelihood import Evidence, nested, sobol_mean, sobol_points
from peacetalks.scenario.paths import under

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from peacetalks.questions.filter_record import RecordFilter
    from peacetalks.scenario.scenario import Scenario

MAX_LIVE = 50  # live points of nested sampling
LIVE_PER_DIMENSION, CALLS_PER_LIVE = 2, 4  # at least so many live points a dimension; else so many calls for each


class Method(StrEnum):
    """How evidence is integrated over the ranges of numbers."""

    SOBOL = "sobol"
    NESTED = "nested"
    NONE = "none"  # the likelihood at central values only


@dataclass(frozen=True)
class Integration:
    """How evidence is integrated: with how many points (or at most so many calls) an account, and which seed."""

    method: Method
    points: int
    seed: int


def log_likelihood(record_filter: RecordFilter, use: frozenset[int], belief_points: int, s: Scenario) -> float:
    """Solve a scenario; return the log-likelihood of the events `use` (places in order of date)."""
    return record_filter.log_likelihood(Filter(solve_scenario(s, belief_points)), use)


def evidence_over_ranges(
    loglik: Callable[[Scenario], float],
    variants: Mapping[str, Scenario],
    central: Mapping[str, float],
    entries: Sequence[str],
    how: Integration,
    progress: Callable[..., None],
    jobs: int = 1,
) -> tuple[dict[str, Evidence], dict[str, list[str]]]:
    """Return each account's evidence, and the paths of the numbers that it was integrated over.

    Parameters
    ----------
    loglik : function
        Log-likelihood of a scenario; solves its game.
    variants : {account: Scenario}
    central : {account: float}
        Log-likelihoods at central values: the evidence of an account without uncertain numbers.
    entries : sequence of str
        Dotted paths; every uncertain number at or below one of them is integrated over, under each account.
    how : Integration
        By Sobol points (those without a solution are left out and counted), or by nested sampling, which goes step by
        step in this process.
    progress : function
        Called after every solve.
    jobs : int
        Most processes that solve.
    """
    over = {
        name: [p for p in uncertain_paths(s) if any(under(p, entry) for entry in entries)]
        for name, s in variants.items()
    }
    at = {name: partial(at_quantiles, variants[name], paths) for name, paths in over.items() if paths}
    if how.method is Method.NESTED:
        out = {name: _by_nesting(loglik, at[name], len(over[name]), how, progress) for name in at}
    else:
        batches = {name: sobol_points(len(over[name]), how.points, how.seed) for name in at}
        items = [at[name](u) for name in at for u in chain.from_iterable(batches[name])]
        found = iter(solve_all(loglik, items, jobs, progress, required=0))
        out = {name: sobol_mean([[next(found) for _ in batch] for batch in batches[name]]) for name in at}
    return {name: out[name] if name in out else Evidence.at_a_point(central[name]) for name in variants}, over


def _by_nesting(
    loglik: Callable[[Scenario], float],
    at: Callable[[np.ndarray], Scenario],
    dimensions: int,
    how: Integration,
    progress: Callable[..., None],
) -> Evidence:
    """Return an account's evidence by nested sampling."""
    live = min(MAX_LIVE, max(LIVE_PER_DIMENSION * dimensions, how.points // CALLS_PER_LIVE))

    def counted(u: np.ndarray) -> float:
        try:
            return loglik(at(u))
        finally:
            progress()

    return nested(counted, dimensions, how.points, live, how.seed)

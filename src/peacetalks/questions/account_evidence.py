"""The likelihood of a record under accounts, integrated over the ranges of the numbers that they change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from peacetalks.equilibrium.belief_filter import Filter
from peacetalks.errors import NotSolved
from peacetalks.forecasting.answers import solve_cached
from peacetalks.forecasting.draws import at_quantiles, uncertain_paths
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.questions.answer_cache import answer_key
from peacetalks.questions.marginal_likelihood import Evidence, nested, sobol_mean, sobol_points
from peacetalks.scenario.files import play_key
from peacetalks.scenario.paths import under

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.questions.filter_record import RecordFilter
    from peacetalks.scenario.scenario import Scenario

T = TypeVar("T")
R = TypeVar("R")
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


@dataclass(frozen=True)
class Solver:
    """Solves games, in at most `jobs` processes, except for those that the cache has answers of."""

    jobs: int
    answers: AnswerCache | None
    progress: Callable[..., None]  # called after every solve

    def solve(
        self,
        work: Callable[[T], R],
        items: Sequence[T],
        keys: Sequence[str],
        classes: Sequence[type] = (),
        required: int | None = None,
    ) -> list[R | NotSolved]:
        """Return `work(item)` for every item, in order; see `solve_cached`."""
        return solve_cached(work, items, keys, self.answers, classes, self.jobs, self.progress, required)


class Drawn(NamedTuple):
    """A draw of an account's numbers, and the account at central values, whose solution it starts from."""

    scenario: Scenario
    base: Scenario


@dataclass(frozen=True)
class LogLikelihood:
    """The log-likelihood of the events `use` (places in order of date), as a function of the scenario."""

    record_filter: RecordFilter
    use: frozenset[int]
    belief_points: int

    def __call__(self, s: Scenario, near: Scenario | None = None) -> float:
        """Solve a scenario, and return the log-likelihood."""
        return self.record_filter.log_likelihood(Filter(solve_scenario(s, self.belief_points, near=near)), self.use)

    def of_draw(self, drawn: Drawn) -> float:
        """Solve a draw, and return the log-likelihood."""
        return self(drawn.scenario, drawn.base)

    def key(self, s: Scenario, near: Scenario | None = None) -> str:
        """Return the key of the answer for a scenario, in the cache."""
        question = self.record_filter.question, sorted(self.use), self.belief_points
        return answer_key("log-likelihood", *question, near and play_key(near), play_key(s))


def evidence_over_ranges(
    loglik: LogLikelihood,
    variants: Mapping[str, Scenario],
    central: Mapping[str, float],
    entries: Sequence[str],
    how: Integration,
    solver: Solver,
) -> tuple[dict[str, Evidence], dict[str, list[str]]]:
    """Return each account's evidence, and the paths of the numbers that it was integrated over.

    Parameters
    ----------
    loglik : LogLikelihood
        Of a scenario; solves its game.
    variants : {account: Scenario}
    central : {account: float}
        Log-likelihoods at central values: the evidence of an account without uncertain numbers.
    entries : sequence of str
        Dotted paths; every uncertain number at or below one of them is integrated over, under each account.
    how : Integration
        By Sobol points (those without a solution are left out and counted), or by nested sampling, which goes step by
        step in this process.
    solver : Solver
    """
    over = {
        name: [p for p in uncertain_paths(s) if any(under(p, entry) for entry in entries)]
        for name, s in variants.items()
    }
    at = {name: partial(at_quantiles, variants[name], paths) for name, paths in over.items() if paths}
    if how.method is Method.NESTED:
        out = {name: _by_nesting(loglik, at[name], variants[name], len(over[name]), how, solver) for name in at}
    else:
        batches = {name: sobol_points(len(over[name]), how.points, how.seed) for name in at}
        items = [Drawn(at[name](u), variants[name]) for name in at for u in chain.from_iterable(batches[name])]
        found = iter(solver.solve(loglik.of_draw, items, [loglik.key(*drawn) for drawn in items], required=0))
        out = {name: sobol_mean([[next(found) for _ in batch] for batch in batches[name]]) for name in at}
    return {name: out[name] if name in out else Evidence.at_a_point(central[name]) for name in variants}, over


def _by_nesting(
    loglik: LogLikelihood,
    at: Callable[[np.ndarray], Scenario],
    base: Scenario,
    dimensions: int,
    how: Integration,
    solver: Solver,
) -> Evidence:
    """Return an account's evidence by nested sampling."""
    live = min(MAX_LIVE, max(LIVE_PER_DIMENSION * dimensions, how.points // CALLS_PER_LIVE))

    def at_point(u: np.ndarray) -> float:
        drawn = Drawn(at(u), base)
        (found,) = solver.solve(loglik.of_draw, [drawn], [loglik.key(*drawn)], required=0)
        if isinstance(found, NotSolved):
            raise found
        return found

    return nested(at_point, dimensions, how.points, live, how.seed)

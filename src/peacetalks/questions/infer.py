"""From a record of public acts to beliefs, the likelihood of accounts, and an updated forecast.

Every move is public, so the public belief is the Bayesian filter (`belief_filter.py`): one pass gives the posterior
after each event and the likelihood of the record (`filter_record.py`).  Rival accounts are compared on the events that
all of them can place.  The scenario's prior is taken as the belief at the start of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Filter, ParticleSet
from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.equilibrium.transitions import forward_distributions
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.accuracy import Accuracy, accuracy_of
from peacetalks.forecasting.jobs import Progress, solve_all
from peacetalks.forecasting.readout import ends_of, outcomes_of, plain_columns
from peacetalks.forecasting.record_view import record_views_of
from peacetalks.forecasting.settings import BELIEF_POINTS, DATES, EVIDENCE_POINTS, SEED
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.forecasting.views import ForecastViews, forecast_views
from peacetalks.mechanisms.standard_game import opening
from peacetalks.questions.account_evidence import Integration, Method, evidence_over_ranges, log_likelihood
from peacetalks.questions.filter_record import FilteredRecord, Posterior, RecordFilter, events_with_moves
from peacetalks.questions.marginal_likelihood import BayesFactor, Evidence, bayes_factor
from peacetalks.scenario.accounts import Account, interpretations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

    from peacetalks.questions.events import Acts, Record
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class Inference:
    """What a record says of hidden types, accounts and the forecast; made by `infer`."""

    scenario: Scenario
    record: Record
    prior: Posterior
    base: FilteredRecord
    codings: dict[str, FilteredRecord]  # disputed items by their other coding
    common: frozenset[int]  # events (places in order of date) that every account can place
    log_likelihood: dict[str, float]  # account -> at central values, on the common events
    evidence: dict[str, Evidence]  # account -> integrated over ranges; empty where nothing was integrated
    dimensions: dict[str, list[str]]  # account -> paths integrated over
    before: dict[str, ForecastViews]  # account -> the outcome classes at the dates without the events
    after: dict[str, ForecastViews]  # account -> the same with them; the record does not change
    accuracy: dict[str, Accuracy]  # account -> how far its forecast without the events may be off
    dates: tuple[int, ...]
    settings: dict[str, Any]

    def factors(self) -> dict[str, BayesFactor]:
        """Return each account's log Bayes factor over the base, with its standard error; none without evidence."""
        return {n: bayes_factor(e, self.evidence["base"]) for n, e in self.evidence.items() if n != "base"}

    def forecasts(self, account: str) -> dict[str, ForecastViews]:
        """Return an account's forecast without and with the events, each in every view."""
        return {"without": self.before[account], "with": self.after[account]}

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints."""
        events = [e.to_dict(in_comparison=i in self.common) for i, e in enumerate(self.base.events)]
        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "start": self.record.start.isoformat(),
            "as_of": self.scenario.as_of.isoformat(),
            "prior": self.prior,
            "filter": events,
            "month_ends": [e.to_dict() for e in self.base.month_ends],
            "posterior": self.base.posterior,
            "log_likelihood": self.base.log_likelihood,
            "not_used": [e for e in events if not e["used"]],
            "codings": {
                k: {"posterior": r.posterior, "log_likelihood": r.log_likelihood} for k, r in self.codings.items()
            },
            "accounts": {name: self._account_to_dict(name) for name in self.log_likelihood},
            "dates": list(self.dates),
            "settings": self.settings,
        }

    def _account_to_dict(self, name: str) -> dict[str, Any]:
        """Return what the record says of one account, as plain values."""
        evidence, factor, forecasts = self.evidence.get(name), self.factors().get(name), self.forecasts(name)
        return {
            "log_likelihood": self.log_likelihood[name],
            "evidence": evidence.to_dict() if evidence else None,
            "integrated_over": self.dimensions.get(name),
            "log_bayes_factor": None if factor is None else {**factor._asdict(), "over": "base"},
            "forecast": {how: plain_columns(f.ends) for how, f in forecasts.items()},
            "outside": self.after[name].to_dict()["outside"],
            "pooled": {how: f.pooled.to_dict() for how, f in forecasts.items()},
            **self.accuracy[name].to_dict(),
        }


def infer(  # noqa: PLR0913, PLR0917 (the settings of one command)
    scenario: Scenario,
    record: Record,
    acts: Acts,
    accounts: Sequence[Account] = (),
    belief_points: int = BELIEF_POINTS,
    method: str = "sobol",
    points: int = EVIDENCE_POINTS,
    dates: tuple[int, ...] = DATES,
    seed: int = SEED,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Inference:
    """Return what `record` says about hidden types, accounts and the forecast of `scenario`.

    Parameters
    ----------
    scenario : Scenario
    record : Record
    acts : Acts
        How acts become moves of the game.
    accounts : sequence of Account
        Rivals of the base, compared by the likelihood of the record.
    belief_points : int
        Points of the belief grid per side.
    method : {"sobol", "nested", "none"}
        How the evidence is integrated over the ranges of every number that some account changes; "none" gives the
        likelihood at central values only.
    points : int
        Solves an account by Sobol points; those without a solution are left out and counted.  By nested sampling the
        most likelihoods an account.
    dates : tuple of int
        Months of the updated forecast, ascending.
    seed : int
    progress : function, optional
        Called as `progress(done, all)` after every solve.
    jobs : int
        Most processes that solve; nested sampling goes step by step, in this one.

    Returns
    -------
    Inference

    Raises
    ------
    SpecError
        The record does not fit the scenario, or a setting is out of range.
    NotSolved
        A game has no solution within tolerance.

    References
    ----------
    Skilling, J. (2006). Nested sampling for general Bayesian computation. *Bayesian Analysis* 1, 833-859.

    Kass, R. E., and A. E. Raftery (1995). Bayes factors. *Journal of the American Statistical Association* 90, 773-795.

    Examples
    --------
    >>> import datetime as dt
    >>> import peacetalks as pt
    >>> from peacetalks.questions.events import Record, acts
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> act = {"date": dt.date(1951, 6, 20), "actor": small.sides[1].label, "act": "walk out", "source": "an example"}
    >>> head = {"scenario": small.name, "start": dt.date(1951, 6, 10), "summary": "one act", "hindsight": "none"}
    >>> found = infer(small, Record(**head, event=[act]), acts(), belief_points=2, dates=(2,))
    >>> found.base.used, list(found.base.posterior) == [side.label for side in small.sides]
    (frozenset({0}), True)
    """
    if method not in list(Method):
        raise SpecError(f"method must be sobol, nested or none, got {method!r}")
    record.check(scenario)
    record_filter, variants = RecordFilter(record, acts, scenario), interpretations(scenario, list(accounts))
    integrate = method != Method.NONE and bool(accounts)
    past = record_views_of(variants, dates, scenario.as_of)
    count = _SolveCounter(progress, len(variants) * (1 + points * integrate))
    work = partial(_filter_account, record_filter, events_with_moves(record_filter, variants), belief_points, dates)
    solved = dict(zip(variants, solve_all(work, list(variants.items()), jobs, count), strict=True))
    found = {name: r for name, r in solved.items() if isinstance(r, _FilteredAccount)}
    common = frozenset.intersection(*(r.filtered.used for r in found.values()))
    loglik = partial(log_likelihood, record_filter, common, belief_points)
    central = _central_log_likelihoods(loglik, variants, found, common, count, jobs)
    evidence, over = {}, {}
    if integrate:
        entries = sorted(set(chain.from_iterable((c.path for c in a.change) for a in accounts)))
        how = Integration(Method(method), points, seed)
        evidence, over = evidence_over_ranges(loglik, variants, central, entries, how, count, jobs)
    base = found["base"]
    return Inference(
        scenario=scenario,
        record=record,
        prior=base.prior,
        base=base.filtered,
        codings=base.codings,
        common=common,
        log_likelihood=central,
        evidence=evidence,
        dimensions=over,
        before={n: forecast_views(r.before, past[n], scenario.as_of) for n, r in found.items()},
        after={n: forecast_views(r.after, past[n], scenario.as_of) for n, r in found.items()},
        accuracy={name: r.accuracy for name, r in found.items()},
        dates=tuple(dates),
        settings={
            "belief_points": belief_points,
            "method": method,
            "points": points,
            "seed": seed,
            "solves": count.done,
        },
    )


class _SolveCounter:
    """Counts solves, whatever part of the work they belong to, and reports them."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, *_: int) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, max(self.total, self.done))


@dataclass(frozen=True)
class _FilteredAccount:
    """What is read off one account's solved game."""

    filtered: FilteredRecord
    codings: dict[str, FilteredRecord]  # of the base
    prior: Posterior
    placeable: frozenset[int]  # events used for which every account's game has a move
    log_likelihood: float  # of these
    before: xr.DataArray  # (period, end) at the dates, without the events
    after: xr.DataArray  # (period, end) at the dates, with the events
    accuracy: Accuracy


def _filter_account(
    record_filter: RecordFilter,
    with_moves: frozenset[int],
    belief_points: int,
    dates: tuple[int, ...],
    item: tuple[str, Scenario],
) -> _FilteredAccount:
    """Solve an account's game and filter the record through it."""
    name, s = item
    f = Filter(solve_scenario(s, belief_points, refine=True))
    filtered, at = record_filter.run(f), list(dates)
    before, after = (
        forecast_from(f, s, particles, dates[-1]).sel(period=at) for particles in (f.open(), filtered.particles)
    )
    use = filtered.used & with_moves
    return _FilteredAccount(
        filtered=filtered,
        codings=_other_codings(record_filter, f) if name == "base" else {},
        prior=f.posterior(f.open()),
        placeable=use,
        log_likelihood=record_filter.log_likelihood(f, use),
        before=before,
        after=after,
        accuracy=accuracy_of(trajectory(f.s, dates[-1]), dates),
    )


def _central_log_likelihoods(
    loglik: Callable[[Scenario], float],
    variants: Mapping[str, Scenario],
    found: Mapping[str, _FilteredAccount],
    common: frozenset[int],
    progress: Callable[..., None],
    jobs: int,
) -> dict[str, float]:
    """Return each account's log-likelihood of the common events at central values.

    A game is solved again only where another account has the stage for an event and yet cannot place it.
    """
    known = {n: r.log_likelihood for n, r in found.items() if r.placeable == common}
    known |= {n: r.filtered.log_likelihood for n, r in found.items() if r.filtered.used == common}
    rest = [n for n in found if n not in known]
    again = solve_all(loglik, [variants[n] for n in rest], jobs, progress)
    known |= {n: x for n, x in zip(rest, again, strict=True) if not isinstance(x, NotSolved)}
    return {n: known[n] for n in found}


def _other_codings(record_filter: RecordFilter, f: Filter) -> dict[str, FilteredRecord]:
    """Return the record filtered with each disputed item by its other coding, and with all of them."""
    events = record_filter.record.event
    disputed = [i for i, e in enumerate(events) if e.alternative is not None]
    out = {
        f"{events[i].date} {events[i].actor}: {events[i].alternative}": record_filter.run(f, other=frozenset([i]))
        for i in disputed
    }
    if len(disputed) > 1:
        out["all disputed items by their other coding"] = record_filter.run(f, other=frozenset(disputed))
    return out


def forecast_from(f: Filter, scenario: Scenario, particles: ParticleSet, periods: int) -> xr.DataArray:
    """Return the outcome classes (period, end) from the scenario's opening state, at the beliefs of the particles."""
    s, belief = f.s, f.on_grid(particles)
    start = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in opening(scenario).items():
        start[s.compiled.boundary_index[state]] = p * belief / belief.sum()
    return ends_of(outcomes_of(Trajectory(s, np.array(list(forward_distributions(s, start, periods))))))

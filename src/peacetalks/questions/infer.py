"""From a record of public acts to beliefs, the likelihood of accounts, and an updated forecast.

Every move is public, so the public belief is the Bayesian filter (`belief_filter.py`): one pass gives the posterior
after each event and the likelihood of the record (`filter_record.py`).  Rival accounts are compared on the events that
all of them can place.  The scenario's prior is taken as the belief at the start of the record.

References
----------
Kass, R. E., and A. E. Raftery (1995). Bayes factors. *Journal of the American Statistical Association* 90, 773-795.

Skilling, J. (2006). Nested sampling for general Bayesian computation. *Bayesian Analysis* 1, 833-859.

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

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError
from peacetalks.forecasting.jobs import SolveCounter
from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.record_view import record_views_of
from peacetalks.forecasting.settings import BELIEF_POINTS, DATES, EVIDENCE_POINTS, MAX_POINTS, SEED
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.typical import solve_typical, typical_cases
from peacetalks.forecasting.views import calendar_dates, forecast_views
from peacetalks.questions.account_evidence import Integration, LogLikelihood, Method, Solver, evidence_over_ranges
from peacetalks.questions.account_filter import central_log_likelihoods, filter_accounts
from peacetalks.questions.filter_record import RecordFilter
from peacetalks.questions.marginal_likelihood import BayesFactor, bayes_factor
from peacetalks.scenario.accounts import interpretations
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.forecasting.accuracy import Accuracy
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.views import ForecastViews
    from peacetalks.questions.events import Acts, Record
    from peacetalks.questions.filter_record import FilteredRecord, Posterior
    from peacetalks.questions.marginal_likelihood import Evidence
    from peacetalks.scenario.accounts import Account
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        """Return what was inferred from, in two lines."""
        months = ", ".join(map(str, self.dates))
        first = f"Inference for {self.scenario.name} from {len(self.base.events)} events, forecast at {months} months"
        return f"{first}\n  {clip('accounts: ' + ', '.join(self.log_likelihood))}"

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
            "calendar_dates": [day.isoformat() for day in calendar_dates(self.scenario.as_of, self.dates)],
            "settings": self.settings,
        }

    def _account_to_dict(self, name: str) -> dict[str, Any]:
        """Return what the record says of one account, as plain values."""
        evidence, factor, forecasts = self.evidence.get(name), self.factors().get(name), self.forecasts(name)
        of = {how: f.to_dict() for how, f in forecasts.items()}
        return {
            "log_likelihood": self.log_likelihood[name],
            "evidence": evidence.to_dict() if evidence else None,
            "integrated_over": self.dimensions.get(name),
            "log_bayes_factor": None if factor is None else {**factor._asdict(), "over": "base"},
            "forecast": {how: plain_columns(f.ends) for how, f in forecasts.items()},
            **{key: of["with"][key] for key in ("dates", "record", "records", "outside")},
            **{key: {how: of[how][key] for how in of} for key in ("best", "best_interval", "model", "pooled")},
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
    answers: AnswerCache | None = None,
) -> Inference:
    """Return what `record` says about hidden types, accounts and the forecast of `scenario`.

    Parameters
    ----------
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
        Solves an account by Sobol points (those without a solution are left out and counted); by nested sampling the
        most likelihoods an account.
    dates : tuple of int
        Months of the updated forecast, ascending.
    progress : function, optional
        Called as `progress(done, all)` after every solve.
    jobs : int
        Most processes that solve; nested sampling goes step by step, in this one.
    answers : AnswerCache, optional
        Games solved before are read from it, and each that is solved is added as it comes.

    Raises
    ------
    SpecError
        The record does not fit the scenario, or a setting is out of range.
    NotSolved
        A game has no solution within tolerance.
    """
    check_scenario(scenario, "infer")
    if method not in list(Method):
        raise SpecError(f"method must be sobol, nested or none, got {method!r}")
    if points > MAX_POINTS:
        raise SpecError(f"points must be at most {MAX_POINTS:,}, got {points:,}; 16 to 256 are usual for sobol")
    record_filter = RecordFilter(record.check(scenario), acts, scenario)
    how = Integration(Method(method), points, seed)
    return _Work(record_filter, tuple(accounts), belief_points, tuple(dates), how, jobs, answers).done(progress)


@dataclass(frozen=True)
class _Work:
    """One inference as it was asked for."""

    record_filter: RecordFilter
    accounts: tuple[Account, ...]
    belief_points: int
    dates: tuple[int, ...]
    how: Integration
    jobs: int
    answers: AnswerCache | None

    def done(self, progress: Progress | None) -> Inference:
        """Solve, and return what is found."""
        scenario, how = self.record_filter.scenario, self.how
        variants = interpretations(scenario, list(self.accounts))
        size = check_sizes(variants.values(), self.belief_points, self.dates[-1])
        past = record_views_of(variants, self.dates, scenario.as_of)
        integrated = how.method is not Method.NONE and bool(self.accounts)
        solves = SolveCounter(progress, len(variants) * (1 + how.points * integrated))
        solver = Solver(jobs_in_memory(self.jobs, size), self.answers, solves)
        found = filter_accounts(self.record_filter, variants, self.belief_points, self.dates, solver)
        common = frozenset.intersection(*(r.filtered.used for r in found.values()))
        loglik = LogLikelihood(self.record_filter, common, self.belief_points)
        central = central_log_likelihoods(loglik, variants, found, common, solver)
        evidence, over = {}, {}
        if integrated:
            entries = sorted({change.path for a in self.accounts for change in a.change})
            evidence, over = evidence_over_ranges(loglik, variants, central, entries, how, solver)
        base, as_of = found["base"], scenario.as_of
        cases = typical_cases(variants)
        typical = solve_typical(cases, self.dates, self.belief_points, self.answers, solver.jobs, solves)
        return Inference(
            scenario=scenario,
            record=self.record_filter.record,
            prior=base.prior,
            base=base.filtered,
            codings=base.codings,
            common=common,
            log_likelihood=central,
            evidence=evidence,
            dimensions=over,
            before={n: forecast_views(r.before, past[n], as_of, typical[n]) for n, r in found.items()},
            after={n: forecast_views(r.after, past[n], as_of, typical[n]) for n, r in found.items()},
            accuracy={name: r.accuracy for name, r in found.items()},
            dates=self.dates,
            settings=self._settings(solves.done),
        )

    def _settings(self, solves: int) -> dict[str, Any]:
        """Return the settings, with the number of solves."""
        how = self.how
        asked = {"method": str(how.method), "points": how.points, "seed": how.seed}
        return {"belief_points": self.belief_points, **asked, "solves": solves}

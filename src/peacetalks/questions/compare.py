"""Accounts side by side: what each expects, how far it lies from the base, and which of its entries make it so.

References
----------
Shapley, L. S. (1953). A value for n-person games. *Contributions to the Theory of Games II*, 307-317.

Examples
--------
>>> import peacetalks as pt
>>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
>>> change = [{"path": "talks.walk", "value": {"value": 0.3, "source": "an example"}, "reason": "impatience"}]
>>> head = {"name": "x", "title": "impatience", "attributed_to": "nobody", "summary": "more walking out"}
>>> account = Account(**head, base=small.name, base_digest=small.digest, change=change)
>>> c = compare(small, [account], dates=(2,), belief_points=2)
>>> c.settings["solves"], [credit.entries for credit in c.drivers["x"].credits]
(3, ['talks.walk'])
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.equilibrium.belief_grid import Interpolation
from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import SpecError
from peacetalks.evidence.plain import plain
from peacetalks.forecasting.accuracy import Accuracy, accuracy_of
from peacetalks.forecasting.answers import AnswerCache, solve_cached
from peacetalks.forecasting.jobs import SolveCounter
from peacetalks.forecasting.readout import ends_of, mean_terms, outcomes_of
from peacetalks.forecasting.record_view import record_views_of
from peacetalks.forecasting.settings import BELIEF_POINTS, DATES, SEED, months_shown
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.forecasting.typical import count_games, solve_typical, typical_cases
from peacetalks.forecasting.views import ForecastViews, calendar_dates, forecast_views
from peacetalks.outcomes import ENDS
from peacetalks.questions.answer_cache import answer_key
from peacetalks.questions.shapley import Split, shapley
from peacetalks.scenario.accounts import Account, apply, interpretations
from peacetalks.scenario.files import play_key
from peacetalks.scenario.paths import under, written_at
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.quantity import Number
    from peacetalks.scenario.scenario import Scenario

BASE_TITLE = "the scenario as written"


def under_accounts(
    o: Outlook,
    found: Sequence[Account],
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> dict[str, ForecastViews]:
    """Return the forecast of an outlook's scenario under each account, by its name, at the months shown."""
    months = months_shown(int(o.ends.period[-1]))
    points = o.settings["belief_points"]
    c = compare(o.scenario, list(found), months, False, points, progress, jobs, answers)
    return {name: f for name, f in c.views.items() if name != "base"}


@dataclass(frozen=True)
class Expectation:
    """What one account expects."""

    ends: np.ndarray  # [date, end] probability
    outcomes: dict[str, np.ndarray]  # outcome -> [date] probability
    terms: float | None  # mean share of side 1 given a settlement by the last date
    accuracy: Accuracy


CLASSES = (Expectation, Accuracy, Interpolation)  # that an expectation is made of


@dataclass(frozen=True)
class Credit:
    """How much of a difference a group of entries is credited with."""

    entries: str
    ends: dict[str, float]  # end -> change of its probability
    error: dict[str, float] | None  # standard errors where orders were sampled; None: exact


@dataclass(frozen=True)
class Drivers:
    """Which entries of an account make the difference at the last date."""

    split: Split  # credit [group, end]

    @property
    def difference(self) -> dict[str, float]:
        """The whole difference from the base, by end."""
        return _by_end(self.split.whole)

    @property
    def credits(self) -> tuple[Credit, ...]:
        """The credit of each group of entries, the largest first."""
        s = self.split
        order = np.argsort(-np.abs(s.credit).sum(axis=1), kind="stable")
        return tuple(
            Credit(s.names[i], _by_end(s.credit[i]), None if s.error is None else _by_end(s.error[i])) for i in order
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: credits by group and end, largest first."""
        rows = [{"entries": c.entries, **c.ends, "error": c.error} for c in self.credits]
        return {"difference": self.difference, "credit": rows, "solves": self.split.evaluations}


@dataclass(frozen=True)
class WrittenNumber:
    """A number of a scenario: its central value, its range (5 to 95%), and its source."""

    value: float
    low: float
    high: float
    source: str | None

    @classmethod
    def of(cls, n: Number | None) -> WrittenNumber | None:
        """Return a number of a scenario as it is shown; None for none."""
        return None if n is None else cls(float(n), *n.interval(), n.source)


@dataclass(frozen=True)
class ChangedEntry:
    """An entry of the scenario that an account changes."""

    path: str
    base: WrittenNumber | Any | None  # a number, or another value as it is written; None: not in the game
    account: WrittenNumber | Any | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        both = {"base": self.base, "account": self.account}
        shown = {k: dict(v.__dict__) if isinstance(v, WrittenNumber) else plain(v) for k, v in both.items()}
        return {"path": self.path, **shown, "reason": self.reason}


@dataclass(frozen=True, repr=False)
class Comparison:
    """A scenario and its accounts; made by `compare`."""

    scenario: Scenario
    accounts: tuple[Account, ...]
    dates: tuple[int, ...]  # months
    expected: dict[str, Expectation]  # "base" and every account
    views: dict[str, ForecastViews]  # the outcome classes of each at the dates: model alone, record, best estimate
    drivers: dict[str, Drivers]  # of every account, or none
    settings: dict[str, Any]

    def __repr__(self) -> str:
        """Return what is compared, in two lines."""
        months = ", ".join(map(str, self.dates))
        names = ", ".join(self.expected)
        return f"Comparison of accounts of {self.scenario.name} at {months} months\n  {clip(names)}"

    @property
    def titles(self) -> dict[str, str]:
        """The title of "base" and of every account."""
        return {"base": BASE_TITLE} | {a.name: a.title for a in self.accounts}

    def changes(self, account: Account) -> list[ChangedEntry]:
        """Return what an account changes: path, the base's value, its own, the reason."""
        before, after = self.scenario.numbers(), apply(account, self.scenario).numbers()
        out = []
        for c in account.change:
            paths = sorted(p for p in {*before, *after} if under(p, c.path))
            for path in paths:
                was, now = WrittenNumber.of(before.get(path)), WrittenNumber.of(after.get(path))
                out.append(ChangedEntry(path, was, now, c.reason))
            if not paths:
                out.append(ChangedEntry(c.path, written_at(self.scenario.written(), c.path), c.value, c.reason))
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints."""
        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "dates": list(self.dates),
            "calendar_dates": [day.isoformat() for day in calendar_dates(self.scenario.as_of, self.dates)],
            "settings": self.settings,
            "accounts": {name: self._account_to_dict(name) for name in self.expected},
        }

    def _account_to_dict(self, name: str) -> dict[str, Any]:
        """Return what one account expects, as plain values."""
        e, account = self.expected[name], next((a for a in self.accounts if a.name == name), None)
        return {
            "title": self.titles[name],
            "attributed_to": account.attributed_to if account else None,
            "ends": {end: e.ends[:, i].tolist() for i, end in enumerate(ENDS)},
            **self.views[name].to_dict(),
            "outcomes": {k: v.tolist() for k, v in e.outcomes.items()},
            "terms": e.terms,
            "changes": [c.to_dict() for c in self.changes(account)] if account else [],
            "drivers": self.drivers[name].to_dict() if name in self.drivers else None,
            **e.accuracy.to_dict(),
        }


def compare(
    scenario: Scenario,
    accounts: Sequence[Account],
    dates: tuple[int, ...] = DATES,
    drivers: bool = True,
    belief_points: int = BELIEF_POINTS,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> Comparison:
    """Set `accounts` of `scenario` side by side.

    Parameters
    ----------
    dates : tuple of int
        Months, ascending.
    drivers : bool
        Split the difference of each account from the base over its groups of entries: 2**n solves for n <= 6 groups,
        sampled orders (with a standard error) beyond.
    belief_points : int
    progress : function, optional
        Called as `progress(done, all)` after every solve.
    jobs : int
        Most processes that solve; each variant is solved once.
    answers : AnswerCache, optional
        Games solved before are read from it, and each that is solved is added as it comes.

    Raises
    ------
    SpecError
        There is nothing to compare, or an account does not fit the scenario.
    NotSolved
        The game of a variant has no solution within tolerance.
    """
    check_scenario(scenario, "compare")
    if not accounts:
        none = f"no account is bundled with {scenario.name!r}: there is nothing to compare"
        raise SpecError(f"{none}. Give one with --account FILE.")
    variants = interpretations(scenario, list(accounts))
    _check_dates(dates, variants)
    jobs = jobs_in_memory(jobs, check_sizes(variants.values(), belief_points, dates[-1]))
    record = record_views_of(variants, dates, scenario.as_of)
    parts = {(a.name, groups): apply(a, scenario, groups) for a in accounts if drivers for groups in _subsets(a)}
    every = {play_key(s): s for s in [*variants.values(), *parts.values()]}
    shown = frozenset(play_key(s) for s in variants.values())
    work = partial(_expectation, dates, belief_points, shown, scenario)
    keys = [answer_key("compare", dates, belief_points, key in shown, play_key(scenario), key) for key in every]
    cases = typical_cases(variants)
    games = count_games(cases)
    solves = SolveCounter(progress, len(every) + games)
    found = solve_cached(work, list(every.values()), keys, answers, CLASSES, jobs, solves)
    solved = {key: e for key, e in zip(every, found, strict=True) if isinstance(e, Expectation)}
    expected = {name: solved[play_key(s)] for name, s in variants.items()}
    ends = {what: solved[play_key(s)].ends[-1] for what, s in parts.items()}
    split = {a.name: Drivers(_split(a, lambda s, a=a: ends[a.name, s])) for a in accounts if drivers}
    alone = {name: xr.DataArray(e.ends, {"period": list(dates), "end": list(ENDS)}) for name, e in expected.items()}
    typical = solve_typical(cases, dates, belief_points, answers, jobs, solves)
    views = {name: forecast_views(a, record[name], scenario.as_of, typical[name]) for name, a in alone.items()}
    settings = {"belief_points": belief_points, "solves": len(solved) + games}
    return Comparison(scenario, tuple(accounts), tuple(dates), expected, views, split, settings)


def _split(a: Account, result: Callable[[frozenset[str]], np.ndarray]) -> Split:
    """Return the split of an account's difference over its groups, from the result [end] for each set of groups."""
    return shapley(result, list(a.groups), seed=SEED)


def _subsets(a: Account) -> list[frozenset[str]]:
    """Return the sets of an account's groups that the split of its difference needs."""
    out: list[frozenset[str]] = []
    _split(a, lambda groups: out.append(groups) or np.zeros(len(ENDS)))
    return out


def _check_dates(dates: tuple[int, ...], variants: Mapping[str, Scenario]) -> None:
    """Raise `SpecError` where an account's scenario ends before the last date."""
    for s in variants.values():
        if s.periods is not None and dates[-1] > s.periods:
            raise SpecError(
                f"the scenario ends after {s.periods} periods; {dates[-1]} were asked for: give shorter --dates"
            )


def _expectation(
    dates: tuple[int, ...], belief_points: int, shown: frozenset[str], base: Scenario, scenario: Scenario
) -> Expectation:
    """Solve a variant and return what it expects; those `shown` (by `play_key`) are solved on a coarser grid too."""
    solved = solve_scenario(scenario, belief_points, refine=play_key(scenario) in shown, near=base)
    t = trajectory(solved, dates[-1])
    outcomes = outcomes_of(t).sel(period=list(dates))
    by_outcome = {str(n): outcomes.sel(outcome=n).values for n in outcomes.outcome.values}
    return Expectation(ends_of(outcomes).values, by_outcome, mean_terms(t), accuracy_of(t, dates))


def _by_end(values: np.ndarray) -> dict[str, float]:
    """Return an array [end] as {end: value}."""
    return dict(zip(ENDS, values.tolist(), strict=True))

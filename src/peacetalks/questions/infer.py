"""From a record of public acts to beliefs, the likelihood of accounts, and an updated forecast.

The public belief is the filter (`belief_filter.py`), so one pass gives the posterior after each event and the likelihood of
the record (`filter_record.py`); rival accounts are compared on the events that all of them can place.  The scenario's prior is
read as the belief at the start of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_filter import Cloud, Filter
from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.equilibrium.transitions import enter, flow
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting import views as three_lines
from peacetalks.forecasting.accuracy import Numerics, numerics
from peacetalks.forecasting.jobs import Tell, spread
from peacetalks.forecasting.outlook import BELIEF_POINTS, SEED
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.standard_game import opening
from peacetalks.questions import marginal_likelihood as bayes
from peacetalks.questions.filter_record import Follower, Pass, Posterior, Row, movable
from peacetalks.scenario.accounts import Account, apply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.forecasting.views import ThreeLines
    from peacetalks.questions.events import Acts, Record
    from peacetalks.scenario.scenario import Scenario

DATES = (12, 24)


@dataclass(frozen=True)
class Inference:
    """What a record says; made by `infer`."""

    scenario: Scenario
    record: Record
    prior: Posterior
    base: Pass
    codings: dict[str, Pass]  # disputed items by their other coding
    common: frozenset[int]  # events that every account can place
    log_likelihood: dict[str, float]  # at central values, on the common events
    evidence: dict[str, bayes.Evidence]
    dimensions: dict[str, list[str]]  # account -> paths integrated over
    before: dict[str, ThreeLines]  # account -> the ends at the dates without the events: inside, outside, pooled
    after: dict[str, ThreeLines]  # account -> the same with them; only the inside view and the pool are moved
    numerics: dict[str, Numerics]  # account -> how far its forecast without the events may be off
    dates: tuple[int, ...]
    settings: dict[str, Any]

    def factors(self) -> dict[str, tuple[float, float]]:
        """Return each account's log Bayes factor over the base, with its standard error."""
        return {n: bayes.factor(e, self.evidence["base"]) for n, e in self.evidence.items() if n != "base"}

    def forecasts(self, account: str) -> dict[str, ThreeLines]:
        """Return an account's forecast without and with the events, each in three lines."""
        return {"without": self.before[account], "with": self.after[account]}

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints."""
        factors = self.factors() if self.evidence else {}
        accounts = {}
        for name, ll in self.log_likelihood.items():
            e, f = self.evidence.get(name), factors.get(name)
            accounts[name] = {
                "log_likelihood": ll,
                "evidence": e.to_dict() if e else None,
                "integrated_over": self.dimensions.get(name),
                "log_bayes_factor": None if f is None else {"value": f[0], "error": f[1], "over": "base"},
                "forecast": {view: _at(a.ends) for view, a in self.forecasts(name).items()},
                "outside": three_lines.to_dict(self.after[name])["outside"],
                "pooled": {view: a.pooled.to_dict() for view, a in self.forecasts(name).items()},
                **self.numerics[name].to_dict(),
            }
        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "start": self.record.start.isoformat(),
            "as_of": self.scenario.as_of.isoformat(),
            "prior": self.prior,
            "filter": [_row(i, r, self.common) for i, r in enumerate(self.base.rows)],
            "month_ends": [
                {
                    "date": e.date.isoformat(),
                    "known": [k.known for k in e.known],
                    "posterior": e.posterior,
                    "log_likelihood": e.log_likelihood,
                }
                for e in self.base.ends
            ],
            "posterior": self.base.final,
            "log_likelihood": self.base.log_likelihood,
            "not_used": [_row(i, r, self.common) for i, r in enumerate(self.base.rows) if not r.used],
            "codings": {k: {"posterior": p.final, "log_likelihood": p.log_likelihood} for k, p in self.codings.items()},
            "accounts": accounts,
            "dates": list(self.dates),
            "settings": self.settings,
        }


def infer(
    scenario: Scenario,
    record: Record,
    acts: Acts,
    accounts: Sequence[Account] = (),
    belief_points: int = BELIEF_POINTS,
    method: str = "sobol",
    points: int = 16,
    dates: tuple[int, ...] = DATES,
    seed: int = SEED,
    progress: Tell | None = None,
    jobs: int = 1,
) -> Inference:
    """Return what `record` says about hidden types, accounts and the forecast of `scenario`.

    `method` is how evidence is integrated over the ranges of every number that some account changes: "sobol" (`points`
    solves an account; those without a solution are left out and counted), "nested" (at most `points` calls an account) or
    "none" (likelihood at central values only).  Up to `jobs` processes solve; nested sampling goes step by step, in this one.
    Raises `SpecError` for a record that does not fit and `NotSolved` where a game has no solution.
    """
    if method not in ("sobol", "nested", "none"):
        raise SpecError(f"method must be sobol, nested or none, got {method!r}")
    record.check(scenario)
    follow, read = (
        Follower(record, acts, scenario),
        {"base": scenario, **{a.name: apply(a, scenario) for a in accounts}},
    )
    integrate = method != "none" and bool(accounts)
    outside = three_lines.outside_of(read, dates, scenario.as_of)
    tell = _Counter(progress, len(read) * (1 + points * integrate))
    work = partial(_follow, follow, movable(follow, read), belief_points, dates)
    found = dict(zip(read, spread(work, list(read.items()), jobs, tell), strict=True))
    told = {name: r for name, r in found.items() if isinstance(r, _Reading)}
    common = frozenset.intersection(*(r.found.used for r in told.values()))
    loglik = partial(_loglik, follow, common, belief_points)
    central = _central(loglik, read, told, common, tell, jobs)
    before, after = (
        {n: three_lines.three_lines(r.ends[i], outside[n], scenario.as_of) for n, r in told.items()} for i in range(2)
    )
    evidence, over = {}, {}
    if integrate:
        paths = sorted(set(chain.from_iterable((c.path for c in a.change) for a in accounts)))
        evidence, over = _evidence(loglik, read, central, paths, method, points, seed, tell, jobs)
    base = told["base"]
    settings = {"belief_points": belief_points, "method": method, "points": points, "seed": seed, "solves": tell.done}
    return Inference(
        scenario,
        record,
        base.prior,
        base.found,
        base.codings,
        common,
        central,
        evidence,
        over,
        before,
        after,
        {name: r.numerics for name, r in told.items()},
        tuple(dates),
        settings,
    )


class _Counter:
    """Counts solves, whatever piece of work they belong to."""

    def __init__(self, progress: Tell | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, *_: int) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, max(self.total, self.done))


@dataclass(frozen=True)
class _Reading:
    """What is kept of one account's solved game."""

    found: Pass
    codings: dict[str, Pass]  # of the base
    prior: Posterior
    movable: frozenset[int]  # events used for which every account's game has a move
    log_likelihood: float  # of these
    ends: tuple[xr.DataArray, xr.DataArray]  # (period, end) at the dates, without and with the events
    numerics: Numerics


def _follow(
    follow: Follower, movable: frozenset[int], belief_points: int, dates: tuple[int, ...], item: tuple[str, Scenario]
) -> _Reading:
    """Solve an account and run the record through it."""
    name, s = item
    f = Filter(solve_scenario(s, belief_points, refine=True))
    found, at = follow.run(f), list(dates)
    codings = _codings(follow, f) if name == "base" else {}
    ends = tuple(_ends_from(f, s, cloud, dates).sel(period=at) for cloud in (f.open(), found.cloud))
    use = found.used & movable
    off = numerics(trajectory(f.s, dates[-1]), dates)
    return _Reading(found, codings, f.posterior(f.open()), use, follow.log_likelihood(f, use), (ends[0], ends[1]), off)


def _central(
    loglik: Callable[[Scenario], float],
    read: Mapping[str, Scenario],
    told: Mapping[str, _Reading],
    common: frozenset[int],
    tell: Callable[..., None],
    jobs: int,
) -> dict[str, float]:
    """Return each account's log-likelihood of the common events at central values.

    A game is solved again only where another account has the stage for an event and yet cannot place it.
    """
    known = {n: r.log_likelihood for n, r in told.items() if r.movable == common}
    known |= {n: r.found.log_likelihood for n, r in told.items() if r.found.used == common}
    again = [n for n in told if n not in known]
    found = spread(loglik, [read[n] for n in again], jobs, tell)
    known |= {n: x for n, x in zip(again, found, strict=True) if not isinstance(x, NotSolved)}
    return {n: known[n] for n in told}


def _loglik(follow: Follower, common: frozenset[int], belief_points: int, s: Scenario) -> float:
    """Solve a scenario; return the log-likelihood of the common events."""
    return follow.log_likelihood(Filter(solve_scenario(s, belief_points)), common)


def _codings(follow: Follower, f: Filter) -> dict[str, Pass]:
    """Return the pass with each disputed item by its other coding, and with all of them."""
    events = follow.record.event
    disputed = [i for i, e in enumerate(events) if e.alternative is not None]
    out = {
        f"{events[i].date} {events[i].actor}: {events[i].alternative}": follow.run(f, other=frozenset([i]))
        for i in disputed
    }
    if len(disputed) > 1:
        out["all disputed items by their other coding"] = follow.run(f, other=frozenset(disputed))
    return out


def _evidence(
    loglik: Callable[[Scenario], float],
    read: Mapping[str, Scenario],
    central: Mapping[str, float],
    paths: list[str],
    method: str,
    points: int,
    seed: int,
    tell: Callable[..., None],
    jobs: int = 1,
) -> tuple[dict[str, bayes.Evidence], dict[str, list[str]]]:
    """Return each account's evidence over the ranges of the numbers at `paths`, and the paths of those numbers."""
    over = {name: [p for p, n in s.numbers().items() if n.uncertain and _below(p, paths)] for name, s in read.items()}
    out = {name: bayes.Evidence(central[name], 0.0, "point", 1, True) for name, found in over.items() if not found}
    at = {name: partial(_drawn, read[name], over[name]) for name in over if name not in out}
    if method == "nested":
        for name, drawn in at.items():
            n = len(over[name])
            live = min(50, max(2 * n, points // 4))
            out[name] = bayes.nested(lambda u, drawn=drawn: _told(loglik, drawn(u), tell), n, points, live, seed)
    else:
        asked = {name: bayes.sobol_points(len(over[name]), points, seed) for name in at}
        items = [at[name](u) for name, batches in asked.items() for u in chain.from_iterable(batches)]
        found = iter(spread(loglik, items, jobs, tell, must=0))
        for name, batches in asked.items():
            out[name] = bayes.sobol_mean([[next(found) for _ in batch] for batch in batches])
    return {name: out[name] for name in read}, over


def _told(loglik: Callable[[Scenario], float], s: Scenario, tell: Callable[..., None]) -> float:
    try:
        return loglik(s)
    finally:
        tell()


def _below(path: str, entries: list[str]) -> bool:
    return any(path == q or path.startswith(q + ".") for q in entries)


def _drawn(s: Scenario, paths: list[str], u: np.ndarray) -> Scenario:
    """Return the scenario with the numbers at `paths` at the quantiles `u`."""
    numbers = s.numbers()
    return s.at({p: numbers[p].quantile(float(x)) for p, x in zip(paths, u, strict=True)})


def _ends_from(f: Filter, scenario: Scenario, cloud: Cloud, dates: tuple[int, ...]) -> xr.DataArray:
    """Return the three ends from the scenario's opening state, at the beliefs of a cloud."""
    s, share = f.s, f.on_grid(cloud)
    mass = np.zeros((len(s.compiled.boundaries), s.grid.total))
    for state, p in opening(scenario).items():
        mass[s.compiled.boundary_index[state]] = p * share / share.sum()
    return ends_of(outcomes_of(Trajectory(s, march_to(s, mass, dates[-1]))))


def march_to(s: Solution, mass: np.ndarray, periods: int) -> np.ndarray:
    """Return the mass [period, boundary, belief] over `periods` periods of the game from `mass` [boundary, belief]."""
    out, rows = [], None if s.finite else flow(s, 0)
    for t in range(periods):
        slots = enter(s, mass)
        (rows if rows is not None else flow(s, t)).push(slots)
        mass = slots[s.compiled.n_nodes :].copy()
        out.append(mass)
    return np.array(out)


def _at(ends: xr.DataArray) -> dict[str, list[float]]:
    return {str(e): ends.sel(end=e).values.tolist() for e in ends["end"].values}


def _row(i: int, row: Row, common: frozenset[int]) -> Mapping[str, Any]:
    e, seen = row.placed.event, row.placed.seen
    return {
        "date": e.date.isoformat(),
        "actor": e.actor,
        "act": e.act,
        "target": e.target,
        "source": e.source,
        "month": row.placed.month + 1,
        "used": row.used,
        "in_comparison": i in common,
        "reason": row.reason,
        "read_as": None if seen is None else {"stage": seen.stage, "moves": list(seen.moves), "player": seen.player},
        "alternative": e.alternative,
        "dispute": e.dispute,
        "posterior": row.posterior,
        "log_likelihood": row.log_likelihood,
    }

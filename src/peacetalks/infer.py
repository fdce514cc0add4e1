"""From a record of public acts to beliefs, the likelihood of accounts, and an updated forecast.

The public belief is the filter (`filtering.py`), so one pass gives the posterior after each event and the likelihood of
the record.  Events are taken in order of date; within a month the game orders its stages itself, so the posterior after an
event is that of all events up to its date.  An event that no branch of the game allows after those before it (two offers
in a month, a move the game lacks in this state) is listed with the reason and not used; rival accounts are compared on the
events that all of them can place.  The scenario's prior is read as the belief at the start of the record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import xarray as xr

from peacetalks import bayes, three_lines
from peacetalks.accounts import Account, apply
from peacetalks.events import Acts, Known, Placed, Record, place
from peacetalks.filtering import Cloud, Filter, Seen
from peacetalks.forward import Trajectory
from peacetalks.measure import enter, flow
from peacetalks.mechanisms import opening
from peacetalks.readout import ends_of, outcomes_of
from peacetalks.scenario_outlook import BELIEF_POINTS, SEED
from peacetalks.solution import Solution
from peacetalks.solving import solve_scenario
from peacetalks.spec import Scenario, SpecError
from peacetalks.three_lines import ThreeLines

Tell = Callable[[int, int], None]
Posterior = dict[str, dict[Any, float]]
DATES = (12, 24)


@dataclass(frozen=True)
class Row:
    """An event, whether it was used, and what is believed after it."""

    placed: Placed
    used: bool
    reason: str
    posterior: Posterior
    log_likelihood: float


@dataclass(frozen=True)
class MonthEnd:
    """What is believed at the end of a month, with what is known of the public state then."""

    date: dt.date
    known: tuple[Known, ...]
    posterior: Posterior
    log_likelihood: float


@dataclass(frozen=True)
class Pass:
    """One run of the filter along a record."""

    rows: tuple[Row, ...]
    ends: tuple[MonthEnd, ...]
    final: Posterior
    log_likelihood: float  # of the events used and of what is known of the state
    cloud: Cloud

    @property
    def used(self) -> frozenset[int]:
        """Places (in order of date) of the events used."""
        return frozenset(i for i, row in enumerate(self.rows) if row.used)


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
            }
        return {
            "scenario": self.scenario.name, "digest": self.scenario.digest, "start": self.record.start.isoformat(),
            "as_of": self.scenario.as_of.isoformat(), "prior": self.prior,
            "filter": [_row(i, r, self.common) for i, r in enumerate(self.base.rows)],
            "month_ends": [
                {"date": e.date.isoformat(), "known": [k.known for k in e.known], "posterior": e.posterior,
                 "log_likelihood": e.log_likelihood} for e in self.base.ends
            ],
            "posterior": self.base.final, "log_likelihood": self.base.log_likelihood,
            "not_used": [_row(i, r, self.common) for i, r in enumerate(self.base.rows) if not r.used],
            "codings": {k: {"posterior": p.final, "log_likelihood": p.log_likelihood} for k, p in self.codings.items()},
            "accounts": accounts, "dates": list(self.dates), "settings": self.settings,
        }  # fmt: skip


@dataclass(frozen=True)
class Follower:
    """Runs a record through solved games of one scenario and its accounts."""

    record: Record
    acts: Acts
    scenario: Scenario

    def run(self, f: Filter, other: frozenset[int] = frozenset()) -> Pass:
        """Return the filter's pass, event by event; events numbered in `other` by their other coding.

        Raises `SpecError` where what is known of the state cannot follow.
        """
        placed = place(self.record, self.acts, f.s.game, self.scenario, other)
        cloud, rows, ends = f.open(self._opening(f.s)), [], []
        for month, date in enumerate(self.record.ends(self.scenario)):
            cloud, found = self._month(f, cloud, month, [p for p in placed if p.month == month])
            known = tuple(self.record.known(month, self.scenario))
            ends.append(MonthEnd(date, known, f.posterior(cloud), float(np.log(cloud.mass))))
            rows += found
        return Pass(tuple(rows), tuple(ends), f.posterior(cloud), float(np.log(cloud.mass)), cloud)

    def log_likelihood(self, s: Solution, use: frozenset[int]) -> float:
        """Return the log-likelihood of the events `use` (places in order of date) and of what is known of the state."""
        f, placed = Filter(s), place(self.record, self.acts, s.game, self.scenario)
        cloud = f.open(self._opening(s))
        for month in range(self.record.months(self.scenario)):
            seen = [p.seen for i, p in enumerate(placed) if p.month == month and i in use and p.seen is not None]
            cloud = self._close(f, cloud, month, seen)
        return float(np.log(cloud.mass))

    def _opening(self, s: Solution) -> dict[Any, float]:
        out: dict[Any, float] = {}
        starts: dict[Any, float] = s.game.starts()
        for state, p in starts.items():
            try:
                there = state._replace(**self.record.opening)
            except (AttributeError, ValueError) as e:
                raise SpecError(f"the record's opening does not fit the public state {state!r}: {e}") from None
            if there not in s.compiled.boundary_index:
                raise SpecError(f"the record opens in {there!r}, which the game never reaches; change `opening`")
            out[there] = p
        return out

    def _month(self, f: Filter, start: Cloud, month: int, mine: list[Placed]) -> tuple[Cloud, list[Row]]:
        known = self.record.known(month, self.scenario)
        seen: list[Seen] = []
        cloud, rows = f.period(start, seen, month), []
        for p in mine:
            reason, used = p.reason, False
            if p.seen is not None:
                after = f.period(start, [*seen, p.seen], month)
                if used := _keep(after, known).mass > 0:
                    seen.append(p.seen)
                    cloud = after
                else:
                    reason = "no branch of the game has this move here after the events before it"
            rows.append(Row(p, used, reason, f.posterior(cloud), float(np.log(cloud.mass))))
        return self._close(f, start, month, seen), rows

    def _close(self, f: Filter, start: Cloud, month: int, seen: list[Seen]) -> Cloud:
        """Return the cloud at the end of a month with all that is known of it."""
        quiet = self.acts.quiet.items() if month + 1 in self.record.complete else ()
        also = [Seen(stage, tuple(moves)) for stage, moves in quiet if _free(f, stage, seen)]
        cloud = _keep(f.period(start, [*seen, *also], month), self.record.known(month, self.scenario))
        if cloud.mass <= 0:
            raise SpecError(f"month {month + 1} of the record cannot happen in this game: check `complete` and the state known")
        return cloud


def _free(f: Filter, stage: str, seen: list[Seen]) -> bool:
    return stage in [x.name for x in f.s.game.stages] and stage not in [x.stage for x in seen]


def _keep(cloud: Cloud, known: list[Known]) -> Cloud:
    for k in known:
        cloud = cloud.keep(k.agrees)
    return cloud


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
) -> Inference:
    """Return what `record` says about hidden types, accounts and the forecast of `scenario`.

    `method` is how evidence is integrated over the ranges of every number that some account changes: "sobol" (`points`
    solves an account; those without a solution are left out and counted), "nested" (at most `points` calls an account) or
    "none" (likelihood at central values only).
    Raises `SpecError` for a record that does not fit and `NotSolved` where a game has no solution.
    """
    if method not in ("sobol", "nested", "none"):
        raise SpecError(f"method must be sobol, nested or none, got {method!r}")
    record.check(scenario)
    follow, read = Follower(record, acts, scenario), {"base": scenario, **{a.name: apply(a, scenario) for a in accounts}}
    integrate = method != "none" and bool(accounts)
    outside = three_lines.outside_of(read, dates, scenario.as_of)
    tell = _Counter(progress, len(read) * (1 + points * integrate))
    passes: dict[str, Pass] = {}
    before, after = {}, {}
    codings, prior = {}, {}
    for name, s in read.items():
        f = Filter(solve_scenario(s, belief_points))
        passes[name] = follow.run(f)
        if name == "base":
            codings, prior = _codings(follow, f), f.posterior(f.open())
        before[name], after[name] = (
            three_lines.three_lines(_ends_from(f, s, cloud, dates).sel(period=list(dates)), outside[name], scenario.as_of)
            for cloud in (f.open(), passes[name].cloud)
        )
        tell()
    common = frozenset.intersection(*(p.used for p in passes.values()))
    central = {n: _central(follow, read[n], p, common, belief_points) for n, p in passes.items()}
    paths = sorted(set(chain.from_iterable((c.path for c in a.change) for a in accounts)))
    evidence, over = {}, {}
    for name, s in read.items() if integrate else ():
        evidence[name], over[name] = _evidence(follow, s, paths, common, belief_points, method, points, seed, tell)
    settings = {"belief_points": belief_points, "method": method, "points": points, "seed": seed, "solves": tell.done}
    return Inference(
        scenario, record, prior, passes["base"], codings, common, central, evidence, over, before, after, tuple(dates), settings
    )


class _Counter:
    def __init__(self, progress: Tell | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, max(self.total, self.done))


def _central(follow: Follower, s: Scenario, found: Pass, common: frozenset[int], belief_points: int) -> float:
    if found.used == common:
        return found.log_likelihood
    return follow.log_likelihood(solve_scenario(s, belief_points), common)


def _codings(follow: Follower, f: Filter) -> dict[str, Pass]:
    """Return the pass with each disputed item by its other coding, and with all of them."""
    events = follow.record.event
    disputed = [i for i, e in enumerate(events) if e.alternative is not None]
    out = {f"{events[i].date} {events[i].actor}: {events[i].alternative}": follow.run(f, other=frozenset([i])) for i in disputed}
    if len(disputed) > 1:
        out["all disputed items by their other coding"] = follow.run(f, other=frozenset(disputed))
    return out


def _evidence(
    follow: Follower, s: Scenario, paths: list[str], common: frozenset[int], belief_points: int, method: str, points: int,
    seed: int, tell: Callable[[], None],
) -> tuple[bayes.Evidence, list[str]]:  # fmt: skip
    numbers = {p: n for p, n in s.numbers().items() if n.uncertain and any(p == q or p.startswith(q + ".") for q in paths)}

    def loglik(u: np.ndarray) -> float:
        drawn = s.at({p: n.quantile(float(x)) for (p, n), x in zip(numbers.items(), u, strict=True)})
        try:
            return follow.log_likelihood(solve_scenario(drawn, belief_points), common)
        finally:
            tell()

    if method == "nested":
        live = min(50, max(2 * len(numbers), points // 4))
        return bayes.nested(loglik, len(numbers), points, live, seed), list(numbers)
    return bayes.sobol(loglik, len(numbers), points, seed), list(numbers)


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
        "date": e.date.isoformat(), "actor": e.actor, "act": e.act, "target": e.target, "source": e.source,
        "month": row.placed.month + 1, "used": row.used, "in_comparison": i in common, "reason": row.reason,
        "read_as": None if seen is None else {"stage": seen.stage, "moves": list(seen.moves), "player": seen.player},
        "alternative": e.alternative, "dispute": e.dispute, "posterior": row.posterior, "log_likelihood": row.log_likelihood,
    }  # fmt: skip

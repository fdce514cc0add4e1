"""Accounts side by side: what each expects, how far it lies from the base, and which of its entries make it so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import SpecError
from peacetalks.forecasting import views as three_lines
from peacetalks.forecasting.accuracy import Numerics, numerics
from peacetalks.forecasting.jobs import Tell, spread
from peacetalks.forecasting.outlook import BELIEF_POINTS, SEED
from peacetalks.forecasting.readout import ends_of, mean_terms, outcomes_of
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.outcomes import ENDS
from peacetalks.questions.shapley import Split, shapley
from peacetalks.scenario.accounts import Account, apply
from peacetalks.scenario.files import play_key
from peacetalks.scenario.paths import written_at

if TYPE_CHECKING:
    from peacetalks.forecasting.views import ThreeLines
    from peacetalks.scenario.scenario import Scenario

DATES = (12, 24)


@dataclass(frozen=True)
class Expectation:
    """What one reading expects."""

    ends: np.ndarray  # [date, end] probability
    outcomes: dict[str, np.ndarray]  # outcome -> [date]
    terms: float | None  # mean share of side 1 given a settlement by the last date
    numerics: Numerics


@dataclass(frozen=True)
class Drivers:
    """Which entries of an account make the difference at the last date."""

    split: Split  # credit [group, end]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: credits by group and end, largest first."""
        s, ends = self.split, list(ENDS)
        order = np.argsort(-np.abs(s.credit).sum(axis=1), kind="stable")
        rows = [
            {
                "entries": s.names[i],
                **dict(zip(ends, s.credit[i].tolist(), strict=True)),
                "error": None if s.error is None else dict(zip(ends, s.error[i].tolist(), strict=True)),
            }
            for i in order
        ]
        return {"difference": dict(zip(ends, s.whole.tolist(), strict=True)), "credit": rows, "solves": s.evaluations}


@dataclass(frozen=True)
class Comparison:
    """A scenario and its accounts; made by `compare`."""

    scenario: Scenario
    accounts: tuple[Account, ...]
    dates: tuple[int, ...]  # months
    expected: dict[str, Expectation]  # "base" and every account
    lines: dict[str, ThreeLines]  # the ends of each at the dates: inside, outside, pooled
    drivers: dict[str, Drivers]
    settings: dict[str, Any]

    def changes(self, account: Account) -> list[dict[str, Any]]:
        """Return what an account changes: path, the base's central value and range, its own, the reason."""
        before, after = self.scenario.numbers(), apply(account, self.scenario).numbers()
        rows = []
        for c in account.change:
            paths = sorted(p for p in {*before, *after} if p == c.path or p.startswith(c.path + "."))
            for path in paths:
                was, now = before.get(path), after.get(path)
                rows.append({"path": path, "base": _shown(was), "account": _shown(now), "reason": c.reason})
            if not paths:
                base = written_at(self.scenario.written(), c.path)
                rows.append({"path": c.path, "base": base, "account": c.value, "reason": c.reason})
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints."""
        named = {a.name: a for a in self.accounts}
        out: dict[str, Any] = {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "dates": list(self.dates),
            "settings": self.settings,
            "accounts": {},
        }
        for name, e in self.expected.items():
            a = named.get(name)
            out["accounts"][name] = {
                "title": a.title if a else "the scenario as written",
                "attributed_to": a.attributed_to if a else None,
                "ends": {end: e.ends[:, i].tolist() for i, end in enumerate(ENDS)},
                **three_lines.to_dict(self.lines[name]),
                "outcomes": {k: v.tolist() for k, v in e.outcomes.items()},
                "terms": e.terms,
                "changes": self.changes(a) if a else [],
                "drivers": self.drivers[name].to_dict() if name in self.drivers else None,
                **e.numerics.to_dict(),
            }
        return out


def compare(
    scenario: Scenario,
    accounts: list[Account],
    dates: tuple[int, ...] = DATES,
    drivers: bool = True,
    belief_points: int = BELIEF_POINTS,
    progress: Tell | None = None,
    jobs: int = 1,
) -> Comparison:
    """Set `accounts` of `scenario` side by side at `dates` (months, ascending).

    Each has the three lines: its own inside view, the record in its reference classes, both pooled (`three_lines`).
    With `drivers` the difference of each account from the base is split over its groups of entries: 2**n solves
    for n <= 6 groups, sampled orders (with a standard error) beyond.  Every variant is solved once, by up to `jobs`
    processes.
    Raises `SpecError` where there is nothing to compare or an account does not fit the scenario.
    """
    if not accounts:
        raise SpecError(
            f"no account is bundled with {scenario.name!r}: there is nothing to compare. Give one with --account FILE."
        )
    read = {"base": scenario, **{a.name: apply(a, scenario) for a in accounts}}
    outside = three_lines.outside_of(read, dates, scenario.as_of)
    _check_dates(dates, read)
    parts = {(a.name, s): apply(a, scenario, s) for a in accounts if drivers for s in _asked(a)}
    keys = {what: play_key(s) for what, s in (read | parts).items()}
    wanted = {keys[what]: s for what, s in (read | parts).items()}
    work = partial(_expect, dates, belief_points, frozenset(keys[name] for name in read))
    found = spread(work, list(wanted.values()), jobs, progress)
    solved = {key: e for key, e in zip(wanted, found, strict=True) if isinstance(e, Expectation)}
    expected = {name: solved[keys[name]] for name in read}
    split = {
        a.name: Drivers(shapley(lambda s, a=a: solved[keys[a.name, s]].ends[-1], list(a.groups), seed=SEED))
        for a in accounts
        if drivers
    }
    where = {"period": list(dates), "end": list(ENDS)}
    inside = {name: xr.DataArray(e.ends, where, ("period", "end")) for name, e in expected.items()}
    lines = {name: three_lines.three_lines(a, outside[name], scenario.as_of) for name, a in inside.items()}
    settings = {"belief_points": belief_points, "solves": len(wanted)}
    return Comparison(scenario, tuple(accounts), tuple(dates), expected, lines, split, settings)


def _asked(a: Account) -> list[frozenset[str]]:
    """Return the sets of an account's groups that the split of its difference needs."""
    out: list[frozenset[str]] = []
    shapley(lambda s: out.append(s) or np.zeros(len(ENDS)), list(a.groups), seed=SEED)
    return out


def _check_dates(dates: tuple[int, ...], read: dict[str, Scenario]) -> None:
    for s in read.values():
        if s.periods is not None and dates[-1] > s.periods:
            raise SpecError(
                f"the scenario ends after {s.periods} periods; {dates[-1]} were asked for: give shorter --dates"
            )


def _expect(dates: tuple[int, ...], belief_points: int, shown: frozenset[str], scenario: Scenario) -> Expectation:
    """Solve a scenario and read off what it expects; those `shown` (by `play_key`) also on a coarser belief grid."""
    t = trajectory(solve_scenario(scenario, belief_points, refine=play_key(scenario) in shown), dates[-1])
    outcomes = outcomes_of(t).sel(period=list(dates))
    columns = {str(n): outcomes.sel(outcome=n).values for n in outcomes.outcome.values}
    return Expectation(ends_of(outcomes).values, columns, mean_terms(t), numerics(t, dates))


def _shown(n: Any) -> dict[str, Any] | None:
    if n is None:
        return None
    low, high = n.interval()
    return {"value": float(n), "low": low, "high": high, "source": n.source}

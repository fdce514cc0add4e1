"""What a forecast says at the dates at which two are compared: as it was saved, or solved now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.archive.saved import START, interpolated
from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.answers import answer_key, solve_cached
from peacetalks.forecasting.best_estimate import BestEstimate, best_estimate
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.record_view import RecordView, record_views, situation_of
from peacetalks.forecasting.settings import PERIODS, months_shown
from peacetalks.forecasting.size import check_sizes, jobs_in_memory
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.forecasting.typical import typical_case
from peacetalks.forecasting.views import calendar_dates
from peacetalks.outcomes import ENDS
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.dates import month_position, months_later
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import xarray as xr

    from peacetalks.archive.saved import SavedForecast
    from peacetalks.archive.subject import Subject
    from peacetalks.evidence.arrays import Floats
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.scenario.scenario import Scenario

CALENDAR, AFTER = "calendar", "months"


@dataclass(frozen=True)
class Horizon:
    """The dates at which two forecasts are compared."""

    days: tuple[tuple[dt.date, ...], tuple[dt.date, ...]]  # of A and of B
    months: tuple[int, ...] | None  # after each one's own date; None where both are read at the same dates

    @property
    def aligned(self) -> str:
        """Whether both are read at the same calendar dates, or the same number of months after each."""
        return CALENDAR if self.months is None else AFTER

    def days_of(self, as_of: dt.date) -> tuple[dt.date, ...]:
        """Return the dates at which a scenario with a date of its own is read."""
        return self.days[1] if self.months is None else tuple(months_later(as_of, m) for m in self.months)


@dataclass(frozen=True)
class DatedAnswer:
    """Every view at the dates; a view is None where it has no estimate."""

    best: Floats | None  # [date, end]
    low: Floats | None  # [date, end] ends of the 90% interval
    high: Floats | None
    model: Floats  # [date, end]
    record: Floats | None  # [date, end]

    def intervals(self) -> dict[str, list[list[float] | None]] | None:
        """Return the 90% interval of the best estimate by outcome class: [low, high] at each date."""
        if self.low is None or self.high is None:
            return None
        pairs = {e: zip(self.low[:, k], self.high[:, k], strict=True) for k, e in enumerate(ENDS)}
        return {
            e: [[float(x), float(y)] if np.isfinite([x, y]).all() else None for x, y in p] for e, p in pairs.items()
        }


def last_month(s: Subject) -> int:
    """Return how many months a forecast reaches."""
    if s.saved is not None:
        return s.saved.numbers.periods[-1]
    return min(PERIODS, s.scenario.periods or PERIODS)


def horizon(a: Subject, b: Subject) -> Horizon:
    """Return the dates at which two forecasts are compared: those of the later one that the earlier one reaches too.

    Where it reaches none they are the same number of months after each.
    """
    late, early = (a, b) if a.as_of > b.as_of else (b, a)
    reach = months_later(early.as_of, last_month(early))
    days = tuple(months_later(late.as_of, m) for m in months_shown(last_month(late)))
    common = tuple(d for d in days if d <= reach)
    if common:
        return Horizon((common, common), None)
    months = months_shown(min(last_month(a), last_month(b)))
    after_a, after_b = (tuple(months_later(s.as_of, m) for m in months) for s in (a, b))
    return Horizon((after_a, after_b), months)


def saved_answer(s: SavedForecast, days: Sequence[dt.date]) -> DatedAnswer:
    """Return what a saved forecast says at dates."""
    best, model, record = (_rows([s.at(view, d) for d in days]) for view in ("best", "model", "record"))
    spans = [s.interval_at(d) for d in days]
    low, high = (_rows([None if x is None else {e: x[e][k] for e in ENDS} for x in spans]) for k in (0, 1))
    assert model is not None
    return DatedAnswer(best, low, high, model, record)


def _rows(found: Sequence[Mapping[str, float] | None]) -> Floats | None:
    """Return outcome classes at dates as [date, end], NaN where not known; None where no date is known."""
    if all(x is None for x in found):
        return None
    return np.array([[np.nan] * len(ENDS) if x is None else [x[e] for e in ENDS] for x in found])


@dataclass
class Solver:
    """Forecasts scenarios at the dates of a comparison; every different game is solved once."""

    horizon: Horizon
    belief_points: int
    jobs: int = 1
    answers: AnswerCache | None = None
    progress: Progress | None = None
    solves: int = 0

    def answers_of(self, scenarios: Mapping[Any, Scenario]) -> dict[Any, DatedAnswer]:
        """Return the answer of each scenario; raise `NotSolved` where its game has no solution."""
        cases = {name: typical_case(s) for name, s in scenarios.items()}
        months = {name: self._months(s) for name, s in scenarios.items()}
        last = max(map(max, months.values()))
        twins = [c.twin for c in cases.values() if c.twin is not None]
        games = {play_key(s): s for s in [*scenarios.values(), *twins]}
        jobs = jobs_in_memory(self.jobs, check_sizes(games.values(), self.belief_points, last))
        required, base = len({play_key(s) for s in scenarios.values()}), next(iter(scenarios.values()))
        found = solve_cached(
            partial(ends_by_month, last, self.belief_points, near=base),
            list(games.values()),
            [answer_key("ends by month", last, self.belief_points, play_key(base), key) for key in games],
            self.answers,
            (),
            jobs,
            self.progress,
            required,
        )
        solved = dict(zip(games, found, strict=True))
        self.solves = len(games)
        views: dict[Any, tuple[RecordView, ...]] = {}
        out = {}
        for name, s in scenarios.items():
            ends, case = solved[play_key(s)], cases[name]
            assert not isinstance(ends, NotSolved)
            twin = None if case.twin is None else solved[play_key(case.twin)]
            like = None if twin is None or isinstance(twin, NotSolved) else twin.sel(period=months[name])
            asked = situation_of(s), tuple(months[name])
            if asked not in views:
                views[asked] = record_views(s, asked[1])
            at = ends.sel(period=months[name])
            out[name] = self._read(s, at, best_estimate(at, views[asked], s.as_of, case.forecast(like)))
        return out

    def _months(self, s: Scenario) -> list[int]:
        """Return the months around the dates of a scenario, from 1."""
        out: set[int] = set()
        for day in self.horizon.days_of(s.as_of):
            if day <= s.as_of:
                raise SpecError(f"a scenario of {s.as_of} says nothing of {day}: it lies before it")
            ended, share = month_position(s.as_of, day)
            out |= {max(ended, 1), ended + 1} if share else {ended}
        return sorted(out)

    def _read(self, s: Scenario, model: xr.DataArray, best: BestEstimate) -> DatedAnswer:
        """Return a forecast at the dates, by linear interpolation between month ends."""
        start = START[resolved(s).state or "fighting"]
        days = self.horizon.days_of(s.as_of)
        tables = (best.ends, best.low, best.high, model, best.record)
        best_, low, high, model_, record = (None if t is None else _at_days(t, s.as_of, start, days) for t in tables)
        assert model_ is not None
        return DatedAnswer(best_, low, high, model_, record)


def _at_days(table: xr.DataArray, as_of: dt.date, start: str, days: Sequence[dt.date]) -> Floats:
    """Return a table (period, end) at dates [date, end]."""
    points = [as_of, *calendar_dates(as_of, table.period.values)]
    x = np.array([d.toordinal() for d in points], float)
    at = [float(d.toordinal()) for d in days]
    known = [np.concatenate([[float(e == start)], table.sel(end=e).values]) for e in ENDS]
    return np.array([[interpolated(x, y, d) for y in known] for d in at])


def ends_by_month(last: int, belief_points: int, s: Scenario, near: Scenario | None = None) -> xr.DataArray:
    """Solve a scenario, a variant of `near`; return its outcome classes (period, end) in the months up to `last`."""
    return ends_of(outcomes_of(trajectory(solve_scenario(s, belief_points, near=near), last)))

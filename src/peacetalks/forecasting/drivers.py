"""What drives a forecast: each number by itself over its range, and what the best estimate becomes.

This is a one-at-a-time analysis (a tornado diagram: Eschenbach 1992): a number goes to both ends of its 90% range while
all others keep their central values, and the typical case stays that of the scenario as written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.forecasting.axes import at_values, ranges
from peacetalks.forecasting.best_estimate import moved
from peacetalks.forecasting.changed import as_written
from peacetalks.forecasting.driver_values import Driver, Drivers
from peacetalks.forecasting.emulator import check_draws, emulate
from peacetalks.forecasting.labels import known_by, label_of
from peacetalks.forecasting.outlook import Outlook, outlook
from peacetalks.forecasting.sensitivity import sensitivity_of
from peacetalks.forecasting.settings import BELIEF_POINTS, SEED, headline_month, months_shown
from peacetalks.forecasting.short_forecast import ShortForecast, short_forecasts
from peacetalks.outcomes import PEACE
from peacetalks.scenario.files import play_key
from peacetalks.scenario.scenario import Scenario, check_scenario

if TYPE_CHECKING:
    import xarray as xr

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress


def drivers(
    scenario: Scenario,
    periods: int | None = None,
    belief_points: int = BELIEF_POINTS,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
    draws: int = 0,
    seed: int = SEED,
) -> Drivers:
    """Return what moves the answer for a scenario, the number with the largest effect on peace first.

    Parameters
    ----------
    scenario : Scenario
    periods, belief_points, progress, jobs, answers
        As of `outlook`.
    draws : int
        With draws of all ranges together (16 or more; 128 are usual) the result also has `sensitivity`: how much of
        what the ranges leave open comes from each number.
    seed : int
        Of the draws.

    Returns
    -------
    Drivers
        A tuple with a `Driver` for each number of the scenario, at the month of the headline (12, or the last shown
        before it).  A number with a range goes to both ends of its 90% range.  One without goes from half to double,
        or, where it is a probability, to half and double its odds; `Driver.source` says so.  The shares of two types
        are one number.

    Raises
    ------
    SpecError
        A setting is out of range, or the numbers are not as they are written.
    NotSolved
        The game of the scenario itself has no solution within tolerance, or (`EmulatorError`) too few draws have one.

    References
    ----------
    Eschenbach, T. G. (1992). Spiderplots versus tornado diagrams for sensitivity analysis. *Interfaces* 22, 40-46.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> found = drivers(small, belief_points=2)
    >>> len(found), found[0].effect >= found[-1].effect, found.sensitivity is None
    (28, True, True)
    """
    check_scenario(scenario, "drivers")
    if draws:
        check_draws(draws, seed, sum(1 for _ in ranges(as_written(scenario))))
    o = outlook(scenario, periods, belief_points=belief_points, certify=False)
    return drivers_of(o, progress, jobs, answers, draws, seed)


def drivers_of(
    o: Outlook,
    progress: Progress | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
    draws: int = 0,
    seed: int = SEED,
) -> Drivers:
    """Return what moves an outlook; parameters and errors as of `drivers`."""
    if not draws:
        return Drivers(_one_at_a_time(o, progress, jobs, answers))
    e = emulate(o, None, draws, seed, progress, jobs, answers)
    return Drivers(_one_at_a_time(o, None, jobs, answers), sensitivity_of(e, seed))


def _one_at_a_time(o: Outlook, progress: Progress | None, jobs: int, answers: AnswerCache | None) -> tuple[Driver, ...]:
    """Return what the forecast becomes with each number by itself at both ends of its range."""
    base = as_written(o.scenario)
    places = {path: (low, high, source) for path, low, high, source in ranges(base)}
    ends = {(path, x): at_values(base, {path: x}) for path, (low, high, _) in places.items() for x in (low, high)}
    games = {play_key(s): s for s in ends.values() if s is not None}
    periods, points = int(o.ends.period[-1]), int(o.settings["belief_points"])
    solved = short_forecasts(list(games.values()), base, periods, points, answers, jobs, progress)
    by_key = dict(zip(games, solved, strict=True))

    def found(path: str, x: float) -> xr.DataArray | None:
        s = ends[path, x]
        model = None if s is None else by_key[play_key(s)]
        return model.ends if isinstance(model, ShortForecast) else None

    rows = [
        _driver(o, base, path, place, found(path, place[0]), found(path, place[1])) for path, place in places.items()
    ]
    return tuple(sorted(rows, key=lambda d: -d.effect))


def _driver(
    o: Outlook,
    base: Scenario,
    path: str,
    place: tuple[float, float, str],
    low: xr.DataArray | None,
    high: xr.DataArray | None,
) -> Driver:
    """Return what the forecast becomes with the model's forecasts at both ends of a range."""
    months = list(months_shown(int(o.ends.period[-1])))
    month = headline_month(months)
    best = o.pooled.ends
    view = "best" if o.pooled.adjusted and best is not None and _known(best, month) else "model"
    here = best if view == "best" and best is not None else o.ends
    ends_low, ends_high = (m if m is None or view == "model" else moved(o.pooled, m) for m in (low, high))
    return Driver(
        path=path,
        label=label_of(path, base),
        value=float(base.numbers()[path]),
        low=place[0],
        high=place[1],
        month=month,
        view=view,
        peace=_peace(here, month),
        peace_low=None if ends_low is None else _peace(ends_low, month),
        peace_high=None if ends_high is None else _peace(ends_high, month),
        ends_low=ends_low,
        ends_high=ends_high,
        source=place[2],
        known_by=known_by(path),
    )


def _peace(ends: xr.DataArray, month: int) -> float:
    return float(ends.sel(end=PEACE, period=month))


def _known(ends: xr.DataArray, month: int) -> bool:
    return bool(np.isfinite(ends.sel(period=month)).all())

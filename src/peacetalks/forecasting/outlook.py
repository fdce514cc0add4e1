"""From a scenario to what can be expected: the historical record, and by how much the solved game moves it.

Beside the forecast stands the complete-information benchmark: the same game with every type known, at the same
precision of choices.  Play is noisy even then; what private information moves is the distance between the two.

References
----------
Kahneman, D., and D. Lovallo (1993). Timid choices and bold forecasts: a cognitive perspective on risk taking.
*Management Science* 39, 17-31.

McKelvey, R. D., and T. R. Palfrey (1998). Quantal response equilibria for extensive form games. *Experimental
Economics* 1, 9-41.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import xarray as xr

from peacetalks.errors import SpecError
from peacetalks.evidence.frames import to_pandas
from peacetalks.forecasting.best_estimate import BestEstimate, best_estimate
from peacetalks.forecasting.changed import posed
from peacetalks.forecasting.long_table import long_table
from peacetalks.forecasting.readout import ends_of, mean_share, plain_columns
from peacetalks.forecasting.record_view import RecordView, record_views
from peacetalks.forecasting.settings import BELIEF_POINTS, PERIODS, SEED
from peacetalks.forecasting.size import check_size, jobs_in_memory
from peacetalks.forecasting.variants import Solved, solve_variants
from peacetalks.forecasting.views import answer_to_dict, views, views_to_dict
from peacetalks.mechanisms.standard_game import derived
from peacetalks.scenario.scenario import check_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import polars as pl

    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.driver_values import Driver
    from peacetalks.forecasting.durations import Durations
    from peacetalks.forecasting.typical import TypicalForecast
    from peacetalks.forecasting.views import ForecastViews
    from peacetalks.scenario.scenario import Scenario

BAND_POINTS = [0.05, 0.25, 0.75, 0.95]  # quantiles over draws


@dataclass(frozen=True, repr=False)
class Outlook:
    """What can be expected: the best estimate, the model alone, and past conflicts; made by `outlook`."""

    scenario: Scenario
    outcomes: xr.DataArray  # (period, outcome): probability
    ends: xr.DataArray  # (period, end): probability
    terms: xr.DataArray  # (terms): probability of each share for side 1, given settlement by the last period
    beliefs: dict[str, xr.DataArray]  # informed side -> (period, type, statistic)
    noise_floor: xr.DataArray  # (period, end): the complete-information benchmark
    grid_error: xr.DataArray | None  # (period, end): what a finer belief grid may still change; see `accuracy.py`
    bands: dict[str, xr.DataArray] | None  # "outcomes", "ends": (quantile, period, name) over draws
    mixture: xr.DataArray | None  # (period, end): mean over the draws, which the forecast of the central values is not
    baselines: dict[str, float]  # terms that need no model
    durations: Durations  # time to settlement, collapse of a truce
    outside: tuple[RecordView, ...]  # what the record says, one view per reference class
    pooled: BestEstimate  # the record, adjusted by the model: with interval, weight and typical case
    settings: dict[str, Any]
    residual: float
    multiple: int | None  # nodes with several equilibria, a lower bound; None where they were not searched for
    drivers: tuple[Driver, ...] | None = None  # what moves the answer, the farthest first; None where not computed
    accounts: Mapping[str, ForecastViews] | None = None  # rival accounts by name, at the months shown; None: not asked

    @property
    def as_of(self) -> date:
        """The scenario's date: nothing dated later enters."""
        return self.scenario.as_of

    @property
    def views(self) -> dict[str, xr.DataArray]:
        """The outcome classes (period, end) in every view with an estimate: pooled, inside, outside [1], ...

        The best estimate ("pooled"), the model alone ("inside") and the record; NaN where the record does not reach.
        """
        return views(self)

    @property
    def mean_terms(self) -> float | None:
        """Mean share of side 1 given a settlement by the last period; None where no settlement is reached."""
        return mean_share(self.terms)

    @property
    def information_share(self) -> xr.DataArray:
        """Share of probability (total variation, per period) that private information moves between the ends."""
        return 0.5 * abs(self.ends - self.noise_floor).sum("end")

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `--json` prints (schema: `forecast.schema.json`)."""
        return {
            "scenario": self.scenario.name,
            "as_of": self.scenario.as_of.isoformat(),
            "digest": self.scenario.digest,
            "periods": self.outcomes.period.values.tolist(),
            "ends": plain_columns(self.ends),
            "outcomes": plain_columns(self.outcomes, "outcome"),
            "terms": {
                "share_of": self.scenario.sides[0].label,
                "values": self.terms.terms.values.tolist(),
                "probabilities": [float(p) if np.isfinite(p) else None for p in self.terms.values],
                "mean": self.mean_terms,
                "baselines": self.baselines,
            },
            "bands": None if self.bands is None else {k: _band_columns(v) for k, v in self.bands.items()},
            "mixture": None if self.mixture is None else plain_columns(self.mixture),
            "noise_floor": plain_columns(self.noise_floor),
            "information_share": self.information_share.values.tolist(),
            "grid_error": None if self.grid_error is None else plain_columns(self.grid_error),
            "durations": self.durations.to_dict(),
            **views_to_dict(self),
            "settings": self.settings,
            "residual": self.residual,
            "multiple": self.multiple,
            **({} if self.drivers is None else {"drivers": [d.to_dict() for d in self.drivers]}),
            **({} if self.accounts is None else {"accounts": {n: answer_to_dict(f) for n, f in self.accounts.items()}}),
        }

    def to_polars(self) -> pl.DataFrame:
        """Return every probability as a long table: date, month, view, level, outcome, probability, low, high.

        The views are `best` (the best estimate, with its 90% interval), `model` (the model alone, by outcome class and
        by outcome), `record` (the answer of past conflicts that anchors) and each class of past conflicts. The outcome
        classes stand there by their keys: `peace`, `nowhere`, which is still no settlement, and `more_conflict`.
        """
        return long_table(self, self.outcomes)

    def to_pandas(self) -> Any:
        """Return the table of `to_polars` as a pandas one; raise `ImportError` where pandas is not installed."""
        return to_pandas(self.to_polars())

    def __repr__(self) -> str:
        """Return the scenario and the date; `pages.notebook` puts the answer in its place."""
        return f"Outlook of {self.scenario.name}, as of {self.as_of}"

    # How an outlook is shown, given by `pages.notebook`, which the public names load.
    _repr_html_: ClassVar[Callable[[Outlook], str] | None] = None
    plot: ClassVar[Callable[..., Any]]


def outlook(  # noqa: PLR0913, PLR0917 (the settings of one forecast)
    scenario: Scenario,
    periods: int | None = None,
    draws: int = 0,
    seed: int = SEED,
    belief_points: int = BELIEF_POINTS,
    progress: Callable[[int, int], None] | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
    certify: bool = True,
    changes: Mapping[str, Any] | None = None,
) -> Outlook:
    """Return what can be expected from `scenario`.

    Parameters
    ----------
    scenario : Scenario
    periods : int, optional
        Months; default 36, or the scenario's own horizon where that is shorter.
    draws : int
        How often the ranges are drawn (scrambled Sobol points, from `seed`).  The forecast stays that of the central
        values; the interval of the best estimate holds the draws too, `bands` have the 5, 25, 75 and 95% points of the
        model, and `mixture` its mean; `settings["unsolved_draws"]` counts draws left out for want of a solution.
    seed : int
    belief_points : int
        Points of the belief grid per side.
    progress : function, optional
        Called as `progress(done, all)` after the record is read and after every solve.
    jobs : int
        Most processes that solve the draws.
    answers : AnswerCache, optional
        With draws: holds games solved before, and each that is solved is added.
    certify : bool
        Search for further equilibria; else `Outlook.multiple` is None.
    changes : {key: value}, optional
        What is otherwise than in the scenario, as in `whatif`: it departs from the scenario's typical case.

    Raises
    ------
    SpecError
        A setting is out of range, or the game is too large.
    NotSolved
        The game, or more than half of the draws, has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> o = outlook(small, belief_points=2)
    >>> list(o.views), o.ends.shape
    (['pooled', 'inside', 'outside [1]', 'outside [2]', 'outside [3]', 'outside [4]'], (2, 3))
    """
    check_scenario(scenario, "outlook")
    this = posed(scenario, changes, draws, seed)
    periods = checked_periods(this.scenario, periods)
    jobs = jobs_in_memory(jobs, check_size(this.scenario, belief_points, periods, draws))
    record = record_views(this.scenario, tuple(range(1, periods + 1)))
    solved = solve_variants(this, periods, belief_points, certify, progress, jobs, answers if draws else None)
    how = {"draws": draws, "unsolved_draws": draws - len(solved.draws), "seed": seed if draws else None}
    return _assemble(this.scenario, solved, record, solved.typical(this.case), how | this.settings)


def checked_periods(scenario: Scenario, periods: int | None) -> int:
    """Return how many periods to forecast; raise `SpecError` where the scenario ends before."""
    last = scenario.periods
    if periods is None:
        return min(PERIODS, last or PERIODS)
    if last is not None and periods > last:
        raise SpecError(f"the scenario ends after {last} periods; {periods} were asked for. Ask for at most {last}")
    return periods


def baselines(s: Scenario) -> dict[str, float]:
    """Return terms that need no model: the front as it stands and the capability-weighted mean of the claims."""
    return {"front": float(s.battlefield.front), "capability_weighted_mean": float(s.battlefield.strength)}


def _assemble(
    s: Scenario, solved: Solved, record: tuple[RecordView, ...], typical: TypicalForecast, how: dict[str, Any]
) -> Outlook:
    """Return the outlook: the forecast of the central values, and with draws their mixture and bands."""
    central, bands, mixture = solved.central, None, None
    if solved.draws:
        many = xr.concat([v.outcomes for v in solved.draws], dim="draw")
        ends = xr.concat([ends_of(v.outcomes) for v in solved.draws], dim="draw")
        bands = {"outcomes": many.quantile(BAND_POINTS, "draw"), "ends": ends.quantile(BAND_POINTS, "draw")}
        mixture = ends.mean("draw")
    ends, total = ends_of(central.outcomes), float(central.terms.sum())
    return Outlook(
        scenario=s,
        outcomes=central.outcomes,
        ends=ends,
        terms=central.terms / total if total > 0 else central.terms * np.nan,
        beliefs=central.beliefs,
        noise_floor=ends_of(solved.benchmark.outcomes),
        grid_error=central.grid_error,
        bands=bands,
        mixture=mixture,
        baselines=baselines(s),
        durations=central.durations,
        outside=record,
        pooled=best_estimate(ends, record, s.as_of, typical, solved.model_draws()),
        settings={**central.settings, **how, "derived": derived(s)},
        residual=solved.residual,
        multiple=central.multiple,
    )


def _band_columns(a: xr.DataArray) -> dict[str, dict[str, list[float]]]:
    """Return bands (quantile, period, name) as {name: {"q05": value by period, ...}}."""
    dim = next(str(d) for d in a.dims if d not in ("quantile", "period"))
    return {
        str(name): {
            f"q{round(100 * float(q)):02d}": a.sel({dim: name, "quantile": q}).values.tolist()
            for q in a["quantile"].values
        }
        for name in a[dim].values
    }

"""From a scenario to what can be expected: build the game, solve it, forecast, and set the historical record beside it.

Beside the forecast stands the complete-information benchmark: the same game with every type known, at the same
precision of choices.  Play is noisy even then; what private information moves is the distance between the two.

References
----------
Genest, C., and J. V. Zidek (1986). Combining probability distributions: a critique and an annotated bibliography.
*Statistical Science* 1, 114-135.

McKelvey, R. D., and T. R. Palfrey (1998). Quantal response equilibria for extensive form games. *Experimental
Economics* 1, 9-41.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import xarray as xr

from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting.accuracy import grid_error_of
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.forecasting.best_estimate import BestEstimate, best_estimate
from peacetalks.forecasting.complete_information import complete_information
from peacetalks.forecasting.draws import draw
from peacetalks.forecasting.durations import Durations, durations, mixture
from peacetalks.forecasting.jobs import require_majority_solved
from peacetalks.forecasting.readout import ends_of, mean_share, outcomes_of, plain_columns, terms_mass
from peacetalks.forecasting.record_view import RecordView, record_views
from peacetalks.forecasting.settings import BELIEF_POINTS, PERIODS, SEED, months_shown
from peacetalks.forecasting.size import check_size, jobs_in_memory
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.forecasting.views import views, views_to_dict
from peacetalks.mechanisms.standard_game import derived
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from peacetalks.scenario.scenario import Scenario

BAND_POINTS = [0.05, 0.25, 0.75, 0.95]  # quantiles over draws


@dataclass(frozen=True)
class Outlook:
    """What can be expected: the model alone, past conflicts, and the best estimate of both; made by `outlook`."""

    scenario: Scenario
    outcomes: xr.DataArray  # (period, outcome): probability
    ends: xr.DataArray  # (period, end): probability
    terms: xr.DataArray  # (terms): probability of each share for side 1, given settlement by the last period
    beliefs: dict[str, xr.DataArray]  # informed side -> (period, type, statistic)
    noise_floor: xr.DataArray  # (period, end): the complete-information benchmark
    grid_error: xr.DataArray | None  # (period, end): what a finer belief grid may still change; see `accuracy.py`
    bands: dict[str, xr.DataArray] | None  # "outcomes", "ends": (quantile, period, name) over draws
    baselines: dict[str, float]  # terms that need no model
    durations: Durations  # time to settlement, collapse of a truce
    outside: tuple[RecordView, ...]  # what the record says, one view per reference class
    pooled: BestEstimate  # model and record together, with the weight and what it rests on
    settings: dict[str, Any]
    residual: float
    multiple: int | None  # nodes with several equilibria, a lower bound; None where they were not searched for

    @property
    def as_of(self) -> date:
        """The scenario's date: nothing dated later enters."""
        return self.scenario.as_of

    @property
    def views(self) -> dict[str, xr.DataArray]:
        """The outcome classes (period, end) in every view with an estimate: inside, outside [1], ..., pooled.

        The model alone (inside) has every period, the others the dates shown; NaN where the record does not reach.
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
            "noise_floor": plain_columns(self.noise_floor),
            "information_share": self.information_share.values.tolist(),
            "grid_error": None if self.grid_error is None else plain_columns(self.grid_error),
            "durations": self.durations.to_dict(),
            **views_to_dict(self),
            "settings": self.settings,
            "residual": self.residual,
            "multiple": self.multiple,
        }

    _repr_html_: ClassVar[Callable[[Outlook], str] | None] = None  # how a notebook shows it: given by `pages.notebook`


def outlook(
    scenario: Scenario,
    periods: int | None = None,
    draws: int = 0,
    seed: int = SEED,
    belief_points: int = BELIEF_POINTS,
    progress: Callable[[int, int], None] | None = None,
    jobs: int = 1,
    answers: AnswerCache | None = None,
    certify: bool = True,
) -> Outlook:
    """Return what can be expected from `scenario`.

    Parameters
    ----------
    scenario : Scenario
    periods : int, optional
        Months; default 36, or the scenario's own horizon where that is shorter.
    draws : int
        How often the ranges are drawn (scrambled Sobol points).  The forecast is then their mixture, and `bands` hold
        the 5, 25, 75 and 95% points; `settings["unsolved_draws"]` counts draws left out for want of a solution.
    seed : int
        Of the draws.
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
    (['inside', 'outside [1]', 'outside [2]', 'pooled'], (2, 3))
    """
    periods = _checked_periods(scenario, periods)
    jobs = jobs_in_memory(jobs, check_size(scenario, belief_points, periods, draws))
    record = record_views(scenario, months_shown(periods))
    drawn = draw(scenario, draws, seed)
    store = answers if draws else None
    solved = _solve_variants(scenario, periods, drawn, belief_points, certify, progress, jobs, store)
    central, known_types, runs = solved
    how = {"draws": draws, "unsolved_draws": draws - len(runs), "seed": seed if draws else None}
    return _assemble(scenario, central, known_types, runs, record, how)


def _solve_variants(
    scenario: Scenario,
    periods: int,
    drawn: Sequence[Scenario],
    belief_points: int,
    certify: bool,
    progress: Callable[[int, int], None] | None,
    jobs: int,
    answers: AnswerCache | None,
) -> tuple[_Variant, _Variant, list[_Variant]]:
    """Return what is read off the scenario, its complete-information benchmark, and the draws that have a solution."""
    benchmark = complete_information(scenario)
    variants = {play_key(s): s for s in (scenario, benchmark, *drawn)}
    report = progress or (lambda done, total: None)
    report(1, 1 + len(variants))  # the record is read
    central = play_key(scenario)
    found = solve_cached(
        partial(_solve_variant, periods, belief_points, central, certify),
        list(variants.values()),
        [
            answer_key("outlook", periods, belief_points, key == central and ("searched" if certify else "plain"), key)
            for key in variants
        ],
        answers,
        (_Variant, Durations),
        jobs if drawn else 1,
        lambda done, total: report(1 + done, 1 + total),
        required=2,
    )
    solved = dict(zip(variants, found, strict=True))
    first, known_types, *runs = (solved[play_key(s)] for s in (scenario, benchmark, *drawn))
    require_majority_solved([r for r in runs if isinstance(r, NotSolved)], len(drawn), "draws of the ranges")
    assert isinstance(first, _Variant)
    assert isinstance(known_types, _Variant)
    return first, known_types, [r for r in runs if isinstance(r, _Variant)]


def _checked_periods(scenario: Scenario, periods: int | None) -> int:
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


@dataclass(frozen=True)
class _Variant:
    """What is read off one solved variant of the scenario."""

    outcomes: xr.DataArray  # (period, outcome)
    terms: xr.DataArray  # (terms): mass of each settlement at the last period
    beliefs: dict[str, xr.DataArray]
    durations: Durations
    settings: dict[str, Any]
    residual: float
    multiple: int | None
    grid_error: xr.DataArray | None


def _solve_variant(periods: int, belief_points: int, central: str, certify: bool, s: Scenario) -> _Variant:
    """Solve a variant; the one with key `central` is searched for further equilibria and for the error of the grid."""
    is_central = play_key(s) == central
    solved = solve_scenario(s, belief_points, certify=is_central and certify, refine=is_central)
    t = trajectory(solved, periods)
    return _Variant(
        outcomes=outcomes_of(t),
        terms=terms_mass(t, s.talks.offers),
        beliefs={side.label: t.beliefs(side.label) for side in s.sides if len(side.types) > 1},
        durations=durations(solved, periods),
        settings=solved.settings,
        residual=solved.residual,
        multiple=solved.multiple if is_central and certify else None,
        grid_error=grid_error_of(t),
    )


def _assemble(
    s: Scenario,
    central: _Variant,
    known_types: _Variant,
    runs: Sequence[_Variant],
    record: tuple[RecordView, ...],
    how: dict[str, Any],
) -> Outlook:
    """Return the outlook: the central variant's forecast, or with draws (`runs`) their mixture and its bands."""
    shown, bands = runs or [central], None
    many = xr.concat([r.outcomes for r in shown], dim="draw")
    if runs:
        ends = xr.concat([ends_of(r.outcomes) for r in runs], dim="draw")
        bands = {"outcomes": many.quantile(BAND_POINTS, "draw"), "ends": ends.quantile(BAND_POINTS, "draw")}
    outcomes = many.mean("draw")
    mass = xr.concat([r.terms for r in shown], dim="draw").mean("draw")
    total = float(mass.sum())
    return Outlook(
        scenario=s,
        outcomes=outcomes,
        ends=ends_of(outcomes),
        terms=mass / total if total > 0 else mass * np.nan,
        beliefs=central.beliefs,
        noise_floor=ends_of(known_types.outcomes),
        grid_error=central.grid_error,
        bands=bands,
        baselines=baselines(s),
        durations=mixture([r.durations for r in shown]),
        outside=record,
        pooled=best_estimate(ends_of(outcomes), record, s.as_of),
        settings={**central.settings, **how, "derived": derived(s)},
        residual=max(r.residual for r in (central, known_types, *runs)),
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

"""From a scenario to what can be expected: build, solve, forecast, pool with the record, and the numbers a reader needs.

The noise floor is the same forecast with nothing hidden (every side of its mean type), at the same precision: even
then play is noisy.  What private information moves is the distance between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import xarray as xr
from scipy.stats import qmc

from peacetalks.equilibrium.forward import Trajectory, trajectory
from peacetalks.equilibrium.solution import refuse_most
from peacetalks.errors import NotSolved, SpecError
from peacetalks.forecasting import views as three_lines
from peacetalks.forecasting.accuracy import grid_error_of
from peacetalks.forecasting.best_estimate import PooledView, pooled_view
from peacetalks.forecasting.durations import Durations, durations, mixture
from peacetalks.forecasting.jobs import spread
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.record_view import OutsideView, outside_views
from peacetalks.forecasting.size import check
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.standard_game import derived
from peacetalks.mechanisms.state import agreed_terms
from peacetalks.scenario.files import play_key
from peacetalks.scenario.quantity import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from peacetalks.scenario.scenario import Scenario

SEED = 20250520
MONTHS = (1, 3, 6, 12, 24)
BELIEF_POINTS = 5
PERIODS = 36


@dataclass(frozen=True)
class Outlook:
    """What can be expected: the inside view, the record beside it, both pooled; made by `outlook`."""

    scenario: Scenario
    outcomes: xr.DataArray  # (period, outcome): probability
    ends: xr.DataArray  # (period, end): probability
    terms: xr.DataArray  # (terms): probability of each share for side 1, given settlement by the last period
    beliefs: dict[str, xr.DataArray]  # informed side -> (period, type, statistic)
    noise_floor: xr.DataArray  # (period, end): the same with nothing hidden
    grid_error: xr.DataArray | None  # (period, end): what a finer belief grid may still change; see `accuracy.py`
    bands: dict[str, xr.DataArray] | None  # "outcomes", "ends": (quantile, period, name) over draws
    baselines: dict[str, float]  # terms that need no model
    durations: Durations  # time to settlement, collapse of a truce
    outside: tuple[OutsideView, ...]  # what the record says, one view per reference class
    pooled: PooledView  # both views taken together, with the weight and what it rests on
    settings: dict[str, Any]
    residual: float
    multiple: int

    @property
    def as_of(self) -> date:
        """The scenario's date: nothing dated later enters."""
        return self.scenario.as_of

    @property
    def views(self) -> dict[str, xr.DataArray]:
        """The three ends (period, end) in every view that speaks: inside, outside [1], outside [2]..., pooled.

        The inside view has every period, the others the dates shown; NaN where the record was not followed so long.
        """
        return three_lines.views(self)

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
            "ends": _columns(self.ends, "end"),
            "outcomes": _columns(self.outcomes, "outcome"),
            "terms": {
                "share_of": self.scenario.sides[0].label,
                "values": self.terms.terms.values.tolist(),
                "probabilities": [float(p) if np.isfinite(p) else None for p in self.terms.values],
                "mean": _mean_terms(self.terms),
                "baselines": self.baselines,
            },
            "bands": None if self.bands is None else {k: _bands(v) for k, v in self.bands.items()},
            "noise_floor": _columns(self.noise_floor, "end"),
            "information_share": self.information_share.values.tolist(),
            "grid_error": None if self.grid_error is None else _columns(self.grid_error, "end"),
            "durations": _durations(self.durations),
            **three_lines.to_dict(self),
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
) -> Outlook:
    """Return what can be expected from `scenario` over `periods` periods (default 36, or the scenario's own).

    With `draws` the ranges are drawn that many times (scrambled Sobol, seeded), the forecast is the mixture and
    `bands` hold the 5, 25, 75 and 95% points.  A draw that does not converge is left out and counted in
    `settings["unsolved_draws"]`.  `progress(done, all)` is called after every solve; up to `jobs` processes solve.
    Raises `SpecError` for settings out of range or a game too large, and `NotSolved` where the game, or more than half of
    the draws, has no solution within tolerance.
    """
    last = scenario.periods
    periods = min(PERIODS, last or PERIODS) if periods is None else periods
    if last is not None and periods > last:
        raise SpecError(f"the scenario ends after {last} periods; {periods} were asked for. Ask for at most {last}")
    check(scenario, belief_points, periods, draws)
    drawn = draw(scenario, draws, seed)
    wanted = {play_key(s): s for s in (scenario, open_cards(scenario), *drawn)}  # each variant once
    tell = progress or (lambda done, all_: None)
    outside = outside_views(scenario, months(periods))
    tell(1, 1 + len(wanted))
    work = partial(_run, periods, belief_points, play_key(scenario))
    found = spread(
        work, list(wanted.values()), jobs if draws else 1, lambda done, all_: tell(1 + done, 1 + all_), must=2
    )
    solved = dict(zip(wanted, found, strict=True))
    central, floor, *runs = (solved[play_key(s)] for s in (scenario, open_cards(scenario), *drawn))
    unsolved = [r for r in runs if isinstance(r, NotSolved)]
    refuse_most(unsolved, draws, "draws of the ranges")
    runs = [r for r in runs if not isinstance(r, NotSolved)]
    assert isinstance(central, _Run)
    assert isinstance(floor, _Run)
    how = {"draws": draws, "unsolved_draws": len(unsolved), "seed": seed if draws else None}
    return _assemble(scenario, central, floor, runs, outside, how)


def months(periods: int) -> tuple[int, ...]:
    """Return the dates shown: 1, 3, 6, 12, 24 months as far as the forecast goes, or its last month.

    >>> months(12), months(1)
    ((1, 3, 6, 12), (1,))
    """
    return tuple(m for m in MONTHS if m <= periods)


def draw(scenario: Scenario, draws: int, seed: int) -> list[Scenario]:
    """Return `draws` scenarios with every uncertain number drawn (scrambled Sobol points through the quantiles)."""
    uncertain = {path: n for path, n in scenario.numbers().items() if n.uncertain}
    if draws == 0 or not uncertain:
        return [scenario] * draws
    power = int(np.ceil(np.log2(draws)))
    points = qmc.Sobol(len(uncertain), scramble=True, rng=np.random.default_rng(seed)).random_base2(power)[:draws]
    points = np.clip(points, 1e-9, 1 - 1e-9)
    items = list(uncertain.items())
    return [scenario.at({path: n.quantile(u) for (path, n), u in zip(items, row, strict=True)}) for row in points]


def open_cards(scenario: Scenario) -> Scenario:
    """Return the scenario with nothing hidden: each side is of one type, the mean of its types."""
    if all(len(side.types) == 1 for side in scenario.sides):
        return scenario
    sides = []
    for side in scenario.sides:
        kinds = list(side.types.values())
        shares = np.array([float(k.share) for k in kinds])
        means = {
            f: Number(float(shares @ [float(getattr(k, f)) for k in kinds]))
            for f in ("war_cost", "escalation_cost", "humiliation_cost")
        }
        sides.append(
            side.model_copy(update={"types": {"mean": kinds[0].model_copy(update={**means, "share": Number(1.0)})}})
        )
    return scenario.model_copy(update={"sides": sides})


def baselines(s: Scenario) -> dict[str, float]:
    """Return terms that need no model: the front as it stands and the capability-weighted mean of the claims."""
    return {"front": float(s.battlefield.front), "capability_weighted_mean": float(s.battlefield.strength)}


@dataclass(frozen=True)
class _Run:
    """What is kept of one solved game."""

    outcomes: xr.DataArray  # (period, outcome)
    terms: xr.DataArray  # (terms): mass of each settlement at the last period
    beliefs: dict[str, xr.DataArray]
    durations: Durations
    settings: dict[str, Any]
    residual: float
    multiple: int
    grid_error: xr.DataArray | None


def _run(periods: int, belief_points: int, central: str, s: Scenario) -> _Run:
    """Solve a scenario; the variant `central` is searched for further equilibria and for the error of the belief grid."""
    mine = play_key(s) == central
    solved = solve_scenario(s, belief_points, certify=mine, refine=mine)
    t = trajectory(solved, periods)
    informed = [side.label for side in s.sides if len(side.types) > 1]
    return _Run(
        outcomes_of(t),
        _terms(t, s),
        {p: t.beliefs(p) for p in informed},
        durations(solved, periods),
        solved.settings,
        solved.residual,
        solved.multiple,
        grid_error_of(t),
    )


def _terms(t: Trajectory, s: Scenario) -> xr.DataArray:
    mass = t.mass[-1].sum(axis=1)
    x = np.linspace(0, 1, s.talks.offers).round(12)
    weights = np.zeros(len(x))
    for state, m in zip(t.states, mass, strict=True):
        share = agreed_terms(state)
        if share is not None:
            weights[int(share * (len(x) - 1) + 0.5)] += m
    return xr.DataArray(weights, {"terms": x}, ("terms",))


def _assemble(
    s: Scenario, central: _Run, floor: _Run, runs: Sequence[_Run], outside: tuple[OutsideView, ...], how: dict[str, Any]
) -> Outlook:
    shown, bands = runs or [central], None
    many = xr.concat([r.outcomes for r in shown], dim="draw")
    if runs:
        ends = xr.concat([ends_of(r.outcomes) for r in runs], dim="draw")
        cut = [0.05, 0.25, 0.75, 0.95]
        bands = {"outcomes": many.quantile(cut, "draw"), "ends": ends.quantile(cut, "draw")}
    outcomes = many.mean("draw")
    mass = xr.concat([r.terms for r in shown], dim="draw").mean("draw")
    total = float(mass.sum())
    every = [central, floor, *runs]
    return Outlook(
        scenario=s,
        outcomes=outcomes,
        ends=ends_of(outcomes),
        terms=mass / total if total > 0 else mass * np.nan,
        beliefs=central.beliefs,
        noise_floor=ends_of(floor.outcomes),
        grid_error=central.grid_error,
        bands=bands,
        baselines=baselines(s),
        durations=mixture([r.durations for r in shown]),
        outside=outside,
        pooled=pooled_view(ends_of(outcomes), outside, s.as_of),
        settings={**central.settings, **how, "derived": derived(s)},
        residual=max(r.residual for r in every),
        multiple=central.multiple,
    )


def _durations(d: Durations) -> dict[str, Any]:
    """Return the durations as plain values: per period, and per month of a truce."""
    truce = None
    if d.broken_within is not None and d.closed_within is not None:
        truce = {
            "expected_number": d.truces,
            "months": list(range(1, len(d.broken) + 1)),
            "broken_within": d.broken_within.tolist(),
            "settled_within": d.closed_within.tolist(),
        }
    return {"settled_by": d.settled.tolist(), "truce": truce}


def _columns(a: xr.DataArray, dim: str) -> dict[str, list[float]]:
    return {str(name): a.sel({dim: name}).values.tolist() for name in a[dim].values}


def _bands(a: xr.DataArray) -> dict[str, dict[str, list[float]]]:
    dim = next(str(d) for d in a.dims if d not in ("quantile", "period"))
    return {
        str(name): {
            f"q{round(100 * float(q)):02d}": a.sel({dim: name, "quantile": q}).values.tolist()
            for q in a["quantile"].values
        }
        for name in a[dim].values
    }


def _mean_terms(terms: xr.DataArray) -> float | None:
    mean = float((terms * terms.terms).sum(skipna=False))
    return mean if np.isfinite(mean) else None

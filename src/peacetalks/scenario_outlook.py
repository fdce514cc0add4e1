"""From a scenario to what can be expected: build, solve, forecast, and the numbers a reader needs beside it.

The noise floor is the same forecast with nothing hidden (every side of its mean type), at the same precision: even
then play is noisy.  What private information moves is the distance between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from peacetalks.forward import Trajectory, trajectory
from peacetalks.mechanisms.state import ENDS, LABELS, SETTLED, label
from peacetalks.numbers import Number
from peacetalks.solving import solve_scenario
from peacetalks.spec import Scenario, SpecError

SEED = 20250520
MONTHS = (1, 3, 6, 12, 24)
BELIEF_POINTS = 5


@dataclass(frozen=True)
class Outlook:
    """What the inside view expects; made by `outlook`."""

    scenario: Scenario
    outcomes: xr.DataArray  # (period, outcome): probability
    ends: xr.DataArray  # (period, end): probability
    terms: xr.DataArray  # (terms): probability of each share for side 1, given settlement by the last period
    beliefs: dict[str, xr.DataArray]  # informed side -> (period, type, statistic)
    noise_floor: xr.DataArray  # (period, end): the same with nothing hidden
    bands: dict[str, xr.DataArray] | None  # "outcomes", "ends": (quantile, period, name) over draws
    baselines: dict[str, float]  # terms that need no model
    settings: dict[str, Any]
    residual: float
    multiple: int

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
                "probabilities": self.terms.values.tolist(),
                "mean": _mean_terms(self.terms),
                "baselines": self.baselines,
            },
            "bands": None if self.bands is None else {k: _bands(v) for k, v in self.bands.items()},
            "noise_floor": _columns(self.noise_floor, "end"),
            "settings": self.settings,
            "residual": self.residual,
            "multiple": self.multiple,
        }

    def _repr_html_(self) -> str:
        return f"<b>{self.scenario.title}</b>" + self.ends.to_pandas().to_html(float_format="{:.3f}".format)


def outlook(
    scenario: Scenario,
    periods: int = 36,
    draws: int = 0,
    seed: int = SEED,
    belief_points: int = BELIEF_POINTS,
    progress: Callable[[int, int], None] | None = None,
) -> Outlook:
    """Return what can be expected from `scenario` over `periods` periods.

    With `draws` the ranges are drawn that many times (scrambled Sobol, seeded), the forecast is the mixture and
    `bands` hold the 5, 25, 75 and 95% points.  `progress(done, all)` is called after every solve.
    Raises `SpecError` for settings out of range and `NotSolved` where the game has no solution within tolerance.
    """
    if periods < 1 or draws < 0:
        raise SpecError(f"periods must be >= 1 and draws >= 0, got {periods!r} and {draws!r}")
    if scenario.periods is not None and periods > scenario.periods:
        raise SpecError(f"the scenario ends after {scenario.periods} periods; {periods} were asked for")
    total = 2 + draws
    tell = progress or (lambda done, all_: None)
    central = _run(scenario, periods, belief_points)
    tell(1, total)
    floor = _run(open_cards(scenario), periods, belief_points)
    tell(2, total)
    runs = []
    for i, drawn in enumerate(draw(scenario, draws, seed)):
        runs.append(_run(drawn, periods, belief_points))
        tell(3 + i, total)
    return _assemble(scenario, central, floor, runs, {"draws": draws, "seed": seed if draws else None})


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
    sides = []
    for side in scenario.sides:
        kinds = list(side.types.values())
        shares = np.array([float(k.share) for k in kinds])
        means = {
            f: Number(float(shares @ [float(getattr(k, f)) for k in kinds]))
            for f in ("war_cost", "escalation_cost", "humiliation_cost")
        }
        sides.append(side.model_copy(update={"types": {"mean": kinds[0].model_copy(update={**means, "share": Number(1.0)})}}))
    return scenario.model_copy(update={"sides": sides})


def baselines(s: Scenario) -> dict[str, float]:
    """Return terms that need no model: the front as it stands and the capability-weighted mean of the claims."""
    return {"front": float(s.battlefield.front), "capability_weighted_mean": float(s.battlefield.strength)}


def _run(s: Scenario, periods: int, belief_points: int) -> Trajectory:
    return trajectory(solve_scenario(s, belief_points), periods)


def _outcomes(t: Trajectory) -> xr.DataArray:
    found = t.outcomes(label)
    return found.reindex(outcome=list(LABELS)).fillna(0.0)


def _ends(outcomes: xr.DataArray) -> xr.DataArray:
    parts = [outcomes.sel(outcome=list(names)).sum("outcome") for names in ENDS.values()]
    return xr.concat(parts, dim=xr.IndexVariable("end", list(ENDS))).transpose("period", "end")


def _terms(t: Trajectory, s: Scenario) -> xr.DataArray:
    mass = t.mass[-1].sum(axis=1)
    x = np.linspace(0, 1, s.talks.offers).round(12)
    found = {float(st.pending): m for st, m in zip(t.states, mass, strict=True) if st.regime == SETTLED}
    weights = np.array([found.get(float(v), 0.0) for v in x])
    total = weights.sum()
    return xr.DataArray(weights / total if total > 0 else np.full(len(x), np.nan), {"terms": x}, ("terms",))


def _assemble(
    s: Scenario, central: Trajectory, floor: Trajectory, runs: list[Trajectory], how: dict[str, Any]
) -> Outlook:
    outcomes, terms, bands = _outcomes(central), _terms(central, s), None
    if runs:
        many = xr.concat([_outcomes(r) for r in runs], dim="draw")
        outcomes = many.mean("draw")
        terms = xr.concat([_terms(r, s) for r in runs], dim="draw").mean("draw", skipna=True)
        ends = xr.concat([_ends(_outcomes(r)) for r in runs], dim="draw")
        cut = [0.05, 0.25, 0.75, 0.95]
        bands = {"outcomes": many.quantile(cut, "draw"), "ends": ends.quantile(cut, "draw")}
    solved = central.solution
    every = [central, floor, *runs]
    informed = [side.label for side in s.sides if len(side.types) > 1]
    return Outlook(
        scenario=s, outcomes=outcomes, ends=_ends(outcomes), terms=terms,
        beliefs={p: central.beliefs(p) for p in informed}, noise_floor=_ends(_outcomes(floor)), bands=bands,
        baselines=baselines(s), settings={**solved.settings, **how},
        residual=max(t.solution.residual for t in every), multiple=solved.multiple,
    )  # fmt: skip


def _columns(a: xr.DataArray, dim: str) -> dict[str, list[float]]:
    return {str(name): a.sel({dim: name}).values.tolist() for name in a[dim].values}


def _bands(a: xr.DataArray) -> dict[str, dict[str, list[float]]]:
    dim = next(str(d) for d in a.dims if d not in ("quantile", "period"))
    return {
        str(name): {
            f"q{round(100 * float(q)):02d}": a.sel({dim: name, "quantile": q}).values.tolist() for q in a["quantile"].values
        }
        for name in a[dim].values
    }


def _mean_terms(terms: xr.DataArray) -> float | None:
    mean = float((terms * terms.terms).sum(skipna=False))
    return mean if np.isfinite(mean) else None

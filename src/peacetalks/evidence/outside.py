"""The outside view on the inside view's labels: what episodes of a reference class became, by month.

What each label means in the record, and where the record is silent, is the `crosswalk`. Two methods:

==========  ==========================================================================================
class       the class's own competing-risk curve, mixed with its parent's, weight n/(n + kappa) (`shrink`, on
            "conflict ends" at the last month)
regression  cause-specific Cox models on all cases of the class's scope, averaged over the class (`regression`)
==========  ==========================================================================================

In the regression the era is that of the forecast's date. A class without a case of its own gets weight 0 (class) or
its conditions as covariates (regression). Intervals are 95 % percentiles over draws that resample clusters (states),
seeded. Held fixed in the draws: kappa, and for the regression tau and the chance of return after a settlement, which
is that of the scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
import xarray as xr
from numpy.typing import NDArray

from peacetalks.evidence import crosswalk, regression
from peacetalks.evidence.casebook import EPISODES_TO
from peacetalks.evidence.classes import CaseFilter, day, prepared
from peacetalks.evidence.crosswalk import CAUSES, ENDS, LABELS, MONTH, SILENT, SPOKEN
from peacetalks.evidence.errors import EvidenceError, suggestion
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.names import named
from peacetalks.evidence.rates import class_weight
from peacetalks.evidence.survival import incidence

Method = Literal["class", "regression"]
Where = CaseFilter | Mapping[str, object] | Sequence[str] | str | None
SOURCE = "UCDP Conflict Termination Dataset 3-2021; UCDP/PRIO Armed Conflict Dataset 25.1"
DEFINITIONS = {
    "class": "What UCDP conflict episodes of the class became, mixed with all episodes of its scope; months count from "
             "the age that the class has reached",
    "regression": "Cause-specific Cox models of how UCDP conflict episodes of the scope ended, ridge-penalised, for the "
                  "traits of the class; months count from the age that the class has reached",
}


@dataclass(frozen=True)
class OutsideForecast:
    """Probabilities of labels and ends at some months; NaN where the record cannot speak (`silent` says why)."""

    reference_class: str
    as_of: date | None
    horizons_months: tuple[int, ...]
    labels: tuple[str, ...]
    ends: tuple[str, ...]
    probability: NDArray[np.float64]  # [horizon, label]
    low: NDArray[np.float64]  # [horizon, label] 95 %
    high: NDArray[np.float64]  # [horizon, label] 95 %
    end_probability: NDArray[np.float64]  # [horizon, end]
    end_low: NDArray[np.float64]  # [horizon, end] 95 %
    end_high: NDArray[np.float64]  # [horizon, end] 95 %
    n: int  # cases of the class
    weight: float  # of the class's own cases against its scope's; 1 for the regression
    definition: str
    source: str
    draws: int
    seed: int
    n_scope: int = 0  # cases of the scope (parent class)
    method: str = "class"
    spoken: dict[str, str] = field(default_factory=lambda: dict(SPOKEN))  # label -> what it is in the record
    silent: dict[str, str] = field(default_factory=lambda: dict(SILENT))  # label -> why the record cannot say
    hazard_ratios: dict[str, dict[str, float]] = field(default_factory=dict)  # regression: ending -> trait -> ratio

    def to_dataset(self) -> xr.Dataset:
        """Return (period, end) and (period, outcome) arrays with intervals; `period` in months, the rest in `attrs`.

        >>> outside_forecast("war_type=interstate", [12], draws=5).to_dataset()["ends"].dims
        ('period', 'end')
        """
        ends, labels = ("period", "end"), ("period", "outcome")
        data = {"ends": (ends, self.end_probability), "ends_low": (ends, self.end_low), "ends_high": (ends, self.end_high),
                "outcomes": (labels, self.probability), "outcomes_low": (labels, self.low), "outcomes_high": (labels, self.high)}
        about = {"n": self.n, "n_scope": self.n_scope, "weight": self.weight, "method": self.method,
                 "reference_class": self.reference_class, "as_of": self.as_of.isoformat() if self.as_of else "",
                 "definition": self.definition, "source": self.source, "silent": list(self.silent)}
        where = {"period": list(self.horizons_months), "end": list(self.ends), "outcome": list(self.labels)}
        return xr.Dataset(data, where, about)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        def plain(a: NDArray) -> list[list[float | None]]:
            return [[None if np.isnan(v) else float(v) for v in row] for row in a]

        out: dict[str, Any] = {k: plain(v) if isinstance(v, np.ndarray) else v for k, v in self.__dict__.items()}
        out["as_of"] = self.as_of.isoformat() if self.as_of else None
        return out


@dataclass(frozen=True)
class _Record:
    """The cases of a scope (`whole`) and of the class (`own`), each on its own clock, with times and causes."""

    whole: pl.DataFrame
    own: pl.DataFrame
    chosen: CaseFilter
    months: tuple[int, ...]
    today: date  # the date of the forecast, else the last day of follow-up

    def resampled(self, rng: np.random.Generator) -> _Record:
        """Return the record with clusters drawn anew, alike in both."""
        names = pl.concat([self.whole["cluster"], self.own["cluster"]]).unique().sort()
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        count = pl.DataFrame({"cluster": names, "times": times})
        whole, own = (f.join(count, on="cluster", how="left", maintain_order="left").select(
            pl.exclude("times").repeat_by("times").explode()) if f.height else f for f in (self.whole, self.own))
        drop = [f.filter(pl.col("id").is_not_null()) for f in (whole, own)]
        return _Record(drop[0], drop[1], self.chosen, self.months, self.today)


def reference_class(where: Where) -> CaseFilter:
    """Return the class of episodes that a text, a mapping or a scenario's list of names describes."""
    if isinstance(where, Sequence) and not isinstance(where, str):
        return named("episodes", where)
    return CaseFilter.parse("episodes", where)


def outside_forecast(reference_class: Where, horizons_months: Sequence[int], as_of: date | str | None = None,
                     draws: int = 200, seed: int = 7, method: Method = "class") -> OutsideForecast:
    """Return what conflict episodes of a class became, at months counted from the age that the class has reached.

    `reference_class` is a class of episodes, such as ``war_type=interstate, reached=3y``, or a scenario's
    `reference_classes`, such as ``["interstate", "territory", "reached=3y"]``. With `as_of` nothing known later is used.
    Raises `EvidenceError` for months below 1, an unknown covariate, name or method, or a scope without cases.

    >>> f = outside_forecast(["interstate"], [12, 24], draws=20)
    >>> f.end_probability.sum(axis=1).round(6).tolist()
    [1.0, 1.0]
    """
    record, known_on = _record(reference_class, horizons_months, as_of)
    if method not in DEFINITIONS:
        raise EvidenceError(f"no method is called {method!r}. {suggestion(str(method), list(DEFINITIONS))}")
    rng = np.random.default_rng(seed)
    if method == "class":
        event = parse("conflict ends within 1 year").event
        weight = class_weight(event, record.chosen, int(max(record.months) * MONTH), known_on) if record.own.height else 0.0
        point = _by_class(record, weight)
        runs, ratios = [_by_class(record.resampled(rng), weight) for _ in range(draws)], {}
    else:
        weight = 1.0
        point, runs, ratios = _by_regression(record, draws, rng)
    low, high = _interval(np.stack(runs) if runs else point[None])
    k = len(LABELS)
    return OutsideForecast(
        str(record.chosen), known_on, record.months, LABELS, ENDS, point[:, :k], low[:, :k], high[:, :k], point[:, k:],
        low[:, k:], high[:, k:], record.own.height, weight, DEFINITIONS[method], SOURCE, draws, seed, record.whole.height,
        method, hazard_ratios=ratios)


def _record(where: Where, horizons_months: Sequence[int], as_of: date | str | None) -> tuple[_Record, date | None]:
    months = tuple(int(m) for m in horizons_months)
    if not months or min(months) <= 0:
        raise EvidenceError(f"horizons_months is {list(horizons_months)}: give months of 1 or more, such as [6, 12].")
    known_on, chosen = day(as_of), reference_class(where)
    frame = prepared("episodes", known_on)
    own = crosswalk.timed(chosen.apply(frame), known_on)
    whole = crosswalk.timed(chosen.parent.apply(frame), known_on)
    if not whole.height:
        raise EvidenceError(f"no episode is in the class '{chosen}' as of {known_on or 'now'}: drop a condition.")
    return _Record(whole, own, chosen, months, known_on or EPISODES_TO), known_on


def _curve(frame: pl.DataFrame, days: NDArray[np.float64]) -> NDArray[np.float64]:
    return incidence(frame["t"].to_numpy(), frame["k"].to_numpy(), days, causes=len(CAUSES), spread=False).probability


def _by_class(record: _Record, weight: float) -> NDArray[np.float64]:
    """Return [month, label + end]: the class's curve mixed with its scope's."""
    days = crosswalk.grid(record.months)
    back = crosswalk.returns(record.whole, days)
    whole = crosswalk.labels_at(_curve(record.whole, days), back, record.months)
    if not record.own.height:
        return whole
    own = crosswalk.labels_at(_curve(record.own, days), back, record.months)
    return np.where(np.isnan(own), whole, weight * own + (1 - weight) * whole)


def _regressed(record: _Record) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cases to fit on, and those to average over: the class's, else all with the class's traits put in.

    The era of those averaged over is set to that of the forecast.
    """
    fitted, cases = regression.described(record.whole), regression.described(record.own)
    if cases.height:
        return fitted, cases.with_columns(start=pl.lit(record.today))
    traits = {c.column: c.value for c in record.chosen.conditions if c.sign == "="}
    typed = [pl.lit(v).cast(fitted.schema[c]).alias(c) for c, v in traits.items() if c in fitted.columns]
    return fitted, fitted.with_columns(*typed, start=pl.lit(record.today))


def _by_regression(record: _Record, draws: int,
                   rng: np.random.Generator) -> tuple[NDArray[np.float64], list[NDArray], dict[str, dict[str, float]]]:
    """Return [month, label + end], the same in each draw, and the hazard ratios."""
    fitted, cases = _regressed(record)
    model, days = regression.fit(fitted), crosswalk.grid(record.months)
    back = crosswalk.returns(record.whole, days)
    x = model.standardised(cases)
    point = crosswalk.labels_at(regression.curves(model, x, days), back, record.months)
    names, place = np.unique(np.concatenate([fitted["cluster"].to_numpy(), cases["cluster"].to_numpy()]).astype(str),
                             return_inverse=True)
    runs = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, names.size, names.size), minlength=names.size).astype(float)[place]
        share = times[fitted.height:] if times[fitted.height:].sum() > 0 else None
        curve = regression.curves(model, x, days, regression.draw(model, rng), times[: fitted.height], share)
        runs.append(crosswalk.labels_at(curve, back, record.months))
    return point, runs, model.ratios()


def _interval(stack: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % percentiles [month, label + end] over draws; NaN where a draw is not known."""
    known = ~np.isnan(stack).any(axis=0)
    low, high = np.quantile(np.nan_to_num(stack), [0.025, 0.975], axis=0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)

"""The outside view on the inside view's labels: what episodes of a reference class became, by month.

What each label means in the record, and where the record is silent, is the `crosswalk`. Two methods:

==========  ==========================================================================================
class       the class's own competing-risk curve, mixed with its parent's, weight n/(n + kappa) (`shrink`, on
            "conflict ends" at the last month)
regression  cause-specific Cox models on all cases of the class's scope, averaged over the class (`regression`)
==========  ==========================================================================================

Few cases never give certainty: both methods are mixed with one cluster's worth of knowing nothing (a third for each
end), weight 1/(C + 1) with C clusters (states) in the scope. This is a Dirichlet-process posterior (Ferguson 1973): each
draw takes that weight from Beta(1, C) and what is not known from Dirichlet(1/3, 1/3, 1/3). No probability is 0.

In the regression the era is that of the forecast's date. A class without a case of its own gets weight 0 (class) or
its conditions as covariates (regression). Intervals are 95 % percentiles over draws that resample clusters (states),
seeded; kappa and tau are held fixed. Where no case of the class (or every one) had come to a label, its draws do not
vary: the class interval is then no narrower than that of the beta posterior for 0 (or all) of its n clusters,
Beta(kappa p0, kappa (1 - p0) + n) with p0 the rate of the scope; than Jeffreys' for all clusters of the scope where the
scope had not seen it either. The chance of return after a settlement is that of the scope.

In a walk-forward trial (`trial.csv`) the regression beat the curve of all past episodes by 9 % of its Brier score, the
class curve did not: prefer `regression` where a class has few cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl
import xarray as xr

from peacetalks.errors import EmptyClass, EvidenceError, suggestion
from peacetalks.evidence import crosswalk, regression
from peacetalks.evidence.casebook import EPISODES_TO
from peacetalks.evidence.classes import CaseFilter, Where, day, prepared
from peacetalks.evidence.crosswalk import MONTH, SILENT, SPOKEN, Times
from peacetalks.evidence.grammar import parse
from peacetalks.evidence.rates import class_weight
from peacetalks.evidence.shrink import posterior
from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

Method = Literal["class", "regression"]
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
    clusters: int = 0  # states in the scope
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
        data = {
            "ends": (ends, self.end_probability),
            "ends_low": (ends, self.end_low),
            "ends_high": (ends, self.end_high),
            "outcomes": (labels, self.probability),
            "outcomes_low": (labels, self.low),
            "outcomes_high": (labels, self.high),
        }
        about = {
            "n": self.n,
            "n_scope": self.n_scope,
            "weight": self.weight,
            "method": self.method,
            "reference_class": self.reference_class,
            "as_of": self.as_of.isoformat() if self.as_of else "",
            "definition": self.definition,
            "source": self.source,
            "silent": list(self.silent),
        }
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

    def resample(self, rng: np.random.Generator, draws: int, *parts: pl.DataFrame) -> Iterator[list[NDArray[np.int64]]]:
        """Yield, per draw of clusters, how often each case of each part is drawn."""
        labels = [p["cluster"].to_numpy().astype(str) for p in parts]
        names, place = np.unique(np.concatenate(labels), return_inverse=True)
        cuts = np.cumsum([v.size for v in labels])[:-1]
        for _ in range(draws):
            times = np.bincount(rng.integers(0, names.size, names.size), minlength=names.size)
            yield np.split(times[place], cuts)


def outside_forecast(
    reference_class: Where,
    horizons_months: Sequence[int],
    as_of: date | str | None = None,
    draws: int = 200,
    seed: int = 7,
    method: Method = "class",
) -> OutsideForecast:
    """Return what conflict episodes of a class became, at months counted from the age that the class has reached.

    `reference_class` is one class of episodes, such as ``war_type=interstate, reached=3y`` or a list of names and
    conditions that narrow it, such as ``["interstate", "territory", "reached=3y"]`` (`names`). With `as_of` nothing known
    later is used.
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
        weight = (
            class_weight(event, record.chosen, int(max(record.months) * MONTH), known_on) if record.own.height else 0.0
        )
        whole, own = Times.of(record.whole), Times.of(record.own)
        point, ratios = _by_class(whole, own, record.months, weight), {}
        runs = [
            _by_class(whole.repeated(w), own.repeated(o), record.months, weight)
            for w, o in record.resample(rng, draws, record.whole, record.own)
        ]
    else:
        weight = 1.0
        point, runs, ratios = _by_regression(record, draws, rng)
    clusters = record.whole["cluster"].n_unique()
    point, runs = (
        _humbled(point, 1 / (clusters + 1), np.full(3, 1 / 3)),
        [_humbled(run, rng.beta(1, clusters), rng.dirichlet(np.full(3, 1 / 3))) for run in runs],
    )
    low, high = _interval(np.stack(runs) if runs else point[None])
    if method == "class" and weight > 0:
        low, high = _unseen(low, high, record, weight)
    k = len(LABELS)
    return OutsideForecast(
        str(record.chosen),
        known_on,
        record.months,
        tuple(LABELS),
        tuple(ENDS),
        point[:, :k],
        low[:, :k],
        high[:, :k],
        point[:, k:],
        low[:, k:],
        high[:, k:],
        record.own.height,
        weight,
        DEFINITIONS[method],
        SOURCE,
        draws,
        seed,
        record.whole.height,
        clusters,
        method,
        hazard_ratios=ratios,
    )


def _record(where: Where, horizons_months: Sequence[int], as_of: date | str | None) -> tuple[_Record, date | None]:
    months = tuple(int(m) for m in horizons_months)
    if not months or min(months) <= 0:
        raise EvidenceError(f"horizons_months is {list(horizons_months)}: give months of 1 or more, such as [6, 12].")
    known_on, chosen = day(as_of), CaseFilter.parse("episodes", where)
    frame = prepared("episodes", known_on)
    own = crosswalk.timed(chosen.apply(frame), known_on)
    whole = crosswalk.timed(chosen.parent.apply(frame), known_on)
    if not whole.height:
        raise EmptyClass(f"no episode is in the class '{chosen}' as of {known_on or 'now'}: drop a condition.")
    return _Record(whole, own, chosen, months, known_on or EPISODES_TO), known_on


def _by_class(whole: Times, own: Times, months: tuple[int, ...], weight: float) -> NDArray[np.float64]:
    """Return [month, label + end]: the class's curve mixed with its scope's."""
    days = crosswalk.grid(months)
    back = whole.returns(days)
    every = crosswalk.labels_at(whole.curve(days), back, months)
    if not own.t.size:
        return every
    mine = crosswalk.labels_at(own.curve(days), back, months)
    return np.where(np.isnan(mine), every, weight * mine + (1 - weight) * every)


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


def _by_regression(
    record: _Record, draws: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], list[NDArray], dict[str, dict[str, float]]]:
    """Return [month, label + end], the same in each draw, and the hazard ratios."""
    fitted, cases = _regressed(record)
    model, days = regression.fit(fitted), crosswalk.grid(record.months)
    times, x = Times.of(fitted), model.standardised(cases)
    point = crosswalk.labels_at(regression.curves(model, x, days), times.returns(days), record.months)
    runs = []
    for drawn, share in record.resample(rng, draws, fitted, cases):
        part = share.astype(float) if share.any() else None
        curve = regression.curves(model, x, days, regression.draw(model, rng), drawn.astype(float), part)
        runs.append(crosswalk.labels_at(curve, times.repeated(drawn).returns(days), record.months))
    return point, runs, model.ratios()


def _humbled(table: NDArray[np.float64], share: float, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [month, label + end] mixed with a `share` of chances of the three `ends`, even among spoken labels of each."""
    peace, nowhere, more = ends
    nothing = np.array(
        [peace / 2, peace / 2, np.nan, np.nan, more / 3, more / 3, np.nan, more / 3, peace, nowhere, more]
    )
    return (1 - share) * table + share * nothing


def _unseen(
    low: NDArray[np.float64], high: NDArray[np.float64], record: _Record, weight: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Widen the interval [month, label + end] to that of the beta posterior where the class saw nothing, or nothing else.

    Resampling cases of which none (or all) came to a label never varies; see the module.
    """
    days, whole, own = crosswalk.grid(record.months), Times.of(record.whole), Times.of(record.own)
    back = whole.returns(days)
    every, mine = (crosswalk.labels_at(t.curve(days), back, record.months) for t in (whole, own))
    n, clusters = (part["cluster"].n_unique() for part in (record.own, record.whole))
    low, high = low.copy(), high.copy()
    for i, j in zip(*np.nonzero((mine < 1e-12) | (mine > 1 - 1e-12)), strict=True):
        p, parent = float(mine[i, j] > 0.5), float(every[i, j])
        seen = weight < 1 and 1e-12 < parent < 1 - 1e-12
        _, least, most = posterior(p, n, parent, n * (1 - weight) / weight) if seen else posterior(p, clusters)
        low[i, j], high[i, j] = min(low[i, j], least), max(high[i, j], most)
    return low, high


def _interval(stack: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 95 % percentiles [month, label + end] over draws; NaN where a draw is not known."""
    known = ~np.isnan(stack).any(axis=0)
    low, high = np.quantile(np.nan_to_num(stack), [0.025, 0.975], axis=0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)

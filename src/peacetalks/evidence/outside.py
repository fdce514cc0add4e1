"""The outside view on the inside view's labels: what episodes of a reference class became, by month.

The `crosswalk` defines each label in terms of the data, and lists those that are not coded. There are two methods:

==========  ==========================================================================================
class       the class's own competing-risk curve, mixed with its parent's, weight n/(n + kappa) (`shrink`, on
            "conflict ends" at the last month)
regression  cause-specific Cox models on all cases of the class's scope, averaged over the class (`regression`)
==========  ==========================================================================================

Few cases never give certainty: both methods are mixed with ignorance worth one cluster (a third for each outcome
class), weight 1/(C + 1) with C clusters (states) in the scope. This is a Dirichlet-process posterior (Ferguson 1973):
each draw takes that weight from Beta(1, C) and the probabilities under ignorance from Dirichlet(1/3, 1/3, 1/3). No
probability is 0.

In the regression the era is that of the forecast's date. A class without a case of its own gets weight 0 (class) or
its conditions as covariates (regression). Intervals are 95 % percentiles over draws that resample clusters (states),
seeded; kappa and tau are held fixed. Where no case of the class (or every one) had come to a label, its draws do not
vary. The interval of the class method is then no narrower than that of the beta posterior for 0 (or all) of its n
clusters, Beta(kappa p0, kappa (1 - p0) + n) with p0 the rate of the scope; nor, where no case of the scope had come to
the label either, than Jeffreys' interval for all clusters of the scope. The chance of return after a settlement is that
of the scope.

In a walk-forward trial (`trial.csv`) the regression improved on the curve of all past episodes by 7 to 9 % of its
Brier score, the class curve did not: `regression` is to be preferred where a class has few cases.

References
----------
Ferguson (1973), Annals of Statistics 1, 209-230.
Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.evidence import outside_methods as methods
from peacetalks.evidence.composition import coverage
from peacetalks.evidence.crosswalk import LABEL_DEFINITIONS, NOT_CODED
from peacetalks.evidence.outside_composition import outside_composition
from peacetalks.evidence.plain import plain
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.text_files import clip, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Floats
    from peacetalks.evidence.classes import Where
    from peacetalks.evidence.composition import Coverage
    from peacetalks.evidence.outside_composition import OutsideComposition

Method = Literal["class", "regression"]
SOURCE = "UCDP Conflict Termination Dataset 3-2021; UCDP/PRIO Armed Conflict Dataset 25.1"
DEFINITIONS = {
    "class": "What UCDP conflict episodes of the class became, mixed with all episodes of its scope; months count from "
    "the age that the class has reached",
    "regression": "Cause-specific Cox models of how UCDP conflict episodes of the scope ended, ridge-penalised, for "
    "the traits of the class; months count from the age that the class has reached",
}


@dataclass(frozen=True, repr=False)
class OutsideForecast:
    """Probabilities of labels and outcome classes at some months; NaN where the data set does not code them."""

    reference_class: str
    as_of: date | None
    horizons_months: tuple[int, ...]
    labels: tuple[str, ...]
    ends: tuple[str, ...]
    probability: Floats  # [horizon, label]
    low: Floats  # [horizon, label] 95 %
    high: Floats  # [horizon, label] 95 %
    end_probability: Floats  # [horizon, class]
    end_low: Floats  # [horizon, class] 95 %
    end_high: Floats  # [horizon, class] 95 %
    n: int  # cases of the class
    weight: float  # of the class's own cases against its scope's; 1 for the regression
    definition: str
    source: str
    draws: int
    seed: int
    n_scope: int = 0  # cases of the scope (parent class)
    clusters: int = 0  # states in the scope
    method: str = "class"
    spoken: dict[str, str] = field(default_factory=lambda: dict(LABEL_DEFINITIONS))  # label -> what it is in the data
    silent: dict[str, str] = field(default_factory=lambda: dict(NOT_CODED))  # label -> why the data cannot give it
    hazard_ratios: dict[str, dict[str, float]] = field(default_factory=dict)  # regression: ending -> trait -> ratio
    made_of: OutsideComposition | None = None  # the cases of the class and of its scope, before any mixing
    coverage: tuple[Coverage, ...] = ()  # where each dataset ends
    states: int = 0  # states among the cases of the class itself

    def __repr__(self) -> str:
        """Return the class, and the outcome classes at the last month, in two lines."""
        at = ", ".join(f"{end} {p:.0%}" for end, p in zip(self.ends, self.end_probability[-1], strict=True))
        first = clip(f"OutsideForecast {self.reference_class}: n = {self.n}, as of {self.as_of or 'today'}")
        return f"{first}\n  within {self.horizons_months[-1]} months: {at}"

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
        return plain(self)


def outside_forecast(
    reference_class: Where,
    horizons_months: Sequence[int],
    as_of: date | str | None = None,
    draws: int = 200,
    seed: int = 7,
    method: Method = "class",
) -> OutsideForecast:
    """Return what conflict episodes of a reference class became, by month.

    Parameters
    ----------
    reference_class
        One class of episodes, such as ``"war_type=interstate, reached=3y"``, or a list of names and conditions that
        narrow it, such as ``["interstate", "territory", "reached=3y"]`` (`names`); None for all episodes.
    horizons_months
        Months, 1 or more, counted from the age that the class has reached.
    as_of
        A date or ISO text; nothing dated later, or codable only later, is used. None uses all that is recorded.
    draws, seed
        Of the bootstrap over states behind the intervals.
    method
        "class" or "regression" (see the module).

    Returns
    -------
    OutsideForecast
        Probabilities with 95 % intervals. The outcome classes sum to 1 at each month.

    Raises
    ------
    EvidenceError
        For months below 1, or an unknown covariate, name or method.
    EmptyClass
        For a class whose scope holds no case at the date.

    Examples
    --------
    >>> f = outside_forecast(["interstate"], [12, 24], draws=20)
    >>> f.end_probability.sum(axis=1).round(6).tolist()
    [1.0, 1.0]
    """
    given = methods.sample(reference_class, horizons_months, as_of)
    if method not in DEFINITIONS:
        raise EvidenceError(f"no method is called {shorten(method)}. {suggestion(str(method), list(DEFINITIONS))}")
    rng = np.random.default_rng(seed)
    weight, ratios = 1.0, {}
    if method == "class":
        weight = methods.own_weight(given)
        point, runs = methods.by_class(given, weight, draws, rng)
    else:
        point, runs, ratios = methods.by_regression(given, draws, rng)
    third = np.full(len(ENDS), 1 / 3)
    point = methods.with_ignorance(point, 1 / (given.clusters + 1), third)
    runs = [methods.with_ignorance(run, rng.beta(1, given.clusters), rng.dirichlet(third)) for run in runs]
    low, high = methods.interval(np.stack(runs) if runs else point[None])
    if method == "class" and weight > 0:
        low, high = methods.widened(low, high, given, weight)
    return _forecast(given, method, (point, low, high), weight=weight, hazard_ratios=ratios, draws=draws, seed=seed)


def _forecast(
    given: methods.Sample, method: str, tables: tuple[NDArray, NDArray, NDArray], **rest: Any
) -> OutsideForecast:
    """Return the forecast of `tables`: point, low and high [month, label + class]."""
    (point, end_point), (low, end_low), (high, end_high) = (np.split(a, [len(LABELS)], axis=1) for a in tables)
    return OutsideForecast(
        reference_class=str(given.chosen),
        as_of=given.as_of,
        horizons_months=given.months,
        labels=tuple(LABELS),
        ends=tuple(ENDS),
        probability=point,
        low=low,
        high=high,
        end_probability=end_point,
        end_low=end_low,
        end_high=end_high,
        n=given.own.height,
        definition=DEFINITIONS[method],
        source=SOURCE,
        n_scope=given.whole.height,
        clusters=given.clusters,
        method=method,
        made_of=outside_composition(given),
        coverage=coverage("episodes", given.as_of),
        states=given.states,
        **rest,
    )

"""The best estimate: the model's forecast and the historical record combined, with the weight known at the date.

The two are combined by a logarithmic opinion pool (`evidence.pool`; Genest and Zidek 1986).  Of the reference classes
the narrowest with an estimate (`RecordView`: at least `FEW` cases) is taken: the one with the most conditions, the
first named among equals, as when the weight was fitted.  Where no class has an estimate there is no best estimate, and
the reason is kept; the model's forecast never takes its place.

The weight was fitted on forecasts 12 and 24 months ahead and is used at every date.  How far it is unknown is shown by
`low` and `high`: the least and the most of the pool as the weight moves over its 95% interval, the sharpness kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.evidence.pool import Fit, card, pool, shipped
from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.record_view import FEW, RecordView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

RANGE_POINTS = 21  # weights at which the range is evaluated
NO_CLASS = "The scenario names no reference class: there is no record to combine the model's forecast with."
NO_CASES = (
    f"No reference class holds {FEW} cases followed so long: the record is insufficient, "
    "and only the model's own forecast is shown."
)


@dataclass(frozen=True)
class BestEstimate:
    """The outcome classes from model and record together; `ends` is None where there is none (`reason`)."""

    ends: xr.DataArray | None  # (period, end): probability; NaN at dates to which the record does not reach
    low: xr.DataArray | None  # (period, end): least over the weight's 95% interval
    high: xr.DataArray | None  # (period, end): most over it
    number: int | None  # which of the scenario's reference classes was used, from 1
    reference_class: str | None
    fit: Fit  # weight of the model, sharpness, and what they rest on
    card: dict[str, Any]  # how the weight was fitted, and its limits
    reason: str  # why there is none, else ""

    @property
    def months(self) -> tuple[int, ...]:
        """The dates of the estimate; none where there is no estimate."""
        return () if self.ends is None else tuple(int(m) for m in self.ends.period.values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        f, tables = self.fit, {"ends": self.ends, "low": self.low, "high": self.high}
        return {
            "reference_class": self.reference_class,
            "months": list(self.months),
            **{name: None if a is None else plain_columns(a) for name, a in tables.items()},
            "weight": f.weight,
            "weight_interval": [f.low, f.high],
            "sharpness": f.sharpness,
            "cases": f.effective_n,
            "identified": f.identified,
            "prior": f.prior.why,
            "fitted_on": self.card["fitted_on"],
            "method": self.card["method"],
            "limits": self.card["limits"],
            "reason": self.reason or None,
        }


def best_estimate(ends: xr.DataArray, record: Sequence[RecordView], as_of: date) -> BestEstimate:
    """Return the logarithmic pool of the model's forecast and the narrowest record view that has an estimate.

    Parameters
    ----------
    ends : DataArray
        The model's forecast (period, end).
    record : sequence of RecordView
        In the order of the scenario's reference classes.
    as_of : date
        Weight and sharpness are those fitted on cases whose outcome was known then, else the declared judgement.

    References
    ----------
    Genest, C., and J. V. Zidek (1986). Combining probability distributions: a critique and an annotated bibliography.
    *Statistical Science* 1, 114-135.

    Ranjan, R., and T. Gneiting (2010). Combining probability forecasts. *Journal of the Royal Statistical Society B*
    72, 71-91.
    """
    fit = shipped(as_of)
    tables = [(number, view, view.table()) for number, view in enumerate(record, 1)]
    known = [(number, view, a) for number, view, a in tables if a is not None and bool(np.isfinite(a).any())]
    if not known:
        return BestEstimate(None, None, None, None, None, fit, card(), NO_CASES if record else NO_CLASS)
    number, view, past = max(known, key=lambda item: item[1].conditions)  # of equals the first
    weights = (fit.weight, *np.linspace(fit.low, fit.high, RANGE_POINTS))
    moved = xr.concat([pool(ends, past, w, fit.sharpness) for w in weights], dim="weight")
    found = pool(ends, past, as_of=as_of)
    low, high = moved.min("weight"), moved.max("weight")
    return BestEstimate(found, low, high, number, view.reference_class, fit, card(), "")

"""The pooled view of a scenario: its inside and its outside view made one (`pool`), with the weight known at its date.

The outside view that is pooled is that of the narrowest reference class which can speak (`OutsideView`: at least `FEW`
cases): the one with the most conditions, the first named among equals. So it was when the weight was fitted. Where no class
can speak there is no pooled view, and the reason is kept; it is never the inside view under another name.

The weight was fitted on forecasts 12 and 24 months ahead and is used at every date. How far it is unknown is shown by
`low` and `high`: the least and the most that the pool gives as the weight moves over its 95% interval, the sharpness kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.evidence.pool import Fit, card, pool, shipped
from peacetalks.forecasting.record_view import FEW, OutsideView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

STEPS = 21  # weights at which the range is looked for
NO_CLASS = "The scenario names no reference class: there is nothing to pool the inside view with."
SILENT = (
    f"No reference class holds {FEW} cases followed so long: the record cannot speak and the inside view stands alone."
)


@dataclass(frozen=True)
class PooledView:
    """The three ends with both views taken together; `ends` is None where the record is silent (`reason`)."""

    ends: xr.DataArray | None  # (period, end): probability; NaN at dates of which the record does not speak
    low: xr.DataArray | None  # (period, end): least over the weight's 95% interval
    high: xr.DataArray | None  # (period, end): most over it
    number: int | None  # which of the scenario's reference classes was pooled, from 1
    reference_class: str | None
    fit: Fit  # weight of the inside view, sharpness, and what they rest on
    card: dict[str, Any]  # how the weight was fitted, and its limits
    reason: str  # why there is none, else ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; unknown is None."""
        f = self.fit
        return {
            "reference_class": self.reference_class,
            "months": [] if self.ends is None else self.ends.period.values.tolist(),
            **{k: _plain(a) for k, a in (("ends", self.ends), ("low", self.low), ("high", self.high))},
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


def pooled_view(ends: xr.DataArray, outside: Sequence[OutsideView], as_of: date) -> PooledView:
    """Return the pool of the inside view `ends` (period, end) with the narrowest outside view that can speak.

    Weight and sharpness are those fitted on cases whose outcome was known at `as_of`, else the declared judgement.
    """
    fit = shipped(as_of)
    tables = [(i, view, view.table()) for i, view in enumerate(outside)]
    speaking = [(i, view, a) for i, view, a in tables if a is not None and bool(np.isfinite(a).any())]
    if not speaking:
        return PooledView(None, None, None, None, None, fit, card(), SILENT if outside else NO_CLASS)
    i, view, record = max(speaking, key=lambda item: item[1].conditions)  # of equals the first
    every = np.linspace(fit.low, fit.high, STEPS)
    moved = xr.concat([pool(ends, record, w, fit.sharpness) for w in (fit.weight, *every)], dim="weight")
    found = pool(ends, record, as_of=as_of)
    return PooledView(found, moved.min("weight"), moved.max("weight"), i + 1, view.reference_class, fit, card(), "")


def _plain(a: xr.DataArray | None) -> dict[str, list[float | None]] | None:
    if a is None:
        return None
    return {str(e): [float(p) if np.isfinite(p) else None for p in a.sel(end=e).values] for e in a["end"].values}

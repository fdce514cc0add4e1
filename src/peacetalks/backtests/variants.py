"""Other ways to join record and model, tried on the conflict-years: shown, and none of them chosen.

========================================  =============================================================================
typical case (shipped)                    the record adjusted by the model's departure from the twin, in the middle of
                                          its class (`evidence.anchor`)
mean of the class                         the same with the mean of the model's forecasts over the conflict-years of
                                          the class in the last `YEARS` years in place of the twin's forecast; the
                                          class is kind and intensity, or kind, intensity and age
pool of record and model                  the logarithmic pool of record and calibrated model (`log_pool`)
========================================  =============================================================================

The twin stands at the medians of its class.  Where the model's forecast is skewed over the class, its mean is not that
of the twin, departures do not cancel, and the adjusted record is off in its level; the mean of the class shows how much
of a difference comes from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests import log_pool
from peacetalks.backtests.best_estimate import of_years, placed
from peacetalks.backtests.measures import Difference, difference
from peacetalks.backtests.scores import Bootstrap, each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peacetalks.backtests.conflict_year_arrays import ConflictYears
    from peacetalks.backtests.conflict_year_views import YearViews
    from peacetalks.evidence.arrays import Floats

YEARS = 10  # over which the mean of a class is taken
AGES = (1.0, 3.0, 8.0)  # years at which the age bands of a class begin
NAMES = {
    "class": "mean of the class (kind, intensity)",
    "class and age": "mean of the class (kind, intensity, age)",
    "pool": "pool of record and calibrated model",
}


@dataclass(frozen=True)
class Variant:
    """Mean score of a variant less that of the record on the conflict-years of a horizon."""

    name: str
    months: int
    brier: Difference
    rps: Difference


def variants(v: YearViews, bootstrap: Bootstrap) -> list[Variant]:
    """Return the variants at a horizon, each by walk-forward, on the rows that are scored."""
    rows, ok = v.rows, v.scored
    y = rows.outcome(v.months)[ok]
    record = each(v.views["record"][ok], y)
    out = []
    for name, p in _forecasts(v).items():
        mine = each(p[ok], y)
        found = (difference(mine[k], record[k], rows.cluster[ok], *bootstrap) for k in ("brier", "rps"))
        out.append(Variant(NAMES[name], v.months, *found))
    return out


def class_means(rows: ConflictYears, model: Floats, group: NDArray) -> Floats:
    """Return the mean forecast [row, class] of the model over the rows of the same group in the last `YEARS` years.

    >>> import polars as pl
    >>> from peacetalks.backtests.conflict_year_arrays import ConflictYears
    >>> rows = ConflictYears(pl.DataFrame({"year": [2000, 2001, 2001]}))
    >>> model = np.array([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]])
    >>> class_means(rows, model, np.array(["a", "a", "b"]))[:, 0].round(2).tolist()
    [0.2, 0.3, 0.9]
    """
    year = rows.frame["year"].to_numpy()
    out = np.full(model.shape, np.nan)
    for now in np.unique(year):
        lately = (year <= now) & (year > now - YEARS)
        for g in np.unique(group[year == now]):
            out[(year == now) & (group == g)] = model[lately & (group == g)].mean(axis=0)
    return out


def _forecasts(v: YearViews) -> dict[str, Floats]:
    """Return the forecasts [row, class] of each variant."""
    rows, every = v.rows, of_years(v)
    group = np.char.add(rows.frame["kind"].to_numpy().astype(str), rows.frame["intensity"].to_numpy().astype(str))
    aged = np.char.add(group, np.digitize(rows.frame["age"].to_numpy(), AGES).astype(str))
    whole = every.whole
    past, out = every.choose(whole), {}
    for name, key in (("class", group), ("class and age", aged)):
        out[name] = replace(past, typical=class_means(rows, every.model, key)[whole]).walk()[0]
    out["pool"] = log_pool.walk(past.model, past.record, past.outcome, past.made, past.known)[0]
    return {name: placed(p, whole) for name, p in out.items()}

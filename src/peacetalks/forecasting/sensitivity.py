"""Where an answer comes from: how much of what the ranges leave open is due to each number, alone and with others.

All numbers move over their ranges at once and independently (`axes.py`), through an emulator of the forecast
(`emulator.py`), whose error is in the intervals of the Sobol indices (`sobol.py`).  The typical case, the record and
its weight stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.forecasting.best_estimate import moved
from peacetalks.forecasting.emulator import probabilities
from peacetalks.forecasting.labels import known_by
from peacetalks.forecasting.settings import headline_month
from peacetalks.forecasting.sobol import ROWS, Share, sobol_indices
from peacetalks.outcomes import ENDS

if TYPE_CHECKING:
    from peacetalks.forecasting.emulator import Emulator

BEST, TERMS = "best", "terms"
TARGETS = (*ENDS, BEST, TERMS)
KNOWN, NOT_KNOWN = "can be known", "cannot be known"
DRAWS = 20  # of the function that is emulated
LEAST_EXPLAINED = 0.7  # of the variance over draws left out, below which nothing is ranked


@dataclass(frozen=True)
class Sensitivity:
    """Sobol indices of what is forecast, by target: the ends, the best estimate's peace, and the terms.

    The targets are `peace`, `nowhere` and `more_conflict` (the model alone, at `month`), `best` (peace, the best
    estimate), and `terms` (mean share of side 1 given a settlement by the last period).  A target that does not vary,
    or of which too little is known, is missing.
    """

    month: int
    numbers: dict[str, tuple[Share, ...]]  # target -> of every number, by its path
    mechanisms: dict[str, tuple[Share, ...]]  # target -> of the numbers of each table together, by its name
    knowable: dict[str, tuple[Share, ...]]  # target -> of those that an observer can know, and of the others
    explained: dict[str, float]  # target -> share of the variance over draws left out that the emulator predicts
    error: dict[str, float]  # target -> root mean square error of a draw left out
    settings: dict[str, Any]  # draws, seed, solved, unsolved, impossible, periods, belief_points, rows

    def unranked(self, target: str) -> str:
        """Return why the numbers cannot be ranked for a target at all; "" where they can, as far as `ranks` say."""
        if target not in self.explained:
            return "too few of the draws reach a settlement" if target == TERMS else "there is no such estimate"
        if (found := self.explained[target]) >= LEAST_EXPLAINED:
            return ""
        return (
            f"predicted from the other draws, {100 * max(found, 0.0):.0f}% of the variance is explained, and "
            f"{100 * LEAST_EXPLAINED:.0f}% is the least: more than {self.settings['draws']} draws are needed"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        groupings = {"numbers": self.numbers, "mechanisms": self.mechanisms, "knowable": self.knowable}
        return {
            "month": self.month,
            "targets": [
                {
                    "target": target,
                    "explained": self.explained.get(target),
                    "error": self.error.get(target),
                    "cannot_be_ranked": self.unranked(target) or None,
                    **{name: [_plain(s) for s in of.get(target, ())] for name, of in groupings.items()},
                }
                for target in TARGETS
            ],
            "settings": self.settings,
        }


def sensitivity_of(e: Emulator, seed: int, rows: int = ROWS) -> Sensitivity:
    """Return how much of what the ranges leave open comes from each number that is emulated.

    Parameters
    ----------
    e : Emulator
    seed : int
        Of the draws of the function that is emulated, of the sample and of its bootstrap.
    rows : int
        Base points of the sample, a power of two.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.forecasting.emulator import emulate
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 1})
    >>> o = pt.outlook(small, belief_points=2, certify=False)
    >>> found = sensitivity_of(emulate(o, ["talks.walk", "talks.accept"], draws=16), seed=1, rows=64)
    >>> sorted(s.name for s in found.numbers["peace"])
    ['talks.accept', 'talks.walk']
    """
    month = headline_month(e.months)
    work = partial(_outputs, e, month, seed)
    paths = e.paths
    groupings = (paths, [p.split(".", 1)[0] for p in paths], [KNOWN if known_by(p) else NOT_KNOWN for p in paths])
    numbers, mechanisms, knowable = (sobol_indices(work, groups, seed, rows) for groups in groupings)
    explained = {end: float(e.explained.sel(period=month, end=end)) for end in ENDS}
    error = {end: float(e.error.sel(period=month, end=end)) for end in ENDS}
    peace = next(iter(ENDS))
    if e.best_error is not None and e.best_explained is not None:
        explained[BEST] = float(e.best_explained.sel(period=month, end=peace))
        error[BEST] = float(e.best_error.sel(period=month, end=peace))
    if e.terms_error is not None and e.terms_explained is not None:
        explained[TERMS], error[TERMS] = e.terms_explained, e.terms_error
    known = {t: x for t, x in explained.items() if np.isfinite(x) and np.isfinite(error[t])}
    return Sensitivity(
        month, numbers, mechanisms, knowable, known, {t: error[t] for t in known}, {**e.settings, "rows": rows}
    )


def _outputs(e: Emulator, month: int, seed: int, shares: np.ndarray) -> dict[str, np.ndarray]:
    """Return every target [row, function] at inputs [row, axis]: what is predicted, and draws of what it may be.

    The functions are the same at every call.
    """
    rng = np.random.default_rng(seed)
    at = e.months.index(month)
    ratios = (gp.draws(shares, DRAWS, rng)[..., at] for gp in e.ratios)
    ends = probabilities(*ratios)
    out = {end: ends[..., i] for i, end in enumerate(ENDS)}
    table = xr.DataArray(ends[:, :, None], {"period": [month], "end": list(ENDS)}, ("row", "function", "period", "end"))
    best = moved(e.best, table)
    if best is not None and np.isfinite(best.values).all() and e.best.adjusted:
        out[BEST] = best.values[..., 0, 0]
    if e.terms is not None:
        out[TERMS] = 1 / (1 + np.exp(-e.terms.draws(shares, DRAWS, rng)[..., 0]))
    return out


def _plain(s: Share) -> dict[str, Any]:
    """Return a share as plain values."""
    return {
        "name": s.name,
        "first": s.first.value,
        "first_interval": [s.first.low, s.first.high],
        "total": s.total.value,
        "total_interval": [s.total.low, s.total.high],
        "ranks": list(s.ranks),
    }

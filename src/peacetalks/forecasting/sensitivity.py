"""Where an answer comes from: how much of what the ranges leave open is due to each number, alone and with others.

All numbers move over their ranges at once and independently (`axes.py`), through an emulator of the forecast
(`emulator.py`), whose error is in the intervals of the Sobol indices (`sobol.py`): that of the function between the
draws, and the share of the variance that is not predicted at draws kept out.  The typical case, the record and
its weight stay as they are.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from peacetalks.forecasting.best_estimate import moved
from peacetalks.forecasting.emulator import probabilities
from peacetalks.forecasting.labels import known_by
from peacetalks.forecasting.sensitivity_values import BEST, KNOWN, NOT_KNOWN, TERMS, Sensitivity
from peacetalks.forecasting.settings import headline_month
from peacetalks.forecasting.sobol import ROWS, sobol_indices, surely_explained, with_unexplained
from peacetalks.outcomes import ENDS, PEACE

if TYPE_CHECKING:
    from peacetalks.forecasting.emulator import Emulator

DRAWS = 20  # of the function that is emulated


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
    explained = {end: float(e.explained.sel(period=month, end=end)) for end in ENDS}
    error = {end: float(e.error.sel(period=month, end=end)) for end in ENDS}
    if e.best_error is not None and e.best_explained is not None:
        explained[BEST] = float(e.best_explained.sel(period=month, end=PEACE))
        error[BEST] = float(e.best_error.sel(period=month, end=PEACE))
    if e.terms_error is not None and e.terms_explained is not None:
        explained[TERMS], error[TERMS] = e.terms_explained, e.terms_error
    known = {t: x for t, x in explained.items() if np.isfinite(x) and np.isfinite(error[t])}
    surely = {t: surely_explained(x, e.settings["draws"]) for t, x in known.items()}
    numbers, mechanisms, knowable = (
        {t: with_unexplained(of, surely.get(t, 0.0)) for t, of in sobol_indices(work, groups, seed, rows).items()}
        for groups in groupings
    )
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

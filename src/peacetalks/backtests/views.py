r"""The views that are compared, each by walk-forward: at a date, only outcomes known before the quarter began.

=============  ========================================================================================
`climatology`  frequency of each label in all earlier occasions, plus half a case each (Krichevsky-Trofimov)
`no change`    persistence forecast: certain of the status quo (the truce holds, the war goes on, no text is signed)
`last value`   persistence forecast: certain of the latest known outcome in the same state or process;
               climatology if there is none
`outside`      frequency in the reference class, shrunk to climatology as in `evidence.shrink`
`own record`   the same with the state's (conflict's, process's) own earlier occasions as the class
`pooled`       logarithmic pool of outside and own record; weight and sharpness fitted to earlier forecasts
=============  ========================================================================================

A class of n occasions has an effective N of n/(design effect). Its frequencies get the weight :math:`n/(n+\kappa)`
against climatology, with the precision :math:`\kappa` of the classes known at that date (`evidence.shrink.precision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.backtests.log_pool import Fit, walk
from peacetalks.evidence.shrink import add_half, design_effect, precision

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peacetalks.backtests.occasions import Occasions
    from peacetalks.evidence.arrays import Bools, Floats, Ints

STATUS_QUO, LATEST = "no change", "last value"  # the persistence forecasts; these names are keys of the JSON output
VIEWS = ("climatology", STATUS_QUO, LATEST, "outside", "own record", "pooled")
BURN_IN = 30  # earlier occasions that must be known before a forecast is scored
EARLY = f"fewer than {BURN_IN} earlier occasions were known"


@dataclass(frozen=True)
class Forecasts:
    """The forecast of each view on each occasion; NaN rows where too little was known."""

    occasions: Occasions
    views: dict[str, Floats]  # view -> [row, label]
    fits: list[Fit]  # [row in `asked`] pool in use
    asked: Bools  # [row] enough was known to make a forecast
    reason: NDArray[np.str_]  # [row] why it is not scored, else ""

    @property
    def scored(self) -> Bools:
        """Rows that are scored."""
        return self.reason == ""


def forecast(o: Occasions) -> Forecasts:
    """Return the forecast of each view on each occasion, by walk-forward."""
    since = quarter(o.made)
    k = len(o.question.labels)
    event = 1 if o.question.binary else o.question.same
    out = {v: np.full((o.made.size, k), np.nan) for v in VIEWS}
    classes, clusters = (np.unique(v, return_inverse=True)[1] for v in (o.classes, o.cluster))
    for day in np.unique(since):
        now = np.flatnonzero(since == day)
        past = np.flatnonzero((o.known < day) & (o.outcome >= 0))
        if past.size < BURN_IN:
            continue
        y = o.outcome[past]
        base = add_half(np.bincount(y, minlength=k))
        out["climatology"][now] = base
        out[STATUS_QUO][now] = np.eye(k)[o.question.same]
        out[LATEST][now] = _latest(o, past, now, base)
        out["outside"][now] = shrunk(classes[past], o.cluster[past], y, classes[now], base, event)
        out["own record"][now] = shrunk(clusters[past], None, y, clusters[now], base, event)
    asked = np.isfinite(out["climatology"][:, 0])
    outcome, known = o.outcome[asked], o.known[asked]
    out["pooled"][asked], fits = walk(out["outside"][asked], out["own record"][asked], outcome, since[asked], known)
    reason = np.where((o.reason == "") & ~asked, EARLY, o.reason)
    return Forecasts(o, out, fits, asked, reason)


def quarter(days: Ints) -> Ints:
    """Return the first day of the quarter of each day (days since 1 January 1970)."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (months - months % 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def shrunk(group: Ints, cluster: NDArray | None, y: Ints, asked: Ints, base: Floats, event: int) -> Floats:
    """Return the frequencies of labels in some groups, shrunk to `base` by empirical Bayes on the label `event`.

    Parameters
    ----------
    group, y : ndarray, shape (past,)
        Group and label of each earlier occasion.
    cluster : ndarray, shape (past,), or None
        Clusters of like occasions; None counts each occasion fully.
    asked : ndarray, shape (asked,)
        Groups to return; one without an earlier occasion gets `base`.
    base : ndarray, shape (label,)
        Frequencies in all earlier occasions.
    event
        Number of the label whose frequencies determine the precision.

    Returns
    -------
    ndarray, shape (asked, label)
    """
    known = np.unique(group)
    count = np.array([np.bincount(y[group == g], minlength=base.size) for g in known], float)
    n = count.sum(axis=1)
    whole = float(y.size)
    if cluster is not None:
        hit = (y == event).astype(float)
        n = n / [design_effect(hit[group == g], cluster[group == g]) for g in known]
        whole /= design_effect(hit, cluster)
    share = count / count.sum(axis=1, keepdims=True)
    kappa = precision(share[:, event] * n, n, float(base[event]), whole)
    weight = (n / (n + kappa))[:, None]
    mixed = weight * share + (1 - weight) * base
    place = np.searchsorted(known, asked)
    found = (place < known.size) & (known[np.minimum(place, known.size - 1)] == asked)
    return np.where(found[:, None], mixed[np.minimum(place, known.size - 1)], base)


def _latest(o: Occasions, past: Ints, now: Ints, base: Floats) -> Floats:
    """Return certainty [now, label] of the latest known outcome of the same cluster; `base` where there is none."""
    order = past[np.lexsort((o.made[past], o.known[past]))]
    latest = dict(zip(o.cluster[order].tolist(), o.outcome[order].tolist(), strict=True))
    sure = np.eye(base.size)
    return np.array([sure[latest[c]] if c in latest else base for c in o.cluster[now].tolist()])

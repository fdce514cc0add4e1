r"""The walk-forward trial of the two methods of the outside view against climatology, on conflict episodes.

On 1 January of 1975, 1985, 1995, 2005 and 2015 both are fitted to what was known on that day, and forecast the
episodes that began in the ten years after, each by its own traits at its start (class: the kind of war and what it is
about; the era is that of the date of the forecast). The outcome is the state at each month: peace, nowhere or more
conflict (`crosswalk`); a case whose state is not known by then is left out. The score is the multi-category Brier score
:math:`\sum_e (p_e-o_e)^2` (0 to 2). Climatology is the curve of all past episodes. Skill is
:math:`1-\bar B/\bar B_{\text{climatology}}`, with a 95 % interval from a bootstrap over states that draws the same
states for both.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence import crosswalk, regression
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.bootstrap import draw_counts
from peacetalks.evidence.case_tables import EPISODES_TO
from peacetalks.evidence.classes import with_intensity
from peacetalks.evidence.crosswalk import Times
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.endings import outcome_class, returned_on
from peacetalks.evidence.shrink import precision
from peacetalks.outcomes import ENDS, LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Floats

YEARS, STEP = range(1975, 2016, 10), 10
MONTHS = (12, 24, 60)
DRAWS, SEED = 1000, 11
GROUPS = ("war_type", "incompatibility")
TRIAL_COLUMNS = ["method", "months", "n", "brier", "skill", "low", "high"]
METHODS = ("climatology", "class", "regression")


def trial_rows(episodes: pl.DataFrame) -> list[dict]:
    """Return every row of `trial.csv` from the case table of episodes."""
    scores, clusters = scored(episodes)
    rows = []
    for j, months in enumerate(MONTHS):
        known = ~np.isnan(scores[:, 0, j])
        brier, places = scores[known, :, j], clusters[known]
        low, high = _skill_interval(brier, places)
        for i, method in enumerate(METHODS):
            rows.append(
                {
                    "method": method,
                    "months": months,
                    "n": int(known.sum()),
                    "brier": round(float(brier[:, i].mean()), 3),
                    "skill": round(float(1 - brier[:, i].mean() / brier[:, 0].mean()), 3),
                    "low": round(low[i], 3),
                    "high": round(high[i], 3),
                }
            )
    return rows


def scored(episodes: pl.DataFrame) -> tuple[Floats, NDArray]:
    """Return Brier scores [case, method, month] (NaN where the state is not known) and clusters [case]."""
    scores, clusters = [], []
    for year in YEARS:
        cut = date(year, 1, 1)
        past = crosswalk.timed(with_intensity(known_at(episodes, cut)), cut)
        new = with_intensity(episodes).filter(pl.col("start") >= cut, pl.col("start") < date(year + STEP, 1, 1))
        if not new.height:
            continue
        given = np.stack([_climatology(past, new), _class(past, new), _regression(past, new, cut)], axis=1)
        truth = states(new)[:, None]
        scores.append(((given - truth) ** 2).sum(axis=-1))
        clusters.append(new["cluster"].to_numpy())
    return np.concatenate(scores), np.concatenate(clusters).astype(str)


def states(episodes: pl.DataFrame) -> Floats:
    """Return the outcome class of each episode at each month [case, month, class] as 0 and 1; NaN where unknown."""
    out = np.full((episodes.height, len(MONTHS), len(ENDS)), np.nan)
    for i, case in enumerate(episodes.iter_rows(named=True)):
        for j, months in enumerate(MONTHS):
            end = _state(case, months * DAYS_PER_MONTH)
            if end is not None:
                out[i, j] = np.arange(len(ENDS)) == list(ENDS).index(end)
    return out


def _state(case: dict, days: float) -> str | None:
    """Return the outcome class of a case so many days after its start; None where it is not known."""
    start, over = case["start"], case["end"]
    until = over or case["seen"]
    if until is None:
        return None
    if (until - start).days > days:
        return "nowhere"
    if over is None or case["ending"] is None:
        return None if (EPISODES_TO - start).days < days or over is not None else "nowhere"
    back = returned_on(over, case["resumed"])
    return outcome_class(case["ending"], returned=back is not None and (back - start).days <= days)


def _ends(curve: Floats, back: list[Floats]) -> Floats:
    """Return [month, class] of a curve, of which the last known value is carried forward."""
    filled = pl.DataFrame(curve).with_columns(pl.all().fill_nan(None).forward_fill()).to_numpy()
    return crosswalk.labels_at(filled, back, MONTHS)[:, len(LABELS) :]


def _climatology(past: pl.DataFrame, new: pl.DataFrame) -> Floats:
    """Return [case, month, class], the same for every case: the curve of all past episodes."""
    times, days = Times.of(past), crosswalk.grid(MONTHS)
    one = _ends(times.curve(days), times.returns(days))
    return np.broadcast_to(one, (new.height, *one.shape))


def _class(past: pl.DataFrame, new: pl.DataFrame) -> Floats:
    """Return the curve of each case's class, mixed with that of all by n/(n + kappa)."""
    days = crosswalk.grid(MONTHS)
    whole, back = Times.of(past).curve(days), Times.of(past).returns(days)
    ended = (past["k"] > 0) & (past["t"] <= 365)
    hits = int(ended.sum())
    groups = (
        past.with_columns(hit=ended).group_by(list(GROUPS), maintain_order=True).agg(pl.col("hit").sum(), n=pl.len())
    )
    kappa = precision(groups["hit"].to_list(), groups["n"].to_list(), hits / past.height, past.height)

    @cache
    def curve(kind: tuple) -> Floats:
        own = past.filter(pl.all_horizontal(pl.col(g).eq_missing(v) for g, v in zip(GROUPS, kind, strict=True)))
        if not own.height:
            return _ends(whole, back)
        mine, w = Times.of(own).curve(days), own.height / (own.height + kappa)
        return _ends(np.where(np.isnan(mine), whole, w * mine + (1 - w) * whole), back)

    return np.stack([curve(k) for k in new.select(GROUPS).iter_rows()])


def _regression(past: pl.DataFrame, new: pl.DataFrame, cut: date) -> Floats:
    """Return [case, month, class] from the Cox models, in the era of the date of the forecast."""
    model, days = regression.fit(past), crosswalk.grid(MONTHS)
    back = Times.of(past).returns(days)
    x = model.standardised(new.with_columns(start=pl.lit(cut)))

    @cache
    def curve(row: tuple) -> Floats:
        return _ends(regression.curves(model, np.array([row]), days), back)

    return np.stack([curve(tuple(row)) for row in x])


def _skill_interval(brier: Floats, clusters: NDArray) -> tuple[list[float], list[float]]:
    """Return the lower and upper 95 % limits of the skill of each method (columns of `brier` [case, method])."""
    rng = np.random.default_rng(SEED)
    names, place = np.unique(clusters, return_inverse=True)
    sums = np.stack([np.bincount(place, brier[:, i], names.size) for i in range(brier.shape[1])], axis=1)
    times = np.stack([draw_counts(rng, names.size) for _ in range(DRAWS)])
    drawn = times @ sums
    low, high = np.quantile(1 - drawn / drawn[:, :1], [0.025, 0.975], axis=0)
    return [float(v) for v in low], [float(v) for v in high]

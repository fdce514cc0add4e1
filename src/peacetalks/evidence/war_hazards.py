"""Hazards of interstate wars by the day, and of international crises short of war.

Wars: Correlates of War inter-state wars (1,000 or more battle deaths) say *when* a war ended. Their codes say who won,
which is not how it ended: many a war with a winner ended in a ceasefire. *How* is taken from UCDP episodes between
states that had ended (`manner`): settled, won by force or faded, in nested classes by length and deaths.

Crises: International Crisis Behavior crises, which ended in an agreement (formal, semi-formal or tacit) or otherwise
(unilaterally, imposed, faded). The data say whether a crisis came to serious clashes or full war, but not when: here
that day is uniform over the length of such a crisis, so that of one of length L the fraction :math:`1-t/L` was still
without violence at age t, and violence came at the rate :math:`1/L`. Crises that still went on at the date are left
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence.classes import prepared
from peacetalks.evidence.dates import DAYS_PER_YEAR
from peacetalks.evidence.follow_up import followed_days
from peacetalks.evidence.hazards import Hazards, Pieces, Prior, cluster_counts, fit
from peacetalks.evidence.pieces import LAST_ERAS, cut, eras, log_ages, middles

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Floats, Ints

WARS_TO, CRISES_TO = date(2007, 12, 31), date(2021, 12, 31)
WAR_NAMES = ("ended",)
AGREED = ("formal", "semi_formal", "tacit")
VIOLENT = ("serious", "war")
CRISIS_NAMES = ("agreement", "serious violence", "ended otherwise")
PRIOR_CASES = 5.0  # that the shares of a wider class are worth (judgement)
LEVEL_SD, AGE_SD, TRAIT_SD = 2.0, 1.0, 0.5  # of the priors (judgement)
WAR_ERA_SD, CRISIS_ERA_SD = 0.1, 0.3  # of the step from one era to the next: wars of all eras last alike


@dataclass(frozen=True)
class HazardsByAge:
    """Competing hazards by age, as known at a date, with what they rest on."""

    hazards: Hazards
    mean: float  # of the trait over time at risk
    today: date
    oldest: float  # days that the oldest case was followed
    n: int
    clusters: int
    events: dict[str, int]

    def incidence(self, age: float, months: int, trait: float | None = None) -> Floats:
        """Return the cumulative incidence [draw, month, cause] after `age` days, the first row at the mode."""
        ages = np.minimum(middles(months, age), self.oldest)
        given = np.full(months, np.nan if trait is None else float(trait)) - self.mean
        x = _columns(ages, given, np.full(months, self.today.year - 1), self.today)
        return self.hazards.incidence(x)


def fit_wars(as_of: date | None, draws: int, seed: int) -> HazardsByAge | None:
    """Fit the hazards of interstate wars as known at a date, with the trait that a major power takes part."""
    frame = prepared("wars", as_of).with_columns(t=followed_days())
    frame = frame.filter(pl.col("t") >= 0)
    if not frame.height:
        return None
    c = cut(frame["start"].to_list(), frame["t"].to_numpy().astype(float))
    events = ((c.last == 1) & frame["end"].is_not_null().to_numpy()[c.case]).astype(float)[:, None]
    exposure = c.days[:, None] / DAYS_PER_YEAR
    major = frame["major_power"].cast(pl.Float64).fill_null(np.nan).to_numpy()[c.case]
    data = (exposure, events, c.age, major, c.year, frame["cluster"].to_numpy().astype(str)[c.case])
    return _fitted(data, as_of or WARS_TO, float(frame["t"].to_numpy().max()), WAR_NAMES, draws, seed, WAR_ERA_SD)


def fit_crises(as_of: date | None, draws: int, seed: int) -> HazardsByAge | None:
    """Fit the hazards of crises short of war as known at a date."""
    frame = prepared("crises", as_of).filter(
        pl.col("length") > 0, pl.col("start").is_not_null(), pl.col("end").is_not_null(), pl.col("ending").is_not_null()
    )
    if not frame.height:
        return None
    length = frame["length"].to_numpy().astype(float)
    violent = frame["violence"].is_in(VIOLENT).fill_null(False).to_numpy()
    agreed = frame["ending"].is_in(AGREED).to_numpy()
    c = cut(frame["start"].to_list(), length)
    left = np.where(violent[c.case], np.clip(1 - c.age / (length + 0.5)[c.case], 0.0, 1.0), 1.0)
    last = (c.last == 1) & ~violent[c.case]
    events = np.zeros((c.case.size, len(CRISIS_NAMES)))
    events[:, 0] = last & agreed[c.case]
    events[:, 1] = np.where(violent[c.case], c.days / (length + 0.5)[c.case], 0.0)
    events[:, 2] = last & ~agreed[c.case]
    exposure = np.repeat((c.days * left)[:, None] / DAYS_PER_YEAR, len(CRISIS_NAMES), axis=1)
    data = (exposure, events, c.age, np.zeros(c.case.size), c.year, frame["cluster"].to_numpy().astype(str)[c.case])
    return _fitted(data, as_of or CRISES_TO, float(length.max()), CRISIS_NAMES, draws, seed, CRISIS_ERA_SD)


def manner(counts: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return the shares of the ways to end [draw, way], the first row their mean, from counts [class, way].

    The classes are nested, from the widest to the narrowest: the shares of each are shrunk to those of the one that
    holds it, with a Dirichlet prior worth `PRIOR_CASES` cases; those of the widest to equal shares.

    >>> manner(np.array([[10.0, 5.0, 5.0], [0.0, 0.0, 0.0]]), 0, np.random.default_rng(1)).round(2).tolist()
    [[0.47, 0.27, 0.27]]
    """
    shares = np.full(counts.shape[1], 1 / counts.shape[1])
    alpha = shares
    for own in counts:
        alpha = PRIOR_CASES * shares + own
        shares = alpha / alpha.sum()
    return np.concatenate([shares[None], rng.dirichlet(alpha, draws)])


def _fitted(
    data: tuple[Floats, Floats, Floats, Floats, Ints, np.ndarray],
    today: date,
    oldest: float,
    names: tuple[str, ...],
    draws: int,
    seed: int,
    era_sd: float,
) -> HazardsByAge:
    """Fit to pieces: exposure and events [piece, cause], age, trait, calendar year and cluster [piece]."""
    exposure, events, age, trait, year, where = data
    clusters, place = np.unique(where, return_inverse=True)
    time = exposure[:, 0] * ~np.isnan(trait)
    mean = float((np.nan_to_num(trait) * time).sum() / max(time.sum(), 1e-9))
    pieces = Pieces(exposure, events, _columns(age, trait - mean, year, today), place)
    prior = Prior.near_rate(pieces, [LEVEL_SD, AGE_SD, AGE_SD, AGE_SD, TRAIT_SD, *[era_sd] * LAST_ERAS], years=1.0)
    rng = np.random.default_rng(seed)
    found = fit(pieces, prior, cluster_counts(rng, draws, clusters.size), rng)
    events_by = {name: round(float(v)) for name, v in zip(names, events.sum(axis=0), strict=True)}
    return HazardsByAge(found, mean, today, oldest, clusters.size, clusters.size, events_by)


def _columns(days: Floats, trait: Floats, year: Ints, today: date) -> Floats:
    """Return the covariates: 1, log age, log age in the first year and month, a centred trait, eras."""
    return np.column_stack([np.ones(len(days)), log_ages(days), np.nan_to_num(trait), eras(year, today)])

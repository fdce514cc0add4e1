r"""Truces: how often ceasefires of both sides break in the record, and in the game.

The game's chance b of a break is nearly the same in every month of a truce, so months are taken as exposure: with D
ceasefires terminated by a party within a year and T months under observation, the log-likelihood is
:math:`\kappa (D \log b - bT)`.  A ceasefire that expires, is replaced or is still in force is followed to that day.  A
ceasefire of unknown fate may have broken on any day or on none: its likelihood is that of the interval from 0 to
infinity, 1, and it adds nothing.  Ceasefires of one state are not independent: :math:`\kappa`, the variance that the
model implies over that of sums by state, is at most 1.

In the record the hazard falls (half of all breaks come within a week); in the game it is constant.

References
----------
Ribatet, M., Cooley, D. & Davison, A. C. (2012). Bayesian inference from composite likelihoods, with an application to
spatial extremes. Statistica Sinica 22(2), 813-845.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.calibration.design import RANGES, SIZE, ends_of
from peacetalks.conflicts.covariates import Covariates
from peacetalks.conflicts.mapping import game_table
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.calibration import FACTORS
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.tables import read_cases

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.evidence.arrays import Floats

YEAR = 365
KNOWN_FATES = ("terminated", "superseded", "expired", "still_on")
USUAL = Covariates(  # a civil conflict of three years at which the game's truces are solved
    age=3.0,
    strength=0.7,
    strength_source="design",
    hazard=0.003,
    failure=0.014,
    ceasefires=0.0,
    log_age=0.0,
    era=0.0,
    interstate=0.0,
    log_deaths=0.0,
    deaths_known=False,
)


@dataclass(frozen=True)
class TruceRecord:
    """Breaks of ceasefires known at a date."""

    broken: int
    months: float
    weight: float  # kappa
    ceasefires: int  # of known fate
    unknown: int  # of unknown fate

    def log_likelihood(self, hazard: Floats) -> Floats:
        """Return the log-likelihood of monthly hazards of a break."""
        return self.weight * (self.broken * np.log(hazard) - hazard * self.months)


def truce_record(as_of: date, frame: pl.DataFrame | None = None) -> TruceRecord:
    """Return how ceasefires of both sides had fared, as was known at a date.

    `frame` (default: the committed table) are the ceasefires.
    """
    every = known_at(read_cases("ceasefires") if frame is None else frame, as_of).filter(
        pl.col("side") != "unilateral", (pl.col("ending") != "never_in_force").fill_null(True)
    )
    days = (pl.coalesce("end", "seen") - pl.col("start")).dt.total_days()
    known = every.with_columns(days=days).filter(
        pl.col("ending").is_in(KNOWN_FATES).fill_null(False), pl.col("days") >= 0
    )
    broken = (pl.col("ending") == "terminated") & (pl.col("days") <= YEAR)
    by_state = (
        known.sort("cluster", "start", "days")
        .group_by("cluster", maintain_order=True)
        .agg(broken=broken.sum(), months=(pl.col("days").clip(0, YEAR) / DAYS_PER_MONTH).sum())
    )
    d, t = by_state["broken"].to_numpy().astype(float), by_state["months"].to_numpy().astype(float)
    rate = (d.sum() + 0.5) / (t.sum() + 12.0)
    spread = float(((d - rate * t) ** 2).sum())
    weight = min(1.0, float(rate * t.sum()) / spread) if spread > 0 else 1.0
    return TruceRecord(int(d.sum()), float(t.sum()), weight, known.height, every.height - known.height)


@dataclass(frozen=True)
class BreakHazard:
    """The game's chance that a truce breaks in its first month, by the logarithm of the factor `incident`."""

    log_factor: Floats  # [point], ascending
    log_hazard: Floats  # [point]

    def at(self, log_factor: Floats) -> Floats:
        """Return the hazard at factors, by linear interpolation of its logarithm."""
        return np.exp(np.interp(log_factor, self.log_factor, self.log_hazard))


def break_hazard(points: int = 9) -> BreakHazard:
    """Return the game's hazard of a break on a grid of the factor `incident`, the other factors at the judgement."""
    grid = np.linspace(*RANGES["incident"], points)
    hazards = []
    for value in grid:
        factors = {n: (float(value) if n == "incident" else 0.0, 0.0) for n in FACTORS}
        first = ends_of(game_table("civil", USUAL, factors, True, True, SIZE), 1, SIZE)[0]
        hazards.append(log(1 - first[0]))
    return BreakHazard(grid, np.array(hazards, dtype=np.float64).round(5))

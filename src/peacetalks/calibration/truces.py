r"""Truces: how often ceasefires of both sides break in the record, and in the game.

The game's chance b of a break, which depends on all parameters (what a war costs decides who violates), is nearly the
same in every month of a truce, so months are taken as exposure: with D
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

from peacetalks.calibration.design import INPUTS, ORDER, SEED, SIZE, design, ends_of, group, solve_design, tables_of
from peacetalks.calibration.emulator import fit, within
from peacetalks.calibration.rows import INPUT_OF, PARAMETERS
from peacetalks.evidence.asof import known_at
from peacetalks.evidence.dates import DAYS_PER_MONTH
from peacetalks.evidence.tables import read_cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from peacetalks.calibration.design import Point
    from peacetalks.calibration.emulator import Emulator
    from peacetalks.evidence.arrays import Floats

YEAR = 365
KNOWN_FATES = ("terminated", "superseded", "expired", "still_on")
USUAL = {"log_age": log(3.0), "strength": 0.7, "log_hazard": log(0.003), "log_failure": log(0.014)}  # a civil conflict
POINTS = 220


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
    going_on = pl.col("ending").is_null() & pl.col("end").is_null()  # at the date: with a last day of follow-up
    known = every.with_columns(days=days).filter(
        pl.col("ending").is_in(KNOWN_FATES).fill_null(False) | going_on, pl.col("days") >= 0
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


def truce_design() -> list[Point]:
    """Return the points at which the game is solved with a truce in force: a Latin hypercube of its own."""
    return design({("civil", True): POINTS}, SEED + 1)


def solve_truce(point: Point) -> Floats:
    """Return the ends [first and third month, end] of a point with a truce in force; NaN where it was not solved."""
    return ends_of(tables_of(point, True, SIZE), 3, SIZE)[[0, 2]]


@dataclass(frozen=True)
class BreakHazard:
    """The game's chance that a truce breaks in its first month, at parameters: emulated, in a usual conflict."""

    emulator: Emulator

    def at(self, theta: Floats) -> Floats:
        """Return the hazard [...] at parameters [..., parameter]."""
        flat = theta.reshape(-1, len(PARAMETERS))
        x = np.tile([USUAL.get(n, 0.0) for n in INPUTS], (len(flat), 1))
        for factor, name in INPUT_OF.items():
            x[:, INPUTS.index(name)] += flat[:, PARAMETERS.index(factor)]
        peace = self.emulator.ends(within("civil", x))[:, 0, ORDER.index("peace")]
        return np.maximum(1 - peace, 1e-4).reshape(theta.shape[:-1])


def break_hazard(path: Path, jobs: int = 1, progress: Callable[[int, int], None] | None = None) -> BreakHazard:
    """Return the game's hazard of a break; solved points are read from the file `path`, and new ones written to it."""
    points = truce_design()
    return BreakHazard(fit(group(points, solve_design(points, path, jobs, progress, solve_truce), "civil", True)))

"""Hazards of what stands: a truce, an agreement, a peace after a war, until fighting is back.

===========  ===========================================================================================================
ceasefires   ETH/PRIO ceasefires of civil conflicts that both sides declared, without a fixed term; broken: terminated
             by a party. One that is replaced by another, or expires, is censored then. Of most the fate is not
             recorded. A share q of those broke as the recorded ones did and the rest held, with q uniform on (0, 1):
             the point is that of q = 1/2, and the draws of q carry what is not recorded into the interval
spells       Fortna's spells of peace after civil wars that ended in a truce or in a treaty; broken: war resumed
agreements   UCDP peace agreements; broken: coded as no longer in force
===========  ===========================================================================================================

A break on an unknown day (`ended_by`) is interval-censored: its time at risk and its event are distributed over the
days by then as the fitted hazard says, and the fit is repeated (expectation and maximisation).

Every hazard falls or rises with the logarithm of the age, so that no curve ends flat; ages beyond the longest follow-up
take the hazard at it. The era in which a case began is a random walk over five-year steps (`pieces.eras`), and the last
era's level is carried forward.

References
----------
Dempster, Laird and Rubin (1977), Journal of the Royal Statistical Society B 39, 1-38.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence.case_tables import AGREEMENTS_TO, CEASEFIRES_TO
from peacetalks.evidence.classes import CaseFilter, prepared
from peacetalks.evidence.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from peacetalks.evidence.follow_up import followed
from peacetalks.evidence.hazards import Hazards, Pieces, Prior, cluster_counts, fit
from peacetalks.evidence.pieces import LAST_ERAS, cut, eras, log_ages

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Floats, Ints
    from peacetalks.evidence.follow_up import Followed
    from peacetalks.evidence.pieces import Cut

LEVEL_SD, AGE_SD, TRAIT_SD, ERA_SD = 2.0, 0.5, 0.5, 0.3  # of the priors (judgement)
ROUNDS, TOLERANCE = 50, 1e-6  # of expectation and maximisation
FOLLOWED_TO = {"ceasefires": CEASEFIRES_TO, "agreements": AGREEMENTS_TO, "spells": date(2004, 12, 31)}
GRID = np.concatenate([[0.0, 1.0, 3.0, 7.0, 15.0], DAYS_PER_MONTH * np.arange(1, 3000)])  # days at which hazards change


@dataclass(frozen=True)
class Standing:
    """The hazard of a break as known at a date, with what it rests on."""

    hazards: Hazards  # one cause
    trait: str  # the covariate beside the age, or ""
    mean: float  # of the trait over time at risk
    today: date
    oldest: float  # days that the oldest case was followed
    recorded: float  # share of cases of which the fate is recorded
    shares: Floats  # [draw] share q of the others that broke as the recorded ones did
    n: int  # cases used
    clusters: int
    broken: int

    def broken_by(self, age: float, months: int, trait: float | None = None) -> Floats:
        """Return the probability [draw, month] of a break, the first row at the mode, of what stood for `age` days."""
        held = self._survival(np.array([age]), trait)
        later = self._survival(age + DAYS_PER_MONTH * np.arange(1, months + 1, dtype=np.float64), trait)
        return 1 - np.divide(later, held, out=np.ones_like(later), where=held > 0)

    def _survival(self, days: Floats, trait: float | None) -> Floats:
        """Return the share that stands [draw, day] after some days, whatever is recorded of it."""
        known = self._recorded_survival(days, trait)
        q = np.concatenate([[0.5], self.shares])[:, None]
        as_known = self.recorded + (1 - self.recorded) * q
        return as_known * known + (1 - as_known)

    def _recorded_survival(self, days: Floats, trait: float | None) -> Floats:
        edges = np.unique(np.concatenate([GRID[days.max() > GRID], days]))
        cell = np.searchsorted(GRID, edges[:-1], side="right") - 1  # the hazard is constant between days of the grid
        middle = np.minimum((GRID[cell] + GRID[cell + 1]) / 2, self.oldest)
        given = np.full(middle.size, np.nan if trait is None else float(trait)) - self.mean
        x = columns(middle, given, np.full(middle.size, self.today.year - 1), self.today)
        every = self.hazards.every[:, 0]
        rate = np.exp(np.einsum("rp,ep->re", every, x)) * np.diff(edges) / DAYS_PER_YEAR
        summed = np.concatenate([np.zeros((len(every), 1)), np.cumsum(rate, axis=1)], axis=1)
        return np.exp(-summed[:, np.searchsorted(edges, days)])


def columns(days: Floats, trait: Floats, began: Ints, today: date) -> Floats:
    """Return the covariates [piece, covariate]: 1, log age, log age in the first month, a centred trait, eras."""
    log_age, _, in_first_month = log_ages(days).T
    return np.column_stack([np.ones(len(days)), log_age, in_first_month, np.nan_to_num(trait), eras(began, today)])


@dataclass(frozen=True)
class Cases:
    """The cases of something that stands, and what breaks it."""

    kind: str  # of case
    where: str  # the class of cases
    ending: str  # the ending that is a break
    trait: tuple[str, pl.Expr] | None  # a covariate
    unknown: bool  # whether cases without a recorded fate belong to the class


CEASEFIRES = Cases("ceasefires", "fixed_term=0, side!=unilateral", "terminated", None, True)
AGREEMENTS = Cases("agreements", "", "ended", ("full", pl.col("kind") == "full"), False)
TRUCES = Cases("spells", "war_ended=truce", "resumed", None, False)
TREATIES = Cases("spells", "war_ended=treaty", "resumed", None, False)


def fit_standing(asked: Cases, as_of: date | None, draws: int, seed: int) -> Standing | None:
    """Fit the hazard of a break to cases as known at a date; None without any."""
    frame = CaseFilter.parse(asked.kind, asked.where or None).apply(prepared(asked.kind, as_of))
    frame = frame.filter(pl.col("ending").ne_missing("never_in_force"))
    recorded = pl.col("ending").is_not_null() | pl.col("seen").is_not_null()
    known = followed(frame.filter(recorded), [asked.ending], censor_others=True)
    if not known.days.size:
        return None
    used = known.cases
    names, cluster = np.unique(used["cluster"].to_numpy().astype(str), return_inverse=True)
    c = cut(used["start"].to_list(), known.days)
    of_case = np.full(used.height, np.nan)
    if asked.trait:
        of_case = used.select(v=asked.trait[1].cast(pl.Float64))["v"].fill_null(np.nan).to_numpy()
    trait = of_case[c.case]
    mean = float(np.nan_to_num(np.nanmean(trait))) if asked.trait else 0.0
    today = as_of or FOLLOWED_TO[asked.kind]
    began = used["start"].dt.year().to_numpy().astype(np.int64)[c.case]
    x = columns(c.age, trait - mean, began, today)
    rng = np.random.default_rng(seed)
    counts = cluster_counts(rng, draws, names.size)
    return Standing(
        hazards=_fitted(known, c, x, cluster[c.case], counts, rng),
        trait=asked.trait[0] if asked.trait else "",
        mean=mean,
        today=today,
        oldest=float(known.days[known.exact].max(initial=1.0)),
        recorded=used.height / frame.height if asked.unknown else 1.0,
        shares=rng.random(draws),
        n=used.height,
        clusters=names.size,
        broken=int((known.cause == 1).sum()),
    )


def _fitted(known: Followed, c: Cut, x: Floats, cluster: Ints, counts: Floats, rng: np.random.Generator) -> Hazards:
    """Return the hazard of a break; the breaks on an unknown day are distributed anew until it converges."""
    exact, broke, years = known.exact[c.case], (known.cause == 1)[c.case], c.days / DAYS_PER_YEAR
    exposure, events = np.where(exact, years, 0.0), np.where(exact & broke, c.last, 0.0)
    found = _fitted_once(exposure, events, x, cluster, counts, rng)
    late = ~exact & broke
    for _ in range(ROUNDS if late.any() else 0):
        before = found.beta
        hazard = np.exp(x[late] @ before[0])
        exposure[late], events[late] = distributed(hazard, years[late], c.case[late])
        found = _fitted_once(exposure, events, x, cluster, counts, rng)
        if np.abs(found.beta - before).max() < TOLERANCE:
            break
    return found


def distributed(hazard: Floats, years: Floats, case: Ints) -> tuple[Floats, Floats]:
    """Return the expected time at risk and the expected event in each piece of cases that ended within their pieces.

    Parameters
    ----------
    hazard, years : ndarray, shape (piece,)
        Hazard a year and length of each piece, in order of age within a case.
    case : ndarray, shape (piece,)
        Number of the case of each piece.

    Examples
    --------
    >>> time, event = distributed(np.array([1.0, 1.0]), np.array([1.0, 1.0]), np.array([0, 0]))
    >>> event.round(3).tolist()  # 1 - exp(-1) and exp(-1) - exp(-2), of 1 - exp(-2)
    [0.731, 0.269]
    """
    time, event = np.zeros(years.size), np.zeros(years.size)
    for i in np.unique(case):
        own = case == i
        risk = hazard[own] * years[own]
        before = np.exp(-(np.cumsum(risk) - risk))
        here = before * -np.expm1(-risk)
        event[own] = here / here.sum()
        later = 1 - np.cumsum(event[own])
        within = 1 / risk - 1 / np.expm1(risk)  # mean share of the piece before an event in it
        time[own] = years[own] * (later + event[own] * within)
    return time, event


def _fitted_once(
    exposure: Floats, events: Floats, x: Floats, cluster: Ints, counts: Floats, rng: np.random.Generator
) -> Hazards:
    """Return the hazard of a break from time at risk and breaks [piece]."""
    pieces = Pieces(exposure[:, None], events[:, None], x, cluster)
    sd = [LEVEL_SD, AGE_SD, AGE_SD, TRAIT_SD, *[ERA_SD] * LAST_ERAS]
    return fit(pieces, Prior.near_rate(pieces, sd), counts, rng)

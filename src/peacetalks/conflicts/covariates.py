r"""What the mapping takes from the record of earlier conflicts, as it was known at the date of a conflict.

=================  ==============================================================================================
strength           between states A's share of the CINC of both sides in the year before (0.5 if null); within a
                   state the share of earlier decided civil conflicts over the same issue that the government won,
                   (a + 1)/(a + b + 2); kept in [0.1, 0.9]
hazard of victory  per month, :math:`\exp(a + b z)/(t_0 + t)^c` with z = 1 between states, t the age in years and t_0 a
                   quarter, one year ahead (the middle of the two years that are forecast): Poisson regression on
                   the episodes known, by kind and age from half a year, with normal priors; an episode that ended
                   in low activity counts until that was known
failure            hazard per month that an agreement, or a peace made by treaty, fails in its first two years, on
                   the agreements and spells known, with the weight of one failure in 100 months before any is known
=================  ==============================================================================================

What is not recorded is neutral: it moves no parameter.

References
----------
Slantchev, B. L. (2003). The principle of convergence in wartime negotiations. American Political Science Review 97(4),
621-632.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from peacetalks.evidence.asof import known_at
from peacetalks.evidence.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from peacetalks.evidence.endings import VICTORY
from peacetalks.evidence.follow_up import end_known_on, followed_days
from peacetalks.evidence.local_tables import version
from peacetalks.evidence.tables import read_cases

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.conflicts.conflict import Conflict
    from peacetalks.evidence.arrays import Floats

BANDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 100.0)  # ages of an episode, in years; conflicts are asked about later
HAZARD_PRIOR = ((log(0.01), 1.0), (0.7, 0.7), (-0.5, 0.5))  # mean and sd of a, b and -c (judgement)
OFFSET = 0.25  # years: t_0
AHEAD = 1.0  # years from the date to the middle of the two years that are forecast
FIRST_MONTHS = 24.0  # months over which failures of settlements are counted
FAILURE_PRIOR = (1.0, 100.0)  # failures, months (judgement)
USUAL_DEATHS = 5.0  # battle deaths a year per million at which the judged cost holds: median of civil conflict-years
MOST_DEATHS = 4.0  # largest size of the covariate of deaths, a logarithm
MOST_CEASEFIRES, USUAL_CEASEFIRES = 10, 1  # ceasefires declared in three years


@dataclass(frozen=True)
class Covariates:
    """What the mapping uses of a conflict beside its kind and state."""

    age: float  # years
    strength: float  # of side A
    strength_source: str
    hazard: float  # recorded hazard of victory a month
    failure: float  # hazard a month that a settlement fails
    ceasefires: float  # log((1 + ceasefires declared in the three years before)/2); 0 where not recorded
    log_age: float  # log((1 + age)/5)
    era: float  # decades since 1990
    interstate: float  # 1 between states, else 0
    log_deaths: float  # log(battle deaths a year per million / USUAL_DEATHS), within 4; 0 where not known
    deaths_known: bool

    def slopes(self) -> dict[str, float]:
        """Return the covariates on which logarithms of factors may depend (`evidence.calibration.SLOPES`)."""
        names = ("ceasefires", "log_age", "era", "interstate", "log_deaths")
        return {n: getattr(self, n) for n in names}


def covariates(conflict: Conflict) -> Covariates:
    """Return what the mapping uses of a conflict, with nothing that became known after its date.

    Parameters
    ----------
    conflict : Conflict

    Returns
    -------
    Covariates
    """
    kappa, source = strength(conflict)
    deaths, people = conflict.deaths, conflict.population
    per_million = deaths / people * 1e6 if deaths and people else None
    return Covariates(
        age=conflict.age,
        strength=kappa,
        strength_source=source,
        hazard=victory_hazard(conflict.kind, conflict.age + AHEAD, conflict.as_of),
        failure=settlement_failure(conflict.as_of),
        ceasefires=declared(conflict.ceasefires),
        log_age=log((1 + conflict.age) / 5),
        era=(conflict.as_of.year + conflict.as_of.timetuple().tm_yday / DAYS_PER_YEAR - 1990) / 10,
        interstate=float(conflict.kind == "interstate"),
        log_deaths=min(max(log(per_million / USUAL_DEATHS), -MOST_DEATHS), MOST_DEATHS) if per_million else 0.0,
        deaths_known=per_million is not None,
    )


def declared(ceasefires: int | None) -> float:
    """Return the covariate of ceasefires declared in the three years before; 0 where it is not recorded.

    >>> declared(None), round(declared(2), 3)
    (0.0, 0.405)
    """
    return 0.0 if ceasefires is None else log((1 + min(ceasefires, MOST_CEASEFIRES)) / (1 + USUAL_CEASEFIRES))


def strength(conflict: Conflict) -> tuple[float, str]:
    """Return side A's strength (0.1 to 0.9) and its source."""
    if conflict.kind == "civil":
        won, lost = earlier_victories(conflict.incompatibility, conflict.as_of)
        share = (won + 1) / (won + lost + 2)
        return min(max(share, 0.1), 0.9), (
            f"share of {won + lost} decided civil conflicts over the same issue, known at the date, that the "
            "government won (ucdp2021)"
        )
    a, b = conflict.capability_a, conflict.capability_b
    if a is None or b is None or a + b == 0:
        return 0.5, "judgement: no capability is recorded for both sides"
    return min(max(a / (a + b), 0.1), 0.9), "share of the CINC of both sides in the year before (nmc)"


def earlier_victories(incompatibility: str, as_of: date) -> tuple[int, int]:
    """Return how many decided civil conflicts over an issue the government had won, and had lost, by a date."""
    return _earlier_victories(incompatibility, as_of, version())


@lru_cache(maxsize=512)
def _earlier_victories(incompatibility: str, as_of: date, tables: str) -> tuple[int, int]:
    won = _episodes(as_of, tables).filter(
        ~pl.col("interstate"), pl.col("ending").is_in(VICTORY), pl.col("incompatibility") == incompatibility
    )
    a = won.filter(pl.col("ending") == "victory_a").height
    return a, won.height - a


def victory_hazard(kind: str, age: float, as_of: date) -> float:
    """Return the hazard of victory per month in a conflict of a kind and age (years), as it was known at a date.

    Examples
    --------
    >>> from datetime import date
    >>> young, old = (victory_hazard("civil", age, date(2019, 12, 31)) for age in (1, 20))
    >>> young > 3 * old
    True
    """
    a, b, c = _hazard_coefficients(as_of, version())
    return exp(a + b * (kind == "interstate") - c * log(OFFSET + age))


def settlement_failure(as_of: date) -> float:
    """Return the hazard per month that a settlement fails in its first two years, as it was known at a date."""
    return _settlement_failure(as_of, version())


@lru_cache(maxsize=512)
def _settlement_failure(as_of: date, tables: str) -> float:
    agreements = known_at(read_cases("agreements"), as_of)
    treaties = known_at(read_cases("spells"), as_of).filter(pl.col("war_ended") == "treaty")
    failures, months = FAILURE_PRIOR
    for frame in (agreements, treaties):
        span = pl.min_horizontal(followed_days().clip(0) / DAYS_PER_MONTH, FIRST_MONTHS)
        lasted = frame.select(months=span, failed=(pl.col("end").is_not_null() & (span < FIRST_MONTHS)))
        months += float(lasted["months"].to_numpy().sum())
        failures += lasted.filter("failed").height
    return failures / months


@lru_cache(maxsize=512)
def _episodes(as_of: date, tables: str) -> pl.DataFrame:
    """Return the episodes known at a date, without extrasystemic ones, and the years that each was believed to go on.

    `tables` is the version of the tables that are read (`local_tables.version`), here and below: caches depend on it.
    An end in low activity is known only after a calendar year without any: a forecast is asked about such a year too.
    """
    frame = known_at(read_cases("episodes"), as_of).filter(pl.col("war_type") != "extrasystemic")
    until = pl.coalesce(pl.when(pl.col("end").is_not_null()).then(end_known_on()), "seen")
    believed = (until - pl.col("start")).dt.total_days() / DAYS_PER_YEAR
    return frame.with_columns(interstate=pl.col("war_type") == "interstate", years=believed)


@lru_cache(maxsize=512)
def _hazard_coefficients(as_of: date, tables: str) -> tuple[float, float, float]:
    """Return a, b and c of the hazard of victory known at a date, by Newton's method on the penalised likelihood."""
    counts, months, x = _victories_by_age(_episodes(as_of, tables))
    mean, sd = (np.array(v) for v in zip(*HAZARD_PRIOR, strict=True))
    beta = mean.copy()
    for _ in range(50):
        expected = months * np.exp(x @ beta)
        slope = x.T @ (counts - expected) - (beta - mean) / sd**2
        step = np.linalg.solve(x.T @ (expected[:, None] * x) + np.diag(1 / sd**2), slope)
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-10:
            break
    return float(beta[0]), float(beta[1]), float(-beta[2])


def _victories_by_age(frame: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return victories, months and regressors [kind x band of age] of the hazard of victory."""
    counts, months, rows = [], [], []
    for inter in (False, True):
        some = frame.filter(pl.col("interstate") == inter)
        years = some["years"].clip(0.0).to_numpy()
        won = some["ending"].is_in(VICTORY).fill_null(False).to_numpy()
        for low, high in pairwise(BANDS):
            inside = np.clip(years, low, high) - low
            total = float(inside.sum())
            counts.append(float((won & (years >= low) & (years < high)).sum()))
            months.append(total * 12)
            rows.append([1.0, float(inter), log(OFFSET + _mean_age(inside, low, total))])
    return np.array(counts), np.array(months), np.array(rows)


def _mean_age(inside: Floats, low: float, total: float) -> float:
    """Return the mean age at which time was spent within a band, from the time that each case spent in it."""
    return low + float((inside**2).sum()) / 2 / total if total > 0 else low

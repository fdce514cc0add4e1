"""The conflict-years as arrays: inputs of the emulator, covariates of slopes, outcomes and the days they were known.

A conflict-year is asked about on its 31 December, with what was known then.  It is used for the calibration from the
year `FROM` on if its outcome is known and its conflict is civil or between states (colonial wars are asked about, and
not used).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import log
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.calibration.design import INPUTS, MONTHS, ORDER, RANGES
from peacetalks.conflicts.conflict_years import conflict_of_year
from peacetalks.conflicts.covariates import covariates
from peacetalks.evidence.calibration import FACTORS, PRIORS, SLOPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from peacetalks.evidence.arrays import Bools, Floats, Ints

FROM = 1955
PARAMETERS = tuple(PRIORS)
INPUT_OF = {"decisive": "log_hazard"} | {name: name for name in FACTORS if name != "decisive"}  # factor -> input
NEVER = 10**7  # ordinal of a day that never comes
SLOPE_COVARIATES = tuple(dict.fromkeys(c for _, c in SLOPES.values()))


@dataclass(frozen=True)
class Rows:
    """Conflict-years; every array is by row."""

    kind: NDArray[np.str_]
    talks: Bools
    cluster: NDArray[np.str_]
    year: Ints
    base: Floats  # [row, input] at factors of 1
    slopes: Floats  # [row, covariate of `SLOPE_COVARIATES`]
    outcome: Ints  # [row, month of `MONTHS`]: number in `ORDER`, -1 not known
    known: Ints  # [row, month]: ordinal of the day on which the outcome was known
    used: Bools  # whether the calibration may use the row

    def __len__(self) -> int:
        return len(self.year)

    def inputs(self, theta: Mapping[str, float]) -> Floats:
        """Return the inputs [row, input] at parameters: factors and what slopes add move their inputs."""
        x = self.base.copy()
        for factor, name in INPUT_OF.items():
            x[:, INPUTS.index(name)] += theta[factor]
        for slope, (factor, covariate) in SLOPES.items():
            at = SLOPE_COVARIATES.index(covariate)
            x[:, INPUTS.index(INPUT_OF[factor])] += theta[slope] * self.slopes[:, at]
        return x

    @property
    def last_known(self) -> int:
        """The last year in which an outcome became known."""
        known = self.known[(self.outcome >= 0) & self.used[:, None]]
        return date.fromordinal(int(known.max())).year if known.size else FROM

    def choose(self, keep: Bools) -> Rows:
        """Return the rows for which `keep` holds."""
        return replace(self, **{name: getattr(self, name)[keep] for name in self.__dataclass_fields__})


def rows_of(frame: pl.DataFrame) -> Rows:
    """Return conflict-years (`conflicts.conflict_years.conflict_years`) as arrays, in their order."""
    found = [covariates(conflict_of_year(row)) for row in frame.iter_rows(named=True)]
    base = np.zeros((frame.height, len(INPUTS)))
    low = RANGES["log_age"][0]
    for i, c in enumerate(found):
        given = {"log_age": max(log(max(c.age, 1e-9)), low), "strength": c.strength}
        given |= {"log_hazard": log(c.hazard), "log_failure": log(c.failure)}
        for name, x in given.items():
            base[i, INPUTS.index(name)] = x
    outcome = np.array([[ORDER.index(e) if e else -1 for e in frame[f"out{m}"].to_list()] for m in MONTHS]).T
    year = frame["year"].to_numpy().astype(np.int64)
    colonial = (frame["war_type"] == "extrasystemic").to_numpy()
    return Rows(
        kind=np.array(frame["kind"].to_list()),
        talks=frame["talks"].to_numpy().astype(bool),
        cluster=frame["cluster"].to_numpy().astype(str),
        year=year,
        base=base,
        slopes=np.array([[c.slopes()[n] for n in SLOPE_COVARIATES] for c in found]),
        outcome=outcome,
        known=np.array([[d.toordinal() if d else NEVER for d in frame[f"known{m}"].to_list()] for m in MONTHS]).T,
        used=(year >= FROM) & (outcome >= 0).any(axis=1) & ~colonial,
    )


def year_end(year: int) -> date:
    """Return 31 December of a year, the date of its conflict-years."""
    return date(year, 12, 31)

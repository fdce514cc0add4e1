"""The calibrated parameters of the mapping from record to scenario, as they were known at a date.

Each parameter is a factor on a judgement, with a normal prior on its logarithm, or a slope of such a logarithm on what
is known of a conflict (`SLOPES`), with a normal prior around 0.  `calibration` reads the shipped versions, one a year.
A parameter that the record does not identify (posterior width above `IDENTIFIED_BELOW` of the prior's) stays at its
prior.  Before enough is known, every parameter does.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import exp, hypot
from typing import TYPE_CHECKING

from peacetalks.errors import EvidenceError
from peacetalks.evidence.tables import table_text

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = "calibration.csv"
IDENTIFIED_BELOW = 0.8
Z90 = 1.6449  # half-width of the central 90% of a standard normal distribution
PRIORS: dict[str, tuple[float, str]] = {  # name -> standard deviation of the prior (judgement), meaning
    "cost": (1.0, "factor on the cost of a month of full fighting"),
    "reach": (1.2, "factor on accepting terms, agreeing to a truce and asking for one"),
    "offer": (0.8, "factor on making an offer in open talks"),
    "reopen": (1.2, "factor on proposing to talk when talks are closed"),
    "mobility": (1.0, "factor on the mobility of the front"),
    "decisive": (0.7, "factor on the recorded hazard of victory"),
    "incident": (1.0, "factor on the chances that an incident ends a truce"),
    "reach_ceasefires": (0.5, "slope of log reach on log((1 + ceasefires declared in the three years before)/2)"),
    "reach_age": (0.5, "slope of log reach on log((1 + years of fighting)/5)"),
    "reach_era": (0.3, "slope of log reach on decades since 1990"),
    "reach_interstate": (0.7, "difference of log reach between interstate and civil conflicts"),
    "decisive_era": (0.3, "slope of log decisive on decades since 1990"),
    "cost_deaths": (0.3, "slope of log cost on log(battle deaths per head / the usual number)"),
}
SLOPES: dict[str, tuple[str, str]] = {  # slope -> factor whose logarithm it moves, covariate
    "reach_ceasefires": ("reach", "ceasefires"),
    "reach_age": ("reach", "log_age"),
    "reach_era": ("reach", "era"),
    "reach_interstate": ("reach", "interstate"),
    "decisive_era": ("decisive", "era"),
    "cost_deaths": ("cost", "log_deaths"),
}
FACTORS = tuple(name for name in PRIORS if name not in SLOPES)


@dataclass(frozen=True)
class Parameter:
    """A calibrated parameter: log-normal for factors, normal for slopes (which act on a logarithm)."""

    name: str
    mean: float  # of the logarithm of a factor, or of a slope
    sd: float
    prior_sd: float
    meaning: str

    @property
    def identified(self) -> bool:
        """Whether the record narrows it: posterior width below `IDENTIFIED_BELOW` of the prior's."""
        return self.sd < IDENTIFIED_BELOW * self.prior_sd

    @property
    def factor(self) -> float:
        """The factor at its posterior median."""
        return exp(self.mean)

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the central 90% of the factor."""
        return exp(self.mean - Z90 * self.sd), exp(self.mean + Z90 * self.sd)


@dataclass(frozen=True)
class Calibration:
    """The parameters by name, and what they rest on."""

    known_on: date | None  # last day on which an outcome used became known; None: the prior
    rows: int  # conflict-years
    states: int
    parameters: dict[str, Parameter]

    @property
    def source(self) -> str:
        """The source of every number that takes a calibrated value."""
        if self.known_on is None:
            return "prior of the calibration (judgement): too few outcomes were known"
        return f"estimated on {self.rows:,} conflict-years known by {self.known_on.isoformat()}"

    def log_factor(self, name: str, covariates: Mapping[str, float]) -> tuple[float, float]:
        """Return mean and standard deviation of the logarithm of a factor for a conflict.

        Parameters
        ----------
        name : str
            One of `FACTORS`.
        covariates : {covariate: value}
            Those of `SLOPES`, 0 where nothing is recorded; one that is left out counts as 0.

        Returns
        -------
        (mean, sd)
            Parameters are taken as independent of one another.

        Examples
        --------
        >>> prior().log_factor("mobility", {})
        (0.0, 1.0)
        """
        own = self.parameters[name]
        mean, sd = own.mean, own.sd
        for slope, (factor, covariate) in SLOPES.items():
            if factor == name and (x := covariates.get(covariate, 0.0)):
                mean += self.parameters[slope].mean * x
                sd = hypot(sd, self.parameters[slope].sd * x)
        return mean, sd


def prior() -> Calibration:
    """Return the calibration before any outcome is known: every parameter at its prior.

    >>> prior().parameters["reach"].factor, prior().parameters["reach"].identified
    (1.0, False)
    """
    return Calibration(None, 0, 0, {n: Parameter(n, 0.0, sd, sd, meaning) for n, (sd, meaning) in PRIORS.items()})


def calibration(as_of: date | None = None) -> Calibration:
    """Return the shipped calibration as it was known at the end of a day.

    Parameters
    ----------
    as_of : date, optional
        The day; None: the last version.

    Returns
    -------
    Calibration
        The prior (`prior`) where too few outcomes were known at that day.

    Examples
    --------
    >>> from datetime import date
    >>> calibration(date(1950, 1, 1)).known_on is None
    True
    """
    known = [c for c in versions() if as_of is None or (c.known_on is not None and c.known_on <= as_of)]
    return known[-1] if known else prior()


def versions() -> tuple[Calibration, ...]:
    """Return the shipped versions of the calibration, by the day from which they were known."""
    return parse_versions(table_text(TABLE))


@lru_cache(maxsize=4)
def parse_versions(text: str) -> tuple[Calibration, ...]:
    """Return the versions from the text of their table.

    A parameter of which the posterior is hardly narrower than the prior is given its prior.

    Raises
    ------
    EvidenceError
        A version has not one row for each parameter of `PRIORS`.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        rows.setdefault(row["known"], []).append(row)
    out = []
    for day, mine in sorted(rows.items()):
        if [r["parameter"] for r in mine] != list(PRIORS):
            raise EvidenceError(
                f"{TABLE}: the version of {day} has not one row for each parameter ({', '.join(PRIORS)}), in order: "
                "make the table anew with `peacetalks calibrate`."
            )
        parameters = {}
        for r in mine:
            prior_sd, meaning = PRIORS[r["parameter"]]
            found = Parameter(r["parameter"], float(r["value"]), float(r["sd"]), prior_sd, meaning)
            parameters[found.name] = found if found.identified else replace(found, mean=0.0, sd=prior_sd)
        first = mine[0]
        out.append(Calibration(date.fromisoformat(day), int(first["rows"]), int(first["states"]), parameters))
    return tuple(out)

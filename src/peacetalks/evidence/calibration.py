"""The calibrated parameters of the mapping from record to scenario, as they were known at a date.

Each parameter is a factor on a judgement (or a slope), with a normal prior on its logarithm; `calibration` reads the
shipped versions, one a year.  A parameter that the record does not identify (posterior width above `IDENTIFIED_BELOW` of
the prior's) stays at its prior.  Before enough is known, every parameter does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp

IDENTIFIED_BELOW = 0.8
Z90 = 1.6449  # half-width of the central 90% of a standard normal distribution


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

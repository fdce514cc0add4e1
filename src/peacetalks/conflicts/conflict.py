"""A conflict of the record at a date: everything that the mapping, the record's answer and the pages use of it.

Nothing here is dated later than `as_of`; what is not recorded is None, never 0.  One thing is known later: that an
episode ended (`coded_later`), which is coded only where the next calendar year was quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from peacetalks.evidence.dates import years_between

if TYPE_CHECKING:
    from datetime import date

Kind = Literal["civil", "interstate"]
State = Literal["fighting", "truce", "settlement", "crisis", "over"]


@dataclass(frozen=True)
class Conflict:
    """What was known of a conflict at a date."""

    id: int  # UCDP conflict
    name: str
    cluster: str  # state or states: conflicts of one cluster are not independent
    kind: Kind
    war_type: str  # "interstate", "intrastate" or "internationalised"
    incompatibility: str  # "territory", "government" or "both"
    side_a: str  # UCDP's side A: in a civil war the government
    side_b: str
    as_of: date
    state: State
    start: date  # first day of the episode of fighting that goes on, or went on last
    since: date | None  # first day of the truce or settlement in force; None while fighting
    war: bool  # whether 1,000 battle deaths in a calendar year had been reached in the episode
    intensity: str  # "minor" or "war": of the last calendar year known
    previous: int  # earlier episodes of the same conflict
    major_power: bool  # whether a major power is a primary party
    deaths: float | None  # battle deaths in the last calendar year known
    population: float | None  # persons in the state fought over, or in both states
    capability_a: float | None  # CINC of side A's main parties, year before; None for civil wars
    capability_b: float | None
    talks: bool  # whether talks, a mediation or a signed text are recorded within the 12 months before
    talks_source: str  # the dataset that says so, or why it is taken as closed
    ceasefires: int | None  # declared in the three years before; None outside the record (civil conflicts 1989 to 2020)
    episode: int | None = None  # UCDP episode
    coverage_end: date | None = None  # last day of the record that it rests on
    notes: tuple[str, ...] = ()  # what a reader must know of it: full sentences
    coded_later: bool = False  # whether the state follows from an end that could be coded only after `as_of`

    @property
    def age(self) -> float:
        """Years from the start of the episode to the date."""
        return years_between(self.start, self.as_of)

"""The table `[conflict]`: the facts that say with which past conflicts a scenario can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from peacetalks.scenario.dates import Day
from peacetalks.scenario.tables import Label, Part, whole

if TYPE_CHECKING:
    from datetime import date

Count = Annotated[int, BeforeValidator(whole), Field(ge=0)]


class ConflictTable(Part):
    """What the record would say of the conflict at the date: it decides with which past conflicts it is compared."""

    kind: Literal["civil", "interstate"] | None = Field(None, description="Within a state or between states.")
    state: Literal["fighting", "truce", "settlement", "crisis"] | None = Field(
        None,
        description="At the date; left out: truce where a ceasefire is in force, else fighting. A crisis is short of "
        "war.",
    )
    start: Day | None = Field(None, description="Day on which the fighting (of a crisis: the crisis) began.")
    since: Day | None = Field(
        None, description="Day on which the truce or settlement began; left out: the scenario's date."
    )
    intensity: Literal["minor", "war"] | None = Field(
        None, description="War: 1,000 battle deaths in a year had been reached."
    )
    incompatibility: Literal["territory", "government", "both"] | None = Field(
        None, description="What is fought over, as UCDP codes it."
    )
    ucdp: Count | None = Field(None, description="Number of the conflict in the UCDP data, where it has one.")
    internationalised: bool = Field(False, description="Whether troops of another state fight in a civil conflict.")
    major_power: bool = Field(False, description="Whether a major power is a primary party.")
    previous: Count | None = Field(None, description="Earlier episodes of the same conflict.")
    ceasefires: Count | None = Field(None, description="Ceasefires declared in the three years before.")
    coded_later: bool = Field(
        False, description="Whether the state follows from an end of fighting that the record could code only later."
    )
    source: Label | None = Field(None, description="Where these facts come from.")

    @model_validator(mode="after")
    def _in_order(self) -> ConflictTable:
        if self.since is not None and self.state in ("fighting", "crisis"):
            raise ValueError(
                f"since is the first day of a truce or settlement; the state is {self.state}: leave since out"
            )
        if self.start is not None and self.since is not None and self.since < self.start:
            raise ValueError(f"since ({self.since}) lies before start ({self.start})")
        if self.internationalised and self.kind == "interstate":
            raise ValueError("internationalised concerns civil conflicts; the kind is interstate: leave it out")
        return self


def check_conflict(facts: ConflictTable, as_of: date, in_force: bool) -> None:
    """Raise `ValueError` where the facts contradict a scenario's date, or whether its ceasefire is in force."""
    if facts.state == "truce" and not in_force:
        raise ValueError("conflict.state is truce: the table ceasefire needs in_force = true")
    if in_force and facts.state in ("fighting", "crisis"):
        raise ValueError(f"ceasefire.in_force is true: conflict.state must be truce or settlement, not {facts.state}")
    for key, day in (("start", facts.start), ("since", facts.since)):
        if day is not None and day > as_of:
            raise ValueError(f"conflict.{key} ({day}) lies after as_of ({as_of})")

"""A bulletin as a value, which its JSON file holds: what is forecast, what is not and why, and what has changed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from peacetalks.outcomes import ENDS

P = Annotated[float, Field(ge=-1e-9, le=1 + 1e-9)]
Difference = Annotated[float, Field(ge=-1 - 1e-9, le=1 + 1e-9)]
HEADLINE = 12  # months ahead: of the table, the map and the change


class Table(BaseModel):
    """A table of a bulletin: no other keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ends(Table):
    """The three outcome classes at one date; they sum to 1."""

    peace: P = Field(description="A settlement or a ceasefire is in force.")
    nowhere: P = Field(description="Still no settlement: fighting at the old level, with or without talks.")
    more_conflict: P = Field(description="Decided by force, a wider war, or a truce broken and fighting resumed.")

    def as_list(self) -> list[float]:
        """Return the probabilities in the order of `outcomes.ENDS`."""
        return [getattr(self, end) for end in ENDS]


class Intervals(Table):
    """A 90% interval of each outcome class at one date: [low, high]."""

    peace: tuple[P, P]
    nowhere: tuple[P, P]
    more_conflict: tuple[P, P]


class Moves(Table):
    """The change of each outcome class; they sum to 0."""

    peace: Difference
    nowhere: Difference
    more_conflict: Difference


class At(Table):
    """What a forecast says of one date, in every view."""

    months: int = Field(ge=1, description="After the bulletin's date.")
    day: dt.date
    best: Ends | None = Field(description="The best estimate; null where the record does not reach.")
    interval: Intervals | None = Field(description="The 90% interval of the best estimate.")
    model: Ends | None = Field(description="The model alone; null beyond the forecast's last month.")
    record: Ends | None = Field(description="Past conflicts by themselves.")


class Part(Table):
    """What one thing did to the best estimate."""

    name: str
    by: Moves


class Change(Table):
    """The change of the best estimate since an earlier bulletin, at one date, and what it is made of."""

    since: dt.date = Field(description="Date of the earlier bulletin.")
    day: dt.date = Field(description="The date asked about; null views are not compared.")
    before: Ends
    after: Ends
    parts: list[Part] = Field(description="They sum to the change.")
    method: str = Field(description="How the change was split.")
    facts: list[str] = Field(description="What the record holds of the conflict now that it did not before, in words.")


class Entry(Table):
    """A conflict that is forecast."""

    conflict: int = Field(description="UCDP number.")
    name: str = Field(description="As UCDP names it.")
    location: str = Field(description="State or states, as UCDP names them.")
    kind: Literal["civil", "interstate"]
    side_a: str
    side_b: str
    state: Literal["fighting", "truce", "settlement", "crisis"]
    start: dt.date = Field(description="First day of the episode of fighting.")
    since: dt.date | None = Field(description="First day of the truce or settlement in force.")
    coded_later: bool = Field(
        description="Whether the state follows from an end that could be coded only after the bulletin's date, since "
        "it is coded where the next calendar year was quiet: such a forecast is no evidence of skill."
    )
    intensity: Literal["minor", "war"] = Field(description="Of the last calendar year known.")
    source: str = Field(description='"record": the scenario is made from the record; else the user\'s own file.')
    as_of: dt.date = Field(description="Date of its scenario: of the user's own it may lie before the bulletin's.")
    file: str = Field(description="The saved forecast, in the folder `archive`.")
    saved: dt.datetime = Field(description="When it was saved (UTC).")
    digest: str = Field(description="Digest of the scenario as written.")
    at: list[At]
    change: Change | None = Field(description="Since the last bulletin; null where there is nothing to compare.")
    unchanged: str | None = Field(description="Why nothing is compared.")
    notes: list[str] = Field(description="What a reader must know of it.")

    def ahead(self, months: int) -> At | None:
        """Return what is said of a date so many months ahead; None where it is not asked about."""
        return next((a for a in self.at if a.months == months), None)


class NotForecast(Table):
    """A conflict that is not forecast, and why."""

    conflict: int
    name: str
    location: str
    kind: Literal["over", "inactive", "not solved", "missing data", "refused"]
    reason: str
    coded_later: bool = Field(description="As of a conflict that is forecast.")


class Settings(Table):
    """How a bulletin is made."""

    belief_points: int = Field(description="Of the belief grid, a side.")
    certify: bool = Field(description="Whether the games were searched for further equilibria.")
    attribution: bool = Field(description="Whether each change was split over what changed, solving games for it.")
    pages: bool = Field(description="Whether each conflict has a page.")
    only: list[int] = Field(description="UCDP numbers that it is limited to; empty: every conflict.")


class Bulletin(Table):
    """A forecast of every conflict that is active in the record at a date; made by `make_bulletins`."""

    as_of: dt.date = Field(description="Nothing dated later enters, but for what is marked `coded_later`.")
    made: dt.datetime = Field(description="When it was made (UTC).")
    version: str = Field(description="Version of the program.")
    inputs: str = Field(description="Digest of all that determines it: it is remade only where this differs.")
    definition: str = Field(description="Which conflicts are active.")
    record_to: dt.date = Field(description="Last day of the record of conflicts that is used.")
    previous: dt.date | None = Field(description="The last bulletin before it.")
    settings: Settings
    forecasts: list[Entry]
    not_forecast: list[NotForecast]
    unused_scenarios: list[str] = Field(description="Of the user's own, with the reason.")

    def __repr__(self) -> str:
        """Return the date, and how many conflicts are forecast."""
        return f"Bulletin of {self.as_of}: {len(self.forecasts)} conflicts forecast, {len(self.not_forecast)} not"

    __str__ = __repr__

    def of(self, conflict: int) -> Entry | None:
        """Return the entry of a conflict."""
        return next((e for e in self.forecasts if e.conflict == conflict), None)

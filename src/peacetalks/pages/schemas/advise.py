"""The shape of `peacetalks advise --json`: what the model expects if levers were moved."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from peacetalks.pages.forecast_schema import Table

Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Effect(Table):
    """A difference that a lever makes."""

    value: float
    error: float | None = Field(description="How far the belief grid may put it off; null where that is not known.")
    clear: bool | None = Field(description="Whether the difference is larger than its error; null: not known.")


class Lever(Table):
    """One lever, or two together, moved."""

    levers: list[str]
    words: list[str]
    held_by: list[str] = Field(description="`sides`, `mediator`, `outside`, or the label of a side.")
    change: dict[str, Any] = Field(description="What is changed, as `whatif` takes it.")
    sources: list[str] = Field(description="Why in this direction and by so much.")
    peace: Effect | None = Field(description="Difference of the model's peace; null where there is no forecast.")
    best: Effect | None = Field(description="Difference of the best estimate's peace.")
    truce_broken: float | None = Field(description="Difference of the chance that a truce breaks within a year.")
    settled: float | None = Field(description="Difference of the chance of a settlement by the month.")
    welfare: dict[str, Effect] = Field(description="Difference of each side's expected payoff, shares of the stake.")
    by_account: dict[str, Effect | None] = Field(description="The model's difference of peace under each account.")
    other_sign: list[str] = Field(description="Accounts under which the effect on peace has clearly another sign.")
    reason: str | None = Field(description="Why there is no forecast.")


class Pair(Lever):
    """Two levers moved together."""

    peace_of_each: float | None = Field(description="Sum of the differences of peace that each makes by itself.")


class Settings(Table):
    """How it was computed."""

    periods: Count
    belief_points: Count
    unsolved: Whole
    paired: Whole = Field(description="Levers that were moved in pairs too.")


class Advise(Table):
    """What the model expects if levers were moved, as `peacetalks advise --json` prints it."""

    finding: str
    scenario: str
    as_of: dt.date
    digest: str = Field(description="Digest of the scenario as written.")
    holder: str | None = Field(description="Whose levers; null: all.")
    month: Count = Field(description="At which peace is compared.")
    peace: Probability = Field(description="The model's peace with no lever moved.")
    best: Probability | None
    truce_broken: Probability | None
    truce_months: Count
    accounts: list[str]
    levers: list[Lever] = Field(description="Each by itself, the largest effect on peace first.")
    pairs: list[Pair]
    settings: Settings

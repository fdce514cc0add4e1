"""The shape of `peacetalks whatif --json`: a forecast before and after changes, and the difference."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import Ends, EndsIfKnown, Intervals, Outside, P, Table

Value = float | bool | str
Count = Annotated[int, Field(ge=1)]
Signed = Annotated[float, Field(ge=-1 - 1e-9, le=1 + 1e-9)]
Error = Annotated[float, Field(ge=0)]
SignedPair = Annotated[list[Signed], Field(min_length=2, max_length=2)]


class Change(Table):
    """An entry before and after; "off" where a mechanism is not in the game."""

    path: str = Field(description="Dotted path of the entry, as in a file.")
    before: Value
    after: Value


class Case(Table):
    """What is expected; lists run over `months`."""

    digest: str = Field(description="Digest of the scenario as written, with the changes for `after`.")
    best: EndsIfKnown | None = Field(description="The best estimate; null where there is none (`reason`).")
    best_interval: Intervals | None = Field(description="Its 90% interval.")
    model: Ends = Field(description="The model alone.")
    record: EndsIfKnown | None = Field(description="What past conflicts show by themselves.")
    terms: P | None = Field(description="Mean share of `terms_of`, given a settlement by the last period.")
    settled_by: list[P] = Field(description="Chance of a settlement, in the model alone.")
    truce_broken: P | None = Field(
        description="Chance that a truce, once begun, is broken within `truce_months`; null where none begins."
    )
    welfare: dict[str, float] = Field(description="Payoff that each player can expect at the start; the stake is 1.")
    residual: float = Field(description="Worst fixed-point residual of the game.")
    reason: str | None = Field(description="Why there is no best estimate, or why the model does not move it.")


class Differences(Table):
    """After minus before, of each outcome class; null where one of both is not known."""

    peace: list[Signed | None]
    nowhere: list[Signed | None]
    more_conflict: list[Signed | None]


class DifferenceIntervals(Table):
    """A 90% interval of each difference: [low, high] per month."""

    peace: list[SignedPair | None]
    nowhere: list[SignedPair | None]
    more_conflict: list[SignedPair | None]


class Errors(Table):
    """How far each difference may be off: what a finer belief grid may still make of it, and the solver's error."""

    peace: list[Error | None]
    nowhere: list[Error | None]
    more_conflict: list[Error | None]


class Difference(Table):
    """After minus before; lists run over `months`."""

    best: Differences | None
    best_interval: DifferenceIntervals | None = Field(
        description="Over joint draws of record, weight and ranges, the same before and after; null where past "
        "conflicts are asked anew."
    )
    best_error: Errors | None = Field(description="Null below 4 belief points.")
    model: Differences
    model_error: Errors | None
    terms: Signed | None
    settled_by: list[Signed]
    truce_broken: Signed | None
    welfare: dict[str, float | None] = Field(description="Null for a player who is in one of both games only.")
    welfare_error: dict[str, Error | None]


class Single(Table):
    """One of several changes by itself."""

    key: str = Field(description="As asked for, or what is changed as one.")
    changes: list[Change]
    after: Case | None
    difference: Difference | None
    reason: str | None = Field(description="Why it has no forecast by itself.")


class Settings(Table):
    """How it was computed."""

    periods: Count
    belief_points: Count
    draws: Annotated[int, Field(ge=0)]
    seed: int | None


class WhatIf(Table):
    """A forecast before and after changes of a scenario, as `peacetalks whatif --json` prints it."""

    finding: str = Field(description="What the changes do, in a sentence.")
    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    changes: list[Change] = Field(description="In the order asked for; shares of other types after them.")
    estimated_anew: list[Change] = Field(
        description="Numbers left out of the file, which the record estimates otherwise after the changes."
    )
    class_changed: bool = Field(description="Whether past conflicts are asked anew, about another class or date.")
    month: Count = Field(description="Of the finding.")
    months: list[Count]
    dates: list[dt.date] = Field(description="The calendar date of each month.")
    terms_of: str = Field(description="Whose share the terms are.")
    truce_months: Annotated[int, Field(ge=1)]
    before: Case
    after: Case
    difference: Difference
    each: list[Single] = Field(description="Of several changes, what each does by itself; else empty.")
    records: list[Outside] = Field(description="What past conflicts show in every class asked, before the changes.")
    settings: Settings

"""The shape of `peacetalks evidence base-rate --json`: a base rate, what it is made of, and the rates beside it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import P, Table

Count = Annotated[int, Field(ge=0)]
Pair = Annotated[list[P], Field(min_length=2, max_length=2)]


class Left(Table):
    """Cases left out for one reason."""

    reason: str
    n: Count


class Composition(Table):
    """The cases of one class; `events` to `going_on` add up to `used`, and with `dropped` to `cases`."""

    where: str = Field(description="The class, that of the event included.")
    cases: Count = Field(description="Cases of the class, as known at the date.")
    used: Count
    events: Count = Field(description="The event came, by the horizon, on a known day.")
    competing: Count = Field(description="Another end came by the horizon.")
    censored: Count = Field(description="Followed for less than the horizon, without an end.")
    interval_censored: Count = Field(description="Ended on a day that is not recorded.")
    going_on: Count = Field(description="Had not ended at the horizon, or (of a share) did not end so.")
    frequency: P | None = Field(description="The class's own rate of the event, before any shrinkage.")
    effective_n: Annotated[float, Field(ge=0)]
    dropped: list[Left]


class Coverage(Table):
    """Where a dataset ends."""

    dataset: str
    title: str
    gives: str
    followed_to: dt.date = Field(description="Last day followed, or the date of the question if that is earlier.")
    left_out: list[Left] = Field(description="Cases of the data that are not in the table, whatever their date.")


class Related(Table):
    """A rate that stands beside the base rate; none without cases."""

    relation: Literal["horizon", "class", "complement", "event"] = Field(description="In what it differs.")
    question: str
    where: str = Field(description="The reference class.")
    probability: P
    interval: Pair = Field(description="95% interval.")
    n: Annotated[int, Field(ge=1)]
    observed: P | None = Field(description="The class's own rate, before it is shrunk to its parent class.")
    weight: P = Field(description="Weight of the class's own rate in the probability; 1 without a parent class.")
    events: Count = Field(description="Cases in which what is asked is known to have come by the horizon.")


class BaseRate(Table):
    """A base rate, as `peacetalks evidence base-rate --json` prints it."""

    asked: str = Field(description="The question as it was asked.")
    question: str = Field(description="The question as it was understood, in the words of the record.")
    where: str = Field(description="The reference class; `all` without conditions.")
    as_of: dt.date | None = Field(description="Nothing dated later entered; null: all that is recorded.")
    probability: P | None = Field(description="Shrunk to the parent class; null where the data are insufficient.")
    interval: Pair | None = Field(description="95% interval.")
    n: Count = Field(description="Cases of the class that are used.")
    effective_n: Annotated[float, Field(ge=0)] = Field(description="N of independent, fully followed cases.")
    observed: P | None = Field(description="The class's own rate.")
    parent: P | None = Field(description="The parent class's rate; null for a class that is its own parent.")
    weight: P = Field(description="Weight of the class's own rate in the probability.")
    bounds: Pair | None = Field(description="What unrecorded fates allow; of ceasefires only.")
    definition: str
    source: str
    caution: str
    own: Composition = Field(description="The class, before shrinkage; it counts the event even of a complement.")
    parent_class: Composition | None
    unplaced: list[Left] = Field(description="Cases that are in no class by the traits asked about.")
    coverage: list[Coverage]
    complement: bool = Field(description="Whether what is asked is that the event has not come.")
    related: list[Related] = Field(description="Other horizons, neighbouring classes, the complement, other events.")

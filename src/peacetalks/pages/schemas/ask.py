"""The shape of `peacetalks ask --json`: answers to questions with dates."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from peacetalks.pages.forecast_schema import P, Pair, Table

Count = Annotated[int, Field(ge=0)]


class RecordedEvent(Table):
    """What past conflicts show of the recorded event that is closest to the question."""

    event: str = Field(description="What the record counts; empty where nothing comes close (`note`).")
    same: bool = Field(description="Whether it is what is asked.")
    differs: str = Field(description="In what it differs from what is asked.")
    probability: P | None
    interval: Pair | None = Field(description="90% interval.")
    reference_class: str
    method: str
    n: Count = Field(description="Cases used, as known at the date.")
    clusters: Count = Field(description="States (or wars, or crises) among them.")
    definition: str
    counted_from: str = Field(description="From when the time is counted.")
    source: str
    coverage_end: dt.date | None = Field(description="Last day followed, or the scenario's date if that is earlier.")
    note: str


class Answer(Table):
    """The answer to one question: probabilities of yes."""

    id: str | None = Field(description="As given with the question.")
    question: str = Field(description="As asked.")
    event: str = Field(description="What is asked, in words.")
    yes: str = Field(description="What would count as yes.")
    date: dt.date = Field(description="The day of the question.")
    month: Annotated[float, Field(ge=0)] = Field(description="Months from `as_of` to the day.")
    best: P | None = Field(description="The best estimate, the number to use; null where there is none (`reason`).")
    best_interval: Pair | None = Field(
        description="90% interval: the sampling error of past conflicts, the weight, and with --draws the scenario's "
        "ranges."
    )
    model: P = Field(description="The model alone.")
    record: P | None = Field(description="What past conflicts show of the closest event: that of `records`.")
    records: list[RecordedEvent]
    grid_error: Annotated[float, Field(ge=0)] | None = Field(
        description="By how much a finer belief grid may move `best`, or `model` where there is no best estimate."
    )
    reason: str | None = Field(
        description="Why there is no best estimate, or why it is past conflicts as they stand; else null."
    )
    notes: list[str]


class Refused(Table):
    """A question that cannot be answered."""

    id: str | None
    question: str
    line: int | None = Field(description="Line of a CSV file, place in a JSON list; null for one given directly.")
    reason: str


class Ask(Table):
    """Answers to questions about one scenario, as `peacetalks ask --json` prints them."""

    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    answers: list[Answer] = Field(description="In the order of the questions.")
    refused: list[Refused] = Field(description="Questions that cannot be answered; exit code 2 where there are any.")
    settings: dict[str, Any] = Field(description="Draws, seed, belief points.")

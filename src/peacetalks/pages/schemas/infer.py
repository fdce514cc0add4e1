"""The shape of `peacetalks infer --json`: beliefs after each event, accounts weighed, the forecast updated."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import Ends, EndsIfKnown, Intervals, Outside, Pooled, Table
from peacetalks.pages.schemas.views import BEST, RECORD, Accuracy, Beliefs, Count, Months


class MoveSeen(Table):
    """The moves of the model that an act is interpreted as."""

    stage: str
    moves: list[str]
    player: str


class Event(Table):
    """An event of the record, and what is believed after it."""

    id: str
    date: str = Field(description="A day, or a month where only that is known.")
    precision: Literal["day", "month"]
    actor: str
    act: str
    target: str
    source: str
    month: Count = Field(description="Month of the record in which it lies, from 1.")
    used: bool
    in_comparison: bool = Field(description="Whether accounts are compared on it.")
    reason: str = Field(description="Why it is not used; empty where it is.")
    read_as: MoveSeen | None = Field(description="Null where it is no move of the model.")
    remark: str
    alternative: Any = Field(description="The other coding of a disputed item; null without one.")
    dispute: str
    posterior: Beliefs
    log_likelihood: float | None = Field(description="Of the events up to this one.")


class MonthEnd(Table):
    """What is believed at the end of a month."""

    date: dt.date
    known: list[dict[str, Any]] = Field(description="What is known of the public state then.")
    posterior: Beliefs
    log_likelihood: float | None


class Coding(Table):
    """The end of the record with a disputed item coded otherwise."""

    posterior: Beliefs
    log_likelihood: float | None


class Evidence(Table):
    """Log evidence of an account, integrated over the ranges of its numbers."""

    log_z: float | None
    error: float | None
    method: str
    evaluations: Count
    complete: bool = Field(description="False: stopped at the cap before the method's own criterion.")
    unsolved: Count = Field(description="Points left out because the game has no solution there.")


class BayesFactor(Table):
    """Log Bayes factor of an account."""

    value: float | None
    error: float | None
    over: str = Field(description="The account that it is compared with.")


class WithoutAndWith(Table):
    """The model alone without and with the events."""

    without: Ends
    with_: Ends = Field(alias="with")


class BestWithoutAndWith(Table):
    """The best estimate without and with the events."""

    without: EndsIfKnown | None
    with_: EndsIfKnown | None = Field(alias="with")


class IntervalsWithoutAndWith(Table):
    """The interval of the best estimate without and with the events."""

    without: Intervals | None
    with_: Intervals | None = Field(alias="with")


class PooledWithoutAndWith(Table):
    """How the best estimate was made, without and with the events."""

    without: Pooled
    with_: Pooled = Field(alias="with")


class Account(Accuracy):
    """What the record says of one account, and its forecast without and with the events."""

    log_likelihood: float | None = Field(description="Of the record at the central values.")
    evidence: Evidence | None = Field(description="Null with --method none.")
    integrated_over: list[str] | None = Field(description="Dotted paths of the numbers integrated over.")
    log_bayes_factor: BayesFactor | None = Field(description="Null for the base and with --method none.")
    forecast: WithoutAndWith = Field(description="The same as `model`.")
    dates: list[dt.date]
    record: EndsIfKnown | None = Field(description=RECORD)
    records: list[Outside]
    outside: list[Outside] = Field(description="The same as `records`.")
    best: BestWithoutAndWith = Field(description=BEST)
    best_interval: IntervalsWithoutAndWith
    model: WithoutAndWith
    pooled: PooledWithoutAndWith


class Settings(Table):
    """How the inference was computed."""

    belief_points: Count
    method: Literal["sobol", "nested", "none"]
    points: Count
    seed: int
    solves: Count
    grid_note: str | None = Field(None, description="What must be known of the belief grid: --quick, few points.")


class Infer(Table):
    """What a record of public acts says, as `peacetalks infer --json` prints it."""

    finding: str = Field(description="What was found, in a sentence.")
    scenario: str
    digest: str = Field(description="Digest of the scenario as written.")
    start: dt.date = Field(description="First day of the record.")
    as_of: dt.date
    prior: Beliefs
    filter: list[Event] = Field(description="The events in order of date.")
    month_ends: list[MonthEnd]
    posterior: Beliefs = Field(description="At the end of the record.")
    log_likelihood: float | None
    not_used: list[Event]
    codings: dict[str, Coding] = Field(description="Disputed items by their other coding.")
    accounts: dict[str, Account] = Field(description="By name; the first is `base`.")
    dates: Months = Field(description="Months of the updated forecast.")
    calendar_dates: list[dt.date] = Field(description="The days on which those months end.")
    settings: Settings

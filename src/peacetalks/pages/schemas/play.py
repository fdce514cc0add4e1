"""The shape of `peacetalks play --json`, and of the file that a session is kept in."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.views import Count, NotNegative

Belief = dict[str, P]


class Seat(Table):
    """A side that is played by a person."""

    side: str
    type: str


class Move(Table):
    """A move of a person."""

    side: str
    move: str


class PublicEvent(Table):
    """What happened, as everybody saw it."""

    month: Count
    stage: str
    moves: dict[str, str] = Field(description="By mover; nature is chance.")
    words: str


class Beliefs(Table):
    """What everybody believed at the start of a month."""

    month: Count
    about: dict[str, Belief]


class JudgedMove(Table):
    """A move of a person, and how likely it was."""

    side: str
    month: Count
    stage: str
    move: str
    own: P = Field(description="Chance in equilibrium for the side's own type.")
    seen: P = Field(description="Chance as the others saw it, over its types.")
    likeliest: str = Field(description="What the type would most likely have done.")
    likeliest_chance: P
    believed: Belief = Field(description="About the side, after the move.")


class Expected(Table):
    """What the model expected at the start of a month for the end of the last one."""

    month: Count
    ends: dict[str, P]
    beliefs: dict[str, Belief]


class Debrief(Table):
    """A session looked back upon."""

    outcome: str
    end: str
    types: dict[str, str] = Field(description="Everybody's type.")
    moves: list[JudgedMove]
    forecasts: list[Expected]
    best: dict[str, P] | None = Field(description="Best estimate at the start for the end of the last month.")
    path_probability: P = Field(description="Of all that happened, given everybody's type.")
    worth: dict[str, float] = Field(description="What each person's side got and can expect; the stake is 1.")
    expected: dict[str, float] = Field(description="What its type could expect at the start.")


class Play(Table):
    """A session, as `peacetalks play --json` prints it and `--resume` reads it."""

    format: Count
    scenario: str = Field(description="Name or path, as it was given.")
    as_of: dt.date
    digest: str
    seed: NotNegative
    months: Count
    belief_points: Count
    seats: list[Seat]
    moves: list[Move] = Field(description="Of people, in the order made.")
    events: list[PublicEvent]
    beliefs: list[Beliefs]
    situation: str
    over: bool
    debrief: Debrief | None = Field(description="Null until the game is over.")

"""The shape of `peacetalks audit --json`: claims evaluated under every account."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import Table
from peacetalks.pages.schemas.views import Count, NotNegative

Interval = Annotated[list[float | None], Field(min_length=2, max_length=2)]


class Finding(Table):
    """What the model or the record says of a claim under one account."""

    id: str
    rows: list[Count] = Field(description="Rows of the table of mechanisms that it concerns.")
    account: str
    value: float | None = Field(description="Left side of the query; null where it is not known.")
    against: float | None = Field(description="Right side; null where nothing is compared.")
    margin: float | None = Field(description="Above 0 the comparison holds at the central values.")
    interval: Interval | None = Field(description="5 and 95% points of the margin over the draws; null without draws.")
    verdict: Literal["holds", "fails", "undecided", "nothing compared", "not solved"]
    grid_error: NotNegative | None = Field(description="How far the belief grid may put the margin off.")
    sentence: str
    attributed_to: str
    query: str


class Audit(Table):
    """The claims about a scenario, as `peacetalks audit --json` prints them."""

    finding: str = Field(description="What was found, in a sentence.")
    scenario: str
    digest: str = Field(description="Digest of the scenario as written.")
    as_of: dt.date
    settings: dict[str, Any] = Field(description="Draws, belief points, seed, solves, and what could not be solved.")
    claims: list[Finding] = Field(description="One for each claim and account.")

"""The shape of `peacetalks drivers --json`: what a forecast becomes as each number moves over its range."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import DriverTable, Table

Count = Annotated[int, Field(ge=1)]


class Settings(Table):
    """How it was computed."""

    belief_points: Count
    periods: Count


class Drivers(Table):
    """What drives a forecast, as `peacetalks drivers --json` prints it."""

    finding: str = Field(description="Which numbers move peace most, in a sentence.")
    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    drivers: list[DriverTable] = Field(description="Every number, the largest effect on peace first.")
    settings: Settings

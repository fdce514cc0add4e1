"""The shape of `peacetalks sweep --json`: forecasts over a grid of values."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import Table

Count = Annotated[int, Field(ge=1)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Ends(Table):
    """Probability of each outcome class at each of the months; null where it is not known."""

    peace: list[Probability | None]
    nowhere: list[Probability | None]
    more_conflict: list[Probability | None]


class Point(Table):
    """The forecast at one combination of values."""

    values: dict[str, float | str] = Field(description="By key, as asked for.")
    model: Ends | None = Field(description="The model alone; null where there is no forecast (`unsolved` says why).")
    best: Ends | None = Field(description="The best estimate; null where there is none.")
    terms: float | None = Field(description="Mean share of side 1 given a settlement by the last period.")


class Settings(Table):
    """How it was computed."""

    periods: Count
    belief_points: Count


class Sweep(Table):
    """Forecasts over a grid of values, as `peacetalks sweep --json` prints them."""

    scenario: str
    as_of: dt.date
    digest: str = Field(description="Digest of the scenario as written.")
    keys: dict[str, list[float | str]] = Field(description="The values of each key.")
    months: list[Count]
    dates: list[dt.date]
    points: list[Point] = Field(description="Every combination, the last key going fastest.")
    unsolved: list[str] = Field(description="Combinations without a forecast, each with the reason.")
    settings: Settings

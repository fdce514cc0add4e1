"""The shape of `peacetalks drivers --json`: what a forecast becomes as each number moves over its range."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import DriverTable, Table

Count = Annotated[int, Field(ge=1)]


class Settings(Table):
    """How it was computed."""

    belief_points: Count
    periods: Count


class Share(Table):
    """What comes from a number, or from several together."""

    name: str = Field(description="Path of a number, name of a table, or what an observer can know.")
    first: float = Field(description="First-order Sobol index: share of the variance due to it alone.")
    first_interval: tuple[float, float] = Field(description="90%, with the emulator's error and what it leaves.")
    total: float = Field(description="Total Sobol index: the share due to it, alone and with others.")
    total_interval: tuple[float, float]
    ranks: tuple[Count, Count] | None = Field(
        description="Best and worst rank by the total index that the error allows; null where nothing can be ranked."
    )


class Target(Table):
    """Where a forecast comes from: an outcome class of the model, the best estimate's peace, or the terms."""

    target: Literal["peace", "nowhere", "more_conflict", "best", "terms"]
    explained: float | None = Field(description="Share of the variance of draws kept out that the emulator predicts.")
    error: float | None = Field(description="Root mean square error of a draw kept out.")
    cannot_be_ranked: str | None = Field(description="Why nothing can be ranked; null where it can.")
    numbers: list[Share]
    mechanisms: list[Share]
    knowable: list[Share]


class SensitivitySettings(Table):
    """How the Sobol indices were computed."""

    draws: Count
    seed: int
    solved: Count
    unsolved: int
    impossible: int = Field(description="Draws whose values cannot stand together.")
    lost_at: str | None = Field(description="Number and end of its range at which most games have no forecast.")
    periods: Count
    belief_points: Count
    rows: Count = Field(description="Base points of the sample of the emulator.")


class Sensitivity(Table):
    """Where the answer comes from as all numbers go over their ranges at once."""

    finding: str
    month: Count = Field(description="At which the outcome classes are taken.")
    targets: list[Target]
    settings: SensitivitySettings


class Drivers(Table):
    """What drives a forecast, as `peacetalks drivers --json` prints it."""

    finding: str = Field(description="Which numbers move peace most, in a sentence.")
    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    drivers: list[DriverTable] = Field(description="Every number, the largest effect on peace first.")
    sensitivity: Sensitivity | None = Field(description="Null without `--draws`.")
    settings: Settings

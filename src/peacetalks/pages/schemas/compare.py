"""The shape of `peacetalks compare --json`: the accounts of a scenario side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from peacetalks.outcomes import LABELS
from peacetalks.pages.forecast_schema import Ends, P, Table
from peacetalks.pages.schemas.views import Accuracy, Count, EndDifferences, Months, Views


class NumberWritten(Table):
    """A number as a scenario or an account has it."""

    value: float
    low: float = Field(description="Lower end of its central 90%.")
    high: float = Field(description="Upper end.")
    source: str | None


class Change(Table):
    """An entry that an account has otherwise than the base."""

    path: str = Field(description="Dotted path of the entry.")
    base: NumberWritten | Any = Field(description="As in the base; null where it is not in the game.")
    account: NumberWritten | Any = Field(description="As in the account; null where it takes the entry out.")
    reason: str


class Credit(EndDifferences):
    """What one entry contributes to the difference of each outcome class, at the last month compared."""

    entries: str = Field(description="Entry, or entries that change together.")
    error: EndDifferences | None = Field(description="Error of a sampled split; null where it is exact.")


class Drivers(Table):
    """Shapley split of the difference between an account and the base; the credits sum to the difference."""

    difference: EndDifferences
    credit: list[Credit] = Field(description="Largest first.")
    solves: Count


class Account(Views, Accuracy):
    """What one account expects."""

    title: str
    attributed_to: str | None = Field(description="Null for the scenario as written.")
    ends: Ends = Field(description="The model alone at the months compared.")
    outcomes: dict[str, list[P]] = Field(
        description="Every outcome in the model alone.", json_schema_extra={"propertyNames": {"enum": list(LABELS)}}
    )
    terms: P | None = Field(description="Mean share of side 1 given a settlement by the last month; null without one.")
    changes: list[Change]
    drivers: Drivers | None = Field(description="Null for the base and without --drivers.")


class Settings(Table):
    """How the comparison was computed."""

    belief_points: Count
    solves: Count
    grid_note: str | None = Field(None, description="What must be known of the belief grid: --quick, few points.")


class Compare(Table):
    """The accounts of a scenario, as `peacetalks compare --json` prints them."""

    finding: str = Field(description="What was found, in a sentence.")
    scenario: str
    digest: str = Field(description="Digest of the scenario as written.")
    dates: Months = Field(description="Months compared.")
    calendar_dates: list[dt.date] = Field(description="The days on which those months end.")
    settings: Settings
    accounts: dict[str, Account] = Field(description="By name; the first is `base`, the scenario as written.")

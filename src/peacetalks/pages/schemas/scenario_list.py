"""The shape of `peacetalks list --json`: the scenarios that are at hand."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import Table

Count = Annotated[int, Field(ge=0)]


class Listed(Table):
    """A scenario file; what is read from it is null where it cannot be used (`error`)."""

    name: str = Field(description="By which it is loaded: of a bundled scenario its name, else its path.")
    bundled: bool
    title: str | None
    as_of: dt.date | None
    sides: Annotated[list[str], Field(min_length=2, max_length=2)] | None
    accounts: Count = Field(description="Files of accounts beside it.")
    events: Count = Field(description="Records of events beside it.")
    claims: Count = Field(description="Files of claims beside it.")
    error: str | None = Field(description="Why it cannot be used.")


class ScenarioList(Table):
    """The scenarios, as `peacetalks list --json` prints them: the bundled ones, then those of the folder."""

    scenarios: list[Listed]

"""The shape of `peacetalks check --json`: a scenario file that is valid."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import Table

Count = Annotated[int, Field(ge=0)]


class Numbers(Table):
    """How many numbers of the scenario rest on what."""

    total: Count
    data: Count = Field(description="A data set or a publication is named.")
    estimated: Count = Field(description="Estimated on the record.")
    judgement: Count
    starter: Count = Field(description="Still as the starter file had them.")
    without: Count = Field(description="No source at all.")
    not_judged: Count = Field(description="The same for every conflict: no question about it was answered.")


class Check(Table):
    """A valid scenario, as `peacetalks check --json` prints it."""

    scenario: str
    digest: str = Field(description="Digest of the scenario as written.")
    states: Count | None = Field(
        description="Public states of its game at the start of a period; null without --size, unless large."
    )
    nodes: Count | None = Field(description="Nodes of its game: a stage in a state; null likewise.")
    numbers: Numbers
    without_source: list[str] = Field(description="Dotted paths of the numbers without a source.")
    starter: list[str] = Field(description="Dotted paths of the entries that are still the starter's.")
    not_judged: list[str] = Field(description="Dotted paths of the numbers about which no question was answered.")
    warnings: list[str] = Field(description="What looks implausible, though it is allowed.")

"""The shapes of what `peacetalks evidence cards NAME`, `add` and `rebuild` print, which is JSON always."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from peacetalks.pages.forecast_schema import Table
from peacetalks.pages.schemas.views import Count


class Column(Table):
    """A column of a dataset."""

    from_: list[str] = Field(alias="from", description="Columns of the raw file that it is made of.")
    type: str
    unit: str
    meaning: str
    codes: dict[str, str] = Field(description="Code -> meaning.")


class File(Table):
    """A file of the publisher that is known."""

    pattern: str
    version: str
    sha256: str


class Card(Table):
    """What a dataset is, who made it and on what terms, as `peacetalks evidence cards NAME` prints it."""

    name: str
    title: str
    citation: str
    terms: str = Field(description="Of use.")
    published: str
    version: str
    unit_of_row: str
    years: Annotated[list[int], Field(min_length=2, max_length=2)] = Field(description="First and last year covered.")
    rows: Count
    cases: str = Field(description="What it covers, in words.")
    limits: list[str]
    folder: str
    encoding: str
    version_column: str = Field(description="Empty where the file does not name its version.")
    columns: dict[str, Column]
    files: list[File]


class Added(Table):
    """A dataset file that was recognised, as `peacetalks evidence add` prints it."""

    dataset: str
    title: str
    sha256: str
    known: bool = Field(description="Whether it is a file whose digest is known.")
    version: str
    rows: Count
    cached: str = Field(description="The copy.")


class Rebuild(Table):
    """The derived tables compared with those that are shipped, as `peacetalks evidence rebuild` prints it."""

    same: list[str]
    differ: list[str]

"""The shapes of `peacetalks evidence outside`, `conflicts`, `status` and `update` with `--json`."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from peacetalks.outcomes import ENDS, LABELS
from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.base_rate import Composition, Coverage, Left
from peacetalks.pages.schemas.views import Count, Months, NotNegative

Known = P | None


class Return(Table):
    """How often the fighting began again after one kind of end (parent class)."""

    ending: str
    n: Count
    returned: Count
    censored: Count = Field(description="Followed for less.")
    frequency: P | None = Field(description="Null where none was followed.")


class MadeOf(Table):
    """The cases of a class and of its parent class, before any mixing."""

    own: Composition
    parent_class: Composition | None
    unplaced: list[Left] = Field(description="Cases that are in no such class.")
    returns: list[Return]
    own_end_frequency: list[list[Known]] = Field(description="[month, outcome class].")
    parent_end_frequency: list[list[Known]] | None = Field(description="[month, outcome class].")


class OutsideForecast(Table):
    """What became of past conflicts of a class, as `peacetalks evidence outside --json` prints it."""

    reference_class: str
    as_of: dt.date | None = Field(description="Nothing known later entered; null: all that is recorded.")
    horizons_months: Months
    labels: list[str] = Field(
        description="Outcomes that the data code.", json_schema_extra={"items": {"enum": list(LABELS)}}
    )
    ends: list[str] = Field(json_schema_extra={"items": {"enum": list(ENDS)}})
    probability: list[list[Known]] = Field(description="[month, outcome].")
    low: list[list[Known]] = Field(description="[month, outcome]: lower end of the 95% interval.")
    high: list[list[Known]] = Field(description="[month, outcome]: upper end.")
    end_probability: list[list[Known]] = Field(description="[month, outcome class].")
    end_low: list[list[Known]] = Field(description="[month, outcome class]: lower end of the 95% interval.")
    end_high: list[list[Known]] = Field(description="[month, outcome class]: upper end.")
    n: Count = Field(description="Cases of the class.")
    weight: P = Field(description="Weight of the class's own cases; the rest is that of the parent class.")
    definition: str
    source: str
    draws: Count
    seed: int
    n_scope: Count = Field(description="Cases of the parent class.")
    clusters: Count = Field(description="States in the parent class.")
    method: Literal["class", "regression"]
    spoken: dict[str, str] = Field(description="Outcome -> what it is in the data.")
    silent: dict[str, str] = Field(description="Outcome -> why the data cannot give it.")
    hazard_ratios: dict[str, dict[str, NotNegative | None]] = Field(
        description="Regression: ending -> trait -> ratio; empty for the class."
    )
    made_of: MadeOf | None
    coverage: list[Coverage]
    states: Count = Field(description="States among the cases of the class.")


class Conflict(Table):
    """A conflict of the record, as known at the date."""

    id: Count = Field(description="Number in the UCDP data.")
    name: str
    kind: Literal["civil", "interstate"]
    side_a: str
    side_b: str
    first: int = Field(description="First year of fighting.")
    last: int = Field(description="Last year of fighting.")
    intensity: Literal["minor", "war"]
    state: Literal["fighting", "truce", "settlement", "over"]
    start: dt.date
    since: dt.date | None = Field(description="First day of the state, where it is known.")
    coded_later: bool = Field(
        description="Whether the state follows from an end that could be coded only after the date."
    )


class Conflicts(Table):
    """The conflicts that were asked for, as `peacetalks evidence conflicts --json` prints them."""

    coverage_end: dt.date = Field(description="Last day of the record.")
    conflicts: list[Conflict]


class Dataset(Table):
    """A dataset in the package's tables, and in the user's own."""

    name: str
    title: str
    version: str = Field(description="In the package.")
    to_year: int
    sha256: str = Field(description="Of the file that the package's tables were made from.")
    local_version: str | None = Field(description="In the user's own tables; null without these.")
    local_to_year: int | None
    local_rows: Count | None
    local_sha256: str | None
    added: bool = Field(description="Whether a copy is on this machine.")
    in_use: Literal["package", "local"]


class TableInUse(Table):
    """A derived table."""

    name: str
    in_use: Literal["package", "local"]
    rows: Count
    sha256: str
    package_rows: Count


class Status(Table):
    """What answers rest on, as `peacetalks evidence status --json` prints it."""

    folder: str | None = Field(description="For the user's own tables; null where they are switched off.")
    stale: bool = Field(description="The user's own are not used: the package's tables have changed since.")
    datasets: list[Dataset]
    tables: list[TableInUse]


class DatasetFound(Table):
    """A dataset on this machine that an update used."""

    version: str
    to_year: int
    rows: Count
    sha256: str
    differs: bool = Field(description="Whether it is another than the package's.")


class Rows(Table):
    """Rows of a table before and after."""

    before: Count
    after: Count


class Update(Table):
    """What an update made, as `peacetalks evidence update --json` prints it."""

    folder: str
    datasets: dict[str, DatasetFound]
    changed: dict[str, Rows] = Field(description="Tables that differ from the package's.")
    same: list[str] = Field(description="Tables made anew and equal to the package's.")
    shipped: dict[str, list[str]] = Field(description="Tables left as shipped -> datasets that are missing.")

"""The shape of `peacetalks forecast --json`, as typed tables; `forecast.schema.json` is generated from it.

Lists run over `periods` unless a table has its own `months`.  Probabilities lie in [0, 1]; what is not known is null,
never 0.  `python -m peacetalks.pages.forecast_schema FILE` writes the schema.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from peacetalks.outcomes import LABELS

P = Annotated[float, Field(ge=-1e-9, le=1 + 1e-9)]


class Table(BaseModel):
    """A table of the output: no other keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ends(Table):
    """The three outcome classes: one probability per period; they sum to 1."""

    peace: list[P] = Field(description="A settlement or a ceasefire is in force.")
    nowhere: list[P] = Field(description="Still no settlement: fighting at the old level, with or without talks.")
    more_conflict: list[P] = Field(description="Decided by force, a wider war, or a truce broken and fighting resumed.")


class Baselines(Table):
    """Terms that need no model, as shares of side 1."""

    front: P = Field(description="The front as it stands.")
    capability_weighted_mean: P = Field(description="The mean of both claims, weighted by capability.")


class Terms(Table):
    """The terms of a settlement by the last period."""

    share_of: str = Field(description="Whose share the values are.")
    values: list[P] = Field(description="Terms on offer.")
    probabilities: list[P | None] = Field(
        description="Probability of each, given settlement; null where none is reached."
    )
    mean: P | None = Field(description="Mean share given settlement.")
    baselines: Baselines


class Quantiles(Table):
    """5, 25, 75 and 95% points over the draws of the scenario's ranges, per period."""

    q05: list[P]
    q25: list[P]
    q75: list[P]
    q95: list[P]


class Bands(Table):
    """Bands by outcome class and by outcome."""

    outcomes: dict[str, Quantiles]
    ends: dict[str, Quantiles]


class Truce(Table):
    """What becomes of a truce, by months since it began."""

    expected_number: Annotated[float, Field(ge=0)] = Field(
        description="Truces that begin in the first half of the forecast."
    )
    months: list[int]
    broken_within: list[P] = Field(description="Chance that it has broken down by then.")
    settled_within: list[P] = Field(description="Chance that it has become a settlement by then.")


class Durations(Table):
    """Time to settlement and to the collapse of a truce."""

    settled_by: list[P] = Field(description="Chance of a settlement by the end of each period.")
    truce: Truce | None = Field(description="Null where no truce can begin.")


class Outside(Table):
    """What became of past conflicts of one reference class; the tables are empty where the data are insufficient."""

    reference_class: str
    conditions: Annotated[int, Field(ge=0)] = Field(description="How many conditions the class sets: how narrow it is.")
    months: list[int]
    n: Annotated[int, Field(ge=0)] = Field(description="Cases of the class, as known at the date.")
    weight: P = Field(description="Weight of the class's own cases; the rest is that of the parent class.")
    ends: dict[str, list[P | None]] = Field(
        description="Probability of each outcome class at the months; null where not followed so long."
    )
    low: dict[str, list[P | None]] = Field(description="Lower end of the 95% interval.")
    high: dict[str, list[P | None]] = Field(description="Upper end of the 95% interval.")
    source: str
    note: str = Field(description="What the data do not say.")


class Pooled(Table):
    """The best estimate: the model pooled with past conflicts; null where there are too few, with the `reason`."""

    reference_class: str | None = Field(
        description="The class pooled: the narrowest with enough cases, of equals the first named."
    )
    months: list[int]
    ends: dict[str, list[P | None]] | None = Field(description="Probability of each outcome class at the months.")
    low: dict[str, list[P | None]] | None = Field(description="Least as the weight moves over its 95% interval.")
    high: dict[str, list[P | None]] | None = Field(description="Most as the weight moves over its 95% interval.")
    weight: P = Field(description="Weight of the model, as it was known at the date.")
    weight_interval: Annotated[list[P], Field(min_length=2, max_length=2)] = Field(
        description="95% interval of the weight."
    )
    sharpness: Annotated[float, Field(gt=0)] = Field(
        description="Recalibration: below 1 the pool is made more cautious."
    )
    cases: Annotated[float, Field(ge=0)] = Field(description="Historical cases that the weight was fitted on.")
    identified: bool = Field(description="Whether the cases identify the weight; if not it is mostly the prior.")
    prior: str = Field(description="The judgement that the weight starts from.")
    fitted_on: str
    method: str
    limits: list[str]
    reason: str | None = Field(description="Why there is no best estimate; null where there is one.")


class Forecast(Table):
    """A forecast, as `peacetalks forecast --json` prints it."""

    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    periods: list[int] = Field(description="Months, counted from 1.")
    ends: Ends
    outcomes: dict[str, list[P]] = Field(description="Every outcome: one probability per period; they sum to 1.")
    terms: Terms
    bands: Bands | None = Field(description="Null without --draws.")
    noise_floor: Ends = Field(
        description="The complete-information benchmark: the same forecast where every type is known."
    )
    information_share: list[P] = Field(
        description="Probability that private information moves between the outcome classes."
    )
    grid_error: Ends | None = Field(
        description="What a finer belief grid may still change: a quarter of what the last halving of its spacing "
        "changed."
    )
    durations: Durations
    outside: list[Outside]
    pooled: Pooled
    settings: dict[str, Any] = Field(description="Precision, belief points, tolerance, seed, size.")
    residual: float = Field(description="Worst fixed-point residual over all games solved.")
    multiple: int | None = Field(
        description="Nodes at which the search found several equilibria, a lower bound (`settings.search` holds how "
        "much was searched); the one on the principal branch is kept. Null where it was not searched."
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a forecast.

    >>> schema()["title"]
    'Forecast'
    """
    out = Forecast.model_json_schema()
    out["properties"]["outcomes"] |= {"required": list(LABELS), "propertyNames": {"enum": list(LABELS)}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **out}


def text() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")

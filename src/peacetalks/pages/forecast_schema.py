"""The shape of `peacetalks forecast --json`, as typed tables; `forecast.schema.json` is generated from it.

Start with `best`, `best_interval` and `dates`.  Lists run over `periods` unless a table has its own `months`.
Probabilities lie in [0, 1]; what is not known is null, never 0.

`python -m peacetalks.pages.forecast_schema FILE` writes the schema.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

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


class EndsIfKnown(Table):
    """The three outcome classes: one probability per period, null where past conflicts do not reach; they sum to 1."""

    peace: list[P | None] = Field(description="A settlement or a ceasefire is in force.")
    nowhere: list[P | None] = Field(description="Still no settlement: fighting at the old level.")
    more_conflict: list[P | None] = Field(description="Decided by force, a wider war, or fighting resumed.")


Pair = Annotated[list[P], Field(min_length=2, max_length=2)]


class Intervals(Table):
    """A 90% interval of each outcome class: [low, high] per period, null where past conflicts do not reach."""

    peace: list[Pair | None]
    nowhere: list[Pair | None]
    more_conflict: list[Pair | None]


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


class LeftOut(Table):
    """Cases that are not used, for one reason."""

    reason: str
    n: Annotated[int, Field(ge=0)]


class Outside(Table):
    """What became of past conflicts of one class; the tables are empty where the data are insufficient."""

    reference_class: str
    conditions: Annotated[int, Field(ge=0)] = Field(description="How many conditions the class sets: how narrow it is.")
    months: list[int]
    n: Annotated[int, Field(ge=0)] = Field(description="Cases of the class that are used, as known at the date.")
    weight: P = Field(description="Weight of the class's own cases; the rest is that of the parent class.")
    ends: dict[str, list[P | None]] = Field(
        description="Probability of each outcome class at the months; null where not followed so long."
    )
    low: dict[str, list[P | None]] = Field(description="Lower end of the interval; `level` is its probability.")
    high: dict[str, list[P | None]] = Field(description="Upper end of the interval.")
    source: str
    note: str = Field(description="What the data do not say, or why there is no answer.")
    anchors: bool = Field(description="Whether the best estimate starts from it: it answers the question at hand.")
    method: str
    level: P = Field(description="Probability that the intervals hold.")
    clusters: Annotated[int, Field(ge=0)] = Field(description="States (or wars, or crises) among the cases.")
    events: dict[str, int] = Field(description="Endings, and how often each came.")
    definition: str
    counted_from: str = Field(description="From when months are counted.")
    coverage_end: dt.date | None = Field(description="Last day followed, or the scenario's date if that is earlier.")
    cases: Annotated[int, Field(ge=0)] = Field(description="Cases of the class, used or not.")
    dropped: list[LeftOut] = Field(description="Cases that are not used, by reason.")


class Pooled(Table):
    """How the best estimate was made: past conflicts, adjusted by the model; null where there is none (`reason`)."""

    reference_class: str | None = Field(description="The class of past conflicts that the estimate starts from.")
    months: list[int]
    ends: EndsIfKnown | None = Field(description="The best estimate at the months: the same as `best`.")
    low: EndsIfKnown | None = Field(description="Lower end of its 90% interval.")
    high: EndsIfKnown | None = Field(description="Upper end of its 90% interval.")
    record: EndsIfKnown | None = Field(description="Past conflicts by themselves: the estimate at weight 0.")
    typical: EndsIfKnown | None = Field(
        description="The model alone in the typical case: the same mechanisms and values, every number that the "
        "record identifies or describes at the typical value of the class."
    )
    whole: EndsIfKnown | None = Field(description="Past conflicts moved by the model's whole departure: weight 1.")
    typical_case: str | None = Field(
        description="The class that the typical case stands for; null where there is none."
    )
    departures: list[str] = Field(description="What departs from the typical case, in words.")
    weight: Annotated[float, Field(ge=0)] = Field(
        description="Weight w of the model's departure, as it was known at the date: best = record x exp(w (log model "
        "- log typical)), renormalised."
    )
    weight_interval: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        description="90% interval of the weight."
    )
    sharpness: Annotated[float, Field(gt=0)] = Field(description="Always 1: the estimate is not recalibrated.")
    cases: Annotated[float, Field(ge=0)] = Field(description="Past cases that the weight was fitted on.")
    identified: bool = Field(description="Whether the cases identify the weight; if not it is mostly the prior.")
    sharpens: bool = Field(
        description="Whether the best estimate has scored better than past conflicts by themselves in the backtest; if "
        "not, the model explains and compares."
    )
    interval_holds: list[str] = Field(description="Which uncertainties the 90% interval holds.")
    prior: str = Field(description="The judgement that the weight starts from.")
    fitted_on: str
    method: str
    limits: list[str]
    reason: str | None = Field(
        description="Why there is no best estimate, or why it is past conflicts as they stand, not adjusted by the "
        "model; else null."
    )


class AccountTable(Table):
    """The forecast under a rival account; lists run over `dates`."""

    dates: list[dt.date] = Field(description="The calendar date of the end of each month shown.")
    best: EndsIfKnown | None = Field(description="The best estimate; null where there is none.")
    best_interval: Intervals | None = Field(description="90% interval of the best estimate.")
    model: Ends = Field(description="The model alone, at the central values.")


class DriverTable(Table):
    """What the forecast becomes where one number stands at either end of its range, all others as they are."""

    path: str = Field(description="Dotted path of the number, as in a file.")
    label: str = Field(description="What it is, in words.")
    value: float = Field(description="Its central value.")
    low: float = Field(description="Where it is set: the lower end of its range.")
    high: float
    month: Annotated[int, Field(ge=1)] = Field(description="Month at which peace is compared: that of the headline.")
    view: Literal["best", "model"] = Field(
        description="What moves: the best estimate, or the model alone where past conflicts give no estimate to move."
    )
    peace: P = Field(description="Peace at the month, of the scenario as it is.")
    peace_low: P | None = Field(description="The same with the number at `low`; null where the game has no solution.")
    peace_high: P | None
    months: list[int] = Field(description="Of `ends_low` and `ends_high`.")
    ends_low: EndsIfKnown | None
    ends_high: EndsIfKnown | None
    source: str = Field(description="Where the range comes from.")
    knowable: bool = Field(description="Whether an observer can know the number, in principle.")
    known_by: str | None = Field(description="How; null where nobody outside can.")


class Forecast(Table):
    """A forecast, as `peacetalks forecast --json` prints it."""

    scenario: str
    as_of: dt.date = Field(description="Nothing dated later entered.")
    digest: str = Field(description="Digest of the scenario as written.")
    periods: list[int] = Field(description="Months, counted from 1.")
    dates: list[dt.date] = Field(description="The calendar date of the end of each period.")
    best: EndsIfKnown | None = Field(
        description="The best estimate, the number to use: past conflicts of the class, adjusted by what the model "
        "finds different from the typical case; without one, as they stand. Null where no class has an estimate "
        "(`pooled.reason`)."
    )
    best_interval: Intervals | None = Field(
        description="90% interval of the best estimate: the sampling error of past conflicts, the weight, and with "
        "--draws the scenario's ranges."
    )
    model: Ends = Field(description="The model alone, at the central values: the same as `ends`.")
    record: EndsIfKnown | None = Field(
        description="What past conflicts show by themselves: the answer that the best estimate starts from; null where "
        "there is none."
    )
    records: list[Outside] = Field(description="What past conflicts show in every class asked: the same as `outside`.")
    ends: Ends = Field(description="The model alone: the same as `model`.")
    outcomes: dict[str, list[P]] = Field(description="Every outcome: one probability per period; they sum to 1.")
    terms: Terms
    bands: Bands | None = Field(description="Of the model alone; null without --draws.")
    mixture: Ends | None = Field(
        description="Mean of the model alone over the draws, which the forecast of the central values need not be; "
        "null without --draws."
    )
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
    outside: list[Outside] = Field(description="What past conflicts show in every class asked: the same as `records`.")
    pooled: Pooled = Field(description="How `best` was made.")
    settings: dict[str, Any] = Field(
        description="Precision, belief points, tolerance, seed, size; as `notes` what a reader must know of the "
        "scenario, such as that the record ends before its date."
    )
    residual: float = Field(description="Worst fixed-point residual over all games solved.")
    multiple: int | None = Field(
        description="Nodes at which the search found several equilibria, a lower bound (`settings.search` holds how "
        "much was searched); the one on the principal branch is kept. Null where it was not searched."
    )
    drivers: list[DriverTable] | None = Field(
        None, description="What moves the answer, the farthest first; only with --drivers."
    )
    accounts: dict[str, AccountTable] | None = Field(
        None, description="The forecast under each rival account, by its name; only with --accounts."
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

"""The shapes of `peacetalks diff --json`, `score --json` and `history --json`: saved forecasts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import EndsIfKnown, Intervals, P, Pair, Table

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=-1 - 1e-9, le=1 + 1e-9)]
Brier = Annotated[float, Field(ge=0, le=2 + 1e-9)]
End = Literal["peace", "nowhere", "more_conflict"]


class EndsAt(Table):
    """The three outcome classes at one date; they sum to 1."""

    peace: P
    nowhere: P
    more_conflict: P


class IntervalsAt(Table):
    """A 90% interval of each outcome class at one date: [low, high]."""

    peace: Pair
    nowhere: Pair
    more_conflict: Pair


class Changes(Table):
    """The change of each outcome class, B less A, at each date; null where one of the two is not known."""

    peace: list[Share | None]
    nowhere: list[Share | None]
    more_conflict: list[Share | None]


class Side(Table):
    """One of the two that are compared."""

    name: str = Field(description="Of the file, or of the bundled scenario.")
    scenario: str
    title: str
    as_of: dt.date
    digest: str = Field(description="Digest of the scenario as written.")
    saved: dt.datetime | None = Field(description="When it was saved (UTC); null for a scenario that is forecast now.")


class Days(Table):
    """The dates at which each is read."""

    a: list[dt.date]
    b: list[dt.date]


class Number(Table):
    """A number of a scenario: central value, 90% range, source."""

    value: float
    low: float
    high: float
    source: str | None


class Entry(Table):
    """An entry of the scenario that differs."""

    path: str
    words: str = Field(description="What it is.")
    kind: Literal["value", "range", "source", "text", "added", "removed", "estimated"]
    a: Number | Any = Field(description="In A; null where it is not in it.")
    b: Number | Any = Field(description="In B; null where it is not in it.")
    source_changed: bool
    group: str | None = Field(description="The part that it shares in; null where it cannot move the forecast.")


class ProgramEntry(Table):
    """Something about the program, its data or its settings that differs."""

    kind: Literal["program", "dataset", "table", "setting"]
    name: str
    a: str
    b: str


class Both(Table):
    """A view of both, and its change."""

    a: EndsIfKnown | None
    b: EndsIfKnown | None
    change: Changes | None


class BothIntervals(Table):
    """The 90% interval of the best estimate in both."""

    a: Intervals | None
    b: Intervals | None


class Effect(Table):
    """What one thing did to the answer; all of them sum to the whole change."""

    name: str
    kind: Literal["entries", "date", "program", "interaction"]
    best: Changes | None = Field(description="To the best estimate; null where there is none.")
    model: Changes = Field(description="To the model alone.")


class DiffSettings(Table):
    """How the difference was split."""

    belief_points: Count
    solves: Count = Field(description="Games that were asked for.")


class Diff(Table):
    """What changed between two forecasts and what each change did, as `peacetalks diff --json` prints it."""

    finding: str
    a: Side
    b: Side
    aligned: Literal["calendar", "months"] = Field(
        description="Whether both are read at the same dates, or so many months after each one's own date."
    )
    dates: Days
    entries: list[Entry]
    program: list[ProgramEntry] = Field(description="Empty where one of the two is forecast now.")
    best: Both | None = Field(description="Null where the answers were not compared.")
    best_interval: BothIntervals | None
    model: Both | None
    record: Both | None
    parts: list[Effect] | None = Field(description="Null where the change was not split (`reason`).")
    method: str | None = Field(description="How the change was split.")
    reason: str | None = Field(description="Why it was not split.")
    settings: DiffSettings


class RuleScores(Table):
    """The scores of one forecast of one day in one view; lower is better."""

    brier: Brier = Field(description="Over the three outcome classes, 0 to 2.")
    log: float | None = Field(description="Null where it is infinite.")
    rps: Brier
    log_infinite: bool = Field(description="Whether what came true had the probability 0.")


class ScoresByView(Table):
    """Scores in every view."""

    best: RuleScores
    model: RuleScores
    record: RuleScores


class Scored(Table):
    """One forecast and what came true on a day that it covers."""

    file: str
    scenario: str
    digest: str
    as_of: dt.date
    saved: dt.datetime
    date: dt.date
    days_ahead: Count
    outcome: End
    best: EndsAt
    model: EndsAt
    record: EndsAt
    scores: ScoresByView


class BrierByView(Table):
    """Mean Brier scores by view."""

    best: Brier
    model: Brier
    record: Brier


class ScenarioScore(Table):
    """The mean Brier scores of one scenario's forecasts."""

    scenario: str
    n: Count = Field(description="Forecasts of a day.")
    brier: BrierByView


class MeanScore(Table):
    """A mean score, every scenario once, with its 95% interval over scenarios."""

    value: float | None = Field(description="Null where it is infinite.")
    low: float | None = Field(description="Null with too few scenarios.")
    high: float | None


class SkillScore(Table):
    """1 less the ratio of the mean scores: above 0 the best estimate did better."""

    value: float | None
    low: float | None = Field(description="Null with too few scenarios.")
    high: float | None
    scenarios: Count


class Bins(Table):
    """Calibration: mean forecast and frequency by bin, with what reliable forecasts would show (90%)."""

    forecast: list[P]
    observed: list[P]
    n: list[Count]
    low: list[P]
    high: list[P]


class ScoreTable(Table):
    """The scores of some forecasts."""

    n: Count = Field(description="Forecasts of a day that were scored.")
    scenarios: list[ScenarioScore]
    averages: dict[str, dict[str, MeanScore]] = Field(description="By view and rule; empty where nothing was scored.")
    skill: dict[str, dict[str, SkillScore]] = Field(description="Of the best estimate, by reference view and rule.")
    calibration: dict[End, Bins] = Field(description="Of the best estimate; empty with too few forecasts.")
    scored: list[Scored]
    notes: list[str] = Field(description="What there are too few forecasts for.")


class NotScored(Table):
    """A saved forecast that was not scored, and why."""

    file: str
    scenario: str
    reason: str


class Row(Table):
    """A row of the outcomes that was not used, and why."""

    line: Count
    row: str
    reason: str


class LeftFile(Table):
    """A file of the folder that is left out, and why."""

    file: str
    reason: str


class Score(ScoreTable):
    """How saved forecasts did, as `peacetalks score --json` prints it."""

    finding: str
    hindsight: ScoreTable = Field(description="Forecasts that were saved after the day: no evidence.")
    unscored: list[NotScored]
    unmatched: list[Row] = Field(description="Rows that no forecast covers.")
    duplicates: list[Row]
    contradictory: list[Row]
    unreadable: list[Row]
    damaged: list[LeftFile]


class HistoryPoint(Table):
    """What one saved forecast says of the date."""

    file: str
    digest: str
    as_of: dt.date
    saved: dt.datetime
    date: dt.date = Field(description="The date that is forecast.")
    best: EndsAt | None
    best_interval: IntervalsAt | None
    model: EndsAt | None
    record: EndsAt | None
    reason: str | None = Field(description="Why there is no best estimate.")


class History(Table):
    """What was expected of a date each time it was saved, as `peacetalks history --json` prints it."""

    finding: str
    scenario: str
    title: str
    by: dt.date | None = Field(description="The date asked about; null: so many `months` after each one's own.")
    months: Count | None
    along: Literal["as_of", "saved"] = Field(description="Along which dates the chart runs.")
    points: list[HistoryPoint]
    damaged: list[LeftFile]

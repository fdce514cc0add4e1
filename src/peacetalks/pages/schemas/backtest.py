"""The shape of `peacetalks backtest --json`: every view scored on every question, against climatology."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.views import Count, NotNegative


class Skill(Table):
    """A skill or a difference of scores, with its 95% interval over clusters."""

    value: float | None
    low: float | None
    high: float | None
    n: Count
    clusters: Count


class Scores(Table):
    """The scores of one view."""

    view: str
    brier: NotNegative
    log: NotNegative | None = Field(description="Null where it is infinite: what came true had probability 0.")
    rps: NotNegative | None = Field(description="Ranked probability score; null where labels have no order.")
    brier_skill: Skill
    log_skill: Skill
    rps_skill: Skill | None


class Calibration(Table):
    """Forecast and observed frequency by bin, with a consistency band."""

    forecast: list[P]
    observed: list[P]
    n: list[Count]
    low: list[P]
    high: list[P]


class Decomposition(Table):
    """Parts of the Brier score of the event in bins."""

    score: NotNegative
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    n: Count


class Parts(Table):
    """Parts of the Brier score of the outcome classes."""

    reliability: float
    resolution: float
    uncertainty: float


class Weight(Table):
    """Weight of the best estimate: mean and quantiles."""

    mean: NotNegative
    quantiles: list[NotNegative]
    n: Count
    effective_n: NotNegative


class Pool(Table):
    """Weight and sharpness of a pool."""

    weight: NotNegative
    sharpness: NotNegative
    n: Count
    low: float
    high: float


class Bound(Table):
    """The skill of views had every unrecorded fate been `label`."""

    label: str
    n: Count
    frequency: P
    skill: dict[str, Skill]


class Question(Table):
    """A question and the scores of every view on it."""

    key: str
    title: str
    family: str
    labels: list[str]
    n: Count = Field(description="Occasions scored.")
    clusters: Count
    first: dt.date = Field(description="Of the forecasts scored.")
    last: dt.date
    frequency: dict[str, P] = Field(description="Label -> share of the occasions scored.")
    left_out: dict[str, Count] = Field(description="Reason -> occasions that are not scored.")
    scores: list[Scores]
    calibration: dict[str, Calibration] = Field(description="By view.")
    decomposition: dict[str, Decomposition] = Field(description="By view.")
    fit: Weight | Pool | None
    bounds: list[Bound]
    auc: dict[str, dict[str, P | None]] = Field(description="View -> outcome class -> area under the ROC curve.")
    end_calibration: dict[str, dict[str, Calibration]] = Field(description="View -> outcome class.")
    parts: dict[str, Parts] = Field(description="By view.")
    mean: dict[str, dict[str, P]] = Field(description="View -> label -> mean probability.")


class Target(Table):
    """A target, and whether it is reached."""

    what: str
    threshold: str
    value: float
    low: float | None
    high: float | None
    reached: bool
    why: str


class Range(Table):
    """A value with its 95% interval."""

    value: float
    low: float
    high: float


class Compared(Table):
    """The difference between a view's score and the record's; below 0 the view is better."""

    months: Count
    view: str
    score: str
    by_row: Range
    by_episode: float
    from_start: Range


class Variant(Table):
    """Another way to join record and model, compared with the best estimate's."""

    name: str
    months: Count
    brier: Range
    rps: Range


class Case(Table):
    """A case of the case book: the probabilities of peace, nowhere and more_conflict in every view."""

    id: int
    name: str
    talks: dt.date = Field(description="First day of the talks.")
    months: Count
    came_true: str
    left_out: str | None = Field(description="Why it is not scored; null where it is.")
    climatology: list[P | None]
    earlier_cases: list[P | None] = Field(alias="earlier cases")
    persistence: list[P | None] = Field(alias="no change")
    record: list[P | None]
    model_uncalibrated: list[P | None] = Field(alias="model uncalibrated")
    model: list[P | None]
    best: list[P | None]


class Size(Table):
    """Size of the game that is solved for each case."""

    positions: Count
    offers: Count
    belief_points: Count


class CaseBook(Question):
    """The case book: talks of the past, each forecast from what was known then."""

    cases: list[Case]
    size: Size


class Backtest(Table):
    """The whole backtest, as `peacetalks backtest --json` prints it."""

    finding: str = Field(description="What was found, in a sentence.")
    conflict_years: list[Question]
    targets: list[Target]
    compared: list[Compared]
    sharpens: bool = Field(description="Whether the best estimate scores better than past conflicts by themselves.")
    variants: list[Variant]
    questions: list[Question] = Field(description="Ceasefires, episodes of fighting, peace processes.")
    case_book: CaseBook
    weight: Weight = Field(description="Of the best estimate, as it is shipped.")
    draws: Count
    seed: int
    burn_in: Count = Field(description="Earlier outcomes that must be known before a forecast is scored.")

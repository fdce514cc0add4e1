"""The shape of `peacetalks estimate --json`: a strategic model estimated from a table of plays."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import Table

Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Probability = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(ge=0)]
Value = float | str | bool


class Coefficient(Table):
    """One parameter."""

    name: str
    estimate: float
    std_error: Positive | None = Field(description="Null for a fixed one, as are z, p and the interval.")
    z: float | None
    p: Probability | None = Field(description="Two-sided, against 0.")
    low: float | None = Field(description="Lower end of the 95% interval.")
    high: float | None
    fixed: bool


class Outcomes(Table):
    """How often each outcome came, and how often it was expected."""

    outcomes: list[str]
    observed: list[Probability] = Field(description="Shares of the rows.")
    predicted: list[Probability] = Field(description="Means of the predicted probabilities.")
    likeliest: Probability = Field(description="Share of rows in which the most probable outcome came.")
    most_frequent: Probability = Field(description="The same of a forecast that always names the most frequent one.")


class Start(Table):
    """What one start of the maximisation reached."""

    log_likelihood: float | None
    gradient: float | None
    steps: Whole
    converged: bool


class Intervals(Table):
    """How intervals were made."""

    method: Literal["delta", "simulation", "bootstrap", "none"]
    level: Level
    draws: Count | None = Field(description="Of a simulation.")
    seed: Whole | None


class Curves(Table):
    """Probabilities at each value of the covariate, of each outcome: [value][outcome]."""

    value: list[list[Probability]]
    error: list[list[Positive | None]] = Field(description="Standard errors; null where no intervals were asked for.")
    low: list[list[float | None]]
    high: list[list[float | None]]


class Change(Table):
    """The differences from the first value to each of the others, of each outcome: [value - 1][outcome]."""

    value: list[list[float]]
    error: list[list[Positive | None]]
    low: list[list[float | None]]
    high: list[list[float | None]]


class Varied(Table):
    """Probabilities of the outcomes as one covariate varies."""

    column: str
    values: list[Value]
    outcomes: list[str]
    at: Literal["typical", "sample"]
    others: dict[str, Value] = Field(description="Where the other covariates stand; of a sample those that were set.")
    rows: Count
    seen: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        description="The smallest and the largest value in the data; null for a category."
    )
    beyond_the_data: bool
    probability: Curves
    change: Change
    intervals: Intervals


class Better(Table):
    """A better maximum than the estimate."""

    values: list[float]
    log_likelihood: float


class Profile(Table):
    """The profile likelihood of one parameter."""

    parameter: str
    values: list[float]
    log_likelihood: list[float | None] = Field(description="Null where no maximum was found (`unsolved` says why).")
    estimate: float
    maximum: float = Field(description="The log-likelihood of the estimate.")
    level: Level
    low: float | None = Field(description="The interval by the likelihood ratio; null: beyond the values.")
    high: float | None
    better: Better | None = Field(description="Where the estimate turned out to be a local maximum only.")
    unsolved: list[str]


class Estimate(Table):
    """A strategic model estimated from a table of plays, as `peacetalks estimate --json` prints it."""

    finding: str
    model: str
    call: str
    rows: Count
    dropped: Whole = Field(description="Rows left out because a value is missing.")
    log_likelihood: float
    aic: float
    bic: float
    errors: str = Field(description="How the standard errors were estimated.")
    gradient: float = Field(description="The largest derivative at the estimate, as `starts` has it.")
    coefficients: list[Coefficient]
    covariance: list[list[float]] = Field(description="[coefficient][coefficient]; 0 for fixed ones.")
    outcomes: Outcomes | None = Field(description="Null where rows have no outcome of their own.")
    starts: list[Start] = Field(description="The best first.")
    varied: list[Varied]
    profiles: list[Profile]
    notes: list[str]
    settings: dict[str, Any]

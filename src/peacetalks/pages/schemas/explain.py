"""The shape of `peacetalks explain --json`: the game of a scenario, its strategies at the start and likely paths."""

from __future__ import annotations

from pydantic import Field

from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.views import Count, NotNegative


class StageOfGame(Table):
    """A stage of a period."""

    name: str
    movers: list[str] = Field(description="Players, or nature; none where every state is passed through.")
    nodes: Count
    moves: list[str]


class Strategy(Table):
    """What each type of a player would do at a stage in the opening state, at the prior."""

    stage: str
    situation: str = Field(description="What it answers to or decides on; empty where there is one situation only.")
    player: str
    moves: dict[str, dict[str, P]] = Field(description="Type -> move -> probability.")


class Path(Table):
    """A way that the months may go: outcomes in order, durations left out."""

    steps: list[str]
    probability: P


class Explain(Table):
    """The game of a scenario, as `peacetalks explain --json` prints it."""

    scenario: str
    digest: str = Field(description="Digest of the scenario as written.")
    states: dict[str, Count] = Field(description="Outcome -> public states at the start of a period.")
    nodes: Count = Field(description="Nodes of the game: a stage in a state.")
    beliefs: Count = Field(description="Public beliefs of the grid.")
    stages: list[StageOfGame] = Field(description="In the order of a period.")
    strategies: list[Strategy]
    paths: list[Path] = Field(description="The most likely first.")
    dropped: P = Field(description="Probability of paths too rare to be followed to the end.")
    periods: Count = Field(description="Months over which paths are followed.")
    residual: NotNegative = Field(description="Worst fixed-point residual.")
    grid_note: str | None = Field(None, description="What must be known of the belief grid: --quick, few points.")

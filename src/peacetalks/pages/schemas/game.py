"""The shape of what `peacetalks solve-game` prints: values and strategies of a general game, or of a tree."""

from __future__ import annotations

from typing import Any

from pydantic import Field, RootModel

from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.views import Count, NotNegative


class Choice(Table):
    """The probability of one move by one type of a player, at the prior."""

    stage: str
    state: str
    player: str
    type: str = Field(description="`only` for a player with one type.")
    move: str
    probability: P


class GridError(Table):
    """What a finer belief grid may still change."""

    values: dict[str, NotNegative] = Field(description="By player.")
    strategies: NotNegative = Field(description="In any strategy.")


class SolvedOnGrid(Table):
    """A game solved on a belief grid, as `peacetalks solve-game FILE.json` prints it."""

    values: dict[str, float] = Field(description="By player, at the start and the prior.")
    strategies: list[Choice]
    residual: NotNegative = Field(description="Worst fixed-point residual.")
    grid_error: GridError | None = Field(description="Null where nobody has several types, or up to three points.")
    multiple: Count | None = Field(
        description="Pairs of node and belief with several equilibria, a lower bound; null with --no-certify."
    )
    warnings: list[str]
    settings: dict[str, Any] = Field(description="Precision, belief points, tolerance, sweeps, size, search.")


class TreeChoice(Table):
    """The probability of one action at an information set of a player."""

    player: str
    information_set: int = Field(description="Its number in the file, among those of the player.")
    name: str
    action: str
    probability: P
    reached: P = Field(description="Probability of coming to the information set.")


class Limit(Table):
    """What is known of a limit."""

    changed: NotNegative = Field(description="Largest change of a probability while the precision doubled.")


class BranchAction(Table):
    """An action at an information set with a choice."""

    player: str
    information_set: int
    action: str


class Branch(Table):
    """The principal branch over a range of precisions: its points in order."""

    actions: list[BranchAction]
    precision: list[NotNegative] = Field(description="Of each point; it falls where the branch turns back.")
    probabilities: list[list[P]] = Field(description="Of each point: of the actions, in their order.")
    values: list[dict[str, float]] = Field(description="Of each point: by player, at the root.")
    residual: list[NotNegative]
    folds: list[NotNegative] = Field(description="Precisions at which the branch turns.")
    crossings: list[NotNegative] = Field(description="Precisions at which other branches cross it.")


class SolvedTree(Table):
    """A solved game in extensive or normal form, as `peacetalks solve-game FILE.efg --json` prints it."""

    finding: str
    title: str
    form: str = Field(description="Whether it was converted to the belief-grid form, or why not.")
    grid_difference: NotNegative | None = Field(
        description="Largest difference between values on the belief grid and on the tree; null where not solved there."
    )
    nodes: Count
    ends: Count
    rationality: dict[str, NotNegative] = Field(description="Precision by player, per unit of payoffs.")
    limit: Limit | None = Field(description="Null unless the limit was asked for.")
    values: dict[str, float] = Field(description="By player, at the root.")
    regret: dict[str, NotNegative] = Field(description="By player: what a best response to the others would add.")
    residual: NotNegative = Field(description="Largest change of log-odds that one more logit response would make.")
    strategies: list[TreeChoice]
    branch: Branch | None = Field(description="Null unless a range of precisions was asked for.")


class SolvedGame(RootModel[SolvedOnGrid | SolvedTree]):
    """What `peacetalks solve-game` prints: of a game written as JSON, or of a game in extensive or normal form."""

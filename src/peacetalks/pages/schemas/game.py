"""The shape of what `peacetalks solve-game` prints: values and strategies of a general game."""

from __future__ import annotations

from typing import Any

from pydantic import Field

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


class SolvedGame(Table):
    """A solved game, as `peacetalks solve-game` prints it."""

    values: dict[str, float] = Field(description="By player, at the start and the prior.")
    strategies: list[Choice]
    residual: NotNegative = Field(description="Worst fixed-point residual.")
    grid_error: GridError | None = Field(description="Null where nobody has several types, or up to three points.")
    multiple: Count | None = Field(
        description="Pairs of node and belief with several equilibria, a lower bound; null with --no-certify."
    )
    warnings: list[str]
    settings: dict[str, Any] = Field(description="Precision, belief points, tolerance, sweeps, size, search.")

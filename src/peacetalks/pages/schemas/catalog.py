"""The shape of `peacetalks catalog --json`: the list of classic games, or one of them solved."""

from __future__ import annotations

from pydantic import Field, RootModel

from peacetalks.pages.forecast_schema import P, Table
from peacetalks.pages.schemas.views import NotNegative

Value = float | bool | str | None


class Listed(Table):
    """A game of the catalogue."""

    name: str
    sentence: str
    source: str


class CatalogList(Table):
    """The classic games, as `peacetalks catalog --json` lists them."""

    games: list[Listed]


class Parameter(Table):
    """A number or a choice that may be changed."""

    key: str
    words: str
    value: Value
    low: float | None = Field(description="Null where there are choices.")
    high: float | None
    choices: list[Value]


class Measured(Table):
    """A number read off the solved game; null where it does not apply or is not known."""

    key: str
    words: str
    computed: float | None = Field(description="Null where the game was not solved.")
    known: float | None = Field(description="The same where every type is known.")
    closed: float | None = Field(description="Closed form.")
    closed_words: str = Field(description="What the closed form is about.")
    grid_error: NotNegative | None = Field(description="Change from a belief grid of half the points to this one.")


class Level(Table):
    """The measures at a precision of choices."""

    rationality: NotNegative
    measures: list[Measured] | None
    reason: str | None = Field(description="Why it was not solved.")


class TypeStrategy(Table):
    """What a type does at a step of the main path."""

    player: str
    type: str
    moves: dict[str, P]


class PathStep(Table):
    """A step of the main path: the likeliest moves."""

    stage: str
    period: NotNegative
    moves: dict[str, str] = Field(description="By mover.")
    chance: P
    strategies: list[TypeStrategy]


class CatalogGame(Table):
    """A classic game, solved, as `peacetalks catalog NAME --json` prints it."""

    finding: str
    name: str
    sentence: str
    source: str
    references: list[str]
    rationality: NotNegative
    parameters: list[Parameter]
    settings: dict[str, Value] = Field(description="Sizes of grids at which it was solved.")
    measures: list[Measured]
    ends: dict[str, P]
    values: dict[str, dict[str, float]] = Field(description="What each type of each player expects at the start.")
    path: list[PathStep]
    levels: list[Level]
    remark: str
    residual: NotNegative


class Catalog(RootModel[CatalogList | CatalogGame]):
    """The list of the classic games, or one of them, solved, as `peacetalks catalog [NAME] --json` prints it."""

"""Tables that several commands print: the views of one forecast, and how far it may be off."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from peacetalks.pages.forecast_schema import Ends, EndsIfKnown, Intervals, Outside, P, Pooled, Table

Count = Annotated[int, Field(ge=0)]
NotNegative = Annotated[float, Field(ge=0)]
Months = list[Annotated[int, Field(ge=1)]]
Beliefs = dict[str, dict[str, P]]  # side -> type -> probability
BEST = "The best estimate, the number to use; null where no class of past conflicts has an estimate."
RECORD = "What past conflicts show by themselves; null where there is none."


class Accuracy(Table):
    """How far the forecast of an account may be off."""

    residual: NotNegative = Field(description="Worst fixed-point residual, as a share of the stake.")
    grid_error: NotNegative | None = Field(
        description="How far the belief grid may put a probability off; null without a coarser grid to compare with."
    )
    interpolation: Literal["cubic", "linear", "linear instead of cubic"] = Field(
        description="Between beliefs; linear instead of cubic where the iteration did not converge with cubics."
    )


class Views(Table):
    """The outcome classes of one forecast in every view; lists run over `dates`."""

    dates: list[dt.date] = Field(description="The calendar date of the end of each month compared.")
    best: EndsIfKnown | None = Field(description=BEST)
    best_interval: Intervals | None = Field(description="90% interval of the best estimate.")
    model: Ends = Field(description="The model alone, at the central values: the same as `ends`.")
    record: EndsIfKnown | None = Field(description=RECORD)
    records: list[Outside] = Field(description="What past conflicts show in every class asked.")
    outside: list[Outside] = Field(description="The same as `records`.")
    pooled: Pooled = Field(description="How `best` was made.")


class EndDifferences(Table):
    """A difference of each outcome class."""

    peace: float
    nowhere: float
    more_conflict: float

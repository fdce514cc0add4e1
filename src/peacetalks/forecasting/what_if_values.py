"""What a what-if finds: the forecasts before and after, the difference with its interval and its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from peacetalks.forecasting.changed import in_words
from peacetalks.forecasting.readout import plain_columns
from peacetalks.forecasting.settings import headline_month
from peacetalks.forecasting.views import calendar_dates, interval_pairs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import xarray as xr

    from peacetalks.forecasting.best_estimate import BestEstimate
    from peacetalks.forecasting.record_view import RecordView
    from peacetalks.forecasting.what_if_games import Answer
    from peacetalks.scenario.changes import Change, Changed
    from peacetalks.scenario.scenario import Scenario


@dataclass(frozen=True)
class Case:
    """What is expected of a variant of the scenario."""

    scenario: Scenario
    answer: Answer  # of the model
    outside: tuple[RecordView, ...]  # what the record says, one view per reference class
    pooled: BestEstimate

    @property
    def ends(self) -> xr.DataArray:
        """The model alone (period, end), at the months shown."""
        return self.answer.ends

    @property
    def as_of(self) -> date:
        """The date after which nothing enters."""
        return self.scenario.as_of

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; lists run over the months shown."""
        a, b = self.answer, self.pooled
        return {
            "digest": self.scenario.digest,
            "best": None if b.ends is None else plain_columns(b.ends),
            "best_interval": interval_pairs(b.low, b.high),
            "model": plain_columns(a.ends),
            "record": None if b.record is None else plain_columns(b.record),
            "terms": a.terms,
            "settled_by": list(a.settled),
            "truce_broken": a.broken,
            "welfare": a.welfare,
            "residual": a.residual,
            "reason": b.reason or None,
        }


@dataclass(frozen=True)
class Difference:
    """After minus before; (period, end) at the months shown."""

    best: xr.DataArray | None  # of the best estimate; None where one of both has none
    low: xr.DataArray | None  # lower end of its 90% interval; None where the record is asked anew
    high: xr.DataArray | None
    best_error: xr.DataArray | None  # what a finer belief grid may still make of it; None without a coarser one
    model: xr.DataArray
    model_error: xr.DataArray | None
    terms: float | None
    settled: tuple[float, ...]
    broken: float | None
    welfare: dict[str, float | None]  # None for a player who is in one of both games only
    welfare_error: dict[str, float | None]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; lists run over the months shown."""
        return {
            "best": _columns(self.best),
            "best_interval": interval_pairs(self.low, self.high),
            "best_error": _columns(self.best_error),
            "model": plain_columns(self.model),
            "model_error": _columns(self.model_error),
            "terms": self.terms,
            "settled_by": list(self.settled),
            "truce_broken": self.broken,
            "welfare": self.welfare,
            "welfare_error": self.welfare_error,
        }


@dataclass(frozen=True)
class Single:
    """One of several changes by itself; `after` and `difference` are None where it has no forecast (`reason`)."""

    key: str  # as asked for, or what is changed as one: the shares of a side, a mechanism
    changes: tuple[Change, ...]
    after: Case | None
    difference: Difference | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "key": self.key,
            "changes": [c._asdict() for c in self.changes],
            "after": None if self.after is None else self.after.to_dict(),
            "difference": None if self.difference is None else self.difference.to_dict(),
            "reason": self.reason or None,
        }


@dataclass(frozen=True, repr=False)
class WhatIf:
    """A forecast before and after changes of a scenario; made by `whatif`."""

    made: Changed
    before: Case
    after: Case
    difference: Difference
    each: tuple[Single, ...]  # of several changes, what each does by itself
    months: tuple[int, ...]  # shown
    settings: dict[str, Any]

    @property
    def scenario(self) -> Scenario:
        """The scenario before the changes."""
        return self.made.base

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is changed, in the order asked for."""
        return self.made.changes

    @property
    def as_of(self) -> date:
        """The scenario's date: nothing dated later enters."""
        return self.scenario.as_of

    @property
    def month(self) -> int:
        """The month of the headline: of those shown, the last within a year."""
        return headline_month(self.months)

    def __repr__(self) -> str:
        """Return what is changed, and what it does to peace at the month of the headline, in a line."""
        of = ("best estimate", self.before.pooled.ends, self.after.pooled.ends)
        if of[1] is None or of[2] is None:
            of = ("model alone", self.before.answer.ends, self.after.answer.ends)
        first, second = (float(a.sel(end="peace", period=self.month)) for a in of[1:] if a is not None)
        return (
            f"WhatIf of {self.scenario.name}: {in_words(self.changes)}; peace in {self.month} months "
            f"{first:.1%} -> {second:.1%} ({of[0]})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the plain table that `whatif --json` prints (schema: `whatif.schema.json`)."""
        made = self.made
        return {
            "scenario": self.scenario.name,
            "as_of": self.as_of.isoformat(),
            "digest": self.scenario.digest,
            "changes": [c._asdict() for c in made.changes],
            "estimated_anew": [c._asdict() for c in made.also],
            "class_changed": made.moves_class,
            "month": self.month,
            "months": list(self.months),
            "dates": [day.isoformat() for day in calendar_dates(self.as_of, self.months)],
            "terms_of": self.scenario.sides[0].label,
            "truce_months": self.after.answer.broken_months,
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "difference": self.difference.to_dict(),
            "each": [s.to_dict() for s in self.each],
            "records": [view.to_dict() for view in self.before.outside],
            "settings": self.settings,
        }

    _repr_html_: ClassVar[Callable[[WhatIf], str] | None] = None  # given by `pages.notebook`


def _columns(a: xr.DataArray | None) -> dict[str, list[float | None]] | None:
    return None if a is None else plain_columns(a)

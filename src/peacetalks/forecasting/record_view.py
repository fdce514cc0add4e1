"""The outside view of a scenario: what episodes of its reference classes became, as known at its date.

A class with fewer than `FEW` cases cannot speak on its own: its numbers lean on the parent class (all episodes of the
same scope), which is said beside them; a class without cases is reported as silent, never as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.errors import EmptyClass, EvidenceError, SpecError
from peacetalks.evidence import CaseFilter, cases, outside_forecast

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

DRAWS, SEED, FEW = 60, 7, 5
SILENT = (
    "The record does not say whether those who fight also talk, nor whether a war widened: "
    "Nowhere cannot be split and More conflict is a lower bound."
)


@dataclass(frozen=True)
class OutsideView:
    """The three ends in one reference class at some dates, with 95% intervals; empty where the record is silent."""

    reference_class: str
    conditions: int  # how many the class sets, its clock and years among them: how narrow it is
    months: tuple[int, ...]
    n: int  # cases of the class
    weight: float  # of the class's own cases; the rest is the parent class
    ends: dict[str, list[float | None]]  # end -> [month]; None where nobody was followed so long
    low: dict[str, list[float | None]]
    high: dict[str, list[float | None]]
    source: str
    note: str  # what the record cannot speak to

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**self.__dict__, "months": list(self.months)}

    def table(self) -> xr.DataArray | None:
        """Return the probabilities as an array (period, end), NaN where unknown; None where the record is silent."""
        if not self.ends:
            return None
        where = {"period": list(self.months), "end": list(self.ends)}
        return xr.DataArray(np.array(list(self.ends.values()), float).T, where, ("period", "end"))


def outside_views(scenario: Scenario, months: tuple[int, ...]) -> tuple[OutsideView, ...]:
    """Return the outside view in each reference class of `scenario`; nothing dated after its date is used."""
    check_classes(scenario)
    return tuple(_view(scenario, where, months) for where in scenario.reference_classes)


def check_classes(scenario: Scenario) -> None:
    """Raise `SpecError` for a reference class that the record does not know."""
    for i, where in enumerate(scenario.reference_classes, 1):
        try:
            cases("episodes", where, scenario.as_of)
        except EvidenceError as e:
            raise SpecError(f"{scenario.name}: reference_classes.{i} ({where!r}): {e}") from None


def _view(scenario: Scenario, where: str, months: tuple[int, ...]) -> OutsideView:
    chosen = CaseFilter.parse("episodes", where)
    conditions = len(set(chosen.conditions)) + sum(map(bool, (chosen.reached, chosen.since, chosen.until)))
    try:
        f = outside_forecast(where, months, as_of=scenario.as_of, draws=DRAWS, seed=SEED)
    except EmptyClass:
        note = f"The record holds no such case as of {scenario.as_of}: it cannot speak to this."
        return OutsideView(where, conditions, months, 0, 0.0, {}, {}, {}, "", note)
    note = SILENT
    if f.n < FEW:
        note = f"Only {f.n} such case{'s' * (f.n != 1)} as of {scenario.as_of}, too few to speak. {SILENT}"
        return OutsideView(where, conditions, months, f.n, f.weight, {}, {}, {}, f.source, note)
    point, low, high = (
        {end: [float(p) if np.isfinite(p) else None for p in a[:, i]] for i, end in enumerate(f.ends)}
        for a in (f.end_probability, f.end_low, f.end_high)
    )
    return OutsideView(where, conditions, months, f.n, f.weight, point, low, high, f.source, note)

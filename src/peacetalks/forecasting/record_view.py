"""What the historical record says of a scenario: what became of past conflicts of its reference classes.

Only what was known at the scenario's date is used.  A class with fewer than `FEW` cases gives no estimate of its own;
the numbers of a larger class are shrunk towards the parent class (all episodes of the same scope), with the weight
that is reported beside them.  Where the data are insufficient the tables are empty, never zero, and `note` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from peacetalks.equilibrium.timings import timed
from peacetalks.errors import EmptyClass, EvidenceError, SpecError
from peacetalks.evidence import CaseFilter, cases, outside_forecast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from peacetalks.scenario.scenario import Scenario

INTERVAL_DRAWS, INTERVAL_SEED = 60, 7  # bootstrap draws of the intervals
FEW = 5
LIMITS = (
    "The record does not say whether those who fight also talk, nor whether a war widened: "
    "Still no settlement cannot be split and More conflict is a lower bound."
)


@dataclass(frozen=True)
class RecordView:
    """The outcome classes in one reference class, with 95% intervals; empty where the data are insufficient."""

    reference_class: str
    conditions: int  # how many the class sets, its clock and years among them: how narrow it is
    months: tuple[int, ...]
    n: int  # cases of the class
    weight: float  # of the class's own cases; the rest is the parent class
    ends: dict[str, list[float | None]]  # end -> [month] probability; None where nobody was followed so long
    low: dict[str, list[float | None]]  # end -> [month] lower end of the interval
    high: dict[str, list[float | None]]  # end -> [month] upper end of the interval
    source: str
    note: str  # what the record does not cover

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**self.__dict__, "months": list(self.months)}

    def table(self) -> xr.DataArray | None:
        """Return the probabilities (period, end), NaN where unknown; None where the data are insufficient."""
        if not self.ends:
            return None
        where = {"period": list(self.months), "end": list(self.ends)}
        return xr.DataArray(np.array(list(self.ends.values()), float).T, where, ("period", "end"))


def record_views(scenario: Scenario, months: tuple[int, ...]) -> tuple[RecordView, ...]:
    """Return what the record says at `months` in each reference class of `scenario`, as known at its date.

    Raises `SpecError` for a reference class that the record does not know.
    """
    with timed("record"):
        check_classes(scenario)
        return tuple(_record_view(scenario, where, months) for where in scenario.reference_classes)


def record_views_of(
    variants: Mapping[str, Scenario], months: tuple[int, ...], as_of: date
) -> dict[str, tuple[RecordView, ...]]:
    """Return the record views of each account of one scenario at `months`, all as known at the scenario's date `as_of`.

    `variants` is "base" and the accounts by name.  An account may name other reference classes, but not a later date;
    accounts with the same classes share one result.  Raises `SpecError`, which names the account, for a class that the
    record does not know.
    """
    known: dict[tuple[str, ...], tuple[RecordView, ...]] = {}
    for name, s in variants.items():
        classes = tuple(s.reference_classes)
        if classes in known:
            continue
        try:
            known[classes] = record_views(s.model_copy(update={"as_of": as_of}), months)
        except SpecError as e:
            raise SpecError(str(e) if name == "base" else f"account {name!r}: {e}") from None
    return {name: known[tuple(s.reference_classes)] for name, s in variants.items()}


def check_classes(scenario: Scenario) -> None:
    """Raise `SpecError` for a reference class that the record does not know."""
    for i, where in enumerate(scenario.reference_classes, 1):
        try:
            cases("episodes", where, scenario.as_of)
        except EvidenceError as e:
            raise SpecError(f"{scenario.name}: reference_classes.{i} ({where!r}): {e}") from None


def _record_view(scenario: Scenario, where: str, months: tuple[int, ...]) -> RecordView:
    """Return what the record says in one reference class."""
    chosen, as_of = CaseFilter.parse("episodes", where), scenario.as_of
    conditions = len(set(chosen.conditions)) + sum(map(bool, (chosen.reached, chosen.since, chosen.until)))
    try:
        f = outside_forecast(where, months, as_of=as_of, draws=INTERVAL_DRAWS, seed=INTERVAL_SEED)
    except EmptyClass:
        note = f"The record holds no such case as of {as_of}: nothing can be estimated from it."
        return RecordView(where, conditions, months, 0, 0.0, {}, {}, {}, "", note)
    if f.n < FEW:
        note = f"Only {f.n} such case{'s' * (f.n != 1)} as of {as_of}, too few for an estimate. {LIMITS}"
        return RecordView(where, conditions, months, f.n, f.weight, {}, {}, {}, f.source, note)
    point, low, high = (
        {end: [float(p) if np.isfinite(p) else None for p in a[:, i]] for i, end in enumerate(f.ends)}
        for a in (f.end_probability, f.end_low, f.end_high)
    )
    return RecordView(where, conditions, months, f.n, f.weight, point, low, high, f.source, LIMITS)

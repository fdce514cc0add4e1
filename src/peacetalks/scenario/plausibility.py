"""Plausibility: values that a scenario may hold but that are seldom meant: a yearly rate where a monthly one stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.sources import starter_entries
from peacetalks.scenario.validation import model_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.quantity import Number

PATIENT = 0.9  # least discount factor per month that is not asked about: 28% of the stake after a year
YEAR = 12  # months
STARTER_SHOWN = 4  # entries of a starter that a note names
FUTURE = "lies in the future; what is known at a date is known only once it has come"


@dataclass(frozen=True)
class Implausible:
    """A value that is seldom meant, where it stands, and why to look at it again."""

    path: str
    value: str
    why: str

    def __str__(self) -> str:
        """Return the warning as a line."""
        return f"{self.path} = {self.value}: {self.why}"


def implausible(scenario: Scenario, today: dt.date | None = None) -> list[Implausible]:
    """Return the values of a scenario that are seldom meant, in the order of its entries.

    Asked about are hazards above 1 per month, types for which a year of full war costs more than the whole stake,
    discount factors below .9 per month, and a date after `today` (default: the day of the call).  A range counts where
    its central value, or the end of its central 90%, lies there.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load, patch
    >>> for warning in implausible(patch(load("korea-1951"), {"sides.1.discount": 0.5})):
    ...     print(warning)
    sides.1.discount = 0.5: what lies a year ahead counts for 0.02% of its worth; a factor per month is expected (0.99)
    """
    found = []
    if _in_future(scenario, today):
        found.append(Implausible("as_of", scenario.as_of.isoformat(), FUTURE))
    for path, n in scenario.numbers().items():
        found += [Implausible(path, _written(n), why) for why in _reasons(path, n)]
    return found


def reader_notes(scenario: Scenario, today: dt.date | None = None) -> tuple[str, ...]:
    """Return what a reader of its forecast must know of a scenario, as sentences: its date, entries of a starter.

    >>> from peacetalks.scenario.scenario import load
    >>> reader_notes(load("korea-1951"), dt.date(1951, 7, 9))[0].partition(";")[0]
    'The date of the scenario (as_of = 1951-07-10) lies in the future'
    """
    notes = []
    if _in_future(scenario, today):
        notes.append(f"The date of the scenario (as_of = {scenario.as_of.isoformat()}) {FUTURE}.")
    if entries := starter_entries(scenario):
        some = ", ".join(entries[:STARTER_SHOWN]) + (", ..." if len(entries) > STARTER_SHOWN else "")
        notes.append(f"{len(entries)} entries are still the starter's ({some}): this is no conflict's forecast yet.")
    return tuple(notes)


def _in_future(scenario: Scenario, today: dt.date | None) -> bool:
    return scenario.as_of > (today or dt.date.today())


def _reasons(path: str, n: Number) -> Iterator[str]:
    """Yield why to look at a number again."""
    low, high = (float(n), float(n)) if n.frozen is None else n.interval()
    low, high = min(low, float(n)), max(high, float(n))
    *way, key = path.split(".")
    field = model_at([k for k in way if not k.isdigit()], Scenario).model_fields.get(key)
    if field is not None and "hazard" in (field.description or "") and high > 1:
        yield f"a hazard of {high:.3g} per month is more than one occasion a month; a yearly rate is divided by 12"
    if key == "war_cost" and YEAR * high > 1:
        yield (
            f"a year of full war costs {YEAR * high:.3g} times the whole stake; a cost per month is expected, in units "
            "of the stake (0.006)"
        )
    if key == "discount" and low < PATIENT:
        yield (f"what lies a year ahead counts for {low**YEAR:.2%} of its worth; a factor per month is expected (0.99)")


def _written(n: Number) -> str:
    """Return a number as it is shown, with the central 90% of its range."""
    if n.frozen is None:
        return f"{float(n):g}"
    low, high = n.interval()
    return f"{float(n):g} ({low:.3g} to {high:.3g})"

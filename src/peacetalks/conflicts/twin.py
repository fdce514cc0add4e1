"""The twin of a scenario: its typical case, from which the scenario departs.

The twin has the same mechanisms, and the same values but for every number that the record identifies or describes
(`DESCRIBED`): these stand at the value that the mapping gives to the typical conflict of the scenario's kind, intensity
and state (`typical`), known at the scenario's date.  A mechanism that the record knows nothing of stands in both, so
that switching it on is no departure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import inf, isclose, log
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.fill import filled
from peacetalks.conflicts.mapping import Size, scenario_table
from peacetalks.conflicts.typical import TypicalConflict, typical_conflict
from peacetalks.errors import SpecError
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import Scenario, from_table

if TYPE_CHECKING:
    from peacetalks.evidence.calibration import Calibration

DESCRIBED = {  # patterns of paths at their typical value in the twin, and what they are in words
    "battlefield.front": "share of the front held by side 1",
    "battlefield.mobility": "mobility of the front",
    "battlefield.strength": "strength of side 1",
    "battlefield.decisive": "chance of a decision by force",
    "sides.*.types.*.share": "share of the type",
    "sides.*.types.*.war_cost": "cost of fighting",
    "talks.offer": "readiness to make an offer",
    "talks.ask": "readiness to ask for a ceasefire",
    "talks.stall": "readiness to talk on without an offer",
    "talks.walk": "readiness to walk out",
    "talks.reopen": "readiness to propose talks",
    "talks.accept": "readiness to close a deal",
    "ceasefire.incident": "chance of an incident that ends a truce",
    "ceasefire.incident_one": "chance of an incident with one side violating",
    "ceasefire.incident_both": "chance of an incident with both violating",
    "ceasefire.accept": "readiness to agree to a ceasefire",
    "ceasefire.violate": "readiness to violate a truce",
    "deal.incident": "chance that a kept deal breaks down by accident",
}
SAME = 1e-9  # relative difference below which values count as equal


@dataclass(frozen=True)
class Departure:
    """A value of a scenario that differs from its typical case."""

    path: str
    value: float | bool
    typical: float | bool
    words: str  # what it is

    def __str__(self) -> str:
        """Return the departure as words: what, the scenario's value, the typical one."""
        if isinstance(self.value, bool):
            now, typical = ("open" if x else "closed" for x in (self.value, self.typical))
            return f"{self.words} {now} (typically {typical})"
        return f"{self.words} {self.value:.3g} (typically {self.typical:.3g})"


def twin(scenario: Scenario, calibration: Calibration | None = None) -> Scenario:
    """Return the typical case of a scenario.

    Parameters
    ----------
    scenario : Scenario
        As written: ranges count by their central values.
    calibration : Calibration, optional
        Default: the shipped one as it was known at the scenario's date.

    Returns
    -------
    Scenario
        With the scenario's name, tables, size, rationality and discount factors; its twin is itself.

    Raises
    ------
    SpecError
        The kind of the conflict is not known.
    EvidenceError
        A crisis short of war, which the conflict-years do not hold, or no conflict-year is known at the date.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> t = twin(load("korea-1951"))
    >>> t.talks.open, float(t.rationality), twin(t) == t
    (False, 20.0, True)
    """
    size = Size(scenario.battlefield.positions, scenario.talks.offers)
    conflict = typical_of(scenario).conflict
    if scenario.battlefield.strength < 0.5 and conflict.kind == "interstate":  # the stronger side is side 2
        conflict = replace(conflict, capability_a=conflict.capability_b, capability_b=conflict.capability_a)
    table = scenario_table(conflict, calibration, size)
    raw, whole = scenario.written(), filled(scenario, calibration).model_dump()
    for name in ("battlefield", "talks", "ceasefire", "deal"):
        for path, value in ((f"{name}.{key}", value) for key, value in table[name].items()):
            if path in DESCRIBED and whole[name] is not None:
                raw[name][path.partition(".")[2]] = value
    raw["talks"]["open"] = table["talks"]["open"]
    for side, given, mapped in zip(raw["sides"], whole["sides"], table["sides"], strict=True):
        if set(side["types"]) != set(given["types"]):  # types that were made in code, not written
            side["types"] = given["types"]
        _typical_types(side["types"], given["types"], mapped["types"])
    return from_table(raw, f"typical case of {scenario.name}")


def departures(scenario: Scenario, calibration: Calibration | None = None) -> list[Departure]:
    """Return what departs from the typical case of a scenario: talks first, then numbers by how far they differ.

    Parameters, errors: as of `twin`.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> print(departures(load("korea-1951"))[0])
    talks open (typically closed)
    """
    typical, whole = twin(scenario, calibration), filled(scenario, calibration)
    there = typical.numbers()
    found = [
        Departure(path, float(n), float(there[path]), words)
        for path, n in whole.numbers().items()
        if (words := words_of(path, scenario)) and not isclose(n, there[path], rel_tol=SAME)
    ]
    found.sort(key=lambda d: -_distance(float(d.value), float(d.typical)))
    if scenario.talks.open != typical.talks.open:
        found.insert(0, Departure("talks.open", scenario.talks.open, typical.talks.open, "talks"))
    return found


def typical_of(scenario: Scenario) -> TypicalConflict:
    """Return the typical conflict of a scenario's class; errors as of `twin`.

    >>> from peacetalks.scenario.scenario import load
    >>> typical_of(load("russia-ukraine-2025")).description
    'interstate conflict at the level of war'
    """
    facts = resolved(scenario)
    if facts.kind is None:
        raise SpecError(
            f"{scenario.name}: the class of the conflict is not known; add to the table [conflict]: kind = "
            '"civil" or "interstate"'
        )
    return typical_conflict(facts.kind, facts.intensity, facts.state or "fighting", scenario.as_of)


def _typical_types(raw: dict[str, Any], given: dict[str, Any], mapped: dict[str, Any]) -> None:
    """Set shares and costs of a side's types, as written in `raw`, to those of the mapping, in place.

    Types of other names than the mapping's keep their shares, and their costs are multiplied so that the mean is the
    mapping's.
    """
    if set(given) == set(mapped):
        for name, values in mapped.items():
            raw[name] |= {key: values[key] for key in ("share", "war_cost")}
        return
    mean = sum(float(t["share"]) * float(t["war_cost"]) for t in given.values())
    target = sum(Number.parse(t["share"]) * Number.parse(t["war_cost"]) for t in mapped.values())
    for name, values in given.items():
        cost = float(values["war_cost"])
        if mean > 0 and not isclose(mean, target, rel_tol=SAME):
            raw[name]["war_cost"] = {
                "value": cost * target / mean,
                "source": "mean over the types as in the typical case",
            }


def words_of(path: str, scenario: Scenario) -> str:
    """Return what a number of `DESCRIBED` is in words, with the names of side and type; empty for other numbers."""
    patterns = (
        text for p, text in DESCRIBED.items() if re.fullmatch(p.replace(".", r"\.").replace("*", "[^.]+"), path)
    )
    words = next(patterns, "")
    if words and path.startswith("sides."):
        _, side, _, kind, _ = path.split(".")
        return f"{words} of {scenario.sides[int(side) - 1].label} ({kind})"
    return words.replace("side 1", scenario.sides[0].label)


def _distance(value: float, typical: float) -> float:
    """Return how far a value is from the typical one, as a ratio on the logarithmic scale."""
    if value <= 0 or typical <= 0:
        return inf
    return abs(log(value / typical))

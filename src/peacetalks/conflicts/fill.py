"""Numbers that the record identifies, where a scenario leaves them out: estimated for its conflict at its date.

The mapping from the record (`mapping`) gives each of them for the conflict that the scenario describes: its kind, the
day it began and the rest of `[conflict]`, its date, the strength of its sides and the size of its game.  Where the
scenario names the conflict by its UCDP number, the record gives deaths per head, and the incompatibility and the
ceasefires declared where the table leaves these out.  Value, 90% range and source are those of the calibration known at
the date.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.conflict import Conflict
from peacetalks.errors import EvidenceError, SpecError
from peacetalks.scenario import scenario as files
from peacetalks.scenario.conflict_class import known_class
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.quantity import Number

if TYPE_CHECKING:
    from pathlib import Path

    from peacetalks.evidence.calibration import Calibration
    from peacetalks.scenario.conflict_table import ConflictTable
    from peacetalks.scenario.scenario import Scenario

DEFAULTS = {  # reference masses and hazards of a scenario that says too little of its conflict for an estimate
    "talks.offer": 0.3,
    "talks.ask": 0.2,
    "talks.stall": 0.47,
    "talks.reopen": 0.15,
    "talks.accept": 0.1,
    "ceasefire.accept": 0.3,
}
DEFAULT = "judgement: default, the same for every conflict; kind and start in [conflict] let the record estimate it"


def load(name_or_path: str | Path) -> Scenario:
    """Load a bundled scenario by name, or a TOML file by path; numbers that are left out are estimated on the record.

    Parameters
    ----------
    name_or_path : str or Path
        A bundled scenario's name, or the path of a file that ends in `.toml`.

    Returns
    -------
    Scenario
        The scenario, checked and filled (`filled`).

    Raises
    ------
    SpecError
        No such scenario or file, or an entry that may not stand there; or a number is left out, and what it takes to
        estimate it is missing from the table `[conflict]`: the message says what to add.

    Examples
    --------
    >>> load("korea-1951").left_out()
    []
    """
    return filled(files.load(name_or_path))


def filled(scenario: Scenario, calibration: Calibration | None = None) -> Scenario:
    """Return the scenario with the numbers that are left out estimated on the record.

    Parameters
    ----------
    scenario : Scenario
    calibration : Calibration, optional
        Default: the shipped one as it was known at the scenario's date.

    Returns
    -------
    Scenario
        The same scenario where nothing is left out.  What is written, and the digest, stay; a patch is filled anew.

    Raises
    ------
    SpecError
        A number without a default (`DEFAULTS`) is left out, and kind or start of the conflict is not known or it is a
        crisis short of war; or the cost of a type that the mapping does not hold is left out.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load, patch
    >>> bare = patch(load("korea-1951"), {"talks.accept": None})
    >>> bare.left_out(), filled(bare).left_out()
    (['talks.accept'], [])
    """
    return scenario.filled_by(_Estimates(calibration))


@dataclass(frozen=True)
class _Estimates:
    """What fills a scenario, and each patch of it; equal where the calibration is."""

    calibration: Calibration | None

    def __call__(self, scenario: Scenario) -> dict[str, Any]:
        """Return `estimates` of a scenario."""
        return estimates(scenario, self.calibration)


def estimates(scenario: Scenario, calibration: Calibration | None = None) -> dict[str, Any]:
    """Return the numbers that are left out, by dotted path, each as in a file: value, range and source.

    Parameters, errors: as of `filled`.
    """
    absent = scenario.left_out()
    if not absent:
        return {}
    from peacetalks.conflicts.mapping import Size, scenario_table  # the record takes time to load
    from peacetalks.evidence.calibration import calibration as shipped

    try:
        conflict = conflict_of(scenario)
    except SpecError as e:
        if set(absent) <= set(DEFAULTS):
            return {path: {"value": DEFAULTS[path], "source": DEFAULT} for path in absent}
        raise SpecError(f"{', '.join(absent)} left out: {e}; or write the numbers") from None
    size = Size(scenario.battlefield.positions, scenario.talks.offers)
    known = shipped(scenario.as_of) if calibration is None else calibration
    table = scenario_table(conflict, known, size, float(scenario.battlefield.strength))
    if "battlefield.mobility" not in absent:
        _leave_rest_of_hazard(table, scenario, conflict, known)
    found = {path: written_at(table, path) for path in absent}
    if unknown := [path for path, value in found.items() if value is None]:
        types = ", ".join(table["sides"][0]["types"])
        raise SpecError(
            f"{scenario.name}: {', '.join(unknown)} left out, and the record says nothing of it: the mapping holds the "
            f"types {types}. Write the number, or call the types so"
        )
    return found


def _leave_rest_of_hazard(table: dict[str, Any], scenario: Scenario, conflict: Conflict, known: Calibration) -> None:
    """Set the chance of a decision by force to what the edges of the scenario's own front leave of the hazard."""
    from peacetalks.conflicts.covariates import covariates
    from peacetalks.conflicts.mapping import battlefield, with_range

    field, found = scenario.battlefield, covariates(conflict)
    mean, _ = known.log_factor("decisive", found.slopes())
    place = (float(field.mobility), float(field.strength), float(field.front), field.positions)
    _, left = battlefield(found.hazard * exp(mean), *place)
    number = table["battlefield"]["decisive"]
    ratio = left / Number.parse(number)
    for key in {"value", "low", "mode", "high", "median"} & set(number):
        number[key] = min(number[key] * ratio, 1.0)
    table["battlefield"]["decisive"] = with_range(number)


def conflict_of(scenario: Scenario) -> Conflict:
    """Return what a scenario says of its conflict at its date, as the mapping takes it.

    Raises `SpecError` where kind or start is not known, and for a crisis short of war.

    >>> conflict_of(files.load("korea-1951")).kind
    'interstate'
    """
    facts = known_class(scenario)
    assert facts.kind is not None
    assert facts.start is not None
    assert facts.state is not None
    if facts.state == "crisis":
        raise SpecError(f"{scenario.name} is a crisis short of war, and the record of wars identifies no number of it")
    civil = "internationalised" if facts.internationalised else "intrastate"
    recorded = _recorded(facts, scenario)
    return Conflict(
        id=facts.ucdp or 0,
        name=scenario.title,
        cluster="",
        kind=facts.kind,
        war_type="interstate" if facts.kind == "interstate" else civil,
        incompatibility=facts.incompatibility or (recorded.incompatibility if recorded else "territory"),
        side_a=scenario.sides[0].label,
        side_b=scenario.sides[1].label,
        as_of=scenario.as_of,
        state=facts.state,
        start=facts.start,
        since=facts.since,
        war=facts.intensity == "war",
        intensity=facts.intensity or "minor",
        previous=facts.previous or 0,
        major_power=facts.major_power,
        deaths=recorded.deaths if recorded else None,
        population=recorded.population if recorded else None,
        capability_a=None,
        capability_b=None,
        talks=scenario.talks.open,
        talks_source="the scenario",
        ceasefires=recorded.ceasefires if facts.ceasefires is None and recorded else facts.ceasefires,
    )


def _recorded(facts: ConflictTable, scenario: Scenario) -> Conflict | None:
    """Return what the record knew of the conflict that the scenario names by its UCDP number; None where it names none.

    Raises `SpecError` where the record has no such conflict at the date.
    """
    if facts.ucdp is None:
        return None
    from peacetalks.conflicts.find import find_conflict

    try:
        return find_conflict(facts.ucdp, scenario.as_of)
    except EvidenceError as e:
        raise SpecError(f"{scenario.name}: conflict.ucdp: {e}") from None

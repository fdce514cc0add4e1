"""The class of a scenario's conflict: what its table `[conflict]` says, and what follows from the rest of the scenario.

The table may be left out, and so may each of its keys.  The state then follows from the ceasefire; kind, intensity and
age follow from the reference classes where these say so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from peacetalks.errors import SpecError
from peacetalks.scenario.conflict_table import ConflictTable

if TYPE_CHECKING:
    from peacetalks.scenario.scenario import Scenario

CIVIL = {"civil", "intrastate", "internationalised"}
NAMED = {**dict.fromkeys((*sorted(CIVIL), "interstate"), "war_type"), "war": "intensity"}  # classes by name -> column
DAYS_OF = {"d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}  # days of the units of `reached` in a reference class


def resolved(scenario: Scenario) -> ConflictTable:
    """Return the facts of a scenario's conflict with what follows from the rest of the scenario.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    ConflictTable
        `state` is set, and `since` of a truce or settlement; `kind`, `intensity` and `start` are None where neither the
        table nor a reference class says so.  A class of wars that had `reached=3y` dates the start three years back.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load, patch
    >>> facts = resolved(patch(load("korea-1951"), {"conflict": None, "reference_classes": ["war_type=interstate"]}))
    >>> facts.kind, facts.state, facts.start
    ('interstate', 'fighting', None)
    """
    facts = scenario.conflict or ConflictTable.model_validate({})
    said = _said_by_classes(scenario.reference_classes)
    war_type = said.get("war_type") or said.get("kind", "")
    types = set(war_type.split("|"))
    kind = facts.kind or ("interstate" if types == {"interstate"} else "civil" if types <= CIVIL else None)
    in_force = scenario.ceasefire is not None and scenario.ceasefire.in_force
    state = facts.state or ("truce" if in_force else "fighting")
    since = facts.since or (scenario.as_of if state in ("truce", "settlement") else None)
    intensity = facts.intensity or {"war": "war", "minor": "minor"}.get(said.get("intensity", ""))
    return facts.model_copy(
        update={
            "kind": kind,
            "state": state,
            "since": since,
            "intensity": intensity,
            "start": facts.start or _start(said.get("reached"), scenario.as_of),
            "internationalised": facts.internationalised or (facts.kind is None and war_type == "internationalised"),
        }
    )


def known_class(scenario: Scenario) -> ConflictTable:
    """Return `resolved` where kind and start are known; raise `SpecError`, which says what to add, where they are not.

    >>> from peacetalks.scenario.scenario import load
    >>> known_class(load("korea-1951")).kind
    'interstate'
    """
    facts = resolved(scenario)
    absent = [] if facts.kind else ['kind = "civil" or "interstate"']
    absent += [] if facts.start else ["start = the day on which the fighting began (YYYY-MM-DD)"]
    if absent:
        raise SpecError(
            f"{scenario.name}: the class of the conflict is not known; add to the table [conflict]: {', '.join(absent)}"
        )
    return facts


def _said_by_classes(classes: list[str]) -> dict[str, str]:
    """Return the conditions `key=value` of reference classes, also by name; the first that sets a key counts."""
    out: dict[str, str] = {}
    for condition in (c for text in classes for c in text.split(",")):
        key, equals, value = (part.strip() for part in condition.partition("="))
        if equals and value:
            out.setdefault(key, value)
        elif key.lower() in NAMED:
            out.setdefault(NAMED[key.lower()], key.lower())
    return out


def _start(reached: str | None, as_of: date) -> date | None:
    """Return the day so long before the date as `reached`, such as 3y, says; None where it says nothing."""
    if not reached or not reached[:-1].isdecimal() or reached[-1] not in DAYS_OF:
        return None
    days = int(reached[:-1]) * DAYS_OF[reached[-1]]
    return as_of - timedelta(round(days)) if days < as_of.toordinal() else None

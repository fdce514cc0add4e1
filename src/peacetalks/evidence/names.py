"""Reference classes by name, as a scenario lists them, and what each means for each kind of case.

A name stands for a condition; names listed together narrow the class. A condition can be written out as well:
``["interstate", "territory", "reached=3y"]`` is ``war_type=interstate, incompatibility=territory, reached=3y``.
"""

from __future__ import annotations

from collections.abc import Iterable

from peacetalks.evidence.classes import CaseFilter
from peacetalks.evidence.errors import EvidenceError, suggestion

NAMED: dict[str, dict[str, str]] = {
    "interstate": {"episodes": "war_type=interstate", "processes": "level=interstate"},
    "intrastate": {"episodes": "war_type=intrastate", "processes": "level=intrastate"},
    "internationalised": {"episodes": "war_type=internationalised", "processes": "level=mixed"},
    "extrasystemic": {"episodes": "war_type=extrasystemic"},
    "territory": {"episodes": "incompatibility=territory", "mediations": "incompatibility=1"},
    "government": {"episodes": "incompatibility=government", "mediations": "incompatibility=2"},
    "war": {"episodes": "intensity=war"},
    "major_power": {"episodes": "major_power=1", "wars": "major_power=1"},
    "recurring": {"episodes": "previous>=1", "ceasefires": "previous>=1"},
    "first": {"episodes": "previous=0", "ceasefires": "previous=0"},
    "mediated": {"ceasefires": "mediated=1", "agreements": "mediated=1"},
    "monitored": {"ceasefires": "monitored=1"},
    "peacekeepers": {"spells": "peacekeepers=1", "agreements": "peacekeeping=1"},
    "since_1945": dict.fromkeys(("wars", "crises"), "since=1945"),
    "since_1990": dict.fromkeys(("episodes", "agreements", "ceasefires", "crises", "wars", "sanctions"), "since=1990"),
}


def named(kind: str, names: Iterable[str]) -> CaseFilter:
    """Return the class of a kind that a list of names and conditions describes; no names: all cases.

    Raises `EvidenceError` for a name that is not known, or that says nothing of this kind.

    >>> str(named("episodes", ["interstate", "territory", "reached=3y"]))
    'war_type=interstate, incompatibility=territory, reached=1095d'
    """
    parts = []
    for name in names:
        if "=" in name:
            parts.append(name)
        elif name not in NAMED:
            raise EvidenceError(f"no reference class is called {name!r}. {suggestion(name, list(NAMED))} "
                                "Or write a condition, such as war_type=interstate.")
        elif kind not in NAMED[name]:
            raise EvidenceError(f"the reference class {name!r} says nothing of {kind}, only of "
                                f"{', '.join(NAMED[name])}: leave it out or write a condition on {kind}.")
        else:
            parts.append(NAMED[name][kind])
    return CaseFilter.parse(kind, ", ".join(parts))

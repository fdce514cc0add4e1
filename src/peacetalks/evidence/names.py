"""Reference classes by name, and what each means for each kind of case.

A name stands for a condition and can be written wherever a condition can: ``interstate, territory, reached=3y`` means
``war_type=interstate, incompatibility=territory, reached=3y``.
"""

from __future__ import annotations

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.text_files import shorten

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


def spelled_out(kind: str, name: str) -> str:
    """Return the condition that a name stands for among cases of a kind.

    Raises `EvidenceError` for a name that is not known, or that is not defined for this kind.

    >>> spelled_out("episodes", "interstate")
    'war_type=interstate'
    """
    if name not in NAMED:
        raise EvidenceError(
            f"no reference class is called {shorten(name)}. {suggestion(name, list(NAMED))} Or "
            f"write a condition on {kind}: column=value, such as since=1990."
        )
    if kind not in NAMED[name]:
        raise EvidenceError(
            f"the reference class {shorten(name)} is not defined for {kind}, only for "
            f"{', '.join(NAMED[name])}: leave it out or write a condition on {kind}."
        )
    return NAMED[name][kind]

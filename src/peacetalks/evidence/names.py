"""Reference classes by name, and what each means for each kind of case.

A name stands for a condition and can be written wherever a condition can: ``interstate, territory, reached=3y`` means
``war_type=interstate, incompatibility=territory, reached=3y``. Civil conflicts are those within a state, with troops of
another state in them (internationalised) or without (intrastate).
"""

from __future__ import annotations

import re

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.text_files import shorten

NAMED: dict[str, dict[str, str]] = {
    "interstate": {"episodes": "war_type=interstate", "processes": "level=interstate"},
    "civil": {"episodes": "war_type=intrastate|internationalised", "processes": "level=intrastate|mixed"},
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
WHOLE_KINDS = {  # names of which every case of a kind is one: no condition
    "civil": ("ceasefires", "spells", "mediations"),
    "interstate": ("wars", "crises"),
}
TYPED = re.compile(r"(?:kind|war_type|level)\s*=\s*(civil|interstate)")  # of a column that codes it in another word


def spelled_out(kind: str, name: str) -> str:
    """Return the condition that a name stands for among cases of a kind; empty where every case of it is one.

    Raises `EvidenceError` for a name that is not known, or that is not defined for this kind.

    >>> spelled_out("episodes", "interstate"), spelled_out("ceasefires", "civil")
    ('war_type=interstate', '')
    """
    if kind in WHOLE_KINDS.get(name, ()):
        return ""
    if name not in NAMED:
        raise EvidenceError(
            f"no reference class is called {shorten(name)}. {suggestion(name, list(NAMED))} Or "
            f"write a condition on {kind}: column=value, such as since=1990."
        )
    kinds = [*NAMED[name], *WHOLE_KINDS.get(name, ())]
    if kind not in kinds:
        raise EvidenceError(
            f"the reference class {shorten(name)} is not defined for {kind}, only for "
            f"{', '.join(kinds)}: leave it out or write a condition on {kind}."
        )
    return NAMED[name][kind]


def condition(kind: str, part: str) -> str:
    """Return a part of a reference class as a condition: names spelled out, `civil` taken for any column that codes it.

    Raises `EvidenceError` as `spelled_out` does.

    >>> condition("episodes", "war_type=civil"), condition("episodes", "Interstate"), condition("wars", "since=1945")
    ('war_type=intrastate|internationalised', 'war_type=interstate', 'since=1945')
    """
    if typed := TYPED.fullmatch(part.lower()):
        return spelled_out(kind, typed[1])
    return part if re.search("[<>=]", part) else spelled_out(kind, part.lower())


def in_names(where: str) -> str:
    """Return a reference class, as it is written, with names for the conditions that have one.

    >>> in_names("war_type=intrastate|internationalised, since=1980")
    'civil, since=1980'
    """
    names = {c: name for name, by_kind in NAMED.items() for c in by_kind.values()}
    return ", ".join(names.get(c, c) for c in where.split(", "))

"""What the entries of a scenario are in words, and which of its numbers an observer can know."""

from __future__ import annotations

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.twin import words_of
from peacetalks.errors import SpecError
from peacetalks.scenario.changes import SIGNS
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import model_at, table_of
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

NAMED = {  # what the description of a key does not say by itself
    "rationality": "precision of choices",
    "loyalty.strained": "signal of the regime's strength once loyalty has fallen",
    "loyalty.public": "precision of the public signal of the regime's strength",
    "loyalty.private": "precision of what each soldier sees",
    "linked.worth_1": "worth of the second issue to side 1",
    "linked.worth_2": "worth of the second issue to side 2",
    "linked.terms.*": "terms that a bundle carries",
    "agenda.weights.*": "share of the stake that a point of the agenda covers",
    "agenda.terms.*": "terms that may be offered on a point",
    "window.take": "readiness to take the wider agreement",
    "rent": "negotiators' rent",
    "rent.weight": "negotiators' rent",
    "deal": "durability of a settlement",
    "conflict.intensity": "intensity of the conflict",
    "conflict.kind": "kind of the conflict",
    "conflict": "the facts of the conflict",
    "as_of": "date of the forecast",
    "name": "name",
    "title": "title",
    "summary": "summary",
    "talks.open": "talks open at the start",
    "ceasefire.in_force": "a ceasefire in force at the start",
    "pact.formed": "a pact in force at the start",
}
KNOWN_BY = {  # numbers that an observer can know, and by what; of others (resolve, costs, readiness) only actors know
    "battlefield.front": "maps of control",
    "battlefield.mobility": "maps of control, month by month",
    "battlefield.strength": "forces, arms and economies",
    "talks.proposer": "the rules of the talks",
    "ceasefire.incident*": "incidents that monitors count",
    "sanctions.bite": "trade and budget figures",
    "sanctions.aid": "trade and budget figures",
    "sanctions.upkeep": "trade and budget figures",
    "challengers.chance": "a count of past occasions",
    "deal.detection": "the mandate of the monitors",
    "inspection.detection": "the mandate of the inspectors",
    "observers.advances": "maps of control",
    "observers.months": "the calendar",
    "credibility.capability": "forces and arms",
    "ratification.reservation": "polls",
    "ratification.spread": "polls",
    "guarantor.detection": "the mandate of the mission",
    "turnover.*": "polls, and past terms of office",
}


def label_of(path: str, scenario: Scenario) -> str:
    """Return what an entry of a scenario is, in words, with the names of its sides.

    >>> from peacetalks.conflicts.fill import load
    >>> korea = load("korea-1951")
    >>> label_of("talks.walk", korea), label_of("sides.1.discount", korea)
    ('readiness to walk out', 'discount factor per period of United Nations Command')
    """
    described = words_of(path, scenario)
    text = described or next((text for p, text in NAMED.items() if fnmatchcase(path, p)), "") or _from_field(path)
    if not described and path.startswith("sides."):
        _, side, *rest = path.split(".")
        of = scenario.sides[int(side) - 1].label
        if rest[:1] == ["types"] and len(rest) == 2:
            return f"type {rest[1]} of {of}"
        return f"{text} ({of}, {rest[1]})" if rest[:1] == ["types"] and len(rest) > 1 else f"{text} of {of}"
    for i, side in enumerate(scenario.sides, 1):
        text = text.replace(f"side {i}", side.label)
    return text


def by_path(scenario: Scenario, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes with the words for an entry (`label_of`) replaced by its path; a sign at the end of a key stays.

    Raises `SpecError` for words that are near to those for an entry, and where words and path of one are both given.

    >>> from peacetalks.conflicts.fill import load
    >>> by_path(load("korea-1951"), {"Readiness to walk out*": 2, "talks.open": "off"})
    {'talks.walk*': 2, 'talks.open': 'off'}
    """
    out: dict[str, Any] = {}
    for key, value in changes.items():
        sign = key[-1:] if key[-1:] in SIGNS else ""
        path = key if key.split(".", 1)[0].rstrip("*+ ") in Scenario.model_fields else _path_of(key, sign, scenario)
        if path in out:
            raise SpecError(f"{path} is given twice, as a key and in words; keep one")
        out[path] = value
    return out


def _path_of(key: str, sign: str, scenario: Scenario) -> str:
    """Return the path of an entry that is given in words, or the key itself where these are no words for one."""
    words = key.removesuffix(sign).strip().lower()
    labels = {p: label_of(p, scenario) for p in (*(p for p in NAMED if "*" not in p), *scenario.numbers())}
    paths = {text.lower(): p for p, text in labels.items()}
    if words in paths:
        return f"{paths[words]}{sign}"
    begun = [text for text in paths if text.startswith(words)]
    near = (begun or get_close_matches(words, paths, n=2, cutoff=0.75)) if " " in words else []
    if near:
        found = " or ".join(f"'{paths[text]}' ({labels[paths[text]]})" for text in near[:4])
        raise SpecError(f"{shorten(key)}: the scenario has no such key (did you mean {found}?)")
    return key


def known_by(path: str) -> str:
    """Return by what an observer can know a number, in words; "" where only the actors know it.

    >>> known_by("battlefield.front"), known_by("talks.accept")
    ('maps of control', '')
    """
    return next((how for p, how in KNOWN_BY.items() if fnmatchcase(path, p)), "")


def _from_field(path: str) -> str:
    """Return the first words of a key's description; of a table's, where the path is that of one."""
    *above, last = path.split(".")
    field: FieldInfo | None = model_at(above, Scenario).model_fields.get(last)
    text = "" if field is None else field.description or ""
    table = None if field is None else table_of(field.annotation)
    if not text and table is not None:
        text = (table.__doc__ or "").split(":")[0]
    text = re.sub(r"^(?:Lever|Prestige): |\s*\([^)]*\)", "", text)
    first = re.split(r"[,;:.]", text)[0].strip() or last.replace("_", " ")
    return first if first[1:2].isupper() else first[0].lower() + first[1:]

"""Names in questions: what people call the sides of a scenario, and where they fight.

A question is about both sides; their names add nothing to it, unless one of them wins.  They are taken out, and what
was taken out is kept, so that the answer can say so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.scenario.scenario import Scenario

SHORTER = {
    "united states": ("us", "u.s", "u.s.", "usa", "america"),
    "united kingdom": ("uk", "u.k", "u.k.", "britain"),
    "united nations command": ("un command", "united nations", "un"),
}  # names that are often written otherwise
OF_STATE = re.compile(r"^(?:the )?(?:government|republic|kingdom) of (?:the )?")
JOINED = r"(?:\s*[-/–,]\s*|,? and )"


def side_names(label: str) -> tuple[str, ...]:
    """Return what a side is called, in small letters, its full name first.

    >>> side_names("Government of Colombia")
    ('government of colombia', 'colombia', 'colombian government', 'colombian')
    >>> side_names("FARC-EP"), side_names("KPA and Chinese Volunteers")
    (('farc-ep', 'farc'), ('kpa and chinese volunteers', 'kpa', 'chinese volunteers'))
    """
    whole = label.lower()
    found = dict.fromkeys((whole,))
    state = OF_STATE.sub("", whole)
    found |= dict.fromkeys((state, *SHORTER.get(state, ())))
    if state != whole:
        found |= dict.fromkeys(f"{x} government" for x in _adjectives(state))
    parts = whole.split(" and ")
    parts += [whole.split("-")[0]] if re.fullmatch(r"[A-Z]{3,}-[A-Z]+", label) else []
    found |= dict.fromkeys(p for p in parts if len(p) > 2)
    return tuple(found | dict.fromkeys(x for x in _adjectives(state) if len(parts) == 1))


def _adjectives(state: str) -> Iterator[str]:
    """Yield the adjective of a state's name, where it follows a rule: Colombian, Ukrainian, Iranian."""
    if state.endswith("a"):
        yield f"{state}n"
    elif state.endswith(("ine", "an")):
        yield f"{state.removesuffix('e')}ian"


def place_names(scenario: Scenario) -> tuple[str, ...]:
    """Return where the sides fight, as the title begins: "Korea: armistice talks open" gives korea and korean."""
    if ":" not in scenario.title:
        return ()
    places = scenario.title.split(":")[0].lower().split(" and ")
    return tuple(dict.fromkeys(x.removeprefix("the ") for p in places for x in (p, *_adjectives(p))))


def without_names(words: str, scenario: Scenario) -> tuple[str, list[str]]:
    """Return words without the names of sides and place, and the names that were taken out."""
    return _without(words, scenario, rf"(?:{_before()})?")


def both_named(words: str) -> bool:
    """Return whether names that were taken out are those of more than one."""
    return re.search(JOINED, words) is not None


def without_added_names(words: str, scenario: Scenario) -> tuple[str, list[str]]:
    """Return words without names after a preposition ("in Korea", "between A and B"), and those taken out."""
    return _without(words, scenario, _before())


def _before() -> str:
    return r"(?:between|among|in|with) (?:the )?"


def _without(words: str, scenario: Scenario, before: str) -> tuple[str, list[str]]:
    names = {n for side in scenario.sides for n in side_names(side.label)} | set(place_names(scenario))
    one = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    name = rf"(?:{one})(?:'s)?"
    apart = "".join(f"(?<!{x} )" for x in ("north", "south", "east", "west"))  # another state's name
    pattern = re.compile(rf"(?<![\w-]){apart}{before}(?:the )?{name}(?:{JOINED}(?:the )?{name})*(?![\w'])")
    found = [m[0].strip() for m in pattern.finditer(words)]
    return " ".join(pattern.sub(" ", words).split()), found

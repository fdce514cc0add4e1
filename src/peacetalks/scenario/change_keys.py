"""Keys that a change of a scenario may have: the nearest to one that is not known, else all of them by mechanism."""

from __future__ import annotations

from difflib import get_close_matches

from peacetalks.errors import did_you_mean
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import table_of


def nearest_key(scenario: Scenario, path: str) -> str:
    """Return a hint at the paths that end alike, or at the nearest one, or at all that there are.

    >>> from peacetalks.scenario.scenario import load
    >>> nearest_key(load("korea-1951"), "walk")
    " (did you mean 'talks.walk'?)"
    """
    fields = [f"{name}.{key}" if key else name for name in Scenario.model_fields for key in ("", *_keys(name))]
    known = [*scenario.numbers(), *fields]
    last = path.rsplit(".", 1)[-1]
    alike = [p for p in dict.fromkeys(known) if p.rsplit(".", 1)[-1] == last]
    if alike:
        return f" (did you mean {' or '.join(map(repr, alike[:4]))}?)"
    table = path.split(".", 1)[0]
    if _keys(table):
        near = did_you_mean(path, (f"{table}.{key}" for key in get_close_matches(last, _keys(table))))
        return near or f"; {table} has {', '.join(_keys(table))}"
    return did_you_mean(path, known) or _all_keys(scenario)


def _all_keys(scenario: Scenario) -> str:
    """Return the keys of a scenario by mechanism, and the mechanisms that are not in it."""
    there: list[str] = []
    absent: list[str] = []
    for key, field in Scenario.model_fields.items():
        if getattr(scenario, key) is None and _keys(key):
            absent.append(key)
        elif _keys(key) or field.annotation is Number:
            there.append(f"{key} ({', '.join(_keys(key))})" if _keys(key) else key)
    rest = f" Mechanisms that are not in it: {', '.join(absent)}." if absent else ""
    return f". It has {'; '.join(there)}.{rest} Write TABLE.KEY, such as talks.walk or sides.1.discount"


def _keys(name: str) -> list[str]:
    """Return the keys of one of the scenario's tables; none where no table has the name."""
    field = Scenario.model_fields.get(name)
    return list(getattr(table_of(field.annotation), "model_fields", {})) if field is not None else []

"""Keys that a change of a scenario may have: what stands at one, all that a star matches, the nearest to an unknown."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from re import sub
from typing import TYPE_CHECKING

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import Scenario
from peacetalks.scenario.validation import table_of
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

OF_EVERY_TYPE = r"^(sides\.[12])\.(share|war_cost|escalation_cost|humiliation_cost)$"  # short for its types
RECORD_KEYS = {"as_of", "conflict", "reference_classes"}  # entries by which the record is asked


def check_path(scenario: Scenario, path: str) -> FieldInfo | None:
    """Return the field at a dotted path (None: below a list or a number); raise `SpecError` for a key that cannot be.

    >>> from peacetalks.scenario.scenario import load
    >>> check_path(load("korea-1951"), "talks.wlak")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: 'talks.wlak': the scenario has no such key (did you mean 'talks.walk'?)
    """
    model: type[BaseModel] | None = Scenario
    field, keys = None, path.split(".")
    if keys[0] == "sides" and keys[1:] and keys[1] not in ("1", "2"):
        raise SpecError(f"{shorten(path)}: the sides are sides.1 and sides.2")
    for i, key in enumerate(keys):
        if model is None:
            if not key.isdecimal():
                raise SpecError(f"{shorten(path)}: nothing lies below {'.'.join(keys[:i])}; change that as a whole")
            return None
        if key in model.model_fields:
            field = model.model_fields[key]
            model = table_of(field.annotation)
        elif i and keys[i - 1] == "types":
            names = scenario.sides[int(keys[1]) - 1].types
            if key not in names:
                raise SpecError(f"{shorten(path)}: no such type{did_you_mean(key, names)}; types: {', '.join(names)}")
            field = None
        elif key.isdecimal() and i:
            field = None
        else:
            raise SpecError(f"{shorten(path)}: the scenario has no such key{nearest_key(scenario, path)}")
    return field


def expanded(scenario: Scenario, path: str) -> list[str]:
    """Return the paths that a key stands for: itself, or those of the written numbers that its stars match."""
    path = sub(OF_EVERY_TYPE, r"\1.types.*.\2", path)
    if "*" not in path:
        check_path(scenario, path)
        return [path]
    numbers = scenario.numbers()
    found = [p for p in numbers if p.count(".") == path.count(".") and fnmatchcase(p, path)]
    if not found:
        raise SpecError(f"{shorten(path)} matches no number of the scenario{did_you_mean(path, numbers)}")
    return found


def mechanisms() -> list[str]:
    """Return the names of the tables that a scenario may leave out, each a mechanism.

    >>> "rent" in mechanisms(), "talks" in mechanisms(), "conflict" in mechanisms()
    (True, False, False)
    """
    fields = Scenario.model_fields.items()
    return [n for n, f in fields if f.default is None and table_of(f.annotation) is not None and n not in RECORD_KEYS]


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

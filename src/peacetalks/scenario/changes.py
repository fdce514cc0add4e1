"""What-ifs as people write them: `talks.walk=0.2`, `rent=off`, `sides.2.war_cost*=1.5`; several are made together.

A change has the dotted path of an entry, as in a file, and what it becomes:

    talks.walk = 0.2                        a number (or a range, as in a file)
    talks.walk* = 2, talks.walk+ = 0.01     the scenario's number times 2, or plus 0.01; a range goes with it
    talks.open = off, rent = off            a switch (on, off); or a mechanism out of the game
    talks.offer = record                    left out, so that the record estimates it
    sides.2.war_cost, talks.*               of every type of side 2; of every number that is written there

The shares of the types of a side that are not changed keep their proportions.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from re import sub
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic import BaseModel

from peacetalks.errors import NothingChanges, SpecError
from peacetalks.scenario.change_keys import RECORD_KEYS, check_path, expanded, mechanisms
from peacetalks.scenario.files import play_key
from peacetalks.scenario.paths import SHARE, check_changes, counted_with, under, written_at
from peacetalks.scenario.quantity import LEFT_OUT, RANGE, Number
from peacetalks.scenario.scenario import Scenario, patch
from peacetalks.scenario.validation import table_of
from peacetalks.scenario.what_if import rest_of_shares
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo

Plain = float | bool | str
FORM = "write KEY=VALUE, such as talks.walk=0.2, rent=off or sides.2.war_cost*=1.5"
ON, OFF, RECORD = "on", "off", "record"
SIGNS = ("*", "+")  # that end a key: times, plus


class Change(NamedTuple):
    """An entry before and after; "off" where a mechanism is not in the game."""

    path: str
    before: Plain
    after: Plain


@dataclass(frozen=True)
class Changed:
    """A scenario with changes made to it; made by `with_changes`."""

    base: Scenario
    scenario: Scenario  # after the changes
    changes: tuple[Change, ...]  # in the order asked for, shares of other types after them
    also: tuple[Change, ...]  # numbers that the record estimates, and estimates otherwise after the changes
    groups: dict[str, dict[str, Any]]  # key as asked for, or what it is part of -> {path: as in a file}

    @property
    def moves_play(self) -> bool:
        """Whether central values differ, and not only ranges."""
        return play_key(self.base) != play_key(self.scenario)

    @property
    def moves_class(self) -> bool:
        """Whether the record is asked about another class of conflicts, or at another date."""
        return _class_entries(self.base) != _class_entries(self.scenario)


def read_changes(given: Mapping[str, Any] | str | Iterable[str]) -> Mapping[str, Any]:
    """Return changes as {key: value}, also where they are given as one text KEY=VALUE or several.

    Raises `SpecError` for a text of another form, a key that is given twice, and anything else.

    >>> read_changes("talks.walk=0.2"), read_changes({"rent": "off"})
    ({'talks.walk': 0.2}, {'rent': 'off'})
    """
    if isinstance(given, str):
        return parse_changes([given])
    if isinstance(given, list | tuple) and all(isinstance(text, str) for text in given):
        return parse_changes(given)
    check_changes(given, 'changes are {"talks.walk": 0.2} or "talks.walk=0.2"')
    return cast("Mapping[str, Any]", given)


def parse_changes(texts: Iterable[str]) -> dict[str, Any]:
    """Return changes written KEY=VALUE as {key: value}; raise `SpecError` for a text that is none, or a key twice.

    >>> parse_changes(["talks.walk=0.2", "rent=off", "sides.2.war_cost*=1.5"])
    {'talks.walk': 0.2, 'rent': 'off', 'sides.2.war_cost*': 1.5}
    """
    out: dict[str, Any] = {}
    for text in texts:
        key, sign, value = (part.strip() for part in text.partition("="))
        if not (sign and key and value):
            raise SpecError(f"{shorten(text)} is not a change: {FORM}")
        if key in out:
            raise SpecError(f"{shorten(key)} is given twice; keep one")
        out[key] = _value(value)
    return out


def with_changes(scenario: Scenario, change: Mapping[str, Any]) -> Changed:
    """Return a scenario with changes made to it.

    Parameters
    ----------
    scenario : Scenario
        As written or filled (`peacetalks.load`), not a draw of it.
    change : {key: value}
        As in the module's table, with a sign at the end of the key: `{"talks.walk": 0.2, "sides.2.war_cost*": 1.5}`.

    Raises
    ------
    SpecError
        A key that the scenario cannot have, with the nearest it can; a value out of range; two changes of one entry.
    NothingChanges
        (A `SpecError`.)  Every value is what it was already.

    Examples
    --------
    >>> from peacetalks.scenario.scenario import load
    >>> made = with_changes(load("korea-1951"), {"talks.walk*": 2, "sides.1.types.resolute.share": 0.75})
    >>> [f"{c.path} {c.before:g} -> {c.after:g}" for c in made.changes]  # doctest: +NORMALIZE_WHITESPACE
    ['talks.walk 0.05 -> 0.1', 'sides.1.types.resolute.share 0.5 -> 0.75',
     'sides.1.types.irresolute.share 0.5 -> 0.25']
    """
    if not change:
        raise NothingChanges(f"nothing to change is given: {FORM}")
    entries, keys = _entries(scenario, change)
    try:
        out = patch(scenario, entries)
    except NothingChanges:
        out = scenario
    made = _made(scenario, out, entries, keys)
    if not (made.moves_play or made.moves_class or _new_ranges(made)):
        raise NothingChanges(f"nothing changes: {', '.join(map(_why_nothing, made.changes))}")
    return made


def by_itself(made: Changed, group: str) -> Changed:
    """Return the base with one group of the changes; raise `SpecError` where it cannot be made by itself."""
    entries = made.groups[group]
    return _made(made.base, patch(made.base, entries), entries, dict.fromkeys(entries, group))


def shown_value(value: Plain) -> str:
    """Return a value as people read it.

    >>> shown_value(0.25), shown_value(True), shown_value("off")
    ('0.25', 'on', 'off')
    """
    if isinstance(value, bool):
        return ON if value else OFF
    return f"{value:.4g}" if isinstance(value, float | int) else value


def _value(text: str) -> Any:
    """Return what a text means in a file; `.5` is 0.5, and what is no value of TOML is a word."""
    with_zeros = sub(r"(?<![\w.])\.(?=\d)", "0.", text)
    try:
        found = tomllib.loads(f"x = {with_zeros}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return found["x"] if set(found) == {"x"} else text


def _entries(scenario: Scenario, change: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return changes as a patch {dotted path: as in a file}, with the shares that make room, and {path: key}."""
    out: dict[str, Any] = {}
    keys: dict[str, str] = {}
    for key, value in change.items():
        path, sign = (key[:-1], key[-1]) if key[-1:] in SIGNS and key[-2:-1] != "." else (key, "")
        for p in expanded(scenario, path.strip()):
            if clash := next((q for q in out if under(p, q) or under(q, p)), None):
                same = "is changed twice" if clash == p else f"and {clash} cannot both be changed: one holds the other"
                raise SpecError(f"{p} {same}; keep one")
            out[p] = _moved(scenario, p, sign, value) if sign else _as_in_file(scenario, p, value)
            keys[p] = key
    return out | rest_of_shares(scenario, {p: _central(v) for p, v in out.items() if SHARE.match(p)}), keys


def _as_in_file(scenario: Scenario, path: str, value: Any) -> Any:
    """Return what an entry becomes as a file has it; None takes it out."""
    field, now = check_path(scenario, path), _now(scenario, path)
    if field is not None and field.annotation is bool:
        if not isinstance(value, bool) and value not in (ON, OFF):
            raise SpecError(f"{path}: {ON} or {OFF} is expected, got {shorten(value)}")
        return value is True or value == ON
    if value == OFF:
        return _out_of_the_game(scenario, path, field, now)
    if value == RECORD:
        if field is None or not _identified(field):
            raise SpecError(f"{path}={RECORD}: this entry is not estimated on the record; give a value")
        return None
    table = None if field is None else table_of(field.annotation)
    if value == ON and table is not None:
        needed = ", ".join(f"{path}.{k}" for k, f in table.model_fields.items() if f.is_required())
        raise SpecError(f"{path}={ON}: a mechanism is switched on by its numbers: {needed or f'{path}.*'}")
    is_number = isinstance(now, Number) or (field is not None and field.annotation is Number)
    if is_number and isinstance(value, int | float) and not isinstance(value, bool):
        return {"value": float(value) if isinstance(value, Number) else value, "source": _source(now)}
    return value


def _out_of_the_game(scenario: Scenario, path: str, field: FieldInfo | None, now: Any) -> None:
    """Return None, which takes a mechanism out; raise `SpecError` for an entry that is none, or is out already."""
    if field is None or field.is_required() or table_of(field.annotation) is None:
        there = [name for name in mechanisms() if getattr(scenario, name) is not None]
        hint = f"; `{RECORD}` leaves the number to the record" if field is not None and _identified(field) else ""
        raise SpecError(
            f"{path}={OFF}: only a switch or a mechanism can be off (in this scenario: {', '.join(there) or 'none'})"
            f"{hint}"
        )
    if now is None:
        raise NothingChanges(f"{path}={OFF}: it is not in the scenario")


def _moved(scenario: Scenario, path: str, sign: str, value: Any) -> Any:
    """Return a number of the scenario times or plus `value`, as in a file; a range goes with it."""
    now = _now(scenario, path)
    if not isinstance(now, Number):
        raise SpecError(f"{path}{sign}: the scenario has no number there that could be changed so; give a value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(f"{path}{sign}: a number is expected, got {shorten(value)}")

    def move(x: float) -> float:
        return float(f"{x * value if sign == '*' else x + value:.12g}")

    written = written_at(scenario.written(), path)
    if isinstance(written, dict) and set(RANGE) <= set(written) and value >= 0:
        return {key: move(written[key]) for key in RANGE} | {"source": _source(now)}
    return {"value": move(float(now)), "source": _source(now)}


def _source(now: Any) -> str:
    known = isinstance(now, Number) and now is not LEFT_OUT and now == now  # noqa: PLR0124 (not a number)
    return f"what-if; in the scenario {float(now):.4g}" if known else "what-if"


def _identified(field: FieldInfo) -> bool:
    """Whether the record estimates the number of a field where it is left out."""
    return field.default_factory is not None and field.annotation is Number


def _central(value: Any) -> float:
    """Return the central value of a number as in a file."""
    try:
        return float(Number.parse(value))
    except ValueError as e:
        raise SpecError(f"share of a type: {e}") from None


def _now(scenario: Scenario, path: str) -> Any:
    """Return what stands at a dotted path of a scenario, defaults and estimates included; None where nothing does."""
    part: Any = scenario
    for key in path.split("."):
        if isinstance(part, list):
            part = part[int(key) - 1] if key.isdecimal() and 1 <= int(key) <= len(part) else None
        elif isinstance(part, dict):
            part = part.get(key)
        else:
            part = getattr(part, key, None) if isinstance(part, BaseModel) else None
    return part


def _plain(value: Any) -> Plain:
    """Return an entry as a number, a switch or a word."""
    if value is None:
        return OFF
    if isinstance(value, BaseModel):
        return ON
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, int | float) else str(value)


def _made(base: Scenario, out: Scenario, entries: Mapping[str, Any], keys: Mapping[str, str]) -> Changed:
    """Return what a patch has changed."""
    changes = tuple(Change(p, _plain(_now(base, p)), _plain(_now(out, p))) for p in entries)
    before, after = base.numbers(), out.numbers()
    also = tuple(
        Change(p, float(before[p]), float(n))
        for p, n in after.items()
        if p in before and before[p] != n and not any(under(p, q) for q in entries)
    )
    groups: dict[str, dict[str, Any]] = {}
    for path, value in entries.items():
        groups.setdefault(_group(base, path, keys.get(path, path)), {})[path] = value
    return Changed(base, out, changes, also, groups)


def _group(base: Scenario, path: str, key: str) -> str:
    """Return the name of what is changed as one: shares of a side, a mechanism that was not in the game, a key."""
    if SHARE.match(path):
        return counted_with(path)
    name = path.split(".", 1)[0]
    return name if getattr(base, name) is None else key


def _new_ranges(made: Changed) -> bool:
    """Whether a number has a range after the changes that it did not have before; a point counts as its centre."""
    before = made.base.numbers()
    return any(
        n.uncertain and (p not in before or n.interval() != before[p].interval())
        for p, n in made.scenario.numbers().items()
    )


def _why_nothing(c: Change) -> str:
    return f"{c.path} is {shown_value(c.after)} already" if c.before == c.after else f"{c.path} enters no forecast"


def _class_entries(s: Scenario) -> dict[str, Any]:
    return s.model_dump(include=RECORD_KEYS)

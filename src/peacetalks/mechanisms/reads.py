"""What a stage reads of a scenario, so that a variant in which all of it is the same need not be expanded again.

A mechanism is a function of a scenario; here it is given a recording of one, which has the same attributes and notes
which of them are read, while the mechanism makes its stage and whenever it is asked for moves.  Since a mechanism
decides by nothing else, a stage has the same moves in another scenario in which all that was read is equal.  Of a state
it reads fields by their names, so that states which it does not distinguish are expanded once (`game/alike.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from peacetalks.scenario.tables import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.game.language import Stage
    from peacetalks.scenario.scenario import Scenario

    S = TypeVar("S", bound=Stage)

Path = tuple[Any, ...]  # attributes, keys and positions from the scenario down
TABLE = "a table"  # what is read of a table before its own attributes are


class Reads:
    """What is read of a scenario, by the path to it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.found: dict[Path, Any] = {}

    def same_in(self, other: object) -> bool:
        """Return whether all that was read so far is the same in the scenario of `other`."""
        return isinstance(other, Reads) and all(_at(other.scenario, p) == value for p, value in self.found.items())

    def record(self, path: Path, value: Any) -> Any:
        """Return `value`, which stands at `path`, with recordings in place of tables."""
        self.found[path] = _outline(value)
        if isinstance(value, Part):
            return _Recording(self, value, path)
        if isinstance(value, list | tuple):
            return tuple(self.record((*path, i), x) for i, x in enumerate(value))
        if isinstance(value, dict):
            return {key: self.record((*path, key), x) for key, x in value.items()}
        return value


class _Recording:
    """A table of a scenario; every attribute is noted when it is first read."""

    def __init__(self, reads: Reads, table: Part, path: Path) -> None:
        self.__dict__["_recording_of"] = (reads, table, path)

    def __getattr__(self, name: str) -> Any:
        reads, table, path = self.__dict__["_recording_of"]
        if name not in type(table).model_fields:
            raise AttributeError(f"a mechanism may read the fields of {type(table).__name__} only, not {name!r}")
        value = self.__dict__[name] = reads.record((*path, name), getattr(table, name))
        return value


def recorded(mechanism: Callable[[Scenario], S], scenario: Scenario) -> S:
    """Return the stage that a mechanism makes of a scenario, with what it reads as the stage's `inputs`.

    >>> from peacetalks.mechanisms.rent import collect
    >>> from peacetalks.scenario.scenario import load
    >>> stage = recorded(collect, load("russia-ukraine-2025"))
    >>> sorted({path[0] for path in stage.inputs.found if path})
    ['rent', 'sides']
    """
    reads = Reads(scenario)
    made = mechanism(cast("Scenario", reads.record((), scenario)))
    return replace(made, inputs=reads, alike=True)


def _outline(value: Any) -> Any:
    """Return what is known of a value once it is read; of what holds other values, its keys or its length."""
    if isinstance(value, Part):
        return TABLE
    if isinstance(value, list | tuple):
        return len(value)
    return tuple(value) if isinstance(value, dict) else value


def _at(scenario: Scenario, path: Path) -> Any:
    """Return the outline of what stands at a path; None where there is nothing."""
    found: Any = scenario
    for key in path:
        if isinstance(found, Part):
            found = getattr(found, key)
        elif isinstance(found, list | tuple):
            found = found[key] if key < len(found) else None
        else:
            found = found.get(key) if isinstance(found, dict) else None
    return _outline(found)

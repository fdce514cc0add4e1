"""The sliders of a what-if: which numbers, over which ranges, and the changes that an address holds.

The state of the page is the query of its address: `?talks.walk=0.2&rent=off`.  A value that is the scenario's own
changes nothing and is left out, so that a form which sends every slider means the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.forecasting.axes import ranges
from peacetalks.forecasting.labels import known_by, label_of
from peacetalks.scenario.change_keys import mechanisms
from peacetalks.scenario.changes import parse_changes
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from peacetalks.scenario.scenario import Scenario

SHOWN = 10  # the strongest numbers
STEPS = 60  # of a slider, at least
DIGITS, FULL = 4, 12  # significant ones of a value: as it is read, and as it is computed with
ALSO = "also"  # key of the address that names a further slider
MOST_CHANGES = 40
MOST = 10**300  # a whole number that a float holds


@dataclass(frozen=True)
class Slider:
    """A number that can be moved, in steps from the scenario's value; all values are as a browser writes them."""

    path: str
    label: str
    base: str  # the scenario's value
    low: str
    high: str
    step: str
    at: str  # where it stands
    note: str  # how it is known

    @property
    def moved(self) -> bool:
        """Whether it stands elsewhere than in the scenario."""
        return self.at != self.base

    @property
    def words(self) -> str:
        """The scenario's value, the range and how the number is known, as people read them."""
        here, low, high = (f"{float(x):.{DIGITS}g}" for x in (self.base, self.low, self.high))
        return f"Scenario {here}; from {low} to {high}{self.note}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "path": self.path,
            "label": self.label,
            "value": float(self.base),
            "low": float(self.low),
            "high": float(self.high),
            "at": float(self.at),
        }


class State(NamedTuple):
    """What the address of a what-if holds."""

    changes: dict[str, Any]  # key -> value, as `whatif` takes them
    also: tuple[str, ...]  # further sliders

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        pairs = [(key, in_full(value)) for key, value in self.changes.items()]
        return urlencode([*pairs, *((ALSO, path) for path in self.also)])


def read_state(items: Sequence[tuple[str, str]], base: Scenario) -> State:
    """Return the state that a query holds.

    Raises `SpecError` for a pair that is not a change, and for a key that is given twice; whether the scenario has that
    key is checked where the change is made.

    >>> from peacetalks.conflicts.fill import load
    >>> korea = load("korea-1951")
    >>> read_state([("talks.walk", "0.05"), ("talks.accept", "0.2"), ("also", "rationality")], korea)
    State(changes={'talks.accept': 0.2}, also=('rationality',))
    """
    numbers = base.numbers()
    also = tuple(dict.fromkeys(value for key, value in items if key == ALSO and value))
    if wrong := [path for path in also if path not in numbers]:
        raise SpecError(f"{ALSO}: {shorten(wrong[0])} is no number of the scenario{did_you_mean(wrong[0], numbers)}")
    given = parse_changes(f"{key}={value}" for key, value in items if key != ALSO and value != "")
    if huge := [key for key, value in given.items() if isinstance(value, int) and abs(value) > MOST]:
        raise SpecError(f"{huge[0]}: {shorten(given[huge[0]])} is larger than any number of a scenario")
    changes = {key: value for key, value in given.items() if not _same(numbers.get(key), value)}
    return State(changes, tuple(path for path in also if path not in changes))


def _same(number: float | None, value: Any) -> bool:
    """Return whether a value is that of the scenario, as an address gives it."""
    if number is None or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return in_full(value) == in_full(float(number))


def in_full(value: Any) -> str:
    """Return a value as an address holds it, and a slider takes it: with all digits that matter.

    >>> in_full(0.123456), in_full(2.0), in_full(True), in_full("off")
    ('0.123456', '2', 'on', 'off')
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, int | float):
        return str(value)
    return f"{float(value):.{FULL}g}"


def sliders(base: Scenario, paths: Iterable[str], state: State) -> list[Slider]:
    """Return a slider for each path, for what the state changes, and for what it adds."""
    places = {path: (low, high) for path, low, high, _ in ranges(base)}
    asked = dict.fromkeys((*paths, *(p for p in state.changes if p in base.numbers()), *state.also))
    return [_slider(base, path, places.get(path), state.changes.get(path)) for path in asked]


def _slider(base: Scenario, path: str, place: tuple[float, float] | None, value: Any) -> Slider:
    here = float(base.numbers()[path])
    at = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else here
    low, high = place or ((here / 2, here * 2) if here > 0 else (0.0, 1.0))
    low, high = min(low, here, at), max(high, here, at)
    step = _round_step((high - low) / STEPS) if high > low else 0.01
    low, high = here - step * math.floor((here - low) / step), here + step * math.floor((high - here) / step)
    known = known_by(path)
    note = f"; known from {known}" if known else ""
    words = label_of(path, base)
    label = f"{words[:1].upper()}{words[1:]}"
    return Slider(path, label, in_full(here), in_full(low), in_full(high), in_full(step), in_full(at), note)


def _round_step(least: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above a step.

    >>> _round_step(0.0006), _round_step(0.03)
    (0.0005, 0.02)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return float(f"{max(m for m in (1, 2, 5) if m * power <= least * (1 + 1e-9)) * power:.3g}")


def provisional(base: Scenario) -> list[str]:
    """Return the numbers that are shown until the strongest are known: those with a range of their own first."""
    numbers = base.numbers()
    found = [path for path, *_ in ranges(base)]
    return sorted(found, key=lambda path: not numbers[path].uncertain)[:SHOWN]


def choices(base: Scenario, there: Iterable[str]) -> list[tuple[str, str]]:
    """Return (path, label) of every number that has no slider yet, by label."""
    without = set(base.numbers()) - set(there)
    return sorted(((path, label_of(path, base)) for path in without), key=lambda pair: pair[1].lower())


def switches(base: Scenario, state: State, path: str) -> list[dict[str, str]]:
    """Return a link for each mechanism of the scenario, which takes it out of the game, and for talks."""
    out = []
    for name in mechanisms():
        if getattr(base, name) is not None and name not in state.changes:
            url = f"{path}?{with_change(state, name, 'off').query}"
            out.append({"url": url, "words": f"without {label_of(name, base)}"})
    return out


def with_change(state: State, key: str, value: Any) -> State:
    """Return the state with a change more, or with another value; None takes the change out.

    >>> with_change(State({"rent": "off"}, ()), "rent", None).query
    ''
    """
    changes = {k: v for k, v in (state.changes | {key: value}).items() if v is not None}
    return state._replace(changes=changes)


def other_changes(state: State, base: Mapping[str, Any], path: str) -> list[dict[str, str]]:
    """Return the changes that no slider shows, each with the address of the page without it."""
    return [
        {"key": k, "value": in_full(v), "without": f"{path}?{with_change(state, k, None).query}"}
        for k, v in state.changes.items()
        if k not in base
    ]

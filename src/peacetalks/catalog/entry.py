"""What the catalogue says about each game beside its rules: parameters with ranges, what is measured, closed forms.

An `Entry` stands at the end of a game's module.  A *parameter* is a number (or a choice) that may be changed; its key
is the name of the game's own parameter, with a part after a dot where that holds several numbers (`costs.weak`,
`demands.1`).  A *measure* is a number read off the solved game, beside what the theory says in closed form for players
who make no mistakes, where it says anything.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard, TypeVar, cast

from peacetalks.errors import GameError, did_you_mean
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from types import FunctionType

    from peacetalks.game.language import Game

T = TypeVar("T")
Value = float | str | bool
LEVELS = (5.0, 20.0, 100.0, 500.0)  # rationality in the table of what noise does
GOING_ON = "going on"
AUTHOR = re.compile(r"[^\W\d_][^.,]*, [A-Z]\.")  # how a reference begins: Powell, R.


def end_of(state: Any) -> str:
    """Return the name of the end that a state is: its word, or the first word of a tuple.

    >>> end_of("war"), end_of(("deal", 0.5)), end_of(3)
    ('war', 'deal', 'going on')
    """
    first = state[0] if isinstance(state, tuple) and state else state
    return first if isinstance(first, str) else GOING_ON


class SolvedPlay(Protocol):
    """What a measure is read off: a solved game and the chance of each end."""

    @property
    def start(self) -> Any:
        """The state in which play begins (the likelier one, where there are several)."""
        ...

    @property
    def ends(self) -> Mapping[str, float]:
        """Chance of each end when play is followed as far as the entry says."""
        ...

    def strategy(self, stage: str, state: Any, player: str | None = None) -> dict[Any, Any]:
        """Return {type: {move: probability}} of the mover, as `Solution.strategy` does."""
        ...

    def value(self, player: str, type: Any = None) -> float:
        """Return what a player can expect at the start, as `Solution.value` does."""
        ...


@dataclass(frozen=True)
class Parameter:
    """A number or a choice of a game that may be changed, with the range in which the game makes sense."""

    key: str  # name of the game's parameter, with the part after a dot
    words: str  # what it is, without an article: "chance that A wins the war"
    low: float = 0.0
    high: float = 1.0
    whole: bool = False  # whole numbers only
    share: bool = False  # a probability over types: the other types' shares are scaled to sum to 1 with it
    choices: tuple[Value, ...] = ()  # instead of a range

    def checked(self, value: Any) -> Any:
        """Return a value that the parameter can take; raise `GameError` for another one.

        >>> Parameter("p", "chance that A wins").checked(0.4)
        0.4
        """
        if self.choices:
            if value not in self.choices:
                listed = ", ".join(map(str, self.choices))
                raise GameError(f"{self.key} ({self.words}) is one of {listed}; got {shorten(value)}")
            return value
        if not _number(value) or not self.low <= value <= self.high or (self.whole and int(value) != value):
            kind = "a whole number" if self.whole else "a number"
            span = f"from {self.low:g} to {self.high:g}"
            raise GameError(f"{self.key} ({self.words}) must be {kind} {span}; got {shorten(value)}")
        return int(value) if self.whole else float(value)

    def positions(self, points: int, default: Any) -> tuple[Any, ...]:
        """Return the values of a slider: `points` evenly spaced ones, the nearest inner one replaced by the default.

        Of two points both stay, and the default comes between them.

        >>> Parameter("p", "chance that A wins", 0.1, 0.9).positions(3, 0.8)
        (0.1, 0.8, 0.9)
        """
        if self.choices:
            return self.choices
        step = (self.high - self.low) / (points - 1)
        even = [self.low + k * step for k in range(points)]
        inner = range(1, points - 1)
        if inner and default not in (self.low, self.high):
            even[min(inner, key=lambda k: abs(even[k] - default))] = default
        return tuple(sorted({round(x) if self.whole else round(x, 6) for x in (*even, default)}))


@dataclass(frozen=True)
class Measure:
    """A number read off a solved game, and the closed form for players who make no mistakes."""

    key: str
    words: str
    computed: Callable[[SolvedPlay], float]
    closed: Callable[..., float | None] | None = None  # takes the game's parameters by name; None: says nothing here
    closed_words: str = "without mistakes"
    known: bool = False  # means the same where every type is known
    percent: bool = True  # a probability or a share of the stake in percent, else a number


@dataclass(frozen=True)
class Entry:
    """A game of the catalogue: what it is about, its parameters, what is measured."""

    make: Callable[..., Game]
    sentence: str
    source: str
    measures: tuple[Measure, ...]
    parameters: tuple[Parameter, ...] = ()
    ends: Callable[[Any], str] = end_of
    periods: int | None = None  # how many are followed of a stationary game
    base: Mapping[str, Any] = field(default_factory=dict)  # of parameters that are left out: what the game then uses
    settings: Mapping[str, Any] = field(default_factory=dict)  # sizes of grids at which it is solved, if not changed
    sliders: tuple[str, ...] = ()  # of the page; the first parameters where none are named
    levels: tuple[float, ...] = LEVELS
    rationality: float = 20.0
    belief_points: int = 11
    remark: Callable[..., str] | None = None  # takes the game's parameters by name; what the theory says beside

    @property
    def references(self) -> tuple[str, ...]:
        """The works that the game's module cites, in full."""
        text = inspect.getdoc(inspect.getmodule(self.make)) or ""
        _, _, after = text.partition("References\n----------\n")
        out: list[str] = []
        for line in after.splitlines():
            if not out or (AUTHOR.match(line) and out[-1].endswith(".")):
                out.append(line)
            else:
                out[-1] = f"{out[-1]} {line}"
        return tuple(x for x in out if x)

    def parameter(self, key: str) -> Parameter:
        """Return the parameter of a key; raise `GameError` where there is none."""
        found = next((p for p in self.parameters if p.key == key), None)
        if found is None:
            known = [p.key for p in self.parameters]
            hint = did_you_mean(key, known) or f"; parameters: {', '.join(known) or 'none'}"
            raise GameError(f"the game has no parameter {key!r} with a range{hint}")
        return found

    def arguments(self, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return every argument of the game's function, with changes by key.

        Raises `GameError` for a key that does not exist, and for a value outside its range.
        """
        known = inspect.signature(self.make).parameters
        out = {name: p.default for name, p in known.items()} | dict(self.settings)
        for key, value in (changes or {}).items():
            head, _, part = key.partition(".")
            listed = {p.key: p for p in self.parameters}
            if key not in listed and (head not in known or part):
                names = [*listed, *(k for k in known if k not in listed)]
                hint = did_you_mean(key, names) or f"; parameters: {', '.join(names) or 'none'}"
                raise GameError(f"the game has no parameter {shorten(key)}{hint}")
            worth = listed[key].checked(value) if key in listed else _alike(key, out[head], value, self.base)
            if not part:
                out[head] = worth
            else:
                whole = self.base[head] if out[head] is None else out[head]
                out[head] = _with_part(whole, part, worth, listed[key].share)
        return out

    def default(self, key: str) -> Any:
        """Return the value of a parameter that is not changed."""
        head, _, part = key.partition(".")
        whole = self.arguments()[head]
        whole = self.base[head] if whole is None else whole
        return _part(whole, part) if part else whole


def _alike(key: str, default: Any, value: Any, base: Mapping[str, Any]) -> Any:
    """Return a value without a range, if it is of the kind of the default; else raise `GameError`."""
    several = [float(x) for x in value if _number(x)] if isinstance(value, (list, tuple)) else []
    if key in base or (isinstance(default, tuple) and len(several) != len(default)):
        raise GameError(f"{key} holds several numbers: set its parts by their keys, got {shorten(value)}")
    if isinstance(default, tuple):
        return tuple(several)
    if several and isinstance(default, int) and not isinstance(default, bool):
        return several  # the offers themselves instead of their number
    whole = isinstance(default, int) or default is None
    if not _number(value) or value < 0 or (whole and int(value) != value):
        raise GameError(f"{key} must be a number of the kind of {default!r}, got {shorten(value)}")
    return int(value) if whole else float(value)


def _number(x: Any) -> TypeGuard[float]:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x)


def _part(whole: Any, part: str) -> Any:
    """Return one number of a parameter that holds several."""
    if isinstance(whole, Mapping):
        return whole[part]
    return whole[int(part) - 1] if isinstance(whole, tuple) else getattr(whole, part)


def _with_part(whole: Any, part: str, worth: Any, share: bool) -> Any:
    """Return a parameter that holds several numbers with one of them changed."""
    if isinstance(whole, Mapping):
        rest = 1 - whole[part]
        scale = (1 - worth) / rest if share and rest > 0 else 1.0
        return {k: worth if k == part else v * scale for k, v in whole.items()}
    if isinstance(whole, tuple):
        return tuple(worth if i == int(part) - 1 else v for i, v in enumerate(whole))
    return replace(whole, **{part: worth})


def defaults_of(make: Callable[..., Game]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return the decorator that gives a closed form the defaults of the game's own function, so that they stand once.

    Every parameter of the closed form is one of the game's; only `rationality`, which has no default, may come first.

    >>> from peacetalks.catalog.rubinstein import rubinstein
    >>> @defaults_of(rubinstein)
    ... def patience(discounts):
    ...     return min(discounts)
    >>> patience(), patience((0.8, 0.7))
    (0.9, 0.7)
    """
    defaults = {name: p.default for name, p in inspect.signature(make).parameters.items()}

    def give(function: Callable[..., T]) -> Callable[..., T]:
        names = [name for name in inspect.signature(function).parameters if name != "rationality"]
        cast("FunctionType", function).__defaults__ = tuple(defaults[name] for name in names)
        return function

    return give


def called_by_name(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return `function` of those arguments that its signature names.

    >>> called_by_name(lambda p: 2 * p, {"p": 0.5, "q": 1})
    1.0
    """
    return function(**{name: arguments[name] for name in inspect.signature(function).parameters})


def chance(*names: str) -> Callable[[SolvedPlay], float]:
    """Return the measure of the chance that play ends in one of `names`."""
    return lambda play: sum(play.ends.get(name, 0.0) for name in names)


def value(player: str, type: Any = None) -> Callable[[SolvedPlay], float]:
    """Return the measure of what a player can expect."""
    return lambda play: play.value(player, type)


def plays(
    stage: str, state: Any, move: Any, type: Any = "only", player: str | None = None
) -> Callable[[SolvedPlay], float]:
    """Return the measure of the chance that a type makes a move; with None for the state, at the start."""
    return lambda play: play.strategy(stage, play.start if state is None else state, player)[type][move]


def mean_move(stage: str, state: Any, type: Any = "only") -> Callable[[SolvedPlay], float]:
    """Return the measure of the mean of moves that are numbers, such as demands."""

    def mean(play: SolvedPlay) -> float:
        own = {x: p for x, p in play.strategy(stage, state)[type].items() if isinstance(x, float)}
        return sum(x * p for x, p in own.items()) / sum(own.values())

    return mean


def both(key: str, words: Sequence[str], low: float = 0.0, high: float = 1.0) -> tuple[Parameter, Parameter]:
    """Return the parameters of both sides, for a game's parameter that holds a number for each.

    >>> [p.key for p in both("costs", ("cost of war to A", "cost of war to B"))]
    ['costs.1', 'costs.2']
    """
    return Parameter(f"{key}.1", words[0], low, high), Parameter(f"{key}.2", words[1], low, high)


def nth(function: Callable[..., tuple[float | None, ...] | None], place: int) -> Callable[..., float | None]:
    """Return the function that takes the same arguments and returns one number of the tuple.

    >>> nth(lambda p: (p, 1 - p), 1)(0.25)
    0.75
    """

    @wraps(function)
    def one(*args: Any, **more: Any) -> float | None:
        found = function(*args, **more)
        return None if found is None else found[place]

    return one

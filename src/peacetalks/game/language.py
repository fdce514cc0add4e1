"""The general language: a dynamic game with private types and public beliefs.

A game is played in *periods*; a period is an ordered list of *stages*.  Each stage reads the public state, one player,
several at once, or chance picks a move, and the state changes.  Payoffs are current values: the payoffs of a period
count in full, and the value of the next period is multiplied by the discount factor.  Types are private, independent
across players, and set payoffs only.

    A.offer ->  B.answer ->  end of period  -> (discount) -> A.offer ...

This module holds the language and its checks; `game/compile.py` turns names into numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from html import escape
from typing import Any, Protocol

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.numbers import real_number, whole_number
from peacetalks.text_files import clip, shorten

State = Hashable
ONLY = "only"
CHANCE = "nature"  # who moves where chance does, in strategies and paths
SHOWN_STAGES = 8  # that the repr of a game names
MAX_TYPES = 4  # types of a player: the kernels' scratch arrays have so many columns
PayMap = Mapping[Any, float]
Pay = PayMap | Callable[[Mapping[str, Any]], PayMap] | None


@dataclass(frozen=True, slots=True, init=False)
class Move:
    """One thing that can happen at a stage.

    Parameters
    ----------
    label : hashable
        Name of the move, unique within its state and stage.
    to : state or {state: probability}
        Where the move leads.  Only a side's own move in a `Simultaneous` stage leaves it out: `then` says where the
        pair of moves leads.
    pay : mapping or function, optional
        Welfare, in units of the stake (1 = everything contested): `{player: x}`, `{(player, own type): x}`, or a
        function of the type profile `{player: type}` that returns such a mapping.
    weight : float, default 1
        Reference measure of the move, or its probability at a `Chance` stage.
    drive : mapping or function, optional
        In the form of `pay`: an incentive of the mover that is nobody's welfare, such as a negotiator's
        rent.

    >>> Move("accept", to="deal", pay={"A": 0.6, ("B", "weak"): 0.4}).label
    'accept'
    """

    label: Hashable
    to: Any = None
    pay: Pay = None
    weight: float = 1.0
    drive: Pay = None

    def __init__(
        self, label: Hashable, to: Any = None, pay: Pay = None, weight: float = 1.0, drive: Pay = None
    ) -> None:
        """Make a move; writing the slots directly takes half the time of a frozen dataclass's constructor."""
        _set_label(self, label)
        _set_to(self, to)
        _set_pay(self, pay)
        _set_weight(self, weight)
        _set_drive(self, drive)


_set_label, _set_to, _set_pay, _set_weight, _set_drive = (vars(Move)[f.name].__set__ for f in fields(Move))


class Inputs(Protocol):
    """What the moves of a stage depend on beside the state; optional, for games that have variants."""

    def same_in(self, other: object) -> bool:
        """Return whether `other`, of a stage of another game, gives the same moves in every state met so far."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """A stage at which one player moves: `by` is a player or a function of the state.

    For every kind of stage, `alike` says that its functions read a state, a named tuple, by the names of its fields
    only, so that states in which all that they read is the same are expanded once (`game/alike.py`).
    """

    name: str
    by: str | Callable[[Any], str]
    moves: Callable[[Any], Iterable[Move]]
    inputs: Inputs | None = field(default=None, compare=False, repr=False)
    alike: bool = field(default=False, compare=False, repr=False)

    def mover(self, state: State) -> str:
        """Return the player who moves in `state`."""
        return self.by(state) if callable(self.by) else self.by


@dataclass(frozen=True, slots=True)
class Simultaneous:
    """A stage at which several players move at once.

    `moves` maps each player to a function from state to that player's own moves, which have labels and weights only;
    `then(state, {player: label})` returns the `Move` that the profile makes, with where it leads and what it pays.
    """

    name: str
    moves: Mapping[str, Callable[[Any], Iterable[Move]]]
    then: Callable[[Any, dict[str, Any]], Move]
    inputs: Inputs | None = field(default=None, compare=False, repr=False)
    alike: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Chance:
    """A stage at which nature moves: the weights are probabilities and sum to 1."""

    name: str
    moves: Callable[[Any], Iterable[Move]]
    inputs: Inputs | None = field(default=None, compare=False, repr=False)
    alike: bool = field(default=False, compare=False, repr=False)


Stage = Decision | Simultaneous | Chance


@dataclass(frozen=True, repr=False)
class Game:
    """A dynamic game with private types, public states and public beliefs (`docs/model.md`).

    Parameters
    ----------
    players : tuple of str
    types : {player: {type: prior probability}}, optional
        Common prior, independent across players; a player not named has one type, called "only".
    start : state or {state: probability}
    stages : tuple of Decision, Simultaneous or Chance
        Played in this order every period.
    periods : int or None
        Number of periods; None is the stationary infinite horizon.
    discount : float or {player: float}
        Factor on the next period's value.
    value : function, optional
        `state -> {player or (player, type): payoff}`: the value of a state after the last period, discounted once.
        With `periods=None` the iteration starts from it.  Where the game has one equilibrium, it is the limit of ever
        longer games that end with it; where it has several, `solve` warns if they lead to another one.
    redraw : function, optional
        `state -> players` whose type is drawn again from the prior where a period begins in the state.  Everybody sees
        that it is, and nobody what it becomes: beliefs about these players return to the prior.

    Raises
    ------
    GameError
        Unknown players, priors that do not sum to 1, discounts outside [0, 1], no stages.

    Examples
    --------
    >>> toss = Chance("toss", lambda s: [Move("heads", "won", {"A": 1.0}, weight=0.5),
    ...                                  Move("tails", "lost", weight=0.5)])
    >>> Game(players=("A",), start="in", stages=(toss,)).type_names("A")
    ('only',)
    """

    players: tuple[str, ...]
    start: Any
    stages: tuple[Stage, ...]
    types: Mapping[str, Mapping[Any, float]] = field(default_factory=dict)
    periods: int | None = 1
    discount: float | Mapping[str, float] = 1.0
    value: Callable[[Any], PayMap] | None = None
    redraw: Callable[[Any], Iterable[str]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "players", tuple(self.players))
        object.__setattr__(self, "stages", _stages(self.stages))
        object.__setattr__(self, "types", _types(self.types))
        _check_players(self)
        _check_types(self)
        _check_stages(self)
        if self.periods is not None:
            periods = whole_number(self.periods, "periods", 1, " or None (stationary)")
            object.__setattr__(self, "periods", periods)
        for name, form in (("value", "state -> {player: payoff}"), ("redraw", "state -> players")):
            given = getattr(self, name)
            if given is not None and not callable(given):
                raise GameError(f"{name} must be a function {form}, got {shorten(given)}")
        for player in self.discount if isinstance(self.discount, Mapping) else ():
            if player not in self.players:
                hint = did_you_mean(player, self.players)
                raise GameError(f"discount names {shorten(player)}, who is not a player{hint}")
        for player in self.players:
            d = self.discount_of(player)
            if not 0.0 <= d <= 1.0:
                raise GameError(f"discount of {player!r} must lie in [0, 1], got {shorten(d)}")

    def __repr__(self) -> str:
        """Return players, stages, horizon and discount, a line each.

        >>> Game(("A", "B"), "in", (Decision("quit", "A", lambda s: []),), {"B": {"weak": 0.5, "tough": 0.5}}, None)
        Game of A, B (types: weak 0.5, tough 0.5)
          stages of a period: quit
          stationary, discount 1
        """
        names = [f"{p}{_types_text(self.types[p]) if p in self.types else ''}" for p in self.players]
        stages = [s.name for s in self.stages]
        more = f" and {len(stages) - SHOWN_STAGES} more" if len(stages) > SHOWN_STAGES else ""
        horizon = "stationary" if self.periods is None else f"{self.periods} period{'s' * (self.periods != 1)}"
        factors = sorted({self.discount_of(p) for p in self.players})
        lines = (
            f"Game of {', '.join(names)}",
            f"  stages of a period: {', '.join(stages[:SHOWN_STAGES])}{more}",
            f"  {horizon}, discount {' to '.join(f'{x:.6g}' for x in dict.fromkeys((factors[0], factors[-1])))}",
        )
        return "\n".join(map(clip, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    def type_names(self, player: str) -> tuple[Any, ...]:
        """Return the types of `player`, in the order of the prior."""
        return tuple(self.types.get(player, {ONLY: 1.0}))

    def prior(self, player: str) -> tuple[float, ...]:
        """Return the common prior over the types of `player`."""
        return tuple(float(p) for p in self.types.get(player, {ONLY: 1.0}).values())

    def discount_of(self, player: str) -> float:
        """Return the discount factor of `player`, per period."""
        if isinstance(self.discount, Mapping):
            if player not in self.discount:
                raise GameError(f"discount names no value for player {player!r}; give one for every player")
            return real_number(self.discount[player], f"discount of {player!r}")
        return real_number(self.discount, f"discount of {player!r}")

    def stage(self, name: str) -> int:
        """Return the position of the stage called `name`."""
        for k, stage in enumerate(self.stages):
            if stage.name == name:
                return k
        names = [s.name for s in self.stages]
        raise GameError(f"no stage is called {shorten(name)}{did_you_mean(name, names)}; stages: {', '.join(names)}")

    def starts(self) -> dict[State, float]:
        """Return the opening states with their probabilities."""
        return lottery(self.start, "the start of the game")


def _types_text(prior: Mapping[Any, float]) -> str:
    """Return the prior over a player's types in words."""
    return f" (types: {', '.join(f'{kind} {float(p):.3g}' for kind, p in prior.items())})"


def lottery(to: Any, where: str | tuple[Stage, Any, Any]) -> dict[State, float]:
    """Return `to` as {state: probability}, checked to be a probability distribution.

    `where` (a text, or stage, state and move) is named in the error.
    """
    if not isinstance(to, (dict, Mapping)):
        try:
            return {to: 1.0}
        except TypeError:
            raise GameError(
                f"{place(where)}: the state {shorten(to)} is not hashable; use tuples, strings or frozen dataclasses"
            ) from None
    if not to:
        raise GameError(f"{place(where)} leads to an empty set of states")
    for state, p in to.items():
        if not (math.isfinite(p) and p >= 0):
            raise GameError(
                f"{place(where)}: the probability of {shorten(state)} is {shorten(p)}; it must lie in [0, 1]"
            )
    total = sum(to.values())
    if abs(total - 1) > 1e-9:
        raise GameError(f"{place(where)}: the probabilities of the next state sum to {total:.10g}, not 1")
    return {state: p / total for state, p in to.items() if p > 0}


def place(where: str | tuple[Stage, Any, Any]) -> str:
    """Return the place of an error in words: a text as it is, or (stage, state, move or None) spelled out."""
    if isinstance(where, str):
        return where
    stage, state, label = where
    text = f"stage {stage.name!r}, state {shorten(state)}"
    return text if label is None else f"{text}, move {shorten(label)}"


def _stages(given: Any) -> tuple[Stage, ...]:
    """Return stages as a tuple; raise `GameError` for what is none, with what to write."""
    if isinstance(given, Stage):
        raise GameError(f"stages must be a tuple, got the stage {given.name!r} by itself: write stages=(stage,)")
    try:
        stages = tuple(given)
    except TypeError:
        raise GameError(f"stages must be a tuple of stages, got {shorten(given)}") from None
    for stage in stages:
        if not isinstance(stage, Stage):
            raise GameError(f"a stage is a Decision, Simultaneous or Chance, got {shorten(stage)}")
    return stages


def _types(given: Any) -> dict[str, Mapping[Any, float]]:
    """Return types as a dictionary; raise `GameError` for types that are no mapping to prior probabilities."""
    form = "types must be {player: {type: prior probability}}"
    if given is not None and not isinstance(given, Mapping):
        raise GameError(f"{form}, got {shorten(given)}")
    for player, prior in (given or {}).items():
        if not isinstance(prior, Mapping):
            raise GameError(f"{form}; for {player!r} there is {shorten(prior)}")
    return dict(given or {})


def _check_players(game: Game) -> None:
    if not game.players:
        raise GameError("a game needs at least one player")
    if CHANCE in game.players:
        raise GameError(f"no player can be called {CHANCE!r}: strategies of chance have this name; use another")
    if len(set(game.players)) != len(game.players):
        raise GameError(f"players are named twice: {shorten(game.players)}")


def _check_types(game: Game) -> None:
    for player, prior in game.types.items():
        if player not in game.players:
            raise GameError(f"types are given for {player!r}, who is not a player{did_you_mean(player, game.players)}")
        if not prior:
            raise GameError(f"player {player!r} has an empty set of types; leave the player out of `types` instead")
        for kind, p in prior.items():
            if not (math.isfinite(real_number(p, f"prior of type {kind!r} of {player!r}")) and p >= 0):
                raise GameError(f"prior of type {kind!r} of {player!r} is {shorten(p)}; it must lie in [0, 1]")
        if abs(sum(prior.values()) - 1) > 1e-9:
            raise GameError(f"the prior over the types of {player!r} sums to {sum(prior.values()):.10g}, not 1")


def _check_stages(game: Game) -> None:
    if not game.stages:
        raise GameError("a game needs at least one stage")
    names = [s.name for s in game.stages]
    if len(set(names)) != len(names):
        raise GameError(f"stages are named twice: {shorten(names)}")
    for stage in game.stages:
        movers: Iterable[Any] = ()
        if isinstance(stage, Simultaneous):
            movers = stage.moves
        elif isinstance(stage, Decision) and not callable(stage.by):
            movers = (stage.by,)
        for player in movers:
            if player not in game.players:
                hint = did_you_mean(player, game.players)
                raise GameError(f"stage {stage.name!r} is moved by {player!r}, who is not a player{hint}")

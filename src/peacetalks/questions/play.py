"""Play a side: people take seats in a scenario's game, and everybody else plays the equilibrium.

A `Session` is a value: who sits where with which hidden type, the seed, the moves made so far, and where play stands.
`options` are the moves open to a seat, `advance` makes one; then the others and chance move, drawn from their
equilibrium strategies given their own hidden types, until a person must choose again.  Types come from the prior, and
every draw is fixed by the seed and its place in the game, so that the same seed and moves give the same game.  Beliefs
are public: what everybody thinks about a side, by Bayes' rule from its moves and the strategies of its types.

References
----------
Green, K. C. (2002). Forecasting decisions in conflict situations: a comparison of game theory, role-playing, and
unaided judgement. International Journal of Forecasting 18(3), 321-344.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.position import Beliefs, Choice, Position, after, choice_at, opening, openings
from peacetalks.errors import GameError, SpecError, did_you_mean
from peacetalks.forecasting.settings import BELIEF_POINTS
from peacetalks.forecasting.size import check_size
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.mechanisms.standard_game import build
from peacetalks.scenario.scenario import check_scenario
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.language import Game
    from peacetalks.scenario.scenario import Scenario

MONTHS = 12  # that are played
MOST_MONTHS = 120
TYPES, START = 0, 1  # what the first draws of a seed are for; then one for each step


@dataclass(frozen=True)
class Seat:
    """A person's place: a player of the game, and the hidden type that it is played with."""

    label: str
    type: str


@dataclass(frozen=True)
class Event:
    """What happened at a stage, and how likely it was in equilibrium."""

    month: int  # counted from 1
    stage: str
    moves: dict[str, str]  # mover ("nature": chance) -> move
    own: dict[str, float]  # chance of each mover's move given its true type
    seen: dict[str, float]  # chance of it as the others see it, over the types at the beliefs before it
    before: Position
    state: Any  # after it
    beliefs: Beliefs  # after it


@dataclass(frozen=True)
class Session:
    """A game in play; made by `start`, and by `advance` from the one before."""

    scenario: Scenario
    solution: Solution = field(repr=False)
    seed: int
    months: int
    belief_points: int
    seats: tuple[Seat, ...]
    types: Mapping[str, Any] = field(repr=False)  # player -> its true type
    at: Position
    moves: tuple[tuple[str, str], ...] = ()  # (seat, move) in the order made
    chosen: Mapping[str, str] = field(default_factory=dict)  # seat -> move at this stage, not yet shown to the others
    events: tuple[Event, ...] = ()
    months_begun: tuple[Position, ...] = ()  # where play stood at the start of each month
    welfare: Mapping[str, float] = field(default_factory=dict)  # player -> what it got so far, discounted to the start
    steps: int = 0  # draws made

    @cached_property
    def choice(self) -> Choice:
        """What may be done where play stands."""
        return choice_at(self.solution, self.at)

    @property
    def over(self) -> bool:
        """Whether the months are played, or nothing can be chosen any more."""
        return self.at.period >= self.months or (self.at.stage == 0 and _final(self.solution, self.at.state))

    @property
    def waiting(self) -> tuple[str, ...]:
        """The seats that must choose before play goes on."""
        return () if self.over else tuple(_choosing(self, self.choice))

    def options(self, seat: str) -> tuple[str, ...]:
        """Return the moves open to a seat now; none where it is not to choose."""
        if self.over or seat not in self.waiting:
            return ()
        return tuple(map(str, self.choice.labels[self.choice.movers.index(seat)]))

    def advance(self, seat: str, move: str) -> Session:
        """Return the session after a seat's move, and what follows until a person must choose again.

        Raises
        ------
        GameError
            The seat is not to choose, or the move is not open to it.
        NotSolved
            A node of the game has no solution at the beliefs that play has come to.
        """
        if seat not in {s.label for s in self.seats}:
            raise GameError(f"nobody sits for {shorten(seat)}; seats: {', '.join(s.label for s in self.seats)}")
        if seat not in self.waiting:
            raise GameError("the game is over" if self.over else f"{seat} is not to choose now")
        if move not in self.options(seat):
            known = self.options(seat)
            raise GameError(
                f"{shorten(move)} is not open to {seat}{did_you_mean(move, known)}; open: {', '.join(known)}"
            )
        return _run(replace(self, moves=(*self.moves, (seat, move)), chosen={**self.chosen, seat: move}))


def start(
    scenario: Scenario,
    seats: Mapping[str, str | None],
    seed: int,
    months: int | None = None,
    belief_points: int = BELIEF_POINTS,
    solution: Solution | None = None,
) -> Session:
    """Return a new session, played up to the first choice of a person.

    Parameters
    ----------
    scenario : Scenario
    seats : {player: type}
        Who is played by people, by the label of the side (`"1"` and `"2"` stand for the sides), and the hidden type;
        None draws the type from the prior. Everybody else plays the equilibrium. None at all: everybody does.
    seed : int
        Fixes every draw.
    months : int, optional
        How many are played at most; default 12, or the scenario's own horizon where that is shorter.
    belief_points : int
        Points of the belief grid per side.
    solution : Solution, optional
        The scenario's game, if it has been solved with these belief points.

    Raises
    ------
    SpecError
        A side or type that the scenario does not have, or a number that is out of range.
    NotSolved
        The game has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> session = start(small, {"1": None}, seed=7, belief_points=2)
    >>> session.waiting, session.options("United Nations Command")
    (('United Nations Command',), ('stand down', 'restrained', 'full'))
    >>> later = session.advance("United Nations Command", "full")
    >>> later.events[0].moves["United Nations Command"], len(session.events)
    ('full', 0)
    """
    check_scenario(scenario, "play")
    months = _months(scenario, months)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SpecError(f"the seed must be a whole number >= 0, got {shorten(seed)}")
    check_size(scenario, belief_points, months)
    game = build(scenario) if solution is None else solution.game
    types = _types(game, seed)
    found = tuple(_seat(scenario, game, name, kind, types) for name, kind in seats.items())
    if len({seat.label for seat in found}) < len(found):
        raise SpecError("a side is named twice; name each once")
    types |= {seat.label: next(k for k in game.type_names(seat.label) if str(k) == seat.type) for seat in found}
    s = solution or solve_scenario(scenario, belief_points)
    starts = openings(s)
    state = _draw(seed, START, list(starts), list(starts.values()))
    at = opening(s, state)
    session = Session(scenario, s, seed, months, belief_points, found, types, at, months_begun=(at,))
    return _run(session)


def _months(scenario: Scenario, months: int | None) -> int:
    last = scenario.periods
    if months is None:
        return min(MONTHS, last or MONTHS)
    if not 1 <= months <= (last or MOST_MONTHS):
        raise SpecError(f"months must lie between 1 and {last or MOST_MONTHS}, got {months}")
    return months


def player_of(scenario: Scenario, players: Sequence[str], name: str) -> str:
    """Return the player that a name stands for: a side by 1 or 2, else by its label; raise `SpecError`."""
    sides = {str(i): side.label for i, side in enumerate(scenario.sides, 1)}
    label = sides.get(name.strip(), name)
    if label not in players:
        hint = did_you_mean(label, players)
        raise SpecError(f"{scenario.name} has no side {shorten(name)}{hint}; sides: 1, 2, {', '.join(players)}")
    return label


def _seat(scenario: Scenario, game: Game, name: str, kind: str | None, drawn: Mapping[str, Any]) -> Seat:
    label = player_of(scenario, game.players, name)
    types = [str(k) for k in game.type_names(label)]
    if kind is not None and kind not in types:
        raise SpecError(f"{label} has no type {shorten(kind)}{did_you_mean(kind, types)}; types: {', '.join(types)}")
    return Seat(label, str(drawn[label]) if kind is None else kind)


def _types(game: Game, seed: int) -> dict[str, Any]:
    """Draw everybody's type from the prior."""
    rng = np.random.default_rng((seed, TYPES))
    return {p: _pick(rng, game.type_names(p), game.prior(p)) for p in game.players}


def _draw(seed: int, place: int, things: Sequence[Any], chances: Sequence[float]) -> Any:
    """Draw one of several things; which one is fixed by the seed and the place of the draw in the game."""
    return _pick(np.random.default_rng((seed, place)), things, chances)


def _pick(rng: np.random.Generator, things: Sequence[Any], chances: Sequence[float]) -> Any:
    cut = np.cumsum(chances)
    return things[min(int(np.searchsorted(cut, rng.random() * cut[-1], side="right")), len(things) - 1)]


def _final(s: Solution, state: Any) -> bool:
    """Return whether a state at the start of a month is never left."""
    e = s.compiled.boundary_index[state]
    return int(s.compiled.layout.boundary_slot[e]) == s.compiled.n_nodes + e


def _choosing(session: Session, choice: Choice) -> list[str]:
    """Return the seats with more than one move at a choice that have not chosen yet."""
    open_to = dict(zip(choice.movers, choice.labels, strict=True))
    seats = [s.label for s in session.seats if len(open_to.get(s.label, ())) > 1]
    return [label for label in seats if label not in session.chosen]


def _run(session: Session) -> Session:
    """Play on until a person must choose, or the game is over."""
    while not session.over:
        if _choosing(session, session.choice):
            return session
        session = _step(session, session.choice)
    return session


def _step(session: Session, choice: Choice) -> Session:
    """Return the session after a stage at which every person has chosen; the others and chance are drawn."""
    s, rng = session.solution, np.random.default_rng((session.seed, START + 1 + session.steps))
    moves, own = [], {}
    for mover, labels, strategy in zip(choice.movers, choice.labels, choice.strategies, strict=True):
        mine = strategy[session.types.get(mover, mover)]  # chance has the one strategy "nature"
        move = _pick(rng, labels, [mine[m] for m in labels])
        if mover in session.chosen:
            move = next(m for m in labels if str(m) == session.chosen[mover])
        moves.append(move)
        own[mover] = mine[move]
    then = after(s, choice, tuple(moves), session.types)
    to = _pick(rng, [p for p, _ in then.positions], [chance for _, chance in then.positions])
    event = Event(
        session.at.period + 1,
        choice.stage,
        {who: str(m) for who, m in zip(choice.movers, moves, strict=True)},
        own,
        {who: choice.chances(who)[m] for who, m in zip(choice.movers, moves, strict=True)},
        session.at,
        to.state,
        to.beliefs,
    )
    new_month = to.period > session.at.period
    types = _drawn_again(session, to.state, rng) if new_month else session.types
    return replace(
        session,
        at=to,
        types=types,
        seats=tuple(replace(seat, type=str(types[seat.label])) for seat in session.seats),
        chosen={},
        events=session.events if choice.passes else (*session.events, event),
        months_begun=(*session.months_begun, to) if new_month else session.months_begun,
        welfare=_with_pay(session, then.payoff),
        steps=session.steps + 1,
    )


def _drawn_again(session: Session, state: Any, rng: np.random.Generator) -> Mapping[str, Any]:
    """Return everybody's type at the start of a month: drawn again where the state says so."""
    game = session.solution.game
    again = game.redraw(state) if game.redraw else ()
    return {**session.types, **{p: _pick(rng, game.type_names(p), game.prior(p)) for p in again}}


def _with_pay(session: Session, pay: Mapping[str, float]) -> dict[str, float]:
    """Return the welfare with what is paid now, discounted to the start."""
    game, out = session.solution.game, dict(session.welfare)
    for player, x in pay.items():
        out[player] = out.get(player, 0.0) + game.discount_of(player) ** session.at.period * x
    return out

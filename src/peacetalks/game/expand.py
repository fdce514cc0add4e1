"""What can happen at a stage in a state: the moves that a stage yields, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.language import Chance, Game, Move, Pay, Simultaneous, Stage, lottery, place
from peacetalks.text_files import shorten

NATURE = -1
MOST_PROFILES = 100_000  # of moves at once in a state
MOST_MOVERS = 28  # players who move at once: what a node is checked with has a dimension for each, of 32 at the most
CERTAIN = (tuple, str, int, float, type(None))  # types of a next state that is no lottery

_attributes = attrgetter("label", "weight", "to", "pay", "drive")
Row = tuple[list[Any], list[float], list[Any], list[Pay], list[Pay]]  # the moves' label, weight, to, pay and drive


class Node(NamedTuple):
    """What can happen at a stage in a state; of the profiles, the first participant's action varies slowest."""

    players: list[int]  # participant -> player, NATURE for chance
    weights: list[list[float]]  # participant -> reference weight of each action
    labels: tuple[tuple[Any, ...], ...]  # participant -> label of each action
    names: list[Any]  # profile -> label of the move that it makes
    to: list[Any]  # profile -> the next state, or a dict {state: probability}
    payoff: list[Pay]  # profile
    incentive: list[Pay]  # profile


def expand(game: Game, stage: Stage, state: Any) -> Node:
    """Ask the stage what can happen in `state`.

    Raises `GameError` for no moves, moves that are not `Move`, labels used twice, weights that are not positive,
    probabilities that do not sum to 1, and movers who are not players.
    """
    if isinstance(stage, Simultaneous):
        own = {p: _listed(stage, state, f(state), f" for {p!r}") for p, f in stage.moves.items()}
        players, weights = [game.players.index(p) for p in own], [row[1] for row in own.values()]
        labels, (names, _, to, payoff, incentive) = (
            tuple([tuple(row[0]) for row in own.values()]),
            _joint(stage, state, own),
        )
    elif isinstance(stage, Chance):
        moves = [m for m in stage.moves(state) if not (isinstance(m, Move) and m.weight == 0)]
        names, chances, to, payoff, incentive = _listed(stage, state, moves)
        total = sum(chances)
        if abs(total - 1) > 1e-9:
            raise GameError(f"{place((stage, state, None))}: the probabilities of chance sum to {total:.10g}, not 1")
        players, weights, labels = [NATURE], [[p / total for p in chances]], (tuple(names),)
    else:
        names, own_weights, to, payoff, incentive = _listed(stage, state, stage.moves(state))
        players, weights, labels = [NATURE], [[1.0]], (tuple(names),)
        if len(names) > 1:  # else nobody chooses: as chance would
            players, weights = [_mover(game, stage.mover(state), (stage, state, None))], [own_weights]
    for i in [i for i, target in enumerate(to) if target is None or not isinstance(target, CERTAIN)]:
        if to[i] is None and None not in game.starts():
            raise GameError(
                f"{place((stage, state, names[i]))}: the move leads nowhere; give it a state, or a lottery of states: "
                'Move("accept", to="deal")'
            )
        if isinstance(to[i], Mapping):
            to[i] = lottery(to[i], (stage, state, names[i]))
    return Node(players, weights, labels, names, to, payoff, incentive)


def _mover(game: Game, mover: Any, where: tuple[Stage, Any, Any]) -> int:
    if mover not in game.players:
        raise GameError(
            f"{place(where)}: {shorten(mover)} moves, who is not a player{did_you_mean(mover, game.players)}"
        )
    return game.players.index(mover)


def _listed(stage: Stage, state: Any, moves: Any, who: str = "") -> Row:
    try:
        found = list(moves)
    except TypeError:
        raise GameError(f"{place((stage, state, None))}: the moves{who} must be a list or generator of Move") from None
    if not found:
        raise GameError(
            f"{place((stage, state, None))} has no moves{who}: every stage must give at least one move in every state "
            "that can be reached (a state that only passes through has the one move to itself)"
        )
    try:  # all at once; only where that fails, move by move to name the error
        row = labels, weights, _, _, _ = _row(found)
        if len(set(labels)) == len(found) and min(weights) > 0 and sum(weights) < math.inf:
            return row
    except (AttributeError, TypeError):
        pass
    _refuse(stage, state, found, who)
    return _row(found)


def _row(moves: list[Move]) -> Row:
    """Return the attributes of moves as lists; raise TypeError for what is not a `Move`."""
    if not all(map(isinstance, moves, repeat(Move))):
        raise TypeError
    labels, weights, to, payoff, incentive = map(list, zip(*map(_attributes, moves), strict=True))
    return labels, weights, to, payoff, incentive


def _refuse(stage: Stage, state: Any, found: list[Any], who: str) -> None:
    """Raise `GameError` for the first move that cannot be played, if there is one."""
    seen = set()
    for m in found:
        if not isinstance(m, Move):
            raise GameError(f"{place((stage, state, None))}: expected a Move, got {shorten(m)}")
        if m.label in seen:
            raise GameError(f"{place((stage, state, m.label))}: two moves{who} have this label")
        if not (math.isfinite(m.weight) and m.weight > 0):
            raise GameError(f"{place((stage, state, m.label))}: the weight is {shorten(m.weight)}; it must be positive")
        seen.add(m.label)


def _joint(stage: Simultaneous, state: Any, own: Mapping[str, Row]) -> Row:
    """Return the move that each profile makes."""
    found, players = [], list(own)
    if len(own) > MOST_MOVERS:
        raise GameError(
            f"{place((stage, state, None))}: {len(own)} players move at once; at most {MOST_MOVERS} are supported: let "
            "some move one after another"
        )
    profiles = math.prod(len(row[0]) for row in own.values())
    if profiles > MOST_PROFILES:
        raise GameError(
            f"{place((stage, state, None))}: the moves of {len(own)} players at once make {profiles:,} profiles; at "
            f"most {MOST_PROFILES:,} are supported: let some move one after another, or give them fewer moves"
        )
    for combo in product(*[row[0] for row in own.values()]):
        labels = dict(zip(players, combo, strict=True))
        out = stage.then(state, labels)
        if not isinstance(out, Move):
            raise GameError(
                f"{place((stage, state, None))}: `then` must return a Move for {shorten(labels)}, got {shorten(out)}"
            )
        found.append(out)
    if any(own_pay is not None for row in own.values() for own_pay in (*row[3], *row[4])):
        raise GameError(
            f"{place((stage, state, None))}: a side's own move carries a pay or drive; put it in "
            "the Move that `then` returns"
        )
    return _row(found)


def check_hashable(to: Any, where: tuple[Stage, Any, Any]) -> None:
    """Refuse a next state that is not hashable."""
    try:
        hash(to)
    except TypeError:
        lottery(to, where)

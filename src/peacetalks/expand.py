"""What can happen in a state: the moves of a stage, asked for and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from peacetalks.game import Chance, Game, GameError, Move, Simultaneous, Stage, did_you_mean, lottery, place

NATURE = -1
PLAIN = (tuple, str)  # states that are plainly no lottery
Listed = tuple[list[Move], tuple[Any, ...], list[float]]  # moves, their labels, their weights


@dataclass(slots=True)
class Node:
    """What can happen at a stage in a state."""

    players: list[int]  # participant -> player, NATURE for chance
    weights: list[list[float]]  # participant -> reference weight of each action
    labels: list[tuple[Any, ...]]  # participant -> label of each action
    profiles: list[Move]  # the move that each profile makes; the first participant's action varies slowest
    to: list[Any]  # profile -> the next state, or a dict {state: probability}


def expand(game: Game, stage: Stage, state: Any) -> Node:
    """Ask the stage what can happen in `state`.

    Raises `GameError` for no moves, moves that are not `Move`, labels used twice, weights that are not positive,
    probabilities that do not sum to 1, and movers who are not players.
    """
    if isinstance(stage, Simultaneous):
        own = {p: _listed(stage, state, f(state), f" for {p!r}") for p, f in stage.moves.items()}
        players, weights = [game.players.index(p) for p in own], [w for _, _, w in own.values()]
        labels, profiles = [names for _, names, _ in own.values()], _joint(stage, state, own)
    elif isinstance(stage, Chance):
        moves = [m for m in stage.moves(state) if not (isinstance(m, Move) and m.weight == 0)]
        profiles, names, chances = _listed(stage, state, moves)
        total = sum(chances)
        if abs(total - 1) > 1e-9:
            raise GameError(f"{place((stage, state, None))}: the probabilities of chance sum to {total:.10g}, not 1")
        players, weights, labels = [NATURE], [[p / total for p in chances]], [names]
    else:
        profiles, names, own_weights = _listed(stage, state, stage.moves(state))
        if len(profiles) == 1:  # nobody chooses: as chance would
            players, weights, labels = [NATURE], [[1.0]], [names]
        else:
            players, weights, labels = [_mover(game, stage.mover(state), (stage, state, None))], [own_weights], [names]
    return Node(players, weights, labels, profiles, _leads_to(stage, state, profiles))


def _mover(game: Game, mover: Any, where: tuple[Stage, Any, Any]) -> int:
    if mover not in game.players:
        raise GameError(f"{place(where)}: {mover!r} moves, who is not a player{did_you_mean(mover, game.players)}")
    return game.players.index(mover)


def _listed(stage: Stage, state: Any, moves: Any, who: str = "") -> Listed:
    try:
        found = list(moves)
    except TypeError:
        raise GameError(f"{place((stage, state, None))}: the moves{who} must be a list or generator of Move") from None
    if not found:
        raise GameError(
            f"{place((stage, state, None))} has no moves{who}: every stage must give at least one move in every state that "
            "can be reached (a state that only passes through has the one move to itself)"
        )
    try:  # all at once; what looks wrong is gone through move by move
        labels, weights = tuple([m.label for m in found]), [m.weight for m in found]
        fine = len(set(labels)) == len(found) and min(weights) > 0 and sum(weights) < math.inf
    except (AttributeError, TypeError):
        fine = False
    if not fine or {type(m) for m in found} != {Move}:
        _refuse(stage, state, found, who)
        labels, weights = tuple([m.label for m in found]), [m.weight for m in found]
    return found, labels, weights


def _refuse(stage: Stage, state: Any, found: list[Any], who: str) -> None:
    """Raise `GameError` for the first move that cannot be played, if there is one."""
    seen = set()
    for m in found:
        if not isinstance(m, Move):
            raise GameError(f"{place((stage, state, None))}: expected a Move, got {m!r}")
        if m.label in seen:
            raise GameError(f"{place((stage, state, m.label))}: two moves{who} have this label")
        if not (math.isfinite(m.weight) and m.weight > 0):
            raise GameError(f"{place((stage, state, m.label))}: the weight is {m.weight!r}; it must be positive")
        seen.add(m.label)


def _joint(stage: Simultaneous, state: Any, own: Mapping[str, Listed]) -> list[Move]:
    """Return the move that each profile makes."""
    found, players = [], list(own)
    for combo in product(*(names for _, names, _ in own.values())):
        labels = dict(zip(players, combo, strict=True))
        out = stage.then(state, labels)
        if not isinstance(out, Move):
            raise GameError(f"{place((stage, state, None))}: `then` must return a Move for {labels!r}, got {out!r}")
        found.append(out)
    if any(m.pay is not None or m.drive is not None for moves, _, _ in own.values() for m in moves):
        raise GameError(
            f"{place((stage, state, None))}: a side's own move carries a pay or drive; put it in the Move that `then` returns"
        )
    return found


def _leads_to(stage: Stage, state: Any, moves: list[Move]) -> list[Any]:
    """Return where each move leads: the next state, or {state: probability} as `lottery` checks it."""
    out = []
    for m in moves:
        to = m.to
        if isinstance(to, PLAIN) or not isinstance(to, Mapping):
            try:
                hash(to)
            except TypeError:
                lottery(to, (stage, state, m.label))
        else:
            to = lottery(to, (stage, state, m.label))
        out.append(to)
    return out

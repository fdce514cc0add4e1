"""The same game with every type known: what private information changes.

For each combination of types there is a game in which that combination is common knowledge; what happens under known
types is the average over the combinations, each with its prior probability.

References
----------
Fearon, J. D. (1995). Rationalist explanations for war. International Organization 49(3), 379-414.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from peacetalks.game.language import ONLY, Chance, Decision, Game, Move, Pay, Simultaneous, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def known_types(game: Game) -> Iterator[tuple[float, Game]]:
    """Yield (prior probability, game in which it is known) of every combination of types.

    Examples
    --------
    >>> from peacetalks.catalog import make
    >>> [(chance, known.types) for chance, known in known_types(make("fearon"))]
    [(0.5, {}), (0.5, {})]
    """
    informed = list(game.types)
    for combination in product(*(game.types[p].items() for p in informed)):
        chance = math.prod(p for _, p in combination)
        if chance > 0:
            types = dict.fromkeys(game.players, ONLY) | {p: k for p, (k, _) in zip(informed, combination, strict=True)}
            yield chance, _as_known(game, types)


def _as_known(game: Game, types: Mapping[str, Any]) -> Game:
    value = game.value
    return replace(
        game,
        types={},
        stages=tuple(_stage(stage, types) for stage in game.stages),
        value=None if value is None else lambda state: _paid(value(state), types) or {},
    )


def _stage(stage: Stage, types: Mapping[str, Any]) -> Stage:
    if isinstance(stage, Simultaneous):
        return replace(stage, then=lambda state, acts: _move(stage.then(state, acts), types))
    moves = stage.moves
    known = lambda state: [_move(m, types) for m in moves(state)]  # noqa: E731 - the same for both kinds of stage
    return Decision(stage.name, stage.by, known) if isinstance(stage, Decision) else Chance(stage.name, known)


def _move(move: Move, types: Mapping[str, Any]) -> Move:
    return Move(move.label, move.to, _paid(move.pay, types), move.weight, _paid(move.drive, types))


def _paid(pay: Pay, types: Mapping[str, Any]) -> dict[str, float] | None:
    """Return what is paid by player, given everybody's type."""
    if pay is None:
        return None
    out: dict[str, float] = {}
    for key, amount in (pay(dict(types)) if callable(pay) else pay).items():
        player, kind = key if isinstance(key, tuple) else (key, types[key])
        if types[player] == kind:
            out[player] = out.get(player, 0.0) + amount
    return out

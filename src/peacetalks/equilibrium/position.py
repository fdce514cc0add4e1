"""Play of a solved game step by step: where it stands, what may be done there, and where a move leads.

A `Position` is a public state before a stage, with the public beliefs.  `choice_at` returns what each type of each
mover would do there, `after` where the moves lead: the next positions with their chances, beliefs updated by Bayes'
rule, and what is paid.  Off the belief grid nodes are solved anew, as in `simulate` and in the filter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import update
from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE, expand
from peacetalks.game.language import CHANCE
from peacetalks.game.payoffs import PlayerTypes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.expand import Node

Beliefs = dict[str, dict[Any, float]]  # player with hidden types -> type -> probability
TIE = 1e-9  # relative difference of chances that count as the same


@dataclass(frozen=True)
class Position:
    """Where play stands: before stage number `stage` of `period` (both counted from 0)."""

    period: int
    stage: int
    state: Any
    beliefs: Beliefs


@dataclass(frozen=True)
class Choice:
    """What may be done at a position, and what each type of each mover would do."""

    at: Position
    stage: str
    movers: tuple[str, ...]  # "nature" for chance
    labels: tuple[tuple[Any, ...], ...]  # of each mover's moves
    strategies: tuple[Mapping[Any, Mapping[Any, float]], ...]  # of each mover: {type: {move: probability}}
    node: Node = field(repr=False)

    @property
    def passes(self) -> bool:
        """Whether nothing is chosen: there is one thing that can happen."""
        return math.prod(map(len, self.labels)) == 1

    def chances(self, mover: str) -> dict[Any, float]:
        """Return the probability of each move of a mover as the others see it: over its types, at the beliefs."""
        own = self.strategies[self.movers.index(mover)]
        about = self.at.beliefs.get(mover)
        if about is None:
            return dict(next(iter(own.values())))
        return {m: sum(about[k] * own[k][m] for k in about) for m in next(iter(own.values()))}


def openings(s: Solution) -> dict[Any, float]:
    """Return the states in which play may begin, with their probabilities; the likeliest first."""
    return dict(sorted(s.game.starts().items(), key=lambda item: -item[1]))


def opening(s: Solution, state: Any) -> Position:
    """Return the position at the start of play in `state`, at the common prior."""
    beliefs = {p: dict(s.game.types[p]) for p in s.game.players if len(s.game.types.get(p, {})) > 1}
    return Position(0, 0, state, beliefs)


def choice_at(s: Solution, at: Position) -> Choice:
    """Return what may be done at a position.

    Raises
    ------
    GameError
        The game is over: its last period has been played.
    NotSolved
        The node has no solution within tolerance at these beliefs.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> s = pt.solve(make("deterrence"), 10, belief_points=3, certify=False)
    >>> {move: round(p, 3) for move, p in choice_at(s, opening(s, "start")).chances("A").items()}
    {'attack': 0.738, 'hold': 0.262}
    """
    if s.game.periods is not None and at.period >= s.game.periods:
        raise GameError(f"the game is over: it has {s.game.periods} periods")
    game, stage = s.game, s.game.stages[at.stage]
    node = expand(game, stage, at.state)
    movers = tuple(CHANCE if i == NATURE else game.players[i] for i in node.players)
    if (at.stage, at.state) not in s.compiled.node_index:
        own_types = [(CHANCE,) if i == NATURE else game.type_names(game.players[i]) for i in node.players]
        sure = tuple({k: {own[0]: 1.0} for k in types} for types, own in zip(own_types, node.labels, strict=True))
        return Choice(at, stage.name, movers, node.labels, sure, node)  # nobody chooses
    found = s.strategy(stage.name, at.state, at.period if s.finite else None, at.beliefs)
    if movers == (CHANCE,):
        strategies = ({CHANCE: found[CHANCE]},)
    else:
        strategies = tuple(found[m] if len(movers) > 1 else found for m in movers)
    return Choice(at, stage.name, movers, node.labels, strategies, node)


@dataclass(frozen=True)
class After:
    """What moves lead to."""

    positions: tuple[tuple[Position, float], ...]  # the next positions, with their chances
    payoff: dict[str, float]  # welfare paid at once, by player, in units of the stake at that time


def after(s: Solution, choice: Choice, moves: tuple[Any, ...], types: Mapping[str, Any]) -> After:
    """Return where moves (one of each mover) lead, and what they pay to players of these types.

    Raises `GameError` for moves that are not open.
    """
    for mover, move, open_moves in zip(choice.movers, moves, choice.labels, strict=True):
        if move not in open_moves:
            raise GameError(f"{mover} has no move {move!r} here; moves: {', '.join(map(str, open_moves))}")
    row = list(product(*choice.labels)).index(tuple(moves))
    to = choice.node.to[row]
    beliefs = dict(choice.at.beliefs)
    for mover, move, own in zip(choice.movers, moves, choice.strategies, strict=True):
        if mover in beliefs:
            beliefs[mover] = _posterior(mover, beliefs[mover], own, move)
    at, last = choice.at, choice.at.stage == len(s.game.stages) - 1
    period, stage = (at.period + 1, 0) if last else (at.period, at.stage + 1)
    lottery = to if isinstance(to, dict) else {to: 1.0}
    positions = tuple((Position(period, stage, x, _begun(s, x, stage, beliefs)), p) for x, p in lottery.items())
    return After(positions, paid(s, choice.node.payoff[row], types))


def _begun(s: Solution, state: Any, stage: int, beliefs: Beliefs) -> Beliefs:
    """Return the beliefs before a stage: where a period begins with types drawn again, the prior about these."""
    if stage > 0 or s.game.redraw is None:
        return beliefs
    return beliefs | {p: dict(s.game.types[p]) for p in s.game.redraw(state) if p in beliefs}


def paid(s: Solution, pay: Any, types: Mapping[str, Any]) -> dict[str, float]:
    """Return what a payoff of the game (a mapping, a function of the types, or nothing) is worth to each player."""
    if not pay:
        return {}
    index = PlayerTypes(s.game)
    profile = {p: types.get(p, s.game.type_names(p)[0]) for p in s.game.players}
    row = index.table(pay, "a payoff")[index.profiles.index(profile)]
    return {p: float(x) for p, x in zip(s.game.players, row, strict=True) if x}


def _posterior(mover: str, about: Mapping[Any, float], own: Mapping[Any, Mapping[Any, float]], move: Any) -> dict:
    """Return the belief about a mover's types after its move."""
    prior = np.array(list(about.values()))
    mean, posterior = update(prior, np.array([[own[k][move]] for k in about]))
    if mean[0] <= 0:
        raise GameError(f"no type of {mover} ever makes the move {move!r} here")
    return dict(zip(about, posterior[:, 0].tolist(), strict=True))


def _likeliest(chances: Mapping[Any, float]) -> tuple[Any, float]:
    """Return the likeliest move and its chance; where several are, the middle one of them."""
    top = max(chances.values())
    ties = [item for item in chances.items() if item[1] >= top * (1 - TIE)]
    return ties[len(ties) // 2]


@dataclass(frozen=True)
class Step:
    """A step of the main path: what was likeliest at a position."""

    choice: Choice
    moves: tuple[Any, ...]
    chance: float  # of these moves, as the others see it


def main_path(s: Solution, most: int = 12) -> tuple[Step, ...]:
    """Return the path along which the likeliest move is made at every node, from the likeliest opening.

    Positions at which nothing is chosen are passed through.  It ends where nothing more is chosen, where the game is
    over, and after `most` steps.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> s = pt.solve(make("deterrence"), 100, belief_points=3, certify=False)
    >>> [(step.moves[0], round(step.chance, 2)) for step in main_path(s)]
    [('attack', 0.99), ('resist', 1.0), ('abandon', 0.55)]
    """
    at, steps, idle = opening(s, next(iter(openings(s)))), [], 0
    while len(steps) < most and (s.game.periods is None or at.period < s.game.periods):
        choice = choice_at(s, at)
        likeliest = tuple(map(_likeliest, map(choice.chances, choice.movers)))
        moves = tuple(move for move, _ in likeliest)
        idle = idle + 1 if choice.passes else 0
        if idle > len(s.game.stages):
            break
        if not choice.passes:
            steps.append(Step(choice, moves, math.prod(p for _, p in likeliest)))
        following = after(s, choice, moves, {p: s.game.type_names(p)[0] for p in s.game.players})
        at = max(following.positions, key=lambda item: item[1])[0]
    return tuple(steps)

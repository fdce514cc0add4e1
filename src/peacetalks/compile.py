"""Names become numbers: a `Game` is laid out as flat arrays for the kernels.

Words used here and in the kernels
----------------------------------
column      one (player, type); `value` arrays carry one column per decision value and, where some move
            has a `drive`, a second block of columns for welfare
node        a (stage, state) at which something is really chosen; a state with one move is passed through
boundary    a state at the start of a period (= the end of the one before)
slot        a place a move can lead to: slots below `n_nodes` are nodes of the same period, the others
            boundaries of the next one
profile     one combination of the participants' actions at a node (one action for a decision)

Only states that can be reached are laid out.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np

from peacetalks.game import Chance, Game, GameError, Move, Simultaneous, Stage, did_you_mean, lottery, place
from peacetalks.payments import Columns, Payments, ints

MAX_NODES = 1_000_000
NATURE = -1


class Layout(NamedTuple):
    """A compiled game as flat arrays (see the module docstring for the words)."""

    col_player: np.ndarray  # [column]
    col_type: np.ndarray  # [column]
    first_col: np.ndarray  # [player] -> its first column
    n_types: np.ndarray  # [player]
    discount: np.ndarray  # [column]
    part_ptr: np.ndarray  # [node + 1] -> participants
    part_player: np.ndarray  # [participant]; NATURE for chance
    part_actions: np.ndarray  # [participant] number of actions
    part_weight: np.ndarray  # [participant] -> first entry of log_weight
    log_weight: np.ndarray  # [participant-action] log reference measure, summing to 1 per participant
    prof_ptr: np.ndarray  # [node + 1] -> profiles; the first participant's action varies slowest
    pay: np.ndarray  # [profile, column] welfare
    drive: np.ndarray  # [profile, column] decision utility that is nobody's welfare
    typed: np.ndarray  # [profile] -> row of typed_pay, or -1
    typed_pay: np.ndarray  # [row, type profile, player]
    typed_drive: np.ndarray  # [row, type profile, player]
    lot_ptr: np.ndarray  # [profile + 1] -> lottery entries
    lot_slot: np.ndarray  # [entry]
    lot_prob: np.ndarray  # [entry]
    edge_pay: np.ndarray  # [boundary, column]
    edge_drive: np.ndarray  # [boundary, column]
    edge_slot: np.ndarray  # [boundary] -> slot that play resumes at


@dataclass(frozen=True)
class Compiled:
    """A game with its arrays and the names behind the numbers."""

    game: Game
    layout: Layout
    stage_ptr: np.ndarray  # [stage + 1] -> nodes, in the order of stages
    nodes: tuple[tuple[int, Any], ...]  # node -> (stage, state)
    node_index: Mapping[tuple[int, Any], int]
    labels: tuple[tuple[tuple[Any, ...], ...], ...]  # node -> participant -> action labels
    boundaries: tuple[Any, ...]
    boundary_index: Mapping[Any, int]
    resolve: Callable[[int, Any], tuple[int, np.ndarray, np.ndarray]]
    has_drive: bool
    reach: np.ndarray | None  # [period, node], for a finite horizon
    reach_edges: np.ndarray | None  # [period + 1, boundary]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    def movers(self, node: int) -> list[str]:
        """Return the players (or "nature") who move at `node`."""
        lay = self.layout
        ids = lay.part_player[lay.part_ptr[node] : lay.part_ptr[node + 1]]
        return ["nature" if i == NATURE else self.game.players[i] for i in ids]


@dataclass
class _Node:
    participants: list[tuple[int, list[float]]]
    labels: list[tuple[Any, ...]]
    profiles: list[Move]
    lotteries: list[dict[Any, float]]  # next states of each profile


def _listed(stage: Stage, state: Any, moves: Any, who: str = "") -> list[Move]:
    try:
        found = list(moves)
    except TypeError:
        raise GameError(f"{place((stage, state, None))}: the moves{who} must be a list or generator of Move") from None
    if not found:
        raise GameError(
            f"{place((stage, state, None))} has no moves{who}: every stage must give at least one move in every state that "
            "can be reached (a state that only passes through has the one move to itself)"
        )
    seen = set()
    for m in found:
        if not isinstance(m, Move):
            raise GameError(f"{place((stage, state, None))}: expected a Move, got {m!r}")
        if m.label in seen:
            raise GameError(f"{place((stage, state, m.label))}: two moves{who} have this label")
        if not (math.isfinite(m.weight) and m.weight > 0):
            raise GameError(f"{place((stage, state, m.label))}: the weight is {m.weight!r}; it must be positive")
        seen.add(m.label)
    return found


def _expand(game: Game, stage: Stage, state: Any) -> _Node:
    """Ask the stage what can happen in `state`."""
    parts, labels, profiles = _choices(game, stage, state)
    return _Node(parts, labels, profiles, [lottery(m.to, (stage, state, m.label)) for m in profiles])


def _choices(
    game: Game, stage: Stage, state: Any
) -> tuple[list[tuple[int, list[float]]], list[tuple[Any, ...]], list[Move]]:
    """Return participants with their weights, their labels, and the move that each profile makes."""
    if isinstance(stage, Simultaneous):
        own = {p: _listed(stage, state, f(state), f" for {p!r}") for p, f in stage.moves.items()}
        parts = [(game.players.index(p), [m.weight for m in moves]) for p, moves in own.items()]
        profiles = [_joint(stage, state, dict(zip(own, combo, strict=True))) for combo in product(*own.values())]
        return parts, [tuple(m.label for m in moves) for moves in own.values()], profiles
    if isinstance(stage, Chance):
        moves = [m for m in stage.moves(state) if not (isinstance(m, Move) and m.weight == 0)]
        moves = _listed(stage, state, moves)
        total = sum(m.weight for m in moves)
        if abs(total - 1) > 1e-9:
            raise GameError(f"{place((stage, state, None))}: the probabilities of chance sum to {total:.10g}, not 1")
        parts = [(NATURE, [m.weight / total for m in moves])]
        return parts, [tuple(m.label for m in moves)], moves
    moves = _listed(stage, state, stage.moves(state))
    if len(moves) == 1:  # nobody chooses: as chance would
        return [(NATURE, [1.0])], [(moves[0].label,)], moves
    mover = stage.mover(state)
    if mover not in game.players:
        hint = did_you_mean(mover, game.players)
        raise GameError(f"{place((stage, state, None))}: {mover!r} moves, who is not a player{hint}")
    parts = [(game.players.index(mover), [m.weight for m in moves])]
    return parts, [tuple(m.label for m in moves)], moves


def _joint(stage: Simultaneous, state: Any, chosen: dict[str, Move]) -> Move:
    labels = {p: m.label for p, m in chosen.items()}
    out = stage.then(state, labels)
    if not isinstance(out, Move):
        raise GameError(f"{place((stage, state, None))}: `then` must return a Move for {labels!r}, got {out!r}")
    own = [m for m in chosen.values() if m.pay is not None or m.drive is not None]
    if own:
        raise GameError(
            f"{place((stage, state, None))}: a side's own move carries a pay or drive; put it in the Move that `then` returns"
        )
    return out


class _Builder:
    """Walks the reachable states, period by period, and collects nodes."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.columns = Columns(game)
        self.nodes: list[dict[Any, _Node]] = [{} for _ in game.stages]
        self.boundaries: dict[Any, int] = {}
        self.ref: dict[tuple[int, Any], tuple[Any, np.ndarray, np.ndarray]] = {}
        self.queue: list[tuple[int, Any]] = []
        self.size = 0

    def resolve(self, stage: int, state: Any) -> tuple[Any, np.ndarray, np.ndarray]:
        """Pass through single-move states: return (node key or ("end", state), pay, drive)."""
        key = (stage, state)
        try:
            found = self.ref.get(key)
        except TypeError:
            raise GameError(f"the state {state!r} is not hashable; use tuples, strings or frozen dataclasses") from None
        if found is None:
            found = self.ref[key] = self._resolve(stage, state)
        return found

    def _resolve(self, k: int, state: Any) -> tuple[Any, np.ndarray, np.ndarray]:
        if k == len(self.game.stages):
            self.boundaries.setdefault(state, len(self.boundaries))
            return ("end", state), self.columns.zero, self.columns.zero
        stage = self.game.stages[k]
        node = _expand(self.game, stage, state)
        if len(node.profiles) == 1:
            move = node.profiles[0]
            where = (stage, state, move.label)
            to = node.lotteries[0]
            if len(to) == 1 and not callable(move.pay) and not callable(move.drive):
                ref, pay, drive = self.resolve(k + 1, next(iter(to)))
                zero, own, push = self.columns.zero, self.columns.vector(move.pay, where), self.columns.vector(move.drive, where)
                return ref, pay if own is zero else pay + own, drive if push is zero else drive + push
        self.nodes[k][state] = node
        self.queue.append((k, state))
        self.size += 1
        if self.size > MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {stage.name!r}); "
                "use fewer offers, front positions or state variables"
            )
        return (k, state), self.columns.zero, self.columns.zero

    def walk(self) -> None:
        """Visit every state that can be reached within the horizon."""
        layer = list(self.game.starts())
        for state in layer:
            self.boundaries.setdefault(state, len(self.boundaries))
        period = 0
        while layer and (self.game.periods is None or period < self.game.periods):
            known = len(self.boundaries)
            for state in layer:
                self.resolve(0, state)
                while self.queue:
                    self._targets(*self.queue.pop())
            layer = list(self.boundaries)[known:]
            period += 1

    def _targets(self, k: int, state: Any) -> None:
        for to in self.nodes[k][state].lotteries:
            for nxt in to:
                self.resolve(k + 1, nxt)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold garbage collection off: a game is many small objects, none of them garbage (a quarter of the time, measured)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def compile_game(game: Game) -> Compiled:
    """Lay out the reachable states of `game` as arrays.

    Raises `GameError` for a stage without moves, payoffs that are not finite, probabilities that do
    not sum to 1, and games with more than a million nodes.
    """
    with _no_collection():
        return _compile(game)


def _compile(game: Game) -> Compiled:
    b = _Builder(game)
    b.walk()
    keys = [(k, state) for k, stage in enumerate(b.nodes) for state in stage]
    index = {key: i for i, key in enumerate(keys)}
    stage_ptr = np.cumsum([0] + [len(stage) for stage in b.nodes]).astype(np.int64)

    def slot_of(ref: Any) -> int:
        return len(keys) + b.boundaries[ref[1]] if ref[0] == "end" else index[ref]

    layout, has_drive = _layout(b, keys, slot_of)

    def resolve(stage: int, state: Any) -> tuple[int, np.ndarray, np.ndarray]:
        if (stage, state) not in b.ref:
            raise GameError(
                f"state {state!r} is never reached at stage {game.stages[stage].name!r}"
                f"{did_you_mean(state, [s for k, s in b.ref if k == stage])}"
            )
        ref, pay, drive = b.ref[(stage, state)]
        return slot_of(ref), pay, drive

    compiled = Compiled(
        game=game, layout=layout, stage_ptr=stage_ptr, nodes=tuple(keys), node_index=index,
        labels=tuple(tuple(b.nodes[k][s].labels) for k, s in keys),
        boundaries=tuple(b.boundaries), boundary_index=b.boundaries, resolve=resolve,
        has_drive=has_drive, reach=None, reach_edges=None,
    )  # fmt: skip
    if game.periods is None:
        return compiled
    nodes, edges = _reach(compiled)
    return replace(compiled, reach=nodes, reach_edges=edges)


def _layout(b: _Builder, keys: list[tuple[int, Any]], slot_of: Callable[[Any], int]) -> tuple[Layout, bool]:
    game, cols = b.game, b.columns
    part_ptr, part_player, part_actions, part_weight, weights = [0], [], [], [], []
    prof_ptr, typed, typed_pay, typed_drive = [0], [], [], []
    pay, drive = Payments(cols), Payments(cols)
    lot_ptr, lot_slot, lot_prob = [0], [], []
    for k, state in keys:
        stage, node = game.stages[k], b.nodes[k][state]
        for player, w in node.participants:
            part_player.append(player)
            part_actions.append(len(w))
            part_weight.append(len(weights))
            total = sum(w)
            weights += [math.log(x / total) for x in w]
        part_ptr.append(len(part_player))
        for move, to in zip(node.profiles, node.lotteries, strict=True):
            where, row = (stage, state, move.label), len(typed)
            if callable(move.pay) or callable(move.drive):
                typed.append(len(typed_pay))
                typed_pay.append(cols.table(move.pay, where))
                typed_drive.append(cols.table(move.drive, where))
            else:
                typed.append(-1)
                pay.add(row, move.pay, where)
                drive.add(row, move.drive, where)
            for nxt, p in to.items():
                ref, more_pay, more_drive = b.ref[(k + 1, nxt)]
                lot_slot.append(slot_of(ref))
                lot_prob.append(p)
                pay.add_vector(row, more_pay, p)
                drive.add_vector(row, more_drive, p)
            lot_ptr.append(len(lot_slot))
        prof_ptr.append(len(typed))
    edges = [b.ref.get((0, s)) for s in b.boundaries]
    zero, n_col = cols.zero, len(cols.player)
    typed_shape = (0, len(cols.profiles), len(game.players))
    discount = np.array([game.discount_of(game.players[i]) for i in cols.player])
    first = [cols.index[p][0] for p in game.players]
    layout = Layout(
        col_player=ints(cols.player), col_type=ints(cols.type), first_col=ints(first),
        n_types=ints([len(game.type_names(p)) for p in game.players]), discount=discount,
        part_ptr=ints(part_ptr), part_player=ints(part_player), part_actions=ints(part_actions),
        part_weight=ints(part_weight), log_weight=np.array(weights, float), prof_ptr=ints(prof_ptr),
        pay=pay.table(len(typed)), drive=drive.table(len(typed)), typed=ints(typed),
        typed_pay=np.array(typed_pay, float) if typed_pay else np.zeros(typed_shape),
        typed_drive=np.array(typed_drive, float) if typed_drive else np.zeros(typed_shape),
        lot_ptr=ints(lot_ptr), lot_slot=ints(lot_slot), lot_prob=np.array(lot_prob, float),
        edge_pay=np.array([zero if e is None else e[1] for e in edges]).reshape(-1, n_col),
        edge_drive=np.array([zero if e is None else e[2] for e in edges]).reshape(-1, n_col),
        edge_slot=ints([-1 if e is None else slot_of(e[0]) for e in edges]),
    )  # fmt: skip
    has_drive = bool(layout.drive.any() or layout.edge_drive.any() or layout.typed_drive.any())
    return layout, has_drive


def _reach(c: Compiled) -> tuple[np.ndarray, np.ndarray]:
    """Return [period, node] and [period + 1, boundary]: what can be reached when."""
    assert c.game.periods is not None
    lay, n = c.layout, c.n_nodes
    source = np.repeat(np.arange(n), np.diff(lay.lot_ptr[lay.prof_ptr]))
    stages = [slice(lay.lot_ptr[lay.prof_ptr[a]], lay.lot_ptr[lay.prof_ptr[b]]) for a, b in pairwise(c.stage_ptr)]
    nodes = np.zeros((c.game.periods, n), bool)
    edges = np.zeros((c.game.periods + 1, len(c.boundaries)), bool)
    edges[0, [c.boundary_index[s] for s in c.game.starts()]] = True
    for t in range(c.game.periods):
        slots = np.zeros(n + len(c.boundaries), bool)
        slots[lay.edge_slot[edges[t]]] = True
        for entries in stages:
            slots[lay.lot_slot[entries][slots[source[entries]]]] = True
        nodes[t], edges[t + 1] = slots[:n], slots[n:]
    return nodes, edges

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
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from peacetalks.expand import NATURE, Node, expand
from peacetalks.game import Game, GameError, Move, Stage, did_you_mean
from peacetalks.payments import Columns, ints

MAX_NODES = 1_000_000


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


class _Builder:
    """Walks the reachable states, period by period, and collects nodes.

    A *way* is how play goes on from a (stage, state): the node or boundary that it comes to, passing through states
    with one move, and what is paid on the way.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.columns = Columns(game)
        self.nodes: list[dict[Any, Node]] = [{} for _ in game.stages]
        self.found: list[list[int]] = [[] for _ in game.stages]  # stage -> its nodes, numbered as they were found
        self.next: list[list[int]] = []  # node as found -> lottery entry -> way
        self.boundaries: dict[Any, int] = {}
        self.ways: list[dict[Any, int]] = [{} for _ in range(len(game.stages) + 1)]  # stage -> state -> way
        self.ends: list[int] = []  # way -> node as found, or ~boundary
        self.pay: list[np.ndarray] = []  # way -> [column]; the one `columns.zero` where nothing is paid
        self.drive: list[np.ndarray] = []
        self.queue: list[tuple[int, int, list[Any]]] = []

    def way(self, k: int, state: Any) -> int:
        """Return the way on from `state` at stage k."""
        found = self.ways[k].get(state)
        if found is None:
            found = self.ways[k][state] = self._resolve(k, state)
        return found

    def _way(self, end: int, pay: np.ndarray, drive: np.ndarray) -> int:
        self.ends.append(end)
        self.pay.append(pay)
        self.drive.append(drive)
        return len(self.ends) - 1

    def _resolve(self, k: int, state: Any) -> int:
        zero = self.columns.zero
        if k == len(self.game.stages):
            return self._way(~self.boundaries.setdefault(state, len(self.boundaries)), zero, zero)
        stage = self.game.stages[k]
        node = expand(self.game, stage, state)
        if len(node.profiles) == 1:
            move, to = node.profiles[0], node.to[0]
            where = (stage, state, move.label)
            if (type(to) is not dict or len(to) == 1) and not callable(move.pay) and not callable(move.drive):
                way = self.way(k + 1, to if type(to) is not dict else next(iter(to)))
                own, push = self.columns.vector(move.pay, where), self.columns.vector(move.drive, where)
                if own is zero and push is zero:
                    return way
                pay, drive = self.pay[way], self.drive[way]
                return self._way(self.ends[way], pay if own is zero else pay + own, drive if push is zero else drive + push)
        number = len(self.next)
        if number >= MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {stage.name!r}); "
                "use fewer offers, front positions or state variables"
            )
        self.nodes[k][state] = node
        self.found[k].append(number)
        self.next.append([])
        self.queue.append((k + 1, number, node.to))
        return self._way(number, zero, zero)

    def walk(self) -> None:
        """Visit every state that can be reached within the horizon."""
        layer = list(self.game.starts())
        for state in layer:
            self.boundaries.setdefault(state, len(self.boundaries))
        period = 0
        while layer and (self.game.periods is None or period < self.game.periods):
            known = len(self.boundaries)
            for state in layer:
                self.way(0, state)
                while self.queue:
                    self._targets(*self.queue.pop())
            layer = list(self.boundaries)[known:]
            period += 1

    def _targets(self, k: int, number: int, leads_to: list[Any]) -> None:
        known, add = self.ways[k], self.next[number].append
        for to in leads_to:
            for state in to if type(to) is dict else (to,):
                way = known.get(state)
                add(self.way(k, state) if way is None else way)


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
    layout, slots = _layout(b, keys)
    ways, pay, drive, boundaries = b.ways, b.pay, b.drive, b.boundaries

    def resolve(stage: int, state: Any) -> tuple[int, np.ndarray, np.ndarray]:
        way = ways[stage].get(state)
        if way is None:
            hint = did_you_mean(state, ways[stage])
            raise GameError(f"state {state!r} is never reached at stage {game.stages[stage].name!r}{hint}")
        return int(slots[way]), pay[way], drive[way]

    compiled = Compiled(
        game=game, layout=layout, stage_ptr=_ptr([len(stage) for stage in b.nodes]), nodes=tuple(keys),
        node_index={key: i for i, key in enumerate(keys)},
        labels=tuple([tuple(node.labels) for stage in b.nodes for node in stage.values()]),
        boundaries=tuple(boundaries), boundary_index=boundaries, resolve=resolve,
        has_drive=bool(layout.drive.any() or layout.edge_drive.any() or layout.typed_drive.any()),
        reach=None, reach_edges=None,
    )  # fmt: skip
    if game.periods is None:
        return compiled
    nodes, edges = _reach(compiled)
    return replace(compiled, reach=nodes, reach_edges=edges)


def _layout(b: _Builder, keys: list[tuple[int, Any]]) -> tuple[Layout, np.ndarray]:
    """Return the arrays, and the slot that each way leads to."""
    game, cols = b.game, b.columns
    nodes, zero, n_col = [node for stage in b.nodes for node in stage.values()], cols.zero, len(cols.player)
    order, slots = _slots(b)
    moves = [move for node in nodes for move in node.profiles]
    weights = [own for node in nodes for own in node.weights]
    sizes = [len(own) for own in weights]
    lot_way = ints([way for number in order for way in b.next[number]])
    lot_ptr, lot_prob = _lotteries([to for node in nodes for to in node.to])
    prof_ptr, row = _ptr([len(node.profiles) for node in nodes]), np.repeat(np.arange(len(moves)), np.diff(lot_ptr))
    edges = [b.ways[0].get(s) for s in b.boundaries]
    layout = Layout(
        col_player=ints(cols.player), col_type=ints(cols.type), first_col=ints([cols.index[p][0] for p in game.players]),
        n_types=ints([len(game.type_names(p)) for p in game.players]),
        discount=np.array([game.discount_of(game.players[i]) for i in cols.player]),
        part_ptr=_ptr([len(node.players) for node in nodes]),
        part_player=ints([player for node in nodes for player in node.players]), part_actions=ints(sizes),
        part_weight=_ptr(sizes)[:-1], log_weight=np.array([x for own in weights for x in _logs(own)], float),
        prof_ptr=prof_ptr, **_payments(b, keys, moves, prof_ptr, (row, lot_way, lot_prob)),
        lot_ptr=lot_ptr, lot_slot=slots[lot_way], lot_prob=lot_prob,
        edge_pay=np.array([zero if way is None else b.pay[way] for way in edges]).reshape(-1, n_col),
        edge_drive=np.array([zero if way is None else b.drive[way] for way in edges]).reshape(-1, n_col),
        edge_slot=ints([-1 if way is None else slots[way] for way in edges]),
    )  # fmt: skip
    return layout, slots


def _ptr(counts: list[int] | np.ndarray) -> np.ndarray:
    """Return where each of several runs of so many entries begins, and where the last one ends."""
    return np.concatenate([ints([0]), np.cumsum(ints(counts))])


def _logs(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [math.log(x / total) for x in weights]


def _slots(b: _Builder) -> tuple[list[int], np.ndarray]:
    """Return the nodes, as found, in the order of stages; and the slot that each way leads to."""
    order = [number for stage in b.found for number in stage]
    slot_of, ends = np.empty(len(order), np.int64), ints(b.ends)
    slot_of[order] = np.arange(len(order))
    slots = len(order) + ~ends  # right for ways to a boundary
    slots[ends >= 0] = slot_of[ends[ends >= 0]]
    return order, slots


def _lotteries(leads_to: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return [profile + 1] -> lottery entries, and the probability of each entry."""
    spread = [i for i, to in enumerate(leads_to) if type(to) is dict]
    counts, drawn = np.ones(len(leads_to), np.int64), np.zeros(len(leads_to), bool)
    counts[spread], drawn[spread] = [len(leads_to[i]) for i in spread], True
    prob = np.ones(counts.sum())
    prob[np.repeat(drawn, counts)] = [p for i in spread for p in leads_to[i].values()]
    return _ptr(counts), prob


def _payments(
    b: _Builder, keys: list[tuple[int, Any]], moves: list[Move], prof_ptr: np.ndarray, lots: tuple[np.ndarray, ...]
) -> dict[str, np.ndarray]:
    """Return what the moves pay, by the names in `Layout`; `lots`: profile, way and probability of the lottery entries."""
    cols = b.columns

    def where(row: int) -> tuple[Stage, Any, Any]:
        k, state = keys[int(np.searchsorted(prof_ptr, row, side="right")) - 1]
        return b.game.stages[k], state, moves[row].label

    rows = [i for i, m in enumerate(moves) if callable(m.pay) or callable(m.drive)]
    out = {"typed": np.full(len(moves), -1)}
    out["typed"][rows] = np.arange(len(rows))
    for name, vectors in (("pay", b.pay), ("drive", b.drive)):
        pays = [getattr(m, name) for m in moves]
        tables = [cols.table(pays[i], where(i)) for i in rows]
        out[f"typed_{name}"] = np.array(tables, float).reshape(len(rows), len(cols.profiles), len(b.game.players))
        for i in rows:
            pays[i] = None
        out[name] = cols.rows(len(moves), cols.entries_of(pays, where), cols.on_the_way(vectors, *lots))
    return out


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

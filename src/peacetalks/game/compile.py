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
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.errors import GameError, did_you_mean
from peacetalks.game.expand import NATURE, Node, check_hashable, expand
from peacetalks.game.payoffs import Columns, ints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from peacetalks.game.language import Game, Stage

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


Found = tuple[int, Any, Node, list[int]]  # stage, state, what can happen there, and the way on of each lottery entry


class _Builder:
    """Walks the reachable states, period by period, and collects nodes.

    A *way* is how play goes on from a (stage, state): the node or boundary that it comes to, passing through states
    with one move, and what is paid on the way.
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.columns = Columns(game)
        self.found: list[list[Found]] = [[] for _ in game.stages]  # stage -> its nodes
        self.numbers: list[list[int]] = [[] for _ in game.stages]  # the same nodes, numbered in the order found
        self.boundaries: dict[Any, int] = {}
        self.ways: list[dict[Any, int]] = [{} for _ in range(len(game.stages) + 1)]  # stage -> state -> way
        self.ends: list[int] = []  # way -> number of a node, or ~boundary
        self.paid: dict[
            int, tuple[np.ndarray, np.ndarray]
        ] = {}  # way -> pay and drive [column], where anything is paid
        self.queue: list[Found] = []
        self.size = 0

    def way(self, k: int, state: Any) -> int:
        """Return the way on from `state` at stage k."""
        found = self.ways[k].get(state)
        if found is None:
            found = self.ways[k][state] = self._resolve(k, state)
        return found

    def _resolve(self, k: int, state: Any) -> int:
        if k == len(self.game.stages):
            self.ends.append(~self.boundaries.setdefault(state, len(self.boundaries)))
            return len(self.ends) - 1
        stage = self.game.stages[k]
        node = expand(self.game, stage, state)
        if len(node.to) == 1:
            to, where = node.to[0], (stage, state, node.names[0])
            if (type(to) is not dict or len(to) == 1) and not callable(node.pay[0]) and not callable(node.drive[0]):
                target = next(iter(to)) if type(to) is dict else to
                check_hashable(target, where)
                way = self.way(k + 1, target)
                own, push = self.columns.vector(node.pay[0], where), self.columns.vector(node.drive[0], where)
                return self._passed(way, own, push)
        if self.size >= MAX_NODES:
            raise GameError(
                f"the game has more than {MAX_NODES:,} nodes (stage {stage.name!r}); "
                "use fewer offers, front positions or state variables"
            )
        found: Found = (k, state, node, [])
        self.found[k].append(found)
        self.queue.append(found)
        self.numbers[k].append(self.size)
        self.ends.append(self.size)
        self.size += 1
        return len(self.ends) - 1

    def _passed(self, way: int, own: np.ndarray, push: np.ndarray) -> int:
        """Return the way that goes on by `way` after `own` and `push` have been paid."""
        zero = self.columns.zero
        if own is zero and push is zero:
            return way
        pay, drive = self.paid.get(way, (zero, zero))
        self.ends.append(self.ends[way])
        self.paid[len(self.ends) - 1] = pay if own is zero else pay + own, drive if push is zero else drive + push
        return len(self.ends) - 1

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

    def _targets(self, k: int, state: Any, node: Node, ways: list[int]) -> None:
        known = self.ways[k + 1]
        try:
            for to in node.to:
                for target in to if type(to) is dict else (to,):
                    way = known.get(target)
                    if way is None:
                        way = known[target] = self._resolve(k + 1, target)
                    ways.append(way)
        except TypeError:
            for to, name in zip(node.to, node.names, strict=True):
                if type(to) is not dict:
                    check_hashable(to, (self.game.stages[k], state, name))
            raise


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold garbage collection off: a game is many small objects, none of them garbage (over a third of the time, measured)."""
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
    found = [one for stage in b.found for one in stage]
    keys = [(k, state) for k, state, _, _ in found]
    layout, slots = _layout(b, found)
    ways, paid, nothing, boundaries = b.ways, b.paid, (b.columns.zero, b.columns.zero), b.boundaries

    def resolve(stage: int, state: Any) -> tuple[int, np.ndarray, np.ndarray]:
        way = ways[stage].get(state)
        if way is None:
            hint = did_you_mean(state, ways[stage])
            raise GameError(f"state {state!r} is never reached at stage {game.stages[stage].name!r}{hint}")
        return int(slots[way]), *paid.get(way, nothing)

    compiled = Compiled(
        game=game,
        layout=layout,
        stage_ptr=_ptr([len(stage) for stage in b.found]),
        nodes=tuple(keys),
        node_index={key: i for i, key in enumerate(keys)},
        labels=tuple([node.labels for _, _, node, _ in found]),
        boundaries=tuple(boundaries),
        boundary_index=boundaries,
        resolve=resolve,
        has_drive=bool(layout.drive.any() or layout.edge_drive.any() or layout.typed_drive.any()),
        reach=None,
        reach_edges=None,
    )
    if game.periods is None:
        return compiled
    nodes, edges = _reach(compiled)
    return replace(compiled, reach=nodes, reach_edges=edges)


def _layout(b: _Builder, found: list[Found]) -> tuple[Layout, np.ndarray]:
    """Return the arrays, and the slot that each way leads to."""
    nodes = [node for _, _, node, _ in found]
    game, cols, zero = b.game, b.columns, b.columns.zero
    slots, prof_ptr = _slots(b), _ptr([len(node.to) for node in nodes])
    weights = [own for node in nodes for own in node.weights]
    actions = [len(own) for own in weights]
    lot_way = ints([way for _, _, _, ways in found for way in ways])
    lot_ptr, lot_prob = _lotteries([to for node in nodes for to in node.to])
    lot_row = np.repeat(np.arange(prof_ptr[-1]), np.diff(lot_ptr))
    edges = [b.ways[0].get(state, -1) for state in b.boundaries]
    edge_paid = np.array([b.paid.get(way, (zero, zero)) for way in edges])
    layout = Layout(
        col_player=ints(cols.player),
        col_type=ints(cols.type),
        first_col=ints([cols.index[p][0] for p in game.players]),
        n_types=ints([len(game.type_names(p)) for p in game.players]),
        discount=np.array([game.discount_of(game.players[i]) for i in cols.player]),
        part_ptr=_ptr([len(node.players) for node in nodes]),
        part_player=ints([player for node in nodes for player in node.players]),
        part_actions=ints(actions),
        part_weight=_ptr(actions)[:-1],
        log_weight=_logs(weights),
        prof_ptr=prof_ptr,
        **_payments(b, found, prof_ptr, (lot_row, lot_way, lot_prob)),
        lot_ptr=lot_ptr,
        lot_slot=slots[lot_way],
        lot_prob=lot_prob,
        edge_pay=edge_paid[:, 0].copy(),
        edge_drive=edge_paid[:, 1].copy(),
        edge_slot=ints([-1 if way < 0 else slots[way] for way in edges]),
    )
    return layout, slots


def _ptr(counts: list[int] | np.ndarray) -> np.ndarray:
    """Return where each of several runs of so many entries begins, and where the last one ends."""
    return np.concatenate([ints([0]), np.cumsum(ints(counts))])


def _logs(weights: list[list[float]]) -> np.ndarray:
    """Return [participant-action] log weights, summing to 1 per participant."""
    known: dict[tuple[float, ...], list[float]] = {}  # most are the same few
    out: list[float] = []
    for own in weights:
        logs = known.get(key := tuple(own))
        if logs is None:
            total = sum(own)
            logs = known[key] = [math.log(x / total) for x in own]
        out += logs
    return np.array(out)


def _slots(b: _Builder) -> np.ndarray:
    """Return the slot that each way leads to."""
    order = ints([number for stage in b.numbers for number in stage])
    slot_of, ends = np.empty(len(order), np.int64), ints(b.ends)
    slot_of[order] = np.arange(len(order))
    slots = len(order) + ~ends  # right for ways to a boundary
    slots[ends >= 0] = slot_of[ends[ends >= 0]]
    return slots


def _lotteries(leads_to: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return [profile + 1] -> lottery entries, and the probability of each entry."""
    spread = [i for i, to in enumerate(leads_to) if type(to) is dict]
    counts, drawn = np.ones(len(leads_to), np.int64), np.zeros(len(leads_to), bool)
    counts[spread], drawn[spread] = [len(leads_to[i]) for i in spread], True
    prob = np.ones(counts.sum())
    prob[np.repeat(drawn, counts)] = [p for i in spread for p in leads_to[i].values()]
    return _ptr(counts), prob


def _payments(
    b: _Builder, found: list[Found], prof_ptr: np.ndarray, lots: tuple[np.ndarray, ...]
) -> dict[str, np.ndarray]:
    """Return what the moves pay, by the names in `Layout`; `lots`: profile, way and probability of the lottery entries."""
    cols, n = b.columns, int(prof_ptr[-1])
    pay: list[Any] = [x for _, _, node, _ in found for x in node.pay]
    drive: list[Any] = [x for _, _, node, _ in found for x in node.drive]

    def where(row: int) -> tuple[Stage, Any, Any]:
        i = int(np.searchsorted(prof_ptr, row, side="right")) - 1
        k, state, node, _ = found[i]
        return b.game.stages[k], state, node.names[row - prof_ptr[i]]

    rows = sorted({i for pays in (pay, drive) for i, x in enumerate(pays) if x and type(x) is not dict and callable(x)})
    out: dict[str, np.ndarray] = {"typed": np.full(n, -1)}
    out["typed"][rows] = np.arange(len(rows))
    for i, (name, pays) in enumerate((("pay", pay), ("drive", drive))):
        tables = [cols.table(pays[row], where(row)) for row in rows]
        out[f"typed_{name}"] = np.array(tables, float).reshape(len(rows), len(cols.profiles), len(b.game.players))
        for row in rows:
            pays[row] = None
        on_the_way = {way: both[i] for way, both in b.paid.items()}
        out[name] = cols.rows(n, cols.entries_of(pays, where), cols.on_the_way(on_the_way, *lots))
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

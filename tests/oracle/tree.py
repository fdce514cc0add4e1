r"""A second road: small finite games solved on the whole tree of public histories, without a belief grid.

Every public history is a node with exact posteriors; the agent quantal response equilibrium is the root of

.. math:: F(y, \tau) = y - \Delta\log\nu - \tau\,\lambda\,\Delta Q(y)

over all information sets at once, :math:`y` being log-odds against each set's first move.  The principal branch is
followed from :math:`\tau=0` to :math:`\tau=1` (`tree_branch.py`).  Beliefs along a history are
prior times the type's own choice probabilities along it, so nothing is interpolated.

Shares no arithmetic with `node.py`; used to test it, and to solve trees given as data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from oracle.tree_branch import follow_tree

from peacetalks.errors import GameError
from peacetalks.game.language import Chance, Game, Move, Simultaneous, Stage, lottery
from peacetalks.game.payoffs import PlayerTypes

MAX_HISTORIES = 20_000
MAX_UNKNOWNS = 1_500
History = tuple[Any, ...]


@dataclass(frozen=True)
class _Seat:
    """Who moves at a node: a player's number (-1 for chance), labels, log weights, place in the unknowns."""

    player: int
    labels: tuple[Any, ...]
    log_nu: np.ndarray
    start: int


@dataclass(frozen=True)
class _Line:
    """One profile of moves at a node: pay of each column, and where it leads [(probability, factor, node)]."""

    acts: tuple[int, ...]
    pay: np.ndarray  # decision pay [column]
    own: np.ndarray  # welfare [column]
    typed: tuple[np.ndarray, np.ndarray] | None  # the same by type profile, [profile, player]
    to: tuple[tuple[float, np.ndarray, int], ...]


@dataclass
class _Node:
    history: History
    state: Any = None
    seats: list[_Seat] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    last: np.ndarray | None = None  # a leaf's value [column]


@dataclass(frozen=True)
class TreeSolution:
    """The equilibrium of an unrolled game; made by `solve_tree`.

    A *history* is the tuple of what became public, in order: the label of the move at a `Decision` or `Chance`; the
    tuple of labels (in the order of `moves`) at a `Simultaneous` stage; and, where a move (or the start of the game)
    leads to several states by lot, the state that came out.  Stages with a single move leave no mark.
    """

    game: Game
    residual: float
    steps: int
    tree: tuple[_Node, ...] = field(repr=False)
    unknowns: np.ndarray = field(repr=False)

    def strategy(self, history: History = ()) -> dict[Any, Any]:
        """Return {type: {move: probability}} after `history` ({player: {type: ...}} where several move)."""
        node = next((n for n in self.tree if n.history == tuple(history) and len(n.lines) > 1), None)
        if node is None:
            raise GameError(f"nobody moves after the history {tuple(history)!r}")
        out: dict[str, Any] = {}
        for seat in node.seats:
            name = "nature" if seat.player < 0 else self.game.players[seat.player]
            kinds = ("nature",) if seat.player < 0 else self.game.type_names(name)
            logs = _log_sigma(seat, len(kinds), self.unknowns[None])[0]
            out[name] = {
                k: dict(zip(seat.labels, np.exp(r).tolist(), strict=True)) for k, r in zip(kinds, logs, strict=True)
            }
        return next(iter(out.values())) if len(out) == 1 else out

    def value(self, player: str, type: Any = None) -> float:
        """Return the welfare expected at the start (averaged over the player's types where none is named)."""
        return self._value(player, type, True)

    def decision_value(self, player: str, type: Any = None) -> float:
        """Return the decision utility expected at the start: what the strategies maximise, with errors."""
        return self._value(player, type, False)

    def _value(self, player: str, type: Any, welfare: bool) -> float:
        columns = PlayerTypes(self.game)
        mine = columns.index[player if type is None else (player, type)]
        _, values = _Tree(self.game, np.ones(0), list(self.tree)).evaluate(self.unknowns[None], welfare)
        weights = np.array(self.game.prior(player)) if type is None else np.ones(1)
        return float(values[0, mine] @ weights)

    def histories(self) -> list[History]:
        """Return the histories after which somebody moves, in depth-first order."""
        return [n.history for n in self.tree if any(s.player >= 0 and len(s.labels) > 1 for s in n.seats)]

    def outcomes(self, label: Callable[[Any], str]) -> dict[str, float]:
        """Return the probability of each label of the public state in which the game ends."""
        reach = _Tree(self.game, np.ones(0), list(self.tree)).reach(self.unknowns)
        out: dict[str, float] = {}
        for node, p in zip(self.tree, reach, strict=True):
            if not node.lines:
                name = label(node.state)
                out[name] = out.get(name, 0.0) + float(p)
        return out


def solve_tree(
    game: Game, rationality: float | Mapping[str, float] = 20.0, tolerance: float = 1e-11, max_steps: int = 5000
) -> TreeSolution:
    """Solve a small finite `game` exactly, on its tree of public histories.

    Raises `GameError` for a stationary game or one with too many histories; `NotSolved` where the branch is lost.

    >>> from peacetalks.catalog import make
    >>> round(solve_tree(make("signorino"), rationality=1).strategy()["only"]["act"], 6)
    0.491502
    """
    if game.periods is None:
        raise GameError("a stationary game has no finite tree; give it a number of periods")
    given = rationality if isinstance(rationality, Mapping) else dict.fromkeys(game.players, rationality)
    lam = np.array([float(given[p]) for p in game.players])
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise GameError(f"rationality must be finite and >= 0, got {rationality!r}")
    tree = _Tree(game, lam, _Unroll(game).run())
    y, residual, steps = follow_tree(tree, tolerance, max_steps)
    return TreeSolution(game, residual, steps, tuple(tree.nodes), y)


class _Unroll:
    """Lists the public histories of a game, depth first."""

    def __init__(self, game: Game) -> None:
        self.game, self.columns = game, PlayerTypes(game)
        self.discount = np.array([game.discount_of(game.players[i]) for i in self.columns.player])
        self.kinds = np.array([len(game.type_names(p)) for p in game.players])
        self.nodes: list[_Node] = []
        self.unknowns = 0

    def run(self) -> list[_Node]:
        starts = self.game.starts()
        if len(starts) == 1:
            self.visit(0, 0, next(iter(starts)), ())
            return self.nodes
        root = self._node(())
        labels = tuple(starts)
        root.seats.append(_Seat(-1, labels, np.log(list(starts.values())), 0))
        for i, state in enumerate(labels):
            child = self.visit(0, 0, state, (state,))
            zero = self.columns.zero
            root.lines.append(_Line((i,), zero, zero, None, ((1.0, np.ones_like(zero), child),)))
        return self.nodes

    def _node(self, history: History) -> _Node:
        if len(self.nodes) >= MAX_HISTORIES or self.unknowns > MAX_UNKNOWNS:
            raise GameError(
                f"the tree has more than {MAX_HISTORIES:,} histories or {MAX_UNKNOWNS:,} unknown probabilities; "
                "use `solve` (a belief grid), or fewer periods and moves"
            )
        node = _Node(history)
        self.nodes.append(node)
        return node

    def visit(self, t: int, k: int, state: Any, history: History) -> int:
        """Add the tree that starts at stage k of period t; return its root's number."""
        t, k, state = self._skip(t, k, state)
        at, node = len(self.nodes), self._node(history)
        node.state = state
        if t == self.game.periods:
            worth = self.game.value(state) if self.game.value else None
            node.last = self.columns.vector(worth, f"the value of state {state!r} at the horizon")
            return at
        stage = self.game.stages[k]
        where = f"stage {stage.name!r}, state {state!r}"
        players, rows, moves = _listing(self.game, stage, state)
        for player, row in zip(players, rows, strict=True):
            if not row:
                raise GameError(f"{where} has no moves")
            log_nu = np.log([m.weight for m in row])
            node.seats.append(
                _Seat(player, tuple(m.label for m in row), log_nu - np.log(np.exp(log_nu).sum()), self.unknowns)
            )
            self.unknowns += 0 if player < 0 else int(self.kinds[player]) * (len(row) - 1)
        factor = self.discount if k + 1 == len(self.game.stages) else np.ones_like(self.discount)
        for acts, label, move in moves:
            mark = () if len(moves) == 1 else (label,)
            to = lottery(move.to, where)
            ends = []
            for nxt, p in to.items():
                more = (nxt,) if len(to) > 1 else ()
                ends.append((p, factor, self.visit(t, k + 1, nxt, history + mark + more)))
            node.lines.append(self._line(acts, move, where, tuple(ends)))
        return at

    def _skip(self, t: int, k: int, state: Any) -> tuple[int, int, Any]:
        """Pass over stages at which nothing can happen and nothing is paid or discounted."""
        last = len(self.game.stages)
        while True:
            if k == last:
                t, k = t + 1, 0
            if t == self.game.periods or (k + 1 == last and (self.discount < 1).any()):
                return t, k, state
            _, _, moves = _listing(self.game, self.game.stages[k], state)
            if len(moves) != 1 or moves[0][2].pay or moves[0][2].drive or isinstance(moves[0][2].to, Mapping):
                return t, k, state
            k, state = k + 1, moves[0][2].to

    def _line(self, acts: tuple[int, ...], move: Move, where: str, to: Any) -> _Line:
        zero = self.columns.zero
        if callable(move.pay) or callable(move.drive):
            own, drive = self.columns.table(move.pay, where), self.columns.table(move.drive, where)
            return _Line(acts, zero, zero, (own + drive, own), to)
        own = self.columns.vector(move.pay, where)
        return _Line(acts, own + self.columns.vector(move.drive, where), own, None, to)


def _listing(game: Game, stage: Stage, state: Any) -> tuple[list[int], list[list[Move]], list[tuple[Any, Any, Move]]]:
    """Return the movers, their moves, and the profiles [(action numbers, label, joint move)]."""
    if isinstance(stage, Simultaneous):
        own = {p: list(f(state)) for p, f in stage.moves.items()}
        out = []
        for acts in product(*(range(len(row)) for row in own.values())):
            chosen = {p: own[p][a].label for p, a in zip(own, acts, strict=True)}
            out.append((acts, tuple(chosen.values()), stage.then(state, chosen)))
        return [game.players.index(p) for p in own], list(own.values()), out
    row = list(stage.moves(state))
    if isinstance(stage, Chance):
        row = [m for m in row if m.weight > 0]
        player = -1
    else:
        player = game.players.index(stage.mover(state))
    return [player], [row], [((a,), m.label, m) for a, m in enumerate(row)]


def _log_sigma(seat: _Seat, kinds: int, y: np.ndarray) -> np.ndarray:
    """Return log choice probabilities [batch, type, action] from the unknowns [batch, unknown]."""
    moves = len(seat.labels)
    if seat.player < 0:
        return np.broadcast_to(seat.log_nu, (len(y), 1, moves))
    z = np.zeros((len(y), kinds, moves))
    z[:, :, 1:] = y[:, seat.start : seat.start + kinds * (moves - 1)].reshape(len(y), kinds, moves - 1)
    top = z.max(axis=2, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(axis=2, keepdims=True))


class _Tree:
    """The unrolled game and its arithmetic, on a batch of candidate strategies at once."""

    def __init__(self, game: Game, lam: np.ndarray, nodes: list[_Node]) -> None:
        self.game, self.lam, self.nodes = game, lam, nodes
        self.columns = PlayerTypes(game)
        self.prior = [np.log(np.maximum(game.prior(p), 1e-300)) for p in game.players]
        self.kinds = [len(p) for p in self.prior]
        self.first = [self.columns.index[p][0] for p in game.players]
        self.combos = list(product(*(range(k) for k in self.kinds)))
        self.size = sum(
            0 if s.player < 0 else self.kinds[s.player] * (len(s.labels) - 1) for n in nodes for s in n.seats
        )

    def start(self) -> np.ndarray:
        """Return the unknowns at the reference measure."""
        y = np.zeros(self.size)
        for seat in (s for n in self.nodes for s in n.seats if s.player >= 0):
            odds = np.tile(seat.log_nu[1:] - seat.log_nu[0], self.kinds[seat.player])
            y[seat.start : seat.start + len(odds)] = odds
        return y

    def _beliefs(self, y: np.ndarray) -> tuple[list[list[np.ndarray]], list[list[np.ndarray]]]:
        """Return per node the log choice probabilities of its seats, and log posteriors of every player."""
        sigma: list[list[np.ndarray]] = []
        logs: list[list[np.ndarray]] = [[] for _ in self.nodes]
        logs[0] = [np.broadcast_to(p, (len(y), len(p))) for p in self.prior]
        for node, here in zip(self.nodes, logs, strict=True):
            sigma.append([_log_sigma(s, 1 if s.player < 0 else self.kinds[s.player], y) for s in node.seats])
            for line in node.lines:
                after = list(here)
                for seat, own, a in zip(node.seats, sigma[-1], line.acts, strict=True):
                    if seat.player >= 0:
                        z = here[seat.player] + own[:, :, a]
                        top = z.max(axis=1, keepdims=True)
                        after[seat.player] = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))
                for _, _, child in line.to:
                    logs[child] = after
        return sigma, logs

    def evaluate(self, y: np.ndarray, welfare: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return (differences of Q against the first move [batch, unknown], values at the root [batch, column])."""
        sigma, logs = self._beliefs(y)
        dq = np.zeros((len(y), self.size))
        values: list[Any] = [None] * len(self.nodes)
        for n in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[n]
            if not node.lines:
                values[n] = np.broadcast_to(
                    node.last if node.last is not None else 0.0, (len(y), len(self.columns.zero))
                )
                continue
            values[n] = self._node_value(node, sigma[n], logs[n], logs, values, dq, welfare)
        return dq, values[0]

    def _continuation(self, line: _Line, after: list[np.ndarray], values: list[Any], welfare: bool) -> np.ndarray:
        out = line.own if welfare else line.pay
        for p, factor, child in line.to:
            out = out + p * factor * values[child]
        if line.typed is None:
            return out
        out, table = np.array(out), line.typed[1 if welfare else 0]
        for row, combo in enumerate(self.combos):
            for i, own in enumerate(combo):
                w = 1.0
                for j, k in enumerate(combo):
                    w = w * (np.exp(after[j][:, k]) if j != i else 1.0)
                out[:, self.first[i] + own] += w * table[row, i]
        return out

    def _node_value(
        self,
        node: _Node,
        sigma: list[np.ndarray],
        here: list[np.ndarray],
        logs: list[list[np.ndarray]],
        values: list[Any],
        dq: np.ndarray,
        welfare: bool,
    ) -> np.ndarray:
        probs = [np.exp(s) for s in sigma]
        mean = [
            p[:, 0] if seat.player < 0 else np.einsum("bk,bka->ba", np.exp(here[seat.player]), p)
            for seat, p in zip(node.seats, probs, strict=True)
        ]
        q = [np.zeros_like(p) for p in probs]
        total = np.zeros((len(dq), len(self.columns.zero)))
        for line in node.lines:
            cont = self._continuation(line, logs[line.to[0][2]], values, welfare)
            cont = np.broadcast_to(cont, total.shape)
            sure = np.prod([m[:, a] for m, a in zip(mean, line.acts, strict=True)], axis=0)
            total += sure[:, None] * cont
            for j, (seat, a) in enumerate(zip(node.seats, line.acts, strict=True)):
                if seat.player >= 0:
                    rest = [m[:, b] for i, (m, b) in enumerate(zip(mean, line.acts, strict=True)) if i != j]
                    others = np.prod(rest, axis=0) if rest else 1.0
                    lo = self.first[seat.player]
                    q[j][:, :, a] += (cont[:, lo : lo + self.kinds[seat.player]].T * others).T
        for seat, p, own in zip(node.seats, probs, q, strict=True):
            if seat.player >= 0:
                lo, kinds = self.first[seat.player], self.kinds[seat.player]
                total[:, lo : lo + kinds] = (p * own).sum(axis=2)
                gain = (own[:, :, 1:] - own[:, :, :1]).reshape(len(dq), -1)
                dq[:, seat.start : seat.start + gain.shape[1]] = gain
        return total

    def reach(self, y: np.ndarray) -> np.ndarray:
        """Return the probability of every node."""
        sigma, logs = self._beliefs(y[None])
        out = np.zeros(len(self.nodes))
        out[0] = 1.0
        for n, node in enumerate(self.nodes):
            for line in node.lines:
                p = out[n]
                for seat, s, a in zip(node.seats, sigma[n], line.acts, strict=True):
                    own = np.exp(s[0, :, a])
                    p *= own[0] if seat.player < 0 else np.exp(logs[n][seat.player][0]) @ own
                for share, _, child in line.to:
                    out[child] = p * share
        return out

    def speed(self) -> np.ndarray:
        """Return the precision of the mover of each unknown."""
        out = np.zeros(self.size)
        for seat in (s for n in self.nodes for s in n.seats if s.player >= 0):
            size = self.kinds[seat.player] * (len(seat.labels) - 1)
            out[seat.start : seat.start + size] = self.lam[seat.player]
        return out

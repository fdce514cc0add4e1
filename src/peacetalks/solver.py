r"""The equilibrium: Markov agent quantal response with public beliefs (McKelvey & Palfrey 1998).

Backward induction over periods, stages and belief-grid points; every node is a fixed point in its own
strategy (`_kernels.py`), followed from precision 0 (`_branch.py`).  A stationary game iterates the
period map until the Bellman residual, divided by one minus the discount factor, is below tolerance.
A game that does not converge raises `NotSolved`; no last iterate is ever returned.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from peacetalks import _cache, _sweep
from peacetalks.anderson import Relaxed
from peacetalks.beliefs import Grid, make_grid
from peacetalks.branch import follow
from peacetalks.compile import Columns, Compiled, compile_game
from peacetalks.game import Game, GameError
from peacetalks.solution import NODE_STEPS, NODE_TOLERANCE, NotSolved, Solution, not_solved

MEMORY_LIMIT = 6 * 2**30
CLIMB_STEPS = 3000


def solve(
    game: Game, rationality: float | Mapping[str, float] = 20.0, belief_points: int = 21,
    tolerance: float = 1e-8, certify: bool = True, max_sweeps: int = 5000, memory_limit: float = MEMORY_LIMIT,
) -> Solution:  # fmt: skip
    """Solve `game` exactly on a belief grid.

    Parameters
    ----------
    rationality : float or {player: float}
        Precision lambda per unit of the pie, >= 0; 20 to 100 is the useful range.
    belief_points : int
        Points per belief edge, >= 2; the error falls with the square of the spacing.
    tolerance : float
        Stationary games: bound on the error of a value, in units of the pie.
    certify : bool
        Look for further fixed points at nodes (`Solution.multiple`).

    Raises
    ------
    NotSolved
        A node or the stationary iteration did not converge; the message says where and what to try.
    GameError
        The game or a setting is not valid, or would need more than `memory_limit` bytes.

    Examples
    --------
    >>> from peacetalks.game import Decision, Game, Move
    >>> quit_or_stay = Decision("choice", "A", lambda s: [Move("stay", "end", {"A": 0.1}), Move("quit", "end")])
    >>> s = solve(Game(players=("A",), start="open", stages=(quit_or_stay,)), rationality=20)
    >>> round(s.strategy("choice", "open")["only"]["stay"], 4)
    0.8808
    """
    began = time.perf_counter()
    lam = _precision(game, rationality)
    compiled = compile_game(game)
    grid = make_grid(game, belief_points)
    _check_memory(compiled, grid, memory_limit)
    _cache.ready()
    work = _Work(compiled, grid, lam)
    if game.periods is None:
        work.stationary(tolerance, max_sweeps)
    else:
        work.finite()
    settings = {
        "rationality": {p: float(x) for p, x in zip(game.players, lam, strict=True)},
        "belief_points": int(belief_points), "beliefs": int(grid.total), "nodes": compiled.n_nodes,
        "states": len(compiled.boundaries), "periods": game.periods, "tolerance": tolerance,
        "sweeps": work.sweeps, "seconds": time.perf_counter() - began,
    }  # fmt: skip
    work.normalise()
    s = Solution(
        game, compiled, grid, tuple(work.values), tuple(work.edges), tuple(work.logs), work.log_ptr, lam,
        work.residual, 0, (), work.iterations, settings,
    )  # fmt: skip
    _cache.settled()
    places = s.search() if certify else ()
    return replace(s, multiple=len(places), multiple_at=places)


def _precision(game: Game, rationality: float | Mapping[str, float]) -> np.ndarray:
    if isinstance(rationality, Mapping):
        missing = [p for p in game.players if p not in rationality]
        extra = [p for p in rationality if p not in game.players]
        if missing or extra:
            raise GameError(f"rationality must name every player once; missing {missing!r}, unknown {extra!r}")
        lam = np.array([float(rationality[p]) for p in game.players])
    else:
        lam = np.full(len(game.players), float(rationality))
    if not (np.isfinite(lam).all() and (lam >= 0).all()):
        raise GameError(f"rationality must be finite and >= 0, got {rationality!r}")
    return lam


def _check_memory(c: Compiled, grid: Grid, limit: float) -> None:
    lay = c.layout
    columns = len(lay.col_player)
    layers = c.game.periods or 1
    kinds = np.where(lay.part_player >= 0, lay.n_types[lay.part_player], 1)
    need = 8 * grid.total * layers * ((c.n_nodes + len(c.boundaries)) * columns + int((kinds * lay.part_actions).sum()))
    if need > limit:
        raise GameError(
            f"the game would need about {need / 2**30:.1f} GiB ({c.n_nodes:,} nodes x {grid.total:,} beliefs x "
            f"{layers} periods), more than the limit of {limit / 2**30:.1f} GiB; use fewer belief points, states or periods"
        )


class _Work:
    """The arrays of a solve under way."""

    def __init__(self, compiled: Compiled, grid: Grid, lam: np.ndarray) -> None:
        self.c, self.grid, self.lam = compiled, grid, lam
        lay = compiled.layout
        kinds = np.where(lay.part_player >= 0, lay.n_types[lay.part_player], 1)
        sizes = np.add.reduceat(kinds * lay.part_actions, lay.part_ptr[:-1]) if compiled.n_nodes else np.zeros(0, int)
        self.log_ptr = np.concatenate([[0], np.cumsum(sizes * grid.total)]).astype(np.int64)
        self.columns = len(lay.col_player)
        self.values: list[np.ndarray] = []
        self.edges: list[np.ndarray] = []
        self.logs: list[np.ndarray] = []
        self.residual, self.iterations, self.sweeps = 0.0, 0, 0

    def blank(self, rows: int) -> np.ndarray:
        return np.zeros((rows, self.grid.total, self.columns))

    def last_edges(self) -> np.ndarray:
        """Return boundary values at the horizon (or the start of a stationary iteration)."""
        out = self.blank(len(self.c.boundaries))
        game = self.c.game
        if game.value is None:
            return out
        columns = Columns(game)
        for e, state in enumerate(self.c.boundaries):
            out[e] = columns.vector(game.value(state), f"the value of state {state!r} at the horizon")
        return out

    def sweep(self, nodes: np.ndarray, V: np.ndarray, W: np.ndarray, logs: np.ndarray, tol: float, where: str) -> float:
        """Solve `nodes` backwards; raise `NotSolved` where one fails."""
        stop = np.zeros(3, np.int64)
        worst = 0.0
        for _ in range(len(nodes) * self.grid.total + 1):
            res, steps = _sweep.backward(
                nodes, self.c.layout, self.grid, V, W, logs, self.log_ptr, self.lam, tol, NODE_STEPS, stop
            )
            self.iterations += int(steps)
            if not stop[2]:
                break
            n, flat = int(nodes[stop[0]]), int(stop[1])
            found = self.branch(n, flat, V, W, logs, tol)
            if not found <= tol:
                b = self.belief(flat).tolist()
                raise NotSolved(not_solved(self.c, n, f"{where}, beliefs {b}", float(found), tol))
            worst = max(worst, float(found))
        if stop[2]:
            raise NotSolved(not_solved(self.c, int(nodes[stop[0]]), where, float(res), tol))
        self.sweeps += 1
        return max(worst, float(res))

    def belief(self, flat: int) -> np.ndarray:
        """Return the beliefs [axis, type] at a flat index."""
        axes = range(len(self.grid.shape))
        rows = [self.grid.points[ax, self.grid.of(flat, ax)] for ax in axes]
        return np.array(rows).reshape(-1, self.grid.points.shape[2])

    def branch(self, n: int, flat: int, V: np.ndarray, W: np.ndarray, logs: np.ndarray, tol: float) -> float:
        """Follow the principal branch of node `n` at grid belief `flat` into `logs`; return the residual."""
        N, mu, table = _sweep.place(n, self.c.layout, self.grid, V, W, self.belief(flat))
        size = len(N.q)

        def defect(x: np.ndarray, tau: float) -> tuple[np.ndarray, float]:
            out = np.empty(size)
            res = _sweep.defect(N, self.grid, mu, table, self.lam, float(tau), np.ascontiguousarray(x), out)
            return out, res

        start = np.empty(size)
        _sweep.start_at_reference(N, start)
        x, res = follow(defect, start.copy(), tol)
        if not res <= tol:  # lost at a kink of the interpolated values: climb in small steps, well damped
            x = start
            for tau in np.linspace(0.05, 1.0, 20):
                res, steps = _sweep.settle(N, self.grid, mu, table, self.lam, float(tau), x, tol, CLIMB_STEPS)
                self.iterations += int(steps)
        at = int(self.log_ptr[n]) + flat * size
        logs[at : at + size] = x
        return res

    def normalise(self) -> None:
        """Make every strategy sum to 1 to rounding error (a solved node is within its residual of that)."""
        lay = self.c.layout
        for t, logs in enumerate(self.logs):
            nodes = range(self.c.n_nodes) if self.c.reach is None else np.flatnonzero(self.c.reach[t]).tolist()
            for n in nodes:
                block = logs[self.log_ptr[n] : self.log_ptr[n + 1]].reshape(self.grid.total, -1)
                at = 0
                for part in range(lay.part_ptr[n], lay.part_ptr[n + 1]):
                    player, actions = lay.part_player[part], int(lay.part_actions[part])
                    for _ in range(1 if player < 0 else int(lay.n_types[player])):
                        own = block[:, at : at + actions]
                        own -= np.log(np.exp(own).sum(axis=1, keepdims=True))
                        at += actions

    def finite(self) -> None:
        """Backward induction over the game's periods."""
        periods = self.c.game.periods or 0
        assert self.c.reach is not None
        self.edges = [self.last_edges()]
        logs = np.full(int(self.log_ptr[-1]), np.nan)
        for t in range(periods - 1, -1, -1):
            V = self.blank(self.c.n_nodes)
            nodes = np.ascontiguousarray(np.flatnonzero(self.c.reach[t])[::-1])
            logs = logs.copy()
            res = self.sweep(nodes, V, self.edges[0], logs, NODE_TOLERANCE, f"period {t}")
            self.residual = max(self.residual, res)
            W = self.blank(len(self.c.boundaries))
            _sweep.edges(self.c.layout, V, self.edges[0], W)
            self.edges.insert(0, W)
            self.values.insert(0, V)
            self.logs.insert(0, logs)

    def stationary(self, tolerance: float, most: int) -> None:
        """Iterate the period map to its fixed point, with Anderson mixing."""
        delta = float(self.c.layout.discount.max())
        V, W = self.blank(self.c.n_nodes), self.last_edges()
        logs = np.full(int(self.log_ptr[-1]), np.nan)
        nodes = np.arange(self.c.n_nodes)[::-1].copy()
        mixer, change, before = Relaxed(W.shape), np.inf, np.inf
        new = np.empty_like(W)
        for _ in range(most):
            tol = min(1e-4, max(NODE_TOLERANCE, 1e-3 * change))
            res = self.sweep(nodes, V, W, logs, tol, "stationary")
            new = W.copy()
            _sweep.edges(self.c.layout, V, W, new)
            before, change = change, float(np.abs(new - W).max())
            bound = change / (1 - delta) if delta < 1 else _observed_bound(change, before)
            if bound <= tolerance and res <= NODE_TOLERANCE:
                W = new
                break
            W = mixer.step(W, new)
        else:
            raise NotSolved(
                f"the stationary iteration did not converge in {most} sweeps: Bellman residual {change:.3g}, bound on "
                f"the error {bound:.3g} > {tolerance:.3g}. Try a lower rationality, a lower discount, or a finite horizon."
            )
        self.residual = max(res, bound)
        self.values, self.edges, self.logs = [V], [W], [logs]

def _observed_bound(change: float, before: float) -> float:
    """Return an error bound from the observed rate, for games without discounting."""
    if not np.isfinite(before) or before <= 0:
        return np.inf if change > 0 else 0.0
    rate = change / before
    return change * rate / (1 - rate) if rate < 1 else np.inf

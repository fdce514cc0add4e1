r"""The equilibrium: Markov agent quantal response with public beliefs (McKelvey & Palfrey 1998).

Backward induction over periods, stages and belief-grid points; every node is a fixed point in its own
strategy (`_signal.py`, `_duel.py`, `_kernels.py`), followed from precision 0 (`branch.py`).  A stationary game iterates the
period map until the Bellman residual, divided by one minus the discount factor, is below tolerance.
A game that does not converge raises `NotSolved`; no last iterate is ever returned.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from peacetalks import _cache, _kernels, _single, _sweep
from peacetalks._duel import TINY
from peacetalks._signal import CHANCE, DUEL, GENERAL, PLAIN, SIGNAL
from peacetalks.anderson import Mixer
from peacetalks.beliefs import Grid, make_grid, neighbours
from peacetalks.branch import follow
from peacetalks.compile import Compiled, compile_game
from peacetalks.game import Game, GameError
from peacetalks.payments import Columns
from peacetalks.plan import alike, make_plan
from peacetalks.solution import CUBIC, INSTEAD, LINEAR, NODE_STEPS, NODE_TOLERANCE, NotSolved, Solution, not_solved

MEMORY_LIMIT = 6 * 2**30
CLIMB_STEPS = 3000
STACK = 256  # beliefs at which alike nodes are solved together: long enough loops, small enough for the cache
EXACT = 1e-5  # residual at nodes in the last sweep of a stationary game, per unit of its tolerance
PAIR_STEPS = 60  # replies of two movers at once, before Newton's method takes over at the beliefs that turn
PATIENCE = 200  # times it may have to for each belief of the grid, over all inexact sweeps, before straight lines are tried
INEXACT = 30.0  # residual at nodes, per change of a value in the last sweep, while a stationary game is iterated
TIGHTER = 100.0  # by what it is divided after each spell of relaxed steps: a looser node may be why values wander about
COARSE = 3e-2  # bound on the error of a value on the coarser grids, where the finer one starts from


class Layers(NamedTuple):
    """A solution, layer by layer (one for a stationary game); see `Solution`."""

    values: tuple[np.ndarray, ...]
    edges: tuple[np.ndarray, ...]
    logs: tuple[np.ndarray, ...]


def solve(
    game: Game, rationality: float | Mapping[str, float] = 20.0, belief_points: int = 21,
    tolerance: float = 1e-8, certify: bool = True, max_sweeps: int = 5000, memory_limit: float = MEMORY_LIMIT,
    refine: bool = False,
) -> Solution:  # fmt: skip
    """Solve `game` exactly on a belief grid.

    Parameters
    ----------
    rationality : float or {player: float}
        Precision lambda per unit of the pie, >= 0; 20 to 100 is the useful range.
    belief_points : int
        Points per belief edge, >= 2.  Halving the spacing cuts the error about eightfold with two types a player
        (measured; 4 at the least), fourfold with more.
    tolerance : float
        Stationary games: bound on the error of a value, in units of the pie.
    certify : bool
        Look for further fixed points at nodes (`Solution.multiple`).
    refine : bool
        Keep the solution on a grid of about half the points too (`Solution.coarser`), which tells the grid's error.

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
    ladder = _ladder(game, grid, belief_points, refine)
    try:
        found = _climb(game, compiled, lam, ladder, tolerance, max_sweeps, refine)
    except _Restless:
        found = _climb(game, compiled, lam, ladder, tolerance, max_sweeps, refine, straight=True)
    s = None
    for points, work, layers, residual in found:
        s = _solution(work, layers, residual, points, tolerance, time.perf_counter() - began, s)
    assert s is not None
    places = s.search() if certify else ()
    return replace(s, multiple=len(places), multiple_at=places)


def _solution(
    work: _Work, layers: Layers, residual: float, points: int, tolerance: float, seconds: float, coarser: Solution | None
) -> Solution:
    """Return the solution that `work` has come to."""
    c, game = work.c, work.c.game
    settings = {
        "rationality": {p: float(x) for p, x in zip(game.players, work.lam, strict=True)},
        "belief_points": int(points), "beliefs": int(work.grid.total), "nodes": c.n_nodes,
        "states": len(c.boundaries), "periods": game.periods, "tolerance": tolerance,
        "interpolation": _interpolation(work), "sweeps": work.sweeps, "seconds": seconds,
    }  # fmt: skip
    return Solution(
        game, c, work.grid, layers.values, layers.edges, layers.logs, work.plan.log_ptr, work.lam, residual, 0, (),
        work.iterations, settings, coarser,
    )  # fmt: skip


def _interpolation(work: _Work) -> str:
    """Return in a word how values are read between beliefs (`beliefs.py`)."""
    if work.straight:
        return INSTEAD
    return CUBIC if ((work.grid.kinds == 2) & (work.grid.size > 3)).any() else LINEAR


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
    need = 8 * grid.total * layers * ((c.n_nodes + 2 * len(c.boundaries)) * columns + int((kinds * lay.part_actions).sum()))
    if need > limit:
        raise GameError(
            f"the game would need about {need / 2**30:.1f} GiB ({c.n_nodes:,} nodes x {grid.total:,} beliefs x "
            f"{layers} periods), more than the limit of {limit / 2**30:.1f} GiB; use fewer belief points, states or periods"
        )


class _Restless(NotSolved):
    """Replies of two movers kept turning under the cubic interpolation: straight lines are tried instead."""


class _Work:
    """The arrays of a solve under way."""

    def __init__(
        self, compiled: Compiled, grid: Grid, lam: np.ndarray, groups: list[tuple[int, np.ndarray]] | None = None,
        straight: bool = False,
    ) -> None:  # fmt: skip
        self.c, self.grid, self.lam, self.straight = compiled, grid, lam, straight
        self.plan = make_plan(compiled, grid)
        self.groups = alike(compiled, self.plan.kind) if groups is None else groups
        self.X = np.zeros((compiled.n_nodes + len(compiled.boundaries), len(compiled.layout.col_player), grid.total))
        self.logs = np.full(int(self.plan.log_ptr[-1]), np.nan)
        self.warm = np.full(int(self.plan.warm_ptr[-1]), np.nan)
        self.iterations, self.sweeps, self.turning = 0, 0, 0

    def horizon(self) -> np.ndarray:
        """Return boundary values [boundary, column, belief] at the horizon (or the start of a stationary iteration)."""
        out = np.zeros((len(self.c.boundaries), *self.X.shape[1:]))
        game = self.c.game
        if game.value is None:
            return out
        columns = Columns(game)
        for e, state in enumerate(self.c.boundaries):
            out[e] = columns.vector(game.value(state), f"the value of state {state!r} at the horizon")[:, None]
        return out

    def period(self, W: np.ndarray, nodes: np.ndarray, tol: float, where: str, finish: bool = False) -> tuple[np.ndarray, float]:
        """Solve `nodes` (a mask) backwards given next period's boundary values W; return (this period's, residual).

        With `finish` the log strategies are written to `logs`.  Raises `NotSolved` where a node fails.
        """
        n, lay, plan = self.c.n_nodes, self.c.layout, self.plan
        self.X[n:] = W * lay.discount[:, None]
        plan.constant[n:] = (self.X[n:] == self.X[n:, :, :1]).all(axis=(1, 2))
        worst = 0.0
        for kind, group in self.groups:
            own = group[nodes[group]]
            if not len(own):
                continue
            if kind == CHANCE:
                _sweep.sweep_chance(own, lay, plan, self.X, self.logs, finish)
            elif kind == PLAIN:
                _sweep.sweep_plain(own, lay, plan, self.X, self.logs, self.lam, finish)
            else:
                worst = max(worst, self.informed(kind, own, tol, where, finish))
        self.sweeps += 1
        out = W.copy()
        _sweep.edges(lay, self.X, n, out)
        return out, worst

    def informed(self, kind: int, nodes: np.ndarray, tol: float, where: str, finish: bool) -> float:
        """Solve nodes of one stage that need a fixed point; return the worst residual."""
        if kind == DUEL:
            _cache.wait(_cache.PAIR)
        lay, grid, plan = self.c.layout, self.grid, self.plan
        stop, exempt = np.zeros(3, np.int64), np.zeros(max(1, STACK // grid.total) * grid.total, bool)
        by_hand: dict[int, np.ndarray] = {}  # flat place in `logs` -> strategies that a kernel's arithmetic cannot hold
        worst = 0.0
        for _ in range(2 * len(nodes) * grid.total + 1):
            if kind == SIGNAL:
                res, steps = _sweep.sweep_signal(
                    nodes, lay, grid, plan, self.X, self.logs, self.warm, self.lam, tol, finish, stop, exempt
                )
            elif kind == DUEL:
                res, steps = _sweep.sweep_pair(
                    nodes, lay, grid, plan, self.X, self.logs, self.warm, self.lam, tol, PAIR_STEPS, finish, stop,
                    exempt,
                )  # fmt: skip
            else:
                res, steps = _sweep.sweep_general(
                    nodes, lay, grid, plan, self.X, self.logs, self.lam, tol, NODE_STEPS, stop
                )
            self.iterations += int(steps)
            if not stop[1]:
                break
            marked = [int(stop[2])] if kind == GENERAL else np.flatnonzero(exempt).tolist()
            if kind == DUEL and not finish and not self.straight:
                self.turning += len(marked)
                if self.turning > PATIENCE * grid.total:
                    raise _Restless(not_solved(self.c, int(nodes[stop[0]]), where, float(res), tol))
            for place in marked:
                at, flat = int(stop[0]) + place // grid.total, place % grid.total
                if at >= len(nodes):  # the stack is filled up with its last node
                    continue
                n = int(nodes[at])
                x, found = self.alone(kind, n, flat, tol)
                worst = max(worst, found)
                if not found <= tol:
                    raise NotSolved(not_solved(self.c, n, f"{where}, beliefs {self.belief(flat).tolist()}", found, tol))
                at = int(plan.log_ptr[n]) + flat * len(x)
                by_hand[at] = self.logs[at : at + len(x)] = x
        if stop[1]:
            raise NotSolved(not_solved(self.c, int(nodes[stop[0]]), where, float(res), tol))
        for at, x in by_hand.items():
            self.logs[at : at + len(x)] = x
        if finish and kind == GENERAL:
            for n in nodes.tolist():
                _normalise(self.c, n, self.logs[plan.log_ptr[n] : plan.log_ptr[n + 1]].reshape(grid.total, -1))
        return max(worst, float(res))

    def alone(self, kind: int, n: int, flat: int, tol: float) -> tuple[np.ndarray, float]:
        """Solve node `n` at grid belief `flat` by itself, in logarithms; return (log strategies, residual)."""
        grid, lay = self.grid, self.c.layout
        size = int((self.plan.log_ptr[n + 1] - self.plan.log_ptr[n]) // grid.total)
        start = int(self.plan.log_ptr[n]) + flat * size
        x, out = self.logs[start : start + size].copy(), np.empty(self.X.shape[1])
        own = self.warm[self.plan.warm_ptr[n] + flat : self.plan.warm_ptr[n + 1] : grid.total]
        if kind == DUEL:
            x = np.log(np.maximum(own, TINY))
        elif kind == SIGNAL:
            x = self.implying(n, flat, own)
        res = np.inf
        if kind != GENERAL:
            res = _single.solve_at(n, lay, grid, self.X, self.belief(flat), self.lam, tol, NODE_STEPS, x, out)
        if not res <= tol:
            x, res = self.branch(n, flat, tol)
        _normalise(self.c, n, x)
        if kind == SIGNAL:
            post = np.empty(len(own))
            _single.posterior_of(n, lay, grid, flat, x, post)
            own[:] = post
        elif kind == DUEL:
            own[:] = np.exp(x)
        return x, float(res)

    def implying(self, n: int, flat: int, post: np.ndarray) -> np.ndarray:
        """Return log strategies of node `n` [type and action] after which posteriors of the first type are `post` [action]."""
        lay = self.c.layout
        i = lay.part_ptr[n]
        nu = lay.log_weight[lay.part_weight[i] : lay.part_weight[i] + len(post)]
        mu = self.belief(flat)[self.grid.axis[lay.part_player[i]]]
        odds = np.log(np.maximum([post, 1.0 - post], TINY)) - np.log(np.maximum(mu[:2, None], TINY))
        return (nu + odds).ravel()

    def belief(self, flat: int) -> np.ndarray:
        """Return the beliefs [axis, type] at a flat index."""
        axes = range(len(self.grid.shape))
        rows = [self.grid.points[ax, self.grid.of(flat, ax)] for ax in axes]
        return np.array(rows).reshape(-1, self.grid.points.shape[2])

    def branch(self, n: int, flat: int, tol: float) -> tuple[np.ndarray, float]:
        """Follow the principal branch of node `n` at grid belief `flat`; return (log strategies, residual)."""
        N, mu, table = _single.place(n, self.c.layout, self.grid, self.X, self.belief(flat))
        size = len(N.q)

        def defect(x: np.ndarray, tau: float) -> tuple[np.ndarray, float]:
            out = np.empty(size)
            res = _single.defect(N, self.grid, mu, table, self.lam, float(tau), np.ascontiguousarray(x), out)
            return out, res

        start = np.empty(size)
        _kernels.start_at_reference(N, start)
        x, res = follow(defect, start.copy(), tol)
        if not res <= tol:  # lost at a kink of the interpolated values: climb in small steps, well damped
            x = start
            for tau in np.linspace(0.05, 1.0, 20):
                res, steps = _kernels.settle(N, self.grid, mu, table, self.lam, float(tau), x, tol, CLIMB_STEPS)
                self.iterations += int(steps)
        return x, res

    def refined(self, fine: Grid) -> _Work:
        """Return work on a finer grid that starts from the strategies found on this one."""
        out = _Work(self.c, fine, self.lam, self.groups, self.straight)
        out.iterations, out.sweeps = self.iterations, self.sweeps
        across = self.across(fine)
        out.warm = np.clip((self.warm.reshape(-1, self.grid.total) @ across.T).ravel(), 0.0, 1.0)
        return out

    def across(self, fine: Grid) -> np.ndarray:
        """Return the interpolation [fine belief, belief] from this grid to a finer one (two types an axis)."""
        out = np.ones((1, 1))
        for ax in range(len(fine.size)):
            at, weights = neighbours(self.grid, ax, fine.points[ax, : fine.size[ax], 0])
            part = np.zeros((len(at), self.grid.size[ax]))
            np.put_along_axis(part, at, weights, axis=1)
            out = np.kron(out, part)
        return out


def _finite(game: Game, work: _Work) -> tuple[Layers, float]:
    """Solve backwards over the game's periods."""
    c = work.c
    assert c.reach is not None
    assert game.periods is not None
    W, worst = work.horizon(), 0.0
    values, edges, logs = [], [W], []
    for t in range(game.periods - 1, -1, -1):
        W, res = work.period(W, c.reach[t], NODE_TOLERANCE, f"period {t}", finish=True)
        worst = max(worst, res)
        values.append(work.X.copy())
        edges.append(W)
        logs.append(work.logs.copy())
    return Layers(tuple(values[::-1]), tuple(edges[::-1]), tuple(logs[::-1])), worst


def _stationary(game: Game, work: _Work, W: np.ndarray, tolerance: float, most: int, finish: bool) -> tuple[np.ndarray, float]:
    """Iterate the period map from W to its fixed point; return (boundary values, bound on their error)."""
    delta = float(work.c.layout.discount.max())
    nodes = np.ones(work.c.n_nodes, bool)
    mixer, change, before = Mixer(W.shape), np.inf, np.inf
    exact, least = False, max(NODE_TOLERANCE, EXACT * tolerance)
    for _ in range(most):
        tol = least if exact else min(1e-2, max(least, INEXACT / TIGHTER**mixer.spells * change))
        new, res = work.period(W, nodes, tol, "stationary", finish and exact)
        before, change = change, float(np.abs(new - W).max())
        bound = change / (1 - delta) if delta < 1 else _observed_bound(change, before)
        if bound <= tolerance and (exact or not finish):
            return new, max(res, bound)
        exact = bound <= tolerance
        W = mixer.step(W, new)
    raise NotSolved(
        f"the stationary iteration did not converge in {most} sweeps: Bellman residual {change:.3g}, bound on "
        f"the error {bound:.3g} > {tolerance:.3g}. Try a lower rationality, a lower discount, or a finite horizon."
    )


def _climb(
    game: Game, compiled: Compiled, lam: np.ndarray, ladder: list[int], tolerance: float, most: int, refine: bool,
    straight: bool = False,
) -> list[tuple[int, _Work, Layers, float]]:
    """Solve on ever finer belief grids, a stationary game on each from its solution on the last.

    Return the last as (points, work, layers, residual), with `refine` after the one before it.
    """
    found: list[tuple[int, _Work, Layers, float]] = []
    work, W = None, np.zeros(0)
    for i, points in enumerate(ladder):
        here, kept = make_grid(game, points, straight), i >= len(ladder) - 1 - refine
        if game.periods is not None:
            work = _Work(compiled, here, lam, straight=straight)
            found.append((points, work, *_finite(game, work)))
            continue
        if work is None or not (here.kinds == 2).all():
            work = _Work(compiled, here, lam, straight=straight)
            W = work.horizon()
        else:
            W, work = W @ work.across(here).T, work.refined(here)
        W, residual = _stationary(game, work, W, tolerance if kept else COARSE, most, finish=kept)
        if kept:
            found.append((points, work, Layers((work.X,), (W,), (work.logs,)), residual))
    return found


def _ladder(game: Game, grid: Grid, points: int, refine: bool) -> list[int]:
    """Return the belief points of the grids to solve on, ever finer: a stationary game starts from the coarsest."""
    out = [points]
    climb = game.periods is None and (grid.kinds == 2).all()
    while len(grid.size) and out[0] > 3 and (climb or (refine and len(out) == 1)):
        out.insert(0, (out[0] + 1) // 2)
    return out


def _normalise(c: Compiled, n: int, x: np.ndarray) -> None:
    """Make the log strategies x [..., flat] of node `n` sum to 1 to rounding error, in place."""
    lay = c.layout
    at = 0
    for part in range(lay.part_ptr[n], lay.part_ptr[n + 1]):
        player, actions = lay.part_player[part], int(lay.part_actions[part])
        for _ in range(1 if player < 0 else int(lay.n_types[player])):
            own = x[..., at : at + actions]
            own -= np.log(np.exp(own).sum(axis=-1, keepdims=True))
            at += actions


def _observed_bound(change: float, before: float) -> float:
    """Return an error bound from the observed rate, for games without discounting."""
    if not np.isfinite(before) or before <= 0:
        return np.inf if change > 0 else 0.0
    rate = change / before
    return change * rate / (1 - rate) if rate < 1 else np.inf

"""One period solved backwards on a belief grid: every node a fixed point in its own strategy.

Alike nodes are solved together at all beliefs by kernels (`one_mover.py`, `two_movers.py`, `sweep.py`); what does not settle there
is solved alone, in logarithms (`solve_one.py`), or followed from precision 0 (`homotopy.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium import kernel_cache as _cache
from peacetalks.equilibrium.belief_grid import Grid, neighbours
from peacetalks.equilibrium.dispatch import alike, make_plan
from peacetalks.equilibrium.homotopy import follow
from peacetalks.equilibrium.kernels import node as _kernels
from peacetalks.equilibrium.kernels import solve_one as _single
from peacetalks.equilibrium.kernels import sweep as _sweep
from peacetalks.equilibrium.kernels.one_mover import CHANCE, DUEL, GENERAL, PLAIN, SIGNAL
from peacetalks.equilibrium.kernels.two_movers import TINY
from peacetalks.equilibrium.solution import NODE_STEPS, not_solved
from peacetalks.errors import NotSolved
from peacetalks.game.payoffs import Columns

if TYPE_CHECKING:
    from peacetalks.game.compile import Compiled

CLIMB_STEPS = 3000
STACK = 256  # beliefs at which alike nodes are solved together: long enough loops, small enough for the cache
PAIR_STEPS = 60  # replies of two movers at once, before Newton's method takes over at the beliefs that turn
PATIENCE = (
    200  # times it may have to for each belief of the grid, over all inexact sweeps, before straight lines are tried
)


class Restless(NotSolved):
    """Replies of two movers kept turning under the cubic interpolation: straight lines are tried instead."""


class Work:
    """The arrays of a solve under way."""

    def __init__(
        self,
        compiled: Compiled,
        grid: Grid,
        lam: np.ndarray,
        groups: list[tuple[int, np.ndarray]] | None = None,
        straight: bool = False,
    ) -> None:
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

    def period(
        self, W: np.ndarray, nodes: np.ndarray, tol: float, where: str, finish: bool = False
    ) -> tuple[np.ndarray, float]:
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
                    nodes,
                    lay,
                    grid,
                    plan,
                    self.X,
                    self.logs,
                    self.warm,
                    self.lam,
                    tol,
                    PAIR_STEPS,
                    finish,
                    stop,
                    exempt,
                )
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
                    raise Restless(not_solved(self.c, int(nodes[stop[0]]), where, float(res), tol))
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

    def refined(self, fine: Grid) -> Work:
        """Return work on a finer grid that starts from the strategies found on this one."""
        out = Work(self.c, fine, self.lam, self.groups, self.straight)
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

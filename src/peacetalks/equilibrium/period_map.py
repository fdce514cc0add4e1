"""One period solved backwards on a belief grid: every node a fixed point in its own strategy.

Nodes of the same shape are solved together at all beliefs by the numerical core.  A (node, belief) that does not
converge there is solved apart, in logarithms, and failing that by following the principal branch of the node from
precision 0 (`kernels/branch.h`).

Where several move at once there may be several fixed points.  In a finite game every node is solved from precision 0:
on its principal branch.  In a stationary game it is in the first sweep, and follows the values from sweep to sweep.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Protocol

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, distribute
from peacetalks.equilibrium.dispatch import ONE_MOVER, SEVERAL, SINGLE, batches, make_plan, still_alike
from peacetalks.equilibrium.kernels import core
from peacetalks.equilibrium.off_grid import NODE_STEPS, open_node
from peacetalks.equilibrium.redraw import expected_values, redraws
from peacetalks.equilibrium.solved_game import node_not_solved
from peacetalks.equilibrium.symmetry import SAME, asymmetry, averaged, symmetries
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled

CONTINUATION_STEPS = 3000  # damped iterations at each precision where continuation by arclength lost the branch
TINY = 1e-250  # probabilities below it are treated as zero
PATIENCE = 200  # scalar solves per belief in inexact sweeps before the interpolation falls back to linear


class Places(Protocol):
    """Places (node, belief) that are evaluated at given strategies, not solved (`held.py`)."""

    def solves(self, n: int, flat: int) -> bool:
        """Return whether a place that the kernels did not solve is to be solved apart."""
        ...

    def evaluate(self, map_: PeriodMap, nodes: np.ndarray) -> None:
        """Write the values and log strategies of the places at `nodes`."""
        ...


class PeriodMap:
    """The map from the next period's boundary values to this period's, with the arrays it works on.

    Attributes
    ----------
    X : array [slot, player-type, belief]
        Decision values.
    logs : flat array
        Log strategies (`Plan.log_ptr`), written in the last sweep.
    starts : flat array
        Where each node's iteration starts (`Plan.start_ptr`).
    held : Places, optional
    apart : list of (node, belief)
        Those that were solved apart in the last sweep.
    """

    def __init__(
        self,
        compiled: Compiled,
        grid: Grid,
        lam: np.ndarray,
        linear: bool = False,
        node_batches: list[tuple[int, np.ndarray]] | None = None,
    ) -> None:
        self.c, self.grid, self.lam, self.linear = compiled, grid, lam, linear
        self.plan = make_plan(compiled, grid)
        if node_batches is None or not still_alike(compiled, node_batches):
            node_batches = batches(compiled, self.plan.kernel)
        self.batches = node_batches
        self.symmetries = symmetries(compiled, grid, lam)
        self.redraws = redraws(compiled, grid)
        n_slots = compiled.n_nodes + len(compiled.boundaries)
        self.X = np.zeros((n_slots, len(compiled.layout.player_of), grid.total))
        self.logs = np.empty(int(self.plan.log_ptr[-1]))
        self.starts = np.full(int(self.plan.start_ptr[-1]), np.nan)
        self.iterations, self.sweeps, self.scalar_solves = 0, 0, 0
        self.held: Places | None = None
        self.apart: list[tuple[int, int]] = []

    def horizon(self) -> np.ndarray:
        """Return values [boundary, player-type, belief] after the last period; a stationary iteration starts there."""
        own = horizon_values(self.c.game, self.c.boundaries)
        return np.repeat(own[:, :, None], self.grid.total, axis=2)

    def solve(
        self, W: np.ndarray, tol: float, finish: bool = False, period: int | None = None
    ) -> tuple[np.ndarray, float]:
        """Solve one period backwards.

        Parameters
        ----------
        W : array [boundary, player-type, belief]
            Boundary values of the next period.
        tol : float
            Residual of a node.
        finish : bool
            Write the log strategies to `logs`.
        period : int, optional
            Of a finite game: only what can be reached in it is solved.

        Returns
        -------
        W, residual
            This period's boundary values, and the worst residual.

        Raises
        ------
        NotSolved
            A node did not converge.
        """
        out, worst = self._sweep(W, tol, finish, period)
        places = self._reached(period)[1]
        if self.symmetries and asymmetry(out, self.symmetries, places) > SAME:  # rounding has grown from sweep to sweep
            self._forget_starts()
            out, worst = self._sweep(W, tol, finish, period)
        return averaged(out, self.symmetries, tol, places), worst

    def _sweep(self, W: np.ndarray, tol: float, finish: bool, period: int | None) -> tuple[np.ndarray, float]:
        """Do as `solve` does, but for the symmetries of the game."""
        n, lay, plan = self.c.n_nodes, self.c.layout, self.plan
        nodes, opened, ended = self._reached(period)
        if period is not None and finish:
            self._forget_starts()
        after = W[ended] * lay.discount[:, None]
        self.X[n + ended] = after
        plan.constant[n + ended] = (after == after[:, :, :1]).all(axis=(1, 2))
        worst, self.apart = 0.0, []
        where = "stationary" if period is None else f"period {period}"
        for kernel, batch in self.batches:
            own = batch[nodes[batch]]
            if not len(own):
                continue
            if kernel == SINGLE:
                core.sweep_single(own, lay, self.grid, plan, self.X, self.logs, self.lam, finish)
            else:
                worst = max(worst, self._solve_batch(kernel, own, tol, where, finish))
        self.sweeps += 1
        out = np.zeros(W.shape)
        paid = (lay.boundary_payoff + lay.boundary_incentive)[opened]
        out[opened] = paid[:, :, None] + self.X[lay.boundary_slot[opened]]
        expected_values(self.redraws, out)
        return out, worst

    def _reached(self, period: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return whether each node can be reached in a period, and the boundaries at its start and at its end."""
        c = self.c
        if period is None or c.reach is None or c.reach_boundaries is None:
            every = np.arange(len(c.boundaries))
            return np.ones(c.n_nodes, bool), every, every
        start, end = map(np.flatnonzero, c.reach_boundaries[period : period + 2])
        return c.reach[period], start, end

    def copy_reached(self, period: int, values: np.ndarray, logs: np.ndarray) -> None:
        """Copy what a solved period of a finite game reaches, of `X` to `values` and of `logs` to `logs`."""
        nodes, _, ended = self._reached(period)
        ptr, live = self.plan.log_ptr, np.flatnonzero(nodes)
        values[live], values[self.c.n_nodes + ended] = self.X[live], self.X[self.c.n_nodes + ended]
        for run in np.split(live, np.flatnonzero(np.diff(live) > 1) + 1):
            own = slice(ptr[run[0]], ptr[run[-1] + 1]) if len(run) else slice(0)
            logs[own] = self.logs[own]

    def _forget_starts(self) -> None:
        """Have nodes of several movers solved from precision 0, on their principal branch."""
        self.starts[np.repeat(self.plan.kernel == SEVERAL, np.diff(self.plan.start_ptr))] = np.nan

    def _solve_batch(self, kernel: int, nodes: np.ndarray, tol: float, where: str, finish: bool) -> float:
        """Solve nodes of one stage that need a fixed point; return the worst residual."""
        total = self.grid.total
        arrays = nodes, self.c.layout, self.grid, self.plan, self.X, self.logs, self.starts, self.lam
        failed, worst, steps = core.sweep_alike(*arrays, tol, NODE_STEPS if kernel == SEVERAL else None, finish)
        self.iterations += steps
        if kernel == SEVERAL and not finish and len(failed):
            self._count_scalar_solves(len(failed), int(nodes[failed[0] // total]), where, tol)
        for place in failed.tolist():
            n, flat = int(nodes[place // total]), place % total
            if self.held is None or self.held.solves(n, flat):
                self.apart.append((n, flat))
                worst = max(worst, self._solve_apart(kernel, n, flat, tol, where))
        if self.held is not None:
            self.held.evaluate(self, nodes)
        return worst

    def _count_scalar_solves(self, more: int, node: int, where: str, tol: float) -> None:
        """Count what is solved apart at several movers; raise `NotSolved` where the cubics need too much of it."""
        self.scalar_solves += more
        if self.grid.cubic and not self.linear and self.scalar_solves > PATIENCE * self.grid.total:
            raise node_not_solved(self.c, node, where, np.inf, tol)

    def _solve_apart(self, kernel: int, n: int, flat: int, tol: float, where: str) -> float:
        """Solve node `n` at grid belief `flat`; write its values, strategies and start; return the residual."""
        lay, plan, total = self.c.layout, self.plan, self.grid.total
        beliefs = self.beliefs(flat)
        opened = open_node(n, lay, self.grid, self.X, beliefs, self.lam)
        own = self.starts[plan.start_ptr[n] + flat : plan.start_ptr[n + 1] : total]
        x, res, values = own, np.inf, np.zeros(0)
        if kernel == ONE_MOVER:
            x, res, values = opened.solve(self._strategies_implying(n, flat, own), tol, NODE_STEPS)
        if not res <= tol:
            x, _ = opened.follow(tol)  # where the branch was lost at a kink of the values: the reference measure
            x, res, values = opened.solve(x, tol, NODE_STEPS)
        if not res <= tol:  # then the precision is raised in small, well damped steps
            points = opened.reference()[:, None]
            for scale in np.linspace(0.05, 1.0, 20).tolist():
                points, _, steps = opened.iterate(points, tol, CONTINUATION_STEPS, scale)
                self.iterations += steps
            x, res, values = opened.solve(points[:, 0], tol, NODE_STEPS)
        if not res <= tol:
            raise node_not_solved(self.c, n, f"{where}, beliefs {beliefs.tolist()}", res, tol)
        self.X[n, :, flat] = values
        at = int(plan.log_ptr[n]) + flat * len(x)
        self.logs[at : at + len(x)] = x
        own[:] = x if kernel == SEVERAL else self._posteriors_after(n, flat, x)
        return float(res)

    def _strategies_implying(self, n: int, flat: int, post: np.ndarray) -> np.ndarray:
        """Return log strategies [type and action] of node `n` after which the first type has posteriors `post`."""
        lay = self.c.layout
        i = lay.part_ptr[n]
        nu = lay.log_weight[lay.part_weight[i] : lay.part_weight[i] + len(post)]
        mu = self.beliefs(flat)[self.grid.axis[lay.part_player[i]]]
        odds = np.log(np.maximum([post, 1.0 - post], TINY)) - np.log(np.maximum(mu[:2, None], TINY))
        return (nu + odds).ravel()

    def _posteriors_after(self, n: int, flat: int, x: np.ndarray) -> np.ndarray:
        """Return the posterior of the first type after each action of node `n`, given its log strategies x."""
        mu = self.beliefs(flat)[self.grid.axis[self.c.layout.part_player[self.c.layout.part_ptr[n]]]]
        one, two = np.log(np.maximum(mu[:2, None], TINY)) + x.reshape(2, -1)
        return 1.0 / (1.0 + np.exp(np.minimum(two - one, 700.0)))

    def beliefs(self, flat: int) -> np.ndarray:
        """Return the beliefs [axis, type] at a flat index of the grid."""
        return beliefs_at(self.grid, np.array([flat]))[0]

    def refined(self, fine: Grid) -> PeriodMap:
        """Return the period map on a finer grid; its nodes start from the strategies found on this one."""
        out = PeriodMap(self.c, fine, self.lam, self.linear, self.batches)
        out.iterations, out.sweeps = self.iterations, self.sweeps
        prolongation = self.prolongation(fine)
        out.starts = (self.starts.reshape(-1, self.grid.total) @ prolongation.T).ravel()
        posteriors = np.repeat(self.plan.kernel == ONE_MOVER, np.diff(out.plan.start_ptr))
        np.clip(out.starts, 0.0, 1.0, out=out.starts, where=posteriors)
        return out

    def prolongation(self, fine: Grid) -> np.ndarray:
        """Return the interpolation matrix [fine belief, belief] from this grid to a finer one (two types an axis)."""
        parts = [np.ones((1, 1))]
        for ax in range(len(fine.size)):
            row, place, weight = distribute(self.grid, ax, fine.points[ax, : fine.size[ax]])
            part = np.zeros((int(fine.size[ax]), int(self.grid.size[ax])))
            part[row, place] = weight
            parts.append(part)
        return reduce(np.kron, parts)

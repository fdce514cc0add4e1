"""One period solved backwards on a belief grid: every node a fixed point in its own strategy.

Nodes of the same shape are solved together at all beliefs by kernels (`one_mover.py`, `two_movers.py`, `sweep.py`).  A
(node, belief) that does not converge there is solved by the scalar fallback, in logarithms (`solve_one.py`), and
failing that by continuation in the precision (`homotopy.py`).
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium import kernel_cache
from peacetalks.equilibrium.belief_grid import beliefs_at, distribute
from peacetalks.equilibrium.dispatch import batches, make_plan
from peacetalks.equilibrium.homotopy import follow
from peacetalks.equilibrium.kernels import sweep
from peacetalks.equilibrium.kernels.node import damped_iteration
from peacetalks.equilibrium.kernels.one_mover import CHANCE, GENERAL, ONE_MOVER, TWO_MOVERS, UNINFORMED
from peacetalks.equilibrium.kernels.solve_one import open_node, posterior_of, solve_at
from peacetalks.equilibrium.kernels.two_movers import TINY
from peacetalks.equilibrium.off_grid import NODE_STEPS, residual_function
from peacetalks.equilibrium.solved_game import node_not_solved
from peacetalks.errors import NotSolved
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled

CONTINUATION_STEPS = 3000  # damped iterations at each precision where continuation by arclength lost the branch
STACK = 256  # (node, belief) pairs that are solved together: long enough loops, small enough for the cache
PAIR_STEPS = 60  # best responses of two movers, before Newton's method takes over at the beliefs that oscillate
PATIENCE = 200  # scalar solves per belief in inexact sweeps before the interpolation falls back to linear


class NonConvergence(NotSolved):
    """Best responses of two movers oscillate under cubic interpolation; linear interpolation is tried next."""


class PeriodMap:
    """The map from the next period's boundary values to this period's, with the arrays it works on.

    Attributes
    ----------
    X : array [slot, player-type, belief]
        Decision values.
    logs : flat array
        Log strategies (`Plan.log_ptr`), written in the last sweep.
    warm : flat array
        Where each node's iteration starts (`Plan.warm_ptr`).
    sharp : bool
        Whether precision times payoff is so large that strategies are normalised once more when they are written.
    """

    def __init__(
        self,
        compiled: Compiled,
        grid: Grid,
        lam: np.ndarray,
        linear: bool = False,
        node_batches: list[tuple[int, np.ndarray]] | None = None,
        sharp: bool = False,
    ) -> None:
        self.c, self.grid, self.lam, self.linear = compiled, grid, lam, linear
        self.plan = make_plan(compiled, grid)
        self.batches = batches(compiled, self.plan.kernel) if node_batches is None else node_batches
        n_slots = compiled.n_nodes + len(compiled.boundaries)
        self.X = np.zeros((n_slots, len(compiled.layout.player_of), grid.total))
        self.logs = np.full(int(self.plan.log_ptr[-1]), np.nan)
        self.warm = np.full(int(self.plan.warm_ptr[-1]), np.nan)
        self.iterations, self.sweeps, self.scalar_solves = 0, 0, 0
        self.sharp = sharp

    def horizon(self) -> np.ndarray:
        """Return values [boundary, player-type, belief] after the last period; a stationary iteration starts there."""
        own = horizon_values(self.c.game, self.c.boundaries)
        return np.repeat(own[:, :, None], self.grid.total, axis=2)

    def solve(
        self, W: np.ndarray, nodes: np.ndarray, tol: float, where: str, finish: bool = False
    ) -> tuple[np.ndarray, float]:
        """Solve one period backwards.

        Parameters
        ----------
        W : array [boundary, player-type, belief]
            Boundary values of the next period.
        nodes : array of bool [node]
            The nodes to solve.
        tol : float
            Residual of a node.
        where : str
            The period, named in errors.
        finish : bool
            Write the log strategies to `logs`.

        Returns
        -------
        W, residual
            This period's boundary values, and the worst residual.

        Raises
        ------
        NotSolved
            A node did not converge.
        """
        n, lay, plan = self.c.n_nodes, self.c.layout, self.plan
        self.X[n:] = W * lay.discount[:, None]
        plan.constant[n:] = (self.X[n:] == self.X[n:, :, :1]).all(axis=(1, 2))
        worst = 0.0
        for kernel, batch in self.batches:
            own = batch[nodes[batch]]
            if not len(own):
                continue
            if kernel == CHANCE:
                sweep.sweep_chance(own, lay, plan, self.X, self.logs, finish)
            elif kernel == UNINFORMED:
                sweep.sweep_uninformed(own, lay, plan, self.X, self.logs, self.lam, finish)
            else:
                worst = max(worst, self._solve_batch(kernel, own, tol, where, finish))
            if finish and self.sharp:
                self._normalise_all(own)
        self.sweeps += 1
        out = W.copy()
        sweep.boundary_values(lay, self.X, n, out)
        return out, worst

    def _solve_batch(self, kernel: int, nodes: np.ndarray, tol: float, where: str, finish: bool) -> float:
        """Solve nodes of one stage that need a fixed point; return the worst residual.

        The kernel pauses where some beliefs do not converge; they are solved one by one, and the kernel goes on.
        """
        if kernel == TWO_MOVERS:
            kernel_cache.wait(kernel_cache.PAIR)
        total = self.grid.total
        stop, exempt = np.zeros(3, np.int64), np.zeros(max(1, STACK // total) * total, bool)
        overrides: dict[
            int, np.ndarray
        ] = {}  # place in `logs` -> log strategies below the range of the kernel's floats
        worst = res = 0.0
        for _ in range(2 * len(nodes) * total + 1):
            res = self._run_kernel(kernel, nodes, tol, finish, stop, exempt)
            if not stop[1]:
                break
            marked = [int(stop[2])] if kernel == GENERAL else np.flatnonzero(exempt).tolist()
            if kernel == TWO_MOVERS and not finish:
                self._count_scalar_solves(len(marked), int(nodes[stop[0]]), where, res, tol)
            for place in marked:
                at = int(stop[0]) + place // total
                if at < len(nodes):  # the last stack is filled up with copies of its last node
                    worst = max(worst, self._solve_scalar(kernel, int(nodes[at]), place % total, tol, where, overrides))
        if stop[1]:
            raise node_not_solved(self.c, int(nodes[stop[0]]), where, res, tol)
        for at, x in overrides.items():
            self.logs[at : at + len(x)] = x
        if finish and kernel == GENERAL:
            self._normalise_all(nodes)
        return max(worst, res)

    def _normalise_all(self, nodes: np.ndarray) -> None:
        """Make the log strategies of nodes sum to 1 to rounding error."""
        for n in nodes.tolist():
            own = self.logs[self.plan.log_ptr[n] : self.plan.log_ptr[n + 1]]
            _normalise(self.c, n, own.reshape(self.grid.total, -1))

    def _run_kernel(
        self, kernel: int, nodes: np.ndarray, tol: float, finish: bool, stop: np.ndarray, exempt: np.ndarray
    ) -> float:
        """Run the kernel of a batch until it is done or pauses (`stop`); return the residual."""
        arrays = nodes, self.c.layout, self.grid, self.plan, self.X, self.logs
        if kernel == ONE_MOVER:
            res, steps = sweep.sweep_one_mover(*arrays, self.warm, self.lam, tol, finish, stop, exempt)
        elif kernel == TWO_MOVERS:
            res, steps = sweep.sweep_two_movers(*arrays, self.warm, self.lam, tol, PAIR_STEPS, finish, stop, exempt)
        else:
            res, steps = sweep.sweep_general(*arrays, self.lam, tol, NODE_STEPS, stop)
        self.iterations += int(steps)
        return float(res)

    def _count_scalar_solves(self, more: int, node: int, where: str, res: float, tol: float) -> None:
        """Count scalar solves at pairs of movers; raise `NonConvergence` where the cubics need too many of them."""
        self.scalar_solves += more
        if not self.linear and self.scalar_solves > PATIENCE * self.grid.total:
            raise NonConvergence(str(node_not_solved(self.c, node, where, res, tol)))

    def _solve_scalar(
        self, kernel: int, n: int, flat: int, tol: float, where: str, overrides: dict[int, np.ndarray]
    ) -> float:
        """Solve node `n` at grid belief `flat` by the scalar fallback; write the strategies; return the residual."""
        x, res = self._scalar_strategies(kernel, n, flat, tol)
        if not res <= tol:
            beliefs = self.beliefs(flat).tolist()
            raise node_not_solved(self.c, n, f"{where}, beliefs {beliefs}", res, tol)
        at = int(self.plan.log_ptr[n]) + flat * len(x)
        overrides[at] = self.logs[at : at + len(x)] = x
        return res

    def _scalar_strategies(self, kernel: int, n: int, flat: int, tol: float) -> tuple[np.ndarray, float]:
        """Return (log strategies, residual) of node `n` at grid belief `flat`, and update where its kernel starts."""
        grid, lay = self.grid, self.c.layout
        size = int((self.plan.log_ptr[n + 1] - self.plan.log_ptr[n]) // grid.total)
        start = int(self.plan.log_ptr[n]) + flat * size
        x, out = self.logs[start : start + size].copy(), np.empty(self.X.shape[1])
        own = self.warm[self.plan.warm_ptr[n] + flat : self.plan.warm_ptr[n + 1] : grid.total]
        if kernel == TWO_MOVERS:
            x = np.log(np.maximum(own, TINY))
        elif kernel == ONE_MOVER:
            x = self._strategies_implying(n, flat, own)
        res = np.inf
        if kernel != GENERAL:
            res = solve_at(n, lay, grid, self.X, self.beliefs(flat), self.lam, tol, NODE_STEPS, x, out)
        if not res <= tol:
            x, res = self._principal_branch(n, flat, tol)
        _normalise(self.c, n, x)
        if kernel == ONE_MOVER:
            post = np.empty(len(own))
            posterior_of(n, lay, grid, flat, x, post)
            own[:] = post
        elif kernel == TWO_MOVERS:
            own[:] = np.exp(x)
        return x, float(res)

    def _strategies_implying(self, n: int, flat: int, post: np.ndarray) -> np.ndarray:
        """Return log strategies [type and action] of node `n` after which the first type has posteriors `post`."""
        lay = self.c.layout
        i = lay.part_ptr[n]
        nu = lay.log_weight[lay.part_weight[i] : lay.part_weight[i] + len(post)]
        mu = self.beliefs(flat)[self.grid.axis[lay.part_player[i]]]
        odds = np.log(np.maximum([post, 1.0 - post], TINY)) - np.log(np.maximum(mu[:2, None], TINY))
        return (nu + odds).ravel()

    def beliefs(self, flat: int) -> np.ndarray:
        """Return the beliefs [axis, type] at a flat index of the grid."""
        return beliefs_at(self.grid, np.array([flat]))[0]

    def _principal_branch(self, n: int, flat: int, tol: float) -> tuple[np.ndarray, float]:
        """Follow the principal branch of node `n` at grid belief `flat`; return (log strategies, residual)."""
        beliefs = self.beliefs(flat)
        residual_of, start = residual_function(n, self.c.layout, self.grid, self.X, beliefs, self.lam)
        x, res = follow(residual_of, start.copy(), tol)
        if not res <= tol:  # lost at a kink of the interpolated values: raise the precision in small, well damped steps
            node, mu, table = open_node(n, self.c.layout, self.grid, self.X, beliefs)
            x = start
            for tau in np.linspace(0.05, 1.0, 20):
                res, steps = damped_iteration(
                    node, self.grid, mu, table, self.lam, float(tau), x, tol, CONTINUATION_STEPS
                )
                self.iterations += int(steps)
        return x, res

    def refined(self, fine: Grid) -> PeriodMap:
        """Return the period map on a finer grid; its nodes start from the strategies found on this one."""
        out = PeriodMap(self.c, fine, self.lam, self.linear, self.batches, self.sharp)
        out.iterations, out.sweeps = self.iterations, self.sweeps
        prolongation = self.prolongation(fine)
        out.warm = np.clip((self.warm.reshape(-1, self.grid.total) @ prolongation.T).ravel(), 0.0, 1.0)
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

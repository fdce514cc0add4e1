"""Strategies and values of a solved game at any beliefs, on the grid or between its points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import distribute
from peacetalks.equilibrium.dispatch import typed_values
from peacetalks.equilibrium.kernels import core
from peacetalks.equilibrium.solved_game import node_not_solved
from peacetalks.game.expand import NATURE
from peacetalks.game.language import MAX_TYPES

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.solved_game import SolvedGame
    from peacetalks.game.layout import Layout

NODE_TOLERANCE = 1e-11  # residual of a node
ROUNDING = 4096 * np.finfo(float).eps  # per precision times payoff; posteriors amplify it where values are steep
NODE_STEPS = 500  # iterations of a node, at the most
DIFFERENCE = 1e-7  # of a log-probability, for differences


@dataclass(frozen=True)
class OpenNode:
    """A node at one belief, on the grid or not: what its fixed point depends on.

    Points are arrays [row, point] of log strategies; a row is a participant, type and action.
    """

    node: int
    layout: Layout
    grid: Grid
    rationality: np.ndarray  # [player]
    table: np.ndarray  # [profile, player-type, local belief] payoff, incentive and continuation, less `paid`
    paid: np.ndarray  # [player-type] what is taken off: only differences decide, and large numbers keep their digits
    mu: np.ndarray  # [participant, type] beliefs

    def reference(self) -> np.ndarray:
        """Return the reference measure, where the principal branch starts [row]."""
        lay, out = self.layout, []
        for part in range(int(lay.part_ptr[self.node]), int(lay.part_ptr[self.node + 1])):
            first, player = int(lay.part_weight[part]), int(lay.part_player[part])
            own = lay.log_weight[first : first + int(lay.part_actions[part])]
            out += [own] * (1 if player == NATURE else int(lay.n_types[player]))
        return np.concatenate(out)

    def respond(self, x: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the logit best responses to points at `scale` times the precision, and the residuals [point]."""
        y, residual, _, _ = self._core(core.Node.RESPOND, x, scale)
        return y, residual

    def iterate(
        self, x: np.ndarray, tolerance: float, most: int, scale: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """Iterate from points; return where each ended, its residual, and the number of best responses to a group."""
        y, residual, _, steps = self._core(core.Node.ITERATE, x, scale, tolerance, most)
        return y, residual, steps

    def newton(self, x: np.ndarray, tolerance: float, most: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Do as `iterate` does, by Newton's method: it also reaches fixed points that repel the iteration."""
        y, residual, _, steps = self._core(core.Node.NEWTON, x, 1.0, tolerance, most)
        return y, residual, steps

    def follow(self, tolerance: float) -> tuple[np.ndarray, float]:
        """Return (log strategies, residual) at the end of the principal branch; infinite where it was lost.

        The branch turns at folds and keeps its direction at bifurcations: in a symmetric game it is the symmetric one,
        whatever the names and the order of players and moves (`kernels/branch.h`).
        """
        x, residual, _, _ = self._core(core.Node.FOLLOW, self.reference()[:, None], 1.0, tolerance)
        return x[:, 0], float(residual[0])

    def index(self, x: np.ndarray) -> int:
        """Return the index of a fixed point x [row]: the sign of det F' where F(x) = x - best_response(x)."""
        h = DIFFERENCE * (1.0 + np.abs(x))
        points = x[:, None] + np.column_stack([np.zeros(len(x)), np.diag(h)])
        f = points - self.respond(points, 1.0)[0]
        return int(np.linalg.slogdet((f[:, 1:] - f[:, :1]) / h)[0])

    def solve(self, x: np.ndarray, tolerance: float, most: int) -> tuple[np.ndarray, float, np.ndarray]:
        """Solve from the start x [row] (not a number: none); return (log strategies, residual, values [player-type]).

        The residual is infinite where `follow` is to be called instead.
        """
        y, residual, values, _ = self._core(core.Node.SOLVE, x[:, None], 1.0, tolerance, most)
        return y[:, 0], float(residual[0]), self.paid + values[:, 0]

    def _core(
        self, what: core.Node, x: np.ndarray, scale: float, tolerance: float = 0.0, most: int = 0
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        arrays = self.layout, self.grid, self.rationality, self.table, self.mu
        return core.one_node(what, self.node, *arrays, x, scale, tolerance, most)


def open_node(
    node: int, layout: Layout, grid: Grid, values: np.ndarray, beliefs: np.ndarray, rationality: np.ndarray
) -> OpenNode:
    """Open a node at `beliefs` [axis, type]; `values` [slot, player-type, belief] are those of its period slice."""
    parts = range(int(layout.part_ptr[node]), int(layout.part_ptr[node + 1]))
    axes = [int(grid.axis[p]) if (p := layout.part_player[part]) != NATURE else -1 for part in parts]
    mu = np.zeros((len(parts), MAX_TYPES))
    mu[:, 0] = 1.0
    for j, ax in enumerate(axes):
        if ax >= 0:
            mu[j] = beliefs[ax]
    flat, weight = _local_beliefs(grid, [ax for ax in axes if ax >= 0], beliefs)
    rows = slice(int(layout.prof_ptr[node]), int(layout.prof_ptr[node + 1]))
    after = _after(layout, rows, values, flat, weight)
    own, incentive = layout.payoff[rows], layout.incentive[rows]
    table = (own - own[0] + (incentive - incentive[0]))[:, :, None] + (after - after[0, :, :1])
    if (typed := layout.typed[rows] >= 0).any():
        table[typed] += typed_values(layout, grid, layout.typed[rows][typed])[:, :, flat] @ weight
    paid = own[0] + incentive[0] + after[0, :, 0]
    return OpenNode(node, layout, grid, rationality, np.ascontiguousarray(table), paid, mu)


def _local_beliefs(grid: Grid, own: list[int], beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat beliefs [local belief, corner] of the axes `own`, and the weights [corner] of the other axes."""
    flat, weight = np.zeros((1, 1), np.int64), np.ones(1)
    for ax in range(len(grid.size)):
        if ax not in own:
            _, place, share = distribute(grid, ax, beliefs[ax : ax + 1])
            flat = (flat[:, :, None] + place * grid.stride[ax]).reshape(1, -1)
            weight = (weight[:, None] * share).ravel()
    for ax in own:
        flat = (flat[:, None] + (np.arange(grid.size[ax]) * grid.stride[ax])[:, None]).reshape(-1, flat.shape[1])
    return flat, weight


def _after(layout: Layout, rows: slice, values: np.ndarray, flat: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return what is expected after each profile [profile, player-type, local belief]; see `_local_beliefs`."""
    low, high = int(layout.lottery_ptr[rows.start]), int(layout.lottery_ptr[rows.stop])
    at = values[layout.lottery_slot[low:high]][:, :, flat] @ weight
    return np.add.reduceat(layout.lottery_prob[low:high, None, None] * at, layout.lottery_ptr[rows] - low)


def solve_node(s: SolvedGame, node: int, t: int, beliefs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (log strategies, decision values [player-type]) of a node in period slice `t` at `beliefs` [axis, type].

    On the grid they are looked up; between its points the node is solved anew, from the strategies at the nearest
    point. Raises `NotSolved`.
    """
    size = s.strategy_size(node)
    flat, on_grid = s.flat_belief(beliefs)
    at = s.log_ptr[node] + flat * size
    x = s.logs[t][at : at + size].copy()
    if on_grid:
        return x, s.values[t][node, :, flat]
    opened = open_node(node, s.compiled.layout, s.grid, s.values[t], beliefs, s.rationality)
    x, res, out = opened.solve(x, NODE_TOLERANCE, NODE_STEPS)
    if not res <= NODE_TOLERANCE:
        raise node_not_solved(s.compiled, node, f"period {t}, beliefs {beliefs.tolist()}", res, NODE_TOLERANCE)
    return x, out


def interpolate_by_type(s: SolvedGame, values: np.ndarray, beliefs: np.ndarray) -> np.ndarray:
    """Return values [belief, player-type] interpolated at `beliefs` [axis, type].

    Each type weighs a neighbour with the chance of it given that type (`belief_grid.py`).
    """
    lay, grid = s.compiled.layout, s.grid
    out = np.zeros(values.shape[1])
    hits = [list(zip(*distribute(grid, ax, beliefs[ax : ax + 1])[1:], strict=True)) for ax in range(len(grid.size))]
    for combo in np.ndindex(*[len(h) for h in hits]):
        picks = [hits[ax][i] for ax, i in enumerate(combo)]
        flat = sum(int(i) * int(grid.stride[ax]) for ax, (i, _) in enumerate(picks))
        weight = np.full(len(out), math.prod(float(w) for _, w in picks))
        for u, (player, k) in enumerate(zip(lay.player_of, lay.type_of, strict=True)):
            ax = grid.axis[player]
            if ax >= 0 and beliefs[ax, k] > 0:
                weight[u] *= grid.points[ax, picks[ax][0], k] / beliefs[ax, k]
        live = weight != 0
        out[live] += weight[live] * values[flat][live]
    return out

"""Strategies and values of a solved game at any beliefs, on the grid or between its points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import distribute
from peacetalks.equilibrium.kernels.node import start_at_reference
from peacetalks.equilibrium.kernels.solve_one import fixed_point_residual, open_node, solve_at
from peacetalks.equilibrium.solved_game import node_not_solved

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.homotopy import Residual
    from peacetalks.equilibrium.solved_game import SolvedGame
    from peacetalks.game.layout import Layout

NODE_TOLERANCE = 1e-11  # residual of a node
NODE_STEPS = 500  # iterations of a node, at the most


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
    out = np.empty(s.values[t].shape[1])
    res = solve_at(
        node, s.compiled.layout, s.grid, s.values[t], beliefs, s.rationality, NODE_TOLERANCE, NODE_STEPS, x, out
    )
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


def residual_function(
    node: int, layout: Layout, grid: Grid, values: np.ndarray, beliefs: np.ndarray, rationality: np.ndarray
) -> tuple[Residual, np.ndarray]:
    """Return F(x, tau) = x - best_response(x) of a node at `tau` times the precision, and its root at tau = 0.

    `values` [slot, player-type, belief] are those of the node's period slice; `beliefs` [axis, type] may lie off the
    grid.
    """
    opened, mu, table = open_node(node, layout, grid, values, beliefs)
    start = np.empty(len(opened.q))
    start_at_reference(opened, start)

    def residual_of(x: np.ndarray, tau: float) -> tuple[np.ndarray, float]:
        out = np.empty(len(start))
        res = fixed_point_residual(opened, grid, mu, table, rationality, float(tau), np.ascontiguousarray(x), out)
        return out, res

    return residual_of, start

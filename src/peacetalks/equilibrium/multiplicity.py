"""The search for further equilibria: nodes of a solved game at which more than one fixed point is found.

What is found is certified (each fixed point has a residual below the tolerance of a node), but the search is not
exhaustive: the number of nodes is a lower bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, prior_index
from peacetalks.equilibrium.homotopy import roots
from peacetalks.equilibrium.kernels.solve_one import further_fixed_points
from peacetalks.equilibrium.off_grid import NODE_STEPS, NODE_TOLERANCE, residual_function, solve_node
from peacetalks.game.expand import NATURE

if TYPE_CHECKING:
    from peacetalks.equilibrium.solved_game import SolvedGame

SEARCH_ALL = 4000  # (node, belief) pairs up to which every one is searched
STARTS, SEED = 24, 14  # of Newton's method at nodes of several movers
DISTINCT = 1e-5  # difference of a probability from which two fixed points are different


def search(s: SolvedGame) -> tuple[tuple[int, int, int], ...]:
    """Search every node for further fixed points; return where there are some, as (period slice, node, flat belief).

    Small games are searched at every belief, larger ones at the prior.
    """
    lay = s.compiled.layout
    flats = list(range(s.grid.total)) if is_small(s) else [prior_index(s.grid, s.game)]
    points = dict(zip(flats, beliefs_at(s.grid, np.array(flats)), strict=True))
    out = []
    for t in range(len(s.values)):
        for n in s.nodes(t).tolist():
            if (lay.part_player[lay.part_ptr[n] : lay.part_ptr[n + 1]] == NATURE).all():
                continue
            out += [(t, n, f) for f in flats if len(fixed_points(s, n, t, points[f], most=1)) > 1]
    return tuple(out)


def fixed_points(s: SolvedGame, node: int, t: int, beliefs: np.ndarray, most: int) -> list[np.ndarray]:
    """Return log strategies of the fixed points found at a node: the principal one first, then up to `most` others."""
    principal, _ = solve_node(s, node, t, beliefs)
    found = np.empty((most, len(principal)))
    count = further_fixed_points(
        node,
        s.compiled.layout,
        s.grid,
        s.values[t],
        beliefs,
        s.rationality,
        NODE_TOLERANCE,
        NODE_STEPS,
        principal,
        found,
    )
    out = [principal, *found[:count]]
    movers = int(s.compiled.layout.part_ptr[node + 1] - s.compiled.layout.part_ptr[node])
    if movers > 1 and is_small(s) and count < most:
        for y in _newton_roots(s, node, t, beliefs):
            if min(np.abs(np.exp(y) - np.exp(z)).max() for z in out) > DISTINCT and len(out) <= most:
                out.append(y)
    return out


def is_small(s: SolvedGame) -> bool:
    """Return whether every node is searched at every belief."""
    return s.compiled.n_nodes * s.grid.total * len(s.values) <= SEARCH_ALL


def _newton_roots(s: SolvedGame, node: int, t: int, beliefs: np.ndarray) -> list[np.ndarray]:
    """Return fixed points of a node of several movers by Newton's method from seeded mixtures."""
    residual, start = residual_function(node, s.compiled.layout, s.grid, s.values[t], beliefs, s.rationality)
    tilts = np.random.default_rng(SEED).normal(0.0, 2.0, (STARTS, len(start)))
    return roots(residual, start + tilts, NODE_TOLERANCE)

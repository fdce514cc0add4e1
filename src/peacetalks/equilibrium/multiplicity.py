"""The search for further equilibria: nodes of a solved game at which more than one fixed point is found.

What is found is certified (each fixed point has a residual below the tolerance of a node), but the search is not
exhaustive: the number of nodes is a lower bound.  It ends when its budget is spent, which is counted in evaluations of
a node's best response and so is the same on every machine; how far it came is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, prior_index
from peacetalks.equilibrium.homotopy import roots
from peacetalks.equilibrium.kernels.solve_one import further_fixed_points
from peacetalks.equilibrium.off_grid import NODE_STEPS, NODE_TOLERANCE, residual_function, solve_node
from peacetalks.game.expand import NATURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.equilibrium.solved_game import SolvedGame

SEARCH_ALL = 4000  # (node, belief) pairs up to which every one is searched
STARTS, SEED = 24, 14  # of Newton's method at nodes of several movers
DISTINCT = 1e-5  # difference of a probability from which two fixed points are different
COUNTED = 8  # further fixed points that are distinguished at a node while the game is searched
BUDGET = 600_000  # compiled evaluations of a best response: one to two seconds
INTERPRETED = 10  # compiled evaluations that one called from Python is worth
INTERVAL = 50  # (node, belief) pairs between two calls of `progress`


@dataclass(frozen=True)
class Search:
    """Where further equilibria were found, and how much was searched; made by `search`."""

    at: tuple[tuple[int, int, int], ...]  # (period slice, node, flat belief) with several fixed points
    even: int  # of these, how many where an even number was found: their number is odd, so one at least is missing
    searched: int  # (node, belief) pairs
    of: int
    evaluations: int  # of best responses, compiled ones

    @property
    def complete(self) -> bool:
        """Whether the budget sufficed."""
        return self.searched == self.of

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `settings["search"]` holds."""
        return {
            "searched": self.searched,
            "of": self.of,
            "complete": self.complete,
            "even": self.even,
            "evaluations": self.evaluations,
        }


def search(s: SolvedGame, budget: float = BUDGET, progress: Callable[[int, int], None] | None = None) -> Search:
    """Search the nodes for further fixed points: small games at every belief, larger ones at the prior.

    Parameters
    ----------
    s : SolvedGame
    budget : float
        Evaluations of a best response after which no further node is begun; `math.inf` searches all.  Every node comes
        at the prior first, then the other beliefs in a fixed order.
    progress : function, optional
        Called as `progress(pairs searched, all pairs)`.

    Returns
    -------
    Search
    """
    lay = s.compiled.layout
    prior = prior_index(s.grid, s.game)
    others = [f for f in range(s.grid.total) if f != prior] if is_small(s) else []
    flats = [prior, *np.random.default_rng(SEED).permutation(others).astype(int).tolist()]
    points = beliefs_at(s.grid, np.array(flats))
    nodes = [
        (t, n)
        for t in range(len(s.values))
        for n in s.nodes(t).tolist()
        if not (lay.part_player[lay.part_ptr[n] : lay.part_ptr[n + 1]] == NATURE).all()
    ]
    found, even, done, spent, total = [], 0, 0, 0, len(nodes) * len(flats)
    for flat, beliefs in zip(flats, points, strict=True):
        for t, n in nodes:
            if spent >= budget:
                return Search(tuple(sorted(found)), even, done, total, spent)
            several, steps = _search_node(s, n, t, beliefs, COUNTED)
            done, spent = done + 1, spent + steps
            if len(several) > 1:
                found.append((t, n, flat))
                even += len(several) % 2 == 0
            if progress is not None and done % INTERVAL == 0:
                progress(done, total)
    if progress is not None:
        progress(done, total)
    return Search(tuple(sorted(found)), even, done, total, spent)


def search_warnings(found: Search) -> tuple[str, ...]:
    """Return sentences on what a search missed or left out."""
    out = []
    if found.even:
        out.append(
            f"At {found.even} (node, belief) pairs an even number of fixed points was found; their number is odd (but "
            "for coincidences), so at least one more exists there that the search missed."
        )
    if not found.complete:
        out.append(
            f"The search for further equilibria ended with its budget after {found.searched} of {found.of} (node, "
            "belief) pairs; the others were not searched."
        )
    return tuple(out)


def fixed_points(s: SolvedGame, node: int, t: int, beliefs: np.ndarray, most: int) -> list[np.ndarray]:
    """Return log strategies of the fixed points found at a node: the principal one first, then up to `most` others."""
    return _search_node(s, node, t, beliefs, most)[0]


def _search_node(s: SolvedGame, node: int, t: int, beliefs: np.ndarray, most: int) -> tuple[list[np.ndarray], int]:
    """Return the fixed points found at a node, as `fixed_points` does, and the evaluations that it took."""
    principal, _ = solve_node(s, node, t, beliefs)
    found = np.empty((most, len(principal)))
    count, steps = further_fixed_points(
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
        reached, interpreted = _newton_roots(s, node, t, beliefs)
        steps += INTERPRETED * interpreted
        for y in reached:
            if min(np.abs(np.exp(y) - np.exp(z)).max() for z in out) > DISTINCT and len(out) <= most:
                out.append(y)
    return out, int(steps)


def is_small(s: SolvedGame) -> bool:
    """Return whether every node is searched at every belief."""
    return s.compiled.n_nodes * s.grid.total * len(s.values) <= SEARCH_ALL


def _newton_roots(s: SolvedGame, node: int, t: int, beliefs: np.ndarray) -> tuple[list[np.ndarray], int]:
    """Return fixed points of a node of several movers by Newton's method from seeded mixtures, and the evaluations."""
    residual, start = residual_function(node, s.compiled.layout, s.grid, s.values[t], beliefs, s.rationality)
    evaluations = 0

    def counted(x: np.ndarray, tau: float) -> tuple[np.ndarray, float]:
        nonlocal evaluations
        evaluations += 1
        return residual(x, tau)

    tilts = np.random.default_rng(SEED).normal(0.0, 2.0, (STARTS, len(start)))
    return roots(counted, start + tilts, NODE_TOLERANCE), evaluations

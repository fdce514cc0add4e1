"""The search for further equilibria: nodes of a solved game at which more than one fixed point is found.

Newton's method starts from best responses to pure profiles, from the middle between fixed points found, and from
seeded mixtures.  With F(x) = x - best_response(x), the indices sign det F' of all fixed points sum to 1 (but for
coincidences), because best responses are bounded (degree theory; the number of fixed points is odd): where those found
do not, one is missing, and the search goes on from more mixtures.  What is found is certified (each fixed point has a
residual below the tolerance of a node), but the search is not exhaustive: the number of nodes is a lower bound.  It
ends when its budget is spent, which is counted in evaluations of a node's best response and so is the same on every
machine; how far it came is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at, prior_index
from peacetalks.equilibrium.off_grid import NODE_TOLERANCE, OpenNode, open_node, solve_node
from peacetalks.game.expand import NATURE

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.equilibrium.solved_game import SolvedGame

SEARCH_ALL = 4000  # (node, belief) pairs up to which every one is searched
PROFILES = 64  # pure profiles that the search starts from
RESPONSES = 20  # best responses to them before Newton's method
MIXTURES, ROUNDS, SEED = 32, 6, 14  # mixtures that it starts from at nodes of several movers, at a time; times
NEWTON = 30  # steps of Newton's method
DISTINCT = 1e-5  # difference of a probability from which two fixed points are different
COUNTED = 8  # further fixed points that are distinguished at a node while the game is searched
BUDGET = 3_000_000  # evaluations of a best response: about a second
OPENING = 2000  # evaluations that opening a node is worth
LANES = 8  # evaluations that the core makes at a time
INTERVAL = 50  # (node, belief) pairs between two calls of `progress`


@dataclass(frozen=True)
class Search:
    """Where further equilibria were found, and how much was searched; made by `search`."""

    at: tuple[tuple[int, int, int], ...]  # (period slice, node, flat belief) with several fixed points
    missed: int  # pairs at which the indices of the fixed points found do not sum to 1: one at least is missing
    searched: int  # (node, belief) pairs
    of: int
    evaluations: int  # of best responses

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
            "missed": self.missed,
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
    found, missed, done, spent, total = [], 0, 0, 0, len(nodes) * len(flats)
    for flat, beliefs in zip(flats, points, strict=True):
        for t, n in nodes:
            if spent >= budget:
                return Search(tuple(sorted(found)), missed, done, total, spent)
            hunt = _search_node(s, n, t, beliefs, COUNTED)
            done, spent, missed = done + 1, spent + hunt.evaluations, missed + (not hunt.balanced)
            if len(hunt.found) > 1:
                found.append((t, n, flat))
            if progress is not None and done % INTERVAL == 0:
                progress(done, total)
    if progress is not None:
        progress(done, total)
    return Search(tuple(sorted(found)), missed, done, total, spent)


def search_warnings(found: Search) -> tuple[str, ...]:
    """Return sentences on what a search missed or left out."""
    out = []
    if found.missed:
        out.append(
            f"At {found.missed} (node, belief) pairs at least one more equilibrium exists, which the search missed: "
            "the indices of those found do not sum to 1."
        )
    if not found.complete:
        out.append(
            f"The search for further equilibria ended with its budget after {found.searched} of {found.of} (node, "
            "belief) pairs; the others were not searched."
        )
    return tuple(out)


def fixed_points(s: SolvedGame, node: int, t: int, beliefs: np.ndarray, most: int) -> list[np.ndarray]:
    """Return log strategies of the fixed points found at a node: the principal one first, then up to `most` others."""
    return _search_node(s, node, t, beliefs, most).found


def is_small(s: SolvedGame) -> bool:
    """Return whether every node is searched at every belief."""
    return s.compiled.n_nodes * s.grid.total * len(s.values) <= SEARCH_ALL


@dataclass
class _Hunt:
    """The search at one node and belief."""

    opened: OpenNode
    found: list[np.ndarray]  # log strategies
    most: int  # fixed points that are distinguished
    indices: list[int] = field(default_factory=list)  # of those found
    evaluations: int = OPENING

    @property
    def full(self) -> bool:
        return len(self.found) > self.most

    @property
    def balanced(self) -> bool:
        """Whether the indices sum to 1, so that none need be missing."""
        while len(self.indices) < len(self.found):
            self.indices.append(self.opened.index(self.found[len(self.indices)]))
            self.evaluations += LANES * (1 + len(self.found[0]) // LANES)
        return self.full or sum(self.indices) == 1

    def start_from(self, points: np.ndarray) -> None:
        """Add what Newton's method reaches from points [row, point]."""
        reached, residuals, steps = self.opened.newton(points, NODE_TOLERANCE, NEWTON)
        self.evaluations += LANES * steps
        for y in reached[:, residuals <= NODE_TOLERANCE].T:
            if not self.full and min(np.abs(np.exp(y) - np.exp(x)).max() for x in self.found) > DISTINCT:
                self.found.append(y)

    def start_between(self) -> None:
        """Add what Newton's method reaches from the middle between any two of the fixed points found."""
        between = [np.logaddexp(x, y) - np.log(2.0) for i, x in enumerate(self.found) for y in self.found[:i]]
        if between and not self.full:
            self.start_from(np.array(between).T)


def _search_node(s: SolvedGame, node: int, t: int, beliefs: np.ndarray, most: int) -> _Hunt:
    """Search a node at `beliefs` for its fixed points, the principal one first, then up to `most` others."""
    principal, _ = solve_node(s, node, t, beliefs)
    opened = open_node(node, s.compiled.layout, s.grid, s.values[t], beliefs, s.rationality)
    hunt = _Hunt(opened, [principal], most)
    parts = _participants(opened)
    several = sum(player != NATURE for player, _, _ in parts) > 1
    if not several and not _is_hidden(opened, parts):
        hunt.indices.append(1)
        return hunt
    reached, _, steps = opened.iterate(_pure_profiles(opened, parts), NODE_TOLERANCE, RESPONSES)
    hunt.evaluations += LANES * steps
    hunt.start_from(reached)
    hunt.start_between()
    rng = np.random.default_rng(SEED)
    for n in range(ROUNDS):
        if hunt.full or (hunt.balanced and (n > 0 or not several)):
            break
        hunt.start_from(opened.respond(_mixtures(parts, rng), 1.0)[0])
        hunt.start_between()
    return hunt


def _participants(opened: OpenNode) -> list[tuple[int, int, int]]:
    """Return (player, types, actions) of the participants of a node."""
    lay, low, high = opened.layout, *opened.layout.part_ptr[opened.node : opened.node + 2].tolist()
    players, actions = lay.part_player[low:high].tolist(), lay.part_actions[low:high].tolist()
    return [(p, 1 if p == NATURE else int(lay.n_types[p]), a) for p, a in zip(players, actions, strict=True)]


def _is_hidden(opened: OpenNode, parts: list[tuple[int, int, int]]) -> bool:
    """Return whether the type of somebody who chooses is uncertain."""
    return any(
        a > 1 and bool(((mu[:k] > 0) & (mu[:k] < 1)).any()) for (_, k, a), mu in zip(parts, opened.mu, strict=True)
    )


def _pure_profiles(opened: OpenNode, parts: list[tuple[int, int, int]]) -> np.ndarray:
    """Return points [row, point] near pure profiles of the participants, the same for all types, and two more.

    At these the first type takes one half of the actions and the others take the other half.
    """
    pure = list(islice(product(*(range(actions) for _, _, actions in parts)), PROFILES))
    out = np.repeat(opened.reference()[:, None], len(pure) + 2, axis=1)
    row = 0
    for j, (player, types, actions) in enumerate(parts):
        for k in range(types if player != NATURE else 0):
            own = out[row + k * actions : row + (k + 1) * actions]
            for a in range(actions):
                own[a, :-2] += [0.0 if a == profile[j] else -12.0 for profile in pure]
                own[a, -2:] += [0.0 if ((2 * a < actions) == first) == (k == 0) else -6.0 for first in (True, False)]
            own -= np.logaddexp.reduce(own, axis=0)
        row += types * actions
    return out


def _mixtures(parts: list[tuple[int, int, int]], rng: np.random.Generator) -> np.ndarray:
    """Return seeded log strategies [row, point]: even draws of each type's mixtures, and draws near their edges."""
    even = MIXTURES // 2
    draws = [
        np.concatenate([rng.dirichlet(np.ones(a), even), rng.dirichlet(np.full(a, 0.3), MIXTURES - even)])
        for _, types, a in parts
        for _ in range(types)
    ]
    return np.log(np.maximum(np.concatenate(draws, axis=1).T, 1e-12))

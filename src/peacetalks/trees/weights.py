"""Trees whose actions have weights, as trees of equally weighted actions: an action of weight 2 becomes two copies.

In logit choice with a reference measure :math:`\\nu`,

.. math:: \\sigma(a) = \\frac{\\nu_a e^{\\lambda Q_a}}{\\sum_b \\nu_b e^{\\lambda Q_b}},

the :math:`\\nu_a` copies of an action have the probability :math:`\\sigma(a)` together.  A copy is followed by a copy
of the sub-tree.  The player who took it remembers which copy it was (so recall stays perfect), the others do not
learn it; by symmetry play after all copies is the same along the principal branch.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from peacetalks.errors import GameError
from peacetalks.trees.tree import InformationSet, Node, Tree

if TYPE_CHECKING:
    from fractions import Fraction

MOST_NODES = 200_000  # of a tree with copies
COPIES = "Copies of an action, such as (1 of 2), stand for its weight: add up their probabilities."


def copies(weights: tuple[Fraction, ...]) -> tuple[int, ...]:
    """Return the smallest whole numbers in proportion to weights.

    >>> from fractions import Fraction
    >>> copies((Fraction(1, 2), Fraction(1, 3)))
    (3, 2)
    """
    common = math.lcm(*(w.denominator for w in weights))
    whole = [int(w * common) for w in weights]
    return tuple(n // math.gcd(*whole) for n in whole)


def equal_weights(tree: Tree) -> Tree:
    """Return a tree with equal weights that has the same quantal response equilibria; the same tree if it has them.

    Raises `GameError` where the copies make more than `MOST_NODES` nodes.
    """
    if all(len(set(s.weights)) < 2 for s in tree.information_sets):
        return tree
    return _Copier(tree).run()


class _Copier:
    """Copies a tree node by node; an information set is known by its place and by the copies its player has taken."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        sets = tree.information_sets
        self.times = [copies(s.weights) if s.weights else (1,) * len(s.actions) for s in sets]
        self.nodes: list[Node] = []
        self.places: dict[tuple[int, tuple[int, ...]], int] = {}
        self.sets: list[InformationSet] = []
        self.counts: Counter[int | None] = Counter()  # information sets of a player, of chance

    def run(self) -> Tree:
        """Return the tree with copies."""
        nothing: tuple[int, ...] = ()
        left = [(0, -1, 0, (nothing,) * len(self.tree.players))]  # old node, new parent and action, copies by player
        while left:
            old, parent, action, taken = left.pop()
            if len(self.nodes) >= MOST_NODES:
                raise GameError(self.too_many())
            node, here = self.tree.nodes[old], len(self.nodes)
            place = node.information_set
            self.nodes.append(Node(parent, action, self.place(place, taken), node.outcome, node.name))
            if place is None:
                continue
            player, after = self.tree.information_sets[place].player, []
            for child, times in zip(self.tree.children[old], self.times[place], strict=True):
                for copy in range(times):
                    own = taken if player is None else _with(taken, player, copy)
                    after.append((child, here, len(after), own))
            left += reversed(after)
        comment = f"{self.tree.comment}\n{COPIES}".strip()
        return replace(self.tree, nodes=tuple(self.nodes), information_sets=tuple(self.sets), comment=comment)

    def place(self, old: int | None, taken: tuple[tuple[int, ...], ...]) -> int | None:
        """Return the place of the information set that stands for an old one where copies have been taken."""
        if old is None:
            return None
        at = self.tree.information_sets[old]
        key = (old, () if at.player is None else taken[at.player])
        if key not in self.places:
            self.places[key] = len(self.sets)
            times = self.times[old]
            labels = [
                label if n == 1 else f"{label} ({i + 1} of {n})"
                for label, n in zip(at.actions, times, strict=True)
                for i in range(n)
            ]
            self.counts[at.player] += 1
            self.sets.append(replace(at, actions=tuple(labels), weights=(), number=self.counts[at.player]))
        return self.places[key]

    def too_many(self) -> str:
        """Return the message for a tree of too many nodes: which weights make most copies."""
        place = max(range(len(self.times)), key=lambda i: sum(self.times[i]))
        odds = " : ".join(map(str, self.times[place]))
        return (
            f"copies of actions in proportion to their weights make more than {MOST_NODES:,} nodes (at "
            f"{self.tree.name_of(place)} they stand as {odds}); choose weights in a ratio of small whole numbers"
        )


def _with(taken: tuple[tuple[int, ...], ...], player: int, copy: int) -> tuple[tuple[int, ...], ...]:
    """Return the copies taken so far with one more of a player."""
    return (*taken[:player], (*taken[player], copy), *taken[player + 1 :])

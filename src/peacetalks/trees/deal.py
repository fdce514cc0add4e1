"""What chance deals before anybody moves: the deals of a tree, with their probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from peacetalks.trees.tree import Tree


@dataclass(frozen=True, slots=True)
class Deal:
    """A node that chance's first moves lead to: its probability, and the (depth, label) of each of those moves."""

    node: int
    probability: Fraction = Fraction(1)
    labels: tuple[tuple[int, str], ...] = ()


def deals_of(tree: Tree, ended: Container[int]) -> Iterator[tuple[Deal, ...]]:
    """Yield what the first moves of chance may deal: none of them, the first, the first two, and so on.

    A move of chance that is not counted as dealt is one that all players see.

    Parameters
    ----------
    tree : Tree
    ended : container of int
        Nodes at which play ends for all that matters: chance is not followed there.
    """
    deals = (Deal(0),)
    yield deals
    while any(_chance_moves(tree, d.node, ended) for d in deals):
        deals = tuple(after for d in deals for after in _after(tree, d, ended))
        yield deals


def _chance_moves(tree: Tree, node: int, ended: Container[int]) -> bool:
    """Return whether chance moves at a node."""
    place = tree.nodes[node].information_set
    return place is not None and tree.information_sets[place].player is None and node not in ended


def _after(tree: Tree, deal: Deal, ended: Container[int]) -> list[Deal]:
    """Return the deals that the move of chance at a node leads to, without those of probability 0."""
    place = tree.nodes[deal.node].information_set
    if place is None or not _chance_moves(tree, deal.node, ended):
        return [deal]
    at, depth = tree.information_sets[place], len(deal.labels)
    rows = zip(tree.children[deal.node], at.probabilities, at.action_names, strict=True)
    return [Deal(node, deal.probability * p, (*deal.labels, (depth, label))) for node, p, label in rows if p > 0]

"""A tree laid out as arrays, generation by generation, for the equations of `equations.py`.

Nodes stand breadth first, so that the children of a node and the nodes of a generation are runs.  An *action* is an
action of an information set at which a player has at least two; only these have unknown probabilities.  Everything
else (chance, a single action) has a probability that is known.

Chance may give an action probability 0.  What players believe where nothing else leads is the limit of ever smaller
probabilities: the nodes that the fewest such moves of chance lead to share the belief.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.trees.tree import Tree

Array = np.ndarray


@dataclass(frozen=True)
class Children:
    """The nodes at which players choose, each with what follows every action, and what came before."""

    node: Array  # [child] the node after the action
    parent: Array  # [child] the node at which the action is taken
    action: Array  # [child] the action
    believed: Array  # [child] whether the parent has a share in the belief at its information set


@dataclass(frozen=True)
class Pairs:
    """Where an action lies on the path to a node at which a player chooses: the pairs that a Jacobian is made of."""

    before: Array  # [pair] the action on the path
    child: Array  # [pair] place in `Children` of what follows an action at the later node


@dataclass(frozen=True)
class TreeArrays:
    """The numbers of a tree, its nodes in breadth-first order; made by `lay_out`."""

    tree: Tree
    order: Array  # [node] place in `tree.nodes` of each node
    generations: tuple[slice, ...]  # nodes of each generation, from the root
    starts: tuple[Array, ...]  # of each generation: where the children of its inner nodes begin in the next one
    inner: tuple[Array, ...]  # of each generation: its inner nodes
    parent: Array  # [node]
    known: Array  # [node] log-probability of the move that leads here, where it is known (0 where it is not)
    action: Array  # [node] the action that leads here, -1 where its probability is known
    payoff: Array  # [node, player] what is paid in all, at ends; each player's lowest payoff is 0
    lowest: Array  # [player] that payoff
    believed: Array  # [node] whether the node has a share in the belief at its information set
    place: Array  # [set] place in `tree.information_sets` of each information set with a choice
    first: Array  # [set + 1] where its actions begin
    owner: Array  # [set] player
    factor: Array  # [set] factor on the precision of the mover
    set_of: Array  # [action] its information set
    log_weight: Array  # [action] logarithm of the reference measure
    set_at: Array  # [node] the information set, -1 where nobody chooses
    children: Children
    values: Pairs  # an action, and a choice after it: what is chosen later changes what the action is worth
    beliefs: Pairs  # an action of somebody else, and a choice after it: the action changes the belief there

    @property
    def spread(self) -> float:
        """Return the largest difference between two payoffs of a player, or 1 where all are equal."""
        return float(self.payoff.max(initial=0.0)) or 1.0


def lay_out(tree: Tree) -> TreeArrays:
    """Return the arrays of a tree of perfect recall; raise `GameError` where a player forgets."""
    tree.check_perfect_recall()
    order, generations = _breadth_first(tree)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    parent = np.where(tree.parents[order] < 0, -1, rank[tree.parents[order]])
    sets = np.array(
        [i for i, s in enumerate(tree.information_sets) if s.player is not None and len(s.actions) > 1], dtype=np.int64
    )
    first = np.concatenate([[0], np.cumsum([len(tree.information_sets[i].actions) for i in sets])]).astype(np.int64)
    number = {int(place): k for k, place in enumerate(sets)}
    set_at = np.array([number.get(_set_number(tree, i), -1) for i in order], dtype=np.int64)
    action = _actions(tree, order, parent, set_at, first)
    known, zeros = _known(tree, order, parent)
    fewest = np.full(len(sets) + 1, np.iinfo(np.int64).max)  # impossible moves on the path to each set; the last: none
    np.minimum.at(fewest, set_at, zeros)
    believed = (set_at >= 0) & (zeros == fewest[set_at])
    owner = np.array([tree.information_sets[i].player for i in sets], dtype=np.int64)
    payoff, lowest = _payoffs(tree, order)
    children = _children(parent, action, believed)
    pairs, later = _pairs(parent, action, children)
    set_of = np.repeat(np.arange(len(sets)), np.diff(first))
    mine = owner[set_of]
    reached = zeros[children.parent[later]] == fewest[set_of[pairs]]
    others = children.believed[later] & (mine[pairs] != mine[children.action[later]])
    inner = tuple(np.flatnonzero(_is_inner(tree, order)[g]) + g.start for g in generations)
    return TreeArrays(
        tree=tree, order=order, generations=generations, starts=_starts(tree, order, inner), inner=inner,
        parent=parent, known=known, action=action, payoff=payoff, lowest=lowest, believed=believed,
        place=sets, first=first, owner=owner,
        factor=np.array([float(tree.information_sets[i].precision) for i in sets]),
        set_of=set_of,
        log_weight=np.concatenate([_log_weights(tree, int(i)) for i in sets]) if len(sets) else np.zeros(0),
        set_at=set_at, children=children,
        values=Pairs(pairs[reached], later[reached]), beliefs=Pairs(pairs[others], later[others]),
    )  # fmt: skip


def _set_number(tree: Tree, node: int) -> int:
    """Return the place of the information set of a node, -1 at an end."""
    place = tree.nodes[node].information_set
    return -1 if place is None else place


def _breadth_first(tree: Tree) -> tuple[Array, tuple[slice, ...]]:
    """Return the nodes breadth first, and the run of each generation."""
    order, generations, now = [], [], [0]
    while now:
        generations.append(slice(len(order), len(order) + len(now)))
        order.extend(now)
        now = [child for node in now for child in tree.children[node]]
    return np.array(order, dtype=np.int64), tuple(generations)


def _is_inner(tree: Tree, order: Array) -> Array:
    """Return whether something follows each node."""
    return np.array([len(tree.children[i]) > 0 for i in order])


def _starts(tree: Tree, order: Array, inner: tuple[Array, ...]) -> tuple[Array, ...]:
    """Return, for each generation, where the children of each inner node begin in the next generation."""
    sizes = [np.array([len(tree.children[order[i]]) for i in nodes], dtype=np.int64) for nodes in inner]
    return tuple(np.cumsum(size) - size for size in sizes)


def _actions(tree: Tree, order: Array, parent: Array, set_at: Array, first: Array) -> Array:
    """Return the action that leads to each node, -1 where its probability is known."""
    out = np.full(len(order), -1)
    taken = np.array([tree.nodes[i].action for i in order])
    chosen = (parent >= 0) & (set_at[parent] >= 0)
    out[chosen] = first[set_at[parent[chosen]]] + taken[chosen]
    return out


def _known(tree: Tree, order: Array, parent: Array) -> tuple[Array, Array]:
    """Return known log-probabilities of the moves that lead to nodes, and how many on the path there are impossible."""
    log_p, zeros = np.zeros(len(order)), np.zeros(len(order), np.int64)
    for k, i in enumerate(order[1:].tolist(), 1):
        at = tree.information_sets[_set_number(tree, tree.nodes[i].parent)]
        zeros[k] = zeros[parent[k]]
        if at.player is None:
            p = float(at.probabilities[tree.nodes[i].action] / sum(at.probabilities))
            log_p[k] = np.log(p) if p > 0 else -np.inf
            zeros[k] += p == 0
    return log_p, zeros


def _payoffs(tree: Tree, order: Array) -> tuple[Array, Array]:
    """Return what is paid in all at ends, less each player's lowest payoff, and the lowest payoffs."""
    ends = tree.ends.tolist()
    lowest = [min(tree.totals[i][p] for i in ends) for p in range(len(tree.players))]
    out = np.zeros((len(order), len(tree.players)))
    for i in ends:
        out[i] = [float(x - low) for x, low in zip(tree.totals[i], lowest, strict=True)]
    return out[order], np.array([float(x) for x in lowest])


def _log_weights(tree: Tree, place: int) -> Array:
    """Return the logarithm of the reference measure of the actions at an information set."""
    at = tree.information_sets[place]
    w = np.array([float(x) for x in at.weights]) if at.weights else np.ones(len(at.actions))
    return np.log(w / w.sum())


def _children(parent: Array, action: Array, believed: Array) -> Children:
    """Return what follows every action at every node where a player chooses."""
    node = np.flatnonzero(action >= 0)
    return Children(node, parent[node], action[node], believed[parent[node]])


def _pairs(parent: Array, action: Array, children: Children) -> tuple[Array, Array]:
    """Return (action on the path, child of a later choice) for all children, up to the root."""
    before, later = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    child, at = np.arange(len(children.node)), children.parent
    while len(at):
        here = action[at] >= 0
        before.append(action[at[here]])
        later.append(child[here])
        on = parent[at] >= 0
        child, at = child[on], parent[at[on]]
    return np.concatenate(before), np.concatenate(later)

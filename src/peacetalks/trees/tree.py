"""The extensive form of a finite game: nodes, information sets, outcomes and payoffs.

Nodes stand in depth-first order, the root first, so that every node comes after its parent and the sub-tree below a
node is a run of nodes.  What a player is paid in a play is the sum of the outcomes at the nodes of its path; outcomes
may stand at nodes within the tree as well as at its ends.  Payoffs and probabilities are exact fractions, as read;
`Tree.rewards` and the other arrays hold them as floats for solvers.

A player has *perfect recall* where all nodes of each of the player's information sets are preceded by the same own
information sets and own actions (Kuhn 1953).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from html import escape

import numpy as np

from peacetalks.errors import GameError
from peacetalks.text_files import clip, shorten

Past = tuple[tuple[int, int], ...]  # (information set, action) pairs that a player has been through
PROBABILITY_ERROR = Fraction(1, 10**9)  # by which the probabilities of chance may miss 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is paid at a node: a number in the file, a name, and a payoff for each player."""

    payoffs: tuple[Fraction, ...]
    name: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class InformationSet:
    """Nodes that the mover does not distinguish, with the actions there.

    Parameters
    ----------
    player : int or None
        Place of the mover in `Tree.players`; None is chance.
    actions : tuple of str
        Labels; in files they may be empty or repeated (`action_names` makes them unique).
    probabilities : tuple of Fraction
        Of the actions, at an information set of chance; empty at a player's.
    name, number : str, int
        As in the file; the number is unique among the information sets of a player, and among those of chance.
    weights : tuple of Fraction
        Reference measure of a player's actions, in any unit; empty means equal weights.
    precision : Fraction
        Factor on the mover's precision here.  It is 1 in files; in a game with discounting that is written in present
        values it is the inverse of the discount factor so far.
    """

    player: int | None
    actions: tuple[str, ...]
    probabilities: tuple[Fraction, ...] = ()
    name: str = ""
    number: int = 1
    weights: tuple[Fraction, ...] = ()
    precision: Fraction = Fraction(1)

    @property
    def action_names(self) -> tuple[str, ...]:
        """Return the labels where they are unique and none is empty, else the labels with their numbers.

        >>> InformationSet(0, ("l", "r")).action_names, InformationSet(0, ("l", "", "l")).action_names
        (('l', 'r'), ('1 l', '2', '3 l'))
        """
        if len(set(self.actions)) == len(self.actions) and all(self.actions):
            return self.actions
        return tuple(f"{i} {label}".strip() for i, label in enumerate(self.actions, 1))


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its parent (-1 at the root), the parent's action that leads here, information set, outcome and name.

    `information_set` (None at an end) and `outcome` (None where nothing is paid) are places in the tuples of the tree.
    """

    parent: int
    action: int
    information_set: int | None = None
    outcome: int | None = None
    name: str = ""


@dataclass(frozen=True, repr=False)
class Tree:
    """A finite game in extensive form.

    Parameters
    ----------
    title, comment : str
    players : tuple of str
    nodes : tuple of Node
        Depth first; `nodes[0]` is the root.
    information_sets : tuple of InformationSet
        Of the players and of chance.
    outcomes : tuple of Outcome

    Raises
    ------
    GameError
        Nodes that make no tree in depth-first order, numbers of actions, payoffs or probabilities that do not agree,
        probabilities that are negative or do not sum to 1, information sets or players without a place.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> tree = Tree("A coin", ("A",), (Node(-1, 0, 0), Node(0, 0, None, 0), Node(0, 1)),
    ...             (InformationSet(None, ("heads", "tails"), (half, half)),), (Outcome((Fraction(1),)),))
    >>> tree.rewards.tolist(), tree.ends.tolist()
    ([[0.0], [1.0], [0.0]], [1, 2])
    """

    title: str
    players: tuple[str, ...]
    nodes: tuple[Node, ...]
    information_sets: tuple[InformationSet, ...]
    outcomes: tuple[Outcome, ...] = ()
    comment: str = ""

    def __post_init__(self) -> None:
        for name in ("players", "nodes", "information_sets", "outcomes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _check_order(self)
        _check_outcomes(self)
        for place in range(len(self.information_sets)):
            _check_information_set(self, place)

    def __repr__(self) -> str:
        """Return title, players and size, a line each."""
        decisions = sum(s.player is not None for s in self.information_sets)
        lines = (
            f"Tree {self.title!r}",
            f"  players: {', '.join(self.players) or 'none'}",
            f"  {len(self.nodes)} nodes, {len(self.ends)} ends, {decisions} information sets of players",
        )
        return "\n".join(map(clip, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Return the nodes after each node, in the order of the actions."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for here, node in enumerate(self.nodes[1:], 1):
            found[node.parent].append(here)
        return tuple(map(tuple, found))

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """Return the nodes of each information set."""
        found: list[list[int]] = [[] for _ in self.information_sets]
        for here, node in enumerate(self.nodes):
            if node.information_set is not None:
                found[node.information_set].append(here)
        return tuple(map(tuple, found))

    @cached_property
    def ends(self) -> np.ndarray:
        """Return the nodes at which play ends [end]."""
        return np.array([i for i, node in enumerate(self.nodes) if node.information_set is None], dtype=np.int64)

    @cached_property
    def parents(self) -> np.ndarray:
        """Return the parent of each node, -1 at the root [node]."""
        return np.array([node.parent for node in self.nodes], dtype=np.int64)

    @cached_property
    def rewards(self) -> np.ndarray:
        """Return what each player is paid at each node [node, player], in the units of the file."""
        out = np.zeros((len(self.nodes), len(self.players)))
        for here, node in enumerate(self.nodes):
            if node.outcome is not None:
                out[here] = [float(x) for x in self.outcomes[node.outcome].payoffs]
        return out

    @cached_property
    def totals(self) -> tuple[tuple[Fraction, ...], ...]:
        """Return what each player has been paid on the way to each node and there, exactly."""
        out: list[tuple[Fraction, ...]] = []
        for node in self.nodes:
            so_far = out[node.parent] if node.parent >= 0 else (Fraction(0),) * len(self.players)
            if node.outcome is not None:
                so_far = tuple(a + b for a, b in zip(so_far, self.outcomes[node.outcome].payoffs, strict=True))
            out.append(so_far)
        return tuple(out)

    @cached_property
    def payoffs(self) -> np.ndarray:
        """Return what each player is paid in the plays that end at `ends` [end, player]."""
        rows = [[float(x) for x in self.totals[end]] for end in self.ends]
        return np.array(rows, dtype=float).reshape(len(rows), len(self.players))

    def name_of(self, place: int) -> str:
        """Return words for the information set at a place: whose it is, its number, and its name where it has one."""
        at = self.information_sets[place]
        who = "chance" if at.player is None else self.players[at.player]
        return f"{who}, information set {at.number}" + (f" ({shorten(at.name)})" if at.name else "")

    @cached_property
    def own_past(self) -> tuple[Past, ...]:
        """Return, for each node, the (information set, action) pairs that its mover has been through, in order.

        Empty at ends and where chance moves.
        """
        empty: Past = ()
        pasts: list[tuple[Past, ...]] = [(empty,) * len(self.players)]
        for node in self.nodes[1:]:
            before, place = pasts[node.parent], self.nodes[node.parent].information_set
            player = None if place is None else self.information_sets[place].player
            if place is not None and player is not None:
                added = (*before[player], (place, node.action))
                before = (*before[:player], added, *before[player + 1 :])
            pasts.append(before)
        movers = [
            None if n.information_set is None else self.information_sets[n.information_set].player for n in self.nodes
        ]
        return tuple(empty if who is None else past[who] for who, past in zip(movers, pasts, strict=True))

    def check_perfect_recall(self) -> None:
        """Raise `GameError` with the information set at which a player forgets an own move or what was known before."""
        for place, nodes in enumerate(self.members):
            if self.information_sets[place].player is None:
                continue
            first, *others = (self.own_past[node] for node in nodes)
            for other in others:
                if other != first:
                    raise GameError(f"no perfect recall: {self.name_of(place)} {self._forgotten(first, other)}")

    def _forgotten(self, one: Past, other: Past) -> str:
        """Return what is forgotten where two nodes of an information set have different pasts of their mover."""
        differing = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
        if not differing:
            return (
                f"can be reached after {min(len(one), len(other))} and after {max(len(one), len(other))} own moves; "
                "split it, so that the player knows how often he has moved"
            )
        (at, taken), (there, instead) = differing[0]
        if at == there:
            names = self.information_sets[at].action_names
            return (
                f"joins nodes that follow different actions at {self.name_of(at)}, {names[taken]!r} and "
                f"{names[instead]!r}; split it, so that the player remembers which was taken"
            )
        return (
            f"joins nodes that the player could distinguish before, at {self.name_of(at)} and {self.name_of(there)}; "
            "split it, or join those"
        )


def _check_order(tree: Tree) -> None:
    """Raise `GameError` where the nodes are no tree in depth-first order, or have not one child for each action."""
    if not tree.nodes or tree.nodes[0].parent != -1:
        raise GameError("a tree needs nodes, the first of which is the root (parent -1)")
    open_nodes: list[list[int]] = []  # [node, number of actions, children so far] on the path to the last node
    for here, node in enumerate(tree.nodes):
        while open_nodes and open_nodes[-1][1] == open_nodes[-1][2]:
            open_nodes.pop()
        expected = (open_nodes[-1][0], open_nodes[-1][2]) if open_nodes else (-1, 0)
        if (node.parent, node.action) != expected or (here and not open_nodes):
            raise GameError(
                f"node {here} follows action {node.action} of node {node.parent}; in depth-first order it must follow "
                f"action {expected[1]} of node {expected[0]}"
            )
        if open_nodes:
            open_nodes[-1][2] += 1
        place = node.information_set
        if place is not None:
            if not 0 <= place < len(tree.information_sets):
                raise GameError(
                    f"node {here} belongs to information set {place}; there are {len(tree.information_sets)}"
                )
            open_nodes.append([here, len(tree.information_sets[place].actions), 0])
    left = [here for here, actions, found in open_nodes if found < actions]
    if left:
        raise GameError(f"the tree ends before every action of node {left[-1]} has been followed")


def _check_outcomes(tree: Tree) -> None:
    """Raise `GameError` for players named twice, outcomes that do not pay each player, or that are not there."""
    if len(set(tree.players)) != len(tree.players):
        raise GameError(f"players are named twice: {shorten(tree.players)}")
    for outcome in tree.outcomes:
        if len(outcome.payoffs) != len(tree.players):
            raise GameError(
                f"outcome {outcome.number} {outcome.name!r} has {len(outcome.payoffs)} payoffs; there are "
                f"{len(tree.players)} players"
            )
    for here, node in enumerate(tree.nodes):
        if node.outcome is not None and not 0 <= node.outcome < len(tree.outcomes):
            raise GameError(f"node {here} has outcome {node.outcome}; there are {len(tree.outcomes)} outcomes")


def _check_information_set(tree: Tree, place: int) -> None:
    """Raise `GameError` for an information set without mover, action or node, or whose numbers are not its actions'."""
    at = tree.information_sets[place]
    if at.player is not None and not 0 <= at.player < len(tree.players):
        raise GameError(f"information set {at.number} belongs to player {at.player}; there are {len(tree.players)}")
    where = tree.name_of(place)
    if not at.actions:
        raise GameError(f"{where} has no actions; a node without actions is an end and has no information set")
    if not tree.members[place]:
        raise GameError(f"{where} has no node")
    if len(at.probabilities) != (len(at.actions) if at.player is None else 0):
        raise GameError(f"{where} has {len(at.actions)} actions and {len(at.probabilities)} probabilities")
    if len(at.weights) not in (0, len(at.actions)) or any(w <= 0 for w in at.weights) or at.precision <= 0:
        raise GameError(f"{where}: weights (one for each action) and precision must be positive")
    if at.player is not None:
        return
    for name, p in zip(at.action_names, at.probabilities, strict=True):
        if p < 0:
            raise GameError(f"{where}: the probability of {name!r} is {p}; it must lie in [0, 1]")
    if abs((total := sum(at.probabilities)) - 1) > PROBABILITY_ERROR:
        raise GameError(
            f"{where}: the probabilities sum to {float(total):.10g}, not 1; write what has no end as a fraction (1/3)"
        )

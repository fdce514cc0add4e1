r"""A finite game of the belief-grid form as a tree of everything that can happen in it.

Chance deals the types first; then every move is a node, at which the mover knows the type that is his and all that has
been public: moves, states drawn, the moves of those who moved at once.  Stages with a single move leave no node.

A game's payoffs are *current values*: they are discounted once a period.  In a tree all payoffs are added up, so they
are present values, :math:`\delta^t` times the current ones in period t; a choice in period t at precision
:math:`\lambda` on current values is one at precision :math:`\lambda/\delta^t` on present values.  That factor is the
`precision` of the tree's information sets, and the weights of moves are their `weights`.  Payoffs include `drive`: they
are what players act on.

Numbers are exact: a float is taken for the fraction that its shortest decimal means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from peacetalks.errors import GameError
from peacetalks.game.expand import NATURE, expand
from peacetalks.game.language import ONLY
from peacetalks.game.payoffs import PlayerTypes
from peacetalks.text_files import clip, shorten
from peacetalks.trees.exact import exactly
from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from peacetalks.game.expand import Node as Listing
    from peacetalks.game.language import Game, Pay
    from peacetalks.game.payoffs import Where

MOST_NODES = 200_000
DRIVES = "Payoffs include drives: they are what players act on, not their welfare."
Paid = tuple[Fraction, ...]  # to each player
Public = tuple[Any, ...]  # what has become public, in order
Profile = tuple[int, ...]  # type of each player


def tree_of(game: Game, title: str = "") -> Tree:
    """Return a finite game as a tree, with the same quantal response equilibria at every precision.

    Parameters
    ----------
    game : Game
    title : str, optional
        Of the tree.

    Raises
    ------
    GameError
        A stationary game; a discount factor of 0 with several periods; more than `MOST_NODES` nodes.

    Examples
    --------
    >>> from peacetalks.catalog import make
    >>> tree_of(make("signorino"), "Signorino's crisis")
    Tree "Signorino's crisis"
      players: 1, 2
      5 nodes, 3 ends, 2 information sets of players
    """
    if game.periods is None:
        raise GameError("a stationary game has no finite tree; give it a number of periods")
    for player in game.players:
        if game.discount_of(player) == 0 and game.periods > 1:
            raise GameError(
                f"the discount factor of {player!r} is 0: choices after the first period have no weight in present "
                "values; set `periods` to 1"
            )
    return _Unroller(game).run(title)


@dataclass(frozen=True, slots=True)
class _At:
    """Where a path of play stands: period, stage, state; the types; what is public; what has been paid."""

    period: int
    stage: int
    state: Any
    types: Profile
    public: Public
    paid: Paid


class _Unroller:
    """Lists the nodes of a game depth first; what is still to be listed stands on a stack."""

    def __init__(self, game: Game) -> None:
        self.game, self.index = game, PlayerTypes(game)
        self.discount = [exactly(game.discount_of(p)) for p in game.players]
        self.names = [game.type_names(p) for p in game.players]
        self.listings: dict[tuple[int, Any], Listing] = {}
        self.left: list[Callable[[], None]] = []
        self.nodes: list[Node] = []
        self.places: dict[Any, int] = {}
        self.sets: list[InformationSet] = []
        self.counts: Counter[int | None] = Counter()  # information sets of a player, of chance
        self.outcomes: dict[Paid, int] = {}

    def run(self, title: str) -> Tree:
        """Return the tree."""
        self.left.append(partial(self.deal, -1, 0, ()))
        while self.left:
            self.left.pop()()
        outcomes = tuple(Outcome(paid, "", i) for i, paid in enumerate(self.outcomes, 1))
        driven = any(drive for found in self.listings.values() for drive in found.incentive)
        comment = DRIVES if driven else ""
        return Tree(title, self.game.players, tuple(self.nodes), tuple(self.sets), outcomes, comment)

    def branches(self, after: Iterable[Callable[[], None]]) -> None:
        """Put what follows each action of a node on the stack, the first action on top."""
        self.left += reversed(list(after))

    def deal(self, parent: int, action: int, types: Profile) -> None:
        """Add the chance node that deals the type of the next player who has several."""
        while len(types) < len(self.names) and len(self.prior(len(types))) == 1:
            types += (next(iter(self.prior(len(types)))),)
        if len(types) == len(self.names):
            nothing = (Fraction(0),) * len(types)
            self.draw(parent, action, self.game.starts(), _At(0, 0, None, types, (), nothing))
            return
        prior, own, player = self.prior(len(types)), self.names[len(types)], self.game.players[len(types)]
        labels = [str(own[k]) for k in prior]
        here = self.chance(parent, action, ("type", player), labels, list(prior.values()), f"type of {player}")
        self.branches(partial(self.deal, here, a, (*types, kind)) for a, kind in enumerate(prior))

    def prior(self, player: int) -> dict[int, Fraction]:
        """Return the types that a player can have, with their probabilities."""
        given = self.game.types.get(self.game.players[player], {ONLY: 1})
        return {k: exactly(p) for k, p in enumerate(given.values()) if p > 0}

    def chance(self, parent: int, action: int, key: Any, labels: list[str], odds: list[Fraction], name: str) -> int:
        """Add a node of chance; return its place."""
        shares = tuple(p / sum(odds) for p in odds)
        return self.node(parent, action, key, InformationSet(None, tuple(labels), shares, clip(name)))

    def node(self, parent: int, action: int, key: Any, at: InformationSet) -> int:
        """Add a node of an information set, which is entered under its key if it is new; return its place."""
        self.check_size()
        if key not in self.places:
            self.places[key] = len(self.sets)
            self.counts[at.player] += 1
            self.sets.append(replace(at, number=self.counts[at.player]))
        self.nodes.append(Node(parent, action, self.places[key]))
        return len(self.nodes) - 1

    def check_size(self) -> None:
        """Raise `GameError` where the tree has all the nodes that it may have."""
        if len(self.nodes) >= MOST_NODES:
            raise GameError(
                f"the tree has more than {MOST_NODES:,} nodes; take fewer periods, moves or types, or solve the game "
                "as it is (`solve`, on a belief grid)"
            )

    def draw(self, parent: int, action: int, to: Any, at: _At) -> None:
        """Go on from a state, or from states that are drawn at a node of chance."""
        states = to if isinstance(to, Mapping) else {to: 1.0}
        if len(states) == 1:
            self.left.append(partial(self.go_on, parent, action, replace(at, state=next(iter(states)))))
            return
        odds = [exactly(p) for p in states.values()]
        here = self.chance(parent, action, ("state", at.public), list(map(str, states)), odds, "state")
        after = [replace(at, state=state, public=(*at.public, state)) for state in states]
        self.branches(partial(self.go_on, here, a, then) for a, then in enumerate(after))

    def go_on(self, parent: int, action: int, at: _At) -> None:
        """Go on from a state before a stage, or after the last one of a period."""
        if at.stage == len(self.game.stages):
            at = replace(at, period=at.period + 1, stage=0)
        if at.period == self.game.periods:
            self.end(parent, action, at)
            return
        found = self.listing(at.stage, at.state)
        if all(len(row) == 1 for row in found.labels):
            self.move(parent, action, found, 0, at)
        else:
            self.choose(parent, action, found, (), at)

    def listing(self, stage: int, state: Any) -> Listing:
        """Return what can happen at a stage in a state; asked once."""
        key = (stage, state)
        if key not in self.listings:
            self.listings[key] = expand(self.game, self.game.stages[stage], state)
        return self.listings[key]

    def choose(self, parent: int, action: int, found: Listing, acts: tuple[int, ...], at: _At) -> None:
        """Add a node of the next of those who move at once; the last one's action makes the move."""
        while len(acts) < len(found.players) and len(found.labels[len(acts)]) == 1:
            acts += (0,)
        if len(acts) < len(found.players):
            here = self.participant(parent, action, found, len(acts), at)
            actions = range(len(found.labels[len(acts)]))
            self.branches(partial(self.choose, here, a, found, (*acts, a), at) for a in actions)
            return
        profile = 0
        for row, a in zip(found.labels, acts, strict=True):
            profile = profile * len(row) + a
        mark = tuple(row[a] for row, a in zip(found.labels, acts, strict=True))
        self.move(parent, action, found, profile, replace(at, public=(*at.public, mark)))

    def participant(self, parent: int, action: int, found: Listing, which: int, at: _At) -> int:
        """Add the node of one participant at a stage; return its place."""
        player, labels = found.players[which], [str(label) for label in found.labels[which]]
        weights = [exactly(w) for w in found.weights[which]]
        stage = self.game.stages[at.stage].name
        if player == NATURE:
            return self.chance(parent, action, ("move", at.public), labels, weights, f"{stage}, {at.state}")
        mine = at.types[player]
        type_name = f", type {self.names[player][mine]}" if len(self.prior(player)) > 1 else ""
        name = clip(f"{stage}{type_name}, {at.state}")
        uneven = tuple(weights) if len(set(weights)) > 1 else ()
        factor = 1 / self.discount[player] ** at.period
        set_here = InformationSet(player, tuple(labels), (), name, 1, uneven, factor)
        return self.node(parent, action, (player, at.public, mine), set_here)

    def move(self, parent: int, action: int, found: Listing, profile: int, at: _At) -> None:
        """Go on after a move has been made: pay it, and draw the next state."""
        where = (self.game.stages[at.stage], at.state, found.names[profile])
        paid = at.paid
        for pay in (found.payoff[profile], found.incentive[profile]):
            paid = self.with_payment(paid, pay, where, at) if pay else paid
        self.draw(parent, action, found.to[profile], replace(at, stage=at.stage + 1, paid=paid))

    def with_payment(self, paid: Paid, pay: Pay, where: Where, at: _At) -> Paid:
        """Return what has been paid with a payoff of the present period added, in present values."""
        names = {p: own[k] for p, own, k in zip(self.game.players, self.names, at.types, strict=True)}
        found = pay(names) if callable(pay) else pay
        amounts = list(paid)
        for u, amount in self.index.entries(found, where):
            player = self.index.player[u]
            if self.index.type[u] == at.types[player]:
                amounts[player] += exactly(amount) * self.discount[player] ** at.period
        return tuple(amounts)

    def end(self, parent: int, action: int, at: _At) -> None:
        """Add an end, at which everything is paid."""
        self.check_size()
        paid = at.paid
        if self.game.value is not None:
            where = f"the value of state {shorten(at.state)} at the horizon"
            paid = self.with_payment(paid, self.game.value(at.state), where, at)
        outcome = self.outcomes.setdefault(paid, len(self.outcomes)) if any(paid) else None
        self.nodes.append(Node(parent, action, None, outcome, clip(str(at.state))))

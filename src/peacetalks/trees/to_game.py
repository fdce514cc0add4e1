r"""A tree whose information is "types first, then public moves" as a game of the belief-grid form.

Chance may deal first.  From then on every move is public: at each *public history* (the actions after the deal) one
player moves, or chance, whatever was dealt, and an information set of a player joins the deals that this player cannot
distinguish.  These classes of deals are the player's types.  They must be the same at every public history, and
independent, as the types of a `peacetalks.Game` are:

.. math:: P(\theta_1, \ldots, \theta_n) = \prod_i P(\theta_i).

What is dealt and nobody ever learns enters payoffs by its mean given the types; so do lotteries after the last choice.
A tree with other information (types that are correlated, moves that somebody does not see, deals after the first
move) stays a tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from peacetalks.errors import GameError
from peacetalks.game.language import MAX_TYPES, Chance, Decision, Game, Move
from peacetalks.trees.deal import Deal, deals_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.game.language import Pay, Stage
    from peacetalks.trees.tree import InformationSet, Tree

NEGLIGIBLE = Fraction(1, 10**9)  # difference from the product of a probability of a profile of types
Profile = tuple[int, ...]


class StaysTree(GameError):
    """A tree that is no game of the belief-grid form; the message says why."""


@dataclass
class _History:
    """A public history: a name, the node of each deal, and the histories after each action."""

    name: str
    nodes: tuple[int, ...]
    mover: int | None = None  # None: chance
    labels: tuple[str, ...] = ()
    weights: tuple[Fraction, ...] = ()
    after: list[_History] = field(default_factory=list)


def game_of(tree: Tree) -> Game:
    """Return a tree as a game of the belief-grid form, with the same quantal response equilibria.

    Stages are the public moves in their order, named by number and mover; states are the actions so far, beginning with
    `start`; types have the names of what was dealt, or the numbers of information sets.

    Parameters
    ----------
    tree : Tree
        Of perfect recall.

    Raises
    ------
    StaysTree
        Types that are correlated, moves that are not public, something learnt after the first move, more than four
        types of a player, or nobody who has a choice: which information set shows it.
    GameError
        No perfect recall.

    Examples
    --------
    >>> from peacetalks.catalog import make
    >>> from peacetalks.trees.from_game import tree_of
    >>> game_of(tree_of(make("fearon", offers=3)))
    Game of A, B (types: weak 0.5, tough 0.5)
      stages of a period: 1 A, 2 B
      1 period, discount 1
    """
    tree.check_perfect_recall()
    worth = _worth(tree)
    why = StaysTree("nobody has a choice")
    for deals in deals_of(tree, worth):
        try:
            return _Converter(tree, worth, deals).game()
        except StaysTree as e:  # perhaps chance has dealt more
            why = e
    raise why


class _Converter:
    """Finds the public histories after the deals, the types, and what is paid at the end of each history."""

    def __init__(self, tree: Tree, worth: dict[int, tuple[Fraction, ...]], deals: tuple[Deal, ...]) -> None:
        self.tree, self.worth, self.deals = tree, worth, deals
        self.classes: dict[int, tuple[int, ...]] = {}  # player -> class of each deal
        self.shown: dict[int, int] = {}  # player -> information set at which the classes were first seen
        self.met: dict[int, _History] = {}  # information set -> public history
        self.names: set[str] = set()
        self.levels = list(self.histories())

    def histories(self) -> Iterator[list[_History]]:
        """Yield the histories of each length at which somebody moves."""
        level = [self.history("start", tuple(deal.node for deal in self.deals))]
        while level := [here for here in level if self.moves(here)]:
            yield level
            level = [after for here in level for after in here.after]

    def history(self, name: str, nodes: tuple[int, ...]) -> _History:
        """Return a history under a name that no other has."""
        free, i = name, 1
        while free in self.names:
            free, i = f"{name} ({i + 1})", i + 1
        self.names.add(free)
        return _History(free, nodes)

    def moves(self, here: _History) -> bool:
        """Find who moves at a history and what follows; return whether it is no end."""
        ended = [node in self.worth for node in here.nodes]
        if all(ended):
            return False
        places = [self.tree.nodes[node].information_set for node in here.nodes]
        sets = [None if place is None else self.tree.information_sets[place] for place in places]
        at = next(s for s in sets if s is not None)
        where = f"after {here.name!r}" if here.name != "start" else "at the start"
        if any(ended) or any(s is None or (s.player, len(s.actions)) != (at.player, len(at.actions)) for s in sets):
            raise StaysTree(f"who moves {where}, or how many actions there are, depends on what chance has dealt")
        here.mover, here.labels = at.player, at.action_names
        known = [place for place in places if place is not None]
        (self.chance if at.player is None else self.decision)(here, known, at, where)
        for a, label in enumerate(at.action_names):
            name = label if here.name == "start" else f"{here.name}, {label}"
            here.after.append(self.history(name, tuple(self.tree.children[node][a] for node in here.nodes)))
        return True

    def chance(self, here: _History, places: list[int], at: InformationSet, where: str) -> None:
        """Check that a move of chance is public, and the same whatever was dealt."""
        here.weights = at.probabilities
        if any(self.tree.information_sets[p].probabilities != at.probabilities for p in places):
            raise StaysTree(f"the probabilities of chance {where} depend on what it has dealt before")

    def decision(self, here: _History, places: list[int], at: InformationSet, where: str) -> None:
        """Check that the mover knows the public history and the own type, and nothing else."""
        here.weights = at.weights or (Fraction(1),) * len(at.actions)
        for place in places:
            other = self.tree.information_sets[place]
            if other.precision != 1 or other.weights != at.weights:
                raise StaysTree(f"weights or precision at {self.tree.name_of(place)} differ from the others'")
            if self.met.setdefault(place, here) is not here:
                raise StaysTree(
                    f"a move is hidden: {self.tree.name_of(place)} joins what follows {self.met[place].name!r} and "
                    f"{here.name!r}"
                )
        if len(at.actions) == 1 or at.player is None:
            return
        first = {place: i for i, place in reversed(list(enumerate(places)))}
        classes = tuple(first[place] for place in places)
        if self.classes.setdefault(at.player, classes) != classes:
            raise StaysTree(
                f"what {self.tree.players[at.player]} knows of the deal is not the same at "
                f"{self.tree.name_of(self.shown[at.player])} and at {self.tree.name_of(places[0])}"
            )
        self.shown.setdefault(at.player, places[0])

    def game(self) -> Game:
        """Return the game."""
        if not self.classes:
            raise StaysTree("nobody has a choice")
        tree, own = self.tree, {i: sorted(set(c)) for i, c in sorted(self.classes.items())}
        for i, found in own.items():
            if len(found) > MAX_TYPES:
                raise StaysTree(f"{tree.players[i]} has {len(found)} types; a belief grid takes {MAX_TYPES}")
        odds = {i: [sum(d.probability for d, c in self.dealt(i) if c == k) for k in own[i]] for i in own}
        names = {i: self.type_names(i, own[i]) for i in own}
        profiles = self.profiles(own, odds)
        stages = [stage for k in range(len(self.levels)) for stage in self.stages(k, names, profiles)]
        types = {tree.players[i]: dict(zip(names[i], map(float, odds[i]), strict=True)) for i in own if len(own[i]) > 1}
        return Game(tree.players, "start", tuple(stages), types)

    def dealt(self, player: int) -> Iterator[tuple[Deal, int]]:
        """Yield the deals, each with its class for a player."""
        return zip(self.deals, self.classes[player], strict=True)

    def profiles(self, own: dict[int, list[int]], odds: dict[int, list[Any]]) -> dict[Profile, dict[int, Fraction]]:
        """Return the deals of every profile of types, with their probabilities given the profile."""
        found: dict[Profile, dict[int, Fraction]] = {}
        for profile in product(*(range(len(row)) for row in own.values())):
            classes = {i: own[i][k] for i, k in zip(own, profile, strict=True)}
            mine = [d for d in range(len(self.deals)) if all(self.classes[i][d] == c for i, c in classes.items())]
            total = sum((self.deals[d].probability for d in mine), Fraction(0))
            if abs(total - prod(odds[i][k] for i, k in zip(own, profile, strict=True))) > NEGLIGIBLE or not mine:
                informed = [self.tree.players[i] for i in own if len(own[i]) > 1]
                raise StaysTree(f"the private information of {', '.join(informed)} is correlated")
            found[profile] = {d: self.deals[d].probability / total for d in mine}
        return found

    def type_names(self, player: int, classes: list[int]) -> list[str]:
        """Return names of the types of a player: what was dealt in each and not in all, or information sets."""
        common = [set.intersection(*(set(d.labels) for d, c in self.dealt(player) if c == k)) for k in classes]
        shared = set.intersection(*(set(d.labels) for d in self.deals))
        names = [", ".join(label for _, label in sorted(row - shared)) for row in common]
        if len(set(names)) < len(names) or not all(names):
            place = self.tree.nodes
            at = self.met[self.shown[player]].nodes
            sets = [self.tree.information_sets[place[at[k]].information_set or 0] for k in classes]
            names = [str(s.number) for s in sets]
        return names

    def stages(
        self, k: int, names: dict[int, list[str]], profiles: dict[Profile, dict[int, Fraction]]
    ) -> Iterator[Stage]:
        """Yield the stages of the public moves number `k`: those of players, those of chance."""
        for chance in (True, False):
            here = {h.name: h for h in self.levels[k] if (h.mover is None) == chance}
            if not here:
                continue
            moves = {name: self.listed(h, names, profiles) for name, h in here.items()}
            movers = {name: self.tree.players[h.mover or 0] for name, h in here.items()}

            def at(state: Any, moves: dict[str, list[Move]] = moves) -> list[Move]:
                return moves.get(state, [Move("-", to=state)])

            who = "chance" if chance else " or ".join(dict.fromkeys(movers.values()))
            name = f"{k + 1} {who}"
            yield Chance(name, at) if chance else Decision(name, movers.__getitem__, at)

    def listed(self, h: _History, names: dict[int, list[str]], profiles: dict[Profile, Any]) -> list[Move]:
        """Return the moves at a history."""
        rows = zip(h.labels, h.weights, h.after, strict=True)
        return [Move(label, after.name, self.pay(after, names, profiles), float(w)) for label, w, after in rows]

    def pay(self, after: _History, names: dict[int, list[str]], profiles: dict[Profile, dict[int, Fraction]]) -> Pay:
        """Return what is paid where play ends: by own type if that is all it depends on, else by profile of types."""
        if after.nodes[0] not in self.worth:
            return None
        players, informed = self.tree.players, list(names)
        paid = {
            profile: [
                float(sum(p * self.worth[after.nodes[d]][i] for d, p in deals.items())) for i in range(len(players))
            ]
            for profile, deals in profiles.items()
        }
        own: dict[Any, float] = {}
        for profile, row in paid.items():
            for i, amount in enumerate(row):
                typed = i in names and len(names[i]) > 1
                key = (players[i], names[i][profile[informed.index(i)]]) if typed else players[i]
                if own.setdefault(key, amount) != amount:
                    return _by_profile(players, {players[i]: names[i] for i in informed}, paid)
        return own


def _by_profile(players: tuple[str, ...], names: dict[str, list[str]], paid: dict[Profile, list[float]]) -> Pay:
    """Return payoffs as a function of the profile of types."""

    def pay(types: Any) -> dict[str, float]:
        profile = tuple(own.index(types[p]) if len(own) > 1 else 0 for p, own in names.items())
        return dict(zip(players, paid[profile], strict=True))

    return pay


def _worth(tree: Tree) -> dict[int, tuple[Fraction, ...]]:
    """Return what each player expects in all at the ends, and at nodes of chance after which nobody has a choice."""
    found: dict[int, tuple[Fraction, ...]] = {}
    for here in range(len(tree.nodes) - 1, -1, -1):
        place = tree.nodes[here].information_set
        if place is None:
            found[here] = tree.totals[here]
            continue
        at = tree.information_sets[place]
        after = [found.get(child) for child in tree.children[here]]
        rows = [row for row in after if row is not None]
        if at.player is None and len(rows) == len(after):
            odds = at.probabilities
            found[here] = tuple(
                sum((p * x for p, x in zip(odds, xs, strict=True)), Fraction(0)) for xs in zip(*rows, strict=True)
            )
    return found

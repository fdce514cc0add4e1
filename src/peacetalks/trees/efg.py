"""Games in extensive form as Gambit's `.efg` files: read to a `Tree`, and written from one.

    EFG 2 R "A coin, then a call" { "A" } "a comment"
    c "" 1 "the coin" { "heads" 1/2 "tails" 1/2 } 0
    p "" 1 1 "the call" { "heads" "tails" } 0
    t "" 1 "right" { 1 }
    t "" 2 "wrong" { 0 }
    p "" 1 1 0
    t "" 2
    t "" 1

A line is a node, depth first: chance, a player or an end.  An information set is described where it comes first, by
its number among its player's (among those of chance); so is an outcome, by its number; outcome 0 pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from peacetalks.errors import GameError
from peacetalks.text_files import shorten
from peacetalks.trees.exact import number_text
from peacetalks.trees.gambit import Place, check_version, names_in, notes, numbers_in, parse, quoted, renumbered
from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

if TYPE_CHECKING:
    from fractions import Fraction

    from lark import Token

T = TypeVar("T", InformationSet, Outcome)
Key = tuple[int | None, int]  # of an information set: player (None for chance) and number; of an outcome: None, number


class _Numbered(Generic[T]):
    """Information sets or outcomes of a file, in the order in which their numbers first come."""

    def __init__(self, at: Place, what: str) -> None:
        self.at, self.what = at, what
        self.places: dict[Key, int] = {}
        self.found: list[T | None] = []
        self.tokens: list[Token] = []  # where each is described, or first comes

    def place(self, key: Key, token: Token, found: T | None) -> int:
        """Return the place of a number; `found` is what the file says there of it (None: nothing)."""
        here = self.places.setdefault(key, len(self.found))
        if here == len(self.found):
            self.found.append(found)
            self.tokens.append(token)
        elif self.found[here] is None and found is not None:
            self.found[here], self.tokens[here] = found, token
        elif found is not None and found != self.found[here]:
            line = self.tokens[here].line
            raise self.at.fail(token, f"{self.what} {token} is not what line {line} says of it; make the two equal")
        return here

    def all(self) -> tuple[T, ...]:
        """Return all of them; raise `GameError` for a number that nothing is said of."""
        for token, found in zip(self.tokens, self.found, strict=True):
            if found is None:
                raise self.at.fail(token, f"{self.what} {token} is described nowhere in the file")
        return tuple(found for found in self.found if found is not None)


def parse_efg(text: str, where: str = "game") -> Tree:
    r"""Return the tree that the text of an `.efg` file describes.

    Parameters
    ----------
    text : str
    where : str
        Names the text in errors.

    Raises
    ------
    GameError
        With line and column: text that is no such file and what was expected; descriptions that contradict one
        another or are missing; nodes that are too many or too few; probabilities that do not sum to 1.

    Examples
    --------
    >>> parse_efg('EFG 2 R "Quit" { "A" }\np "" 1 1 "" { "go" "stop" } 0\nt "" 1 "far" { 1/3 }\nt "" 0').totals
    ((Fraction(0, 1),), (Fraction(1, 3),), (Fraction(0, 1),))
    """
    parts, at = parse(text, "efg", where), Place(where, text)
    version, _, title, players, comment, *rows = parts
    check_version(at, version, "EFG", 2)
    reader = _Reader(at, names_in(at, players))
    nodes = reader.nodes(rows)
    name, words = notes(at, title, comment)
    try:
        return Tree(name, reader.players, nodes, reader.sets.all(), reader.outcomes.all(), words)
    except GameError as e:
        raise e if str(e).startswith(where) else GameError(f"{where}: {e}") from None


class _Reader:
    """Reads the nodes of a file."""

    def __init__(self, at: Place, players: tuple[str, ...]) -> None:
        self.at, self.players = at, players
        self.sets = _Numbered[InformationSet](at, "information set")
        self.outcomes = _Numbered[Outcome](at, "outcome")

    def nodes(self, rows: list[Any]) -> tuple[Node, ...]:
        """Return the nodes of the file's rows; each follows the next action not yet followed of a node before it."""
        moves = [self.information_set(row) for row in rows]
        paid = [self.outcome(row.children[-1]) for row in rows]
        actions = [0 if m is None else len(s.actions) if (s := self.sets.found[m]) else 0 for m in moves]
        self.sets.all()  # every one is described
        nodes: list[Node] = []
        left = [(-1, 0)]  # (node, action) pairs to follow, the next one last
        for here, (row, move, outcome) in enumerate(zip(rows, moves, paid, strict=True)):
            if not left:
                raise self.at.fail(row, "a node too many: every action has been followed; the tree is complete")
            parent, action = left.pop()
            nodes.append(Node(parent, action, move, outcome, self.at.name(row.children[0])))
            left += [(here, a) for a in reversed(range(actions[here]))]
        if left:
            parent, action = left[-1]
            what = (
                "a node"
                if parent < 0
                else f"the node after action {action + 1} of the node in line {rows[parent].meta.line}"
            )
            raise self.at.fail(len(self.at.text.rstrip()), f"the file ends here; expected {what}")
        return tuple(nodes)

    def information_set(self, row: Any) -> int | None:
        """Return the place of a node's information set; None at an end."""
        if row.data == "end":
            return None
        _, *numbers, _ = row.children
        described = None if not hasattr(numbers[-1], "data") else numbers.pop()
        player = self.player(numbers[0]) if row.data == "decision" else None
        number = self.at.whole(numbers[-1], "the number of an information set")
        found = None if described is None else self.described(described, player, number)
        return self.sets.place((player, number), numbers[-1], found)

    def player(self, token: Token) -> int:
        """Return the place of a player, whom the file counts from 1."""
        number = self.at.whole(token, "the number of a player")
        if not 1 <= number <= len(self.players):
            raise self.at.fail(token, f"there is no player {number}; the players are numbered 1 to {len(self.players)}")
        return number - 1

    def described(self, rule: Any, player: int | None, number: int) -> InformationSet:
        """Return the information set that a node describes: name, actions and, of chance, probabilities."""
        name, *rest = rule.children
        labels = tuple(self.at.name(t) for t in rest if t.type == "TEXT")
        odds = tuple(self.at.number(t) for t in rest if t.type == "NUMBER")
        at = InformationSet(player, labels, odds, self.at.name(name), number)
        for token, p in zip((t for t in rest if t.type == "NUMBER"), odds, strict=True):
            if p < 0:
                raise self.at.fail(token, f"the probability {token} is below 0")
        return at

    def outcome(self, rule: Any) -> int | None:
        """Return the place of a node's outcome; None where nothing is paid."""
        token, *described = rule.children
        number = self.at.whole(token, "the number of an outcome")
        if number == 0:
            if described:
                raise self.at.fail(token, "outcome 0 pays nothing and has no name or payoffs; give it another number")
            return None
        if len(described) < 2:
            return self.outcomes.place((None, number), token, None)
        payoffs = self.payoffs(described[1], token)
        return self.outcomes.place((None, number), token, Outcome(payoffs, self.at.name(described[0]), number))

    def payoffs(self, rule: Any, token: Token) -> tuple[Fraction, ...]:
        """Return the payoffs of an outcome, one for each player."""
        found = numbers_in(self.at, rule)
        if len(found) != len(self.players):
            raise self.at.fail(
                token, f"outcome {token} has {len(found)} payoffs; there are {len(self.players)} players"
            )
        return found


def efg_text(tree: Tree, present_values: bool = False) -> str:
    """Return a tree as the text of an `.efg` file, which reads back equal.

    Parameters
    ----------
    tree : Tree
    present_values : bool
        Write a tree whose precision differs by information set all the same; see below.

    Raises
    ------
    GameError
        What the format cannot hold: weights (`equal_weights` makes copies of actions instead); a precision that
        differs by information set, as in a game with discounting, where a decision in period t has precision
        lambda / delta^t on present values.  The Nash equilibria are the same without it, the quantal response
        equilibria are not.
    """
    for place, at in enumerate(tree.information_sets):
        if at.precision != 1 and not present_values:
            raise GameError(
                f"{tree.name_of(place)}: choices here have {float(at.precision):.6g} times the precision of those at "
                "the start, because payoffs are discounted to present values, and a game file cannot hold that. Set "
                "the discount factor to 1, or write the file from Python with present_values=True: Nash equilibria "
                "stay what they are, quantal response equilibria do not"
            )
        if len(set(at.weights)) > 1:
            raise GameError(
                f"{tree.name_of(place)}: the actions have different weights {shorten([*map(str, at.weights)])}, "
                "which a game file cannot hold; `equal_weights` makes copies of actions in their place"
            )
    return _Writer(tree).text()


class _Writer:
    """Writes the nodes of a tree, each information set and outcome described where it first comes."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.described = tree, set[tuple[str, int]]()
        owners = sorted({s.player for s in tree.information_sets if s.player is not None})
        self.numbers = [s.number for s in tree.information_sets]
        for owner in (None, *owners):
            own = [i for i, s in enumerate(tree.information_sets) if s.player == owner]
            for i, number in zip(own, renumbered([self.numbers[i] for i in own]), strict=True):
                self.numbers[i] = number
        self.outcomes = renumbered([o.number for o in tree.outcomes])

    def text(self) -> str:
        """Return the text of the file."""
        players = " ".join(quoted(p, "a player") for p in self.tree.players)
        head = f"EFG 2 R {quoted(self.tree.title, 'the title')} {{ {players} }}"
        rows = [self.row(node) for node in self.tree.nodes]
        return "\n".join([head, quoted(self.tree.comment, "the comment"), "", *rows, ""])

    def row(self, node: Node) -> str:
        """Return the line of a node."""
        name = quoted(node.name, "a node")
        if node.information_set is None:
            return f"t {name} {self.paid(node.outcome)}"
        at = self.tree.information_sets[node.information_set]
        who = "c" if at.player is None else "p"
        number = "" if at.player is None else f"{at.player + 1} "
        return f"{who} {name} {number}{self.moves(node.information_set, at)} {self.paid(node.outcome)}"

    def first(self, what: str, place: int) -> bool:
        """Return whether this is the first time that an information set or outcome comes."""
        new = (what, place) not in self.described
        self.described.add((what, place))
        return new

    def moves(self, place: int, at: InformationSet) -> str:
        """Return the number of an information set, and its name and actions where it first comes."""
        number = str(self.numbers[place])
        if not self.first("set", place):
            return number
        labels = [quoted(a, "an action") for a in at.actions]
        odds = [f" {number_text(p)}" for p in at.probabilities] or [""] * len(labels)
        actions = " ".join(a + p for a, p in zip(labels, odds, strict=True))
        return f"{number} {quoted(at.name, 'an information set')} {{ {actions} }}"

    def paid(self, place: int | None) -> str:
        """Return the number of an outcome, and its name and payoffs where it first comes."""
        if place is None:
            return "0"
        number, outcome = str(self.outcomes[place]), self.tree.outcomes[place]
        if not self.first("outcome", place):
            return number
        payoffs = ", ".join(map(number_text, outcome.payoffs))
        return f"{number} {quoted(outcome.name, 'an outcome')} {{ {payoffs} }}"

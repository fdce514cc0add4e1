"""The normal form of a game: players, strategies, and an outcome for every profile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np

from peacetalks.errors import GameError
from peacetalks.text_files import clip, shorten
from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree


@dataclass(frozen=True, repr=False)
class NormalForm:
    """A game in normal form.

    Parameters
    ----------
    title, comment : str
    players : tuple of str
    strategies : tuple of tuple of str
        Labels of each player's strategies.
    outcomes : tuple of Outcome
    cells : tuple of int or None
        Place in `outcomes` for each profile (None pays nothing); the first player's strategy varies fastest.

    Raises
    ------
    GameError
        No players, players without strategies, numbers of cells or payoffs that do not agree.

    Examples
    --------
    >>> from fractions import Fraction
    >>> win, lose = (Outcome((Fraction(x), Fraction(-x))) for x in (1, -1))
    >>> pennies = NormalForm("Pennies", ("A", "B"), (("H", "T"),) * 2, (win, lose), (0, 1, 1, 0))
    >>> pennies.payoffs[:, :, 0].tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """

    title: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    outcomes: tuple[Outcome, ...]
    cells: tuple[int | None, ...]
    comment: str = ""

    def __post_init__(self) -> None:
        if not self.players:
            raise GameError("a game in normal form needs at least one player")
        if len(set(self.players)) != len(self.players):
            raise GameError(f"players are named twice: {shorten(self.players)}")
        if len(self.strategies) != len(self.players):
            raise GameError(f"strategies are given for {len(self.strategies)} players; there are {len(self.players)}")
        for player, own in zip(self.players, self.strategies, strict=True):
            if not own:
                raise GameError(f"player {player!r} has no strategies")
        if len(self.cells) != math.prod(self.shape):
            raise GameError(
                f"{len(self.cells):,} profiles are given; {' x '.join(map(str, self.shape))} strategies make "
                f"{math.prod(self.shape):,}"
            )
        for outcome in self.outcomes:
            if len(outcome.payoffs) != len(self.players):
                raise GameError(
                    f"outcome {outcome.number} {outcome.name!r} has {len(outcome.payoffs)} payoffs; there are "
                    f"{len(self.players)} players"
                )
        for cell in self.cells:
            if cell is not None and not 0 <= cell < len(self.outcomes):
                raise GameError(f"a profile has outcome {cell}; there are {len(self.outcomes)}")

    def __repr__(self) -> str:
        """Return title, players and size, a line each."""
        lines = (
            f"NormalForm {self.title!r}",
            f"  players: {', '.join(self.players)}",
            f"  {' x '.join(map(str, self.shape))} strategies",
        )
        return "\n".join(map(clip, lines))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the number of strategies of each player."""
        return tuple(map(len, self.strategies))

    @cached_property
    def payoffs(self) -> np.ndarray:
        """Return the payoffs [strategy of player 1, ..., strategy of the last player, player]."""
        paid = np.zeros((len(self.outcomes) + 1, len(self.players)))  # the last row is paid where there is no outcome
        for place, outcome in enumerate(self.outcomes):
            paid[place] = [float(x) for x in outcome.payoffs]
        cells = np.array([len(self.outcomes) if c is None else c for c in self.cells], dtype=np.int64)
        return paid[cells.reshape(self.shape, order="F")]

    def tree(self) -> Tree:
        """Return the game as a tree in which the players move in their order, none knowing what others have done.

        The agent form of this tree is the game itself, so its quantal response equilibria and Nash equilibria are those
        of the normal form.
        """
        nodes: list[Node] = []
        players = len(self.players)
        stride = [math.prod(self.shape[:i]) for i in range(players)]
        left: list[tuple[int, int, int, int]] = [(-1, 0, 0, 0)]  # parent, action, player, cell so far
        while left:
            parent, action, player, cell = left.pop()
            if player == players:
                nodes.append(Node(parent, action, None, self.cells[cell]))
                continue
            here = len(nodes)
            nodes.append(Node(parent, action, player))
            after = [(here, a, player + 1, cell + a * stride[player]) for a in range(self.shape[player])]
            left += reversed(after)
        sets = [InformationSet(i, own) for i, own in enumerate(self.strategies)]
        return Tree(self.title, self.players, tuple(nodes), tuple(sets), self.outcomes, self.comment)

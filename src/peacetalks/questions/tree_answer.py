"""A game file in extensive or normal form, solved: as a tree, at a precision, over precisions, or in the limit.

A tree whose information is "types first, then public moves" is solved on a belief grid too, as every scenario is: the
two must agree to the grid's accuracy, and the difference is part of the answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.equilibrium.solve import solve
from peacetalks.equilibrium.timings import timed
from peacetalks.errors import GameError, NotSolved
from peacetalks.forecasting.size import belief_count
from peacetalks.text_files import shorten, shown
from peacetalks.trees.files import read
from peacetalks.trees.quantal_response import correspondence, nash_limit, solve_tree
from peacetalks.trees.to_game import StaysTree, game_of
from peacetalks.trees.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from peacetalks.game.language import Game
    from peacetalks.trees.quantal_response import Correspondence, TreeSolution

DEFAULT = 20.0  # precision times the spread of payoffs, where none is asked for
POINTS = 21  # of the belief grid
MOST_NODES = 3000  # of a tree that is solved on a belief grid too


@dataclass(frozen=True)
class Precisions:
    """The precisions that are asked for: one, a range, or the limit (`high` infinite without `low`)."""

    low: float | None
    high: float


@dataclass(frozen=True)
class TreeAnswer:
    """A solved tree; made by `answer_tree`.

    Attributes
    ----------
    tree : Tree
    solution : TreeSolution
        At the precision asked for, at the end of the range, or in the limit.
    correspondence : Correspondence or None
        Over the range asked for.
    form : str
        Whether it was converted to the belief-grid form, or why it stays a tree.
    grid_difference : float or None
        Largest difference between the values on the belief grid and on the tree.
    """

    tree: Tree
    solution: TreeSolution
    correspondence: Correspondence | None
    form: str
    grid_difference: float | None = None

    def __repr__(self) -> str:
        """Return the title, the precision and the values, in one line."""
        values = ", ".join(f"{p} {v:.4g}" for p, v in self.solution.values.items())
        return f"{self.tree.title or 'Tree'} at precision {max(self.solution.rationality.values()):.4g}: {values}"


def parse_precisions(text: str) -> Precisions:
    """Return what `--rationality` asks for: a number, a range `LOW:HIGH` whose end may be `inf`, or `inf`.

    Raises `GameError` for another text.

    >>> parse_precisions("0:inf"), parse_precisions("5")
    (Precisions(low=0.0, high=inf), Precisions(low=None, high=5.0))
    """
    low, colon, high = text.partition(":")
    try:
        parts = [float(part) for part in ((low, high) if colon else (low,))]
    except ValueError:
        parts = [math.nan]
    bad = (
        any(math.isnan(x) or x < 0 for x in parts)
        or (colon and not parts[0] < parts[-1])
        or math.isinf(parts[0] if colon else 0)
    )
    if bad:
        raise GameError(
            f"--rationality: {shorten(text)} is no precision; write a number such as 5, a range such as 0:20 or 0:inf, "
            "or inf for the limit"
        )
    return Precisions(parts[0] if colon else None, parts[-1])


def read_tree(path: Path) -> Tree:
    """Return the game of a file `.efg` or `.nfg` as a tree of perfect recall; raise `GameError` with what is wrong."""
    game = read(path)
    tree = game if isinstance(game, Tree) else game.tree()
    try:
        tree.check_perfect_recall()
    except GameError as e:
        raise GameError(f"{shown(path)}: {e}") from None
    return tree


def answer_tree(
    tree: Tree, asked: Precisions | float | Mapping[str, float] | None = None, convert: bool = True
) -> TreeAnswer:
    """Solve a tree.

    Parameters
    ----------
    tree : Tree
    asked : Precisions, float or {player: float}, optional
        Left out: 20 over the largest difference between two payoffs of a player.
    convert : bool
        Solve it on a belief grid too, where it can be converted.

    Raises
    ------
    GameError, NotSolved
        As `solve_tree`, `correspondence` and `nash_limit`.
    """
    asked = DEFAULT / spread_of(tree) if asked is None else asked
    with timed("solve"):
        over, found = _solved(tree, asked)
    form, difference = (
        _on_grid(tree, found) if convert else ("Solved as a tree; it was not looked at whether it converts.", None)
    )
    return TreeAnswer(tree, found, over, form, difference)


def _solved(tree: Tree, asked: Precisions | float | Mapping[str, float]) -> tuple[Correspondence | None, TreeSolution]:
    """Return the branch over the range asked for, if one is, and the solution at its end."""
    if not isinstance(asked, Precisions):
        return None, solve_tree(tree, asked)
    if asked.low is None:
        return None, solve_tree(tree, asked.high) if math.isfinite(asked.high) else nash_limit(tree)
    over = correspondence(tree, asked.low, asked.high)
    return over, over.limit or solve_tree(tree, asked.high)


def spread_of(tree: Tree) -> float:
    """Return the largest difference between two payoffs of a player, or 1 where all are equal."""
    return float((tree.payoffs.max(axis=0) - tree.payoffs.min(axis=0)).max(initial=0.0)) or 1.0


def _on_grid(tree: Tree, found: TreeSolution) -> tuple[str, float | None]:
    """Return words on the belief-grid form of a tree, and the largest difference between the values there and here."""
    try:
        game = game_of(tree)
    except StaysTree as e:
        return f"Solved as a tree, not converted to the belief-grid form: {e}", None
    what = f"Converted to the belief-grid form (types first, then public moves; types of {_types(game)})"
    if found.changed is not None or len(tree.nodes) > MOST_NODES:
        why = "no limit is taken there" if found.changed is not None else f"more than {MOST_NODES:,} nodes"
        return f"{what}; solved as a tree only: {why}.", None
    try:
        belief_count(game, POINTS)
        s = solve(game, found.rationality, POINTS, certify=False)
    except (GameError, NotSolved) as e:
        return f"{what}; solved as a tree only: {e}", None
    difference = max(abs(s.value(p) - v) for p, v in found.values.items())
    return (
        f"{what}; values on a grid of {POINTS} points differ from those of the tree by at most {difference:.2g}.",
        difference,
    )


def _types(game: Game) -> str:
    """Return how many types each player has, where somebody has several."""
    several = [f"{p}: {len(game.type_names(p))}" for p in game.players if len(game.type_names(p)) > 1]
    return ", ".join(several) or "nobody: no hidden types"

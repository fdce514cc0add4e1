"""Pictures of a classic game: its tree with the probabilities of the equilibrium, and how public beliefs move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peacetalks.equilibrium.likely_paths import likely_paths
from peacetalks.errors import PageError
from peacetalks.pages.belief_paths_chart import belief_paths_caption, belief_paths_chart
from peacetalks.pages.export_charts import svg_by_itself
from peacetalks.pages.forecast_charts import Plot
from peacetalks.pages.tree_chart import MOST_ENDS, tree_caption, tree_chart
from peacetalks.trees.from_game import tree_of
from peacetalks.trees.quantal_response import solve_tree

if TYPE_CHECKING:
    from peacetalks.questions.catalog_game import ClassicGame

PICTURES = ("tree", "beliefs")
PATHS, STEPS = 5, 8  # paths that are drawn, and the moves of each


def picture(g: ClassicGame, which: str) -> str:
    """Return a picture of a classic game as SVG.

    Parameters
    ----------
    g : ClassicGame
    which : str
        One of `PICTURES`.

    Raises
    ------
    PageError
        Another name; a tree with too many ends; beliefs of a game in which nobody has hidden types.
    GameError
        The tree of a game without a last period.
    """
    if which not in PICTURES:
        raise PageError(f"no picture {which!r}; pictures: {', '.join(PICTURES)}")
    about = f"{g.name}: {g.entry.source}; rationality {g.rationality:g}."
    return svg_by_itself(_tree(g) if which == "tree" else _beliefs(g), about)


def _tree(g: ClassicGame) -> Plot:
    tree = tree_of(g.solution.game, g.name)
    if len(tree.ends) > MOST_ENDS:
        raise PageError(
            f"the tree of {g.name} has {len(tree.ends):,} ends, and a picture shows at most {MOST_ENDS}; make it "
            "smaller (such as --set offers=3, where the game has offers) or ask for --picture beliefs"
        )
    found = solve_tree(tree, g.rationality)
    return Plot("The tree", tree_caption(found), lambda width: tree_chart(found, width))


def _beliefs(g: ClassicGame) -> Plot:
    paths = likely_paths(g.solution, PATHS, STEPS)
    if not paths[0].steps[0].beliefs:
        raise PageError(f"nobody has hidden types in {g.name}, so there are no beliefs to draw; ask for --picture tree")
    return Plot("How beliefs move", belief_paths_caption(paths), lambda width: belief_paths_chart(paths, width))

"""A game tree with the probabilities of an equilibrium on its branches.

The root stands at the left, the ends at the right with their payoffs.  Nodes have the colour of their player and the
number of their information set, whose nodes are joined by a dashed line; chance is a diamond.  A branch is the thicker
the likelier it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import polars as pl

from peacetalks.errors import PageError
from peacetalks.pages.chart_parts import Chart, colour_by, legend
from peacetalks.pages.printable import printable
from peacetalks.pages.styles import FAINT_INK, INK, SIDE_COLOURS

if TYPE_CHECKING:
    from peacetalks.trees.quantal_response import TreeSolution
    from peacetalks.trees.tree import Tree

MOST_ENDS = 60
ROW, LETTER = 30, 6.2  # pixels between two ends, and of a letter
COLOURS = (*SIDE_COLOURS, "#1a7a5a", "#b8372f", "#8a6d3b", "#444444")
CHANCE = "chance"
BEND = 0.07  # of the lines of information sets, in generations
ALONG = 0.56  # where on a branch its words stand


@dataclass(frozen=True)
class _Layout:
    """Where the nodes stand: generation and height [node], and how many letters go on a branch."""

    x: np.ndarray
    y: np.ndarray
    letters: int


def check_size(tree: Tree) -> None:
    """Raise `PageError` for a tree that has too many ends for a picture."""
    if len(tree.ends) > MOST_ENDS:
        raise PageError(
            f"the tree has {len(tree.ends):,} ends, and a picture shows at most {MOST_ENDS}; write .html or .csv, or "
            "ask for a range of precisions (--rationality 0:20), whose chart shows the information sets"
        )


def tree_chart(found: TreeSolution, width: int) -> Chart:
    """Return the tree; raise `PageError` where it has too many ends."""
    tree = found.tree
    check_size(tree)
    at = _layout(tree, width)
    nodes = pl.DataFrame(_nodes(found, at))
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.15, float(at.x.max()) + _room(tree, at, width)], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[len(tree.ends) - 0.4, -0.8], nice=False))
    base = alt.Chart(nodes).encode(x=x, y=y)
    colours = _colours(tree)
    colour = colour_by("player:N", colours, legend=legend(width, 4))
    height = max(120, ROW * len(tree.ends) + 16)
    parts = [
        _branches(found, at, x, y),
        *_joins(tree, at, x, y, colour),
        base.transform_filter("datum.player != ''")
        .mark_point(filled=True, opacity=1, size=190)
        .encode(
            color=colour,
            shape=alt.Shape(
                "player:N",
                scale=alt.Scale(domain=list(colours), range=["diamond" if p == CHANCE else "circle" for p in colours]),
                legend=legend(width, 4),
            ),
        ),
        base.transform_filter("datum.number != ''")
        .mark_text(fontSize=9, fontWeight="bold", color="white", dy=0.5)
        .encode(text="number:N"),
        *_words(found, at, x, y),
        base.transform_filter("datum.payoffs != ''")
        .mark_text(align="left", dx=5, fontSize=11, color=INK)
        .encode(text="payoffs:N"),
    ]
    return alt.layer(*parts).properties(width=width, height=height)


def tree_caption(found: TreeSolution) -> str:
    """Return how the picture is to be seen."""
    return (
        f"Each branch has the probability with which it is taken, and is the thicker the likelier; at the ends stand "
        f"the payoffs of {', '.join(found.tree.players)}. Nodes have the numbers of their information sets; dashed "
        "lines join those of the same."
    )


def _layout(tree: Tree, width: int) -> _Layout:
    """Return the places of the nodes: ends one below another, others half-way between their first and last child."""
    depth = np.zeros(len(tree.nodes))
    y = np.zeros(len(tree.nodes))
    y[tree.ends] = np.arange(len(tree.ends))
    for i, node in enumerate(tree.nodes[1:], 1):
        depth[i] = depth[node.parent] + 1
    for i in range(len(tree.nodes) - 1, -1, -1):
        if tree.children[i]:
            y[i] = 0.5 * (y[tree.children[i][0]] + y[tree.children[i][-1]])
    step = width / (float(depth.max()) + 1.0)
    return _Layout(depth, y, max(3, int(0.85 * step / LETTER)))


def _room(tree: Tree, at: _Layout, width: int) -> float:
    """Return the room to the right of the last end, for payoffs, in generations."""
    longest = max(len(_payoffs(tree, int(i))) for i in tree.ends)
    share = min(0.5, (longest * LETTER + 10) / width)
    return (float(at.x.max()) + 0.15) * share / (1 - share)


def _colours(tree: Tree) -> dict[str, str]:
    """Return the colour of each player who moves, and of chance where it does."""
    movers = {s.player for s in tree.information_sets}
    found = {printable(p): COLOURS[i % len(COLOURS)] for i, p in enumerate(tree.players) if i in movers}
    return found | ({CHANCE: FAINT_INK} if None in movers else {})


def _player(tree: Tree, node: int) -> str:
    """Return who moves at a node; empty at an end."""
    place = tree.nodes[node].information_set
    if place is None:
        return ""
    player = tree.information_sets[place].player
    return CHANCE if player is None else printable(tree.players[player])


def _number(tree: Tree, node: int) -> str:
    """Return the number of a player's information set at a node; empty at ends and where chance moves."""
    place = tree.nodes[node].information_set
    at = None if place is None else tree.information_sets[place]
    return "" if at is None or at.player is None else str(at.number)


def _payoffs(tree: Tree, node: int) -> str:
    """Return the payoffs at an end."""
    return ", ".join(f"{float(x):.4g}" for x in tree.totals[node])


def _nodes(found: TreeSolution, at: _Layout) -> list[dict[str, Any]]:
    tree = found.tree
    ends = set(tree.ends.tolist())
    return [
        {
            "x": x,
            "y": y,
            "player": _player(tree, i),
            "number": _number(tree, i),
            "payoffs": _payoffs(tree, i) if i in ends else "",
        }
        for i, (x, y) in enumerate(zip(at.x.tolist(), at.y.tolist(), strict=True))
    ]


def _taken(found: TreeSolution, node: int) -> tuple[str, float]:
    """Return the action that leads to a node, and its probability."""
    here = found.tree.nodes[node]
    place = found.tree.nodes[here.parent].information_set
    assert place is not None
    return found.tree.information_sets[place].action_names[here.action], float(found.probabilities[place][here.action])


def _branches(found: TreeSolution, at: _Layout, x: alt.X, y: alt.Y) -> alt.Chart:
    rows = []
    for i, node in enumerate(found.tree.nodes[1:], 1):
        _, p = _taken(found, i)
        rows.append({"x": at.x[node.parent], "y": at.y[node.parent], "x2": at.x[i], "y2": at.y[i], "p": p})
    width = alt.StrokeWidth("p:Q", scale=alt.Scale(domain=[0, 1], range=[0.6, 5]), legend=None)
    chart = alt.Chart(pl.DataFrame(rows)).mark_rule(color="#aeb6bf")
    return chart.encode(x=x, y=y, x2="x2:Q", y2="y2:Q", strokeWidth=width)


def _words(found: TreeSolution, at: _Layout, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return the action and its probability beside each branch, on a white ground."""
    rows = []
    for i, node in enumerate(found.tree.nodes[1:], 1):
        name, p = _taken(found, i)
        number = f"{p:.2f}" if p >= 0.005 or p == 0 else "<.01"
        room = at.letters - len(number) - 2
        short = name if len(name) <= room else f"{name[: max(1, room - 1)]}…"
        rows.append(
            {
                "x": at.x[node.parent] + ALONG * (at.x[i] - at.x[node.parent]),
                "y": at.y[node.parent] + ALONG * (at.y[i] - at.y[node.parent]),
                "words": f"{printable(short)}: {number}" if room >= 1 else number,
            }
        )
    chart = alt.Chart(pl.DataFrame(rows)).encode(x=x, y=y, text="words:N")
    return [
        chart.mark_text(fontSize=11, dy=-8, stroke="white", strokeWidth=3, strokeJoin="round"),
        chart.mark_text(fontSize=11, dy=-8, color=INK),
    ]


def _joins(tree: Tree, at: _Layout, x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    """Return dashed lines between the nodes of each information set of a player, those of different sets apart."""
    rows, along = [], np.linspace(0.0, 1.0, 9)
    several = [
        i for i, nodes in enumerate(tree.members) if tree.information_sets[i].player is not None and len(nodes) > 1
    ]
    for k, place in enumerate(several):
        bend = BEND * (1 + k // 2 % 3) * (-1) ** k if len(several) > 1 else 0.0
        for a, b in pairwise(sorted(tree.members[place], key=lambda i: at.y[i])):
            rows += [
                {
                    "x": at.x[a] + t * (at.x[b] - at.x[a]) + bend * 4 * t * (1 - t),
                    "y": at.y[a] + t * (at.y[b] - at.y[a]),
                    "line": f"{a}-{b}",
                    "player": _player(tree, a),
                }
                for t in along.tolist()
            ]
    if not rows:
        return []
    chart = alt.Chart(pl.DataFrame(rows)).mark_line(strokeDash=[4, 3], strokeWidth=1.4, interpolate="linear")
    return [chart.encode(x=x, y=y, detail="line:N", order="y:Q", color=colour)]

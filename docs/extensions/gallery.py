"""The directive `classic-games`: every game of the catalogue, solved when the site is built, with a picture of it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from peacetalks import catalog
from peacetalks.errors import GameError, PageError
from peacetalks.pages.catalog_chart import caption, over_precision
from peacetalks.pages.catalog_pictures import picture as drawn
from peacetalks.pages.catalog_text import accuracy, cells, finding
from peacetalks.pages.chart_parts import styled
from peacetalks.pages.markup import svg_text
from peacetalks.questions.catalog_game import ClassicGame, classic_game

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WIDTH = 440  # pixels; a narrower screen shows the picture a little smaller
HEAD = ("", "computed", "every type known", "closed form")


class ClassicGames(SphinxDirective):
    """A section for every game: what it is about, what is found, a chart over precision, and every measure."""

    def run(self) -> list[nodes.Node]:
        """Solve the games and write them out."""
        return [section(classic_game(name)) for name in catalog.names()]


def section(g: ClassicGame) -> nodes.section:
    """Return the section of a game."""
    out = nodes.section(ids=[f"game-{g.name}"], names=[f"game-{g.name}"])
    out += nodes.title("", "", nodes.literal("", g.name), nodes.Text(f": {g.entry.source}"))
    out += nodes.paragraph("", f"{g.entry.sentence} {finding(g)}")
    out += picture(svg_text(styled(over_precision(g, WIDTH))), caption(g))
    out += tree(g)
    out += table([cells(m) for m in g.measured])
    out += nodes.paragraph("", accuracy(g))
    if g.remark:
        out += nodes.paragraph("", g.remark)
    for reference in g.entry.references:
        out += nodes.paragraph("", reference, classes=["source"])
    return out


def picture(svg: str, words: str) -> nodes.raw:
    """Return a picture with its caption, as the page holds it."""
    label = html.escape(words, quote=True)
    inside = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return nodes.raw("", f'<figure class="chart">{inside}<figcaption>{label}</figcaption></figure>', format="html")


def tree(g: ClassicGame) -> list[nodes.Node]:
    """Return the game's tree with its equilibrium, folded; nothing for a tree without an end, or with too many ends."""
    try:
        svg = drawn(g, "tree")
    except (GameError, PageError):
        return []
    words = "The tree, with the probabilities of the equilibrium"
    return [nodes.raw("", f'<details class="tree"><summary>{words}</summary>{svg}</details>', format="html")]


def table(rows: list[tuple[str, ...]]) -> nodes.table:
    """Return a table of measures."""
    group = nodes.tgroup(cols=len(HEAD))
    group += [nodes.colspec(colwidth=1) for _ in HEAD]
    group += nodes.thead("", row(HEAD))
    group += nodes.tbody("", *(row(r) for r in rows))
    return nodes.table("", group)


def row(texts: tuple[str, ...]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("classic-games", ClassicGames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Charts of a forecast, drawn once as SVG so that a page needs no script and no network.

Each chart is drawn in two widths (for a desk, and for a telephone or paper); the page shows one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import altair as alt

from peacetalks.pages.chart_parts import NARROW, WIDE, styled
from peacetalks.pages.drivers_chart import moving, tornado, tornado_caption
from peacetalks.pages.ends_chart import ends, ends_caption
from peacetalks.pages.markup import inline_svg, svg_text
from peacetalks.pages.model_charts import (
    beliefs,
    beliefs_caption,
    outcomes,
    terms,
    terms_caption,
    truce,
    truce_caption,
)
from peacetalks.pages.printable import printable
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE
from peacetalks.pages.views_chart import why_caption, why_views_differ

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.chart_parts import Chart


@dataclass(frozen=True)
class Plot:
    """A chart before it is drawn: its heading, what to see in it, and what draws it in a width."""

    title: str
    caption: str
    draw: Callable[[int], Chart]


@dataclass(frozen=True)
class Drawing:
    """A chart on the page: its heading, what to see in it, and the SVG in two widths."""

    title: str
    caption: str
    wide: str
    narrow: str


def plots(o: Outlook) -> list[Plot]:
    """Return the charts of a forecast in the order of the page, those first that say most.

    What drives the answer is among them where it was computed.
    """
    whose = BEST_ESTIMATE if o.pooled.ends is not None else MODEL_ALONE
    found = [
        Plot(f"{whose.capitalize()} over time", ends_caption(o), partial(ends, o)),
        Plot("Why the views differ", why_caption(o), partial(why_views_differ, o)),
    ]
    if moving(o):
        found.append(Plot("What drives it", tornado_caption(o), partial(tornado, o)))
    if o.mean_terms is not None:
        found.append(Plot("Terms of a settlement", terms_caption(o), partial(terms, o)))
    if o.durations.broken_within is not None:
        found.append(Plot("How long a truce holds", truce_caption(o), partial(truce, o)))
    if o.beliefs:
        found.append(Plot("What is learnt about each side", beliefs_caption(o), partial(beliefs, o)))
    return found


def outcomes_plot(o: Outlook) -> Plot:
    """Return the chart of all outcomes, which stands in a folded part of the page."""
    caption = "The model alone: greens are peace, greys still no settlement, reds more conflict."
    return Plot("All outcomes over time", caption, partial(outcomes, o))


def drawing(p: Plot, number: int) -> Drawing:
    """Return a chart drawn for a page, on which it has a number of its own."""
    wide, narrow = (_svg(p.draw(w), f"c{number}{k}-", p.title) for w, k in ((WIDE, "w"), (NARROW, "n")))
    return Drawing(p.title, p.caption, wide, narrow)


def one_svg(o: Outlook) -> str:
    """Return all charts, one below the other, as a single SVG file."""
    parts = [p.draw(WIDE).properties(title=alt.Title(p.title, anchor="start")) for p in (*plots(o), outcomes_plot(o))]
    return svg_text(
        styled(alt.vconcat(*parts, spacing=36).resolve_scale(color="independent", strokeDash="independent"))
    )


def _svg(chart: Chart, prefix: str, title: str) -> str:
    """Return the SVG to be put into a page: named for readers of screens, its ids unique in the page."""
    svg = re.sub(r'\bid="', f'id="{prefix}', inline_svg(styled(chart)))
    svg = svg.replace("url(#", f"url(#{prefix}")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(printable(title))}" ', 1)

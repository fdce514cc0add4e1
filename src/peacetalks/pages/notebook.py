"""How an outlook is shown where people work in Python: at the prompt, in a notebook, as a chart.

Imported with the public names that return one, so that lower rooms need not know of pages.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError, suggestion
from peacetalks.forecasting.outlook import Outlook
from peacetalks.forecasting.what_if_values import WhatIf
from peacetalks.pages.best_text import short_why
from peacetalks.pages.card import bar_at
from peacetalks.pages.cells import percent
from peacetalks.pages.forecast_page import fragment
from peacetalks.pages.markup import as_svg
from peacetalks.pages.shown import headline_month
from peacetalks.pages.styles import BEST_ESTIMATE, MODEL_ALONE, PAST_CONFLICTS
from peacetalks.pages.whatif_page import fragment as whatif_fragment
from peacetalks.text_files import clip

if TYPE_CHECKING:
    from peacetalks.pages.card import Bar

KINDS = {  # of `Outlook.plot`: module and function of the chart
    "best": ("ends_chart", "ends"),
    "views": ("views_chart", "why_views_differ"),
    "drivers": ("drivers_chart", "tornado"),
    "outcomes": ("model_charts", "outcomes"),
    "terms": ("model_charts", "terms"),
    "truce": ("model_charts", "truce"),
    "beliefs": ("model_charts", "beliefs"),
}

NO_DRIVERS = (
    "the drivers are not computed yet, since they take many solves: `peacetalks forecast SCENARIO --drivers`, or "
    "drivers(scenario) in Python"
)


def short_text(o: Outlook) -> str:
    """Return the answer in a few lines: best estimate with its 90% interval, why, what it rests on, settings."""
    s, best = o.settings, o.pooled
    first = bar_at(o, headline_month(o))
    whose = BEST_ESTIMATE if best.ends is not None else MODEL_ALONE
    classes = [f"n = {view.n}" for view in o.outside if view.anchors]
    rests = f"{PAST_CONFLICTS} that answer the question: {', '.join(classes) or 'none'}"
    off = "" if o.grid_error is None else f", grid error up to {percent(float(o.grid_error.max()))}"
    settings = f"{s['belief_points']} belief points a side{off}, {s['draws']} draws; scenario {o.scenario.digest}"
    return "\n".join(
        (
            clip(f"{o.scenario.title}, as of {o.as_of}"),
            f"By {first.day}, {whose}: {_shares(first)}",
            f"  {short_why(o)}",
            f"  {rests}",
            f"  {settings}",
            "  .plot(), .to_polars(), .to_dict() give more",
        )
    )


def _shares(bar: Bar) -> str:
    """Return the outcome classes of a bar with their intervals, or why they are not known."""
    cells = (f"{s.name.lower()} {s.percent}{f' ({s.interval})' if s.interval else ''}" for s in bar.shares)
    return ", ".join(cells) or bar.label


def plot(o: Outlook, kind: str = "best", width: int = 660) -> Any:
    """Return a chart of an outlook, for a notebook or to be saved (`.save("chart.svg")`).

    Parameters
    ----------
    o : Outlook
    kind : str
        "best" (the outcome classes over time: best estimate with its 90% interval, or the model alone without one),
        "views" (why the views differ), "drivers" (which numbers move the answer, once they are computed),
        "outcomes" (of the model alone), "terms" (of a settlement), "truce" (how long a truce holds), or "beliefs"
        (about each side).
    width : int
        In pixels.

    Returns
    -------
    altair.Chart
        A notebook shows it as SVG, without a script and without the network.

    Raises
    ------
    SpecError
        No chart of that kind, and the message names the nearest; or drivers that are not computed.
    """
    from peacetalks.pages.chart_parts import styled  # Altair is slow to import

    if kind not in KINDS:
        raise SpecError(f"there is no chart of kind {kind!r}. {suggestion(kind, KINDS)}")
    if kind == "drivers" and not o.drivers:
        raise SpecError(NO_DRIVERS)
    module, name = KINDS[kind]
    return as_svg(styled(getattr(import_module(f"peacetalks.pages.{module}"), name)(o, width)))


Outlook._repr_html_ = fragment
WhatIf._repr_html_ = whatif_fragment
Outlook.__repr__ = lambda self: short_text(self)  # noqa: PLW0108 (its parameter is called self)
Outlook.plot = plot

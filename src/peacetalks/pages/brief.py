"""A forecast on one page, for people who are given paper or a document: what the brief says, as one value.

`brief_pdf` sets it as PDF, `brief_docx` writes it as DOCX; both take everything from the value made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from peacetalks.pages.card import card_of
from peacetalks.pages.export_charts import pictures
from peacetalks.pages.forecast_rows import answer_rows, day_heads
from peacetalks.pages.shown import as_of_line, shown_view
from peacetalks.pages.summary import in_short, source_line

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.pages.card import Card
    from peacetalks.pages.export_charts import Picture
    from peacetalks.pages.forecast_rows import Row

PICTURES = 2  # the first charts of the page


@dataclass(frozen=True)
class Brief:
    """What the one-page brief shows."""

    title: str
    as_of: date
    subtitle: str
    card: Card
    short: str  # in short
    pictures: tuple[Picture, ...]
    view: str  # whose probabilities the card and the table have: the best estimate, or the model alone
    days: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str


def brief(o: Outlook) -> Brief:
    """Return what the brief says of a forecast."""
    view = shown_view(o)
    return Brief(
        title=o.scenario.title,
        as_of=o.as_of,
        subtitle=f"{as_of_line(o.scenario)} Shown: the {view}.",
        card=card_of(o),
        short=in_short(o),
        pictures=tuple(islice(pictures(o, small=True), PICTURES)),
        view=view,
        days=tuple(day_heads(o)),
        rows=tuple(answer_rows(o)),
        source=source_line(o),
    )

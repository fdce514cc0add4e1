"""The page of a conflict in a bulletin: the forecast's page, with what has changed since the last one beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from peacetalks.outcomes import ENDS
from peacetalks.pages import markup
from peacetalks.pages.archive_words import signed_points
from peacetalks.pages.bulletin_index import CODED_LATER, INDEX, TRACK, change_sentence
from peacetalks.pages.card import Bar, Card, Share
from peacetalks.pages.forecast_charts import Drawing
from peacetalks.pages.forecast_page import Fold, ForecastPage, page
from peacetalks.pages.forecast_rows import Row
from peacetalks.pages.number_rows import NumberRow, NumberTable
from peacetalks.pages.styles import END_NAMES, RowKind
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from peacetalks.bulletin.values import Bulletin, Entry

render = page  # what is drawn of a forecast, in the process that made it
CLASSES = (ForecastPage, Card, Bar, Share, Drawing, Fold, Row, RowKind, NumberTable, NumberRow)  # that it is made of
NAMES = "Names are the source's; a party that it calls after a person is shown as a faction."


@dataclass(frozen=True)
class Beside:
    """What a conflict's page in a bulletin shows beside the forecast."""

    links: tuple[tuple[str, str], ...]
    about: tuple[str, ...]
    title: str
    lines: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: tuple[str, ...]


def conflict_html(b: Bulletin, e: Entry, drawn: ForecastPage) -> str:
    """Return the page of a conflict; `drawn` is what `render` made of its forecast."""
    return markup.fill("bulletin_conflict", page=drawn, beside=beside(b, e))


def beside(b: Bulletin, e: Entry) -> Beside:
    """Return what stands beside a forecast: what it is of, and what has changed."""
    links = ((f"Bulletin of {day_name(b.as_of)}", INDEX), ("Track record", TRACK))
    links += (("Saved forecast (JSON)", f"../archive/{e.file}"),)
    what = f"UCDP conflict {e.conflict}, {e.location}: {e.side_a} and {e.side_b}. {NAMES}"
    source = "the record" if e.source == "record" else f"the publisher's own scenario {e.source}"
    about = [f"{what} Made from {source}.", *e.notes]
    if e.coded_later and e.source != "record":  # else one of its notes
        about.append(f"That it is in a {e.state} follows from an end that was coded later: {CODED_LATER}")
    if e.as_of != b.as_of:
        about.append(f"The scenario is dated {day_name(e.as_of)}, before the bulletin.")
    title = "Since the last bulletin" if b.previous is None else f"Since the bulletin of {day_name(b.previous)}"
    sentence = change_sentence(e)
    if e.change is None:
        return Beside(links, tuple(about), title, (sentence,), (), (), ())
    c = e.change
    change = [signed_points(y - x) for x, y in zip(c.before.as_list(), c.after.as_list(), strict=True)]
    whole = ("the whole change", *change)
    rows = [(p.name, *(signed_points(getattr(p.by, end)) for end in ENDS)) for p in c.parts]
    lines = (f"{sentence[:1].upper()}{sentence[1:]}.", f"What moved it, in points of 100: {c.method}.")
    heads = ("change", *END_NAMES.values())
    return Beside(links, tuple(about), title, lines, heads, (*rows, whole), tuple(c.facts))

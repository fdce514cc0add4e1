"""A bulletin on a terminal: the finding, every conflict at the headline's date, and how earlier bulletins did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from peacetalks.bulletin.values import HEADLINE
from peacetalks.pages.archive_words import signed_points
from peacetalks.pages.bulletin_index import NO_BEST, by_place, lead, lines, moved, state_name
from peacetalks.pages.bulletin_track import track_lines
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.printable import styled
from peacetalks.pages.table_page import Section, numbers_table
from peacetalks.scenario.dates import day_name, months_later

if TYPE_CHECKING:
    from peacetalks.bulletin.make import Made
    from peacetalks.bulletin.values import Entry

HEAD = ("conflict", "peace", "90%", "change", "still none", "more conflict", "now")


def show(m: Made, out: Console | None = None) -> None:
    """Print a bulletin on a terminal of 80 columns."""
    b, out = m.bulletin, out or Console()
    day = day_name(months_later(b.as_of, HEADLINE))
    rows = tuple((e.name, *_cells(e), state_name(e)) for e in by_place(b))
    track = track_lines(m.track) if m.track is not None else []
    out.print(styled(f"Bulletin of {day_name(b.as_of)}", style="bold"))
    for line in (lead(b), *lines(b)):
        out.print(styled(line))
    if rows:
        out.print()
        out.print(numbers_table(Section(f"Best estimate by {day}; change of peace in points of 100", HEAD, rows)))
    for line in [*(f"Not forecast: {x.name} ({x.kind}: {x.reason})." for x in b.not_forecast), *track]:
        out.print(styled(line))


def _cells(e: Entry) -> tuple[str, ...]:
    at = e.ahead(HEADLINE)
    if at is None or at.best is None:
        return (NO_BEST, "", "", "", "")
    peace, nowhere, more = map(whole_percent, at.best.as_list())
    span = percent_range(*at.interval.peace) if at.interval else "-"
    return peace, span, signed_points(moved(e)), nowhere, more

"""The site of the bulletins: every file of one, and the first page and the feed of all; no script but the table's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.bulletin.folder import place, read_bulletins, write_bulletin
from peacetalks.bulletin.make import Made, standing
from peacetalks.bulletin.track import track_record
from peacetalks.conflicts.find import coverage_end
from peacetalks.pages import markup
from peacetalks.pages.bulletin_feed import feed
from peacetalks.pages.bulletin_index import CSV, FEED, INDEX, MAP, TRACK, index_html
from peacetalks.pages.bulletin_map import page_name, world_map
from peacetalks.pages.bulletin_page import conflict_html
from peacetalks.pages.bulletin_track import track_html
from peacetalks.pages.files import csv_text, json_text, write_text
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from peacetalks.bulletin.values import At, Bulletin, Entry

TRACK_JSON = "track.json"
VIEWS = ("best", "model", "record")
HEAD = (
    *("conflict", "name", "location", "state", "coded_later", "source", "as_of", "months", "day", "view"),
    *("peace", "nowhere", "more_conflict", "peace_low", "peace_high"),
)


def publish(
    made: Iterable[Made], folder: Path, url: str | None = None, report: Callable[[Made, Path], None] | None = None
) -> Made:
    """Write every bulletin as it is made, and the first page and the feed of all; return the last one.

    Parameters
    ----------
    made : iterable of Made
        At least one, by date.
    folder : Path
    url : str, optional
        Where the folder stands on the web.
    report : function, optional
        Called as `report(made, first page)` when a bulletin is written, or stands there already.
    """
    last: Made | None = None
    for m in made:
        last = m
        where = write_bulletin_pages(m, folder)
        if report is not None:
            report(m, where)
    if last is None:
        raise ValueError("no bulletin was made")
    write_top(folder, url)
    return last if last.track is not None else standing(read_bulletins(folder), last.bulletin.as_of)


def write_bulletin_pages(m: Made, folder: Path) -> Path:
    """Write a bulletin's pages and tables into its place in a folder, its value last; return its first page."""
    where = place(folder, m.bulletin.as_of)
    if m.fresh:
        where.mkdir(parents=True, exist_ok=True)
        for name, text in _files(m):
            write_text(where / name, text)
        write_bulletin(m.bulletin, folder)
    return where / INDEX


def write_top(folder: Path, url: str | None = None) -> None:
    """Write the first page of the folder, which is that of the latest bulletin, and the feed of all.

    The track record there is of all bulletins, as far as the record knows today what became.
    """
    there = read_bulletins(folder)
    latest = there.found[-1]
    t = track_record(there.found, max(latest.as_of, coverage_end()))
    write_text(folder / INDEX, index_html(Made(latest, there.found[:-1], t, fresh=False), top=True))
    write_text(folder / TRACK, track_html(t, (("Latest bulletin", INDEX), ("JSON", TRACK_JSON)), there.refused))
    write_text(folder / TRACK_JSON, json_text(t.to_dict()))
    write_text(folder / FEED, feed(there.found, url))


def _files(m: Made) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file of a bulletin but its value."""
    b = m.bulletin
    for e in b.forecasts:
        if (drawn := m.pages.get(e.conflict)) is not None:
            yield page_name(e), conflict_html(b, e, drawn)
    if m.track is not None:
        links = ((f"Bulletin of {day_name(b.as_of)}", INDEX), ("JSON", TRACK_JSON), ("As known now", f"../{TRACK}"))
        yield TRACK, track_html(m.track, links)
        yield TRACK_JSON, json_text(m.track.to_dict())
    yield CSV, csv_text([HEAD, *rows(b)])
    yield MAP, markup.fill("bulletin_map", map=world_map(b))
    yield INDEX, index_html(m)


def rows(b: Bulletin) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the table of a bulletin: each conflict, date and view; what is not known is empty."""
    for e in b.forecasts:
        for at in e.at:
            for view in VIEWS:
                yield _row(e, at, view)


def _row(e: Entry, at: At, view: str) -> tuple[Any, ...]:
    ends = getattr(at, view)
    span = at.interval.peace if view == "best" and at.interval else None
    numbers = ["", "", ""] if ends is None else [f"{p:.6f}" for p in ends.as_list()]
    first = (e.conflict, e.name, e.location, e.state, str(e.coded_later).lower(), e.source, e.as_of.isoformat())
    return (
        *first,
        at.months,
        at.day.isoformat(),
        view,
        *numbers,
        *(("", "") if span is None else (f"{x:.6f}" for x in span)),
    )

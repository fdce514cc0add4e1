"""The first page of a bulletin: what it says in short, the map, what has moved, and the table of every conflict."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import median
from typing import TYPE_CHECKING

from peacetalks.bulletin.folder import FILE
from peacetalks.bulletin.values import HEADLINE
from peacetalks.pages import markup
from peacetalks.pages.archive_words import points_in_words, signed_points
from peacetalks.pages.bulletin_map import page_of, peace_of, world_map
from peacetalks.pages.bulletin_track import track_lines
from peacetalks.pages.cells import percent_range, whole_percent
from peacetalks.pages.world_shapes import FOLDER
from peacetalks.scenario.dates import day_name, months_later

if TYPE_CHECKING:
    from peacetalks.bulletin.make import Made
    from peacetalks.bulletin.values import Bulletin, Entry
    from peacetalks.pages.bulletin_map import WorldMap

    Link = tuple[str, str]  # what is shown, and where it leads

INDEX, TRACK, CSV, FEED, MAP = "index.html", "track.html", "bulletin.csv", "feed.xml", "map.svg"
MOVERS, MOVED = 8, 0.01  # conflicts that are named as moved, and by how much at least
STATES = {"fighting": "fighting", "truce": "truce", "settlement": "settlement", "crisis": "crisis"}
IN = {s: "in fighting" if s == "fighting" else f"in a {s}" for s in STATES}
CODED_LATER = (
    "the record codes the end of an episode only where the next calendar year had fewer than 25 battle deaths, so that "
    "it is known here what nobody could know at the date: that it held. The track record scores such forecasts apart."
)
MARK = "*"  # of a state that was coded later
TELLING = ("state:", "talks open:", "intensity reached:")  # facts that are named with what moved a forecast
NO_BEST, NEW = "not known", "new"


@dataclass(frozen=True)
class Head:
    """A heading of the table; `kind` says how it sorts: "text" or "number"."""

    name: str
    kind: str


@dataclass(frozen=True)
class Cell:
    """A cell of the table; `key` is what it sorts by where that is not what is shown, "" where it is not known."""

    shown: str
    key: str | None = None
    text: bool = False


@dataclass(frozen=True)
class Row:
    """A conflict in the table."""

    name: str
    href: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Mover:
    """A conflict whose chance of peace has moved, and what moved it, in words."""

    name: str
    href: str
    text: str


@dataclass(frozen=True)
class IndexPage:
    """What the template `bulletin_index` shows, and nothing else."""

    title: str
    as_of: str
    definition: str
    links: tuple[Link, ...]
    lead: str
    lines: tuple[str, ...]
    day: str
    map_title: str
    map: WorldMap
    boundaries: str
    movers_title: str
    movers: tuple[Mover, ...]
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    not_forecast: tuple[tuple[str, str], ...]
    track: tuple[str, ...]
    track_href: str
    earlier: tuple[Link, ...]
    notes: tuple[str, ...]
    script: str
    script_digest: str
    made: str


HEADS = (
    Head("conflict", "text"),
    Head("peace", "number"),
    Head("90% interval", "number"),
    Head("change, points", "number"),
    Head("still no settlement", "number"),
    Head("more conflict", "number"),
    Head("now", "text"),
    Head("state or states", "text"),
)


def index_html(m: Made, top: bool = False) -> str:
    """Return the first page of a bulletin; `top`: as the first page of the folder of all bulletins."""
    return markup.fill("bulletin_index", page=index_page(m, top))


def index_page(m: Made, top: bool = False) -> IndexPage:
    """Return what the first page shows."""
    b = m.bulletin
    prefix, up = (f"{b.as_of.isoformat()}/", "") if top else ("", "../")
    earlier = sorted((x.as_of for x in (*m.earlier, b)), reverse=True)
    links = [("JSON", f"{prefix}{FILE}"), ("CSV", f"{prefix}{CSV}"), ("Map (SVG)", f"{prefix}{MAP}")]
    links += [("Track record", TRACK), ("RSS", f"{up}{FEED}"), ("Latest bulletin", f"{up}{INDEX}")]
    moved = movers(b)
    return IndexPage(
        title="What to expect of every active conflict",
        as_of=day_name(b.as_of),
        definition=b.definition,
        links=tuple(links),
        lead=lead(b),
        lines=tuple(lines(b)),
        day=day_name(months_later(b.as_of, HEADLINE)),
        map_title=f"Chance of peace by {day_name(months_later(b.as_of, HEADLINE))}",
        map=world_map(b, top),
        boundaries=f"Shapes: {card()['source']}. {card()['boundaries']}",
        movers_title="" if b.previous is None else f"What has moved since {day_name(b.previous)}",
        movers=tuple(Mover(marked(e), page_of(b, e, top), change_sentence(e)) for e in moved),
        heads=HEADS,
        rows=tuple(Row(e.name, page_of(b, e, top), _cells(e)) for e in by_place(b)),
        not_forecast=tuple((f"{x.name} (UCDP {x.conflict})", f"{x.kind}: {x.reason}") for x in b.not_forecast),
        track=tuple(track_lines(m.track)) if m.track else (),
        track_href=TRACK,
        earlier=tuple((day_name(d), f"{up}{d.isoformat()}/{INDEX}") for d in earlier),
        notes=tuple(_notes(b)),
        script=script(),
        script_digest=script_digest(),
        made=f"Made {b.made:%Y-%m-%d %H:%M} UTC with peacetalks {b.version}.",
    )


def by_place(b: Bulletin) -> list[Entry]:
    """Return the conflicts by state and name."""
    return sorted(b.forecasts, key=lambda e: (e.location, e.name, e.conflict))


def lead(b: Bulletin) -> str:
    """Return the finding of a bulletin in one sentence."""
    day = day_name(months_later(b.as_of, HEADLINE))
    found = [p for e in b.forecasts if (p := peace_of(e)) is not None]
    count = f"{len(b.forecasts)} active conflict{'s' * (len(b.forecasts) != 1)}"
    if not found:
        return f"{count}; none has a best estimate by {day}."
    likely = sum(p > 0.5 for p in found)
    expected = f"About {sum(found):.0f}" if sum(found) >= 1.5 else "Fewer than two"
    return (
        f"{count}: by {day} peace is more likely than not in {likely or 'none'}, and the median chance of it is "
        f"{whole_percent(median(found))}. {expected} of them can be expected to be at peace."
    )


def lines(b: Bulletin) -> list[str]:
    """Return what follows the finding: how many are in which state, and what is not forecast."""
    counts = {s: sum(e.state == s for e in b.forecasts) for s in STATES}
    out = ["; ".join(f"{n} {IN[s]}" for s, n in counts.items() if n) + "."]
    likely = [e for e in b.forecasts if (p := peace_of(e)) is not None and p > 0.5]
    if likely:
        counted = ((named, sum(e.state == s for e in likely)) for s, named in IN.items())
        out.append(f"Where peace is more likely than not: {', '.join(f'{n} {named}' for named, n in counted if n)}.")
    if coded := sum(e.coded_later for e in b.forecasts):
        out.append(f"{MARK} The state of {coded} follows from an end that was coded later: {CODED_LATER}")
    if left := sum(x.coded_later and x.kind == "over" for x in b.not_forecast):
        out.append(f"Left out as over by an end that was coded later: {left}.")
    own = [e for e in b.forecasts if e.source != "record"]
    if own:
        out.append(f"On scenarios of the publisher's own: {len(own)}; the others are made from the record.")
    if b.not_forecast:
        out.append(f"Listed below and not forecast: {len(b.not_forecast)}.")
    return out if b.forecasts else out[1:]


def movers(b: Bulletin) -> list[Entry]:
    """Return the conflicts whose chance of peace has moved most since the last bulletin."""
    found = [e for e in b.forecasts if (x := moved(e)) is not None and abs(x) >= MOVED]
    return sorted(found, key=lambda e: -abs(moved(e) or 0.0))[:MOVERS]


def moved(e: Entry) -> float | None:
    """Return the change of the chance of peace since the last bulletin; None where there is nothing to compare."""
    return None if e.change is None else e.change.after.peace - e.change.before.peace


def change_sentence(e: Entry) -> str:
    """Return what has changed in a conflict's forecast, and what moved it, in words."""
    c = e.change
    if c is None:
        return f"{e.unchanged[:1].upper()}{e.unchanged[1:]}." if e.unchanged else "There is no earlier bulletin."
    x = c.after.peace - c.before.peace
    said = f"the chance of peace by {day_name(c.day)} is {whole_percent(c.after.peace)}"
    if abs(x) < MOVED / 2:
        return f"{said}, as in the bulletin of {day_name(c.since)}"
    said += f", {points_in_words(x)} {'more' if x > 0 else 'less'} than in the bulletin of {day_name(c.since)}"
    large = sorted((p for p in c.parts if abs(p.by.peace) >= MOVED / 2), key=lambda p: -abs(p.by.peace))[:2]
    because = " and ".join(f"{signed_points(p.by.peace)} from {p.name}" for p in large)
    facts = "; ".join(f for f in c.facts if f.startswith(TELLING))
    return (
        f"{said} ({whole_percent(c.before.peace)})"
        f"{': ' + because if because else ''}{' (' + facts + ')' if because and facts else ''}"
    )


def marked(e: Entry) -> str:
    """Return the name of a conflict, marked where its state was coded later."""
    return e.name + MARK * e.coded_later


def state_name(e: Entry) -> str:
    """Return the state of a conflict, marked where it was coded later."""
    return STATES[e.state] + MARK * e.coded_later


def _cells(e: Entry) -> tuple[Cell, ...]:
    at = e.ahead(HEADLINE)
    state = Cell(state_name(e) if e.since is None else f"{state_name(e)} since {e.since.isoformat()}", text=True)
    last = (state, Cell(e.location, text=True))
    if at is None or at.best is None:
        return (*[Cell(NO_BEST, "")] * (len(HEADS) - 3), *last)
    peace, nowhere, more = map(whole_percent, at.best.as_list())
    low, high = at.interval.peace if at.interval else (None, None)
    x = moved(e)
    return (
        Cell(peace, f"{at.best.peace:.6f}"),
        Cell(percent_range(low, high), "" if low is None else f"{low:.6f}"),
        Cell(NEW if x is None and e.unchanged else signed_points(x), "" if x is None else f"{x:.6f}"),
        Cell(nowhere, f"{at.best.nowhere:.6f}"),
        Cell(more, f"{at.best.more_conflict:.6f}"),
        *last,
    )


def _notes(b: Bulletin) -> list[str]:
    s = b.settings
    out = [
        f"The record of conflicts is used up to {b.record_to.isoformat()} (UCDP/PRIO); each conflict's page says what "
        "its forecast rests on.",
        f"{s.belief_points} belief points a side; "
        + ("searched for further equilibria." if s.certify else "not searched for further equilibria."),
        "In a backfill the datasets are those of today, of which nothing dated later is used but that an episode has "
        "ended, which is coded when the next calendar year was quiet; figures that were revised since are the revised "
        "ones.",
    ]
    out += [f"Scenario not used: {line}." for line in b.unused_scenarios]
    shared = Counter(note for e in b.forecasts for note in e.notes)
    noted = (note if shared[note] > 1 else f"{e.name}: {note}" for e in b.forecasts for note in e.notes)
    return out + list(dict.fromkeys(noted))


@cache
def card() -> dict[str, str]:
    """Return what is known of the map's source: terms, and what its boundaries are."""
    return tomllib.loads((FOLDER / "card.toml").read_text(encoding="utf-8"))


@cache
def script() -> str:
    """Return the script that sorts the table; the page is whole without it."""
    return (files("peacetalks.pages") / "templates" / "bulletin_sort.js").read_text(encoding="utf-8")


@cache
def script_digest() -> str:
    """Return the digest by which the page allows this script and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()}"

"""The map of a bulletin: each country with an active conflict, by the chance of peace, and what has no shape on it.

A country with several conflicts has the colour of the one that is least likely to be at peace: the chance that all are
at peace is at most that.  A state as UCDP names it has its shape in `map/locations.csv`.  A conflict over a territory
that the map's source draws by itself is on that shape too (`map/territories.csv`), and a note says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from peacetalks.bulletin.folder import ARCHIVE
from peacetalks.bulletin.values import HEADLINE
from peacetalks.pages.cells import whole_percent
from peacetalks.pages.world_shapes import FOLDER, HEIGHT, WIDTH, box, shapes

if TYPE_CHECKING:
    from peacetalks.bulletin.values import Bulletin, Entry

LOCATIONS, TERRITORIES = "locations.csv", "territories.csv"
TERRITORY = "{conflict}: also on the shape of {territory}, which the map's source draws by itself."
ALWAYS = 9999  # a year after every bulletin
SMALL = 9.0  # width and height of a shape below which a dot stands on it
BINS = (  # chance of peace below which a colour applies, what it is called, the colour (Brewer's brown to green)
    (0.02, "below 2%", "#8c510a"),
    (0.05, "2 to 5%", "#d8b365"),
    (0.10, "5 to 10%", "#ead9a8"),
    (0.30, "10 to 30%", "#5ab4ac"),
    (1.01, "30% and more", "#01665e"),
)
UNKNOWN = ("not known", "#8d949c")


@dataclass(frozen=True)
class Country:
    """A country or territory on the map; `title` and `href` are empty where no conflict is active."""

    path: str
    colour: str = ""
    title: str = ""
    href: str = ""
    dot: tuple[float, float] | None = None  # where the shape is too small to be seen


@dataclass(frozen=True)
class WorldMap:
    """What the macro `world` of the template draws."""

    width: int
    height: int
    countries: tuple[Country, ...]  # those with a conflict last, above the others
    legend: tuple[tuple[str, str], ...]  # what a colour says, and the colour
    unlisted: tuple[str, ...]  # states without a shape, each with its conflicts
    notes: tuple[str, ...]  # shapes that are not that of the state named
    label: str  # for who cannot see it


@dataclass(frozen=True)
class Shape:
    """The shape of a state as UCDP names it; `key` is empty where it has none."""

    key: str
    note: str
    until: int  # year before which the note applies

    def noted(self, year: int) -> str:
        """Return the note, where it applies in a year."""
        return self.note if year < self.until else ""


@dataclass(frozen=True)
class Territory:
    """A territory that a conflict is fought over and that has a shape of its own."""

    key: str
    name: str
    until: int  # year before which it is that of the conflict


@cache
def territories() -> dict[int, Territory]:
    """Return the territory of each conflict over one that has a shape of its own, by UCDP number.

    >>> territories()[298].name  # South Africa: Namibia
    'Namibia'
    """
    rows = csv.DictReader((FOLDER / TERRITORIES).read_text(encoding="utf-8").splitlines())
    return {int(r["ucdp"]): Territory(r["shape"], r["territory"], int(r["until"] or ALWAYS)) for r in rows}


@cache
def locations() -> dict[str, Shape]:
    """Return the shape of each state, by its name in UCDP.

    >>> locations()["Myanmar (Burma)"].key, locations()["Comoros"].note
    ('104', 'too small for the map')
    """
    rows = csv.DictReader((FOLDER / LOCATIONS).read_text(encoding="utf-8").splitlines())
    return {r["location"]: Shape(r["shape"], r["note"], int(r["until"] or ALWAYS)) for r in rows}


def states_of(location: str) -> list[str]:
    """Return the states in a location of UCDP.

    >>> states_of("India, Pakistan")
    ['India', 'Pakistan']
    """
    return [part.strip() for part in location.split(",") if part.strip()]


def world_map(b: Bulletin, top: bool = False) -> WorldMap:
    """Return the map of a bulletin; `top`: for the first page of the folder of all bulletins."""
    there: dict[str, list[Entry]] = {}
    unlisted, notes = [], []
    for e in b.forecasts:
        for state in states_of(e.location):
            shape = locations().get(state, Shape("", "it has no shape in the map's source", ALWAYS))
            if not shape.key:
                unlisted.append(f"{state} ({shape.note}): {_said(e)}")
                continue
            there.setdefault(shape.key, []).append(e)
            if note := shape.noted(b.as_of.year):
                notes.append(f"{state}: {note}.")
        own = territories().get(e.conflict)
        if own is not None and b.as_of.year < own.until:
            there.setdefault(own.key, []).append(e)
            notes.append(TERRITORY.format(conflict=e.name, territory=own.name))
    drawn = [_country(b, path, there.get(key, []), top) for key, path in shapes().items()]
    return WorldMap(
        WIDTH,
        HEIGHT,
        tuple(sorted(drawn, key=lambda c: bool(c.title))),
        tuple((name, colour) for _, name, colour in BINS),
        tuple(unlisted),
        tuple(dict.fromkeys(notes)),
        f"Map of the world: active conflicts on {len(there)} shapes, by the chance of peace in {HEADLINE} months. "
        "The table below has the same.",
    )


def _country(b: Bulletin, path: str, entries: list[Entry], top: bool) -> Country:
    if not entries:
        return Country(path)
    ranked = sorted(entries, key=lambda e: 2.0 if (p := peace_of(e)) is None else p)
    x, y, right, bottom = box(path)
    dot = ((x + right) / 2, (y + bottom) / 2) if max(right - x, bottom - y) < SMALL else None
    title = "\n".join(map(_said, ranked))
    return Country(path, colour_of(peace_of(ranked[0])), title, page_of(b, ranked[0], top), dot)


def colour_of(p: float | None) -> str:
    """Return the colour of a chance of peace.

    >>> colour_of(0.01) == BINS[0][2], colour_of(0.4) == BINS[4][2], colour_of(None) == UNKNOWN[1]
    (True, True, True)
    """
    return UNKNOWN[1] if p is None else next(colour for below, _, colour in BINS if p < below)


def peace_of(e: Entry) -> float | None:
    """Return the chance of peace at the headline's date; None where there is no best estimate."""
    at = e.ahead(HEADLINE)
    return None if at is None or at.best is None else at.best.peace


def _said(e: Entry) -> str:
    return f"{e.name}: peace {whole_percent(peace_of(e))}"


def page_name(e: Entry) -> str:
    """Return the name of a conflict's page."""
    return f"conflict-{e.conflict}.html"


def page_of(b: Bulletin, e: Entry, top: bool = False) -> str:
    """Return where a conflict leads to: its page, or its saved forecast in a bulletin without pages.

    `top`: from the first page of the folder of all bulletins.
    """
    if not b.settings.pages:
        return f"{'' if top else '../'}{ARCHIVE}/{e.file}"
    return f"{b.as_of.isoformat()}/{page_name(e)}" if top else page_name(e)

"""The bulletins as a feed (RSS 2.0.11, rssboard.org): an item for each, the latest first, with what has moved."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from peacetalks.pages.bulletin_index import FEED, INDEX, change_sentence, lead, marked, movers
from peacetalks.pages.printable import printable
from peacetalks.scenario.dates import day_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.bulletin.values import Bulletin

ATOM = "http://www.w3.org/2005/Atom"
ITEMS = 60  # bulletins in the feed: five years of months
NAMED = 3  # conflicts that an item names as moved
SOMEWHERE = "http://localhost/"  # where the site is, as long as nobody has said
STARRED = "* In a state that follows from an end which was coded later: see the bulletin."
ABOUT = "A forecast of every conflict that is active in the record: peace, still no settlement, or more conflict."


def feed(bulletins: Iterable[Bulletin], url: str | None) -> str:
    """Return the feed of bulletins; `url` is that of the folder on the web, which links begin with.

    >>> feed([], "https://example.org/peace").splitlines()[0]
    "<?xml version='1.0' encoding='utf-8'?>"
    """
    base = (url or SOMEWHERE).rstrip("/") + "/"
    ET.register_namespace("atom", ATOM)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _texts(channel, title="Peace: every active conflict", link=f"{base}{INDEX}", description=ABOUT, language="en")
    if url is not None:
        ET.SubElement(channel, f"{{{ATOM}}}link", href=f"{base}{FEED}", rel="self", type="application/rss+xml")
    for b in sorted(bulletins, key=lambda b: b.as_of, reverse=True)[:ITEMS]:
        _item(channel, b, base)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True).decode() + "\n"


def _item(channel: ET.Element, b: Bulletin, base: str) -> None:
    item = ET.SubElement(channel, "item")
    named = movers(b)[:NAMED]
    moved = [f"{marked(e)}: {change_sentence(e)}." for e in named]
    _texts(
        item,
        title=f"Bulletin of {day_name(b.as_of)}",
        link=f"{base}{b.as_of.isoformat()}/{INDEX}",
        description=" ".join([lead(b), *moved, *([STARRED] if any(e.coded_later for e in named) else [])]),
        pubDate=format_datetime(b.made),
    )
    ET.SubElement(item, "guid", isPermaLink="false").text = f"peacetalks-bulletin-{b.as_of.isoformat()}"


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = printable(text)

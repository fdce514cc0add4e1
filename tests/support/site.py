"""The built documentation site as a reader meets it: what it asks for from elsewhere, and links that lead nowhere."""

import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

# Attributes by which a browser fetches something when it shows a page; a link (`a href`) is fetched by the reader only.
FETCHED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "use": "href",
}
STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class Page(HTMLParser):
    """The links, the identifiers and what is fetched of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.fetched, self.ids = [], [], set()
        self.fetched += [a or b for a, b in STYLE.findall(text)]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if found.get(FETCHED.get(tag, "")):
            self.fetched.append(found[FETCHED[tag]])


@cache
def read(path):
    """Return a page of the site."""
    return Page(path.read_text(encoding="utf-8"))


def asked_elsewhere(folder):
    """Return (file, address) of everything that a page or style sheet of the folder fetches from another machine."""
    pages = {p: read(p).fetched for p in folder.rglob("*.html")}
    sheets = {p: [a or b for a, b in STYLE.findall(p.read_text(encoding="utf-8"))] for p in folder.rglob("*.css")}
    return [(p.name, a) for p, asked in (pages | sheets).items() for a in asked if urlsplit(a).netloc]


def dead_links(folder):
    """Return (page, address) of every link and every picture within the folder that leads to nothing."""
    return [
        (str(path.relative_to(folder)), address)
        for path in sorted(folder.rglob("*.html"))
        for address in [*read(path).links, *read(path).fetched]
        if not _leads_somewhere(path, address)
    ]


def _leads_somewhere(path, address):
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return False
    return not parts.fragment or target.suffix != ".html" or unquote(parts.fragment) in read(target).ids

"""Pages that were made, in memory and in the cache of answers, so that nothing is computed or drawn twice."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING, Any

from peacetalks.evidence import local_tables
from peacetalks.forecasting.answers import PACKAGE, AnswerCache, answer_key, sources_digest
from peacetalks.web.made import Made, Served

if TYPE_CHECKING:
    from peacetalks.web.made import Task

LIMIT = 128 * 2**20  # bytes of pages in memory
ASSETS = ("pages/templates", "web/templates", "web/static")  # that pages are made with, beside the sources


@cache
def site_version() -> str:
    """Return a digest of everything that pages are made with: sources and templates.

    >>> len(site_version())
    24
    """
    rooms = sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").is_file())
    found = hashlib.sha256(sources_digest(rooms).encode())
    for folder in ASSETS:
        for file in sorted((PACKAGE / folder).iterdir()):
            found.update(file.name.encode() + b"\0" + (file.read_bytes() if file.is_file() else b""))
    return found.hexdigest()[:24]


def page_key(task: Task, *of: Any) -> str:
    """Return the key of the page that a task makes; `of` are digests of the files that it reads."""
    return answer_key("page", site_version(), local_tables.version(), task, *of)


class Store:
    """Pages by key: the latest used in memory, all in the cache of answers.

    >>> store = Store(AnswerCache(None))
    >>> served = store.add("key", Made("<p>", "{}"))
    >>> store.find("key").html.data, store.find("another") is None
    (b'<p>', True)
    """

    def __init__(self, answers: AnswerCache, limit: int = LIMIT) -> None:
        self.answers, self.limit = answers, limit
        self.size = 0
        self._pages: OrderedDict[str, Served] = OrderedDict()

    def find(self, key: str) -> Served | None:
        """Return the page of a key; None where it was not made, or not in this version."""
        if (page := self._pages.get(key)) is not None:
            self._pages.move_to_end(key)
            return page
        match self.answers.find(key, ()):
            case {"html": str(html), "json": str(json), "more": dict(more)}:
                return self.remember(key, Made(html, json, more))
        return None

    def add(self, key: str, made: Made) -> Served:
        """Add a page that was made; return it ready to be served."""
        self.answers.add(key, {"html": made.html, "json": made.json, "more": made.more})
        return self.remember(key, made)

    def remember(self, key: str, made: Made) -> Served:
        """Return a page ready to be served, found again in memory only."""
        page = Served.of(made)
        if (old := self._pages.pop(key, None)) is not None:
            self.size -= old.size
        self._pages[key] = page
        self.size += page.size
        while self.size > self.limit and len(self._pages) > 1:
            _, oldest = self._pages.popitem(last=False)
            self.size -= oldest.size
        return page

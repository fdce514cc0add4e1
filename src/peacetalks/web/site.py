"""What the routes share: settings, the pages that were made, the queues, and the scenarios that were read."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from peacetalks.conflicts.fill import load
from peacetalks.errors import ServeError
from peacetalks.forecasting.answers import AnswerCache
from peacetalks.scenario.listing import Listed, listed
from peacetalks.web import places
from peacetalks.web.lanes import Lane
from peacetalks.web.made import Built, Made
from peacetalks.web.play_rooms import Rooms
from peacetalks.web.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from peacetalks.scenario.scenario import Scenario
    from peacetalks.web.made import Result
    from peacetalks.web.places import Place
    from peacetalks.web.settings import Settings

T = TypeVar("T")
BRIEF, MOST_BRIEF = 1.0, 500  # seconds for which files are not read again; and of how many
PATTERNS = ("*.toml", "*/*.toml", "*/*.csv", "*/accounts/*.toml")  # of files that the library counts
MOST_CHECKS = 4  # texts of the editor that are checked at once
MOST_SCENARIOS = 64  # that stay read
MOST_EMULATORS = 32  # some 100 to 500 kB each


@dataclass
class Site:
    """A server's state.  Solves and drawings wait in different queues, so that a page need not wait for a solve."""

    settings: Settings
    store: Store = field(default_factory=lambda: Store(AnswerCache.open()))
    emulators: OrderedDict[str, Built] = field(default_factory=OrderedDict)
    _brief: OrderedDict[tuple[str, ...], tuple[float, asyncio.Future[Any] | None]] = field(default_factory=OrderedDict)
    _listing: tuple[tuple[Any, ...], tuple[Listed, ...]] | None = None
    _read: OrderedDict[tuple[str, str], Scenario] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        """Make the queues, whose processes start with the server, and what else bounds the work."""
        self.solving = Lane(self.settings.solvers, self.settings.budget, self.keep, spare=1)
        self.drawing = Lane(1, self.settings.budget, self.keep)
        self.checks = asyncio.Semaphore(MOST_CHECKS)
        self.play_rooms = Rooms(self.settings.memory)

    def start(self) -> None:
        """Start the processes."""
        self.solving.start()
        self.drawing.start()

    async def stop(self) -> None:
        """End all work."""
        await asyncio.gather(self.solving.stop(), self.drawing.stop())

    async def keep(self, key: str, result: Result) -> None:
        """Add a page that was made, or an emulator, which is asked once so that its next answer is quick."""
        if isinstance(result, Made):
            await asyncio.to_thread(self.store.add, key, result)
            return
        await asyncio.to_thread(result.emulator.predict_best, {})
        self.emulators[key] = result
        while len(self.emulators) > MOST_EMULATORS:
            self.emulators.popitem(last=False)

    async def place(self, name: str) -> tuple[Place, str]:
        """Return a scenario that is served, and the digest of its files; raise `NotFound` where there is none."""

        def found() -> tuple[Place, str]:
            place = places.find(self.settings, name)
            return place, places.digest_of(self.settings, place)

        return await self.briefly(("place", name), found)

    def unchanged(self, place: Place, digest: str) -> bool:
        """Return whether the files of a scenario still have a digest."""
        try:
            return places.digest_of(self.settings, place) == digest
        except (ServeError, OSError):
            return False

    async def briefly(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what `make` makes in a thread, or made less than a second ago; many who ask at once wait for one."""
        now = time.monotonic()
        until, made = self._brief.get(key, (0.0, None))
        if made is None or now > until:
            made = asyncio.ensure_future(asyncio.to_thread(make))
            self._brief[key] = now + BRIEF, made
            while len(self._brief) > MOST_BRIEF:
                self._brief.popitem(last=False)
        return await asyncio.shield(made)

    def forget(self) -> None:
        """Forget what was read from the folder less than a second ago: it has changed."""
        self._brief.clear()

    def listed(self) -> tuple[Listed, ...]:
        """Return the scenarios at hand, read again where files of the folder have changed."""
        folder, state = self.settings.folder, ()
        if folder is not None:
            found = [f for pattern in PATTERNS for f in folder.glob(pattern) if f.is_file()]
            state = tuple(sorted((str(f), s.st_size, s.st_mtime_ns) for f in found for s in [f.stat()]))
        if self._listing is None or self._listing[0] != state:
            own = [s for s in listed(folder) if s.bundled or folder is None or places.inside(folder, folder / s.name)]
            self._listing = state, tuple(own)
        return self._listing[1]

    async def scenario(self, place: Place, digest: str) -> Scenario:
        """Return a scenario, read once while its files stay the same."""
        if (known := self._read.get((place.name, digest))) is not None:
            return known
        found = await asyncio.to_thread(load, place.source)
        self._read[place.name, digest] = found
        while len(self._read) > MOST_SCENARIOS:
            self._read.popitem(last=False)
        return found


def site_of(request: Request) -> Site:
    """Return the state of the server that answers a request."""
    return request.app.state.site


def user_of(request: Request) -> str:
    """Return by what the users of the server are distinguished: the address that they come from."""
    return request.client.host if request.client else ""

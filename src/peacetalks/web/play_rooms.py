"""Sessions that are played on the server: rooms with seats, one link for all, one for each who sat down.

A room stays in the memory of the server.  Its link lets people sit down; a seat's own link, which cannot be guessed,
shows that seat's type and moves.  The game is solved in a thread, one room after another.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from peacetalks.errors import GameError, SpecError
from peacetalks.forecasting.outlook import outlook
from peacetalks.forecasting.settings import BELIEF_POINTS
from peacetalks.forecasting.size import check_size
from peacetalks.questions.debrief import Debrief, debrief
from peacetalks.questions.play import MONTHS, Session, start
from peacetalks.web.lanes import Refused
from peacetalks.web.made import Failure
from peacetalks.web.worker import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.scenario.scenario import Scenario

MOST_ROOMS = 40
IDLE = 6 * 3600.0  # seconds after which a room that nobody looks at makes way for others
MOST_MONTHS = 24
FULL = "all rooms are taken: try again later, or play in a terminal (`peacetalks play`)"


@dataclass
class Room:
    """A session and who sits at it."""

    name: str  # in addresses
    scenario: Scenario
    place: str  # the scenario's name in addresses
    sides: tuple[str, ...]  # played by people
    seats: dict[str, str] = field(default_factory=dict)  # key of a seat's link -> its side
    session: Session | None = None  # None until the game is solved
    wrong: str = ""  # why there is none
    looked_back: Debrief | None = None
    seen: float = field(default_factory=time.monotonic)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def free(self) -> tuple[str, ...]:
        """The sides for which nobody has sat down yet."""
        return tuple(side for side in self.sides if side not in self.seats.values())

    def sit(self, side: str) -> str:
        """Return the key of a free seat, which is then taken; raise `SpecError` where it is not free."""
        if side not in self.free:
            raise SpecError(f"the seat of {side[:60]!r} is not free; free: {', '.join(self.free) or 'none'}")
        key = secrets.token_urlsafe(16)
        self.seats[key] = side
        return key


class Rooms:
    """The rooms of a server."""

    def __init__(self, memory: int) -> None:
        self.memory, self._rooms = memory, OrderedDict[str, Room]()
        self._solving = asyncio.Semaphore(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, name: str) -> Room | None:
        """Return a room by its name; None where there is none, or it was given to others."""
        room = self._rooms.get(name)
        if room is not None:
            room.seen = time.monotonic()
        return room

    async def open(
        self, scenario: Scenario, place: str, types: Mapping[str, str | None], seed: int, months: int | None
    ) -> Room:
        """Return a new room; its game is solved in the background.

        `types` holds the hidden type of each side that is played by people, None where it is drawn.

        Raises `SpecError` where the session cannot be, and `Refused` where all rooms are taken.
        """
        self._make_way()
        last = scenario.periods
        months = min(MONTHS, last or MONTHS) if months is None else months
        if not 1 <= months <= min(MOST_MONTHS, last or MOST_MONTHS):
            raise SpecError(f"months must lie between 1 and {min(MOST_MONTHS, last or MOST_MONTHS)}, got {months}")
        if not types:
            raise SpecError("choose at least one side that people play")
        if check_size(scenario, BELIEF_POINTS, months).bytes > self.memory:
            raise SpecError("the game of this scenario needs more memory than this server gives; play it in a terminal")
        room = Room(secrets.token_urlsafe(6), scenario, place, tuple(types))
        self._rooms[room.name] = room
        task = asyncio.create_task(self._solve(room, dict(types), seed, months))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return room

    def _make_way(self) -> None:
        """Give up rooms that nobody looked at; raise `Refused` where none can be."""
        now = time.monotonic()
        for name in [name for name, room in self._rooms.items() if now - room.seen > IDLE]:
            del self._rooms[name]
        if len(self._rooms) >= MOST_ROOMS:
            over = [n for n, r in self._rooms.items() if r.wrong or (r.session is not None and r.session.over)]
            if not over:
                raise Refused(Failure(503, FULL))
            del self._rooms[over[0]]

    async def _solve(self, room: Room, types: dict[str, str | None], seed: int, months: int) -> None:
        async with self._solving:
            try:
                room.session = await asyncio.to_thread(start, room.scenario, types, seed, months, BELIEF_POINTS)
            except Exception as e:  # those who sit in the room must learn of it
                room.wrong = failure_of(e).words


async def advance(room: Room, side: str, step: int, move: str) -> None:
    """Make a side's move, if play has not gone on since its page was shown; raise `GameError` where it is not open."""
    async with room.turn:
        if room.session is None or room.session.steps != step:
            return  # sent twice, or late: the page shows where play stands
        room.session = await asyncio.to_thread(room.session.advance, side, move)


async def look_back(room: Room) -> Debrief | None:
    """Return the debrief of a session that is over, made once; None before."""
    async with room.turn:
        if room.session is None or not room.session.over:
            return None
        if room.looked_back is None:
            room.looked_back = await asyncio.to_thread(_debrief, room.session)
        return room.looked_back


def _debrief(session: Session) -> Debrief:
    o = outlook(session.scenario, session.months, belief_points=session.belief_points, certify=False)
    return debrief(session, o)


def side_of(room: Room, key: str) -> str:
    """Return the side that sits at a link; raise `GameError` where nobody does."""
    if key not in room.seats:
        raise GameError("nobody sits at this link; take a seat with the link of the room")
    return room.seats[key]

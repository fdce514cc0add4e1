"""What work makes: a whole page, its numbers as JSON, and what other pages show of it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from peacetalks.forecasting.emulator import Emulator

SMALLEST = 1000  # bytes from which a body is compressed


class Task(NamedTuple):
    """A piece of work: what is made, and of what; both can be sent to another process."""

    kind: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Made:
    """A page that was made."""

    html: str
    json: str
    more: dict[str, Any] = field(default_factory=dict)  # plain values that other pages show


@dataclass(frozen=True)
class Body:
    """The bytes of an answer, made once and served as they are."""

    data: bytes
    media: str
    etag: str
    packed: bytes | None  # compressed, where that is shorter

    @classmethod
    def of(cls, text: str | bytes, media: str) -> Body:
        """Return the body that holds a text.

        >>> Body.of("a", "text/plain").packed is None
        True
        """
        data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
        packed = gzip.compress(data, 6, mtime=0) if len(data) >= SMALLEST else None
        return cls(data, media, f'"{hashlib.sha256(data).hexdigest()[:24]}"', packed)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.data) + len(self.packed or b"")


@dataclass(frozen=True)
class Served:
    """A page and its JSON, ready to be served."""

    html: Body
    json: Body
    more: dict[str, Any]

    @classmethod
    def of(cls, made: Made) -> Served:
        """Return a page that was made, ready to be served."""
        return cls(
            Body.of(made.html, "text/html; charset=utf-8"), Body.of(made.json, "application/json"), dict(made.more)
        )

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return self.html.size + self.json.size + sum(len(str(value)) for value in self.more.values())


@dataclass(frozen=True)
class Built:
    """An emulator that was built, and what it stands beside; it stays in the memory of the server."""

    emulator: Emulator
    bar: dict[str, Any]  # what is expected of the scenario as it stands, solved exactly: a `card.Bar`
    peace: float  # the same, of peace
    refusal: str  # why it may not be used; "" where it may


class Failure(NamedTuple):
    """Why work made nothing."""

    status: int  # of HTTP
    words: str


Result = Made | Built

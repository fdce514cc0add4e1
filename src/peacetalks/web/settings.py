"""What a server is started with, checked: which folder, for whom, under which names, and how much it may compute."""

from __future__ import annotations

import ipaddress
import math
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from peacetalks.errors import ServeError
from peacetalks.text_files import shown

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8000
BUDGET = 900.0  # seconds that one piece of work may take
MOST_SOLVERS = 64
HOST_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9A-Fa-f:]+")  # or an IPv6 address
MEMORY = 4 * 2**30  # bytes that the game of a scenario may need
BODY = 256 * 1024  # bytes of what is sent to the server
QUERY = 4096  # characters of what stands after the question mark
LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """How pages are served; made by `settings_for`."""

    folder: Path | None = None  # resolved; None: the bundled scenarios only
    host: str = LOCAL_NAMES[0]
    port: int = PORT
    names: tuple[str, ...] = ()  # further host names under which the server is reached
    read_only: bool = False
    budget: float = BUDGET
    solvers: int = 1  # processes that solve at once, each for another user
    memory: int = MEMORY
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)  # that a write needs

    @property
    def may_write(self) -> bool:
        """Whether scenarios can be saved."""
        return self.folder is not None and not self.read_only

    @property
    def allowed_names(self) -> frozenset[str]:
        """The host names that a request may give, in lower case and without a port."""
        local = LOCAL_NAMES if is_loopback(self.host) else ()
        return frozenset(name.lower() for name in (self.host, *local, *self.names))

    @property
    def address(self) -> str:
        """Where the pages are.

        >>> Settings(host="::1", port=8001).address
        'http://[::1]:8001/'
        """
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def settings_for(
    folder: Path | None = None,
    host: str = LOCAL_NAMES[0],
    port: int = PORT,
    names: tuple[str, ...] = (),
    read_only: bool = False,
    budget: float = BUDGET,
    solvers: int = 1,
) -> Settings:
    """Return the settings of a server.

    Raises `ServeError` for a folder that is none, for a host beyond this machine where pages may be written, and for
    numbers out of range; the message says what to give.

    >>> settings_for(host="0.0.0.0")
    Traceback (most recent call last):
    peacetalks.errors.ServeError: --host '0.0.0.0' is reached from other machines: add --read-only, and --name ...
    """
    if folder is not None and not folder.is_dir():
        what = "is a file; give the folder that it lies in" if folder.exists() else "there is no such folder"
        raise ServeError(f"'{shown(folder)}': {what}")
    if not 0 <= port <= 65535:
        raise ServeError(f"--port must lie between 0 and 65535 (0: any that is free), got {port}")
    if not is_loopback(host) and not (read_only and names):
        raise ServeError(
            f"--host {host!r} is reached from other machines: add --read-only, and --name with the host name that "
            "people write in their browsers, or leave --host out to serve this machine only"
        )
    if not 0 < budget < math.inf:
        raise ServeError(f"--budget must be above 0 seconds, got {budget:g}; {BUDGET:g} are usual")
    if not 1 <= solvers <= MOST_SOLVERS:
        raise ServeError(f"--solvers must lie between 1 and {MOST_SOLVERS}, got {solvers}")
    if wrong := [name for name in names if not HOST_NAME.fullmatch(name)]:
        raise ServeError(f"--name {wrong[0]!r}: give a host name such as forecasts.example, without a port")
    return Settings(None if folder is None else folder.resolve(), host, port, names, read_only, budget, solvers)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, and reached from nowhere else.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

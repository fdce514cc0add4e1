"""The scenarios that are served, by the names that stand in addresses; nothing outside the folder is read or written.

A bundled scenario has its name (`korea-1951`), a file of the folder its file name (`mine.toml`).
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from peacetalks.errors import ServeError
from peacetalks.forecasting.whole_file import create_file, replace_file, temporary_name
from peacetalks.scenario.files import folder as beside
from peacetalks.scenario.scenario import BUNDLED, bundled
from peacetalks.text_files import decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from peacetalks.scenario.listing import Listed
    from peacetalks.web.settings import Settings

FILE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\.toml")  # that a scenario may be saved under
SERVED_NAME = re.compile(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,199}\.toml")  # that a file of the folder may have
NAME_ADVICE = "a file name has lower-case letters, digits and hyphens, and ends in .toml, such as mine.toml"
ARCHIVE = "archive"  # folder of saved forecasts within the folder
BESIDE = {  # section of a scenario -> what it shows, where that stands in the folder beside the scenario, and how
    "accounts": (
        "rival accounts stand",
        ("accounts",),
        "an account is a file in the folder `accounts` there, which says who holds it and what it changes "
        "(docs/accounts.md).",
    ),
    "beliefs": (
        "record of public acts stands",
        ("events.toml", "events.csv"),
        "it is the file events.toml or events.csv there, with dates, actors and acts (docs/accounts.md).",
    ),
    "claims": (
        "claims stand",
        ("claims.toml",),
        "they are in the file claims.toml there, each a sentence and a query (docs/claims.md).",
    ),
}
_REPLACING = threading.Lock()  # between the look at a file and its replacement
LARGEST = 2**21  # bytes of a scenario or of a file beside it


class NotFound(Exception):
    """Nothing is served under this address."""


class Changed(Exception):
    """The file is not what it was when the editor opened it."""


class Place(NamedTuple):
    """A scenario that is served."""

    name: str  # in addresses
    source: str  # by which it is loaded: a bundled one's name, or a path
    bundled: bool


def name_of(s: Listed) -> str:
    """Return the name in addresses of a scenario that is listed."""
    return s.name if s.bundled else Path(s.name).name


def find(settings: Settings, name: str) -> Place:
    """Return the scenario of a name in an address; raise `NotFound` where there is none."""
    if name in bundled():
        return Place(name, name, True)
    if settings.folder is not None and SERVED_NAME.fullmatch(name):
        path = settings.folder / name
        if path.is_file() and inside(settings.folder, path):
            return Place(name, str(path), False)
    where = "" if settings.folder is None else " or in the folder that is served"
    raise NotFound(f"no scenario is called {name!r} among the bundled ones{where}")


def inside(folder: Path, path: Path) -> bool:
    """Return whether a file lies within a folder, links followed."""
    return path.resolve().is_relative_to(folder)


def missing(place: Place, section: str) -> str:
    """Return why a scenario has no page of a section, in words; "" where what it shows stands beside the scenario.

    >>> missing(Place("korea-1951", "korea-1951", True), "claims").split(":")[0]
    'No claims stand beside this scenario'
    """
    if section not in BESIDE:
        return ""
    what, names, how = BESIDE[section]
    top = beside(place.source)
    there = [top / name for name in names if (top / name).is_file()]
    if section == "accounts" and (top / names[0]).is_dir():
        there = [f for f in (top / names[0]).iterdir() if f.name.endswith(".toml")]
    return "" if there else f"No {what} beside this scenario: {how}"


def text_of(place: Place) -> str:
    """Return the text of a scenario's file; raise `ServeError` for one that is too large to be served."""
    file = BUNDLED / f"{place.source}.toml" if place.bundled else Path(place.source)
    if isinstance(file, Path):
        _check_size(place.name, file)
    return decode(file.read_bytes(), place.name)


def digest_of(settings: Settings, place: Place) -> str:
    """Return a digest of a scenario's file and of all that stands beside it.

    Raises `ServeError` for a file that lies outside the folder (a link), or that is too large to be served.
    """
    found = hashlib.sha256()
    for name, file in _files(settings, place):
        found.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:24]


def _files(settings: Settings, place: Place) -> Iterator[tuple[str, Traversable | Path]]:
    """Yield the scenario's file and those beside it, by name."""
    top = beside(place.source)
    own = BUNDLED / f"{place.source}.toml" if place.bundled else Path(place.source)
    for name, file in [(place.name, own), *sorted(_below(top, ""))]:
        if isinstance(file, Path) and not place.bundled:
            if settings.folder is None or not inside(settings.folder, file):
                raise ServeError(f"{name}: lies outside the folder that is served (a link); put a copy there")
            _check_size(name, file)
        yield name, file


def _check_size(name: str, file: Path) -> None:
    """Raise `ServeError` for a file that is too large to be served."""
    if file.stat().st_size > LARGEST:
        raise ServeError(f"{name}: is larger than {LARGEST // 2**20} MB, which is not served")


def _below(folder: Traversable | Path, path: str) -> Iterator[tuple[str, Traversable | Path]]:
    """Yield every file that can stand beside a scenario: in its folder, and in `accounts` there."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        name = f"{path}{entry.name}"
        if entry.is_file() and entry.name.endswith((".toml", ".csv")):
            yield name, entry
        elif entry.is_dir() and not path and entry.name == "accounts":
            yield from _below(entry, f"{name}/")


def write(settings: Settings, name: str, text: str, before: str) -> Path:
    """Write a scenario into the folder, whole or not at all; a link of that name is never followed.

    Parameters
    ----------
    settings : Settings
    name : str
        The name of the file (`FILE_NAME`).
    text : str
    before : str
        The digest (`text_digest`) of the text that the editor opened; empty for a file that must not exist yet.

    Raises
    ------
    ServeError
        A name that may not be written, or a write that fails.
    Changed
        The file was changed meanwhile, or is there already.
    """
    if settings.folder is None or not FILE_NAME.fullmatch(name):
        raise ServeError(f"cannot save as {name[:120]!r}: {NAME_ADVICE}")
    path = settings.folder / name
    if path.is_symlink():
        raise ServeError(f"cannot save as {name}: it is a link; give another name")
    data = text.encode("utf-8")
    try:
        if not before:
            create_file(path, data)
        else:
            with _REPLACING:
                if text_digest(path.read_bytes().decode("utf-8", "replace")) != before:
                    raise Changed(f"{name} was changed by somebody else since the editor opened it; nothing was saved")
                temporary = settings.folder / temporary_name()
                replace_file(temporary, data)
                os.replace(temporary, path)
    except FileExistsError:
        raise Changed(f"{name} exists already; give another name, nothing was saved") from None
    except FileNotFoundError:
        raise Changed(f"{name} is not there any more; give another name, nothing was saved") from None
    except OSError as e:
        raise ServeError(f"cannot save {name}: {e.strerror or e}") from None
    return path


def text_digest(text: str) -> str:
    """Return a digest of a text, whatever its line ends."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def archive_folder(settings: Settings) -> Path | None:
    """Return the folder of saved forecasts: `archive` in the folder, else the folder itself; None without one."""
    if settings.folder is None:
        return None
    own = settings.folder / ARCHIVE
    found = own if own.is_dir() else settings.folder
    return found if inside(settings.folder, found) else None

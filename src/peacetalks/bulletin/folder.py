"""The folder of a bulletin: what it holds, and how it is read and written.

==========================  =========================================================================================
`archive/`                  every saved forecast, for `peacetalks diff`, `score` and `history`
`YYYY-MM-DD/bulletin.json`  a bulletin as a value; it is written last, so that a folder without it was cut short
`YYYY-MM-DD/`               its pages and tables
`index.html`, `feed.xml`    the latest bulletin, and the list of all
`track.html`, `track.json`  how all bulletins did, as known now; those of a bulletin: as known at its date
==========================  =========================================================================================
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from peacetalks.archive.folder import Refused, read_saved, save_as
from peacetalks.archive.saved import content_digest
from peacetalks.bulletin.values import Bulletin
from peacetalks.errors import ArchiveError
from peacetalks.forecasting.whole_file import replace_file
from peacetalks.text_files import read_json, shown

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from peacetalks.archive.saved import SavedForecast

ARCHIVE, FILE = "archive", "bulletin.json"
KIND, FORMAT = "peacetalks bulletin", 2


@dataclass(frozen=True)
class Bulletins:
    """The bulletins of a folder by date, and files that are left out; made by `read_bulletins`."""

    found: tuple[Bulletin, ...]
    refused: tuple[Refused, ...]


def read_bulletins(folder: Path) -> Bulletins:
    """Return the bulletins of a folder; one that cannot be used is named with the reason. A new folder has none."""
    found, refused = [], []
    for path in sorted(folder.glob(f"????-??-??/{FILE}")) if folder.is_dir() else ():
        try:
            found.append(read_bulletin(path))
        except ArchiveError as e:
            refused.append(Refused(f"{path.parent.name}/{FILE}", str(e)))
    return Bulletins(tuple(sorted(found, key=lambda b: b.as_of)), tuple(refused))


def read_bulletin(path: Path) -> Bulletin:
    """Return the bulletin in a file; raise `ArchiveError` for one that is damaged or of another program."""
    value = read_json(path, ArchiveError)
    if not isinstance(value, dict) or value.get("kind") != KIND or value.get("format") != FORMAT:
        raise ArchiveError(f"'{shown(path)}' is no bulletin of format {FORMAT}; make it anew")
    body = value.get("bulletin")
    if value.get("check") != content_digest(body):
        raise ArchiveError(f"'{shown(path)}' was damaged or edited (its digest differs); make it anew")
    try:
        return Bulletin.model_validate(body)
    except ValidationError as e:
        raise ArchiveError(f"'{shown(path)}': {e.errors()[0]['msg']}; make it anew") from None


def plain(b: Bulletin) -> dict[str, Any]:
    """Return a bulletin as its file and `--json` have it."""
    body = b.model_dump(mode="json")
    return {"kind": KIND, "format": FORMAT, "check": content_digest(body), "bulletin": body}


def write_bulletin(b: Bulletin, folder: Path) -> Path:
    """Write a bulletin as JSON into its place in a folder; return the file."""
    path = place(folder, b.as_of) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (json.dumps(plain(b), indent=1, allow_nan=False) + "\n").encode())
    return path


def place(folder: Path, as_of: dt.date) -> Path:
    """Return where a bulletin of a date stands in a folder."""
    return folder / as_of.isoformat()


def store(s: SavedForecast, folder: Path) -> tuple[str, SavedForecast]:
    """Save a forecast in the archive, or find the same one there; return the file's name and what it holds."""
    where = folder / ARCHIVE
    for path in sorted(where.glob(f"{s.name[:100]}_{s.as_of.isoformat()}_{s.digest[:8]}_*.json")):
        try:
            there = read_saved(path)
        except ArchiveError:
            continue
        if (there.digest, there.forecast, there.sources, there.tables) == (s.digest, s.forecast, s.sources, s.tables):
            return path.name, there
    return save_as(s, where).name, s

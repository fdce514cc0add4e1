"""The folder of saved forecasts: each is a file of its own, which is never written over.

Several processes may save into one folder at once.  A file that cannot be used (cut, edited, of another program, of a
later format) is named with the reason, and the others are read all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks.archive.saved import SavedForecast, from_json, saved, to_text
from peacetalks.errors import ArchiveError, did_you_mean
from peacetalks.forecasting.whole_file import check_replaceable, create_file
from peacetalks.text_files import read_json, shorten, shown

if TYPE_CHECKING:
    import datetime as dt

    from peacetalks.forecasting.outlook import Outlook

SUFFIX = ".json"
TRIES = 1000  # names that are tried for a forecast that is saved in the same microsecond as another
SAVE_FIRST = "`peacetalks forecast SCENARIO --save FOLDER` saves one"


@dataclass(frozen=True)
class Refused:
    """A file of the folder that is left out, and why."""

    file: str  # its name
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return plain values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Entry:
    """A saved forecast, and the file that holds it."""

    path: Path
    forecast: SavedForecast

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.path.name


@dataclass(frozen=True)
class Archive:
    """What a folder of saved forecasts holds, by scenario, date and moment; made by `read_folder`."""

    folder: Path
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]

    def __repr__(self) -> str:
        """Return how many forecasts there are, of which scenarios."""
        left = f"; {len(self.refused)} files left out" if self.refused else ""
        return f"Archive of {len(self.entries)} forecasts of {', '.join(self.names)}{left}"

    @property
    def names(self) -> list[str]:
        """The names of the scenarios, sorted."""
        return sorted({e.forecast.name for e in self.entries})

    def of(self, scenario: str | None) -> tuple[Entry, ...]:
        """Return the forecasts of a scenario, by its name or the digest of what is written; None: of the only one.

        Raises `ArchiveError` where there is none, or where there are several and none is named.
        """
        if scenario is None:
            if len(self.names) > 1:
                raise ArchiveError(
                    f"'{shown(self.folder)}' holds forecasts of {len(self.names)} scenarios; name one of "
                    f"{', '.join(self.names)}"
                )
            return self.entries
        found = tuple(e for e in self.entries if scenario in e.forecast.names)
        if not found:
            raise ArchiveError(
                f"'{shown(self.folder)}' holds no forecast of {shorten(scenario)}"
                f"{did_you_mean(scenario, self.names)}; it has {', '.join(self.names)}"
            )
        return found


def save(o: Outlook, folder: str | Path, moment: dt.datetime | None = None) -> Path:
    """Save a forecast in a folder, as a file of its own; return the file.

    Parameters
    ----------
    o : Outlook
    folder : str or Path
        Made where it is missing.
    moment : datetime, optional
        When it is saved, with its zone; default: now.

    Raises
    ------
    ArchiveError
        The folder cannot be made or written to.

    Examples
    --------
    >>> import tempfile
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(pt.outlook(small, belief_points=2), folder)
    ...     path.name.startswith("korea-1951_1951-07-10_"), len(read_folder(folder).entries)
    (True, 1)
    """
    check_folder(Path(folder))
    return save_as(saved(o, moment), folder)


def save_as(s: SavedForecast, folder: str | Path) -> Path:
    """Write a forecast as it is saved into a folder, as a file of its own; return the file. Errors: as of `save`."""
    where, data = Path(folder), to_text(s).encode()
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise _cannot_save(where, e) from None
    for number in range(TRIES):
        path = where / f"{_stem(s)}{f'-{number}' if number else ''}{SUFFIX}"
        try:
            create_file(path, data)
        except FileExistsError:
            continue
        except OSError as e:
            raise _cannot_save(where, e) from None
        return path
    raise ArchiveError(f"'{shown(where)}' holds {TRIES} forecasts of this moment already; give another folder")


def check_folder(folder: Path) -> None:
    """Raise `ArchiveError` where a forecast could not be saved in a folder, which need not exist yet."""
    try:
        there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
        if not there.is_dir():
            raise ArchiveError(f"cannot save in '{shown(folder)}': '{shown(there)}' is a file; give a folder")
        check_replaceable(there / "trial")
    except (OSError, ValueError) as e:
        raise _cannot_save(folder, e) from None


def _cannot_save(folder: Path, e: OSError | ValueError) -> ArchiveError:
    """Return the error of a folder in which nothing can be saved."""
    if isinstance(e, ArchiveError):
        return e
    return ArchiveError(f"cannot save in '{shown(folder)}': {_reason(e)}; give another folder")


def _reason(e: OSError | ValueError) -> str:
    return (e.strerror if isinstance(e, OSError) else None) or str(e)


def _stem(s: SavedForecast) -> str:
    """Return the name of a file without its suffix: scenario, date, digest, moment."""
    return f"{s.name[:100]}_{s.as_of.isoformat()}_{s.digest[:8]}_{s.moment:%Y%m%dT%H%M%S%f}Z"


def read_saved(path: str | Path) -> SavedForecast:
    """Return the saved forecast that a file holds.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    ArchiveError
        No such file, or one that is damaged, of another program or of a later format; the message says which.
    """
    file = Path(path)
    return from_json(read_json(file, ArchiveError), shown(file))


def read_folder(folder: str | Path) -> Archive:
    """Return all saved forecasts of a folder, and what was left out and why.

    Parameters
    ----------
    folder : str or Path
        Files whose names do not end in `.json`, hidden ones and folders within it are passed over.

    Raises
    ------
    ArchiveError
        No such folder, or none that holds a saved forecast that can be used.
    """
    where = Path(folder)
    try:
        files = sorted(p for p in where.iterdir() if p.suffix == SUFFIX and not p.name.startswith("."))
    except FileNotFoundError:
        raise ArchiveError(f"no folder '{shown(where)}'; {SAVE_FIRST}") from None
    except NotADirectoryError:
        raise ArchiveError(f"'{shown(where)}' is a file; give the folder that holds the saved forecasts") from None
    except (OSError, ValueError) as e:
        raise ArchiveError(f"'{shown(where)}' cannot be read ({_reason(e)}); give another folder") from None
    entries, refused = [], []
    for path in files:
        try:
            entries.append(Entry(path, read_saved(path)))
        except ArchiveError as e:
            refused.append(Refused(path.name, str(e).removeprefix(f"{shown(path)}: ")))
    if not entries:
        left = "".join(f"; {r.file}: {r.reason}" for r in refused[:3])
        raise ArchiveError(f"'{shown(where)}' holds no saved forecast that can be used; {SAVE_FIRST}{left}")
    entries.sort(key=lambda e: (e.forecast.name, e.forecast.as_of, e.forecast.moment, e.file))
    return Archive(where, tuple(entries), tuple(refused))

"""Answers in a cache folder, so that long work which was cut short goes on where it was.

An answer is what one solved variant of a scenario says (a forecast, a likelihood).  It stands in a file of its own
under a key that identifies the question (the game, the settings) and the version of the results: a digest of the
sources that determine them, and of the libraries that do the arithmetic.  A changed page or command does not change the
key.  Files are written whole (`whole_file.py`) and hold JSON with a digest, so that several processes may share the
folder, and a file that is cut, altered or foreign loses itself only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import sys
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from peacetalks.errors import NotSolved
from peacetalks.forecasting.encoding import decode, encode
from peacetalks.forecasting.jobs import solve_all
from peacetalks.forecasting.whole_file import check_replaceable, is_temporary, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from peacetalks.forecasting.jobs import Progress

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger("peacetalks")
VARIABLE = "PEACETALKS_CACHE"
LIMIT = 2**30  # bytes that the folder may hold; answers that were not used for longest go first
TRIMMED = 0.9  # of the limit, where it is passed
STALE = 3600.0  # seconds after which a temporary file has no writer any more
KEY_LENGTH = 40  # hexadecimal digits
PACKAGE = Path(__file__).parents[1]
ROOMS = ("game", "scenario", "mechanisms", "equilibrium", "forecasting")  # whose sources determine results
LIBRARIES = ("numpy", "scipy", "xarray")


def cache_folder() -> Path:
    """Return the folder of the answers: in $PEACETALKS_CACHE, else in the user's cache; it need not exist.

    Raises `RuntimeError` where there is no home folder.
    """
    if given := os.environ.get(VARIABLE):
        return Path(given) / "answers"
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "peacetalks" / "answers"
    if os.path.isabs(base := os.environ.get("XDG_CACHE_HOME", "")):
        return Path(base) / "peacetalks" / "answers"
    return Path.home() / ".cache" / "peacetalks" / "answers"


class Size(NamedTuple):
    """How much a cache folder holds."""

    entries: int
    bytes: int


class Answers(Protocol):
    """Where answers are found and added: a cache folder, or a file."""

    def find(self, key: str, classes: Iterable[type]) -> Any:
        """Return the answer under a key, None where there is none."""

    def add(self, key: str, answer: Any) -> None:
        """Add an answer."""


class AnswerCache:
    """The answers in a folder; without a folder nothing is cached.

    Parameters
    ----------
    folder : Path, optional
    limit : int
        Bytes that the folder may hold.

    Attributes
    ----------
    found, added : int
        Answers read from the folder, and written to it.

    Examples
    --------
    >>> AnswerCache(None).find("a key", ()) is None
    True
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self.folder, self.limit = folder, limit
        self.found = self.added = 0
        self._untrimmed = 0  # bytes added since the size was last looked at

    @classmethod
    def open(cls, folder: Path | None = None, limit: int = LIMIT) -> AnswerCache:
        """Return the cache in a folder (default: `cache_folder`); one without a folder, and a notice, where it fails.

        A folder that cannot be written to is no error.
        """
        try:
            folder = folder or cache_folder()
            folder.mkdir(parents=True, exist_ok=True)
            check_replaceable(folder / "trial")
        except (OSError, RuntimeError, ValueError) as e:
            log.warning("No cache of answers: %s cannot be written to (%s). Set %s.", folder, _reason(e), VARIABLE)
            return cls(None)
        found = cls(folder, limit)
        found.trim()
        return found

    def find(self, key: str, classes: Iterable[type]) -> Any:
        """Return the answer under a key, made again from `classes`; None where there is none that can be used."""
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            check, _, body = path.read_text(encoding="utf-8").partition("\n")
            if check != _check(key, body):
                return None
            answer = decode(json.loads(body), classes)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)  # used now
        self.found += 1
        return answer

    def add(self, key: str, answer: Any) -> None:
        """Write an answer; where that fails there is a notice, and nothing more is written."""
        if self.folder is None:
            return
        body = json.dumps(encode(answer), allow_nan=False) + "\n"
        data = f"{_check(key, body)}\n{body}".encode()
        try:
            path = self._path(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, data)
        except OSError as e:
            log.warning("No further answers are cached in %s: %s.", self.folder, _reason(e))
            self.folder = None
            return
        self.added += 1
        self._untrimmed += len(data)
        if self._untrimmed > (1 - TRIMMED) * self.limit:
            self.trim()

    def size(self) -> Size:
        """Return how many answers there are, and their bytes."""
        sizes = [info.st_size for _, info in self._entries()]
        return Size(len(sizes), sum(sizes))

    def clear(self) -> Size:
        """Remove every answer, and nothing else that stands in the folder; return what was removed."""
        sizes = []
        for path, info in self._entries():
            path.unlink(missing_ok=True)
            sizes.append(info.st_size)
        self._remove_temporary(0.0)
        return Size(len(sizes), sum(sizes))

    def trim(self) -> None:
        """Where the folder holds more than its limit, remove the answers that were not used for longest."""
        self._untrimmed = 0
        entries = sorted(self._entries(), key=lambda entry: entry[1].st_mtime_ns)
        total = sum(info.st_size for _, info in entries)
        target = TRIMMED * self.limit if total > self.limit else total
        for path, info in entries:
            if total <= target:
                break
            with suppress(OSError):
                path.unlink(missing_ok=True)
            total -= info.st_size
        self._remove_temporary(STALE)

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / key[:2] / f"{key}.json"

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the file of every answer, by its name, with its size and time."""
        for path in self.folder.glob("??/*.json") if self.folder is not None else ():
            if len(path.stem) == KEY_LENGTH and path.stem.startswith(path.parent.name):
                with suppress(OSError):
                    yield path, path.stat()

    def _remove_temporary(self, age: float) -> None:
        """Remove what writers that were killed left behind, `age` seconds ago or longer."""
        for path in [*self.folder.glob(".*"), *self.folder.glob("??/.*")] if self.folder is not None else ():
            with suppress(OSError):
                if is_temporary(path.name) and time.time() - path.stat().st_mtime >= age:
                    path.unlink()


def answer_key(*question: Any) -> str:
    """Return the key of the answer that this version gives to a question; questions differ where their `repr` does."""
    return hashlib.sha256(repr((results_version(), *question)).encode()).hexdigest()[:KEY_LENGTH]


@cache
def results_version() -> str:
    """Return a digest of all that determines the answer to a question: sources, libraries, machine."""
    versions = [f"{name} {version(name)}" for name in ("peacetalks", *LIBRARIES)]
    return repr((sources_digest(ROOMS), versions, sys.version_info[:2], platform.machine(), sys.byteorder))


def sources_digest(rooms: Iterable[str]) -> str:
    """Return a digest of the sources, in Python and in C, in folders of the package."""
    found = hashlib.sha256()
    for room in rooms:
        for file in sorted(f for f in (PACKAGE / room).rglob("*") if f.suffix in (".py", ".c", ".h")):
            found.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def solve_cached(
    work: Callable[[T], R],
    items: Sequence[T],
    keys: Sequence[str],
    answers: AnswerCache | None,
    classes: Sequence[type],
    jobs: int = 1,
    progress: Progress | None = None,
    required: int | None = None,
) -> list[R | NotSolved]:
    """Return `work(item)` for every item, in order, from the cache where it is there; for the rest see `solve_all`.

    Parameters
    ----------
    keys : sequence of str
        Of the items, by `answer_key`.
    answers : AnswerCache, optional
        New results are added as they come; a game without a solution is an answer too.
    classes : sequence of type
        That results are made of.
    """
    if answers is None:
        return solve_all(work, items, jobs, progress, required)
    required, out = len(items) if required is None else required, dict[int, R | NotSolved]()
    for i, key in enumerate(keys):
        found: Any = find_result(answers, key, classes)
        if found is None:
            continue
        if isinstance(found, NotSolved) and i < required:
            raise found
        out[i] = found
        if progress is not None:
            progress(len(out), len(items))
    missing, already = [i for i in range(len(items)) if i not in out], len(out)

    def store(place: int, found: R | NotSolved) -> None:
        add_result(answers, keys[missing[place]], found)

    def report(done: int, _: int) -> None:
        if progress is not None:
            progress(already + done, len(items))

    still_required, left = sum(i < required for i in missing), [keys[i] for i in missing]
    solved = solve_all(work, [items[i] for i in missing], jobs, report, still_required, store, left)
    out |= dict(zip(missing, solved, strict=True))
    return [out[i] for i in range(len(items))]


def find_result(answers: Answers, key: str, classes: Iterable[type]) -> Any:
    """Return the result that `add_result` wrote, which may be a `NotSolved`; None where there is none."""
    match answers.find(key, classes):
        case {"unsolved": str(reason)}:
            return NotSolved(reason)
        case {"result": found}:
            return found
    return None


def add_result(answers: Answers, key: str, found: Any) -> None:
    """Add a result, or that there is no solution."""
    answers.add(key, {"unsolved": str(found)} if isinstance(found, NotSolved) else {"result": found})


def _check(key: str, body: str) -> str:
    """Return the digest that stands above an answer."""
    return hashlib.sha256(f"{key}\n{body}".encode()).hexdigest()


def _reason(e: Exception) -> str:
    return (e.strerror if isinstance(e, OSError) else None) or str(e)

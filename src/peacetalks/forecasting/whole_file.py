"""Files that are written whole or not at all.

A file is written beside its target under a temporary name, flushed to the disk and renamed: whoever reads the target
finds the old content or the new one, however the writer ends (full disk, kill, power), and of two writers at once one
whole file stays.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PREFIX, SUFFIX = ".peacetalks-", ".tmp"  # of temporary names


def replace_file(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; raise `OSError`, after which the old content stands.

    A link is followed, and the mode of a file that is replaced stays.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_file(Path(folder) / "a", b"whole")
    ...     (Path(folder) / "a").read_bytes(), len(list(Path(folder).iterdir()))
    (b'whole', 1)
    """
    target = path.resolve()
    temporary = target.parent / temporary_name()
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        try:
            with suppress(FileNotFoundError):
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
            _write(number, data)
            os.fsync(number)
        finally:
            os.close(number)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(target.parent)


def create_file(path: Path, data: bytes) -> None:
    """Write `data` to a new file, whole or not at all; raise `FileExistsError` where the name is taken, or `OSError`.

    Of several writers at once that choose one name, the first has it.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     create_file(Path(folder) / "a", b"first")
    ...     create_file(Path(folder) / "a", b"second")
    Traceback (most recent call last):
    FileExistsError: ...
    """
    temporary = path.parent / temporary_name()
    try:
        replace_file(temporary, data)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links: the name is taken first, and filled at once
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink()
    _flush_folder(path.parent)


def check_replaceable(path: Path) -> None:
    """Raise `OSError` where `replace_file` could not write `path`: no folder, a folder of that name, no permission."""
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError("the file is write-protected")
    trial = target.parent / temporary_name()
    os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    trial.unlink()


def temporary_name() -> str:
    """Return a temporary name that no other writer has."""
    return f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"


def is_temporary(name: str) -> bool:
    """Return whether a file's name is that of a temporary one, left behind by a writer that was killed.

    >>> is_temporary(temporary_name()), is_temporary("report.html")
    (True, False)
    """
    return name.startswith(PREFIX) and name.endswith(SUFFIX)


def _write(number: int, data: bytes) -> None:
    """Write all of `data` to an open file."""
    left = memoryview(data)
    while left:
        left = left[os.write(number, left) :]


def _flush_folder(folder: Path) -> None:
    """Flush a folder, so that a renamed file is found after a power cut, where the system can."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)

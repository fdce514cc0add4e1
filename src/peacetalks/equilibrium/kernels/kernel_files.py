"""Compiled kernels on disk: one file for each kernel and signature, in a folder for each version of the sources.

Numba's own cache keys a kernel on its own file only, so that a kernel which calls into another file would survive that
file's change; it keeps an index that two processes may write over each other; it takes a damaged file at its word; and
it refuses to import the package where no folder can be written to.  Here the folder is named after a digest of all
kernel sources and of the compiler, a file is written beside its place and renamed, and it carries its own checksum: a
file that does not hold what was written is compiled again.  Where no folder can be written to, a temporary one serves
this process and those it starts.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import multiprocessing
import os
import pickle
import platform
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite
import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.serialize import dumps

from peacetalks.game.expand import NATURE
from peacetalks.game.language import MAX_MOVERS, MAX_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("peacetalks")
CONSTANTS = (NATURE, MAX_MOVERS, MAX_TYPES)  # of other files, compiled into the kernels
SUFFIX = ".kernel"
PREFIX = "peacetalks-kernels-"  # of the folder; the digest follows
UNUSED = 60 * 86400  # seconds after which the kernels of another version are deleted
VARIABLE = "NUMBA_CACHE_DIR"
_compiling: list[str] = []  # kernels that are being compiled in this process, the outermost first
on_compilation: list[Callable[[], None]] = []  # called before a kernel is compiled
tried: list[Path] = []  # where this process has looked for a folder
_temporary: list[Path] = []  # the folder of this process, where no other could be written to


@cache
def digest() -> str:
    """Return a digest of everything that a compiled kernel depends on beside its signature and the processor."""
    python = (sys.implementation.cache_tag, sys.platform, platform.machine())
    versions = (numba.__version__, llvmlite.__version__, *python, CONSTANTS)
    found = hashlib.sha256(repr(versions).encode())
    for file in sorted(resources.files(__package__ or "").iterdir(), key=lambda f: f.name):
        if file.name.endswith((".py", ".pyc")) and file.name != Path(__file__).name:  # this one moves files, no more
            found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()


def candidates() -> list[Path]:
    """Return where kernels may be stored, in the order tried: as asked for, beside the sources, in the user's cache."""
    found = [Path(os.environ[VARIABLE])] if os.environ.get(VARIABLE) else []
    if Path(__file__).is_file():
        found.append(Path(__file__).parent / "__pycache__")
    with suppress(RuntimeError):  # no home folder
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        found.append(base / "peacetalks" / "kernels")
    return found


@cache
def folder() -> Path | None:
    """Return the folder of the compiled kernels: the first that holds some or can be written to, else a temporary one.

    None where there is not even that.
    """
    name = PREFIX + digest()[:16]
    tried[:] = candidates()
    for base in tried:
        own = base / name
        try:
            if own.is_dir() and any(own.glob(f"*{SUFFIX}")):  # may be read even where it cannot be written to
                with suppress(OSError):
                    os.utime(own)
                return own
            own.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=own):
                pass
        except OSError:
            continue
        _delete_unused(base, own)
        return own
    try:
        _temporary.append(Path(tempfile.mkdtemp(prefix="peacetalks-")))
    except OSError:
        return None
    atexit.register(delete_temporary)
    os.environ[VARIABLE] = str(_temporary[0])  # for the processes that this one starts
    (_temporary[0] / name).mkdir()
    return _temporary[0] / name


def lasting() -> bool:
    """Return whether kernels that are compiled now are found again at the next start."""
    return folder() is not None and not _temporary


def delete_temporary() -> None:
    """Delete the temporary folder of this process, if there is one."""
    for own in _temporary:
        shutil.rmtree(own, ignore_errors=True)


def stored(kernel: str) -> bool:
    """Return whether a file of `kernel`, such as "sweep.sweep_one_mover", is on disk."""
    own = folder()
    return own is not None and any(own.glob(f"{kernel}-*{SUFFIX}"))


def compiling() -> bool:
    """Return whether this process is compiling a kernel."""
    return bool(_compiling)


def _delete_unused(base: Path, own: Path) -> None:
    """Delete the kernels of versions that were not used for long."""
    for other in base.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if other != own and time.time() - other.stat().st_mtime > UNUSED:
                shutil.rmtree(other, ignore_errors=True)
    for part in own.glob("*.part"):  # of a process that was killed while it wrote
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > UNUSED:
                part.unlink()


def say(text: str, *details: object) -> None:
    """Say on stderr what the user should know; only the first process says it."""
    if multiprocessing.parent_process() is None:
        log.warning(text, *details)


class KernelCache(FunctionCache):
    """The files of one kernel, in the place of Numba's index and data files."""

    def __init__(self, py_func: Any) -> None:
        self._name, self._py_func = repr(py_func), py_func
        self._impl = CompileResultCacheImpl.__new__(CompileResultCacheImpl)  # without its search for a folder
        self._kernel = f"{py_func.__module__.rpartition('.')[2]}.{py_func.__qualname__}"
        self.enable()

    @property
    def cache_path(self) -> str:
        """The folder of the files; empty without one."""
        return str(folder() or "")

    def flush(self) -> None:
        """Delete the files of the kernel."""
        own = folder()
        for file in own.glob(f"{self._kernel}-*{SUFFIX}") if own else ():
            file.unlink(missing_ok=True)

    def _load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel for a signature; None where it must be compiled."""
        path = self._path(sig, target_context.codegen())
        found = path and read(path)
        if found:
            try:
                return self._impl.rebuild(target_context, pickle.loads(found))
            except Exception:
                say("A compiled kernel could not be used and is compiled again (%s).", path)
        for call in on_compilation:
            call()
        _compiling.append(self._kernel)
        return None

    def _save_overload(self, sig: Any, data: Any) -> None:
        """Store a kernel that was compiled; where it cannot be written it is compiled again the next time."""
        while _compiling and _compiling.pop() != self._kernel:  # one that failed to compile was never stored
            pass
        path = self._path(sig, data.codegen)
        if path is not None and not data.lifted and not data.library.has_dynamic_globals:
            write(path, dumps(self._impl.reduce(data)))

    def _path(self, sig: Any, codegen: Any) -> Path | None:
        """Return the file of the kernel for a signature on this processor; None without a folder."""
        own = folder()
        key = hashlib.sha256(repr(self._index_key(sig, codegen)).encode()).hexdigest()
        return own and own / f"{self._kernel}-{key[:20]}{SUFFIX}"


def _header(content: bytes) -> bytes:
    """Return what stands before the content of a file: the version of the sources, and the checksum."""
    return f"{digest()} {hashlib.sha256(content).hexdigest()}\n".encode()


def read(path: Path) -> bytes | None:
    """Return the content of a file as it was written; None where there is none, or it is damaged."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as e:
        say("A compiled kernel cannot be read and is compiled again (%s: %s).", path, e.strerror)
        return None
    if head + b"\n" == _header(content):
        return content
    say("A compiled kernel on disk is damaged and is compiled again (%s).", path)
    return None


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it; say once where that is not possible."""
    beside = path.with_name(f"{path.name}.{os.getpid()}-{time.monotonic_ns()}.part")
    try:
        beside.write_bytes(_header(content) + content)
        os.replace(beside, path)
    except OSError as e:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        _report_unwritable(str(path.parent), str(e.strerror))


@cache
def _report_unwritable(place: str, why: str) -> None:
    """Say that kernels cannot be stored, once."""
    say("Compiled kernels cannot be stored and are compiled at every start (%s: %s).", place, why)

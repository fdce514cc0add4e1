"""The numerical core as one shared library: compiled when the package is installed, found and loaded when it is used.

The C sources stand beside this file.  `core.c` includes all others and is compiled with ``-DVARIANT=...`` for an
instruction set; every exported function carries the variant's name behind its own, such as ``sweep_v3``.  A wheel
holds a library of all instruction sets that the kind of processor may have; one that is compiled where it is used has
that of this processor, which `processor.c` names, and says so in its file name.  The name also holds a digest of
sources and flags, so that a change of either has it compiled anew: beside the sources, else in the user's cache, else
in a temporary folder that serves this process and those it starts.  Of several processes that find it missing one
compiles it, and the others wait for it.  Only the standard library is needed.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import importlib.util
import logging
import multiprocessing
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.errors import MissingCore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

try:
    import fcntl
except ImportError:  # Windows: several processes may compile at once, and each stores the same
    fcntl = None

log = logging.getLogger("peacetalks")
SOURCES = Path(__file__).parent
FOLDER = "PEACETALKS_CORE_FOLDER"  # the environment variable that names a folder for the compiled library
VARIANT = "PEACETALKS_CORE_VARIANT"  # and the one that asks for a lower instruction set than the best
FLAGS = (
    "-O3", "-std=c11", "-fPIC", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros",
    "-Wno-psabi", "-g0",
)  # fmt: skip
_AVX2 = ("-mavx2", "-mfma", "-mbmi", "-mbmi2", "-mlzcnt", "-mmovbe", "-mf16c")
_AVX512 = ("-mavx512f", "-mavx512dq", "-mavx512cd", "-mavx512bw", "-mavx512vl", "-mprefer-vector-width=512")
X86 = {"v2": ("-msse4.2", "-mpopcnt"), "v3": _AVX2, "v4": (*_AVX2, *_AVX512)}  # lowest first; gcc's and clang's flags
ZIG_X86 = {
    "v2": ("-mcpu=x86_64_v2",),
    "v3": ("-mcpu=x86_64_v3",),
    "v4": ("-mcpu=x86_64_v4", "-mprefer-vector-width=512"),
}
ANY, ZIG_ANY = {"generic": ()}, {"generic": ("-mcpu=baseline",)}
IS_X86 = platform.machine().lower() in ("x86_64", "amd64")
VARIANTS = tuple(X86 if IS_X86 else ANY)
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
PLATFORM = sysconfig.get_platform().replace("universal2", platform.machine())
PREFIX = f"core-{PLATFORM}-"  # of the file name; the digest follows
UNUSED = 60 * 86400  # seconds after which a library of other sources is deleted from the user's cache


class Library:
    """The functions of the core in one instruction set: `library.sweep` is the function ``sweep_v3``, say.

    Parameters
    ----------
    path : Path
        The file.
    only : str, optional
        The instruction set that it is compiled for; left out: all of them.

    Attributes
    ----------
    path : Path
    variant : str
        The instruction set: "v2", "v3" or "v4" on x86-64, else "generic".

    Raises
    ------
    OSError
        Where the file is missing, cannot be loaded, or is compiled for another instruction set.
    MissingCore
        Where the environment asks for an instruction set that this processor does not have.
    """

    def __init__(self, path: Path, only: str | None = None) -> None:
        self.path, self._functions = path, ctypes.CDLL(str(path))
        self.variant = _variant(self._functions)
        if only not in (None, self.variant):
            raise OSError(f"{path} is compiled for {only}")

    def __getattr__(self, name: str) -> Any:
        """Return a function of the core; its argument types may be set on it once."""
        return getattr(self._functions, f"{name}_{self.variant}")


def _variant(functions: ctypes.CDLL) -> str:
    """Return the instruction set to use, given a library that knows the processor."""
    runnable = VARIANTS[: 1 + functions.best_variant()]
    asked = os.environ.get(VARIANT) or runnable[-1]
    if asked not in runnable:
        raise MissingCore(f"{VARIANT} is {asked!r}; this processor can run: {', '.join(runnable)}.")
    return asked


@cache
def load(sources: Path = SOURCES, portable: bool = False) -> Library:
    """Return the compiled core: that on disk, compiled anew where it is missing or of other sources.

    Parameters
    ----------
    sources : Path
        The folder with the C sources.
    portable : bool
        Whether it must hold every instruction set, for other processors of this kind.

    Raises
    ------
    MissingCore
        Where it is missing and cannot be compiled: what was tried, and what to install.
    """
    files = read_sources(sources)
    found = _found(files, candidates(sources), portable) or _build(files, sources, portable)
    with suppress(OSError):
        os.utime(found.path)
    return found


def _found(files: dict[str, bytes], folders: list[Path], portable: bool) -> Library | None:
    """Return the compiled core in the first of the folders that has it."""
    for folder in folders:
        for only in (None, *([] if portable else reversed(VARIANTS))):
            with suppress(OSError):
                return Library(folder / file_name(files, only), only)
    return None


def read_sources(folder: Path) -> dict[str, bytes]:
    """Return {file name: content} of the C sources in a folder."""
    return {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.suffix in (".c", ".h")}


def digest(files: dict[str, bytes]) -> str:
    """Return a digest of sources and flags."""
    return hashlib.sha256(repr((FLAGS, X86, ZIG_X86, sorted(files.items()))).encode()).hexdigest()[:16]


def file_name(files: dict[str, bytes], only: str | None) -> str:
    """Return the name of the library's file: platform, instruction set if it has one `only`, digest."""
    return f"{PREFIX}{f'{only}-' if only else ''}{digest(files)}{SUFFIX}"


def candidates(sources: Path = SOURCES) -> list[Path]:
    """Return where the library may be, in the order tried: as asked for, beside the sources, in the user's cache."""
    found = [Path(os.environ[FOLDER])] if os.environ.get(FOLDER) else []
    found.append(sources)
    with suppress(RuntimeError):  # no home folder
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        found.append(base / "peacetalks" / "core")
    return found


def compilers() -> list[list[str]]:
    """Return the commands of the C compilers to try, in this order: $CC, cc, gcc, clang, pip's ziglang."""
    asked = os.environ.get("CC")
    found = [shlex.split(asked, posix=os.name == "posix")] if asked else []
    named = {os.path.realpath(path): path for name in ("clang", "gcc", "cc") if (path := shutil.which(name))}
    found += [[path] for path in reversed(named.values())]
    if importlib.util.find_spec("ziglang"):
        found.append([sys.executable, "-m", "ziglang", "cc"])
    return found


def works(compiler: list[str]) -> bool:
    """Return whether a compiler makes a library of an empty file: a command may be there without its headers."""
    files = {"core.c": b"#include <math.h>\n#include <stdint.h>\n", "processor.c": b"int best_variant;\n"}
    try:
        with tempfile.TemporaryDirectory(prefix="peacetalks-") as work:
            compile_core(files, compiler, Path(work), VARIANTS[:1])
    except OSError:
        return False
    return True


def compile_core(files: dict[str, bytes], compiler: list[str], work: Path, only: Sequence[str]) -> Path:
    """Compile the sources in a folder, once for each instruction set, and link them into one library.

    Parameters
    ----------
    files : dict[str, bytes]
        {file name: content} of the C sources.
    compiler : list[str]
        The command of the compiler.
    work : Path
        A folder, in which the library is left.
    only : sequence of str
        The instruction sets.

    Raises
    ------
    OSError
        Where the compiler cannot be started or refuses, with its first words.
    """
    zig = any("zig" in part for part in compiler)
    variants = (ZIG_X86 if zig else X86) if IS_X86 else (ZIG_ANY if zig else ANY)
    for name, content in files.items():
        (work / name).write_bytes(content)
    objects = {"processor.o": ["processor.c", *variants[VARIANTS[0]]]}
    for name in only:
        objects[f"{name}.o"] = ["core.c", f"-DVARIANT={name}", *variants[name]]
    with ThreadPoolExecutor(2) as two:
        for _ in two.map(lambda o: _run([*compiler, *FLAGS, *objects[o], "-c", "-o", o], work), reversed(objects)):
            pass
    # zig's own run-time library would take longer than the core, and is not needed where names resolve in the process
    libraries = ["-nostdlib"] if zig and sys.platform == "linux" else ["-lm"] if sys.platform != "win32" else []
    _run([*compiler, "-O3", "-shared", *variants[VARIANTS[0]], *objects, "-o", f"core{SUFFIX}", *libraries], work)
    return work / f"core{SUFFIX}"


def _run(command: list[str], work: Path) -> None:
    """Run a command of the compiler in a folder; raise OSError with what it says where it fails."""
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, cwd=work, check=False, text=True, errors="replace", **pipes)
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "error" in line] or done.stdout.splitlines()
        raise OSError("; ".join(said[:3]) or f"it ended with code {done.returncode}")


def _build(files: dict[str, bytes], sources: Path, portable: bool) -> Library:
    """Compile the core, store it in the first folder that can be written to, unless another process does so now."""
    places = candidates(sources)
    folder = next((place for place in places if _writable(place)), None)
    if folder is None:
        say(
            "Compiling the numerical core (a few seconds), anew at every start: it cannot be stored in %s. "
            "Set %s to a folder that can be written to.",
            " or ".join(map(str, places)),
            FOLDER,
        )
        return _compile_and_store(files, _temporary(), portable)
    with _one_at_a_time(folder / f"{PREFIX}{digest(files)}.lock"):
        found = _found(files, [folder], portable)  # another process may have stored it meanwhile
        if found is None:
            say("Compiling the numerical core, once (a few seconds) ...")
            found = _compile_and_store(files, folder, portable)
    return found


def _own_variant(files: dict[str, bytes], compiler: list[str], work: Path) -> str:
    """Return the instruction set that is used on this machine: a library without a core knows the processor."""
    apart = work / "processor"
    apart.mkdir()
    return _variant(ctypes.CDLL(str(compile_core(files, compiler, apart, ()))))


def _compile_and_store(files: dict[str, bytes], folder: Path, portable: bool) -> Library:
    """Compile the core with the first compiler that can, store it in a folder and load it."""
    refused = []
    for compiler in compilers():
        try:
            with tempfile.TemporaryDirectory(prefix="peacetalks-", ignore_cleanup_errors=True) as work:
                only = None if portable else _own_variant(files, compiler, Path(work))
                path = folder / file_name(files, only)
                _store(compile_core(files, compiler, Path(work), [only] if only else VARIANTS), path, digest(files))
        except OSError as e:
            refused.append(f"{shlex.join(compiler)}: {e}")
            continue
        try:
            return Library(path, only)
        except OSError as e:
            raise MissingCore(f"The numerical core was compiled but cannot be loaded ({path}: {e}). {_mend()}") from e
    why = "; ".join(refused) or "no C compiler found: neither $CC, cc, gcc, clang nor pip's ziglang"
    raise MissingCore(f"The numerical core is not compiled for this machine, and cannot be ({why}). {_mend()}")


@contextmanager
def _one_at_a_time(beside: Path) -> Iterator[None]:
    """Hold back other processes of this machine that are about to compile the same library, by a file to lock.

    The system lets go of the lock when its process ends, however it ends.  A file system without locks is no error:
    then each process compiles, and stores the same.
    """
    with open(beside, "ab") as lock:
        with suppress(OSError):
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):  # who waits still holds the file, and finds the library
                beside.unlink()


def _mend() -> str:
    """Return what to do where the core cannot be compiled or loaded."""
    python = Path(sys.executable).name
    return f"Install a C compiler that works, for instance by `{python} -m pip install ziglang`, and start again."


def _writable(folder: Path) -> bool:
    """Return whether a file can be written in a folder, which is made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _temporary() -> Path:
    """Return a folder for this process and those it starts, deleted at the end."""
    made = tempfile.mkdtemp(prefix="peacetalks-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    os.environ[FOLDER] = made
    return Path(made)


def _store(compiled: Path, path: Path, sources: str) -> None:
    """Copy the library beside its place and rename it, so that no process ever loads half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(compiled, beside)
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        if not path.exists():  # else another process has stored it, and uses it
            raise
    _delete_unused(path.parent, sources)


def _delete_unused(folder: Path, sources: str) -> None:
    """Delete libraries of other sources: beside their sources at once, elsewhere those that were not used for long."""
    for other in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            unused = UNUSED if folder != SOURCES or other.name.endswith(".part") else 0
            if sources not in other.name and time.time() - other.stat().st_mtime > unused:
                other.unlink()


def say(text: str, *details: object) -> None:
    """Say on stderr what the user should know; only the first process says it."""
    if multiprocessing.parent_process() is None:
        log.warning(text, *details)

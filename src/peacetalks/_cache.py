"""Compiled kernels on disk: say so when they must be compiled, and never use ones of other sources.

Numba keys a cached kernel on its own file only; a kernel that calls into another file would survive that
file's change.  A stamp over all kernel files, kept beside the cache, makes the set valid as a whole.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from pathlib import Path

from peacetalks import _branch, _kernels, _measure, _sweep

log = logging.getLogger("peacetalks")
FILES = (_kernels, _branch, _sweep, _measure)


@cache
def ready() -> bool:
    """Drop kernels compiled from other sources and announce compilation; return whether a cache was there."""
    folder = Path(_sweep.backward.stats.cache_path)
    sources = b"".join(Path(str(m.__file__)).read_bytes() for m in FILES)
    digest = hashlib.sha256(sources).hexdigest()
    stamp = folder / "peacetalks-kernels.sha256"
    known = stamp.is_file() and stamp.read_text() == digest
    if not known:
        for module in FILES:
            for old in folder.glob(f"{module.__name__.rpartition('.')[2]}.*.nb[ic]"):
                old.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)
    found = known and any(folder.glob("_sweep.backward-*.nbi"))
    if not found:
        log.warning("First run on this machine: compiling the numerical kernels, once (about 20 seconds).")
    return found

"""Where the raw data are on this machine: an argument, else ``PEACETALKS_DATA``, else the user's cache.

The cache holds one Parquet file per dataset, written by `peacetalks.evidence.add`. A data directory may hold either
such Parquet files or the publishers' own files, all in one folder or in a folder per dataset.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks.errors import EvidenceMissing

if TYPE_CHECKING:
    from peacetalks.evidence.catalogue import Card

VARIABLE = "PEACETALKS_DATA"


def cache_dir() -> Path:
    """Return the folder in which `add` keeps Parquet copies; it need not exist yet."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "peacetalks" / "data"


def data_dir(given: str | Path | None = None) -> Path:
    """Return the data directory: `given`, else the environment variable, else the cache."""
    return Path(given or os.environ.get(VARIABLE) or cache_dir())


def find(card: Card, given: str | Path | None = None) -> Path:
    """Return the file that holds a dataset, the Parquet copy first.

    Raises `EvidenceMissing` naming the dataset, where it is published and the command that adds it.
    """
    root = data_dir(given)
    for folder in (root, root / card.folder):
        parquet = folder / f"{card.name}.parquet"
        if parquet.is_file():
            return parquet
        for pattern in card.patterns:
            found = sorted(folder.glob(pattern))
            if found:
                return found[-1]
    raise EvidenceMissing(
        f"dataset '{card.name}' ({card.title}) is not in {root}. It is published at {card.published}. "
        f"Download {' or '.join(card.patterns)} there and run: peacetalks evidence add FILE"
    )


def is_there(card: Card, given: str | Path | None = None) -> bool:
    """Return whether `find` finds a dataset."""
    try:
        find(card, given)
    except EvidenceMissing:
        return False
    return True

"""The tables that a user has made from newer data: where they are, and whether they are used.

`peacetalks evidence update` writes them, beside the folder of added datasets, and they take precedence over the tables
of the package wherever a table is read.  The environment variable ``PEACETALKS_TABLES`` names another folder, or
switches them off: ``PEACETALKS_TABLES=embedded``.  They rest in part on the package's own tables, and are not used
(`Local.stale`) once these have changed.

The folder holds `manifest.json` and one folder of tables, which the manifest names: an update writes a new folder and
then replaces the manifest in one step, so that an interrupted one leaves everything as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.errors import EvidenceError
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.places import cache_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "PEACETALKS_TABLES"
EMBEDDED = "embedded"
MANIFEST = "manifest.json"
_OFF: ContextVar[bool] = ContextVar("package_only", default=False)


@dataclass(frozen=True)
class Local:
    """The tables that a user has made, as their manifest describes them."""

    folder: Path  # of the tables
    made_on: str  # digest of the package's tables that they rest on
    datasets: dict[str, dict[str, Any]]  # dataset -> version, to_year, rows, sha256 of its copy
    tables: dict[str, dict[str, Any]]  # file -> rows, sha256
    digest: str  # of the manifest

    @property
    def stale(self) -> bool:
        """Whether the package's tables have changed since."""
        return self.made_on != embedded_digest()


@contextmanager
def package_only() -> Iterator[None]:
    """Use the package's tables alone in what is done under it, also as a decorator: for what is scored and shipped.

    >>> with package_only():
    ...     folder() is None
    True
    """
    token = _OFF.set(True)
    try:
        yield
    finally:
        _OFF.reset(token)


def folder() -> Path | None:
    """Return the folder for local tables, which need not exist; None where they are switched off."""
    given = os.environ.get(VARIABLE)
    if given == EMBEDDED or _OFF.get():
        return None
    return Path(given) if given else cache_dir().parent / "tables"


def found() -> Local | None:
    """Return the local tables, stale ones too; None if there are none, or they are switched off.

    Raises `EvidenceError` for a manifest that cannot be read.
    """
    where = folder()
    if where is None:
        return None
    try:
        stamp = (where / MANIFEST).stat()
    except OSError:
        return None
    return _read(where, stamp.st_mtime_ns, stamp.st_size)


def in_use() -> Local | None:
    """Return the local tables that are read in place of the package's; None if there are none."""
    local = found()
    return None if local is None or local.stale else local


def version() -> str:
    """Return a digest of the local tables in use, an empty text if there are none: answers depend on it."""
    local = in_use()
    return local.digest if local else ""


def covered_to(dataset: str, shipped: date) -> date:
    """Return the last day that a dataset covers: of the version in use locally, else `shipped`."""
    local = in_use()
    entry = local.datasets.get(dataset) if local else None
    return date(entry["to_year"], 12, 31) if entry else shipped


def version_in_use(dataset: str) -> str:
    """Return the version of a dataset that the tables in use rest on."""
    local = in_use()
    entry = local.datasets.get(dataset) if local else None
    return entry["version"] if entry else card(dataset).version


@lru_cache(maxsize=1)
def embedded_digest() -> str:
    """Return the digest of the package's derived tables, those that its cards list."""
    shipped = files("peacetalks.evidence") / "tables"
    cards = (shipped / "cards.json").read_bytes()
    texts = [(shipped / name).read_bytes() for name in sorted(json.loads(cards)["tables"])]
    return hashlib.sha256(b"".join([cards, *texts])).hexdigest()[:16]


@lru_cache(maxsize=4)
def _read(where: Path, _mtime: int, _size: int) -> Local:
    try:
        text = (where / MANIFEST).read_text(encoding="utf-8")
        entry = json.loads(text)
        return Local(
            where / entry["folder"],
            entry["made_on"],
            entry["datasets"],
            entry["tables"],
            hashlib.sha256(text.encode()).hexdigest()[:16],
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise EvidenceError(
            f"{where / MANIFEST}: not a manifest of local tables. Run `peacetalks evidence update` again, or set "
            f"{VARIABLE}={EMBEDDED} to use the package's tables."
        ) from None

"""`add`: recognise a file that the user has downloaded, check it, and store a Parquet copy in the cache.

A file is recognised by its content, not by its name: first by the SHA-256 of its bytes (a known file of a known
version), then by its columns. The checks are those of the loader (encoding, shape, types, codes) and the number of
rows: not fewer than the version has, nor far more. The copy is written beside its place and then moved there in one
step, so a refused or interrupted file leaves the cache as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.catalogue import Card, cards
from peacetalks.evidence.delimited import check_shape, columns, decoded, too_long
from peacetalks.evidence.loading import check_size, read, readable, tidy
from peacetalks.evidence.places import cache_dir
from peacetalks.text_files import clip

ABOUT = ".about.json"  # suffix of what is written beside a copy
SUFFIXES = (".csv", ".dta", ".xlsx", ".xls", ".parquet")


@dataclass(frozen=True)
class Added:
    """What `add` recognised a file as."""

    card: Card
    sha256: str  # of the file
    known: bool  # whether the hash is that of a known file
    version: str
    rows: int
    cached: Path  # the copy

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "dataset": self.card.name,
            "title": self.card.title,
            "sha256": self.sha256,
            "known": self.known,
            "version": self.version,
            "rows": self.rows,
            "cached": str(self.cached),
        }


def add(path: str | Path, cache: str | Path | None = None) -> Added:
    """Check a downloaded file and cache it; return what it was recognised as.

    Parameters
    ----------
    path
        The file: delimited text, Stata, Excel or Parquet.
    cache
        Folder for the copy; default the user's cache.

    Raises
    ------
    EvidenceError
        For a file that is missing, malformed, truncated, in another encoding, of a version with other columns or codes,
        or of no known dataset. The cache is then left as it was.
    """
    path = Path(path)
    if not path.is_file():
        raise EvidenceError(f"{path}: no such file. Give the path of a file that you have downloaded.")
    if path.suffix.lower() not in SUFFIXES:
        raise EvidenceError(
            f"{path.name}: files ending in {path.suffix or 'nothing'} are not read. Give one of {', '.join(SUFFIXES)}."
        )
    check_size(path)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as e:
        raise EvidenceError(f"{path}: cannot be read ({e.strerror}).") from None
    card, raw = _recognise(path, digest)
    tidy(raw, card, path.name)
    version = _version(raw, card, digest)
    known = any(f.sha256 == digest for f in card.known_files)
    if not known:
        _check_rows(raw, card, version, path.name)
    target = _store(raw, card, Path(cache or cache_dir()))
    about = {
        "version": version,
        "known": known,
        "sha256": digest,
        "copy": hashlib.sha256(target.read_bytes()).hexdigest(),
    }
    target.with_suffix(ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return Added(card, digest, known, version, raw.height, target)


def version_of(path: Path, raw: pl.DataFrame, card: Card, digest: str) -> tuple[str, bool]:
    """Return the version of a dataset's file or copy, and whether it is the file that the card knows.

    `digest` is the SHA-256 of the file's bytes; what `add` recognised stands beside its copy.
    """
    try:
        about = json.loads(path.with_suffix(ABOUT).read_text(encoding="utf-8"))
        if about["copy"] == digest:
            return str(about["version"]), bool(about["known"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return _version(raw, card, digest), any(f.sha256 == digest for f in card.known_files)


def _recognise(path: Path, digest: str) -> tuple[Card, pl.DataFrame]:
    """Return the card whose known hash, or else whose columns, the file has, and the raw table."""
    for card in cards().values():
        if any(f.sha256 == digest for f in card.known_files):
            return card, read(path, card)
    names, rows = _outline(path)
    by_columns = [c for c in cards().values() if set(c.raw_columns) <= set(names)]
    if by_columns:
        best = max(by_columns, key=lambda c: len(c.raw_columns))
        if not any(_nearly(c, best, set(names)) for c in cards().values()):
            if rows is not None and rows > best.most_rows:
                raise EvidenceError(too_long(f"{rows:,} rows", best, path.name))
            return best, read(path, best)
    raise EvidenceError(_not_recognised(path.name, set(names)))


def _outline(path: Path) -> tuple[list[str], int | None]:
    """Return the columns of a file, and its rows where they can be counted without loading them all.

    Delimited text is read as UTF-8 with bad bytes replaced: the dataset, and so its encoding, is not known yet.
    """
    suffix = path.suffix.lower()
    lossy = next(c for c in cards().values() if c.encoding == "utf-8-lossy")
    if suffix == ".parquet":
        with readable(path):
            found = pl.scan_parquet(path)
            return found.collect_schema().names(), found.select(pl.len()).collect().item()
    if suffix == ".csv":
        text = decoded(path.read_bytes(), lossy, strict=False, where=path.name)
        names = columns(text, path.name)
        if not any(set(c.raw_columns) <= set(names) for c in cards().values()):
            check_shape(text, (), path.name)  # what it lacks may be the fault of one row
        return names, None
    raw = read(path, lossy)
    return raw.columns, raw.height


def _nearly(card: Card, best: Card, columns: set[str]) -> bool:
    """Say whether the file is rather a larger dataset of the same units than `best`, but for a column or two."""
    held = len(set(card.raw_columns) & columns)
    larger = len(best.raw_columns) < held < len(card.raw_columns) <= 1.25 * held
    return larger and best.raw_columns[0] in card.raw_columns


def _not_recognised(name: str, found: set[str]) -> str:
    """Say which dataset is nearest and what it would need."""

    def missing(card: Card) -> list[str]:
        return [r for r in card.raw_columns if r not in found]

    near = min(cards().values(), key=lambda c: (len(missing(c)) / len(c.raw_columns), -len(c.raw_columns)))
    fuller = [c for c in cards().values() if not missing(near) and _nearly(c, near, found)]
    near = min(fuller, key=lambda c: len(missing(c))) if fuller else near
    lack = missing(near)
    if 2 * len(lack) > len(near.raw_columns):
        some = ", ".join(clip(c, 40) for c in sorted(found)[:5])
        return (
            f"{name}: its columns ({some}, ...) are those of no known dataset. "
            "See `peacetalks evidence cards` for the datasets that are."
        )
    return (
        f"{name}: nearest to '{near.name}' version {near.version}, but lacks {', '.join(lack[:5])}. "
        f"Another version? Its card describes the file published at {near.published}."
    )


def _version(raw: pl.DataFrame, card: Card, digest: str) -> str:
    """Return the version by the file's hash, else by its version column, else "unknown"."""
    for known in card.known_files:
        if known.sha256 == digest:
            return known.version
    if card.version_column:
        found = raw[card.version_column].drop_nulls().unique().sort().to_list()
        return clip(", ".join(str(v) for v in found)) or "unknown"
    return "unknown"


def _check_rows(raw: pl.DataFrame, card: Card, version: str, where: str) -> None:
    """Refuse a file of the card's own version, or of none, that has fewer rows than the card states."""
    same = version == "unknown" or version in {f.version for f in card.known_files}
    if same and raw.height < card.rows:
        raise EvidenceError(
            f"{where}: {raw.height} rows, but '{card.name}' version {card.version} has "
            f"{card.rows}. The file is truncated or filtered: download it again."
        )
    if version in {f.version for f in card.known_files} and raw.height > card.rows:
        raise EvidenceError(
            f"{where}: {raw.height} rows, but '{card.name}' version {card.version} has {card.rows}. Rows are given "
            "more than once: download the file again."
        )


def _store(raw: pl.DataFrame, card: Card, folder: Path) -> Path:
    """Write the copy in one step and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{card.name}.parquet"
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    os.close(handle)
    try:
        raw.write_parquet(temporary)
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target

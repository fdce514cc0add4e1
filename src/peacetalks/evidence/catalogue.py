"""Dataset cards: what a dataset is, who made it, on what terms, and what each column means.

A card is a TOML file in ``cards/``. It documents a dataset *and* is what its loader follows, so the two always agree:
each entry under ``[columns]`` names the raw column(s) it comes from, its type, its unit, the values that mean
"unknown", and the meaning of its codes. `load` returns exactly those columns.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.text_files import shorten


@dataclass(frozen=True)
class Column:
    """One column of the tidy frame."""

    name: str
    raw: tuple[str, ...]  # the raw column, or the three raw columns (year, month, day) of a date
    kind: str  # int, float, text, yes (0/1 as Boolean) or date
    meaning: str
    unit: str = ""
    missing: tuple[str, ...] = ()  # raw values that stand for unknown; they become null, never 0
    codes: dict[str, str] = field(default_factory=dict)  # raw code -> word; the loader refuses a code not listed
    form: str = "%Y-%m-%d"  # of a date in one raw column
    latest: int = 9999  # the last year that a two-digit year can mean


@dataclass(frozen=True)
class KnownFile:
    """A publisher's file of a known version."""

    pattern: str  # glob pattern of its name
    version: str
    sha256: str  # of its bytes, or ""


@dataclass(frozen=True)
class Card:
    """A dataset card; the TOML files in ``cards/`` are the examples."""

    name: str
    title: str
    citation: str
    terms: str  # of use
    published: str  # address
    version: str
    unit_of_row: str
    years: tuple[int, int]  # first and last year covered
    rows: int
    cases: str  # what it covers, in words
    limits: tuple[str, ...]
    columns: tuple[Column, ...]
    known_files: tuple[KnownFile, ...]
    folder: str = "."  # under the data directory
    encoding: str = "utf-8"
    version_column: str = ""

    @property
    def patterns(self) -> tuple[str, ...]:
        """File name patterns of the publisher's own files."""
        return tuple(dict.fromkeys(f.pattern for f in self.known_files))

    @property
    def most_rows(self) -> int:
        """Rows beyond which a file is no version of this dataset."""
        return 10 * self.rows + 1000

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Raw columns that a file must have to be this dataset, in order and without repeats."""
        extra = (self.version_column,) if self.version_column else ()
        return tuple(dict.fromkeys([r for c in self.columns for r in c.raw] + list(extra)))

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values, ready for JSON."""
        plain = {k: v for k, v in self.__dict__.items() if k not in ("columns", "known_files")}
        plain["years"] = list(self.years)
        plain["limits"] = list(self.limits)
        plain["columns"] = {
            c.name: {"from": list(c.raw), "type": c.kind, "unit": c.unit, "meaning": c.meaning, "codes": dict(c.codes)}
            for c in self.columns
        }
        plain["files"] = [dict(f.__dict__) for f in self.known_files]
        return plain


def _column(name: str, entry: dict[str, Any]) -> Column:
    raw = entry.pop("from", name)
    missing = tuple(str(v) for v in entry.pop("missing", ()))
    codes = {str(k): v for k, v in entry.pop("codes", {}).items()}
    return Column(
        name, (raw,) if isinstance(raw, str) else tuple(raw), entry.pop("type"), missing=missing, codes=codes, **entry
    )


def _card(text: str) -> Card:
    entry = tomllib.loads(text)
    columns = tuple(_column(k, v) for k, v in entry.pop("columns").items())
    known = tuple(KnownFile(**f) for f in entry.pop("files"))
    return Card(
        columns=columns, known_files=known, years=tuple(entry.pop("years")), limits=tuple(entry.pop("limits")), **entry
    )


@cache
def cards() -> dict[str, Card]:
    """Return every dataset card by name, sorted.

    >>> cards()["ucdp-acd"].years
    (1946, 2024)
    """
    folder = files("peacetalks.evidence") / "cards"
    found = [_card(f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml")]
    return {c.name: c for c in sorted(found, key=lambda c: c.name)}


def card(name: str) -> Card:
    """Return one card; raise `EvidenceError`, with the nearest names, when there is none.

    >>> card("nmc").unit_of_row
    'state-year'
    """
    known = cards()
    if name not in known:
        raise EvidenceError(f"no dataset is called {shorten(name)}. {suggestion(name, list(known))}")
    return known[name]

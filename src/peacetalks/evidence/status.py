"""What the record rests on: datasets and tables, the package's and the user's own, and how old the record is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.evidence import local_tables
from peacetalks.evidence.case_tables import SOURCES
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.composition import Coverage, coverage
from peacetalks.evidence.dates import as_date, years_between
from peacetalks.evidence.places import is_there
from peacetalks.evidence.tables import embedded_text, row_count, table_text
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

STATES = {"fighting": "episodes", "truce": "ceasefires", "settlement": "agreements", "crisis": "crises"}


@dataclass(frozen=True)
class DatasetStatus:
    """A dataset in the package's tables, and in the user's own."""

    name: str
    title: str
    version: str  # in the package
    to_year: int
    sha256: str  # of the file that the package's tables were made from
    local_version: str | None  # in the user's own tables
    local_to_year: int | None
    local_rows: int | None
    local_sha256: str | None
    added: bool  # whether a copy is on this machine

    @property
    def in_use(self) -> str:
        """Which of the two answers rest on: "package" or "local"."""
        return "package" if self.local_version is None else "local"


@dataclass(frozen=True)
class TableStatus:
    """A derived table."""

    name: str
    in_use: str  # "package" or "local"
    rows: int
    sha256: str
    package_rows: int


@dataclass(frozen=True)
class Status:
    """What answers rest on."""

    folder: Path | None  # for the user's own tables; None where they are switched off
    stale: bool  # whether the user's own are not used because the package's tables have changed since
    datasets: tuple[DatasetStatus, ...]
    tables: tuple[TableStatus, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "folder": None if self.folder is None else str(self.folder),
            "stale": self.stale,
            "datasets": [asdict(d) | {"in_use": d.in_use} for d in self.datasets],
            "tables": [asdict(t) for t in self.tables],
        }


@dataclass(frozen=True)
class RecordCoverage:
    """Where the record behind an answer ends, and how old it was at the date of the answer."""

    kind: str
    datasets: tuple[Coverage, ...]  # title and version, what it gives, last day followed
    end: date  # last day followed of the dataset that gives the cases
    local: bool  # whether a dataset is of the user's own
    age: float | None  # years from the end to the date of the answer; None without one, 0 while it reaches that far

    @property
    def sentence(self) -> str:
        """What a page says of it.

        >>> coverage_of("episodes", "2026-11-26").sentence.split(". ")[-1]
        'The record was 6.9 years old at the date.'
        """
        parts = [f"{c.title} to {c.followed_to.isoformat()} ({c.gives.replace('_', ' ')})" for c in self.datasets]
        said = f"{'; '.join(parts)}."
        if self.age:
            said += f" The record was {self.age:.1f} years old at the date."
        return said + (" Rests on datasets that were added on this machine." if self.local else "")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "kind": self.kind,
            "datasets": [
                {"dataset": c.dataset, "title": c.title, "gives": c.gives, "followed_to": c.followed_to.isoformat()}
                for c in self.datasets
            ],
            "end": self.end.isoformat(),
            "local": self.local,
            "age_years": self.age,
        }


def coverage_of(kind: str, as_of: date | str | None = None) -> RecordCoverage:
    """Return where the record of a kind of case ends, and how old it was at a date.

    Parameters
    ----------
    kind
        A kind of case ("episodes", "wars", "ceasefires", "conflict_years", ...) or a state ("fighting", "truce",
        "settlement", "crisis").
    as_of
        Date of the forecast; None: today's record, without an age.

    Returns
    -------
    RecordCoverage
        Versions and last days of the datasets, those of the user's own tables where they are in use.

    Raises
    ------
    EvidenceError
        For a kind that is none, or a day that is not one.

    Examples
    --------
    >>> coverage_of("fighting").end
    datetime.date(2019, 12, 31)
    >>> coverage_of("truce", "2002-02-22").age
    0.0
    """
    cases, day = STATES.get(kind, kind), as_date(as_of)
    if cases not in SOURCES:
        raise EvidenceError(f"{shorten(kind)} is no kind of case. {suggestion(kind, [*SOURCES, *STATES])}")
    whole = coverage(cases)
    end = whole[0].followed_to
    local = local_tables.in_use()
    return RecordCoverage(
        kind,
        coverage(cases, day),
        end,
        bool(local and any(c.dataset in local.datasets for c in whole)),
        None if day is None else round(max(0.0, years_between(end, day)), 2),
    )


def status(data_dir: str | Path | None = None) -> Status:
    """Return every dataset and table, as the package has it and as it is on this machine.

    >>> {t.in_use for t in status().tables}
    {'package'}
    """
    shipped, local = json.loads(embedded_text("cards.json")), local_tables.found()
    used = local_tables.in_use()
    datasets = []
    for name, entry in sorted(shipped["datasets"].items()):
        own = (used.datasets if used else {}).get(name, {})
        datasets.append(
            DatasetStatus(
                name,
                card(name).title,
                entry["version"],
                entry["to_year"],
                entry["sha256"],
                own.get("version"),
                own.get("to_year"),
                own.get("rows"),
                own.get("sha256"),
                is_there(card(name), data_dir),
            )
        )
    tables = []
    for name in sorted(shipped["tables"]):
        text, own = table_text(name), used is not None and name in used.tables
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows = row_count(embedded_text(name))
        tables.append(TableStatus(name, "local" if own else "package", row_count(text), digest, rows))
    return Status(local_tables.folder(), local is not None and used is None, tuple(datasets), tuple(tables))

"""What came true: a table of scenario, date and outcome, and the table to be filled in.

A row says in which outcome class the conflict was on a day: `peace` (a settlement or a ceasefire in force), `nowhere`
(still no settlement) or `more_conflict`; the names on pages and the eight outcomes are understood too.  A row without
an outcome is not resolved yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.errors import ArchiveError, did_you_mean
from peacetalks.forecasting.settings import MONTHS
from peacetalks.outcomes import ENDS, LABELS
from peacetalks.scenario.dates import months_later, read_day
from peacetalks.text_files import read_csv, read_json, shorten, shown

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from peacetalks.archive.folder import Archive

COLUMNS = {  # column: other names that are understood
    "scenario": ("scenario", "name", "digest", "id"),
    "date": ("date", "day", "resolved", "resolution_date", "resolution date"),
    "outcome": ("outcome", "result", "resolution", "answer"),
}
OPEN = ("", "?", "-", "unresolved", "open", "pending", "unknown", "not yet")  # no outcome yet
OTHER_WORDS = {
    "peace": ("peace", "peace agreement", "truce", "truce in force", "armistice", "settled"),
    "nowhere": ("still no settlement", "no settlement", "status quo", "war goes on", "fighting goes on"),
    "more_conflict": ("more conflict", "escalation", "victory", "decided by force", "truce broken", "fighting resumed"),
}
ANSWERS = "peace, still no settlement, more conflict; empty while not resolved"
HEAD = ("scenario", "date", "outcome", "title", "answers")


@dataclass(frozen=True)
class Resolution:
    """One row that can be used; `outcome` is None where nothing is resolved yet."""

    line: int  # in the file; of JSON the place in the list
    scenario: str  # name or digest
    day: date
    outcome: str | None


@dataclass(frozen=True)
class UnusedRow:
    """A row that is not used: which, and why."""

    line: int
    row: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Resolved:
    """What came true, as a file has it; made by `read_resolved`."""

    rows: tuple[Resolution, ...]  # each scenario and day once
    unreadable: tuple[UnusedRow, ...]
    duplicates: tuple[UnusedRow, ...]  # a scenario and day given again with the same outcome: used once
    contradictory: tuple[UnusedRow, ...]  # with other outcomes: none of them is used


def outcome_of(text: str) -> str | None:
    """Return the outcome class that words stand for; None where nothing is resolved yet.

    Raises `ValueError` for words that stand for none.

    >>> outcome_of("Still no settlement"), outcome_of("ceasefire"), outcome_of("")
    ('nowhere', 'peace', None)
    """
    said = _plain(text)
    if said in OPEN:
        return None
    known = {_plain(end): end for end in ENDS}
    known |= {_plain(words): end for end, all_words in OTHER_WORDS.items() for words in all_words}
    known |= {_plain(w): end for end, labels in ENDS.items() for x in labels for w in (x, LABELS[x])}
    if said not in known:
        raise ValueError(
            f"{shorten(text)} is no outcome{did_you_mean(said, known)}; write peace, still no settlement or more "
            "conflict, and nothing while it is not resolved"
        )
    return known[said]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_\-\s]+", " ", text.strip().lower()).split()) or text.strip()


def read_resolved(path: Path) -> Resolved:
    """Return what came true, from a CSV or JSON file.

    Parameters
    ----------
    path : Path
        Columns or keys `scenario` (name or digest), `date` (YYYY-MM-DD) and `outcome`; others are passed over. JSON is
        a list of objects, or an object whose key `resolved` holds it.

    Raises
    ------
    ArchiveError
        No such file, another suffix, or a column is missing. A row that cannot be read is listed, not an error.
    """
    if path.suffix not in (".csv", ".json"):
        raise ArchiveError(f"'{shown(path)}': outcomes are read from a .csv or .json file; `--template` writes one")
    rows = read_csv(path, ArchiveError) if path.suffix == ".csv" else _json_rows(path)
    keys = dict.fromkeys(key for _, row in rows for key in row)
    names = {column: _column(column, list(keys), path) for column in COLUMNS} if rows else {}
    found, unreadable = [], []
    for line, row in rows:
        cells = {column: row.get(name, "") for column, name in names.items()}
        try:
            found.append(_resolution(line, cells))
        except ValueError as e:
            unreadable.append(UnusedRow(line, _shown_row(cells), str(e)))
    return _without_doubles(found, unreadable)


def _json_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the objects of a JSON list with their places, from 1, and texts as values."""
    value = read_json(path, ArchiveError)
    rows = value.get("resolved") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ArchiveError(f"{shown(path)}: a list of objects with scenario, date and outcome is expected")
    return [(i, {str(k): "" if v is None else str(v) for k, v in row.items()}) for i, row in enumerate(rows, 1)]


def _column(column: str, keys: list[str], path: Path) -> str:
    """Return the name that a file gives to a column; raise `ArchiveError` where it has none."""
    plain = {key.strip().lower(): key for key in keys}
    for name in COLUMNS[column]:
        if name in plain:
            return plain[name]
    raise ArchiveError(
        f"{shown(path)}: no column {column!r}{did_you_mean(column, keys)}; it has {', '.join(keys)}. "
        "`peacetalks score FOLDER --template` writes the columns"
    )


def _resolution(line: int, cells: dict[str, str]) -> Resolution:
    if not cells["scenario"].strip():
        raise ValueError("no scenario; write its name or digest")
    return Resolution(line, cells["scenario"].strip(), read_day(cells["date"].strip()), outcome_of(cells["outcome"]))


def _without_doubles(found: list[Resolution], unreadable: list[UnusedRow]) -> Resolved:
    """Return the rows with every scenario and day once, and what was given again."""
    groups: dict[tuple[str, date], list[Resolution]] = {}
    for row in found:
        groups.setdefault((row.scenario, row.day), []).append(row)
    rows, duplicates, contradictory = [], [], []
    for same in groups.values():
        said = list(dict.fromkeys(r.outcome for r in same if r.outcome is not None))
        if len(said) > 1:
            why = f"the same day has the outcomes {' and '.join(said)}; none of them is used"
            contradictory += [UnusedRow(r.line, _shown(r), why) for r in same]
            continue
        first = next((r for r in same if r.outcome is not None), same[0])
        rows.append(first)
        again = f"given again; line {first.line} is used"
        duplicates += [UnusedRow(r.line, _shown(r), again) for r in same if r is not first]
    return Resolved(tuple(rows), tuple(unreadable), tuple(duplicates), tuple(contradictory))


def _shown(r: Resolution) -> str:
    return _shown_row({"scenario": r.scenario, "date": r.day.isoformat(), "outcome": r.outcome or ""})


def _shown_row(cells: dict[str, str]) -> str:
    return ", ".join(cells[c].strip() or "(empty)" for c in COLUMNS)


def template(archive: Archive) -> list[tuple[str, ...]]:
    """Return the rows of a table of what is to be resolved: every scenario at the dates that its forecasts show."""
    asked: dict[tuple[str, date], str] = {}
    for entry in archive.entries:
        f = entry.forecast
        for month in MONTHS:
            day = months_later(f.as_of, month)
            if day <= f.last:
                asked[f.name, day] = f.title
    rows = [(name, day.isoformat(), "", title, ANSWERS) for (name, day), title in sorted(asked.items())]
    return [HEAD, *rows]

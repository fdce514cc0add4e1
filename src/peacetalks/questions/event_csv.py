"""Event records as delimited text: the head as TOML in lines that begin with `#`, then a row for each event."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.text_files import parse_csv, read_text, read_toml, shorten, shown

if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.resources.abc import Traversable

MOST_EVENTS = 20_000  # far more than a record of the acts between a few sides holds
MOST_BYTES = 50_000_000
USUAL = {  # columns of event data sets, letters and digits only -> the column here
    "eventdate": "date",
    "sqldate": "date",
    "day": "date",
    "actor1": "actor",
    "actor1name": "actor",
    "actorname": "actor",
    "sourcename": "actor",
    "sourceactor": "actor",
    "actor2": "target",
    "actor2name": "target",
    "targetname": "target",
    "targetactor": "target",
    "recipientname": "target",
    "eventtype": "act",
    "eventcode": "act",
    "cameocode": "act",
    "subeventtype": "act",
    "eventid": "id",
    "globaleventid": "id",
    "eventidcnty": "id",
    "sourceurl": "source",
    "notes": "note",
}


def check_size(path: Traversable | Path) -> None:
    """Raise `SpecError` for a file far larger than a record of events is, before it is read."""
    size = path.stat().st_size if isinstance(path, Path) and path.is_file() else 0
    if size > MOST_BYTES:
        raise SpecError(
            f"{shown(path)}: {size:,} bytes, more than {MOST_BYTES:,}: no record of the acts between a few sides; "
            "select the sides and the months first"
        )


def read_events(
    path: Traversable | Path, columns: Collection[str], needed: Collection[str], head: Collection[str]
) -> tuple[dict[str, Any], list[tuple[int, dict[str, str]]]]:
    """Return the head of a .csv file and its rows, each with the line on which it begins; empty cells are left out.

    Parameters
    ----------
    columns, needed : collection of str
        Columns that there may be, and those that there must be.
    head : collection of str
        Keys of the head, which may stand above the columns only.

    Raises
    ------
    SpecError
        What `read_text`, `read_toml` and `parse_csv` refuse; unknown and missing columns, too many rows.
    """
    check_size(path)
    text, where = read_text(path), shown(path)
    lines = text.split("\n")
    first = next((i for i, x in enumerate(lines) if x.strip(" ") and not x.startswith("#")), len(lines))
    above = "\n".join(x[1:].strip() for x in lines[:first])
    table = read_toml(above, f"{where}: the head (lines that begin with #)")
    _check_late_head(lines, first, head, where)
    if first == len(lines):
        return table, []
    rows = parse_csv(text, where)
    if rows:
        _check_columns(list(rows[0][1]), columns, needed, f"{where}: line {first + 1}")
    if len(rows) > MOST_EVENTS:
        raise SpecError(f"{where}: {too_many(len(rows))}")
    return table, [(n, {k: v for k, c in row.items() if (v := c.strip())}) for n, row in rows]


def too_many(events: int) -> str:
    """Return the message for a record of too many events."""
    return f"{events:,} events, at most {MOST_EVENTS:,} are read; select the sides and the months first"


def _check_columns(found: list[str], columns: Collection[str], needed: Collection[str], where: str) -> None:
    """Raise `SpecError` for columns that are not known and for those that are missing, with what may be meant."""
    usual = {c: _usual(c, found) for c in found if c not in columns}
    wrong = [
        f"unknown column {shorten(c)}{f' (did you mean {meant!r}?)' if meant else did_you_mean(c[:100], columns)}"
        for c, meant in usual.items()
    ]
    missing = [f"no column {c!r}" for c in needed if c not in found and c not in usual.values()]
    if wrong or missing:
        more = [f"and {len(wrong) - 10} more"] if len(wrong) > 10 else []
        raise SpecError(f"{where}: {'; '.join(missing + wrong[:10] + more)}. Columns are {', '.join(columns)}.")


def _usual(column: str, found: list[str]) -> str:
    """Return the column that one of another name is in event data sets, unless it is there already; else nothing."""
    meant = USUAL.get(re.sub(r"[^a-z0-9]", "", column.lower()), "")
    return meant if meant not in found else ""


def _check_late_head(lines: list[str], first: int, head: Collection[str], where: str) -> None:
    """Raise `SpecError` for an entry of the head below the columns, where it would be passed over as a comment."""
    body = "\n".join(lines[first:])
    body = re.sub(r'"(?:[^"]|"")*+"', lambda quoted: "\n" * quoted[0].count("\n"), body)
    for number, line in enumerate(body.split("\n"), first + 1):
        found = re.match(r"#\s*(?:\[+\s*)?(\w+)\s*(?:=|\])", line)
        if found and found[1] in head:
            raise SpecError(
                f"{where}: line {number}: {found[1]} belongs to the head; write it above the row of columns"
            )

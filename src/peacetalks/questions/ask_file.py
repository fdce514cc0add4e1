"""Questions from a file, as forecasting sites give them: CSV or JSON, a row for each question.

    id,question,resolution_date
    q1,Will there be a ceasefire between Russia and Ukraine?,2026-01-01
    q2,peace deal signed by 2027-01-01,

Columns may have the names that are usual elsewhere (`COLUMNS`); further ones are passed over.  A date within the
question counts before one in a column, the day on which it resolves before that on which it closes; where the two
differ, and where two rows have the same identifier, the answer says so.  No row is dropped: one that cannot be read is
refused with its line, and the others are answered.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.questions.ask import Entry
from peacetalks.questions.ask_answer import Refused
from peacetalks.questions.when import When, read_when
from peacetalks.text_files import parse_csv, parse_json, read_text, shorten, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = {  # letters and digits only, first ones first
    "id": ("id", "questionid", "qid", "marketid", "slug", "number"),
    "question": ("question", "title", "text", "questiontext", "questiontitle", "name", "prompt", "query", "event"),
    "date": (
        "date", "day", "by", "resolutiondate", "resolvedate", "resolvetime", "scheduledresolvetime", "resolutiontime",
        "resolvesat", "deadline", "enddate", "endtime", "closedate", "closetime", "scheduledclosetime", "closesat",
        "closingdate", "closes", "expirationdate", "expirationtime", "freezedatetime",
    ),
}  # fmt: skip
LISTS = ("questions", "results", "markets", "data", "items")  # keys of a JSON table under which the rows may stand
MOST = 2000  # questions of a file
TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")


def read_questions(path: str | Path) -> list[Entry | Refused]:
    """Return the questions of a .csv or .json file, and the rows that cannot be read, in their order.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    SpecError
        The file as a whole cannot be read, holds no question, or has no column of questions.

    Examples
    --------
    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile("w", suffix=".csv") as file:
    ...     _ = file.write("title,close_date\\nceasefire,2026-01-01T00:00:00Z\\n")
    ...     file.flush()
    ...     read_questions(file.name)[0].when.day
    datetime.date(2026, 1, 1)
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".json"):
        raise SpecError(f"{shown(path)}: questions are read from .csv and .json files; give one of them")
    text, where = read_text(path), shown(path)
    refused: list[tuple[int, str]] = []
    if path.suffix.lower() == ".json":
        rows: list[tuple[int, Any]] = list(enumerate(_rows(parse_json(text, where), where), 1))
        of = "entry"
    else:
        rows, of = list(parse_csv(text, where, refused=refused)), "line"
        refused = [(line, f"the row {what.removeprefix(f'line {line} ')}") for line, what in refused]
    if not rows and not refused:
        raise SpecError(f"{where}: holds no question; write a row for each")
    if len(rows) > MOST:
        raise SpecError(f"{where}: {len(rows):,} questions, at most {MOST:,} are read; make several files of it")
    columns = _columns({key: None for _, row in rows if isinstance(row, dict) for key in row}, where, bool(rows))
    found = [(line, _entry(line, row, columns, of)) for line, row in rows]
    found += [(line, Refused("", "", what, line)) for line, what in refused]
    return _marked([entry for _, entry in sorted(found, key=lambda pair: pair[0])])


def _marked(entries: list[Entry | Refused]) -> list[Entry | Refused]:
    """Return the questions of a file, those with an identifier that stands before too with a note that says so."""
    first: dict[str, int | None] = {}
    out = []
    for e in entries:
        if e.id in first and isinstance(e, Entry):
            at = f"{e.place.capitalize()}: the identifier {shorten(e.id)} stands in {e.of} {first[e.id]} already."
            out.append(e._replace(note=at))
        else:
            out.append(e)
        if e.id:
            first.setdefault(e.id, e.line)
    return out


def _rows(value: Any, where: str) -> list[Any]:
    """Return the rows of a JSON file: a list, or the list in a table."""
    if isinstance(value, dict):
        value = next((value[key] for key in LISTS if isinstance(value.get(key), list)), value)
    if not isinstance(value, list):
        raise SpecError(f'{where}: a list of questions is needed, such as [{{"id": "q1", "question": "..."}}]')
    return value


def _columns(names: Iterable[str], where: str, needed: bool) -> dict[str, list[str]]:
    """Return {meaning: names of columns in the file, those that count first}; raise `SpecError` without questions."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in names}
    found = {what: [plain[n] for n in known if n in plain] for what, known in COLUMNS.items()}
    if needed and plain and not found["question"]:
        near = next((hint for name in plain if (hint := did_you_mean(name, COLUMNS["question"]))), "")
        there = ", ".join(shorten(n, 40) for n in list(plain.values())[:10])
        raise SpecError(f"{where}: no column 'question'{near}; there are {there}")
    return found


def _entry(line: int, row: Any, columns: Mapping[str, list[str]], of: str) -> Entry | Refused:
    """Return the question of a row, or why it is refused."""
    if isinstance(row, str):
        return Entry(row, line=line, of=of)
    if not isinstance(row, dict):
        return Refused("", "", f"a question is a text or a table, got {shorten(row, 60)}", line, of)
    cells = {what: _first(row, names) for what, names in columns.items()}
    if not cells["question"]:
        return Refused(cells["id"], "", "no question; write what is asked", line, of)
    try:
        when = _when(cells["date"]) if cells["date"] else None
    except ValueError as e:
        return Refused(cells["id"], cells["question"], str(e), line, of)
    return Entry(cells["question"], cells["id"], when, line, of)


def _first(row: Mapping[str, Any], names: list[str]) -> str:
    """Return the first cell of some columns that holds something, as text."""
    return next((str(row[n]).strip() for n in names if row.get(n) is not None and str(row[n]).strip()), "")


def _when(text: str) -> When:
    """Return the date of a cell; of a moment the day counts."""
    found = TIME.fullmatch(text)
    return read_when(found[1] if found else text)

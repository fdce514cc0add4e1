"""Delimited text of a dataset: its encoding and delimiter, and rows that have a cell for each column."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.text_files import CELL, CONTROL, DELIMITERS, place, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.evidence.catalogue import Card

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
LONGEST_ROW = 50  # lines of a row on average: cells with line ends; the raw files have up to 14


def decoded(data: bytes, c: Card, strict: bool, where: str = "file") -> str:
    """Return the text of a file in its card's encoding, with LF line ends; without `strict` bad bytes are replaced.

    Raises `EvidenceError` for UTF-16, for a byte of another encoding if `strict`, and for control characters.
    """
    if data.startswith(UTF_16):
        raise EvidenceError(
            f"{where}: not a readable table as it stands: UTF-16, where '{c.name}' is published in {_encoding(c)}. "
            "Download the file again, or save it as 'CSV UTF-8'."
        )
    try:
        text = data.decode(_encoding(c), "strict" if strict else "replace")
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise EvidenceError(
            f"{where}: byte {e.start} (line {line}) is not {c.encoding}, the encoding in which '{c.name}' is "
            "published. Download the file again, or save it in that encoding without opening it in a spreadsheet."
        ) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(text):
        line, column = place(text, found.start())
        raise EvidenceError(
            f"{where}: not a readable table: line {line}, column {column} holds the control character "
            f"U+{ord(found[0]):04X}. Download the file again."
        )
    return text


def _encoding(c: Card) -> str:
    return c.encoding.removesuffix("-lossy")


def delimiter(text: str) -> str:
    """Return the one of comma, semicolon and tab that the first line holds most of, a comma where it holds none.

    >>> delimiter('"a, b";c;d')
    ';'
    """
    first = text.split("\n", 1)[0].split('"')[::2]
    return max(DELIMITERS, key="".join(first).count)


def columns(text: str, where: str) -> list[str]:
    """Return the names in the first row; raise `EvidenceError` where there is none."""
    names = next(_rows(text), None)
    if not names:
        raise EvidenceError(f"{where}: not a readable table (no row of column names). Download the file again.")
    return names


def check_columns(names: list[str], needed: tuple[str, ...], where: str) -> None:
    """Raise `EvidenceError` for a needed column that is there twice; no dataset reads the others."""
    if twice := next((n for n in needed if names.count(n) > 1), None):
        raise EvidenceError(
            f"{where}: not a readable table: two columns are called {shorten(twice)}. Take one out, or download the "
            "file again."
        )


def check_shape(text: str, needed: tuple[str, ...], where: str) -> None:
    """Raise `EvidenceError` for a needed column that is there twice, or a row with more or fewer cells than columns."""
    names = columns(text, where)
    check_columns(names, needed, where)
    rows = _rows(text)
    next(rows)
    for number, row in enumerate(rows, 2):
        if row and len(row) < len(names):
            raise EvidenceError(
                f"{where}: row {number} has {len(row)} of {len(names)} cells. The file breaks off: download it again."
            )
        if len(row) > len(names):
            what = DELIMITERS[delimiter(text)]
            raise EvidenceError(
                f"{where}: not a readable table: row {number} has {len(row)} cells, but there are {len(names)} "
                f"columns. A cell that contains a {what} needs quotes around it; or download the file again."
            )


def parsed(text: str, where: str) -> pl.DataFrame:
    """Return the raw table of delimited text, every cell a string."""
    try:
        return pl.read_csv(BytesIO(text.encode()), infer_schema_length=0, separator=delimiter(text))
    except pl.exceptions.PolarsError as e:
        said = (str(e).splitlines() or [""])[0]
        raise EvidenceError(f"{where}: not a readable table ({said[:200]}). Download the file again.") from None


def check_length(lines: int, c: Card, where: str) -> None:
    """Raise `EvidenceError` for text of far more lines than the dataset has rows, before it is parsed."""
    if lines > LONGEST_ROW * c.most_rows:
        raise EvidenceError(too_long(f"{lines:,} lines", c, where))


def too_long(what: str, c: Card, where: str) -> str:
    """Return the message for a file that is far longer than its dataset."""
    return (
        f"{where}: {what}, but '{c.name}' version {c.version} has {c.rows:,} rows, and at most {c.most_rows:,} are "
        "read. Another dataset, or rows given more than once? Download the file again."
    )


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows, cells of any length."""
    limit = csv.field_size_limit(CELL)
    try:
        yield from csv.reader(StringIO(text), delimiter=delimiter(text))
    finally:
        csv.field_size_limit(limit)

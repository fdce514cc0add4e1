"""Loaders: from the publisher's own file to a tidy, typed frame, as the dataset's card describes it.

A file is loaded in two steps. `read` returns the raw table with every cell a string and empty cells null. `tidy` types
it: values that the card lists as missing become null, never 0; codes become the card's words; a date with an unknown
or impossible day is null (its year is in a column of its own where the card has one).
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.catalogue import Card, Column, card
from peacetalks.evidence.delimited import check_columns, check_length, check_shape, decoded, parsed, too_long
from peacetalks.evidence.places import find
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 200_000_000
KINDS = {"int": pl.Int64, "float": pl.Float64, "text": pl.String, "yes": pl.Boolean, "date": pl.Date}
YES = {"1": True, "0": False, "true": True, "false": False}
WORDS = {"int": "a whole number (int)", "float": "a number (float)", "yes": "0 or 1 (yes)"}


def load(dataset: str, data_dir: str | Path | None = None) -> pl.DataFrame:
    """Return a dataset as a tidy frame with the columns, types and words of its card.

    Parameters
    ----------
    dataset
        Name of the dataset's card, such as ``"ucdp-acd"`` (`cards` lists them).
    data_dir
        Folder with the raw files; default the environment variable PEACETALKS_DATA, then the user's cache.

    Raises
    ------
    EvidenceMissing
        If the file is not there.
    EvidenceError
        If there is no such card, or the file is not what the card describes.
    """
    c = card(dataset)
    path = find(c, data_dir)
    return tidy(read(path, c), c, path.name)


def read(path: Path, c: Card) -> pl.DataFrame:
    """Return the raw table of a file, all strings; Parquet, Excel, Stata and delimited text are read.

    Raises `EvidenceError` for a file that cannot be read as what its suffix says, or that is larger than any dataset.
    """
    check_size(path)
    suffix = path.suffix.lower()
    with readable(path):
        if suffix == ".parquet":
            return pl.read_parquet(path)
        if suffix == ".dta":
            return _read_stata(path)
        if suffix in (".xlsx", ".xls"):
            return _read_workbook(path, c)
        return _read_text(path.read_bytes(), c, path.name)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a reader of another package raises for a damaged file into `EvidenceError`.

    The reader of Parquet ends in a panic of its own on some damaged files, which is not an `Exception` and has printed
    a trace on the error stream by then: what is printed there meanwhile is discarded.
    """
    try:
        with _quiet() if path.suffix.lower() == ".parquet" else nullcontext():
            yield
    except EvidenceError:
        raise
    except (Exception, pl.exceptions.PanicException) as e:
        what = (str(e).splitlines() or [type(e).__name__])[0][:200]
        raise EvidenceError(
            f"{path.name}: not a readable {path.suffix.lower()} file ({what}). Download it again."
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what compiled code prints on the error stream nowhere."""
    try:
        saved = os.dup(2)
    except OSError:  # a program without an error stream
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _read_workbook(path: Path, c: Card) -> pl.DataFrame:
    """Return the first sheet; the names of its columns are read apart, since the reader renames repeated ones."""
    names = pl.read_excel(path, has_header=False, infer_schema_length=0, read_options={"n_rows": 1}).rows()
    check_columns([str(n) for n in (names[0] if names else ())], c.raw_columns, path.name)
    return _blank_to_null(pl.read_excel(path, infer_schema_length=0))


def check_size(path: Path) -> None:
    """Raise `EvidenceError` for a file larger than any dataset, before it is read."""
    size = path.stat().st_size if path.is_file() else 0
    if size > MOST_BYTES:
        raise EvidenceError(
            f"{path.name}: {size:,} bytes, more than any dataset here ({MOST_BYTES:,}). "
            "See `peacetalks evidence cards` for the datasets that are read."
        )


def _read_text(data: bytes, c: Card, where: str) -> pl.DataFrame:
    text = decoded(data, c, strict=not c.encoding.endswith("-lossy"), where=where)
    check_length(text.count("\n"), c, where)
    check_shape(text, c.raw_columns, where)
    return _blank_to_null(parsed(text, where))


def _read_stata(path: Path) -> pl.DataFrame:
    import pandas as pd

    def cell(value: Any) -> str | None:
        return None if pd.isna(value) else _cell_text(value)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # an overflow: these are no numbers of Stata's
            frame = pd.DataFrame(pd.read_stata(path, convert_categoricals=False))
    except (ValueError, OSError, RuntimeWarning) as e:
        raise EvidenceError(f"{path.name}: not a readable Stata file ({e}). Download it again.") from None
    return _blank_to_null(
        pl.DataFrame(
            {k: [cell(v) for v in frame[k].tolist()] for k in frame.columns},
            schema=dict.fromkeys(frame.columns, pl.String),
        )
    )


def _cell_text(value: object) -> str:
    """Return a Stata cell as the text that a CSV export would hold: 3.0 as "3", a timestamp as its date."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:10] if type(value).__name__ == "Timestamp" else str(value)


def _blank_to_null(frame: pl.DataFrame) -> pl.DataFrame:
    """Strip cells, make empty ones null, drop rows with nothing in them."""
    text = frame.select(pl.col(n).cast(pl.String).str.strip_chars().replace("", None) for n in frame.columns)
    return text.filter(~pl.all_horizontal(pl.all().is_null()))


def tidy(raw: pl.DataFrame, c: Card, where: str = "file") -> pl.DataFrame:
    """Return the typed frame of a raw table; `where` names the file in messages.

    Raises `EvidenceError` for a column that is not there, a code that the card does not list, a cell of another type,
    or dates of another form.
    """
    absent = [r for r in c.raw_columns if r not in raw.columns]
    if absent:
        raise EvidenceError(
            f"{where}: '{c.name}' needs the columns {', '.join(absent[:5])}, which are not "
            f"there. Its card describes version {c.version}; see {c.published}."
        )
    if raw.height > c.most_rows:
        raise EvidenceError(too_long(f"{raw.height:,} rows", c, where))
    _check_text(raw, c, where)
    _check_codes(raw, c, where)
    _check_types(raw, c, where)
    frame = raw.select(_typed(column).alias(column.name) for column in c.columns)
    _check_dates(raw, frame, c, where)
    return frame


def _check_text(raw: pl.DataFrame, c: Card, where: str) -> None:
    """Refuse a column that does not hold text, as a Parquet file of another origin may."""
    for column in c.columns:
        for name in column.raw:
            if (found := raw.schema[name]) != pl.String:
                raise EvidenceError(
                    f"{where}: column '{name}' holds {found}, where '{c.name}' wants text that reads as {column.kind}: "
                    "a Parquet copy holds every cell as text, as `peacetalks evidence add` writes it. Add the "
                    "publisher's own file."
                )


def _check_types(raw: pl.DataFrame, c: Card, where: str) -> None:
    """Refuse a cell that is not of its column's type, with the column, the row and the cell."""
    for column in c.columns:
        if column.codes or column.kind not in WORDS:
            continue
        value = _known(column, column.raw[0])
        if column.kind == "yes":
            good = value.str.to_lowercase().is_in(list(YES))
        else:
            number = value.cast(KINDS[column.kind], strict=False)
            good = number.is_not_null() & number.cast(pl.Float64).is_finite()
        wrong = raw.with_row_index("row at").filter(value.is_not_null() & ~good).head(1)
        if wrong.height:
            raise EvidenceError(
                f"{where}: a cell is not of the type that the card of '{c.name}' gives: column '{column.raw[0]}' holds "
                f"{shorten(wrong[column.raw[0]][0])} in row {wrong['row at'][0] + 2}, wanted {WORDS[column.kind]}. "
                "Another version, or changed since? Download the file again."
            )


def _known(column: Column, name: str) -> pl.Expr:
    """Return a raw column with missing values null and whole floats ("2.0") as integers ("2")."""
    text = pl.col(name)
    if column.kind in ("int", "yes", "date") or column.codes:
        text = text.str.replace(r"^(-?\d+)\.0+$", "${1}")
    return pl.when(~text.is_in(list(column.missing))).then(text) if column.missing else text


def _check_codes(raw: pl.DataFrame, c: Card, where: str) -> None:
    for column in c.columns:
        if not column.codes:
            continue
        seen = raw.select(_known(column, column.raw[0]).alias("v"))["v"].drop_nulls().unique().to_list()
        strange = sorted(set(seen) - set(column.codes))
        if strange:
            raise EvidenceError(
                f"{where}: column '{column.raw[0]}' holds {shorten(strange[0])}, a code that the card of '{c.name}' "
                f"(version {c.version}) does not know. Known: {', '.join(column.codes)}."
            )


def _check_dates(raw: pl.DataFrame, frame: pl.DataFrame, c: Card, where: str) -> None:
    """Refuse a date column of which most non-empty cells are not dates of the form that the card gives."""
    for column in c.columns:
        if column.kind == "date" and len(column.raw) == 1:
            given = raw.select(_known(column, column.raw[0]).is_not_null().sum()).item()
            got = frame[column.name].is_not_null().sum()
            if given >= 10 and got < given / 2:
                raise EvidenceError(
                    f"{where}: column '{column.raw[0]}' should hold dates like {column.form}, "
                    f"but {given - got} of {given} are not. Another version, or saved by a "
                    "spreadsheet?"
                )


def _typed(column: Column) -> pl.Expr:
    if column.kind == "date":
        return _date(column)
    value = _known(column, column.raw[0])
    if column.codes:
        return value.replace_strict(column.codes, return_dtype=pl.String)
    if column.kind == "yes":
        return value.str.to_lowercase().replace_strict(YES, return_dtype=pl.Boolean)
    return value.cast(KINDS[column.kind])


def _date(column: Column) -> pl.Expr:
    if len(column.raw) == 3:
        year, month, day = (_known(column, n).str.zfill(2) for n in column.raw)
        return pl.concat_str(year, month, day, separator="-").str.to_date("%Y-%m-%d", strict=False)
    text = _known(column, column.raw[0])
    if column.form == "%Y-%m-%d":
        text = text.str.slice(0, 10)
    date = text.str.to_date(column.form, strict=False)
    return pl.when(date.dt.year() > column.latest).then(date.dt.offset_by("-100y")).otherwise(date)

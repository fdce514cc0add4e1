"""Loaders: from the publisher's own file to a tidy, typed frame, as the dataset's card describes it.

A file is loaded in two steps. `read` returns the raw table with every cell a string and empty cells null. `tidy` types
it: values that the card lists as missing become null, never 0; codes become the card's words; a date with an unknown
or impossible day is null (its year is in a column of its own where the card has one).
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.catalogue import Card, Column, card
from peacetalks.evidence.places import find
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"int": pl.Int64, "float": pl.Float64, "text": pl.String, "yes": pl.Boolean, "date": pl.Date}


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
    """Return the raw table of a file, all strings; Parquet, Excel, Stata and delimited text are read."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return pl.read_parquet(path)
    if suffix == ".dta":
        return _read_stata(path)
    if suffix in (".xlsx", ".xls"):
        return _blank_to_null(pl.read_excel(path, infer_schema_length=0))
    return _read_text(path.read_bytes(), c, path.name)


def decoded(data: bytes, c: Card, strict: bool) -> str:
    """Return the text of a file in its card's encoding, with LF line ends; without `strict` bad bytes are replaced."""
    text = data.decode(c.encoding.removesuffix("-lossy"), "strict" if strict else "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_text(data: bytes, c: Card, where: str) -> pl.DataFrame:
    try:
        text = decoded(data, c, strict=not c.encoding.endswith("-lossy"))
    except UnicodeDecodeError as e:
        raise EvidenceError(
            f"{where}: byte {e.start} is not {c.encoding}, the encoding in which '{c.name}' is published. "
            "Download the file again, or save it in that encoding without opening it in a spreadsheet."
        ) from None
    try:
        frame = pl.read_csv(BytesIO(text.removeprefix("\ufeff").encode()), infer_schema_length=0)
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.ShapeError) as e:
        first = str(e).splitlines()[0]
        raise EvidenceError(f"{where}: not a readable table ({first}). Download the file again.") from None
    return _blank_to_null(frame)


def _read_stata(path: Path) -> pl.DataFrame:
    import pandas as pd

    def cell(value: Any) -> str | None:
        return None if pd.isna(value) else _cell_text(value)

    try:
        frame = pd.DataFrame(pd.read_stata(path, convert_categoricals=False))
    except (ValueError, OSError) as e:
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
    _check_codes(raw, c, where)
    try:
        frame = raw.select(_typed(column).alias(column.name) for column in c.columns)
        _check_dates(raw, frame, c, where)
        return frame
    except pl.exceptions.InvalidOperationError as e:
        raise EvidenceError(
            f"{where}: a cell is not of the type that the card of '{c.name}' gives: {str(e).splitlines()[0]}"
        ) from None


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
        return value.str.to_lowercase().replace_strict(
            {"1": True, "0": False, "true": True, "false": False}, return_dtype=pl.Boolean
        )
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

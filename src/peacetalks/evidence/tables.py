"""The derived tables: read from the package or the user's own, and written as CSV files that are always the same bytes.

Columns that a dataset card gives codes for are stored as the codes (`CODED`); a `cluster` equal to `name`, and a
year that its date already gives, as an empty cell. `read_cases` undoes all three. Nothing here needs raw data. A table
that the user has made anew (`local_tables`) takes precedence.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.errors import EvidenceError, suggestion
from peacetalks.evidence.catalogue import card
from peacetalks.evidence.local_tables import EMBEDDED, VARIABLE, in_use
from peacetalks.evidence.table_checks import check_cases, check_codes
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLES = Path(__file__).parent / "tables"  # where `write_tables` puts a table that the package is to read
CODED: dict[str, tuple[str, tuple[str, ...]]] = {  # table -> dataset whose card has the codes, columns
    "ceasefires": ("ethprio-ceasefires", ("ending", "side", "class")),
    "episodes": ("ucdp-termination-conflict", ("ending", "war_type", "incompatibility")),
    "crises": ("icb", ("ending", "mediation", "violence", "tension")),
    "sanctions": ("ties", ("outcome",)),
}
STORED = ("ceasefires", "spells", "agreements", "processes", "mediations", "episodes", "wars", "crises", "sanctions")
DATES = ("start", "end", "seen", "ended_by", "comprehensive", "episode_start", "episode_end")
TEXT = (
    "name",
    "cluster",
    "ending",
    "side",
    "class",
    "war_ended",
    "kind",
    "level",
    "region",
    "war_type",
    "incompatibility",
    "mediation",
    "violence",
    "tension",
    "outcome",
)


def _codes(kind: str) -> dict[str, dict[str, str]]:
    """Return {column: {code: word}} of a case table, from the dataset's card."""
    dataset, columns = CODED.get(kind, ("", ()))
    return {c.name: c.codes for c in card(dataset).columns if c.name in columns} if dataset else {}


def cases_csv(kind: str, frame: pl.DataFrame) -> str:
    """Return a case table as CSV text, with codes for words and an empty cluster where it is the name."""
    for column, codes in _codes(kind).items():
        back = dict(zip(codes.values(), codes.keys(), strict=True))
        frame = frame.with_columns(pl.col(column).replace_strict(back, return_dtype=pl.String))
    for part in ("start", "end"):
        if {part, f"{part}_year"} <= set(frame.columns):
            plain = pl.col(part).dt.year() == pl.col(f"{part}_year")
            frame = frame.with_columns(pl.when(~plain.fill_null(False)).then(f"{part}_year").alias(f"{part}_year"))
    same = pl.when(pl.col("cluster") != pl.col("name")).then("cluster").alias("cluster")
    return frame.with_columns(same).write_csv()


def parse_cases(kind: str, text: str) -> pl.DataFrame:
    """Return the typed frame of `cases_csv` text.

    Raises `EvidenceError` for what cannot be read, and for what `table_checks` refuses.
    """
    try:
        frame = pl.read_csv(BytesIO(text.encode()), infer_schema_length=0)
        frame = frame.with_columns(_cast(c) for c in frame.columns)
    except pl.exceptions.PolarsError as e:
        raise EvidenceError(f"cases_{kind}: {str(e).splitlines()[0]:.200}: make the table anew.") from None
    check_codes(kind, frame, _codes(kind))
    for column, codes in _codes(kind).items():
        frame = frame.with_columns(pl.col(column).replace_strict(codes, return_dtype=pl.String))
    for part in ("start", "end"):
        if {part, f"{part}_year"} <= set(frame.columns):
            year = pl.coalesce(f"{part}_year", pl.col(part).dt.year().cast(pl.Int64))
            frame = frame.with_columns(year.alias(f"{part}_year"))
    return check_cases(kind, frame.with_columns(pl.coalesce("cluster", "name").alias("cluster")))


def _cast(column: str) -> pl.Expr:
    if column in DATES:
        return pl.col(column).str.to_date("%Y-%m-%d")
    return pl.col(column) if column in TEXT else pl.col(column).cast(pl.Int64)


def table_text(name: str) -> str:
    """Return the text of a table, such as ``"curves.csv"``: the user's own if there is one, else the committed one.

    Raises `EvidenceError` for a table that is not there, or that was changed since it was made.
    """
    local = in_use()
    if local and name in local.tables:
        return _local_text(local.folder / name, local.tables[name]["sha256"])
    return embedded_text(name)


def digests(names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 digest of each table named, as it is in use."""
    return {n: hashlib.sha256(table_text(n).encode()).hexdigest() for n in names}


@cache
def embedded_text(name: str) -> str:
    """Return the text of a committed table; raise `EvidenceError` for one that is not there."""
    path = files("peacetalks.evidence") / "tables" / name
    if not path.is_file():
        known = [f.name for f in (files("peacetalks.evidence") / "tables").iterdir()]
        raise EvidenceError(f"no committed table is called {shorten(name)}. {suggestion(name, known)}")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=32)
def _local_text(path: Path, sha256: str) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceError(
            f"{path}: not the table that `peacetalks evidence update` made. Run it again, or set {VARIABLE}={EMBEDDED} "
            "to use the package's tables."
        )
    return data.decode("utf-8")


def row_count(text: str) -> int:
    """Return the number of rows of a table in CSV text, below its header."""
    return text.count("\n") - 1


def read_cases(kind: str) -> pl.DataFrame:
    """Return the cases of a kind; see `case_tables` for the columns.

    Raises `EvidenceError` for a kind of which no cases are stored.

    >>> read_cases("wars").height
    95
    """
    if kind not in STORED:
        raise EvidenceError(f"no cases are stored for {shorten(kind)}. {suggestion(kind, list(STORED))}")
    return _parsed(kind, table_text(f"cases_{kind}.csv"))


_parsed = lru_cache(maxsize=32)(parse_cases)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with LF line ends on every system."""
    path.write_bytes(text.encode("utf-8"))


def write_tables(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write {file name: text} into a folder, which is made if need be; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_text(folder / name, text)
    return [folder / name for name in texts]

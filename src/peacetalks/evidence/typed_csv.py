"""Tables of given columns as CSV text that is always the same bytes, and back."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from peacetalks.errors import EvidenceError
from peacetalks.evidence.table_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Schema = Mapping[str, pl.DataType]


def written(frame: pl.DataFrame, schema: Schema, carried: Sequence[str] = (), group: str = "") -> str:
    """Return CSV text: yes and no as 1 and 0, a cell of `carried` that is as in the row before of its group empty."""
    again = pl.col(group) == pl.col(group).shift() if group else pl.lit(False)
    short = [pl.when(~(again & (pl.col(c) == pl.col(c).shift())).fill_null(False)).then(c).alias(c) for c in carried]
    flags = [pl.col(c).cast(pl.Int8) for c, t in schema.items() if t == pl.Boolean]
    return frame.select(*schema).with_columns(*short, *flags).write_csv()


def parsed(
    name: str, text: str, schema: Schema, key: Sequence[str] = (), carried: Sequence[str] = (), group: str = ""
) -> pl.DataFrame:
    """Return the frame of such text; `name` is that of the table in messages, `key` the columns that identify a row.

    Raises `EvidenceError` for text that is not a table of these columns, or that has two rows of one key.
    """
    try:
        raw = pl.read_csv(BytesIO(text.encode()), infer_schema_length=0)
        frame = raw.select(_cell(c, t) for c, t in schema.items())
    except pl.exceptions.PolarsError as e:
        raise EvidenceError(f"{name}: {str(e).splitlines()[0]:.200}: make the table anew.") from None
    frame = frame.with_columns(pl.col(c).forward_fill().over(group) for c in carried)
    if key and frame.select(key).is_duplicated().any():
        check_keys(name, frame.select(key).to_dicts(), key)
    return frame


def _cell(column: str, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Date:
        return pl.col(column).str.to_date("%Y-%m-%d")
    return pl.col(column).cast(pl.Int8).cast(pl.Boolean) if kind == pl.Boolean else pl.col(column).cast(kind)

"""Tables of cases, whatever they come as, as one polars frame; which rows are complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from peacetalks.errors import EstimationError, suggestion

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

MISSING = ("NA", "", "NaN", ".")  # how a missing value is written in a CSV file


def as_frame(data: Any) -> pl.DataFrame:
    """Return a table of cases as a polars frame, with null where a value is missing.

    Parameters
    ----------
    data : polars or pandas frame, dict of columns, path of a CSV file
        Categories of pandas, and Enums of polars, keep the order of their levels.

    Raises
    ------
    EstimationError
        Something else, a file that is not there, a table without rows.

    Examples
    --------
    >>> as_frame({"x": [1.0, float("nan")], "regime": ["dem", None]}).null_count().row(0)
    (1, 1)
    """
    if isinstance(data, str | Path):
        frame = _read(Path(data))
    elif isinstance(data, pl.DataFrame):
        frame = data
    elif isinstance(data, Mapping):
        frame = _from_columns(data)
    elif type(data).__module__.startswith("pandas"):
        frame = pl.DataFrame([_from_pandas(str(name), data[name]) for name in data.columns])
    else:
        raise EstimationError(
            f"data: expected a polars or pandas frame, a dict of columns or the path of a CSV file, got {type(data)}"
        )
    if frame.height == 0:
        raise EstimationError("data: the table has no rows")
    return frame.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))


def _read(path: Path) -> pl.DataFrame:
    """Return a CSV file as a frame."""
    try:
        return pl.read_csv(path, null_values=list(MISSING), infer_schema_length=None)
    except FileNotFoundError as e:
        raise EstimationError(f"data: there is no file {str(path)!r}") from e
    except (OSError, pl.exceptions.PolarsError) as e:
        raise EstimationError(f"data: {str(path)!r} cannot be read as a CSV file: {e}") from e


def _from_columns(columns: Mapping[Any, Any]) -> pl.DataFrame:
    """Return a dict of columns as a frame."""
    try:
        return pl.DataFrame({str(name): values for name, values in columns.items()}, strict=False)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as e:
        raise EstimationError(f"data: the columns make no table: {e}") from e


def _from_pandas(name: str, column: Any) -> pl.Series:
    """Return a column of a pandas frame; without Arrow, so that neither pandas nor Arrow is needed elsewhere."""
    values = [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
    if column.dtype.name == "category":
        levels = [str(level) for level in column.cat.categories]
        return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.Enum(levels))
    return pl.Series(name, values, strict=False)


def to_pandas(frame: pl.DataFrame) -> Any:
    """Return a frame as pandas, which `formulaic` reads; the levels of an Enum keep their order."""
    import pandas as pd

    return pd.DataFrame({name: _to_pandas(frame[name]) for name in frame.columns}, index=range(frame.height))


def _to_pandas(column: pl.Series) -> Any:
    """Return a column as pandas reads it."""
    import pandas as pd

    if isinstance(column.dtype, pl.Enum):
        return pd.Categorical(column.to_list(), list(column.dtype.categories))
    return column.to_numpy() if column.dtype.is_numeric() else np.array(column.to_list(), dtype=object)


def require_columns(names: Iterable[str], frame: pl.DataFrame, where: str) -> None:
    """Raise `EstimationError` for a name that is no column of the data.

    >>> require_columns(["regime"], pl.DataFrame({"regime1": ["dem"]}), "u1(esc,war)")
    Traceback (most recent call last):
    ...
    peacetalks.errors.EstimationError: u1(esc,war): the data have no column 'regime'. Did you mean 'regime1'?
    """
    for name in names:
        if name not in frame.columns:
            raise EstimationError(f"{where}: the data have no column {name!r}. {suggestion(name, frame.columns)}")


def complete(frame: pl.DataFrame, columns: Iterable[str], keep: Array | None = None) -> tuple[pl.DataFrame, int]:
    """Return the rows that miss none of the columns, and how many were left out.

    Parameters
    ----------
    frame : polars.DataFrame
    columns : iterable of str
        Columns that must be there.
    keep : array of bool, optional
        Rows that miss nothing else, [row].

    Raises
    ------
    EstimationError
        A column that is not there, or no complete row: which column is missing most often.
    """
    names = sorted(set(columns))
    require_columns(names, frame, "the formula")
    whole = np.ones(frame.height, bool) if keep is None else keep
    for name in names:
        whole = whole & frame[name].is_not_null().to_numpy()
    if not whole.any():
        worst = max(names, key=lambda name: frame[name].null_count(), default="the outcome")
        raise EstimationError(f"data: no row has all the values that the formula names; most are missing in {worst!r}")
    return frame.filter(whole), int(frame.height - whole.sum())

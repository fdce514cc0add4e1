"""Tables for those who work with pandas; the package itself uses polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

NO_PANDAS = "to_pandas needs the package pandas, which is not installed: `pip install pandas`, or use the polars table"


def to_pandas(frame: pl.DataFrame) -> Any:
    """Return a polars table as a pandas one; dates become days of pandas, nested values stay as they are.

    Parameters
    ----------
    frame : polars.DataFrame
        Such as `evidence.cases("ceasefires")`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ImportError
        pandas is not installed; the message says what to install.

    Examples
    --------
    >>> import polars as pl
    >>> to_pandas(pl.DataFrame({"n": [1, 2]}))["n"].sum().item()
    3
    """
    try:
        import pandas as pd
    except ImportError:
        raise ImportError(NO_PANDAS) from None
    columns = {}
    for column in frame.iter_columns():
        flat = column.dtype.is_numeric() or column.dtype.is_temporal()
        columns[column.name] = column.to_numpy() if flat else column.to_list()
    return pd.DataFrame(columns)

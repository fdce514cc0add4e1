"""Values of covariates as people write them on a command line: `balanc=0:1`, `regime1=dem,autoc`, `revis1=1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.errors import EstimationError, suggestion
from peacetalks.estimation.comparative import POINTS
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peacetalks.estimation.comparative import Value
    from peacetalks.estimation.model import Model

MOST = 1000  # values of a range
FORM = "write COLUMN, COLUMN=LOW:HIGH, COLUMN=LOW:HIGH:HOW_MANY or COLUMN=VALUE,VALUE"


def read_varied(model: Model, text: str) -> tuple[str, list[Value] | None]:
    """Return the covariate that varies and its values, None for its whole range.

    Parameters
    ----------
    model : Model
        Whose data say whether the covariate is a number.
    text : str
        `balanc`, `balanc=0:1`, `balanc=0:1:11` or `regime1=dem,autoc`.

    Raises
    ------
    EstimationError
        No covariate of the model, no number where one is needed, or another form.
    """
    column, sign, values = (part.strip() for part in text.partition("="))
    _check_column(model, column, text)
    if not sign:
        return column, None
    if not values:
        raise EstimationError(f"{shorten(text)}: {column!r} has no values; {FORM}")
    if ":" in values and model.data[column].dtype.is_numeric():
        return column, _spaced(text, values)
    return column, [_value(model, column, v.strip(), text) for v in values.split(",")]


def read_given(model: Model, texts: Iterable[str]) -> dict[str, Value]:
    """Return values of covariates written COLUMN=VALUE; raise `EstimationError` for another form, or one twice."""
    found: dict[str, Value] = {}
    for text in texts:
        column, sign, value = (part.strip() for part in text.partition("="))
        _check_column(model, column, text)
        if not (sign and value):
            raise EstimationError(f"{shorten(text)} gives no value; write COLUMN=VALUE")
        if column in found:
            raise EstimationError(f"{column!r} is given twice; keep one")
        found[column] = _value(model, column, value, text)
    return found


def _check_column(model: Model, column: str, text: str) -> None:
    if column not in model.covariates:
        near = suggestion(column, model.covariates)
        raise EstimationError(f"{shorten(text)}: {column!r} is no covariate of the model. {near}")


def _spaced(text: str, values: str) -> list[Value]:
    """Return the values of a range, both ends included."""
    parts = values.split(":")
    if len(parts) > 3:
        raise EstimationError(f"{shorten(text)} is no range; {FORM}")
    low, high = (_number(part, text) for part in parts[:2])
    count = _number(parts[2], text) if len(parts) == 3 else POINTS
    if not low < high or count != int(count) or not 2 <= count <= MOST:
        raise EstimationError(f"{shorten(text)}: a range goes upwards, in 2 to {MOST} values; {FORM}")
    return np.linspace(low, high, int(count)).tolist()


def _value(model: Model, column: str, value: str, text: str) -> Value:
    """Return a value as the covariate has it: a number, a truth value or a level."""
    data = model.data[column]
    if data.dtype.is_numeric():
        return _number(value, text)
    return next((level for level in data.unique().to_list() if str(level) == value), value)


def _number(value: str, text: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise EstimationError(f"{shorten(text)}: {shorten(value)} is no number; {FORM}") from None

"""From plain tables to checked ones: every error says which file, which key, what was got and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.text_files import check_values, clip, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

M = TypeVar("M", bound=BaseModel)
OWN_WORDS = ("number", "value_error", "too_short", "too_long")  # errors that say what was got, or how many
SHOWN = 5  # errors of a table that are named; the rest are counted


def read_table(raw: Any, model: type[M], where: str, advice: str = "") -> M:
    """Return a plain table as a `model`.

    Parameters
    ----------
    raw : dict
        What was written.
    model : type of pydantic.BaseModel
        What may be written.
    where : str
        Name of the file or table, for the error.
    advice : str, optional
        A closing sentence of the error.

    Raises
    ------
    SpecError
        The first errors, each with the dotted path of the key; unknown keys come first, with the nearest known key.
        Before them what may stand in no table: control characters, endless nesting, numbers that no float holds.

    Examples
    --------
    >>> from peacetalks.scenario.tables import Rent
    >>> read_table({"wieght": 0.1}, Rent, "my file")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: my file: wieght: unknown key (did you mean 'weight'?); weight: missing, but required
    """
    check_values(raw, where)
    try:
        return model.model_validate(raw)
    except ValidationError as e:
        items = sorted(
            e.errors(), key=lambda item: item["type"] != "extra_forbidden"
        )  # a slip explains what is missing
        lines = [_line(item, model) for item in items[:SHOWN]]
        lines += [f"and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
        raise SpecError(f"{where}: {'; '.join(lines)}{advice}") from None


def _line(item: Any, model: type[BaseModel]) -> str:
    """Return one error of pydantic as words: where, and what is wrong."""
    loc = item["loc"]
    place = clip(".".join(str(key + 1) if isinstance(key, int) else str(key) for key in loc)) or "the file"
    kind, said = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"{place}: unknown key{did_you_mean(loc[-1], model_at(loc[:-1], model).model_fields)}"
    if kind == "missing":
        return f"{place}: missing, but required"
    got = "" if kind in OWN_WORDS else f", got {shorten(item['input'])}"
    return f"{place}: {said}{got}"


def model_at(path: Iterable[Any], model: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the table at a path below `model`; names of types and positions in lists are passed over.

    >>> from peacetalks.scenario.tables import Side
    >>> model_at(("types", "resolute"), Side).__name__
    'SideType'
    """
    for key in path:
        if key in model.model_fields:
            model = table_of(model.model_fields[key].annotation) or model
    return model


def table_of(hint: Any) -> type[BaseModel] | None:
    """Return the table that a type hint holds, in a list or beside None too; None where it holds none.

    >>> from peacetalks.scenario.tables import Rent
    >>> table_of(list[Rent] | None).__name__
    'Rent'
    """
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next((found for part in getattr(hint, "__args__", ()) if (found := table_of(part))), None)

"""From TOML text to checked tables: every error says which file, which key, what was got and how to mend it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from peacetalks.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=BaseModel)
SHOWN = 5  # errors of a table that are named; the rest are counted


def read_text(path: Traversable | Path, hint: str = "") -> str:
    """Return the text of a file; `hint` follows the message when there is no such file."""
    shown = str(path) if isinstance(path, Path) else path.name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(f"no file {shown!r}{hint}") from None
    except UnicodeDecodeError as e:
        raise SpecError(
            f"{shown}: cannot be read as UTF-8 text (byte {e.start}); save it as UTF-8 and try again"
        ) from None
    except OSError as e:
        raise SpecError(f"{shown}: cannot be read ({e.strerror})") from None


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Return TOML text as a plain table; `where` names the text in the error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise SpecError(f"{where}: not valid TOML: {e}. Strings need quotes, tables a [header].") from None


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

    Examples
    --------
    >>> from peacetalks.scenario.tables import Rent
    >>> read_table({"wieght": 0.1}, Rent, "my file")
    Traceback (most recent call last):
    peacetalks.errors.SpecError: my file: wieght: unknown key (did you mean 'weight'?); weight: missing, but required
    """
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
    place = ".".join(str(key + 1) if isinstance(key, int) else str(key) for key in loc) or "the file"
    if item["type"] == "extra_forbidden":
        return f"{place}: unknown key{did_you_mean(loc[-1], model_at(loc[:-1], model).model_fields)}"
    if item["type"] == "missing":
        return f"{place}: missing, but required"
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"


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

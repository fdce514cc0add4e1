"""From plain tables to checked ones: every error says which file, which key, what was got and how to mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from peacetalks.errors import SpecError, did_you_mean
from peacetalks.text_files import check_values, clip, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

M = TypeVar("M", bound=BaseModel)
OWN_WORDS = ("number", "value_error", "too_short", "too_long")  # errors that say what was got, or how many
SHOWN = 5  # errors of a table that are named; the rest are counted
MEANT = {  # words that people write for those that may stand in a table
    "civil war": "civil", "intrastate": "civil", "intra-state": "civil", "internationalised": "civil",
    "internationalized": "civil", "internal": "civil", "inter-state": "interstate", "international": "interstate",
    "war": "fighting", "ongoing": "fighting", "active": "fighting", "talks": "fighting", "ceasefire": "truce",
    "armistice": "truce", "peace": "settlement", "agreement": "settlement", "low": "minor", "high": "war",
    "territorial": "territory", "regime": "government", "months": "month", "monthly": "month",
}  # fmt: skip
TABLES = {"truce": "ceasefire", "war": "conflict", "front": "battlefield", "negotiation": "talks", "agreement": "deal"}


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
    found = problems(raw, model)
    if isinstance(found, BaseModel):
        return found
    lines = [str(p) for p in found[:SHOWN]] + ([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])
    said = "; ".join(lines)
    raise SpecError(f"{where}: {said}{advice.removeprefix('.') if said.endswith('?') else advice}")


class Problem(NamedTuple):
    """What is wrong with an entry."""

    path: tuple[str, ...]  # keys, and positions in lists from 1; empty for the whole table
    words: str

    def __str__(self) -> str:
        """Return where it is, and what is wrong."""
        return f"{clip('.'.join(self.path)) or 'the file'}: {self.words}"


def problems(raw: Any, model: type[M]) -> M | list[Problem]:
    """Return a plain table as a `model`, or all that is wrong with it: unknown keys first.

    >>> from peacetalks.scenario.tables import Rent
    >>> [str(p) for p in problems({}, Rent)]
    ['weight: missing, but required']
    """
    try:
        return model.model_validate(raw)
    except ValidationError as e:
        items = sorted(
            e.errors(), key=lambda item: item["type"] != "extra_forbidden"
        )  # a slip explains what is missing
        return [_problem(item, model) for item in items]


def _problem(item: Any, model: type[BaseModel]) -> Problem:
    """Return one error of pydantic as words: where, and what is wrong."""
    loc = item["loc"]
    path = tuple(str(key + 1) if isinstance(key, int) else str(key) for key in loc)
    kind, said = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        place = _place_of(str(loc[-1]), loc[:-1], model, isinstance(item["input"], dict | list))
        return Problem(path, f"unknown key{place}")
    if kind == "missing":
        return Problem(path, "missing, but required")
    got = "" if kind in OWN_WORDS else f", got {shorten(item['input'])}"
    return Problem(path, f"{said}{got}{_word_meant(item)}")


def _word_meant(item: Any) -> str:
    """Return ` (did you mean 'x'?)` for a word that stands for one of the few that may stand there."""
    written = item["input"]
    if item["type"] != "literal_error" or not isinstance(written, str):
        return ""
    allowed = re.findall(r"'([^']*)'", item["ctx"]["expected"])
    word = written.strip().lower()
    meant = MEANT.get(word)
    return f" (did you mean {meant!r}?)" if meant in allowed else did_you_mean(word, allowed)


def _place_of(key: str, table: tuple[Any, ...], model: type[BaseModel], is_table: bool) -> str:
    """Return in words where an unknown key was meant to stand: the nearest key of its table, or another table.

    `is_table` where a whole table stands below the key.
    """
    known = model_at(table, model).model_fields
    first, _, rest = key.partition(".")
    if rest and first in known:
        return f": write {rest} below [{first}]"
    found = [name for name, field in model.model_fields.items() if key in _keys(field.annotation) and name not in table]
    if found and not is_table:
        return f" here: {key} belongs to the table {' or '.join(found)}"
    meant = TABLES.get(key.lower().rstrip("s"))
    return f" (did you mean {meant!r}?)" if meant in known else did_you_mean(key.lower(), known)


def _keys(hint: Any) -> set[str]:
    """Return the keys of the table that a type hint holds."""
    table = table_of(hint)
    return set(table.model_fields) if table else set()


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

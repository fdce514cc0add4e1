"""A scenario's plain table as the text of a TOML file, in the order and form of the bundled ones."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

BARE = re.compile(r"[A-Za-z0-9_-]+")  # keys that TOML takes without quotation marks
NUMBER_KEYS = {"value", "low", "dist"}  # a table with one of these is a number


def toml_text(table: dict[str, Any]) -> str:
    r"""Return the text of a TOML file that reads back as `table`: entries first, then tables.

    >>> print(toml_text({"name": "a", "talks": {"offer": {"value": 0.3, "source": "judgement"}}}), end="")
    name = "a"
    <BLANKLINE>
    [talks]
    offer = { value = 0.3, source = "judgement" }
    """
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: dict[str, Any], path: str) -> Iterator[str]:
    """Yield the lines of a table: its entries, then the tables in it under their headers."""
    inner = {key: value for key, value in table.items() if _is_table(value)}
    for key, value in table.items():
        if key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        for part in value if isinstance(value, list) else [value]:
            if not part or any(not _is_table(v) for v in part.values()) or isinstance(value, list):
                yield ""
                yield f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            yield from _lines(part, name)


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_table(part) for part in value)
    return isinstance(value, dict) and not NUMBER_KEYS & set(value)


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

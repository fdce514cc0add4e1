"""Dotted paths into a scenario as it is written: `rent.weight`, `sides.1.types.hard.share` (positions count from 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from peacetalks.errors import SpecError
from peacetalks.text_files import shorten

SHARE = re.compile(r"^sides\.(?P<side>\d)\.types\.(?P<type>[^.]+)\.share$")  # prior probability of a type


def counted_with(path: str) -> str:
    """Return the group in which a changed entry counts: the shares of a side's types count as one, others alone.

    >>> counted_with("sides.1.types.hard.share"), counted_with("rent.weight")
    ('shares of side 1', 'rent.weight')
    """
    found = SHARE.match(path)
    return f"shares of side {found['side']}" if found else path


def under(path: str, entry: str) -> bool:
    """Return whether `path` is `entry` or lies below it.

    >>> under("rent.weight", "rent"), under("rental", "rent")
    (True, False)
    """
    return path == entry or path.startswith(entry + ".")


def check_changes(given: object, form: str) -> None:
    """Raise `SpecError`, which `form` opens, for anything else than a mapping from dotted paths.

    >>> check_changes({"rent.weight": 0.02}, "")
    """
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise SpecError(f"{form}, got {shorten(given)}")


def written_at(table: Any, path: str) -> Any:
    """Return what is written at a dotted path of a plain table, or None.

    >>> written_at({"sides": [{"label": "A"}, {"label": "B"}]}, "sides.2.label")
    'B'
    """
    for key in path.split("."):
        if isinstance(table, list) and _is_position(table, key):
            table = table[int(key) - 1]
        elif isinstance(table, dict) and key in table:
            table = table[key]
        else:
            return None
    return table


def write(table: Any, path: str, value: Any) -> None:
    """Set the entry at a dotted path of a plain table, in place; None removes it.

    Tables that are missing on the way are made.  Raises `SpecError` where a list has no such position, and where
    something that is no table lies on the way.

    >>> raw = {"rent": {"weight": 0.1}}
    >>> write(raw, "rent.weight", 0.2)
    >>> write(raw, "deal.cost", 0.3)
    >>> raw
    {'rent': {'weight': 0.2}, 'deal': {'cost': 0.3}}
    """
    *way, last = path.split(".")
    for i, key in enumerate(way):
        _check(table, key, path, way[:i])
        table = table[int(key) - 1] if isinstance(table, list) else table.setdefault(key, {})
    _check(table, last, path, way)
    if isinstance(table, list):
        table[int(last) - 1] = value
    elif value is None:
        table.pop(last, None)
    else:
        table[last] = value


def _check(table: Any, key: str, path: str, way: list[str]) -> None:
    """Raise `SpecError` where `table`, reached by `way`, cannot hold `key`."""
    if isinstance(table, list):
        if not _is_position(table, key):
            raise SpecError(f"patch {shorten(path)}: {shorten(key)} must be a number from 1 to {len(table)}")
    elif not isinstance(table, dict):
        raise SpecError(f"patch {shorten(path)}: nothing lies below {shorten('.'.join(way))}")


def _is_position(table: list[Any], key: str) -> bool:
    return re.fullmatch("[0-9]{1,9}", key) is not None and 1 <= int(key) <= len(table)

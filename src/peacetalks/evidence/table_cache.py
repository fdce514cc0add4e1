"""A cache of results, each valid while the tables that it rests on stay the same."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
MOST = 128  # results in the cache
_CACHE: OrderedDict[Hashable, tuple[tuple[object, ...], object]] = OrderedDict()


def cached(key: Hashable, tables: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return what `make` made for this key and these very objects `tables`, else make it.

    >>> table = [1]
    >>> cached("a", (table,), lambda: 1), cached("a", (table,), lambda: 2), cached("a", ([1],), lambda: 3)
    (1, 1, 3)
    """
    held = _CACHE.get(key)
    if held is not None and len(held[0]) == len(tables) and all(a is b for a, b in zip(held[0], tables, strict=True)):
        _CACHE.move_to_end(key)
        return held[1]  # type: ignore[return-value]
    value = make()
    _CACHE[key] = (tables, value)
    while len(_CACHE) > MOST:
        _CACHE.popitem(last=False)
    return value

"""How long the parts of a command took in this process, for `--timings`; no result holds a time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("record", "build", "solve", "forecast")
_spent: dict[str, float] = dict.fromkeys(PARTS, 0.0)  # seconds
_inner: list[float] = []  # of the parts that are being timed: seconds of parts inside them
_began = time.perf_counter()


@contextmanager
def timed(part: str) -> Iterator[None]:
    """Count the seconds of a block under a part of `PARTS`; those of parts inside it count under their own.

    >>> with timed("solve"):
    ...     pass
    >>> timings_line().startswith("Timings: record ")
    True
    """
    began = time.perf_counter()
    _inner.append(0.0)
    try:
        yield
    finally:
        whole = time.perf_counter() - began
        _spent[part] += whole - _inner.pop()
        if _inner:
            _inner[-1] += whole


def timings_line() -> str:
    """Return one line: the seconds of every part since the start, those of everything else, and all."""
    whole = time.perf_counter() - _began
    rest = max(0.0, whole - sum(_spent.values()))
    parts = ", ".join(f"{part} {_spent[part]:.2f} s" for part in PARTS)
    return f"Timings: {parts}, the rest and waiting for other processes {rest:.2f} s; {whole:.2f} s in all"

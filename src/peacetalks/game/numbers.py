"""Numbers as settings of a game: what is no number is refused with what was got."""

from __future__ import annotations

from typing import Any

from peacetalks.errors import GameError
from peacetalks.text_files import shorten


def whole_number(value: Any, what: str, least: int, more: str = "", most: int | None = None) -> int:
    """Return a whole number, which may be written 3.0; raise `GameError` for anything else, and out of bounds.

    `what` names it in the error, `more` says what else may stand there.

    >>> whole_number(3.0, "periods", 1)
    3
    """
    try:
        whole = None if isinstance(value, bool | str | bytes) else int(value)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or whole != value or whole < least or (most is not None and whole > most):
        raise GameError(f"{what} must be a whole number >= {least}{more}, got {shorten(value)}")
    return whole


def real_number(value: Any, what: str) -> float:
    """Return a number as a float; raise `GameError` for anything else.

    >>> real_number(1, "discount of 'A'")
    1.0
    """
    try:
        if not isinstance(value, str | bytes):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise GameError(f"{what} must be a number, got {shorten(value)}")

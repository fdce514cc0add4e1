"""Parameters of a strategic model from a table of cases: maximum likelihood of games whose outcomes were observed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# What people use themselves; each is loaded when it is first used.
_MODULES = ("bind", "comparative", "estimate", "nonnested", "predictions", "tables")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(_MODULES)

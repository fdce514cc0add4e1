"""From a game to its equilibrium on a grid of public beliefs, and from that to outcomes over time and sample paths."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# What people use themselves; each is loaded when it is first used.
_MODULES = ("forward", "simulate", "solution", "solve")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(_MODULES)

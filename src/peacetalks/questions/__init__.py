"""What is asked of solved scenarios: accounts compared, records of events followed, claims audited."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# What people use themselves; each is loaded when it is first used.
_MODULES = ("ask", "claims", "compare", "events", "infer", "query")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(_MODULES)

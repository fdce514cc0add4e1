"""Pages in a browser: forecasts, what-ifs, accounts, records and scenarios, served on this machine.

`serve` starts a server; `application` makes what it serves.  It needs the extra `web`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {"application": "app", "serve": "server"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOME)

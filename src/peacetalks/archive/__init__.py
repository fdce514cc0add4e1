"""Forecasts that were saved: a folder of them, what changed between two, how they did, and their history.

>>> from peacetalks import archive
>>> dir(archive)
['diff', 'history', 'read_folder', 'read_saved', 'save', 'score']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.archive.folder import read_folder, read_saved, save
    from peacetalks.archive.verbs import diff, history, score

_HOME = {"folder": ("save", "read_folder", "read_saved"), "verbs": ("diff", "score", "history")}
_WHERE = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["diff", "history", "read_folder", "read_saved", "save", "score"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _WHERE:
        value = globals()[name] = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

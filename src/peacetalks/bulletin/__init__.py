"""The bulletin: a forecast of every conflict that is active in the record at a date, and how earlier ones did.

>>> from peacetalks import bulletin
>>> dir(bulletin)
['active_conflicts', 'make_bulletins', 'read_bulletins', 'track_record']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.bulletin.active import active_conflicts
    from peacetalks.bulletin.folder import read_bulletins
    from peacetalks.bulletin.make import make_bulletins
    from peacetalks.bulletin.track import track_record

_WHERE = {
    "active_conflicts": "active",
    "make_bulletins": "make",
    "read_bulletins": "folder",
    "track_record": "track",
}

__all__ = ["active_conflicts", "make_bulletins", "read_bulletins", "track_record"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _WHERE:
        value = globals()[name] = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

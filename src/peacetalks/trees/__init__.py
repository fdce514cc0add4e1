"""Games in extensive form: what Gambit's files hold, and what the belief-grid form of `peacetalks.Game` does not.

`read` returns a `Tree` (of an `.efg` file) or a `NormalForm` (`.nfg`), `write` makes such a file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.trees.files import read, write
    from peacetalks.trees.normal_form import NormalForm
    from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

_HOME = {
    "InformationSet": "tree",
    "Node": "tree",
    "NormalForm": "normal_form",
    "Outcome": "tree",
    "Tree": "tree",
    "read": "files",
    "write": "files",
}
__all__ = ["InformationSet", "Node", "NormalForm", "Outcome", "Tree", "read", "write"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)

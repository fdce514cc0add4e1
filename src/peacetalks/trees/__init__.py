"""Games in extensive form: what Gambit's files hold, and what the belief-grid form of `peacetalks.Game` does not.

A `Tree` has players, nodes in depth-first order, information sets and outcomes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

_HOME = {"InformationSet": "tree", "Node": "tree", "Outcome": "tree", "Tree": "tree"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)

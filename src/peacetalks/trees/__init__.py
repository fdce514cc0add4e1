"""Games in extensive form: what Gambit's files hold, and what the belief-grid form of `peacetalks.Game` does not.

`read` returns a `Tree` (of an `.efg` file) or a `NormalForm` (`.nfg`), `write` makes such a file.  `tree_of` gives a
finite `Game` as a tree, `game_of` a tree as a `Game`; a tree that is no such game is refused as `StaysTree`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.trees.files import read, write
    from peacetalks.trees.from_game import tree_of
    from peacetalks.trees.normal_form import NormalForm
    from peacetalks.trees.to_game import StaysTree, game_of
    from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

_HOME = {
    "InformationSet": "tree",
    "Node": "tree",
    "NormalForm": "normal_form",
    "Outcome": "tree",
    "StaysTree": "to_game",
    "Tree": "tree",
    "game_of": "to_game",
    "read": "files",
    "tree_of": "from_game",
    "write": "files",
}
__all__ = [
    "InformationSet",
    "Node",
    "NormalForm",
    "Outcome",
    "StaysTree",
    "Tree",
    "game_of",
    "read",
    "tree_of",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)

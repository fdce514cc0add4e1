"""Games in extensive form: what Gambit's files hold, and what the belief-grid form of `peacetalks.Game` does not.

`read` returns a `Tree` (of an `.efg` file) or a `NormalForm` (`.nfg`), `write` makes such a file.  `tree_of` gives a
finite `Game` as a tree, `game_of` a tree as a `Game`; a tree that is no such game is refused as `StaysTree`.
`solve_tree` solves a tree at a precision, `correspondence` over precisions, `nash_limit` in the limit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peacetalks.trees.files import read, write
    from peacetalks.trees.from_game import tree_of
    from peacetalks.trees.normal_form import NormalForm
    from peacetalks.trees.quantal_response import (
        Correspondence,
        TreeSolution,
        correspondence,
        nash_limit,
        solve_tree,
    )
    from peacetalks.trees.to_game import StaysTree, game_of
    from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

_HOME = {
    "Correspondence": "quantal_response",
    "InformationSet": "tree",
    "Node": "tree",
    "NormalForm": "normal_form",
    "Outcome": "tree",
    "StaysTree": "to_game",
    "Tree": "tree",
    "TreeSolution": "quantal_response",
    "correspondence": "quantal_response",
    "game_of": "to_game",
    "nash_limit": "quantal_response",
    "read": "files",
    "solve_tree": "quantal_response",
    "tree_of": "from_game",
    "write": "files",
}
__all__ = [
    "Correspondence",
    "InformationSet",
    "Node",
    "NormalForm",
    "Outcome",
    "StaysTree",
    "Tree",
    "TreeSolution",
    "correspondence",
    "game_of",
    "nash_limit",
    "read",
    "solve_tree",
    "tree_of",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)

"""Game files by their suffix: `.efg` holds a `Tree`, `.nfg` a `NormalForm`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from peacetalks.errors import GameError
from peacetalks.text_files import read_text, shown
from peacetalks.trees.efg import efg_text, parse_efg
from peacetalks.trees.nfg import nfg_text, parse_nfg
from peacetalks.trees.tree import Tree
from peacetalks.trees.weights import equal_weights

if TYPE_CHECKING:
    from peacetalks.trees.normal_form import NormalForm

SUFFIXES = (".efg", ".nfg")
MAX_BYTES = 64 * 2**20  # of a file
HINT = "; the formats are explained in docs/game-files.md"


def read(path: str | Path) -> Tree | NormalForm:
    """Return the game in a file of Gambit's, by its suffix.

    Raises
    ------
    GameError
        No such file, another suffix, and what `parse_efg` and `parse_nfg` refuse, with line and column.
    """
    path = Path(path)
    parse = {".efg": parse_efg, ".nfg": parse_nfg}.get(_suffix(path))
    if parse is None:
        raise GameError(
            f"{shown(path)}: only {' and '.join(SUFFIXES)} files are read here; save the game as one of them"
        )
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise GameError(f"{shown(path)}: {path.stat().st_size:,} bytes, more than the {MAX_BYTES:,} that are read")
    return parse(read_text(path, GameError, HINT), shown(path))


def write(game: Tree | NormalForm, path: str | Path, present_values: bool = False) -> Tree | NormalForm:
    """Write a game as a file of Gambit's; return it as it stands there, which reads back equal.

    Actions with different weights become copies in proportion to the weights (`equal_weights`).

    Raises
    ------
    GameError
        A suffix that is not the game's, and what `efg_text` refuses.
    """
    path = Path(path)
    suffix = ".efg" if isinstance(game, Tree) else ".nfg"
    if _suffix(path) != suffix:
        kind = "in extensive form" if isinstance(game, Tree) else "in normal form"
        raise GameError(f"{shown(path)}: a game {kind} is written as {suffix}")
    game = equal_weights(game) if isinstance(game, Tree) else game
    text = efg_text(game, present_values) if isinstance(game, Tree) else nfg_text(game)
    path.write_text(text, encoding="utf-8")
    return game


def _suffix(path: Path) -> str:
    return path.suffix.lower()

"""What becomes of public game files: read, size, converted to the belief-grid form or why not.

    python tests/support/public_games.py tests/trees/public_games.csv FOLDER [FOLDER ...]

writes the table; a FOLDER holds files `.efg` and `.nfg`, such as that of the package pygambit, which has Gambit's
catalogue.  The files themselves are not part of this project.
"""

import csv
import sys
from pathlib import Path

from peacetalks.errors import GameError
from peacetalks.trees import StaysTree, Tree, game_of, read

COLUMNS = ("game", "nodes", "ends", "information sets", "form", "reason")


def files_in(folder):
    """Return the game files below a folder by name; of Gambit's catalogue `catalog/` and the path in it."""
    found = {}
    for path in sorted(Path(folder).rglob("*.[en]fg")):
        roots = [i for i, part in enumerate(path.parts) if part in ("catalog", "catalog_data")]
        found["/".join(("catalog", *path.parts[roots[-1] + 1 :])) if roots else path.name] = path
    return found


def row(name, path):
    """Return the row of a game file."""
    try:
        game = read(path)
    except GameError as e:
        return dict(zip(COLUMNS, (name, "", "", "", "not read", str(e).split(": ", 1)[1]), strict=True))
    tree = game if isinstance(game, Tree) else game.tree()
    size = (len(tree.nodes), len(tree.ends), sum(s.player is not None for s in tree.information_sets))
    try:
        game_of(tree)
        form, reason = "belief grid", ""
    except StaysTree as e:
        form, reason = "tree", str(e)
    except GameError as e:
        form, reason = "not solved", str(e)
    return dict(zip(COLUMNS, (name, *map(str, size), form, reason), strict=True))


def main(output, *folders):
    """Write the table of all games in the folders."""
    files = {name: path for folder in folders for name, path in files_in(folder).items()}
    with Path(output).open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(row(name, path) for name, path in sorted(files.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])

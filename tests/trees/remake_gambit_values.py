"""Makes `gambit_values.json` anew: quantal response equilibria of the games of `gambit_games` as pygambit finds them.

    PYTHONPATH=tests python tests/trees/remake_gambit_values.py

pygambit must be installed; the file says its version.  The precisions are multiples of the inverse spread of payoffs.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from support.tree_games import gambit_games

from peacetalks.trees.arrays import lay_out
from peacetalks.trees.files import write

HERE = Path(__file__).parent
PRECISIONS = (0.5, 2.0, 8.0)


def places(tree, game):
    """Return {(label of the player, number in Gambit): place of the information set in the tree}."""
    found = {}

    def visit(here, node):
        if (place := tree.nodes[here].information_set) is not None and not node.infoset.is_chance:
            found[node.infoset.player.label, node.infoset.number] = place
        for child, after in zip(tree.children[here], node.children, strict=True):
            visit(child, after)

    visit(0, game.root)
    return found


def row(name, tree):
    import pygambit

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.efg"
        write(replace(tree, nodes=tuple(replace(node, name="") for node in tree.nodes)), path)
        game = pygambit.read_efg(str(path))
    place = places(tree, game)
    order = [place[p.label, at.number] for p in game.players for at in p.infosets]
    spread, out = lay_out(tree).spread, []
    for x in PRECISIONS:
        (found,) = pygambit.qre.logit_solve_lambda(game, x / spread)
        assert abs(found.lam * spread - x) < 1e-6, (name, x, found.lam)
        numbers = iter([round(found[i], 10) for i in range(len(found))])
        chosen = {str(i): [next(numbers) for _ in tree.information_sets[i].actions] for i in order}
        out.append({"precision": x / spread, "probabilities": chosen})
    return {"name": name, "solutions": out}


def main():
    import pygambit

    rows = [row(name, tree) for name, tree in gambit_games().items()]
    card = {
        "what": "Agent logit quantal response equilibria on the principal branch, by place of the information set.",
        "made": f"tests/trees/remake_gambit_values.py, pygambit {pygambit.__version__}, logit_solve_lambda",
        "games": "tests/support/tree_games.py, gambit_games: made by code, or of the catalogue by name",
    }
    text = json.dumps({"card": card, "games": rows}, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (HERE / "gambit_values.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

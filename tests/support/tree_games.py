"""Small trees for tests: two players at once, and random ones with types and public moves."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree


def at_once(one, two) -> Tree:
    """Return the game of two players who move at once, from payoffs [move of A, move of B]."""
    rows, columns = np.shape(one)
    nodes, outcomes = [Node(-1, 0, 0)], []
    for i in range(rows):
        nodes.append(Node(0, i, 1))
        here = len(nodes) - 1
        for j in range(columns):
            outcomes.append(Outcome((Fraction(float(one[i][j])), Fraction(float(two[i][j]))), number=len(outcomes) + 1))
            nodes.append(Node(here, j, None, len(outcomes) - 1))
    sets = (
        InformationSet(0, tuple(f"a{i}" for i in range(rows))),
        InformationSet(1, tuple(f"b{j}" for j in range(columns))),
    )
    return Tree("at once", ("A", "B"), tuple(nodes), sets, tuple(outcomes))


def random_tree(seed: int, depth: int) -> Tree:
    """Return a game of two players of two types (correlated) who move in turn, in public; payoffs are random tenths."""
    rng = np.random.default_rng(seed)
    odd = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4), Fraction(0))
    nodes: list[Node] = []
    sets = [InformationSet(None, ("ll", "lh", "hl", "hh"), odd if seed % 2 else (Fraction(1, 4),) * 4)]
    place: dict[tuple, int] = {}
    outcomes: list[Outcome] = []

    def visit(parent: int, action: int, past: tuple[int, ...], types: tuple[int, int], at: int) -> None:
        here, player = len(nodes), at % 2
        if at == depth:
            outcomes.append(
                Outcome(tuple(Fraction(int(x), 10) for x in rng.integers(-10, 10, 2)), number=len(outcomes) + 1)
            )
            nodes.append(Node(parent, action, None, len(outcomes) - 1))
            return
        key = (player, past, types[player])
        if key not in place:
            place[key] = len(sets)
            sets.append(InformationSet(player, ("x", "y", "z")[: 2 + player], number=len(sets)))
        nodes.append(Node(parent, action, place[key]))
        for k in range(2 + player):
            visit(here, k, (*past, k), types, at + 1)

    nodes.append(Node(-1, 0, 0))
    for k in range(4):
        visit(0, k, (), (k // 2, k % 2), 1)
    return Tree(f"random {seed}", ("A", "B"), tuple(nodes), tuple(sets), tuple(outcomes))


def random_bimatrix(seed: int) -> Tree:
    """Return a game of two players who move at once, three moves against four; payoffs are random tenths."""
    one, two = np.random.default_rng(seed).integers(-10, 10, (2, 3, 4))
    return at_once(one, two)


def gambit_games() -> dict[str, Tree]:
    """Return the games whose quantal response equilibria are stored as Gambit finds them: made here, or by name."""
    from peacetalks.catalog import make
    from peacetalks.trees.from_game import tree_of

    named = ("deterrence", "centipede", "signorino", "inspection", "rearming", "signals", "threat")
    return {
        **{f"bimatrix {seed}": random_bimatrix(seed) for seed in range(5)},
        **{f"types and public moves {seed}": random_tree(seed, 4) for seed in range(4)},
        "loopback": at_once([[6, 6], [7.32, 1]], [[7, 7], [6, 4]]),
        "pennies": at_once([[9, 0], [0, 1]], [[0, 1], [1, 0]]),
        **{name: tree_of(make(name), name) for name in named},
    }

"""The tree solver agrees with the oracle of the tests, which has other arithmetic, and with the belief grid."""

import numpy as np
import pytest
from oracle.tree import solve_tree as solve_by_oracle

import peacetalks as pt
from peacetalks.catalog import make
from peacetalks.trees.from_game import tree_of
from peacetalks.trees.quantal_response import solve_tree

CHICKEN = np.array([[0.0, -1.0], [1.0, -5.0]])


def twice(one, two):
    """Return a game of two periods: two players at once, two moves each; the second counts 0.9."""

    def then(state, chosen):
        a, b = ("xy".index(chosen[p]) for p in "AB")
        return pt.Move("m", state + b - a, {"A": one[a, b] + 0.3 * state, "B": two[a, b] - 0.3 * state})

    stage = pt.Simultaneous("play", {p: lambda s: [pt.Move("x"), pt.Move("y")] for p in "AB"}, then)
    return pt.Game(("A", "B"), 0, (stage,), periods=2, discount=0.9)


@pytest.mark.parametrize("lam", [1.0, 20.0])
@pytest.mark.parametrize("name", ["deterrence", "signals", "rearming", "inspection", "threat"])
def test_classic_games_have_the_values_of_the_oracle(name, lam):
    game = make(name)
    oracle, tree = solve_by_oracle(game, lam), solve_tree(tree_of(game), lam)
    for player, value in tree.values.items():
        assert value == pytest.approx(oracle.decision_value(player), abs=1e-9)


@pytest.mark.parametrize("lam", [1.0, 4.0, 20.0])
def test_a_symmetric_game_stays_symmetric_as_in_the_oracle(lam):
    """Chicken twice: beyond the bifurcation both keep the symmetric equilibrium, by the same rule."""
    game = twice(CHICKEN, CHICKEN.T)
    oracle, tree = solve_by_oracle(game, lam), solve_tree(tree_of(game), lam)
    assert tree.values["A"] == pytest.approx(tree.values["B"], abs=1e-8)
    for player, value in tree.values.items():
        assert value == pytest.approx(oracle.decision_value(player), abs=1e-8)


def test_a_game_without_hidden_types_is_the_same_on_the_grid():
    game = twice(CHICKEN, CHICKEN.T + 0.25 * np.eye(2))
    s, tree = pt.solve(game, 4.0, belief_points=2, certify=False), solve_tree(tree_of(game), 4.0)
    for player, value in tree.values.items():
        assert value == pytest.approx(s.value(player), abs=1e-8)

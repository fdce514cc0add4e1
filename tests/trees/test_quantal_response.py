"""The tree solver: values by hand, another method, derivatives, symmetric games, limits, and what it refuses."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from support.tree_games import at_once, random_tree

from peacetalks.errors import GameError, NotSolved
from peacetalks.trees import equations as equations_module
from peacetalks.trees.arrays import lay_out
from peacetalks.trees.branch import follow
from peacetalks.trees.equations import Equations
from peacetalks.trees.quantal_response import correspondence, nash_limit, solve_tree
from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

SEXES = np.array([[3, 0], [0, 2]])


def first(s, player):
    return next(iter(s.strategy(player, 1).values()))


@pytest.mark.parametrize("lam", [0.0, 0.5, 1.7, 4.0, 10.0, 60.0])
def test_a_choice_of_one_player_is_logit(lam):
    tree = Tree(
        "choice",
        ("A",),
        (Node(-1, 0, 0), Node(0, 0, None, 0), Node(0, 1, None, 1), Node(0, 2, None, 2)),
        (InformationSet(0, ("x", "y", "z"), weights=(Fraction(1), Fraction(2), Fraction(1))),),
        tuple(Outcome((x,)) for x in (Fraction(1, 3), Fraction(1, 2), Fraction(0))),
    )
    expected = np.array([1, 2, 1]) * np.exp(lam * np.array([1 / 3, 1 / 2, 0]))
    s = solve_tree(tree, lam)
    assert s.probabilities[0] == pytest.approx(expected / expected.sum(), abs=1e-12)
    assert s.values["A"] == pytest.approx(expected @ [1 / 3, 1 / 2, 0] / expected.sum(), abs=1e-12)
    assert s.residual <= 1e-9


@pytest.mark.parametrize("lam", np.linspace(0.5, 10.5, 6).round(2).tolist())
def test_battle_of_the_sexes_stays_symmetric(lam):
    """By hand, as on the belief grid: with p the chance of one's own favourite, p = expit(lam (3 (1 - p) - 2 p))."""
    p = brentq(lambda p: p - expit(lam * (3 * (1 - p) - 2 * p)), 0, 1, xtol=1e-15)
    for one, two in ((SEXES, SEXES[::-1, ::-1]), (SEXES[:, ::-1], SEXES[::-1])):
        s = solve_tree(at_once(one, two), lam)
        assert sorted([*s.probabilities[0], *s.probabilities[1]]) == pytest.approx(
            sorted([p, p, 1 - p, 1 - p]), abs=1e-9
        )


@pytest.mark.parametrize("more", [1e-2, 1e-5])
def test_the_smallest_asymmetry_decides_as_it_should(more):
    """Who gains a little more has his way: the branch turns, it does not jump to the one nearby."""
    two = SEXES[::-1, ::-1] + np.array([[0, 0], [0, more]])
    for lam in (4.0, 40.0):
        s = solve_tree(at_once(SEXES, two), lam)
        assert first(s, "A") < 0.2
        assert first(s, "B") < 0.2


@pytest.mark.parametrize("dense", [250, 0])
@pytest.mark.parametrize("seed", range(2))
def test_derivatives_are_those_of_differences(seed, dense, monkeypatch):
    monkeypatch.setattr(equations_module, "DENSE", dense)
    e = Equations(lay_out(random_tree(seed, 4)), np.array([1.0, 0.7]))
    log_p = e.log_p(e.basis(e.start()), np.random.default_rng(seed).normal(size=e.unknowns))
    basis, lam, h = e.basis(log_p), 2.3, 1e-6
    y = basis.difference @ log_p
    found = e.jacobian(e.play(log_p, lam), basis)
    found = found if isinstance(found, np.ndarray) else found.toarray()

    def residual(y):
        return e.residual(e.play(e.log_p(basis, y), lam), basis)

    numeric = np.array([(residual(y + h * d) - residual(y - h * d)) / (2 * h) for d in np.eye(len(y))]).T
    assert np.abs(found - np.eye(len(y))).max() > 0.1
    assert found == pytest.approx(numeric, abs=1e-8)


def test_dense_and_sparse_matrices_find_the_same(monkeypatch):
    tree = random_tree(3, 4)
    dense = solve_tree(tree, 5.0)
    monkeypatch.setattr(equations_module, "DENSE", 0)
    thin = solve_tree(tree, 5.0)
    assert np.concatenate(thin.probabilities) == pytest.approx(np.concatenate(dense.probabilities), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_found_is_a_logit_response_computed_anew(seed):
    """The fixed point by plain enumeration of the plays, which shares nothing with the arrays."""
    tree, lam = random_tree(seed, 4), {"A": 3.0, "B": 6.0}
    s = solve_tree(tree, lam)
    below = [_expected(tree, s.probabilities, node) for node in range(len(tree.nodes))]
    for place, (at, nodes) in enumerate(zip(tree.information_sets, tree.members, strict=True)):
        if at.player is None:
            continue
        mass = np.array([_reach(tree, s.probabilities, n) for n in nodes])
        q = [
            sum(m * below[tree.children[n][k]][at.player] for m, n in zip(mass, nodes, strict=True)) / mass.sum()
            for k in range(len(at.actions))
        ]
        odds = np.exp(lam[tree.players[at.player]] * (np.array(q) - max(q)))
        assert s.probabilities[place] == pytest.approx(odds / odds.sum(), abs=1e-9)
    assert list(s.values.values()) == pytest.approx(below[0], abs=1e-12)
    assert s.reach == pytest.approx([_reach(tree, s.probabilities, n) for n in range(len(tree.nodes))], abs=1e-12)


def _expected(tree, p, node):
    """Return what each player expects from a node on (with what was paid before) by recursion."""
    here = tree.nodes[node]
    if here.information_set is None:
        return np.array([float(x) for x in tree.totals[node]])
    return sum(p[here.information_set][k] * _expected(tree, p, c) for k, c in enumerate(tree.children[node]))


def _reach(tree, p, node):
    """Return the probability of the path to a node."""
    here = tree.nodes[node]
    if here.parent < 0:
        return 1.0
    return _reach(tree, p, here.parent) * p[tree.nodes[here.parent].information_set][here.action]


def test_the_limit_of_a_game_with_a_dominant_choice_is_it_and_leaves_no_regret():
    s = nash_limit(at_once(np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])))
    assert [first(s, p) for p in "AB"] == pytest.approx([0, 0], abs=1e-9)
    assert max(s.regret.values()) < 1e-9
    assert s.changed <= 1e-5


def test_the_limit_of_matching_pennies_is_mixed():
    s = nash_limit(at_once(np.array([[9, 0], [0, 1]]), np.array([[0, 1], [1, 0]])))
    assert [first(s, "A"), first(s, "B")] == pytest.approx([0.5, 0.1], abs=2e-5)
    assert max(s.regret.values()) < 1e-4


def test_regret_is_what_a_best_response_gains():
    """At precision 0 of the battle of the sexes: A expects 5/4, and 3/2 from the favourite against half and half."""
    s = solve_tree(at_once(SEXES, SEXES[::-1, ::-1]), 0.0)
    assert s.regret == pytest.approx({"A": 0.25, "B": 0.25})


def test_the_correspondence_has_the_points_of_the_branch_and_turns_where_it_does():
    """The game of `catalog/bimatrix.py` whose branch turns back at 1.349422, and forward again (Turocy 2005)."""
    tree = at_once([[6, 6], [7.32, 1]], [[7, 7], [6, 4]])
    c = correspondence(tree, 0.0, 20.0)
    assert c.precision[0] == 0.0
    assert c.precision[-1] == 20.0
    assert (c.residual <= 1e-9).all()
    assert len(c.folds) == 2
    assert max(c.folds) == pytest.approx(1.349422, abs=2e-2)
    sums = np.array([c.probabilities[:, [i for i, a in enumerate(c.actions) if a[0] == k]].sum(axis=1) for k in (0, 1)])
    assert sums == pytest.approx(np.ones_like(sums), abs=1e-12)


def test_the_correspondence_to_infinity_ends_in_the_limit():
    tree = at_once(np.array([[9, 0], [0, 1]]), np.array([[0, 1], [1, 0]]))
    c, s = correspondence(tree, 1.0, np.inf), nash_limit(tree)
    assert c.precision[0] == 1.0
    assert c.probabilities[-1] == pytest.approx(np.concatenate(c.limit.probabilities), abs=0)
    assert np.concatenate(c.limit.probabilities) == pytest.approx(np.concatenate(s.probabilities), abs=1e-4)


def test_chance_that_never_happens_leaves_beliefs_that_are_limits():
    """A state of probability 0: where nothing else leads, the belief is on the nodes that it leads to."""
    zero = (Fraction(1), Fraction(0))
    tree = Tree(
        "never",
        ("A",),
        (
            Node(-1, 0, 0), Node(0, 0, None, 0), Node(0, 1, 1), Node(2, 0, None, 1), Node(2, 1, None, 0),
        ),
        (InformationSet(None, ("yes", "no"), zero), InformationSet(0, ("x", "y"))),
        (Outcome((Fraction(0),)), Outcome((Fraction(1),))),
    )  # fmt: skip
    s = solve_tree(tree, 2.0)
    assert s.probabilities[1][0] == pytest.approx(expit(2.0), abs=1e-12)
    assert s.reach.tolist() == [1.0, 1.0, 0.0, 0.0, 0.0]
    assert s.belief[2] == 1.0


def test_what_cannot_be_solved_is_refused_with_the_reason():
    tree = at_once(SEXES, SEXES)
    for bad in (-1.0, np.inf, np.nan):
        with pytest.raises(GameError, match="finite and 0 or more"):
            solve_tree(tree, bad)
    with pytest.raises(GameError, match="must name the players A, B; got A"):
        solve_tree(tree, {"A": 1.0})
    with pytest.raises(GameError, match="must increase"):
        correspondence(tree, 3.0, 2.0)
    with pytest.raises(GameError, match="no player 'C'"):
        solve_tree(tree, 1.0).strategy("C", 1)
    with pytest.raises(GameError, match="A has no information set 7; there are 1"):
        solve_tree(tree, 1.0).strategy("A", 7)


def test_a_branch_that_is_lost_says_where(monkeypatch):
    monkeypatch.setattr("peacetalks.trees.branch.MOST_STEPS", 3)
    with pytest.raises(NotSolved, match="more than 3 steps; it was left at precision"):
        solve_tree(at_once(SEXES, SEXES), 50.0)


def test_points_are_yielded_at_every_stop():
    e = Equations(lay_out(at_once(SEXES, SEXES[::-1, ::-1])), np.ones(2))
    found = [p.play.lam for p in follow(e, np.array([0.3, 1.0, 7.0]))]
    assert {0.0, 0.3, 1.0, 7.0} <= set(found)
    assert found[-1] == 7.0

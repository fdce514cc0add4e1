"""Trees: what the value type refuses, what it adds up, and which player forgets what."""

from fractions import Fraction

import pytest

from peacetalks.errors import GameError
from peacetalks.trees.tree import InformationSet, Node, Outcome, Tree

HALF = Fraction(1, 2)


def tree(nodes, sets, outcomes=(), players=("A", "B")):
    """Return a tree with no title."""
    return Tree("", players, nodes, sets, outcomes)


def refused(*parts, **names):
    """Return the message with which a tree is refused."""
    with pytest.raises(GameError) as raised:
        tree(*parts, **names)
    return str(raised.value)


def test_outcomes_along_a_path_add_up_exactly():
    sets = (InformationSet(0, ("l", "r")), InformationSet(1, ("in", "out")))
    nodes = (Node(-1, 0, 0), Node(0, 0, 1, 0), Node(1, 0, None, 1), Node(1, 1), Node(0, 1, None, 1))
    t = tree(nodes, sets, (Outcome((Fraction(1, 3), HALF)), Outcome((Fraction(2, 3), HALF))))
    assert t.totals[2] == (1, 1)
    assert t.payoffs.tolist() == [[1, 1], [1 / 3, 0.5], [2 / 3, 0.5]]
    assert t.rewards[1].tolist() == [1 / 3, 0.5]
    assert (t.children, t.members, t.ends.tolist()) == (((1, 4), (2, 3), (), (), ()), ((0,), (1,)), [2, 3, 4])


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ((), "needs nodes"),
        ((Node(-1, 0, 0), Node(0, 0)), "ends before every action of node 0"),
        ((Node(-1, 0, 0), Node(0, 1), Node(0, 0)), "it must follow action 0 of node 0"),
        ((Node(-1, 0), Node(0, 0)), "node 1 follows"),
        ((Node(-1, 0, 1),), "belongs to information set 1; there are 1"),
        ((Node(-1, 0, 0), Node(0, 0, None, 3), Node(0, 1)), "has outcome 3; there are 0"),
    ],
)
def test_nodes_that_make_no_tree_are_refused(nodes, words):
    assert words in refused(nodes, (InformationSet(0, ("l", "r")),))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (InformationSet(2, ("l",)), "belongs to player 2; there are 2"),
        (InformationSet(0, ("l",), (Fraction(1),)), "1 actions and 1 probabilities"),
        (InformationSet(None, ("l",)), "1 actions and 0 probabilities"),
        (InformationSet(None, ("l",), (HALF,)), "sum to 0.5, not 1"),
        (InformationSet(0, ("l",), weights=(Fraction(0),)), "must be positive"),
        (InformationSet(0, ("l",), precision=Fraction(0)), "must be positive"),
    ],
)
def test_an_information_set_must_agree_with_itself(at, words):
    assert words in refused((Node(-1, 0, 0), Node(0, 0)), (at,))


def test_a_negative_probability_is_named_with_its_action():
    at = InformationSet(None, ("l", "r"), (Fraction(3, 2), -HALF))
    assert "the probability of 'r' is -1/2" in refused((Node(-1, 0, 0), Node(0, 0), Node(0, 1)), (at,))


def test_an_information_set_without_nodes_or_actions_is_refused():
    one = (Node(-1, 0, 0), Node(0, 0))
    assert "has no node" in refused(one, (InformationSet(0, ("l",)), InformationSet(1, ("l",), name="lost")))
    assert "has no actions" in refused((Node(-1, 0, 0),), (InformationSet(0, ()),))


def test_players_and_payoffs_must_agree():
    nodes, sets = (Node(-1, 0, 0), Node(0, 0)), (InformationSet(0, ("l",)),)
    assert "named twice" in refused(nodes, sets, players=("A", "A"))
    assert "has 1 payoffs; there are 2 players" in refused(nodes, sets, (Outcome((HALF,)),))


def two_moves_of_one(second):
    """Return a tree in which A moves, then A again, at the information sets named for the two nodes."""
    sets = (InformationSet(0, ("l", "r")), *(InformationSet(0, ("x", "y"), number=i) for i in set(second)))
    nodes = [Node(-1, 0, 0)]
    for action, at in enumerate(second):
        nodes += [Node(0, action, at), Node(here := len(nodes), 0), Node(here, 1)]
    return tree(nodes, sets)


def test_perfect_recall_holds_where_own_moves_are_remembered():
    two_moves_of_one((1, 2)).check_perfect_recall()


def test_a_forgotten_move_is_named():
    with pytest.raises(GameError, match=r"no perfect recall: A, information set 1 joins nodes .* 'l' and 'r'"):
        two_moves_of_one((1, 1)).check_perfect_recall()


def test_an_information_set_on_a_path_twice_is_named():
    nodes = (Node(-1, 0, 0), Node(0, 0, 0), Node(1, 0), Node(1, 1), Node(0, 1))
    t = tree(nodes, (InformationSet(0, ("go", "stop"), name="crossing"),))
    with pytest.raises(GameError, match=r"'crossing'.* after 0 and after 1 own moves"):
        t.check_perfect_recall()


def test_what_was_distinguished_before_must_stay_so():
    """Chance deals, A sees the deal and passes, then no longer knows it."""
    sets = (
        InformationSet(None, ("h", "t"), (HALF, HALF)),
        InformationSet(0, ("pass",), name="heads"),
        InformationSet(0, ("pass",), name="tails", number=2),
        InformationSet(0, ("x", "y"), name="later", number=3),
    )
    deal = [Node(-1, 0, 0)]
    for action in (0, 1):
        here = len(deal)
        deal += [Node(0, action, 1 + action), Node(here, 0, 3), Node(here + 1, 0), Node(here + 1, 1)]
    with pytest.raises(GameError, match=r"'later'\) joins nodes that the player could distinguish before.*'heads'"):
        tree(deal, sets).check_perfect_recall()

"""Strategies of hypothesis for trees and normal forms with odd names and numbers."""

from fractions import Fraction

from hypothesis import strategies as st

from peacetalks.trees import InformationSet, Node, NormalForm, Outcome, Tree

NAMES = st.text(st.sampled_from('ab "{},/1.é\n'), max_size=5)
NUMBERS = st.fractions(-9, 9, max_denominator=12) | st.integers(-5, 5).map(lambda i: Fraction(i, 10**i if i > 0 else 1))


@st.composite
def trees(draw, depth=3):
    """Draw a tree of up to three moves on a path, whose information sets may join any nodes of like actions."""
    players = tuple(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)))
    outcomes = [
        Outcome(tuple(draw(NUMBERS) for _ in players), draw(NAMES), i) for i in range(1, draw(st.integers(2, 4)))
    ]
    nodes, sets = [], []

    def add(parent, action, left):
        here = len(nodes)
        place = draw(information_set(sets, players)) if left and draw(st.booleans()) else None
        nodes.append(Node(parent, action, place, draw(st.none() | st.integers(0, len(outcomes) - 1)), draw(NAMES)))
        for a in range(0 if place is None else len(sets[place].actions)):
            add(here, a, left - 1)

    add(-1, 0, depth)
    return canonical(Tree(draw(NAMES), players, tuple(nodes), tuple(sets), tuple(outcomes), draw(NAMES)))


@st.composite
def information_set(draw, sets, players):
    """Draw the place of an information set: one of those there, or a new one."""
    place = draw(st.integers(0, len(sets)))
    if place == len(sets):
        actions = draw(st.lists(NAMES, min_size=1, max_size=3))
        player = draw(st.none() | st.integers(0, len(players) - 1))
        odds = [draw(st.integers(1, 5)) for _ in actions] if player is None else []
        number = 1 + sum(s.player == player for s in sets)
        shares = tuple(Fraction(x, sum(odds)) for x in odds)
        sets.append(InformationSet(player, tuple(actions), shares, draw(NAMES), number))
    return place


def canonical(tree):
    """Return a tree without outcomes that no node has, the others in the order in which they first come."""
    used = list(dict.fromkeys(n.outcome for n in tree.nodes if n.outcome is not None))
    place = {old: new for new, old in enumerate(used)}
    nodes = tuple(Node(n.parent, n.action, n.information_set, place.get(n.outcome), n.name) for n in tree.nodes)
    outcomes = tuple(tree.outcomes[o] for o in used)
    return Tree(tree.title, tree.players, nodes, tree.information_sets, outcomes, tree.comment)


@st.composite
def normal_forms(draw):
    """Draw a normal form, with outcomes of names of their own or with payoffs only."""
    players = tuple(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)))
    own = tuple(tuple(draw(st.lists(NAMES, min_size=1, max_size=3))) for _ in players)
    cells = 1
    for strategies in own:
        cells *= len(strategies)
    named = draw(st.booleans())
    count = draw(st.integers(1, 4)) if named else cells
    outcomes = tuple(
        Outcome(tuple(draw(NUMBERS) for _ in players), draw(NAMES) if named else "", i) for i in range(1, count + 1)
    )
    profile = st.none() | st.integers(0, count - 1)
    chosen = tuple(draw(profile) for _ in range(cells)) if named else tuple(range(cells))
    return NormalForm(draw(NAMES), players, own, outcomes, chosen, draw(NAMES))

"""The walk over the states of a game: which nodes and boundaries it finds, and in which order."""

from hypothesis import given, settings

import peacetalks as pt
from peacetalks import catalog
from peacetalks.game.alike import by_types
from peacetalks.game.compile import compile_game
from peacetalks.game.expand import expand
from tests.support.random_games import build, shapes


def one_by_one(game):
    """Return nodes, stage by stage, and boundaries in the order in which play comes to them, state by state."""
    nodes, boundaries, seen, queue = [[] for _ in game.stages], list(game.starts()), set(), []

    def visit(k, state):
        if (k, state) in seen:
            return
        seen.add((k, state))
        if k == len(game.stages):
            if state not in boundaries:
                boundaries.append(state)
            return
        node = expand(game, game.stages[k], state)
        to = [x for target in node.to for x in (target if isinstance(target, dict) else [target])]
        if len(to) == 1 and not any(x and by_types(x) for x in (*node.payoff, *node.incentive)):
            visit(k + 1, to[0])
        else:
            nodes[k].append((k, state))
            queue.append((k + 1, to))

    period, known = 0, 0
    while known < len(boundaries) and (game.periods is None or period < game.periods):
        states, known = boundaries[known:], len(boundaries)
        for state in states:
            visit(0, state)
            while queue:
                k, to = queue.pop()
                for target in to:
                    visit(k, target)
        period += 1
    return tuple(node for stage in nodes for node in stage), tuple(boundaries)


def check(game):
    c = compile_game(game)
    assert (c.nodes, c.boundaries) == one_by_one(game)
    assert all(c.node_index[node] == i for i, node in enumerate(c.nodes))


@settings(max_examples=60, deadline=None)
@given(shapes())
def test_random_games_are_walked_in_the_order_of_play(shape):
    check(build(shape))


def test_known_games_are_walked_in_the_order_of_play():
    for name in catalog.names():
        check(catalog.make(name))
    for periods in (None, 2):
        small = {"battlefield.positions": 5, "talks.offers": 3, "periods": periods}
        check(pt.build(pt.patch(pt.load("russia-ukraine-2025"), small)))

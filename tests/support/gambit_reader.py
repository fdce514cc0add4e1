"""What pygambit holds of a game, in the form in which a `Tree` can be compared with it."""

from fractions import Fraction


def number(x):
    """Return a number of pygambit's as a fraction."""
    return Fraction(str(x))


def plays(game):
    """Return, depth first, the mover, place of the information set, probabilities and payments of pygambit's nodes.

    Movers are numbered from 0, chance is None; information sets are numbered in the order in which they first come.
    """
    players, places, found, left = list(game.players), {}, [], [game.root]
    while left:
        node = left.pop()
        paid = tuple(number(node.outcome[p]) for p in players) if node.outcome else None
        children = list(node.children)
        if not children:
            found.append((None, None, (), paid))
            continue
        chance = node.player.is_chance
        owner = None if chance else players.index(node.player)
        key = (owner, node.infoset.number)
        odds = tuple(number(a.prob) for a in node.infoset.actions) if chance else ()
        found.append((owner, places.setdefault(key, len(places)), odds, paid))
        left += reversed(children)
    return found


def plays_of(tree):
    """Return the same of a `Tree`."""
    found = []
    for node in tree.nodes:
        paid = None if node.outcome is None else tree.outcomes[node.outcome].payoffs
        if node.information_set is None:
            found.append((None, None, (), paid))
            continue
        at = tree.information_sets[node.information_set]
        found.append((at.player, node.information_set, at.probabilities, paid))
    return found

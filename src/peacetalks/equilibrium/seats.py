"""Whether the order in which players are named, or a choice among alike equilibria, shows in a solution.

Nothing in the equations depends on the order of names, and the principal branch treats alike players alike.  Where a
solution does not, the game has several equilibria and the solver has left that branch: the caller is warned.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.belief_grid import make_grid, prior_index
from peacetalks.errors import NotSolved
from peacetalks.game.language import Game, Simultaneous, place

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.equilibrium.solution import Solution

POINTS = 3  # belief points at which the orders are compared
MOST = 2000  # (period, node, belief) up to which a game is solved again
NODES = 300  # nodes up to which it is, and up to which alike players are looked for
ACTIONS = 4  # actions a player up to which alike players are looked for
DIFFER = 1e-6  # difference of a value, or of a probability, from which it is reported
ALIKE = 1e-9  # difference of a payoff times precision up to which two are the same


def order_warnings(s: Solution, tolerance: float, solve: Callable[[Game, int], Solution]) -> tuple[str, ...]:
    """Return a sentence for every reordering of the players that changes a value.

    Parameters
    ----------
    s : Solution
    tolerance : float
        That of its values (stationary games).
    solve : function
        `(game, belief points) -> Solution` with the same precision.
    """
    game, points = s.game, min(int(s.settings["belief_points"]), POINTS)
    pairs = s.compiled.n_nodes * make_grid(game, points).total * len(s.values)
    at_once = any(isinstance(x, Simultaneous) and len(x.moves) > 1 for x in game.stages)
    if not at_once or s.compiled.n_nodes > NODES or pairs > MOST:
        return ()
    out = []
    try:
        base = s if s.settings["belief_points"] == points or not len(s.grid.size) else solve(game, points)
    except NotSolved:
        return ()
    for words, other in _orders(game):
        try:
            off, player = _largest_difference(base, solve(other, points))
        except NotSolved:
            out.append(f"With {words} in reversed order the game was not solved: look at its equilibria one by one.")
            continue
        if off > max(DIFFER, 4 * tolerance):
            out.append(
                f"With {words} in reversed order the value of {player} changes by {off:.3g}: there are several "
                "equilibria, and the order of names picks one. Do not rely on this one only; a lower rationality "
                "leads back to where there is one only."
            )
    return tuple(out)


def _orders(game: Game) -> list[tuple[str, Game]]:
    stages = tuple(
        replace(x, moves=dict(list(x.moves.items())[::-1])) if isinstance(x, Simultaneous) else x for x in game.stages
    )
    return [
        ("`players`", replace(game, players=game.players[::-1])),
        ("the players who move at once", replace(game, stages=stages)),
    ]


def _largest_difference(a: Solution, b: Solution) -> tuple[float, str]:
    """Return the largest difference of a value of a type at the opening, and whose it is."""
    found = [
        (abs(a.value(p, k, decision=True) - b.value(p, k, decision=True)), p)
        for p in a.game.players
        for k in a.game.type_names(p)
    ]
    return max(found)


def alike_warnings(s: Solution) -> tuple[str, ...]:
    """Return a sentence where two players in the same position, up to the names of their moves, play differently."""
    lay = s.compiled.layout
    if s.compiled.n_nodes > NODES:
        return ()
    places = []
    for t in range(len(s.values)):
        for n in s.nodes(t).tolist():
            movers = lay.part_player[lay.part_ptr[n] : lay.part_ptr[n + 1]]
            actions = lay.part_actions[lay.part_ptr[n] : lay.part_ptr[n + 1]]
            alike = len(movers) == 2 and movers.min() >= 0 and actions[0] == actions[1] <= ACTIONS
            if alike and (lay.n_types[movers] == 1).all() and _play_differs(s, t, n):
                places.append((n, t))
    if not places:
        return ()
    n, t = places[0]
    k, state = s.compiled.nodes[n]
    one, two = s.compiled.movers(n)
    return (
        f"{place((s.game.stages[k], state, None))}, period {t}: {one} and {two} are in the same position up to the "
        f"names of their moves, and play differently here{' and at other nodes' if len(places) > 1 else ''}: an "
        "equilibrium that treats them alike exists too. Do not rely on this one only.",
    )


def _play_differs(s: Solution, t: int, n: int) -> bool:
    """Return whether two movers of one type each are in the same position at a node, and play differently."""
    lay, flat = s.compiled.layout, prior_index(s.grid, s.game)
    rows = range(int(lay.prof_ptr[n]), int(lay.prof_ptr[n + 1]))
    if (lay.typed[rows.start : rows.stop] >= 0).any():
        return False
    entries = [slice(int(lay.lottery_ptr[r]), int(lay.lottery_ptr[r + 1])) for r in rows]
    after = np.array([lay.lottery_prob[e] @ s.values[t][lay.lottery_slot[e], :, flat] for e in entries])
    table = lay.payoff[rows.start : rows.stop] + lay.incentive[rows.start : rows.stop] + after
    i = int(lay.part_ptr[n])
    movers, size = lay.part_player[i : i + 2], int(lay.part_actions[i])
    scaled = table[:, lay.first_index[movers]] * s.rationality[movers]
    one, two = scaled[:, 0].reshape(size, size), scaled[:, 1].reshape(size, size).T  # [own move, the other's]
    one, two = one - one.mean(axis=0), two - two.mean(axis=0)  # what no move of one's own changes is without effect
    nu = [lay.log_weight[lay.part_weight[i + j] : lay.part_weight[i + j] + size] for j in range(2)]
    start = int(s.log_ptr[n]) + flat * 2 * size
    x = np.exp(s.logs[t][start : start + 2 * size]).reshape(2, size)
    for to_two, to_one in product(permutations(range(size)), repeat=2):  # move of one -> of two, of two -> of one
        a, b = list(to_two), list(to_one)
        same = np.abs(one - two[np.ix_(a, b)]).max() <= ALIKE and np.abs(two - one[np.ix_(b, a)]).max() <= ALIKE
        same = same and np.abs(nu[0] - nu[1][a]).max() <= ALIKE and np.abs(nu[1] - nu[0][b]).max() <= ALIKE
        if same and max(np.abs(x[0] - x[1][a]).max(), np.abs(x[1] - x[0][b]).max()) > DIFFER:
            return True
    return False

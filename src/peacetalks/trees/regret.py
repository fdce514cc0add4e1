"""What players could gain by a best response: how far a play is from a Nash equilibrium.

With perfect recall a best response is found from a player's last information sets to the first: what an action is worth
does not depend on the player's own earlier choices, only on the later ones, which are best responses by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.trees.equations import Equations, Play

NEVER = -700.0  # log-probability of an action that is not chosen; reach stays finite below it


def regrets(equations: Equations, play: Play) -> list[float]:
    """Return what each player could gain by a best response to the others' play, in the units of payoffs [player]."""
    return [
        max(0.0, float(_best(equations, play, player) - play.value[0, player])) for player in range(play.value.shape[1])
    ]


def _best(equations: Equations, play: Play, player: int) -> float:
    """Return what a player expects at the root with a best response."""
    a = equations.arrays
    before = np.array([len(a.tree.own_past[a.tree.members[place][0]]) for place in a.place], dtype=int)
    mine = np.flatnonzero(a.owner == player)
    for depth in sorted(set(before[mine].tolist()), reverse=True):
        log_p = play.log_p.copy()
        for k in mine[before[mine] == depth]:
            run = slice(a.first[k], a.first[k + 1])
            log_p[run] = NEVER
            log_p[run.start + int(np.argmax(play.q[run]))] = 0.0
        play = equations.play(log_p, play.lam)
    return float(play.value[0, player])

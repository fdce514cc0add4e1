"""Whether a solution near by may be started from: a variant of a game, with other numbers at the same places.

What is guaranteed: the result obeys the same equations within the same tolerance as one found from nothing, and does
not depend on the order in which variants are solved where each starts from the same solution.  Where a stationary game
has several equilibria, the one found from nothing is reached from the value at the horizon; the one found from near by
continues the equilibrium of the solution given.  They are the same as long as the equilibrium changes continuously from
one game to the other.  So a solution is not used where the value at the horizon, which selects, differs, nor in a
symmetric game, nor where its values are so far off that the first sweep would turn play over, as they are where its
equilibrium has ceased to exist (`stationary.solve_from`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.equilibrium.solution import Solution
    from peacetalks.game.compile import Compiled
    from peacetalks.game.language import Game

PLACES = (
    *("player_of", "type_of", "part_ptr", "part_player", "part_actions", "prof_ptr"),
    *("lottery_ptr", "lottery_slot", "boundary_slot"),
)


def fits(near: Solution, game: Game, compiled: Compiled, grid: Grid) -> bool:
    """Return whether a stationary game has the states, moves, types and grid of a solution, and the same horizon.

    Parameters
    ----------
    near : Solution
    game : Game
    compiled : Compiled
        That game, compiled.
    grid : Grid
        Its belief grid.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> from peacetalks.game.compile import compile_game
    >>> s = pt.solve(make("rubinstein", offers=5), 5.0, belief_points=5, certify=False)
    >>> fits(s, s.game, compile_game(s.game), s.grid)
    True
    """
    own, other = compiled.layout, near.compiled.layout
    return (
        game.periods is None
        and near.game.periods is None
        and grid.shape[:, :3].tolist() == near.grid.shape[:, :3].tolist()
        and grid.cubic == near.grid.cubic
        and all(np.array_equal(getattr(own, name), getattr(other, name)) for name in PLACES)
        and compiled.boundaries == near.compiled.boundaries
        and np.array_equal(compiled.redrawn, near.compiled.redrawn)
        and compiled.nodes == near.compiled.nodes
        and np.array_equal(horizon_values(game, compiled.boundaries), horizon_values(near.game, compiled.boundaries))
    )

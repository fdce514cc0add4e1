"""The public transition of one period, from the numerical core: arrays in, arrays out (`transitions.h`).

L is a `Layout` and G a `Grid` (`belief_grid.py`).
"""

from __future__ import annotations

from ctypes import c_int64, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.equilibrium.kernels import core

if TYPE_CHECKING:
    from peacetalks.game.layout import Layout

GROUP = 8  # player-types that are carried backward together


class Shares(NamedTuple):
    """How the mass of each node is distributed, participant by participant: the factors of the transition matrix.

    The probability of a profile and of a neighbour of each participant's posterior is the product of their shares.
    """

    share_ptr: np.ndarray  # [node + 1] -> shares
    to_ptr: np.ndarray  # [node + 1] -> targets
    share: np.ndarray  # node: [participant, action, belief, corner] average probability times interpolation weight
    to: np.ndarray  # node: [participant, action, belief, target] flat belief of a neighbour minus that of the node

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return sum(array.nbytes for array in self)


@cache
def _functions() -> Any:
    """Return the core, with the types of what the functions of this module take and return."""
    found, array, whole = core.functions(), c_void_p, c_int64
    found.count_transitions.argtypes = [array, whole, array, array, array, array]
    found.fill_transitions.argtypes = [array, whole, *[array] * 8]
    found.expected_payoffs.argtypes = [array, whole, *[array] * 4, whole, array]
    found.push_forward.argtypes = [array] * 8
    found.pull_back.argtypes = [*[array] * 7, whole, array]
    for function in (found.count_transitions, found.pull_back):
        function.restype = None
    for function in (found.fill_transitions, found.expected_payoffs, found.push_forward):
        function.restype, function.errcheck = whole, lambda code, *_: core.check(code)
    return found


def width(L: Layout) -> int:
    """Return the number of player-types, rounded up to a multiple of GROUP."""
    return -(-len(L.player_of) // GROUP) * GROUP


def shares(nodes: np.ndarray, L: Layout, G: Any, logs: np.ndarray, log_ptr: np.ndarray) -> Shares:
    """Return the shares of `nodes`, from flat `logs` [node, belief, participant, type, action] of the strategies."""
    run, n = _functions(), len(L.part_ptr)
    share_ptr, to_ptr = np.empty(n, np.int64), np.empty(n, np.int64)
    own = [core.at(nodes), len(nodes), core.layout(L), core.grid(G)]
    run.count_transitions(*own, *map(core.at, (share_ptr, to_ptr)))
    made = Shares(share_ptr, to_ptr, np.empty(share_ptr[-1]), np.empty(to_ptr[-1], np.int32))
    run.fill_transitions(*own, *map(core.at, (logs, log_ptr, *made)))
    return made


def push_forward(L: Layout, G: Any, made: Shares, mass: np.ndarray, seen: np.ndarray | None = None) -> None:
    """Carry mass[slot, belief] forward through one period, in place, in the order of play; nodes end with none.

    `seen` receives the occupation measure [node, belief]: the mass that passes each node.
    """
    seen_at = None if seen is None else core.at(seen)
    _functions().push_forward(core.layout(L), core.grid(G), *map(core.at, (*made, mass)), seen_at)


def expected_payoffs(nodes: np.ndarray, L: Layout, G: Any, logs: np.ndarray, log_ptr: np.ndarray) -> np.ndarray:
    """Return the expected payoffs of `nodes`, each times the belief in its type: [node, belief, width]."""
    out = np.zeros((len(L.part_ptr) - 1, G.total, width(L)))
    own = [core.at(nodes), len(nodes), core.layout(L), core.grid(G)]
    _functions().expected_payoffs(*own, *map(core.at, (logs, log_ptr)), out.shape[2], core.at(out))
    return out


def pull_back(L: Layout, G: Any, made: Shares, reward: np.ndarray | None, Y: np.ndarray) -> None:
    """Carry Y[slot, belief, width] backward through one period, in place, from the boundaries to the nodes.

    The nodes of Y receive reward[node, belief, width] (None: nothing) and what is expected of the slots that follow.
    """
    reward_at = None if reward is None else core.at(reward)
    _functions().pull_back(core.layout(L), core.grid(G), *map(core.at, made), reward_at, Y.shape[2], core.at(Y))

"""Which kernel solves each node of a compiled game, and where the node's strategies are stored in the flat arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.equilibrium.belief_grid import beliefs_at
from peacetalks.game.expand import NATURE
from peacetalks.game.layout import offsets

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled
    from peacetalks.game.layout import Layout

SINGLE, ONE_MOVER, SEVERAL = range(3)
"""The kernel that solves a node: one participant of one type or chance (`single.h`), one mover of two types
(`one_mover.h`), any other shape (`several.h`)."""


class Plan(NamedTuple):
    """The kernel that solves each node, and where its strategies are stored (`game.h`)."""

    kernel: np.ndarray  # [node] SINGLE, ONE_MOVER or SEVERAL
    typed_value: np.ndarray  # [row of typed payoffs, player-type, belief] payoff and incentive expected at each belief
    constant: np.ndarray  # [slot] whether the value is the same at every belief
    log_ptr: np.ndarray  # [node + 1] -> flat log strategies [belief, participant, type, action]
    start_ptr: np.ndarray  # [node + 1] -> starts: posteriors [action, belief], log strategies [row, belief] of SEVERAL


def make_plan(c: Compiled, grid: Grid) -> Plan:
    """Return the plan of a game on a grid."""
    lay, n = c.layout, c.n_nodes
    kernel = node_kernels(c)
    sizes = starts = np.zeros(0, np.int64)
    if n:
        sizes = np.add.reduceat(types_of_participants(c) * lay.part_actions, lay.part_ptr[:-1])
        first_actions = lay.part_actions[lay.part_ptr[:-1]]
        starts = np.select([kernel == ONE_MOVER, kernel == SEVERAL], [first_actions, sizes], 0)
    return Plan(
        kernel=kernel,
        typed_value=typed_values(lay, grid, np.arange(len(lay.typed_payoff))),
        constant=np.zeros(n + len(c.boundaries), bool),
        log_ptr=offsets(sizes * grid.total),
        start_ptr=offsets(starts * grid.total),
    )


def typed_values(lay: Layout, grid: Grid, rows: np.ndarray) -> np.ndarray:
    """Return payoffs and incentives on the type profile, expected over the others' types: [row, player-type, belief].

    `rows` are rows of `Layout.typed_payoff`.
    """
    out = np.zeros((len(rows), len(lay.player_of), grid.total))
    if not len(rows):
        return out
    paid = lay.typed_payoff[rows] + lay.typed_incentive[rows]
    beliefs = beliefs_at(grid, np.arange(grid.total))
    for number, profile in enumerate(np.ndindex(*lay.n_types)):
        weight = np.ones((len(lay.n_types), grid.total))  # chance of the others' types, by player
        for i, ax in enumerate(grid.axis):
            if ax >= 0:
                weight[np.arange(len(weight)) != i] *= beliefs[:, ax, profile[i]]
        for i, k in enumerate(profile):
            out[:, lay.first_index[i] + k] += paid[:, number, i, None] * weight[i]
    return out


def batches(c: Compiled, kernels: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return (kernel, nodes) batch by batch, against the order of play.

    The nodes of a stage do not depend on each other; those of one batch have the same movers and actions, and but for
    `SINGLE` the same reference measures.
    """
    out = []
    for low, high in reversed(list(pairwise(c.stage_ptr.tolist()))):
        groups: dict[tuple[int, ...] | tuple[int, bytes, bytes, bytes], list[int]] = {}
        for n in range(low, high):
            groups.setdefault(_shape(c, n, int(kernels[n])), []).append(n)
        out += [(key[0], np.array(nodes)) for key, nodes in groups.items()]
    return out


def still_alike(c: Compiled, known: list[tuple[int, np.ndarray]]) -> bool:
    """Return whether the nodes of each batch of a game with the same layout have the same reference measures here."""
    lay = c.layout
    for kernel, nodes in known:
        if kernel != SINGLE:
            first, last = lay.part_ptr[nodes], lay.part_ptr[nodes + 1] - 1
            width = int(lay.part_weight[last[0]] + lay.part_actions[last[0]] - lay.part_weight[first[0]])
            weights = lay.log_weight[lay.part_weight[first][:, None] + np.arange(width)]
            if (weights != weights[0]).any():
                return False
    return True


def _shape(c: Compiled, n: int, kernel: int) -> tuple[int, ...] | tuple[int, bytes, bytes, bytes]:
    """Return what the nodes of a batch share."""
    lay = c.layout
    i, j = lay.part_ptr[n], lay.part_ptr[n + 1]
    if kernel == SINGLE:  # the weights of chance may differ
        return kernel, int(lay.part_player[i]), int(lay.part_actions[i])
    weights = lay.log_weight[lay.part_weight[i] : lay.part_weight[j - 1] + lay.part_actions[j - 1]]
    return kernel, lay.part_player[i:j].tobytes(), lay.part_actions[i:j].tobytes(), weights.tobytes()


def types_of_participants(c: Compiled) -> np.ndarray:
    """Return the number of types of each participant [participant]; 1 for chance."""
    lay = c.layout
    return np.where(lay.part_player == NATURE, 1, lay.n_types[lay.part_player])


def node_kernels(c: Compiled) -> np.ndarray:
    """Return the kernel that solves each node [node]."""
    lay = c.layout
    single = np.diff(lay.part_ptr) == 1
    types = types_of_participants(c)[lay.part_ptr[:-1]]
    return np.select([single & (types == 1), single & (types == 2)], [SINGLE, ONE_MOVER], SEVERAL)

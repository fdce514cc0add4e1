"""Which kernel solves each node of a compiled game, and where the node's strategies are stored in the flat arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.kernels.one_mover import CHANCE, GENERAL, ONE_MOVER, TWO_MOVERS, UNINFORMED
from peacetalks.equilibrium.kernels.sweep import Plan
from peacetalks.game.expand import NATURE
from peacetalks.game.layout import offsets

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled


def make_plan(c: Compiled, grid: Grid) -> Plan:
    """Return the plan of a game on a grid."""
    lay, n = c.layout, c.n_nodes
    kernel = node_kernels(c)
    sizes = warm_sizes = np.zeros(0, np.int64)
    if n:
        sizes = np.add.reduceat(types_of_participants(c) * lay.part_actions, lay.part_ptr[:-1])
        first_actions = lay.part_actions[lay.part_ptr[:-1]]
        warm_sizes = np.select([kernel == ONE_MOVER, kernel == TWO_MOVERS], [first_actions, sizes], 0)
    return Plan(
        kernel=kernel,
        nu=np.exp(lay.log_weight),
        constant=np.zeros(n + len(c.boundaries), bool),
        log_ptr=offsets(sizes * grid.total),
        warm_ptr=offsets(warm_sizes * grid.total),
        most_actions=int(lay.part_actions.max(initial=1)),
    )


def batches(c: Compiled, kernels: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return (kernel, nodes) batch by batch, against the order of play.

    The nodes of a stage do not depend on each other; those of one batch have the same movers, actions and reference
    measures.
    """
    out = []
    for low, high in reversed(list(pairwise(c.stage_ptr.tolist()))):
        groups: dict[tuple[int, ...] | tuple[int, bytes, bytes, bytes], list[int]] = {}
        for n in range(low, high):
            groups.setdefault(_shape(c, n, int(kernels[n])), []).append(n)
        out += [(key[0], np.array(nodes)) for key, nodes in groups.items()]
    return out


def _shape(c: Compiled, n: int, kernel: int) -> tuple[int, ...] | tuple[int, bytes, bytes, bytes]:
    """Return what the nodes of a batch share."""
    if kernel not in (ONE_MOVER, TWO_MOVERS):
        return (kernel,)
    lay = c.layout
    i, j = lay.part_ptr[n], lay.part_ptr[n + 1]
    weights = lay.log_weight[lay.part_weight[i] : lay.part_weight[j - 1] + lay.part_actions[j - 1]]
    return kernel, lay.part_player[i:j].tobytes(), lay.part_actions[i:j].tobytes(), weights.tobytes()


def types_of_participants(c: Compiled) -> np.ndarray:
    """Return the number of types of each participant [participant]; 1 for chance."""
    lay = c.layout
    return np.where(lay.part_player == NATURE, 1, lay.n_types[lay.part_player])


def node_kernels(c: Compiled) -> np.ndarray:
    """Return the kernel that solves each node [node]."""
    lay = c.layout
    movers = np.diff(lay.part_ptr)
    kernel = np.full(len(movers), GENERAL, np.int64)
    if not len(movers):
        return kernel
    first, types = lay.part_player[lay.part_ptr[:-1]], types_of_participants(c)[lay.part_ptr[:-1]]
    single = movers == 1
    kernel[single & (first == NATURE)] = CHANCE
    kernel[single & (first != NATURE) & (types == 1)] = UNINFORMED
    kernel[single & (types == 2)] = ONE_MOVER
    pair = np.flatnonzero(movers == 2)
    second = lay.part_player[lay.part_ptr[pair] + 1]
    kernel[pair[(types[pair] <= 2) & (lay.n_types[second] <= 2)]] = TWO_MOVERS
    kernel[np.add.reduceat(lay.typed >= 0, lay.prof_ptr[:-1]) > 0] = GENERAL
    return kernel

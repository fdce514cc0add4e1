"""How each node of a compiled game is solved: which kernel, and where its strategies stand in the flat arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from peacetalks.equilibrium.kernels.one_mover import CHANCE, DUEL, GENERAL, PLAIN, SIGNAL
from peacetalks.equilibrium.kernels.sweep import Plan
from peacetalks.game.compile import NATURE, Compiled

if TYPE_CHECKING:
    from peacetalks.equilibrium.belief_grid import Grid


def make_plan(c: Compiled, grid: Grid) -> Plan:
    """Return the plan of a game on a grid."""
    lay, n = c.layout, c.n_nodes
    kind = node_kinds(c, grid)
    types = np.where(lay.part_player == NATURE, 1, lay.n_types[lay.part_player])
    own = np.add.reduceat(types * lay.part_actions, lay.part_ptr[:-1]) if n else np.zeros(0, np.int64)
    warm = np.where(kind == SIGNAL, lay.part_actions[lay.part_ptr[:-1]], np.where(kind == DUEL, own, 0)) if n else own
    return Plan(
        kind=kind,
        nu=np.exp(lay.log_weight),
        constant=np.zeros(n + len(c.boundaries), bool),
        log_ptr=_offsets(own * grid.total),
        warm_ptr=_offsets(warm * grid.total),
        most_actions=int(lay.part_actions.max(initial=1)),
    )


def alike(c: Compiled, kinds: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return (kernel, nodes) group by group, against the order of play.

    The nodes of a stage do not see each other; those of one group have the same movers, actions and reference measures.
    """
    lay = c.layout
    out = []
    for low, high in reversed(list(pairwise(c.stage_ptr.tolist()))):
        groups: dict[tuple[object, ...], list[int]] = {}
        for n in range(low, high):
            key: tuple[object, ...] = (int(kinds[n]),)
            if kinds[n] in (SIGNAL, DUEL):
                i, j = lay.part_ptr[n], lay.part_ptr[n + 1]
                weights = lay.log_weight[lay.part_weight[i] : lay.part_weight[j - 1] + lay.part_actions[j - 1]]
                key = (
                    int(kinds[n]),
                    lay.part_player[i:j].tobytes(),
                    lay.part_actions[i:j].tobytes(),
                    weights.tobytes(),
                )
            groups.setdefault(key, []).append(n)
        out += [(int(str(key[0])), np.array(nodes)) for key, nodes in groups.items()]
    return out


def node_kinds(c: Compiled, grid: Grid) -> np.ndarray:
    """Return the kernel of each node [node]."""
    lay = c.layout
    movers = np.diff(lay.part_ptr)
    first = lay.part_player[lay.part_ptr[:-1]] if len(movers) else np.zeros(0, np.int64)
    types = np.where(first == NATURE, 1, lay.n_types[first])
    kind = np.full(len(movers), GENERAL, np.int64)
    single = movers == 1
    kind[single & (first == NATURE)] = CHANCE
    kind[single & (first != NATURE) & (types == 1)] = PLAIN
    kind[single & (types == 2)] = SIGNAL
    pair = np.flatnonzero(movers == 2)
    second = lay.part_player[lay.part_ptr[pair] + 1]
    kind[pair[(types[pair] <= 2) & (lay.n_types[second] <= 2)]] = DUEL
    typed = np.add.reduceat(lay.typed >= 0, lay.prof_ptr[:-1]) if len(movers) else np.zeros(0, np.int64)
    kind[typed > 0] = GENERAL
    return kind


def _offsets(sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

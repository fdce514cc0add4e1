"""The flat arrays of a compiled game, as the kernels read them; `compile.py` explains the words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.game.payoffs import ints

if TYPE_CHECKING:
    from peacetalks.game.language import Stage
    from peacetalks.game.walk import Found, Walk


class Layout(NamedTuple):
    """A compiled game as flat arrays."""

    player_of: np.ndarray  # [player-type] -> player
    type_of: np.ndarray  # [player-type] -> number of the type
    first_index: np.ndarray  # [player] -> player-type index of its first type
    n_types: np.ndarray  # [player]
    discount: np.ndarray  # [player-type]
    part_ptr: np.ndarray  # [node + 1] -> participants
    part_player: np.ndarray  # [participant]; NATURE for chance
    part_actions: np.ndarray  # [participant] number of actions
    part_weight: np.ndarray  # [participant] -> first entry of log_weight
    log_weight: np.ndarray  # [participant-action] log reference measure, summing to 1 per participant
    prof_ptr: np.ndarray  # [node + 1] -> profiles; the first participant's action varies slowest
    payoff: np.ndarray  # [profile, player-type] welfare
    incentive: np.ndarray  # [profile, player-type] what moves a mover without being anyone's welfare
    typed: np.ndarray  # [profile] -> row of typed_payoff, or -1
    typed_payoff: np.ndarray  # [row, type profile, player]
    typed_incentive: np.ndarray  # [row, type profile, player]
    lottery_ptr: np.ndarray  # [profile + 1] -> lottery entries
    lottery_slot: np.ndarray  # [entry]
    lottery_prob: np.ndarray  # [entry]
    boundary_payoff: np.ndarray  # [boundary, player-type]
    boundary_incentive: np.ndarray  # [boundary, player-type]
    boundary_slot: np.ndarray  # [boundary] -> slot that play resumes at


def lay_out(walk: Walk) -> tuple[Layout, np.ndarray]:
    """Return the arrays of a game, and the slot that each path leads to [path]."""
    found = walk.nodes
    nodes = [one.node for one in found]
    game, index, zero = walk.game, walk.index, walk.index.zero
    slots, prof_ptr = _slots(walk), offsets([len(node.to) for node in nodes])
    weights = [own for node in nodes for own in node.weights]
    actions = [len(own) for own in weights]
    entry_path = ints([path for one in found for path in one.paths])
    lottery_ptr, lottery_prob = _lotteries([to for node in nodes for to in node.to])
    entry_row = np.repeat(np.arange(prof_ptr[-1]), np.diff(lottery_ptr))
    openings = [walk.paths[0].get(state, -1) for state in walk.boundaries]
    opening_paid = np.array([walk.paid.get(path, (zero, zero)) for path in openings])
    layout = Layout(
        player_of=ints(index.player),
        type_of=ints(index.type),
        first_index=ints([index.index[p][0] for p in game.players]),
        n_types=ints([len(game.type_names(p)) for p in game.players]),
        discount=np.array([game.discount_of(game.players[i]) for i in index.player]),
        part_ptr=offsets([len(node.players) for node in nodes]),
        part_player=ints([player for node in nodes for player in node.players]),
        part_actions=ints(actions),
        part_weight=offsets(actions)[:-1],
        log_weight=_log_weights(weights),
        prof_ptr=prof_ptr,
        **_payoffs(walk, found, prof_ptr, (entry_row, entry_path, lottery_prob)),
        lottery_ptr=lottery_ptr,
        lottery_slot=slots[entry_path],
        lottery_prob=lottery_prob,
        boundary_payoff=opening_paid[:, 0].copy(),
        boundary_incentive=opening_paid[:, 1].copy(),
        boundary_slot=ints([-1 if path < 0 else slots[path] for path in openings]),
    )
    return layout, slots


def offsets(counts: list[int] | np.ndarray) -> np.ndarray:
    """Return where each of several runs of so many entries begins, and where the last one ends.

    >>> offsets([2, 0, 3]).tolist()
    [0, 2, 2, 5]
    """
    return np.concatenate([ints([0]), np.cumsum(ints(counts))])


def _log_weights(weights: list[list[float]]) -> np.ndarray:
    """Return [participant-action] log weights, summing to 1 per participant."""
    known: dict[tuple[float, ...], list[float]] = {}  # most participants share one of few lists
    out: list[float] = []
    for own in weights:
        logs = known.get(key := tuple(own))
        if logs is None:
            total = sum(own)
            logs = known[key] = [math.log(x / total) for x in own]
        out += logs
    return np.array(out)


def _slots(walk: Walk) -> np.ndarray:
    """Return the slot that each path leads to."""
    order = ints([number for stage in walk.numbers for number in stage])
    slot_of, ends = np.empty(len(order), np.int64), ints(walk.ends)
    slot_of[order] = np.arange(len(order))
    slots = len(order) + ~ends  # right for paths to a boundary
    slots[ends >= 0] = slot_of[ends[ends >= 0]]
    return slots


def _lotteries(leads_to: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return [profile + 1] -> lottery entries, and the probability of each entry."""
    several = [i for i, to in enumerate(leads_to) if type(to) is dict]
    counts, drawn = np.ones(len(leads_to), np.int64), np.zeros(len(leads_to), bool)
    counts[several], drawn[several] = [len(leads_to[i]) for i in several], True
    prob = np.ones(counts.sum())
    prob[np.repeat(drawn, counts)] = [p for i in several for p in leads_to[i].values()]
    return offsets(counts), prob


def _payoffs(
    walk: Walk, found: list[Found], prof_ptr: np.ndarray, entries: tuple[np.ndarray, ...]
) -> dict[str, np.ndarray]:
    """Return payoffs by the names in `Layout`; `entries` are profile, path and probability of lottery entries."""
    index, n = walk.index, int(prof_ptr[-1])
    mappings: dict[str, list[Any]] = {
        "payoff": [x for one in found for x in one.node.payoff],
        "incentive": [x for one in found for x in one.node.incentive],
    }

    def where(row: int) -> tuple[Stage, Any, Any]:
        i = int(np.searchsorted(prof_ptr, row, side="right")) - 1
        return walk.game.stages[found[i].stage], found[i].state, found[i].node.names[row - prof_ptr[i]]

    rows = sorted(
        {i for all_ in mappings.values() for i, x in enumerate(all_) if x and type(x) is not dict and callable(x)}
    )
    out: dict[str, np.ndarray] = {"typed": np.full(n, -1)}
    out["typed"][rows] = np.arange(len(rows))
    for i, (name, own) in enumerate(mappings.items()):
        tables = [index.table(own[row], where(row)) for row in rows]
        out[f"typed_{name}"] = np.array(tables, float).reshape(len(rows), len(index.profiles), len(walk.game.players))
        for row in rows:
            own[row] = None
        paid = {path: both[i] for path, both in walk.paid.items()}
        out[name] = index.rows(n, index.entries_of(own, where), index.along_paths(paid, *entries))
    return out

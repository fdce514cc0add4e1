"""The paths, nodes and boundaries of a game, of the states that a walk has found.

A *path* says how play goes on from a (stage, state): the node or boundary that it comes to, passing through states with
one move, and what is paid on the way there.  The drawing in `compile.py` shows one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from peacetalks.game.payoffs import ints

if TYPE_CHECKING:
    from typing import Any

    from peacetalks.game.alike import Expander
    from peacetalks.game.payoffs import PlayerTypes
    from peacetalks.game.walk import Walk


Paid = tuple[np.ndarray, np.ndarray]  # payoff, incentive [player-type]


class Paths(NamedTuple):
    """How play goes on from every state, and the nodes and boundaries that it comes to."""

    of_state: list[np.ndarray]  # stage -> [state] path; after the last stage, the paths to boundaries, -1 for none
    slots: np.ndarray  # [path] -> slot that it leads to
    paid: dict[int, Paid]  # path -> what is paid along it, where not zero
    passed: dict[int, tuple[int, Paid]]  # the same -> the path that it goes on with, and its own part
    node_state: list[np.ndarray]  # stage -> [node of the stage] number of its state
    boundaries: np.ndarray  # [boundary] number of its state after the last stage

    def openings(self) -> np.ndarray:
        """Return the path of each boundary as the state at the start of a period; -1 where none begins there."""
        first = self.of_state[0]
        return np.array([first[b] if b < len(first) else -1 for b in self.boundaries.tolist()], np.int64)


def follow(walk: Walk, index: PlayerTypes) -> Paths:
    """Return the paths of a game.

    Nodes and boundaries are numbered in the order in which play first comes to them, nodes stage by stage: from each
    boundary in turn, all of a node's moves are followed to the next nodes, and then those of the last of these.
    """
    found = _Following(walk, index)
    for k in reversed(range(len(walk.pattern))):
        found.add_stage(k)
    n, ends, stage = len(found.states), found.ends, ints(found.stages)
    order, boundaries = _in_order(walk, found)
    order = order[np.argsort(stage[order], kind="stable")]
    slot_of, boundary_of = np.empty(n, np.int64), np.empty(len(boundaries), np.int64)
    slot_of[order], boundary_of[boundaries] = np.arange(n), np.arange(len(boundaries))
    slots = np.empty(len(ends), np.int64)
    slots[ends >= 0], slots[ends < 0] = slot_of[ends[ends >= 0]], n + boundary_of[~ends[ends < 0]]
    per_stage = np.split(ints(found.states)[order], np.cumsum(np.bincount(stage, minlength=len(walk.pattern)))[:-1])
    return Paths(found.of_state, slots, found.paid, found.passed, per_stage, boundaries)


class _Following:
    """The paths so far, followed from the last stage to the first."""

    def __init__(self, walk: Walk, index: PlayerTypes) -> None:
        self.walk, self.index = walk, index
        boundaries = np.arange(len(walk.met[-1]))
        self.of_state = [np.where(np.isin(boundaries, walk.to[-1]), boundaries, -1)]  # from the last stage on
        self.ends = ~boundaries  # [path] number of a node, or ~boundary
        self.stages: list[int] = []  # node -> its stage
        self.states: list[int] = []  # node -> number of its state
        self.next: list[list[int]] = []  # node -> the ends of the paths from its lottery entries
        self.paid: dict[int, Paid] = {}
        self.passed: dict[int, tuple[int, Paid]] = {}

    def add_stage(self, k: int) -> None:
        """Add the paths from the states of a stage."""
        walk, zero = self.walk, self.index.zero
        pattern, entries, after = walk.pattern[k], walk.entries[k], self.of_state[0][walk.to[k]]
        single = walk.expanders[k].single(pattern, entries)
        first = np.cumsum(entries) - entries
        path, nodes = after[first], np.flatnonzero(~single)
        ends, last = self.ends[after].tolist(), (first + entries)[nodes].tolist()
        self.next += [ends[low:high] for low, high in zip(first[nodes].tolist(), last, strict=True)]
        path[nodes] = self._new_paths(len(self.states) + np.arange(len(nodes)))
        self.states += nodes.tolist()
        self.stages += [k] * len(nodes)
        own = own_payments(self.index, walk.expanders[k], pattern, single, walk.met[k].rows)
        paying = np.flatnonzero(single & np.isin(pattern, list(own)))
        on = path[paying]
        path[paying] = self._new_paths(self.ends[on])
        for new, old, number in zip(path[paying].tolist(), on.tolist(), pattern[paying].tolist(), strict=True):
            self.passed[new] = old, own[number]
            self.paid[new] = added_up(self.paid.get(old, (zero, zero)), own[number])
        self.of_state.insert(0, path)

    def _new_paths(self, ends: np.ndarray) -> np.ndarray:
        """Return the numbers of new paths with these ends."""
        known = len(self.ends)
        self.ends = np.concatenate([self.ends, ends])
        return known + np.arange(len(ends))


def _in_order(walk: Walk, found: _Following) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and boundaries in the order in which play first comes to them."""
    nodes, boundaries = [], list(range(walk.n_starts))
    openings = found.ends[found.of_state[0]].tolist()
    seen = bytearray(len(found.states) + len(walk.met[-1]))  # nodes from the front, boundaries from the back
    for b in boundaries:
        seen[~b] = 1
    for b in boundaries:
        queue = [openings[b : b + 1]]  # none where the last period is over
        while queue:
            for end in queue.pop():
                if seen[end]:
                    continue
                seen[end] = 1
                if end < 0:
                    boundaries.append(~end)
                else:
                    nodes.append(end)
                    queue.append(found.next[end])
    return ints(nodes), ints(boundaries)


def own_payments(
    index: PlayerTypes, expander: Expander, pattern: np.ndarray, single: np.ndarray, rows: np.ndarray
) -> dict[int, Paid]:
    """Return what is paid in states with one move, where anything is: number of the pattern -> payment."""
    out: dict[int, Paid] = {}
    for number, i in zip(*(x.tolist() for x in np.unique(pattern[single], return_index=True)), strict=True):
        node = expander.forms[number].node
        if node.payoff[0] or node.incentive[0]:
            state = expander.codes.state(rows[np.flatnonzero(single)[i]].tolist())
            payoff, incentive = cast("list[Any]", [node.payoff[0], node.incentive[0]])
            where = expander.stage, state, node.names[0]
            out[number] = index.vector(payoff, where), index.vector(incentive, where)
    return out


def added_up(after: Paid, own: Paid) -> Paid:
    """Return what is paid along a path: what is paid further on, and its own part."""
    return after[0] + own[0], after[1] + own[1]

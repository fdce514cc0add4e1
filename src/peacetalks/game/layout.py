"""The flat arrays of a compiled game, as the kernels read them; `compile.py` explains the words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from peacetalks.game.alike import by_types
from peacetalks.game.paths import Paths, follow
from peacetalks.game.payoffs import PlayerTypes, ints

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.game.alike import Form
    from peacetalks.game.codes import Codes, Met
    from peacetalks.game.language import Stage
    from peacetalks.game.payoffs import Where
    from peacetalks.game.walk import Walk


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


class Places(NamedTuple):
    """How the arrays follow from the moves of a game: what they are made anew from for a variant (`variant.py`)."""

    codes: Codes
    met: list[Met]  # stage -> its states, as numbers; after the last stage, the boundaries
    states: list[list[Any]]  # stage -> the same states
    paths: Paths
    entry_path: np.ndarray  # [entry] -> path that it leads to
    own_payoff: np.ndarray  # [profile, player-type] of the moves themselves, without what is paid along paths
    own_incentive: np.ndarray


def lay_out(walk: Walk) -> tuple[Layout, Places, list[Form]]:
    """Return the arrays of a game, how they follow from its moves, and the form of each node."""
    game, index = walk.game, PlayerTypes(walk.game)
    paths, states = follow(walk, index), [walk.codes.states(met.rows) for met in walk.met]
    forms = [form for expander in walk.expanders for form in expander.forms]
    first = offsets([len(expander.forms) for expander in walk.expanders])
    which = np.concatenate([first[k] + walk.pattern[k][at] for k, at in enumerate(paths.node_state)])
    entries = [repeated(walk.entries[k], at)[1] for k, at in enumerate(paths.node_state)]
    entry_path = np.concatenate([paths.of_state[k + 1][walk.to[k][at]] for k, at in enumerate(entries)])

    def where(i: int, profile: int) -> tuple[Stage, Any, Any]:
        k, state = nodes_of(paths, states)[i]
        return game.stages[k], state, forms[which[i]].node.names[profile]

    stack = Stack.of(forms, which, index, where)
    places = Places(walk.codes, walk.met, states, paths, entry_path, stack.own_payoff, stack.own_incentive)
    openings = paths.openings()
    layout = Layout(
        player_of=ints(index.player),
        type_of=ints(index.type),
        first_index=ints([index.index[p][0] for p in game.players]),
        n_types=ints([len(game.type_names(p)) for p in game.players]),
        discount=discounts(index),
        part_ptr=stack.part_ptr,
        part_player=stack.part_player,
        part_actions=stack.part_actions,
        part_weight=offsets(stack.part_actions)[:-1],
        log_weight=stack.log_weight,
        prof_ptr=stack.prof_ptr,
        typed=stack.typed,
        typed_payoff=stack.typed_payoff,
        typed_incentive=stack.typed_incentive,
        **payoffs(index, places, stack.lottery_ptr, stack.lottery_prob),
        lottery_ptr=stack.lottery_ptr,
        lottery_slot=paths.slots[places.entry_path],
        lottery_prob=stack.lottery_prob,
        boundary_slot=np.where(openings < 0, -1, paths.slots[openings]),
    )
    return layout, places, [forms[i] for i in which.tolist()]


def nodes_of(paths: Paths, states: list[list[Any]]) -> list[tuple[int, Any]]:
    """Return node -> (stage, state)."""
    return [(k, states[k][i]) for k, at in enumerate(paths.node_state) for i in at.tolist()]


class Stack(NamedTuple):
    """What nodes one after another offer, as flat arrays: those of their forms, each as often as it occurs."""

    part_ptr: np.ndarray  # [node + 1] -> participants
    part_player: np.ndarray  # [participant]
    part_actions: np.ndarray  # [participant]
    log_weight: np.ndarray  # [participant-action]
    prof_ptr: np.ndarray  # [node + 1] -> profiles
    lottery_ptr: np.ndarray  # [profile + 1] -> lottery entries
    lottery_prob: np.ndarray  # [entry]
    own_payoff: np.ndarray  # [profile, player-type]
    own_incentive: np.ndarray  # [profile, player-type]
    typed: np.ndarray  # [profile] -> row of typed_payoff, or -1
    typed_payoff: np.ndarray  # [row, type profile, player]
    typed_incentive: np.ndarray  # [row, type profile, player]

    @classmethod
    def of(
        cls, known: list[Form], of_node: np.ndarray, index: PlayerTypes, where: Callable[[int, int], Where]
    ) -> Stack:
        """Return the arrays of nodes, node n of the form known[of_node[n]].

        `where(node, profile)` is named in an error.
        """
        used, first_node, inverse = np.unique(of_node, return_index=True, return_inverse=True)
        order = np.argsort(first_node)  # forms in the order in which they occur
        forms, which = [known[used[i]] for i in order], np.argsort(order)[inverse]
        nodes = [form.node for form in forms]
        weights = [own for node in nodes for own in node.weights]
        part_ptr, part = repeated([len(node.players) for node in nodes], which)
        _, action = repeated([sum(map(len, node.weights)) for node in nodes], which)
        prof_ptr, prof = repeated([len(node.names) for node in nodes], which)
        _, entry = repeated([len(form.prob) for form in forms], which)
        first = offsets([len(node.names) for node in nodes])

        def of_profile(row: int) -> Where:
            i = int(np.searchsorted(first, row, side="right")) - 1
            return where(int(np.flatnonzero(which == i)[0]), row - int(first[i]))

        own = _own_payoffs(forms, index, of_profile)
        return cls(
            part_ptr=part_ptr,
            part_player=ints([player for node in nodes for player in node.players])[part],
            part_actions=ints([len(own) for own in weights])[part],
            log_weight=log_weights(weights)[action],
            prof_ptr=prof_ptr,
            lottery_ptr=offsets(ints([n for form in forms for n in form.entries])[prof]),
            lottery_prob=np.array([p for form in forms for p in form.prob], float)[entry],
            own_payoff=own.own_payoff[prof],
            own_incentive=own.own_incentive[prof],
            typed=own.typed[prof],
            typed_payoff=own.typed_payoff,
            typed_incentive=own.typed_incentive,
        )


def repeated(counts: list[int] | np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return [node + 1] -> numbers, and [number] -> place among those of the forms.

    Form i has counts[i] numbers, and node n those of form which[n].

    >>> ptr, place = repeated([2, 1], np.array([1, 0, 1]))
    >>> ptr.tolist(), place.tolist()
    ([0, 1, 3, 4], [2, 0, 1, 2])
    """
    first, own = offsets(counts), ints(counts)[which]
    ptr = offsets(own)
    return ptr, np.arange(ptr[-1]) + np.repeat(first[which] - ptr[:-1], own)


def discounts(index: PlayerTypes) -> np.ndarray:
    """Return the discount factor of each player-type."""
    return np.array([index.game.discount_of(index.game.players[i]) for i in index.player])


def payoffs(
    index: PlayerTypes, places: Places, lottery_ptr: np.ndarray, lottery_prob: np.ndarray
) -> dict[str, np.ndarray]:
    """Return payoffs by the names in `Layout`: of profiles, with what is expected along paths; of boundaries."""
    out: dict[str, np.ndarray] = {}
    row = np.repeat(np.arange(len(lottery_ptr) - 1), np.diff(lottery_ptr))
    for i, name in enumerate(("payoff", "incentive")):
        own, along = getattr(places, f"own_{name}"), {path: both[i] for path, both in places.paths.paid.items()}
        out[name] = index.with_paths(own, along, row, places.entry_path, lottery_prob)
        out[f"boundary_{name}"] = np.array([along.get(p, index.zero) for p in places.paths.openings().tolist()])
    return out


def has_incentive(layout: Layout) -> bool:
    """Return whether anything moves a mover without being anyone's welfare."""
    return bool(layout.incentive.any() or layout.boundary_incentive.any() or layout.typed_incentive.any())


def offsets(counts: list[int] | np.ndarray) -> np.ndarray:
    """Return where each of several runs of so many entries begins, and where the last one ends.

    >>> offsets([2, 0, 3]).tolist()
    [0, 2, 2, 5]
    """
    return np.concatenate([ints([0]), np.cumsum(ints(counts))])


def log_weights(weights: list[list[float]]) -> np.ndarray:
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


class _OwnPayoffs(NamedTuple):
    """What the moves of forms pay, by the names in `Stack`."""

    own_payoff: np.ndarray
    own_incentive: np.ndarray
    typed: np.ndarray
    typed_payoff: np.ndarray
    typed_incentive: np.ndarray


def _own_payoffs(forms: list[Form], index: PlayerTypes, where: Callable[[int], Where]) -> _OwnPayoffs:
    """Return what the moves of forms pay; `where(profile)` is named in an error."""
    both: list[list[Any]] = [
        [x for form in forms for x in form.node.payoff],
        [x for form in forms for x in form.node.incentive],
    ]
    n = len(both[0])
    some = any(form.pays_by_types for form in forms)
    rows = sorted({i for pays in both for i, x in enumerate(pays) if x and by_types(x)}) if some else []
    typed = np.full(n, -1)
    typed[rows] = np.arange(len(rows))
    own, tables = [], []
    for pays in both:
        found = [index.table(pays[row], where(row)) for row in rows]
        tables.append(np.array(found, float).reshape(len(rows), len(index.profiles), len(index.game.players)))
        for row in rows:
            pays[row] = None
        own.append(index.rows(n, index.entries_of(pays, where)))
    return _OwnPayoffs(own[0], own[1], typed, tables[0], tables[1])

"""The symmetries of a game: exchanges of players, with the states and moves that go with them, that change nothing.

The principal branch treats alike players alike, but where it is a symmetric equilibrium among others the smallest
difference between the values of the next period, be it rounding, may lead to another one.  So the values at the ends
of a period are averaged over the game's symmetries.

Symmetries are found by colour refinement (Weisfeiler & Leman 1968): states and nodes begin with one colour, and get a
new one for what they lead to, who moves, and what is paid there, until the colours stop splitting.  Under an exchange p
of players, player i is called p(i) everywhere; where the state e then has the colour that e' has without it, i is at e
what p(i) is at e': what is played from there on looks the same, to any depth.
"""

from __future__ import annotations

from itertools import islice, permutations, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.game.expand import NATURE
from peacetalks.game.payoffs import horizon_values

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from peacetalks.equilibrium.belief_grid import Grid
    from peacetalks.game.compile import Compiled

MOST_NODES = 300  # of a game whose symmetries are looked for
MOST_EXCHANGES = 24  # of players, that are tried
DIGITS = 12  # significant digits to which payoffs and chances are compared
SAME = 1e-8  # difference of values, relative where they exceed 1, up to which they count as the same


class Exchange(NamedTuple):
    """Where the values of what is at a place stand after an exchange of players."""

    state: np.ndarray  # [boundary]
    player_type: np.ndarray  # [player-type]
    belief: np.ndarray  # [flat belief]


def symmetries(c: Compiled, grid: Grid, lam: np.ndarray) -> list[Exchange]:
    """Return the exchanges of players that change nothing, but for the one that leaves everybody in place."""
    lay = c.layout
    if c.n_nodes > MOST_NODES or (lay.typed >= 0).any():
        return []
    tried = list(_exchanges(c, grid, lam))
    if not tried:
        return []
    colours = _Colours(c)
    own, *others = colours.refined([tuple(range(len(lay.n_types))), *tried])
    out = []
    for exchange, other in zip(tried, others, strict=True):
        here, there = np.argsort(other, kind="stable"), np.argsort(own, kind="stable")
        if (other[here] == own[there]).all():
            state = np.empty(len(own), np.int64)
            state[here] = there
            moved = [lay.first_index[exchange[i]] + k for i, k in zip(lay.player_of, lay.type_of, strict=True)]
            out.append(Exchange(state, np.array(moved), _beliefs_after(grid, exchange)))
    return out


def averaged(W: np.ndarray, found: list[Exchange], tolerance: float, places: np.ndarray) -> np.ndarray:
    """Return values [boundary, player-type, belief] averaged over symmetries, where they differ by little only.

    That is rounding, and what nodes solved to a residual of `tolerance` leave.  `places` are the boundaries that are
    reached; one of which an image is not is left as it is.
    """
    if not found:
        return W
    return _mean(W, found, places) if asymmetry(W, found, places) <= SAME + 10.0 * tolerance else W


def asymmetry(W: np.ndarray, found: list[Exchange], places: np.ndarray) -> float:
    """Return how far values are from their average over symmetries, relative where they exceed 1."""
    return float(np.abs(_mean(W, found, places) - W).max() / (1.0 + np.abs(W).max()))


def _mean(W: np.ndarray, found: list[Exchange], places: np.ndarray) -> np.ndarray:
    whole = places[np.logical_and.reduce([np.isin(x.state[places], places) for x in found])]
    out = W.copy()
    images = [W[x.state[whole]][:, x.player_type][:, :, x.belief] for x in found]
    out[whole] = np.mean([W[whole], *images], axis=0)
    return out


def _exchanges(c: Compiled, grid: Grid, lam: np.ndarray) -> Iterator[tuple[int, ...]]:
    """Yield exchanges of players of the same precision, discount, types and payoffs, in whatever order these occur."""
    lay, first = c.layout, c.layout.first_index
    positions: dict[Hashable, list[int]] = {}
    for i, types in enumerate(lay.n_types.tolist()):
        u, ax = slice(first[i], first[i] + types), int(grid.axis[i])
        paid = np.sort((lay.payoff + lay.incentive)[:, u], axis=0).round(9) + 0.0
        seen = grid.points[ax, : grid.size[ax]].tobytes() if ax >= 0 else b""
        key = (types, float(lam[i]), lay.discount[u].tobytes(), paid.tobytes(), seen)
        positions.setdefault(key, []).append(i)
    groups = list(positions.values())
    some = [list(islice(permutations(g), MOST_EXCHANGES)) for g in groups]
    for orders in islice(product(*some), 1, MOST_EXCHANGES):
        out = list(range(len(lay.n_types)))
        for group, order in zip(groups, orders, strict=True):
            for i, j in zip(group, order, strict=True):
                out[i] = j
        yield tuple(out)


def _beliefs_after(grid: Grid, exchange: tuple[int, ...]) -> np.ndarray:
    """Return where the beliefs stand after an exchange of players [flat belief]."""
    flat = np.arange(grid.total)
    out = np.zeros(grid.total, np.int64)
    for i, ax in enumerate(grid.axis.tolist()):
        if ax >= 0:
            to = int(grid.axis[exchange[i]])
            out += flat // int(grid.stride[ax]) % int(grid.size[ax]) * int(grid.stride[to])
    return out


class _Colours:
    """Colours of boundaries and nodes: equal numbers for places that look alike."""

    def __init__(self, c: Compiled) -> None:
        self.c, self.lay = c, c.layout
        self.numbers: dict[Hashable, int] = {}
        self.paid = _rounded(self.lay.payoff + self.lay.incentive)
        self.at_boundary = _rounded(self.lay.boundary_payoff + self.lay.boundary_incentive)
        self.last = _rounded(horizon_values(c.game, c.boundaries))
        self.chance, self.weight = _rounded(self.lay.lottery_prob), _rounded(self.lay.log_weight)

    def number(self, what: Hashable) -> int:
        return self.numbers.setdefault(what, len(self.numbers))

    def refined(self, exchanges: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Return the colours of the boundaries [exchange][boundary] when they stop splitting."""
        n = self.c.n_nodes
        now = [np.zeros(n + len(self.c.boundaries), np.int64) for _ in exchanges]
        orders = [self._order(x) for x in exchanges]
        before = 0
        for _ in range(len(now[0])):
            now = [self._next(own, x, at) for own, x, at in zip(now, exchanges, orders, strict=True)]
            count = len(np.unique(now[0]))
            if count == before:
                break
            before = count
        return [own[n:] for own in now]

    def _order(self, exchange: tuple[int, ...]) -> np.ndarray:
        """Return the player-types in the order in which they are called after an exchange."""
        back = np.argsort(exchange)
        return np.concatenate([self.lay.first_index[i] + np.arange(int(self.lay.n_types[i])) for i in back])

    def _next(self, now: np.ndarray, exchange: tuple[int, ...], order: np.ndarray) -> np.ndarray:
        """Return the next colours of nodes and boundaries; nodes lead on within a period, so they come backwards."""
        lay, n, out, back = self.lay, self.c.n_nodes, now.copy(), np.argsort(exchange).tolist()
        for node in range(n - 1, -1, -1):
            out[node] = self._node(node, out, exchange, order)
        for e, slot in enumerate(lay.boundary_slot.tolist()):
            paid = tuple(self.at_boundary[e, order].tolist()), tuple(self.last[e, order].tolist())
            fresh = tuple(self.c.game.prior(self.c.game.players[i]) if self.c.redrawn[e, i] else () for i in back)
            out[n + e] = self.number((*paid, fresh, int(out[slot]) if slot >= 0 else -1))
        return out

    def _node(self, node: int, now: np.ndarray, exchange: tuple[int, ...], order: np.ndarray) -> int:
        """Return the colour of a node: that of its moves, each of which is that of the profiles it is part of."""
        lay = self.lay
        parts = range(int(lay.part_ptr[node]), int(lay.part_ptr[node + 1]))
        called = [exchange[p] if (p := int(lay.part_player[j])) != NATURE else NATURE for j in parts]
        actions = [int(lay.part_actions[j]) for j in parts]
        profiles = list(product(*map(range, actions)))
        look: list[int] = []
        for r in range(int(lay.prof_ptr[node]), int(lay.prof_ptr[node + 1])):
            low, high = int(lay.lottery_ptr[r]), int(lay.lottery_ptr[r + 1])
            to = zip(now[lay.lottery_slot[low:high]].tolist(), self.chance[low:high].tolist(), strict=True)
            look.append(self.number((tuple(self.paid[r, order].tolist()), tuple(sorted(to)))))
        moves: list[list[int]] = []
        for _ in range(2):
            moves = []
            for i, j in enumerate(parts):
                weights = self.weight[lay.part_weight[j] : lay.part_weight[j] + actions[i]].tolist()
                rows = [
                    sorted(x for x, acts in zip(look, profiles, strict=True) if acts[i] == a) for a in range(actions[i])
                ]
                moves.append([self.number((called[i], w, tuple(row))) for w, row in zip(weights, rows, strict=True)])
            look = [
                self.number((x, tuple(sorted(own[a] for own, a in zip(moves, acts, strict=True)))))
                for x, acts in zip(look, profiles, strict=True)
            ]
        return self.number(tuple(sorted((who, tuple(sorted(own))) for who, own in zip(called, moves, strict=True))))


def _rounded(x: np.ndarray) -> np.ndarray:
    """Return numbers to `DIGITS` significant digits."""
    with np.errstate(divide="ignore"):
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.abs(x))))
    scale[~np.isfinite(scale)] = 1.0
    return np.round(x * scale) / scale + 0.0

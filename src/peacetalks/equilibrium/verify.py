r"""An independent check of a solved game, from the result itself: strategies, their sums, and values.

At a sample of (period slice, node, belief) the strategies must be the logit best response to the continuation values at
the posteriors that Bayes' rule makes of them,

.. math:: \sigma_\theta(a) \propto \nu(a) \exp(\lambda Q_\theta(a; \mu'(a))),

sum to 1, and give the value that is stored (one step of the Bellman equation); the values at the ends of a period must
be those of the next one.  Small games are checked everywhere.  Nothing is shared with the kernels: interpolation,
Bayes' rule and expectations are written anew, in plain NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peacetalks.equilibrium.belief_grid import Interpolation, beliefs_at, prior_index
from peacetalks.equilibrium.off_grid import NODE_TOLERANCE, ROUNDING
from peacetalks.equilibrium.verify_interpolation import Neighbours
from peacetalks.errors import NotSolved
from peacetalks.game.expand import NATURE
from peacetalks.text_files import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peacetalks.equilibrium.solution import Solution

SMALL, SAMPLE, SEED = (
    64,
    40,
    20,
)  # nodes of a game checked everywhere; nodes checked in a larger one, at one belief each
EVERYWHERE = 4000  # (node, belief) pairs of a game that is checked everywhere
ENTRIES = 2_000_000  # numbers held at once
SUM = 1e-9  # distance of a sum of probabilities from 1
EXACT = 1e-5  # residual of a node per unit of the tolerance of a stationary game (as in `solve.py`)
SLACK = 10.0  # residual here, per residual that the solver stopped at: it measures its own in other terms
LEAST = np.log(
    1e-249
)  # log-probabilities below it count as equal: the solver treats probabilities below 1e-250 as zero


class Participant(NamedTuple):
    """Who acts at a node, with what strategy, and what it does to the beliefs; F beliefs at a time."""

    player: int
    log_weight: np.ndarray  # [action]
    x: np.ndarray  # [F, type, action] log strategy
    mean: np.ndarray  # [F, action]
    posterior: np.ndarray | None  # [F, action, type]; None where the player has one type
    axis: int


@dataclass(frozen=True)
class Checked:
    """What `verify` found: how much was checked, and the largest deviations."""

    pairs: int  # (node, belief) pairs
    residual: float  # of strategies: change of a log-probability, relative where it exceeds 1
    sums: float  # distance of a sum of probabilities from 1
    values: float  # of values, relative where they exceed 1


def verify(s: Solution) -> Checked:
    """Check a solution against the equations that define it.

    Parameters
    ----------
    s : Solution

    Returns
    -------
    Checked

    Raises
    ------
    NotSolved
        Strategies or values do not satisfy the equations at a node: which, where and by how much.

    Examples
    --------
    >>> import peacetalks as pt
    >>> from peacetalks.catalog import make
    >>> verify(pt.solve(make("holdout"), 4.0, belief_points=5)).pairs
    175
    """
    check = _Check(s)
    pairs, residual, sums, values = 0, 0.0, 0.0, 0.0
    for t, n, flats in _sample(s):
        found = check.node(t, n, flats)
        pairs += len(flats)
        residual, sums, values = max(residual, found[0]), max(sums, found[1]), max(values, found[2])
    check.ends()
    return Checked(pairs, residual, sums, values)


def _sample(s: Solution) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield (period slice, node, beliefs): all of a small game; the opening at the prior, and a sample, of others."""
    reach = s.compiled.reach
    places = np.argwhere(reach) if reach is not None else np.argwhere(np.ones((1, s.compiled.n_nodes), bool))
    total = s.grid.total
    if len(places) <= SMALL and len(places) * total <= EVERYWHERE:
        for t, n in places.tolist():
            yield t, n, np.arange(total)
        return
    prior = np.array([prior_index(s.grid, s.game)])
    slots = s.compiled.layout.boundary_slot
    for n in {int(slots[s.compiled.boundary_index[state]]) for state in s.game.starts()}:
        if n < s.compiled.n_nodes:
            yield 0, n, prior
    rng = np.random.default_rng(SEED)
    picks = rng.choice(len(places), min(SAMPLE, len(places)), replace=False)
    for (t, n), flat in zip(places[picks].tolist(), rng.integers(0, total, len(picks)).tolist(), strict=True):
        yield t, n, np.array([flat])


class _Check:
    """The equations at the nodes of one solution."""

    def __init__(self, s: Solution) -> None:
        self.s, self.lay, self.grid = s, s.compiled.layout, s.grid
        self.near = Neighbours(s.grid, linear=s.interpolation is Interpolation.FELL_BACK)
        stationary = s.game.periods is None
        stop = max(NODE_TOLERANCE, EXACT * s.settings["tolerance"]) if stationary else NODE_TOLERANCE
        self.allowed = 1e-9 + SLACK * stop

    def node(self, t: int, n: int, flats: np.ndarray) -> tuple[float, float, float]:
        """Check a node at several beliefs; return (residual, distance of sums from 1, error of values)."""
        lay = self.lay
        widest = int(lay.prof_ptr[n + 1] - lay.prof_ptr[n]) * len(lay.player_of) * 4 ** len(self.grid.size)
        step = max(1, ENTRIES // widest)
        worst = (0.0, 0.0, 0.0)
        for at in range(0, len(flats), step):
            one = self._beliefs(t, n, flats[at : at + step])
            worst = (max(worst[0], one[0]), max(worst[1], one[1]), max(worst[2], one[2]))
        return worst

    def _beliefs(self, t: int, n: int, flats: np.ndarray) -> tuple[float, float, float]:
        who = self._participants(t, n, flats)
        sums = np.array([np.abs(np.exp(p.x).sum(axis=2) - 1).max(axis=1) for p in who]).max(axis=0)
        self._demand(sums, SUM, t, n, flats, "the probabilities of moves sum to 1 but for {}")
        expected, shared = self._continuation(t, n, flats, who)
        shares = [self._shares(who, j) for j in range(-1, len(who))]  # of a profile: to outsiders, to each participant
        off = np.zeros(len(flats))
        scale = 1.0 + np.abs(expected).max(axis=(1, 2))
        values = shared + np.einsum("fp,fpu->fu", _outer([p.mean for p in who]), expected)
        for j, p in enumerate(who):
            if p.player == NATURE:
                off = np.maximum(off, np.abs(p.x - p.log_weight).max(axis=(1, 2)))
                continue
            first, k = int(self.lay.first_index[p.player]), p.x.shape[1]
            q = self._by_action(shares[j + 1][:, :, None] * expected[:, :, first : first + k], who, j)  # [F, A, type]
            off = np.maximum(off, self._residual(p, q.transpose(0, 2, 1)))
            own = np.einsum("fka,fak->fk", np.exp(p.x), q)
            values[:, first : first + k] = shared[first : first + k] + own
        most = float(self.s.rationality.max(initial=0.0))
        self._demand(
            off - ROUNDING * most * scale, self.allowed, t, n, flats, "strategies are off their best response by {}"
        )
        stored = self.s.values[t][n][:, flats].T
        wrong = (np.abs(values - stored) / (scale[:, None] + np.abs(shared))).max(axis=1)
        sharpness = 1.0 + 1.0 / min(self.s.rationality[self.s.rationality > 0], default=1.0)
        self._demand(wrong, 1e-9 + sharpness * self.allowed, t, n, flats, "values are off by {}")
        return float(off.max()), float(sums.max()), float(wrong.max())

    def _participants(self, t: int, n: int, flats: np.ndarray) -> list[Participant]:
        s, lay = self.s, self.lay
        size = int(s.log_ptr[n + 1] - s.log_ptr[n]) // self.grid.total
        x = s.logs[t][s.log_ptr[n] : s.log_ptr[n + 1]].reshape(self.grid.total, size)[flats]
        beliefs = beliefs_at(self.grid, flats)
        out, at = [], 0
        for i in range(int(lay.part_ptr[n]), int(lay.part_ptr[n + 1])):
            player, actions, w = int(lay.part_player[i]), int(lay.part_actions[i]), int(lay.part_weight[i])
            types = 1 if player == NATURE else int(lay.n_types[player])
            own = x[:, at : at + types * actions].reshape(len(flats), types, actions)
            at += types * actions
            axis = -1 if player == NATURE else int(self.grid.axis[player])
            mean, posterior = np.exp(own[:, 0]), None
            if axis >= 0:
                mean, posterior = _bayes(beliefs[:, axis, :types], own)
            out.append(Participant(player, lay.log_weight[w : w + actions], own, mean, posterior, axis))
        return out

    def _continuation(self, t: int, n: int, flats: np.ndarray, who: list[Participant]) -> tuple[np.ndarray, np.ndarray]:
        """Return [F, profile, player-type]: what is paid and expected after each profile, at the posteriors.

        That is what exceeds a value that all profiles share [player-type], which is returned too: so large payoffs keep
        the digits of their differences.
        """
        lay, X = self.lay, self.s.values[t]
        rows = slice(int(lay.prof_ptr[n]), int(lay.prof_ptr[n + 1]))
        rest = flats.copy()
        index, weight = None, None
        for p in who:
            place, share = (
                np.zeros((len(flats), p.mean.shape[1], 1), np.int64),
                np.ones((len(flats), p.mean.shape[1], 1)),
            )
            if p.posterior is not None:
                stride, size = int(self.grid.stride[p.axis]), int(self.grid.size[p.axis])
                rest = rest - flats // stride % size * stride
                place, share = self.near(p.axis, p.posterior)
                place = place * stride
            index, weight = (place, share) if index is None or weight is None else _joined(index, weight, place, share)
        assert index is not None
        assert weight is not None
        at = index + rest[:, None, None]
        own, incentive = lay.payoff[rows], lay.incentive[rows]
        after = X[lay.lottery_slot[lay.lottery_ptr[rows.start]], :, flats[0]]
        out = np.repeat(((own - own[0]) + (incentive - incentive[0]))[None], len(flats), axis=0)
        entries = slice(int(lay.lottery_ptr[rows.start]), int(lay.lottery_ptr[rows.stop]))
        counts = np.diff(lay.lottery_ptr[rows.start : rows.stop + 1])
        profile = np.repeat(np.arange(rows.stop - rows.start), counts)
        for c, slot, p in zip(
            profile.tolist(), lay.lottery_slot[entries].tolist(), lay.lottery_prob[entries].tolist(), strict=True
        ):
            ahead = X[slot][:, at[:, c]] - after[:, None, None]
            out[:, c] += p * np.einsum("fc,ufc->fu", weight[:, c], ahead)
        for c in np.flatnonzero(lay.typed[rows] >= 0).tolist():
            out[:, c] += self._typed(int(lay.typed[rows][c]), c, flats, who)
        return out, own[0] + incentive[0] + after

    def _typed(self, row: int, profile: int, flats: np.ndarray, who: list[Participant]) -> np.ndarray:
        """Return [F, player-type]: payoffs by the profile of types, expected over the types of the others."""
        lay, beliefs = self.lay, beliefs_at(self.grid, flats)
        act = np.unravel_index(profile, [p.mean.shape[1] for p in who])
        after = {p.player: p.posterior[:, a] for p, a in zip(who, act, strict=True) if p.posterior is not None}
        sizes = [int(k) for k in lay.n_types]
        about = []
        for i, k in enumerate(sizes):
            ax = int(self.grid.axis[i])
            about.append(after.get(i, beliefs[:, ax, :k] if ax >= 0 else np.ones((len(flats), 1))))
        pay = lay.typed_payoff[row] + lay.typed_incentive[row]
        out = np.zeros((len(flats), len(lay.player_of)))
        for i, k in enumerate(sizes):
            chance = _outer([np.ones_like(b) if j == i else b for j, b in enumerate(about)])
            by_type = np.moveaxis((chance * pay[:, i]).reshape(len(flats), *sizes), i + 1, 1)
            out[:, lay.first_index[i] : lay.first_index[i] + k] = by_type.reshape(len(flats), k, -1).sum(axis=2)
        return out

    def _shares(self, who: list[Participant], j: int) -> np.ndarray:
        """Return [F, profile]: the chance that the others than participant j make their moves of the profile."""
        return _outer([np.ones_like(p.mean) if i == j else p.mean for i, p in enumerate(who)])

    def _by_action(self, by_profile: np.ndarray, who: list[Participant], j: int) -> np.ndarray:
        """Sum [F, profile, type] over the moves of the others than participant j: [F, action, type]."""
        shape = [p.mean.shape[1] for p in who]
        split = np.moveaxis(by_profile.reshape(len(by_profile), *shape, -1), j + 1, 1)
        return split.reshape(len(by_profile), shape[j], -1, by_profile.shape[2]).sum(axis=2)

    def _residual(self, p: Participant, q: np.ndarray) -> np.ndarray:
        """Return [F]: how far log strategies are from the logit response to q [F, type, action]."""
        y = p.log_weight + self.s.rationality[p.player] * q
        y = y - y.max(axis=2, keepdims=True)
        y = np.maximum(y - np.log(np.exp(y).sum(axis=2, keepdims=True)), LEAST)
        return (np.abs(np.maximum(p.x, LEAST) - y) / (1 + np.abs(y))).max(axis=(1, 2))

    def ends(self) -> None:
        """Check that values at the ends of a period are the next one's, discounted, and follow from its first nodes."""
        s, lay, n = self.s, self.lay, self.s.compiled.n_nodes
        delta = float(lay.discount.max(initial=0.0))
        settled = s.settings["tolerance"] * (1 - delta) if delta < 1 else max(1e-3, 100 * s.settings["tolerance"])
        picks, reach = np.random.default_rng(SEED).permutation(len(s.compiled.boundaries)), s.compiled.reach_boundaries
        for t, after in enumerate(s.boundary_values[1:] if s.finite else s.boundary_values):
            here, there = (picks, picks) if reach is None else (picks[reach[t][picks]], picks[reach[t + 1][picks]])
            here, there = here[:SAMPLE], there[:SAMPLE]
            end, own = s.values[t][n:][there], after[there] * lay.discount[None, :, None]
            allowed = (0.0 if s.finite else settled) + 1e-9 * (1 + np.abs(own))
            self._end(np.abs(end - own) - allowed, there, t, "the value at the end of a period is not the next one's")
            paid = (lay.boundary_payoff[here] + lay.boundary_incentive[here])[:, :, None]
            right = paid + s.values[t][lay.boundary_slot[here]]
            right = self._expected(t, here, right)
            off = np.abs(s.boundary_values[t][here] - right) - 1e-9 * (1 + np.abs(right))
            self._end(off, here, t, "the value at the start of a period is not that of its first node")

    def _expected(self, t: int, here: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return values [boundary, player-type, belief] expected before types are drawn again where they are."""
        c, lay, out = self.s.compiled, self.lay, right.copy()
        for e, i in np.argwhere(c.redrawn[here]).tolist():
            ax, first = int(self.grid.axis[i]), int(lay.first_index[i])
            if ax < 0:
                continue
            stride, size = int(self.grid.stride[ax]), int(self.grid.size[ax])
            prior = prior_index(self.grid, c.game) // stride % size
            cube = out[e].reshape(len(out[e]), -1, size, stride)
            cube[:] = cube[:, :, prior : prior + 1].copy()
            own = slice(first, first + int(lay.n_types[i]))
            out[e, own] = np.array(c.game.prior(c.game.players[i])) @ out[e, own]
        return out

    def _end(self, excess: np.ndarray, at: np.ndarray, t: int, words: str) -> None:
        if excess.size and not excess.max() <= 0:
            e = int(np.argmax(np.where(np.isnan(excess), np.inf, excess).max(axis=(1, 2))))
            raise NotSolved(
                f"the solution fails its own check in state {shorten(self.s.compiled.boundaries[at[e]])}, period {t}: "
                f"{words}, off by {np.abs(excess[e]).max():.3g}. {_CURE}"
            )

    def _demand(self, found: np.ndarray, most: float, t: int, n: int, flats: np.ndarray, words: str) -> None:
        """Raise `NotSolved` where `found` [F] exceeds `most` or is not a number."""
        if (found <= most).all():
            return
        f = int(np.argmax(np.where(np.isnan(found), np.inf, found)))
        k, state = self.s.compiled.nodes[n]
        where = f"stage {self.s.game.stages[k].name!r}, state {shorten(state)}, period {t}"
        beliefs = beliefs_at(self.grid, flats[f : f + 1])[0].tolist()
        if len(self.grid.size):
            where += f", beliefs {beliefs}"
        raise NotSolved(
            f"the solution fails its own check at {where}: {words.format(f'{found[f]:.3g}')}, more than {most:.1e}. "
            f"{_CURE}"
        )


_CURE = "Rescale payoffs to shares of the stake, try a lower rationality or more belief points, and report the game."


def _bayes(belief: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return average strategies [F, action] and posteriors [F, action, type] of log strategies x [F, type, action]."""
    with np.errstate(divide="ignore"):
        joint = np.log(belief)[:, :, None] + x
    top = joint.max(axis=1, keepdims=True)
    part = np.exp(joint - top)
    total = part.sum(axis=1)
    return np.exp(top[:, 0]) * total, (part / total[:, None, :]).transpose(0, 2, 1)


def _outer(factors: list[np.ndarray]) -> np.ndarray:
    """Return the products [F, profile] of factors [F, action]; the first factor's action varies slowest."""
    out = factors[0]
    for own in factors[1:]:
        out = (out[:, :, None] * own[:, None, :]).reshape(len(out), -1)
    return out


def _joined(
    index: np.ndarray, weight: np.ndarray, place: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return places and weights [F, profile, corner] with those of one more participant [F, action, corner]."""
    shape = len(index), index.shape[1] * place.shape[1], index.shape[2] * place.shape[2]
    both = index[:, :, None, :, None] + place[:, None, :, None, :]
    return both.reshape(shape), (weight[:, :, None, :, None] * share[:, None, :, None, :]).reshape(shape)

r"""Equilibria of the crisis signalling game of Lewis & Schultz (2003), for many games at once.

A keeps the status quo, :math:`S_A`, or challenges; B concedes, :math:`(V_A, C_B)`, or resists; A stands firm,
:math:`(W_A+\epsilon_A, W_B+\epsilon_B)`, or backs down, :math:`(a+\epsilon_a, V_B)`.  The shocks are independent
standard normals; A knows its two from the start, B its own.  With the belief :math:`p_R` that B resists and the belief
:math:`p_F` that A, once resisted, stands firm,

.. math::
   c^* &= \frac{S_A-(1-p_R)V_A}{p_R}, \qquad v_1 = c^*-W_A, \quad v_2 = c^*-a, \\
   p_C &= 1-\Phi(v_1)\,\Phi(v_2), \qquad
   h_F = \int_{v_1}^\infty \phi(x)\,\Phi(x+W_A-a)\,dx, \qquad h_B = p_C-h_F, \\
   p_F &= h_F/p_C, \qquad p_R = \Phi(w), \qquad w = \frac{p_FW_B+(1-p_F)V_B-C_B}{p_F}.

:math:`h_F` is the chance that A challenges and would stand firm, :math:`h_B` that it challenges and would back down.
Every fixed point in :math:`p_R` is an equilibrium.  There may be several, in which the outcomes differ: `equilibria`
finds all, and whoever predicts says which is meant.

References
----------
Lewis, J. B. & Schultz, K. A. (2003). Revealing preferences: empirical estimation of a crisis bargaining game with
incomplete information. Political Analysis 11(4), 345-367.
Crisman-Cox, C. & Gibilisco, M. (2021). Estimating signaling games in international relations: problems and solutions.
Political Science Research and Methods 9(3), 565-582.
Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Annals of Mathematical Statistics 27(4),
1075-1090.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, owens_t

Array = np.ndarray

PAYOFFS = ("SA", "VA", "CB", "barWA", "barWB", "bara", "VB")  # in the order of every array [row, payoff]
OUTCOMES = ("SQ", "CD", "SF", "BD")  # status quo, B concedes, A stands firm, A backs down
SA, VA, CB, WA, WB, BA, VB = range(7)
FAR = 36.0  # standard deviations above A's payoffs beyond which its cut-off, and B's gain, count as that far out
CERTAIN = 1e3  # the same below, where A challenges for certain and the log of the chance that it does not is exact
BOTH_FAR = 4.0  # where A challenges this rarely its chances come from the tails
LOG_ROOT_2PI = 0.5 * np.log(2 * np.pi)
LAGUERRE = np.polynomial.laguerre.laggauss(24)
SCAN = np.concatenate((np.arange(-37, -6, 0.5), np.arange(-6, 6, 0.1), np.arange(6, 37.01, 1.0)))
HALVINGS = 60


def density(x: Array) -> Array:
    """Return the standard normal density.

    >>> round(float(density(np.array(0.0))), 6)
    0.398942
    """
    return np.exp(-0.5 * np.square(x) - LOG_ROOT_2PI)


@dataclass(frozen=True)
class Challenger:
    """What A does, given its cut-off and its mean payoffs of war and of backing down; arrays of one shape."""

    v1: Array
    v2: Array
    log_keep: Array  # log of the chance that A keeps the status quo
    challenge: Array  # p_C
    fight: Array  # h_F
    back_down: Array  # h_B

    @property
    def stands_firm(self) -> Array:
        """The chance that A, having challenged and been resisted, stands firm: p_F."""
        return self.fight / self.challenge


def cut_off(resist: Array, concede: Array, u: Array) -> Array:
    """Return the payoff that A needs from the end of the crisis in order to challenge, c*.

    Parameters
    ----------
    resist, concede : array
        The belief that B resists, and that it concedes: they sum to one, and each is exact where it is small.
    u : array, [..., payoff]
    """
    return (u[..., SA] - concede * u[..., VA]) / resist


def challenger(cut: Array, war: Array, back_down: Array) -> Challenger:
    """Return A's chances; they are exact to some ten digits of their own size, however rarely A challenges.

    >>> c = challenger(np.array([0.0]), np.array([-1.9]), np.array([-1.2]))
    >>> [round(float(x[0]), 6) for x in (c.challenge, c.fight, c.back_down)]
    [0.140482, 0.026833, 0.113649]
    """
    cut = np.clip(cut, np.minimum(war, back_down) - CERTAIN, np.maximum(war, back_down) + FAR)
    v1, v2 = cut - war, cut - back_down
    log_keep = log_ndtr(v1) + log_ndtr(v2)
    challenge = -np.expm1(log_keep)
    fight = np.clip(_both_below((war - back_down) / np.sqrt(2), -v1), 0.0, challenge)
    other = challenge - fight
    far = (v1 > BOTH_FAR) & (v2 > BOTH_FAR)
    if far.any():
        a, b = v1[far], v2[far]
        fight[far], other[far] = _tail(a, b), _tail(b, a)
        challenge = fight + other
    return Challenger(v1, v2, log_keep, challenge, fight, other)


def _tail(v1: Array, v2: Array) -> Array:
    r"""Return :math:`\int_{v_1}^\infty\phi(x)\Phi(x+v_2-v_1)dx` for large arguments, by Gauss-Laguerre quadrature."""
    x, weight = LAGUERRE
    step = x / v1[..., None]
    missing = (np.exp(-0.5 * step**2) * ndtr(-v2[..., None] - step)) @ weight
    return ndtr(-v1) - density(v1) / v1 * missing


def _both_below(h: Array, k: Array) -> Array:
    """Return the chance that two standard normals of correlation 1/sqrt(2) lie below h and k (Owen 1956)."""
    rho = np.sqrt(0.5)
    h, k = np.where(h == 0, 1e-300, h), np.where(k == 0, 1e-300, k)
    with np.errstate(over="ignore"):
        first, second = owens_t(h, (k / h - rho) / rho), owens_t(k, (h / k - rho) / rho)
    apart = np.where((h > 0) == (k > 0), 0.0, 0.5)
    return 0.5 * (ndtr(h) + ndtr(k)) - first - second - apart


def resistance(stands_firm: Array, u: Array) -> Array:
    """Return w: B resists with chance Phi(w) if it believes that A stands firm with this chance."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        w = u[..., WB] - u[..., VB] + (u[..., VB] - u[..., CB]) / stands_firm
    return np.clip(np.nan_to_num(w), -FAR, FAR)


def outcome_chances(resist: Array, concede: Array, a: Challenger) -> Array:
    """Return the chances of the four outcomes, [..., outcome]."""
    return np.stack((np.exp(a.log_keep), a.challenge * concede, a.fight * resist, a.back_down * resist), axis=-1)


@dataclass(frozen=True)
class Equilibria:
    """All equilibria of many games, game by game and ascending in the chance that B resists."""

    row: Array  # [equilibrium] the game
    quantile: Array  # [equilibrium] w: B resists with chance Phi(w)
    payoffs: Array  # [equilibrium, payoff]

    @property
    def resist(self) -> Array:
        """The chance that B resists a challenge, p_R, [equilibrium]."""
        return ndtr(self.quantile)

    @property
    def challenger(self) -> Challenger:
        """A's chances, [equilibrium]."""
        u = self.payoffs
        cut = cut_off(self.resist, ndtr(-self.quantile), u)
        return challenger(cut, u[:, WA], u[:, BA])

    @property
    def outcomes(self) -> Array:
        """The chances of the four outcomes, [equilibrium, outcome]."""
        return outcome_chances(self.resist, ndtr(-self.quantile), self.challenger)

    def count(self, rows: int) -> Array:
        """Return how many equilibria each game has, [row]."""
        return np.bincount(self.row, minlength=rows)

    def best(self, score: Array, rows: int) -> Array:
        """Return for each game the index of the equilibrium with the highest score, the first of equal ones, [row]."""
        order = np.lexsort((np.arange(len(score)), -score, self.row))
        first = np.searchsorted(self.row[order], np.arange(rows))
        return order[first]


def excess(z: Array, u: Array) -> Array:
    """Return w, the answer to the belief Phi(z) that B resists, less z: zero in equilibrium.

    Parameters
    ----------
    z : array, [row, point]
    u : array, [row, payoff]
    """
    wide = u[:, None, :]
    a = challenger(cut_off(ndtr(z), ndtr(-z), wide), wide[..., WA], wide[..., BA])
    return resistance(a.stands_firm, wide) - z


def equilibria(u: Array) -> Equilibria:
    """Return every equilibrium of every game.

    The quantile of the chance that B resists is scanned from -37 to 37 standard deviations; between neighbouring points
    a change of sign is halved to machine precision, and every extremum between points is located,
    so that two equilibria between neighbours are found too.

    Parameters
    ----------
    u : array, [row, payoff]
        In the order of `PAYOFFS`, in units of the standard deviation of the shocks.

    Raises
    ------
    ValueError
        Payoffs that are not finite.

    Examples
    --------
    >>> found = equilibria(np.array([[0, 1, 0, -1.9, -2.9, -1.2, 1.0]]))
    >>> found.resist.round(6).tolist()
    [0.251105, 0.594723, 0.813322]
    """
    u = np.atleast_2d(np.asarray(u, float))
    if not np.isfinite(u).all():
        raise ValueError("payoffs of the signalling game must be finite numbers")
    rows = len(u)
    grid = np.broadcast_to(SCAN, (rows, len(SCAN)))
    value = excess(grid, u)
    row, at = np.nonzero(value[:, :-1] * value[:, 1:] < 0)
    zero = np.nonzero(value == 0)
    brackets = [(row, SCAN[at], SCAN[at + 1]), (zero[0], SCAN[zero[1]], SCAN[zero[1]])]
    brackets += _extrema(value, u)
    row, low, high = (np.concatenate(parts) for parts in zip(*brackets, strict=True))
    root = _halve(low, high, row, u)
    order = np.lexsort((root, row))
    return Equilibria(row[order], root[order], u[row[order]])


def _halve(low: Array, high: Array, row: Array, u: Array) -> Array:
    """Return the root of `excess` in every bracket, by bisection to machine precision."""
    mine, left = u[row], np.sign(_at(low, u[row]))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        same = np.sign(_at(middle, mine)) == left
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)


def _at(z: Array, u: Array) -> Array:
    """Return `excess` at one point a row."""
    return excess(z[:, None], u)[:, 0]


def _extrema(value: Array, u: Array) -> list[tuple[Array, Array, Array]]:
    """Return brackets (row, low, high) of the equilibria on both sides of an extremum between points of the scan."""
    left, middle, right = value[:, :-2], value[:, 1:-1], value[:, 2:]
    sign = np.sign(middle)
    towards = (sign * middle <= sign * left) & (sign * middle < sign * right) & (sign * left > 0) & (sign * right > 0)
    row, at = np.nonzero(towards)
    low, high, mine, sign = SCAN[at].copy(), SCAN[at + 2].copy(), u[row], sign[row, at]
    for _ in range(HALVINGS):  # ternary search for the extremum nearest to zero
        one, two = low + (high - low) / 3, high - (high - low) / 3
        nearer = sign * _at(one, mine) < sign * _at(two, mine)
        low, high = np.where(nearer, low, one), np.where(nearer, two, high)
    turn = 0.5 * (low + high)
    crosses = sign * _at(turn, mine) < 0
    row, at, turn = row[crosses], at[crosses], turn[crosses]
    return [(row, SCAN[at], turn), (row, turn, SCAN[at + 2])]

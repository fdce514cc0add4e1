r"""The log-likelihood of the crisis signalling game given beliefs, and its derivatives in closed form.

Given the beliefs :math:`p_R` and :math:`p_F` the chances depend on the payoffs through four numbers, each linear in
them: the cut-off :math:`c^*`, :math:`W_A`, :math:`a` and :math:`w` (`catalog/signal_equilibria.py`).  With
:math:`f_i=\phi(v_i)`, :math:`F_i=\Phi(v_i)`, :math:`d=W_A-a` and
:math:`m=\int_{v_1}^\infty\phi(x)\phi(x+d)dx=\phi(d/\sqrt2)\,\Phi\big(\sqrt2(\tfrac{W_A+a}2-c^*)\big)/\sqrt2`,

.. math::
   \frac{\partial h_F}{\partial(c^*,W_A,a)} = (-f_1F_2,\; f_1F_2+m,\; -m), \qquad
   \frac{\partial h_B}{\partial(c^*,W_A,a)} = (-f_2F_1,\; -m,\; f_2F_1+m).

A play of the game whose outcomes were tallied :math:`n_{SQ}, n_{CD}, n_{SF}, n_{BD}` times contributes

.. math::
   n_{SQ}\log\Phi(v_1)\Phi(v_2) + n_{CD}\log p_C\Phi(-w) + n_{SF}\log h_F\Phi(w) + n_{BD}\log h_B\Phi(w).

The answers to the beliefs, :math:`\Psi_R=\Phi(w)` and :math:`\Psi_F=h_F/p_C`, are the next beliefs of the nested
pseudo-likelihood; the derivatives of :math:`\Psi` give its covariance (Aguirregabiria & Mira 2007).

References
----------
Crisman-Cox, C. & Gibilisco, M. (2021). Estimating signaling games in international relations: problems and solutions.
Political Science Research and Methods 9(3), 565-582.
Aguirregabiria, V. & Mira, P. (2007). Sequential estimation of dynamic discrete games. Econometrica 75(1), 1-53.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr, ndtr

from peacetalks.catalog.signal_equilibria import (
    BA,
    CB,
    LOG_ROOT_2PI,
    PAYOFFS,
    SA,
    VA,
    VB,
    WA,
    WB,
    Challenger,
    challenger,
    cut_off,
    density,
)

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

TREMBLE = 1e-12  # chance of either end, once A has challenged, below which an observed one is not counted as impossible
CUT, WAR, BACK = range(3)  # the numbers on which A's chances depend, in the order of derivatives


@dataclass(frozen=True)
class Likelihood:
    """The pseudo-log-likelihood of every game at given payoffs and beliefs; derivatives are made when asked for.

    Attributes
    ----------
    payoffs : array, [row, payoff]
    resist, firm : array, [row]
        Beliefs: that B resists, p_R, and that A stands firm, p_F.
    tallies : array, [row, outcome]
        How often each outcome was observed.
    """

    payoffs: Array
    resist: Array
    firm: Array
    tallies: Array

    @cached_property
    def cut(self) -> Array:
        """A's cut-off, [row]."""
        return cut_off(self.resist, 1 - self.resist, self.payoffs)

    @cached_property
    def a(self) -> Challenger:
        """A's chances, [row]."""
        return challenger(self.cut, self.payoffs[:, WA], self.payoffs[:, BA])

    @cached_property
    def w(self) -> Array:
        """B resists with chance Phi(w), [row]."""
        u = self.payoffs
        return u[:, WB] - u[:, VB] + (u[:, VB] - u[:, CB]) / self.firm

    @cached_property
    def rows(self) -> Array:
        """The log-likelihood, [row]."""
        n, a = self.tallies, self.a
        ends = [np.log(x + TREMBLE * a.challenge) for x in (a.fight, a.back_down)]
        sq, cd, sf, bd = n.T
        challenged = cd * np.log(a.challenge) + sf * ends[0] + bd * ends[1]
        return sq * a.log_keep + challenged + cd * log_ndtr(-self.w) + (sf + bd) * log_ndtr(self.w)

    @cached_property
    def answers(self) -> tuple[Array, Array]:
        """The answers to the beliefs: the chances that B resists and that A stands firm, each [row]."""
        return ndtr(self.w), self.a.stands_firm

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        """First and second derivatives of A's chances to challenge, fight and back down by (c, W_A, a).

        Shapes [chance, row, 3] and [chance, row, 3, 3].
        """
        a = self.a
        f1, f2, big1, big2 = density(a.v1), density(a.v2), ndtr(a.v1), ndtr(a.v2)
        d = a.v2 - a.v1
        m = density(d / np.sqrt(2)) * ndtr(-(a.v1 + a.v2) / np.sqrt(2)) / np.sqrt(2)
        fight = _first(f1 * big2, m, WAR, BACK)
        back = _first(f2 * big1, m, BACK, WAR)
        fight2 = _second(a.v1 * f1 * big2, f1 * f2, 0.5 * d * m, WAR, BACK)
        back2 = _second(a.v2 * f2 * big1, f1 * f2, -0.5 * d * m, BACK, WAR)
        return np.stack((fight + back, fight, back)), np.stack((fight2 + back2, fight2, back2))

    @cached_property
    def _keep(self) -> tuple[Array, Array]:
        """Inverse Mills ratios of v1 and v2, [row]."""
        return tuple(_mills(v) for v in (self.a.v1, self.a.v2))  # pyright: ignore[reportReturnType]

    @cached_property
    def _by_chance(self) -> tuple[Array, Array]:
        """Tallies over chances, and over squared chances: of challenging, fighting and backing down, [chance, row]."""
        a, n = self.a, self.tallies.T
        chance = np.stack((a.challenge, a.fight + TREMBLE * a.challenge, a.back_down + TREMBLE * a.challenge))
        return n[1:] / chance, n[1:] / chance**2

    @cached_property
    def _effective(self) -> tuple[Array, Array]:
        """The derivatives of the chances that stand in the logarithms: those of `_ends` with the tremble."""
        first, second = self._ends
        weight = np.array([0.0, TREMBLE, TREMBLE])
        return first + weight[:, None, None] * first[0], second + weight[:, None, None, None] * second[0]

    @cached_property
    def _gradient(self) -> tuple[Array, Array]:
        """Derivatives of the log-likelihood by (c, W_A, a), [row, 3], and by w, [row]."""
        sq, cd, sf, bd = self.tallies.T
        m1, m2 = self._keep
        over, _ = self._by_chance
        by_a = np.einsum("kr,kri->ri", over, self._effective[0])
        by_a += sq[:, None] * np.stack((m1 + m2, -m1, -m2), axis=1)
        return by_a, (sf + bd) * _mills(self.w) - cd * _mills(-self.w)

    @cached_property
    def _curvature(self) -> tuple[Array, Array]:
        """Second derivatives of the log-likelihood by (c, W_A, a), [row, 3, 3], and by w, [row]."""
        sq, cd, sf, bd = self.tallies.T
        over, over2 = self._by_chance
        first, second = self._effective
        by_a = np.einsum("kr,krij->rij", over, second) - np.einsum("kr,kri,krj->rij", over2, first, first)
        k1, k2 = (-m * (v + m) for m, v in zip(self._keep, (self.a.v1, self.a.v2), strict=True))
        none = np.zeros_like(k1)
        keep = np.array([[k1 + k2, -k1, -k2], [-k1, k1, none], [-k2, none, k2]])
        by_a += sq[:, None, None] * np.moveaxis(keep, -1, 0)
        up, down = _mills(self.w), _mills(-self.w)
        return by_a, -(sf + bd) * up * (self.w + up) - cd * down * (down - self.w)

    @cached_property
    def _linear(self) -> tuple[Array, Array]:
        """Derivatives of (c, W_A, a), [row, 3, payoff], and of w, [row, payoff], by the payoffs: given beliefs."""
        by_a, by_w = np.zeros((len(self.resist), 3, len(PAYOFFS))), np.zeros((len(self.resist), len(PAYOFFS)))
        by_a[:, CUT, SA], by_a[:, CUT, VA] = 1 / self.resist, -(1 - self.resist) / self.resist
        by_a[:, WAR, WA] = by_a[:, BACK, BA] = 1.0
        by_w[:, WB], by_w[:, VB], by_w[:, CB] = 1.0, (1 - self.firm) / self.firm, -1 / self.firm
        return by_a, by_w

    @cached_property
    def by_payoff(self) -> Array:
        """Derivatives of the log-likelihood by the payoffs, [row, payoff]."""
        (ga, gw), (ja, jw) = self._gradient, self._linear
        return np.einsum("ri,riu->ru", ga, ja) + gw[:, None] * jw

    @cached_property
    def by_payoffs(self) -> Array:
        """Second derivatives of the log-likelihood by the payoffs, [row, payoff, payoff]."""
        (ha, hw), (ja, jw) = self._curvature, self._linear
        return np.einsum("riu,rij,rjv->ruv", ja, ha, ja, optimize=True) + np.einsum("r,ru,rv->ruv", hw, jw, jw)

    @cached_property
    def _by_own_belief(self) -> tuple[Array, Array]:
        """Derivatives of the cut-off by p_R and of w by p_F, each [row]."""
        u = self.payoffs
        return (u[:, VA] - self.cut) / self.resist, (u[:, CB] - u[:, VB]) / self.firm**2

    @cached_property
    def by_belief(self) -> Array:
        """Derivatives of the log-likelihood by p_R and p_F, [row, 2]."""
        (ga, gw), (cut, w) = self._gradient, self._by_own_belief
        return np.stack((ga[:, CUT] * cut, gw * w), axis=1)

    @cached_property
    def answers_by_payoff(self) -> tuple[Array, Array]:
        """Derivatives of the answers (p_R, p_F) to the beliefs by the payoffs, each [row, payoff]."""
        (ja, jw), firm = self._linear, self._firm_by_a
        return density(self.w)[:, None] * jw, np.einsum("ri,riu->ru", firm, ja)

    @cached_property
    def answers_by_belief(self) -> tuple[Array, Array]:
        """Derivatives of the answer p_R by the belief p_F, and of the answer p_F by the belief p_R, each [row]."""
        cut, w = self._by_own_belief
        return density(self.w) * w, self._firm_by_a[:, CUT] * cut

    @cached_property
    def _firm_by_a(self) -> Array:
        """Derivatives of the chance that A stands firm by (c, W_A, a), [row, 3]."""
        first, _ = self._ends
        return (first[1] - self.a.stands_firm[:, None] * first[0]) / self.a.challenge[:, None]

    @cached_property
    def equilibrium_by_payoff(self) -> tuple[Array, Array]:
        """Derivatives of the equilibrium (p_R, p_F) by the payoffs, each [row, payoff], where beliefs are one."""
        (resist, firm), (b, g) = self.answers_by_payoff, self.answers_by_belief
        scale = 1 / (1 - b * g)[:, None]
        return scale * (resist + b[:, None] * firm), scale * (firm + g[:, None] * resist)


def _mills(v: Array) -> Array:
    """Return the inverse Mills ratio: the derivative of log Phi."""
    return np.exp(-0.5 * np.square(v) - LOG_ROOT_2PI - log_ndtr(v))


def _first(edge: Array, m: Array, own: int, other: int) -> Array:
    """Return the derivatives of the chance that A challenges and then chooses its `own` end, [row, 3]."""
    out = np.empty((len(m), 3))
    out[:, CUT], out[:, own], out[:, other] = -edge, edge + m, -m
    return out


def _second(bend: Array, both: Array, tilt: Array, own: int, other: int) -> Array:
    """Return the second derivatives of that chance, [row, 3, 3]; `both` is f1 f2."""
    out = np.empty((len(both), 3, 3))
    out[:, CUT, CUT] = bend - both
    out[:, CUT, own] = out[:, own, CUT] = -bend
    out[:, CUT, other] = out[:, other, CUT] = both
    out[:, own, own] = bend - tilt + 0.5 * both
    out[:, own, other] = out[:, other, own] = tilt - 0.5 * both
    out[:, other, other] = -tilt - 0.5 * both
    return out

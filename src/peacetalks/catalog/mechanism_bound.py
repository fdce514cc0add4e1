r"""The least chance of war under any bargaining protocol (Fey & Ramsay 2009, 2011; Hörner, Morelli & Squintani 2015).

Sides have private types; war pays :math:`w_i(t_1,t_2)`.  Whatever the rules of bargaining, an equilibrium amounts to
a chance of war :math:`W(t_1,t_2)` and a division of the peaceful pie, such that no type gains by acting as another
(incentive compatibility) and none does better in war (participation).  The least chance of war is a linear program
in :math:`W` and :math:`Y=(1-W)x`.  It is 0 iff :math:`\sum_i\max_{t_i}E[w_i\mid t_i]\le 1`: always so where only
costs are private, but not where power is.  With participation *ex post* every settlement also beats war against the
type at the table.

With symmetric power, :math:`q=\Pr(H)`, :math:`p=P(H\ beats\ L)`, a pie worth :math:`\theta` after war,
:math:`\lambda=q/(1-q)` and :math:`\gamma=(p\theta-\tfrac12)/(\tfrac12-\tfrac\theta2)`, the best arbitration keeps the
peace between two weak sides, between unequal ones with :math:`p_M=1/(1+\gamma-2\lambda)` (1 if
:math:`\lambda\ge\gamma/2`) and between two strong ones with
:math:`p_H=(2\lambda-\gamma)/(\lambda(1+\gamma-\lambda))` (0 below :math:`\gamma/2`, 1 from :math:`\gamma` on).

References
----------
Fey, M. & Ramsay, K. W. (2009). Mechanism design goes to war. Review of Economic Design 13, 233-250.
Fey, M. & Ramsay, K. W. (2011). Uncertainty and incentives in crisis bargaining. American Journal of Political Science
55(1), 149-169.
Hörner, J., Morelli, M. & Squintani, F. (2015). Mediation and peace. Review of Economic Studies 82(4), 1483-1501.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from peacetalks.errors import GameError

Table = Sequence[Sequence[float]]


def least_war(
    war_1: Table, war_2: Table, prior_1: Sequence[float], prior_2: Sequence[float], ex_post: bool = False
) -> float:
    """Return the least chance of war in any equilibrium of any bargaining protocol.

    Parameters
    ----------
    war_1, war_2 : [type of 1][type of 2]
        What war pays each side, of a pie of 1.
    prior_1, prior_2 : sequence of float
        Independent priors over the types.
    ex_post : bool
        Ask that each settlement beats war against the type at the table, not only on average.

    Raises `GameError` for tables and priors that do not fit.

    Examples
    --------
    >>> war = [[0.4, 0.1], [0.7, 0.4]]
    >>> round(least_war(war, [[0.4, 0.7], [0.1, 0.4]], [0.5, 0.5], [0.5, 0.5]), 6)
    0.25
    """
    w1, w2, q1, q2 = (np.asarray(a, float) for a in (war_1, war_2, prior_1, prior_2))
    _check(w1, w2, q1, q2)
    n1, n2 = w1.shape
    rows, bounds = [], []
    for side, w, own, other in ((0, w1, q1, q2), (1, w2.T, q2, q1)):
        more, least = _interim(side, w, other, len(own), (n1, n2))
        rows += more
        bounds += least
    fixed, most = _each_pair(w1, w2, ex_post)
    cost = np.concatenate([np.outer(q1, q2).ravel(), np.zeros(n1 * n2)])
    found = linprog(cost, A_ub=np.array([*rows, *fixed]), b_ub=[*bounds, *most], bounds=(0, 1), method="highs")
    if found.status != 0:
        raise GameError(f"the least chance of war could not be computed: {found.message}")
    return max(0.0, float(found.fun))


def _check(w1: np.ndarray, w2: np.ndarray, q1: np.ndarray, q2: np.ndarray) -> None:
    shape = (len(q1), len(q2))
    for name, w in (("war_1", w1), ("war_2", w2)):
        if w.shape != shape:
            raise GameError(f"{name} must have a row per type of 1 and a column per type of 2, {shape}, got {w.shape}")
    for name, q in (("prior_1", q1), ("prior_2", q2)):
        if (q < 0).any() or abs(q.sum() - 1) > 1e-9:
            raise GameError(f"{name} must be probabilities that sum to 1, got {q.tolist()}")


def _interim(side: int, w: np.ndarray, other: np.ndarray, kinds: int, shape: tuple[int, int]) -> tuple[list, list]:
    """Return the rows (<=) of participation and incentive compatibility of one side; `w` is [own, other]."""

    def utility(kind: int, acts: int) -> tuple[np.ndarray, float]:
        # of type `kind` that acts as `acts`: war with W, else Y (side 1) or 1 - W - Y (side 2)
        war, share = np.zeros(shape), np.zeros(shape)
        at = (acts, slice(None)) if side == 0 else (slice(None), acts)
        war[at] = other * (w[kind] - side)
        share[at] = other * (1 - 2 * side)
        return np.concatenate([war.ravel(), share.ravel()]), float(side)

    rows, least = [], []
    for kind in range(kinds):
        own, base = utility(kind, kind)
        rows.append(-own)
        least.append(base - float(other @ w[kind]))
        for acts in range(kinds):
            if acts != kind:
                lie, lie_base = utility(kind, acts)
                rows.append(lie - own)
                least.append(base - lie_base)
    return rows, least


def _each_pair(w1: np.ndarray, w2: np.ndarray, ex_post: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows (<=) that hold pair by pair: Y <= 1 - W, and ex post Y and 1 - W - Y beat war."""
    n = w1.size
    eye = np.eye(n)
    rows, most = [np.hstack([eye, eye])], [np.ones(n)]
    if ex_post:
        rows += [np.hstack([-np.diag(w1.ravel()), -eye]), np.hstack([np.diag(1 - w2.ravel()), eye])]
        most += [-w1.ravel(), 1 - w2.ravel()]
    return np.vstack(rows), np.concatenate(most)


def arbitration(strong: float, p: float, theta: float) -> tuple[float, tuple[float, float, float]]:
    """Return the chance of war under the best arbitration, and the chances of peace (weak, unequal, strong pairs).

    Parameters
    ----------
    strong : float
        Chance that a side is strong, q.
    p : float
        Chance that a strong side beats a weak one.
    theta : float
        What is left of the pie after war.

    Examples
    --------
    >>> war, peace = arbitration(0.5, 0.85, 0.8)
    >>> round(war, 6), round(peace[2], 6)
    (0.222222, 0.111111)
    """
    if not (0 < strong < 1 and 0 < theta < 1):
        raise GameError(f"strong and theta must lie strictly between 0 and 1, got {strong!r} and {theta!r}")
    odds = strong / (1 - strong)
    gamma = (p * theta - 0.5) / (0.5 - theta / 2)
    if odds >= gamma:
        mixed, high = 1.0, 1.0
    elif odds >= gamma / 2:
        mixed, high = 1.0, (2 * odds - gamma) / (odds * (1 + gamma - odds))
    else:
        mixed, high = 1 / (1 + gamma - 2 * odds), 0.0
    peace = (1 - strong) ** 2 + 2 * strong * (1 - strong) * mixed + strong**2 * high
    return 1 - peace, (1.0, mixed, high)

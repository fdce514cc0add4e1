r"""Empirical Bayes: a small class borrows from its parent as much as its siblings are alike.

Sibling classes g have :math:`x_g` events in :math:`n_g` (effective) cases, with rates drawn from
Beta(:math:`\kappa p_0, \kappa (1-p_0)`) around the parent's rate :math:`p_0`. The precision :math:`\kappa`
maximises the beta-binomial marginal likelihood; a class then has the posterior
Beta(:math:`\kappa p_0 + x, \kappa(1-p_0) + n - x`): its mean is
:math:`w\,x/n + (1-w)\,p_0` with :math:`w = n/(n+\kappa)`. The caller caps :math:`\kappa` at the parent's effective
N: a class cannot borrow more than its parent knows.

Effective N: cases in one cluster (state, conflict) are alike, so n is divided by the design effect
:math:`1 + (\bar m - 1)\rho`, with :math:`\bar m = \sum m_c^2/n` and :math:`\rho` the intraclass correlation from
the one-way analysis of variance (Kish 1965). Reference: Carlin and Louis (2000), Bayes and Empirical Bayes
Methods, ch. 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, betaln

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PRECISIONS = np.exp(np.linspace(0.0, np.log(2000.0), 80))  # the grid on which the precision is sought


def precision(events: ArrayLike, n: ArrayLike, parent: float) -> float:
    """Return the precision kappa (1 to 2,000 cases) of sibling rates around the parent's.

    `events` and `n` [sibling] need not be whole numbers. Siblings that are all alike give 2,000.

    >>> precision([5, 10, 50], [10, 20, 100], 0.5) > 1000
    True
    """
    x, m = (np.asarray(v, float)[:, None] for v in (events, n))
    p = min(max(parent, 1e-4), 1 - 1e-4)
    a, b = p * PRECISIONS, (1 - p) * PRECISIONS
    likelihood = (betaln(x + a, m - x + b) - betaln(a, b)).sum(axis=0)
    return float(PRECISIONS[np.argmax(likelihood)])


def posterior(p: float, n: float, parent: float | None = None, kappa: float = 1.0) -> tuple[float, float, float]:
    """Return (mean, low, high), 95 %, of a rate `p` seen in `n` effective cases.

    Without a parent the mean is `p` itself and the interval is Jeffreys'.

    >>> [round(v, 3) for v in posterior(0.5, 10, parent=0.2, kappa=10)]
    [0.35, 0.163, 0.566]
    """
    if parent is None:
        a, b, mean = p * n + 0.5, (1 - p) * n + 0.5, p
    else:
        prior = min(max(parent, 1e-6), 1 - 1e-6)
        a, b = kappa * prior + p * n, kappa * (1 - prior) + (1 - p) * n
        mean = a / (a + b)
    return float(mean), float(betaincinv(a, b, 0.025)), float(betaincinv(a, b, 0.975))


def design_effect(outcome: NDArray[np.float64], cluster: ArrayLike) -> float:
    """Return the factor (1 or more) by which clusters of like cases reduce N.

    `outcome` [case] is 0 or 1, `cluster` [case] any labels.

    >>> round(design_effect(np.array([1.0, 1.0, 0.0, 0.0]), ["a", "a", "b", "b"]), 2)
    2.0
    """
    labels, place = np.unique(np.asarray(cluster, str), return_inverse=True)
    n, k = outcome.size, labels.size
    if n < 3 or k < 2 or k == n or outcome.min() == outcome.max():
        return 1.0
    m = np.bincount(place).astype(float)
    means = np.bincount(place, outcome) / m
    between = (m * (means - outcome.mean()) ** 2).sum() / (k - 1)
    within = ((outcome - means[place]) ** 2).sum() / (n - k)
    size = (n - (m**2).sum() / n) / (k - 1)
    rho = (between - within) / (between + (size - 1) * within)
    return float(1 + ((m**2).sum() / n - 1) * min(max(rho, 0.0), 1.0))

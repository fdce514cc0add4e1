r"""Empirical Bayes: the rate of a small class is shrunk to that of its parent, the more so the more its siblings agree.

Sibling classes g have :math:`x_g` events in :math:`n_g` (effective) cases, with rates drawn from
Beta(:math:`\kappa p_0, \kappa (1-p_0)`) around the parent's rate :math:`p_0`. The precision :math:`\kappa`
maximises the beta-binomial marginal likelihood; a class then has the posterior
Beta(:math:`\kappa p_0 + x, \kappa(1-p_0) + n - x`): its mean is
:math:`w\,x/n + (1-w)\,p_0` with :math:`w = n/(n+\kappa)`. :math:`\kappa` is at most the parent's effective N:
a class cannot borrow more than its parent holds.

Effective N: cases in one cluster (state, conflict) are alike, so n is divided by the design effect
:math:`1 + (\bar m - 1)\rho`, with :math:`\bar m = \sum m_c^2/n` and :math:`\rho` the intraclass correlation from
the one-way analysis of variance.

References
----------
Carlin and Louis (2000), Bayes and Empirical Bayes Methods for Data Analysis, 2nd ed., ch. 3 (beta-binomial).
Kish (1965), Survey Sampling (design effect).
Krichevsky and Trofimov (1981), IEEE Transactions on Information Theory 27, 199-207 (`add_half`).
Wilson (1927), Journal of the American Statistical Association 22, 209-212 (`wilson`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, betaln

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from peacetalks.evidence.arrays import Floats

Z95 = 1.959963984540054
PRECISIONS = np.exp(np.linspace(0.0, np.log(2000.0), 80))  # the grid on which the precision is sought


def precision(events: ArrayLike, n: ArrayLike, parent: float, most: float = np.inf) -> float:
    """Return the precision kappa (1 to 2,000 cases, and at most `most`) of sibling rates around the parent's.

    `events` and `n` [sibling] need not be whole numbers. Siblings that are all alike give 2,000. `most` is the parent's
    effective N; below 1 it counts as 1.

    >>> precision([5, 10, 50], [10, 20, 100], 0.5) > 1000
    True
    """
    x, m = (np.asarray(v, float)[:, None] for v in (events, n))
    p = min(max(parent, 1e-4), 1 - 1e-4)
    a, b = p * PRECISIONS, (1 - p) * PRECISIONS
    likelihood = (betaln(x + a, m - x + b) - betaln(a, b)).sum(axis=0)
    return min(float(PRECISIONS[np.argmax(likelihood)]), max(most, 1.0))


def add_half(counts: ArrayLike) -> Floats:
    """Return the frequencies [label] of counts [label] with half a case added to each (Krichevsky-Trofimov).

    >>> add_half([0, 3]).tolist()
    [0.125, 0.875]
    """
    c = np.asarray(counts)
    return np.asarray((c + 0.5) / (c.sum() + c.size / 2), float)


def wilson(count: int, n: int) -> tuple[float, float, float]:
    """Return a share and its Wilson 95 % interval.

    >>> [round(v, 3) for v in wilson(5, 10)]
    [0.5, 0.237, 0.763]
    """
    p, z2 = count / n, Z95**2
    middle, half = p + z2 / (2 * n), Z95 * ((p * (1 - p) + z2 / (4 * n)) / n) ** 0.5
    return p, (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def posterior(p: float, n: float, parent: float | None = None, kappa: float = 1.0) -> tuple[float, float, float]:
    """Return the mean and the 95 % interval (mean, low, high) of a rate `p` observed in `n` effective cases.

    `parent` is the rate of the parent class and `kappa` the precision (`precision`). Without a parent the mean is `p`
    itself and the interval is Jeffreys'.

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


def design_effect(outcome: Floats, cluster: ArrayLike) -> float:
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

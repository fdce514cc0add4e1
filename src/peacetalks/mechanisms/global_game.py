r"""A mutiny as a global game: who dares to be the first (Morris & Shin 1998, 2003; Angeletos, Hellwig & Pavan 2006).

A force of loyalty :math:`\theta` breaks if a share :math:`A \ge \theta` of its members mutinies.  To mutiny pays
:math:`1-c` if the force breaks and :math:`-c` if not; to stay loyal pays 0.  Each member sees
:math:`x=\theta+\xi/\sqrt\beta`, and everybody sees :math:`z=\theta+\zeta/\sqrt\alpha` (standard normal errors), so a
member mutinies iff :math:`x<x^*` and the force breaks iff :math:`\theta\le\theta^*`, where

.. math:: \theta^* = \Phi\Big(\tfrac{\alpha}{\sqrt\beta}(\theta^*-z) - \sqrt{\tfrac{\alpha+\beta}{\beta}}\,\Phi^{-1}(c)\Big).

The threshold is unique for every :math:`z` iff :math:`\alpha\le\sqrt{2\pi\beta}`; then the chance that the force
breaks, :math:`\Phi(\sqrt\alpha(\theta^*-z))`, is a smooth function of the loyalty everybody sees: the hazard of a
mutiny.  With no public signal :math:`\theta^*=1-c` whatever the noise.  With loyalty known to all there may be three
equilibria, which is why the hazard is taken from the global game.

Loyalty, cost and shares are in units of the force (1 = all of it); precisions are 1 / variance in those units.
A leaf: imports nothing of the package.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import root_scalar
from scipy.special import expit, ndtr, ndtri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCAN = 4001  # points on [0, 1] between which a share of mutineers is looked for


def _check(cost: float, *precisions: float) -> None:
    if not 0 < cost < 1:
        raise ValueError(
            f"the cost of a failed mutiny must lie strictly between 0 and 1 (a success is worth 1), got {cost!r}"
        )
    for p in precisions:
        if not (p > 0 and math.isfinite(p)):
            raise ValueError(f"a precision is 1 / variance, finite and > 0, got {p!r}")


def is_unique(public_precision: float, private_precision: float) -> bool:
    r"""Return whether there is one threshold whatever is seen: :math:`\alpha\le\sqrt{2\pi\beta}`.

    >>> is_unique(4.0, 4.0), is_unique(10.0, 4.0)
    (True, False)
    """
    _check(0.5, public_precision, private_precision)
    return public_precision <= math.sqrt(2 * math.pi * private_precision)


def thresholds(cost: float, loyalty: float, public_precision: float, private_precision: float) -> tuple[float, ...]:
    r"""Return every equilibrium threshold :math:`\theta^*`, ascending (one or three; two at a fold).

    Parameters
    ----------
    cost : float
        Cost c of having mutinied, in (0, 1).
    loyalty : float
        What everybody sees, z.
    public_precision, private_precision : float
        :math:`\alpha` and :math:`\beta`.

    Raises `ValueError` for a cost outside (0, 1) or a precision that is not positive.

    Between its two stationary points, which are known in closed form, the equilibrium condition is monotone, so no
    threshold is missed.

    >>> [round(t, 6) for t in thresholds(0.4, 0.5, 1.0, 4.0)]
    [0.6376]
    """
    _check(cost, public_precision, private_precision)
    slope = public_precision / math.sqrt(private_precision)
    shift = math.sqrt((public_precision + private_precision) / private_precision) * float(ndtri(cost))

    def excess(t: float) -> float:
        return float(ndtr(slope * (t - loyalty) - shift)) - t

    ends = [0.0, 1.0]
    if slope > math.sqrt(2 * math.pi):
        u = math.sqrt(2 * math.log(slope / math.sqrt(2 * math.pi)))
        ends += [t for t in (loyalty + (shift - u) / slope, loyalty + (shift + u) / slope) if 0 < t < 1]
    return _roots(excess, sorted(ends))


def _roots(f: Callable[[float], float], ends: Sequence[float]) -> tuple[float, ...]:
    values = [f(t) for t in ends]
    found = {t for t, v in zip(ends, values, strict=True) if v == 0}
    for a, b, fa, fb in zip(ends[:-1], ends[1:], values[:-1], values[1:], strict=True):
        if fa * fb < 0:
            found.add(float(root_scalar(f, bracket=(a, b), xtol=1e-15).root))
    return tuple(sorted(found))


def breaking(threshold: float, loyalty: float, public_precision: float) -> float:
    r"""Return the chance that the force breaks, as the public sees it: :math:`\Phi(\sqrt\alpha(\theta^*-z))`.

    >>> round(breaking(0.6376, 0.5, 1.0), 4)
    0.5547
    """
    return float(ndtr(math.sqrt(public_precision) * (threshold - loyalty)))


def hazard(loyalty: float, cost: float, public_precision: float, private_precision: float) -> float:
    """Return the chance per occasion that a force of this (publicly seen) loyalty mutinies and breaks.

    Raises `ValueError` where the game may have several equilibria, so that the hazard is not defined.

    >>> round(hazard(1.0, 0.4, 4.0, 16.0), 6), round(hazard(0.2, 0.4, 4.0, 16.0), 6)
    (0.100633, 0.890893)
    """
    if not is_unique(public_precision, private_precision):
        most = math.sqrt(2 * math.pi * private_precision)
        raise ValueError(
            f"with public precision {public_precision:g} and private precision {private_precision:g} there may be three "
            f"equilibria and no hazard; lower the public precision to {most:.4g} or raise the private one"
        )
    (threshold,) = thresholds(cost, loyalty, public_precision, private_precision)
    return breaking(threshold, loyalty, public_precision)


def hazards(
    levels: Sequence[float], cost: float, public_precision: float, private_precision: float
) -> tuple[float, ...]:
    """Return the hazard at each level of loyalty: the table a mechanism looks up.

    >>> hazards([1.0, 0.5, 0.0], 0.4, 4.0, 16.0)[0] < 0.11
    True
    """
    return tuple(hazard(z, cost, public_precision, private_precision) for z in levels)


def flat_prior(cost: float, noise: float) -> tuple[float, float]:
    r"""Return :math:`(\theta^*, x^*) = (1-c,\ \theta^*+\sigma\Phi^{-1}(\theta^*))` when nothing is public.

    `noise` is the standard deviation of the private signal.

    >>> [round(v, 6) for v in flat_prior(0.4, 0.5)]
    [0.6, 0.726674]
    """
    _check(cost, noise)
    return 1 - cost, 1 - cost + noise * float(ndtri(1 - cost))


def laplacian(members: int, needed: int) -> float:
    """Return the chance of success that the marginal member expects: others uniform on 0 .. members - 1.

    A member mutinies iff this exceeds the cost (Morris & Shin 2003, the Laplacian principle).

    >>> round(laplacian(9, 3), 6)
    0.777778
    """
    if not 1 <= needed <= members:
        raise ValueError(f"a mutiny needs between 1 and {members} of {members} members, got {needed!r}")
    return (members - needed + 1) / members


def shares_if_known(loyalty: float, cost: float, precision: float, sharpness: float) -> tuple[float, ...]:
    r"""Return every logit equilibrium share of mutineers when loyalty is common knowledge.

    :math:`a=\sigma(\lambda(\sigma((a-\theta)/\tau)-c))`, found by scanning [0, 1] in 4000 steps: two shares closer
    than 1/4000 can be missed.  The contrast to the global game: often three.

    >>> len(shares_if_known(0.5, 0.4, 6.0, 0.05))
    3
    """
    _check(cost, precision, sharpness)

    def excess(a: float | np.ndarray):
        return expit(precision * (expit((a - loyalty) / sharpness) - cost)) - a

    grid = np.linspace(0.0, 1.0, SCAN)
    values = excess(grid)
    at = np.flatnonzero(values[1:] * values[:-1] < 0)
    return tuple(float(root_scalar(excess, bracket=(grid[i], grid[i + 1]), xtol=1e-14).root) for i in at)

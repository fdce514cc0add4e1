r"""A mutiny as a global game of regime change.

A force of loyalty :math:`\theta` breaks if a share :math:`A \ge \theta` of its members mutinies.  To mutiny pays
:math:`1-c` if the force breaks and :math:`-c` if not; to stay loyal pays 0.  Each member sees
:math:`x=\theta+\xi/\sqrt\beta`, and everybody sees :math:`z=\theta+\zeta/\sqrt\alpha` (independent standard normal
errors), so a member mutinies iff :math:`x<x^*` and the force breaks iff :math:`\theta\le\theta^*`, where

.. math::
   \theta^* = \Phi\Big(\tfrac{\alpha}{\sqrt\beta}(\theta^*-z)
   - \sqrt{\tfrac{\alpha+\beta}{\beta}}\,\Phi^{-1}(c)\Big).

The threshold is unique for every :math:`z` iff :math:`\alpha\le\sqrt{2\pi\beta}`; then the chance that the force
breaks, :math:`\Phi(\sqrt\alpha(\theta^*-z))`, is a smooth function of the public signal: the hazard of a mutiny.
Without a public signal :math:`\theta^*=1-c` whatever the private precision.  With loyalty known to all there may be
three equilibria, which is why the hazard is taken from the global game.

Units: loyalty and shares are fractions of the force (1 = all of it); c is a fraction of what a successful mutiny is
worth; precisions are 1 / variance in units of the force.

References
----------
Morris, S. & Shin, H. S. (1998). Unique equilibrium in a model of self-fulfilling currency attacks. American Economic
Review 88(3), 587-597.
Morris, S. & Shin, H. S. (2003). Global games: theory and applications. Advances in Economics and Econometrics, Eighth
World Congress, Volume 1 (Cambridge University Press), 56-114.
Angeletos, G.-M., Hellwig, C. & Pavan, A. (2006). Signaling in a global game: coordination and policy traps. Journal of
Political Economy 114(3), 452-484.
"""

from __future__ import annotations

import math
from functools import cache
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
    r"""Return every equilibrium threshold :math:`\theta^*`, ascending.

    Parameters
    ----------
    cost : float
        Cost c of having mutinied in vain, in (0, 1).
    loyalty : float
        The public signal z.
    public_precision, private_precision : float
        :math:`\alpha` and :math:`\beta`, finite and positive.

    Returns
    -------
    tuple of float
        One or three thresholds; two where the parameters lie at a fold.

    Raises
    ------
    ValueError
        A cost outside (0, 1) or a precision that is not positive.

    Notes
    -----
    The equilibrium condition has at most two stationary points, known in closed form, and is monotone between them:
    bisection between them finds every threshold.

    Examples
    --------
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
    """Return the roots of a function that is monotone between neighbouring `ends`."""
    values = [f(t) for t in ends]
    found = {t for t, v in zip(ends, values, strict=True) if v == 0}
    for a, b, fa, fb in zip(ends[:-1], ends[1:], values[:-1], values[1:], strict=True):
        if fa * fb < 0:
            found.add(float(root_scalar(f, bracket=(a, b), xtol=1e-15).root))
    return tuple(sorted(found))


def breaking(threshold: float, loyalty: float, public_precision: float) -> float:
    r"""Return the chance that the force breaks given the public signal, :math:`\Phi(\sqrt\alpha(\theta^*-z))`.

    >>> round(breaking(0.6376, 0.5, 1.0), 4)
    0.5547
    """
    return float(ndtr(math.sqrt(public_precision) * (threshold - loyalty)))


@cache
def hazard(loyalty: float, cost: float, public_precision: float, private_precision: float) -> float:
    """Return the chance per occasion that a force mutinies and breaks, given the public signal of its loyalty.

    Parameters
    ----------
    loyalty : float
        The public signal z.
    cost : float
        Cost c of having mutinied in vain, in (0, 1).
    public_precision, private_precision : float
        Of the public and of the private signals; the threshold must be unique (`is_unique`).

    Raises
    ------
    ValueError
        Where the game may have several equilibria, so that no hazard is defined.

    Examples
    --------
    >>> round(hazard(1.0, 0.4, 4.0, 16.0), 6), round(hazard(0.2, 0.4, 4.0, 16.0), 6)
    (0.100633, 0.890893)
    """
    if not is_unique(public_precision, private_precision):
        most = math.sqrt(2 * math.pi * private_precision)
        raise ValueError(
            f"with public precision {public_precision:g} and private precision {private_precision:g} there may be "
            f"three equilibria and no hazard; lower the public precision to {most:.4g} or raise the private one"
        )
    (threshold,) = thresholds(cost, loyalty, public_precision, private_precision)
    return breaking(threshold, loyalty, public_precision)


def hazards(
    levels: Sequence[float], cost: float, public_precision: float, private_precision: float
) -> tuple[float, ...]:
    """Return the hazard at each of several public signals of loyalty.

    >>> hazards([1.0, 0.5, 0.0], 0.4, 4.0, 16.0)[0] < 0.11
    True
    """
    return tuple(hazard(z, cost, public_precision, private_precision) for z in levels)


def flat_prior(cost: float, deviation: float) -> tuple[float, float]:
    r"""Return :math:`(\theta^*, x^*) = (1-c,\ \theta^*+\sigma\Phi^{-1}(\theta^*))`, the game without a public signal.

    `deviation` is the standard deviation :math:`\sigma` of the private signals.

    >>> [round(v, 6) for v in flat_prior(0.4, 0.5)]
    [0.6, 0.726674]
    """
    _check(cost, deviation)
    return 1 - cost, 1 - cost + deviation * float(ndtri(1 - cost))


def laplacian(members: int, needed: int) -> float:
    """Return the chance of success that the marginal member expects: the others' number is uniform, 0 .. members - 1.

    A member mutinies iff this exceeds the cost (the Laplacian principle of Morris & Shin 2003).

    >>> round(laplacian(9, 3), 6)
    0.777778
    """
    if not 1 <= needed <= members:
        raise ValueError(f"a mutiny needs between 1 and {members} of {members} members, got {needed!r}")
    return (members - needed + 1) / members


def shares_if_known(loyalty: float, cost: float, precision: float, sharpness: float) -> tuple[float, ...]:
    r"""Return every logit equilibrium share of mutineers when loyalty is common knowledge.

    With :math:`\lambda` the `precision` of choices, :math:`\tau` the `sharpness` with which the share decides and
    :math:`\sigma` the logistic function, shares solve :math:`a=\sigma(\lambda(\sigma((a-\theta)/\tau)-c))`.  They are
    found by scanning [0, 1] in 4000 steps: two shares closer than 1/4000 can be missed.  Unlike the global game, this
    one often has three equilibria.

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

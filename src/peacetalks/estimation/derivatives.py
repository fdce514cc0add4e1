"""Values with their exact derivatives by the indices of a model: the chain rule, forward.

An index is a payoff, a reservation value or the log of a scale: a number for every play that is linear in coefficients.
The probabilities of a game are sums, products, ratios and distribution functions of indices.  `Differentiable` carries
each with its derivatives through these, so that a game is written as its equations stand in the paper and its scores
follow without error of approximation.

Notation: a player takes an action with probability G(z) = Pr(error < z).  Then, with the hazard
h(z) = G'(z) / G(z), d log G = h(z) dz and d log (1 - G) = -h(-z) dz, for G is symmetric (normal or logistic).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, ndtr

if TYPE_CHECKING:
    from peacetalks.estimation.model import Array

FAR = 35.0  # beyond which the normal tail is too small for a float, but not its logarithm
LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Differentiable:
    """A number for every play, `value` [row], with its derivatives by all indices, `slopes` [index, row].

    >>> x, y = indices(np.array([[3.0], [2.0]]))
    >>> product = x * y + x
    >>> product.value, product.slopes
    (array([9.]), array([[3.],
           [3.]]))
    """

    value: Array
    slopes: Array

    def __add__(self, other: Differentiable | Array | float) -> Differentiable:
        if isinstance(other, Differentiable):
            return Differentiable(self.value + other.value, self.slopes + other.slopes)
        return Differentiable(self.value + other, self.slopes)

    def __neg__(self) -> Differentiable:
        return Differentiable(-self.value, -self.slopes)

    def __sub__(self, other: Differentiable | Array | float) -> Differentiable:
        return self + -other

    def __mul__(self, other: Differentiable | Array | float) -> Differentiable:
        if isinstance(other, Differentiable):
            return Differentiable(self.value * other.value, self.slopes * other.value + other.slopes * self.value)
        return Differentiable(self.value * other, self.slopes * other)

    def __truediv__(self, other: Differentiable) -> Differentiable:
        ratio = self.value / other.value
        return Differentiable(ratio, (self.slopes - other.slopes * ratio) / other.value)

    def of(self, value: Array, slope: Array) -> Differentiable:
        """Return a function of this value, given what it is here and its derivative."""
        return Differentiable(value, self.slopes * slope)

    def exp(self) -> Differentiable:
        """Return the exponential."""
        value = np.exp(self.value)
        return self.of(value, value)

    def root(self) -> Differentiable:
        """Return the square root."""
        value = np.sqrt(self.value)
        return self.of(value, 0.5 / value)

    def squared(self) -> Differentiable:
        """Return the square."""
        return self.of(self.value**2, 2 * self.value)


def indices(values: Array) -> list[Differentiable]:
    """Return the indices, [index, row], each with a derivative of one by itself."""
    count, rows = values.shape
    return [Differentiable(values[k], np.repeat(np.eye(count)[:, [k]], rows, axis=1)) for k in range(count)]


def _normal(z: Array) -> tuple[Array, Array, Array, Array]:
    """Return the normal distribution function at z and -z and its logs, from one evaluation in the lesser tail."""
    size = np.abs(z)
    tail = ndtr(-size)
    log_tail, log_rest = np.log(np.maximum(tail, np.finfo(float).tiny)), np.log1p(-tail)
    far = size > FAR
    if far.any():
        log_tail[far] = log_ndtr(-size[far])
    up, rest = z > 0, 1 - tail
    pairs = ((rest, tail), (tail, rest), (log_rest, log_tail), (log_tail, log_rest))
    yes, no, log_yes, log_no = (np.where(up, *pair) for pair in pairs)
    return yes, no, log_yes, log_no


class Choice(NamedTuple):
    """The chances of the two actions of a player, and their logs: `yes` of the second action, `no` of the first."""

    no: Differentiable
    yes: Differentiable
    log_no: Differentiable
    log_yes: Differentiable


def choice(gain: Differentiable, link: str) -> Choice:
    """Return the chances of an action that is better by `gain`, in units of its error.

    >>> gain, = indices(np.array([[0.0, 40.0]]))
    >>> choice(gain, "probit").log_no.value.round(3).tolist()
    [-0.693, -804.608]
    """
    z = gain.value
    if link == "logit":
        yes, no, log_yes, log_no = expit(z), expit(-z), log_expit(z), log_expit(-z)
        log_density = log_yes + log_no
    else:
        yes, no, log_yes, log_no = _normal(z)
        log_density = -0.5 * z**2 - LOG_ROOT_TWO_PI
    density, hazard_yes, hazard_no = (np.exp(log_density - log) for log in (0.0, log_yes, log_no))
    return Choice(
        gain.of(no, -density), gain.of(yes, density), gain.of(log_no, -hazard_no), gain.of(log_yes, hazard_yes)
    )

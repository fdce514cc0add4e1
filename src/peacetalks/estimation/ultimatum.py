"""The ultimatum game with a continuous offer (Ramsay and Signorino 2009): a statistical model of bargaining.

Player 1 offers y of a prize M to player 2, with 0 <= y <= M.  Player 2 accepts where y is at least its reservation
value R2 + e2; otherwise player 1 gets R1 + e1.  Each error is known to its own player only; both are logistic with
scales s1 and s2, and R1 and R2 are linear in covariates.

Acceptance.  Pr(accept | y) = F(v) with v = (y - R2) / s2 and F(v) = 1 / (1 + exp(-v)).

Offer.  Player 1 maximises F(v) (M - y) + (1 - F(v)) (R1 + e1).  The first-order condition
F'(v) / s2 (M - y - R1 - e1) = F(v), with F' = F (1 - F), gives

    e1 = w(y),   w(y) = M - y - s2 (1 + exp(v)) - R1,   w'(y) = -(1 + exp(v)),

which falls in y, so that every y is the best offer of one e1.  With f and F the logistic density and distribution
function, an offer inside has density f(w / s1) / s1 (1 + exp(v)); the offers at the bounds have probabilities

    Pr(y = 0) = Pr(e1 >= w(0)) = F(-w(0) / s1),   Pr(y = M) = Pr(e1 <= w(M)) = F(w(M) / s1).

The likelihood of a play is that of the offer times that of the answer; of the offer only, where the left side of the
formula names no answer.

Scores: with t = w / s1, d log f(t) = (1 - 2 F(t)) dt, dt = dw / s1 - t dlog(s1), and
dw = -dR1 + exp(v) dR2 + (v exp(v) - 1 - exp(v)) s2 dlog(s2); d log(1 + exp(v)) = F(v) dv,
dv = -dR2 / s2 - v dlog(s2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, log_expit, logit, wrightomega

from peacetalks.errors import EstimationError
from peacetalks.estimation.derivatives import Differentiable
from peacetalks.estimation.frames import require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from peacetalks.estimation.model import Array

LARGEST = 500.0  # an argument of exp above which the likelihood is nought in any case
NODES = 64  # of the quadrature over offers


@dataclass(frozen=True)
class Ultimatum:
    """A continuous offer and its answer; an `IndexGame` with indices R1, R2, log(s1), log(s2).

    Attributes
    ----------
    columns : tuple of str
        Of the offer, and of the answer (1 accepted, 0 rejected) where it is used.
    max_offer : float
        The prize M, in the units of the offer.
    """

    columns: tuple[str, ...]
    max_offer: float

    name = "ultimatum"
    outcomes = ("accept", "reject")
    labels = ("R1", "R2")
    scales = ("log(s1)", "log(s2)")

    def read(self, data: pl.DataFrame) -> Array | None:
        """Return the offer and the answer of every play, [row, 2]; NaN where an answer is missing or not used.

        Raises `EstimationError` for an offer outside of 0 and the largest one, or another answer than 0 and 1.
        """
        if not any(name in data.columns for name in self.columns):
            return None
        require_columns(self.columns, data, "the left side of the formula")
        offers, *answers = self.columns
        offer = _numbers(data, offers)
        answer = _numbers(data, answers[0]) if answers else np.full(data.height, np.nan)
        for row in np.flatnonzero((offer < 0) | (offer > self.max_offer))[:1]:
            raise EstimationError(
                f"column {offers!r}, row {row + 1}: an offer of {offer[row]:g} is not between 0 and "
                f"max_offer={self.max_offer:g}"
            )
        for row in np.flatnonzero(~np.isin(answer, (0, 1)) & ~np.isnan(answer))[:1]:
            raise EstimationError(
                f"column {answers[0]!r}, row {row + 1}: expected an answer of 1 (accepted) or 0, got {answer[row]:g}"
            )
        return np.stack([offer, answer], axis=1)

    def observed(self, seen: Array) -> Array | None:
        """Return 0 for plays in which the offer was accepted, 1 where rejected; None where only offers are used."""
        return None if np.isnan(seen[:, 1]).any() else 1 - seen[:, 1].astype(int)

    def log_likelihood(self, indices: Sequence[Differentiable], seen: Array) -> Differentiable:
        """Return the log-likelihood of every play."""
        offer, answer = seen[:, 0], seen[:, 1]
        r1, r2, log_s1, log_s2 = indices
        s2 = log_s2.exp()
        v = (-r2 + offer) / s2
        growth = _exp(v)
        w = -r1 - s2 * (growth + 1) + (self.max_offer - offer)
        value = self._log_offer(w / log_s1.exp(), log_s1, growth, offer)
        if len(self.columns) == 1:
            return value
        sign = np.where(answer == 1, 1.0, -1.0)
        return value + v.of(log_expit(sign * v.value), sign * expit(-sign * v.value))

    def information(self, indices: Sequence[Differentiable]) -> None:
        """Return None: the expectation over offers has no closed form."""

    def _log_offer(self, t: Differentiable, log_s1: Differentiable, growth: Differentiable, offer: Array):
        """Return the log of the density of offers inside and of the probability of offers at the bounds."""
        lowest, highest = offer <= 0, offer >= self.max_offer
        inside = t.of(log_expit(t.value) + log_expit(-t.value), 1 - 2 * expit(t.value))
        inside = inside - log_s1 + growth.of(np.log1p(growth.value), 1 / (1 + growth.value))
        low = t.of(log_expit(-t.value), -expit(t.value))
        high = t.of(log_expit(t.value), expit(-t.value))
        value = np.select([lowest, highest], [low.value, high.value], inside.value)
        slopes = np.select([lowest[None], highest[None]], [low.slopes, high.slopes], inside.slopes)
        return Differentiable(value, slopes)

    def probabilities(self, indices: Array) -> Array:
        """Return the probability that the offer is accepted and that it is rejected, [row, outcome]."""
        r2, s2 = indices[1][:, None], np.exp(indices[3])[:, None]
        accept = self._mean(indices, lambda offer: expit((offer - r2) / s2))
        return np.stack([accept, 1 - accept], axis=1)

    def expected_offer(self, indices: Array) -> Array:
        """Return the mean of the offer, [row]."""
        return self._mean(indices, lambda offer: offer)

    def best_offer(self, indices: Array, error: Array) -> Array:
        """Return player 1's best offer at these values of its error, [row, ...], from the indices, [index, row].

        With c = (M - R1 - e1 - R2) / s2 - 1 the condition w(y) = e1 reads v + exp(v) = c; exp(v) is Wright's omega of
        c.
        """
        r1, r2, _, log_s2 = (x.reshape(-1, *(1,) * (error.ndim - 1)) for x in indices)
        s2 = np.exp(log_s2)
        c = (self.max_offer - r1 - error - r2) / s2 - 1
        omega = wrightomega(c)
        v = np.where(c > 0, np.log(np.maximum(omega, np.finfo(float).tiny)), c - omega)
        return np.clip(r2 + s2 * v, 0, self.max_offer)

    def _mean(self, indices: Array, of: Callable[[Array], Array]) -> Array:
        """Return the mean over offers of a function of them, which maps [row, node] to the same, [row].

        The bounds count with their probabilities.  Between them e1 is taken at its quantiles, s1 log(u / (1 - u)) with
        u uniform, so that the mean is an integral over u, by Gauss-Legendre quadrature in t with u = t^2 (3 - 2 t) in
        its range: the logarithms at both ends do no harm then.
        """
        at_most, at_least = self._bound(indices, self.max_offer), self._bound(indices, 0.0)
        x, weights = np.polynomial.legendre.leggauss(NODES)
        t = (x + 1) / 2
        u = at_most + (at_least - at_most) * t**2 * (3 - 2 * t)
        offers = self.best_offer(indices, np.exp(indices[2])[:, None] * logit(u))
        inside = of(offers) @ (3 * weights * t * (1 - t)) * (at_least - at_most)[:, 0]
        bounds = (of(np.full_like(at_most, y))[:, 0] for y in (self.max_offer, 0.0))
        return at_most[:, 0] * next(bounds) + (1 - at_least)[:, 0] * next(bounds) + inside

    def _bound(self, indices: Array, offer: float) -> Array:
        """Return the probability that the best offer, were it not bounded, is at least `offer`, [row, 1]."""
        r1, r2, log_s1, log_s2 = indices
        s2 = np.exp(log_s2)
        growth = np.exp(np.minimum((offer - r2) / s2, LARGEST))
        return expit((self.max_offer - offer - s2 * (1 + growth) - r1) / np.exp(log_s1))[:, None]

    def start(self, labels: Sequence[str], seen: Array | None) -> Array:
        """Return values to start from, [index]: R2 at the mean offer, and R1 so that this offer is the best one."""
        if seen is None:
            return np.zeros(len(labels))
        offer = float(seen[:, 0].mean())
        s2 = max(float(seen[:, 0].std()), self.max_offer / 100) / 2
        return np.array([self.max_offer - offer - 2 * s2, offer, np.log(self.max_offer / 4), np.log(s2)])


def _exp(v: Differentiable) -> Differentiable:
    """Return exp(v), with v held below what a float can hold."""
    value = np.exp(np.minimum(v.value, LARGEST))
    return v.of(value, value)


def _numbers(data: pl.DataFrame, name: str) -> Array:
    """Return a column of numbers, [row]."""
    if not data[name].dtype.is_numeric():
        raise EstimationError(f"column {name!r}: expected numbers, got {data[name].dtype}")
    return data[name].cast(float).to_numpy()

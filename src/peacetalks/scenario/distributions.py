"""The distributions that a number of a scenario may be drawn from: quantiles and shares below a value.

They are scipy's, to the last bit; the commonest are written out so that a scenario is checked without loading it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

NORMAL = {  # share -> quantile of the standard normal distribution, for those that every check of a scenario asks for
    1e-9: -5.9978070150076865,
    (1 - 0.9) / 2: -1.6448536269514729,
    0.5: 0.0,
    (1 + 0.9) / 2: 1.6448536269514722,
    1 - 1e-9: 5.997807019601637,
}


class Distribution(Protocol):
    """What a number is drawn from."""

    def ppf(self, u: float, /) -> float:
        """Return the quantile at `u` in (0, 1)."""
        ...

    def cdf(self, x: float, /) -> float:
        """Return the probability below `x`."""
        ...


@dataclass(frozen=True)
class Triangle:
    """The triangular distribution over a range.

    >>> Triangle(0.0, 0.5, 1.0).ppf(0.5), Triangle(0.0, 0.5, 1.0).cdf(0.25)
    (0.5, 0.125)
    """

    low: float
    mode: float
    high: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`."""
        width = self.high - self.low
        c = (self.mode - self.low) / width
        return (math.sqrt(c * u) if u < c else 1 - math.sqrt((1 - c) * (1 - u))) * width + self.low

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        width = self.high - self.low
        c, y = (self.mode - self.low) / width, min(max((x - self.low) / width, 0.0), 1.0)
        if c == 0:
            return 2 * y - y * y
        return y * y / c if y < c or c == 1 else (y * y - 2 * y + c) / (c - 1)


@dataclass(frozen=True)
class Uniform:
    """The uniform distribution.

    >>> Uniform(1.0, 3.0).ppf(0.25), Uniform(1.0, 3.0).cdf(2.0)
    (1.5, 0.5)
    """

    low: float
    high: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`."""
        return u * (self.high - self.low) + self.low

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        return min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)


@dataclass(frozen=True)
class Normal:
    """The normal distribution.

    >>> round(Normal(0.0, 1.0).ppf(0.95), 3), Normal(0.0, 1.0).cdf(0.0)
    (1.645, 0.5)
    """

    mean: float
    sd: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`."""
        return _normal(u) * self.sd + self.mean

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        from scipy.special import ndtr

        return float(ndtr((x - self.mean) / self.sd))


@dataclass(frozen=True)
class Lognormal:
    """The lognormal distribution.

    >>> round(Lognormal(2.0, 0.5).ppf(0.5), 3), round(Lognormal(2.0, 0.5).cdf(2.0), 3)
    (2.0, 0.5)
    """

    median: float
    sigma: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`; infinity beyond what a float holds."""
        import numpy as np

        with np.errstate(over="ignore"):
            return float(np.exp(self.sigma * _normal(u))) * self.median

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        import numpy as np
        from scipy.special import ndtr

        return float(ndtr(np.log(x / self.median) / self.sigma)) if x > 0 else 0.0


@dataclass(frozen=True)
class Logitnormal:
    """The logit-normal distribution of a chance: its log odds are normal with sd `sigma` about those of the median.

    Where the chance is small it is close to the lognormal distribution; it never passes 1.

    >>> Logitnormal(0.2, 1.0).ppf(0.5), round(Logitnormal(0.2, 1.0).cdf(0.2), 3)
    (0.2, 0.5)
    """

    median: float
    sigma: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`."""
        import numpy as np

        moved = self.sigma * _normal(u)
        with np.errstate(over="ignore"):
            odds_against = (1 - self.median) / self.median * float(np.exp(-moved))
        return self.median if moved == 0 else 1 / (1 + odds_against)

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        from scipy.special import logit, ndtr

        return float(ndtr((logit(x) - logit(self.median)) / self.sigma)) if 0 < x < 1 else float(x >= 1)


@dataclass(frozen=True)
class Beta:
    """The beta distribution.

    >>> round(Beta(2.0, 2.0).ppf(0.5), 3), round(Beta(2.0, 2.0).cdf(0.5), 3)
    (0.5, 0.5)
    """

    a: float
    b: float

    def ppf(self, u: float) -> float:
        """Return the quantile at `u`."""
        return float(self._scipy().ppf(u))

    def cdf(self, x: float) -> float:
        """Return the probability below `x`."""
        return float(self._scipy().cdf(x))

    def _scipy(self) -> Any:
        from scipy import stats

        return stats.beta(self.a, self.b)


def _normal(u: float) -> float:
    """Return the quantile at `u` of the standard normal distribution."""
    known = NORMAL.get(u)
    if known is not None:
        return known
    from scipy.special import ndtri

    return float(ndtri(u))

r"""Sobol indices: the share of an output's variance that comes from each input, or each group of them.

With all inputs independent and uniform between 0 and 1, the first-order index of a group G of inputs is
:math:`V(E(Y \mid x_G))/V(Y)`, what is explained by it alone, and its total index
:math:`E(V(Y \mid x_{\sim G}))/V(Y)`, what is left when all others are known; the difference is what it does together
with others.  They are estimated as in Saltelli et al. (2010), by SALib.  Where the output is known only up to an error,
further functions that it may be are evaluated, and the intervals hold that error beside the one of sampling; what no
such function explains may come from any input (`with_unexplained`).

References
----------
Sobol, I. M. (2001). Global sensitivity indices for nonlinear mathematical models and their Monte Carlo estimates.
*Mathematics and Computers in Simulation* 55, 271-280.

Saltelli, A., et al. (2010). Variance based sensitivity analysis of model output. *Computer Physics Communications* 181,
259-270.

Marrel, A., B. Iooss, B. Laurent, and O. Roustant (2009). Calculations of Sobol indices for the Gaussian process
metamodel. *Reliability Engineering and System Safety* 94, 742-751.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROWS = 1024  # base points of a sample: a power of two
RESAMPLES = 25  # bootstrap resamples of it, for each draw of the function
INTERVAL = (0.05, 0.95)
SURE = 0.95  # of the draws in which an index must be the larger one, for two to be ranked


class Index(NamedTuple):
    """A Sobol index with its 90% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """What comes from a group of inputs; made by `sobol_indices`."""

    name: str
    first: Index  # from it alone
    total: Index  # and together with others
    ranks: tuple[int, int] | None  # best and worst rank by the total index that the error allows, from 1; None: no say

    @property
    def ranked(self) -> bool:
        """Whether the error allows to say which rank it has."""
        return self.ranks is not None and self.ranks[0] == self.ranks[1]


def sobol_indices(
    evaluate: Callable[[np.ndarray], Mapping[str, np.ndarray]],
    groups: Sequence[str],
    seed: int,
    rows: int = ROWS,
) -> dict[str, tuple[Share, ...]]:
    """Return the Sobol indices of the outputs of a function, by output: the largest total index first.

    Parameters
    ----------
    evaluate : function
        From inputs [row, input] between 0 and 1 to outputs by name, each [row, function]: the function as far as it is
        known, and where that is up to an error, draws of what it may be.
    groups : sequence of str
        The group of each input; one of its own name each for the indices of single inputs.
    seed : int
        Of the sample, and of its bootstrap.
    rows : int
        Base points, a power of two: the function is evaluated at `rows` x (groups + 2) points.

    Returns
    -------
    dict
        An output that does not vary has no shares.

    Examples
    --------
    >>> def added(x):
    ...     return {"y": x @ [[2.0], [1.0]]}
    >>> {s.name: round(s.total.value, 2) for s in sobol_indices(added, ["a", "b"], seed=1)["y"]}
    {'a': 0.8, 'b': 0.2}
    """
    from SALib.sample import sobol

    names = [f"{i}" for i in range(len(groups))]
    problem = {"num_vars": len(groups), "names": names, "groups": list(groups), "bounds": [[0.0, 1.0]] * len(groups)}
    points = sobol.sample(problem, rows, calc_second_order=False, seed=seed + 1)
    return {name: _shares(problem, y, seed) for name, y in evaluate(points).items()}


def with_unexplained(shares: Sequence[Share], explained: float) -> tuple[Share, ...]:
    """Return shares of the variance of a function of which only a part is explained by what was evaluated.

    Parameters
    ----------
    shares : sequence of Share
        Of the part that is explained.
    explained : float
        Share e of the function's variance that is explained at points kept out.

    Returns
    -------
    tuple of Share
        Intervals to e times their high end plus 1 - e, as if all of the rest came from the group, and from e times
        their low end minus 1 - e, as if all of the error were what the function does not have.  One ranks above
        another where its interval of the total index is the higher one and they do not overlap.

    Examples
    --------
    >>> index = Index(0.5, 0.4, 0.6)
    >>> (found,) = with_unexplained([Share("a", index, index, (1, 1))], 0.9)
    >>> [round(x, 2) for x in found.total]
    [0.5, 0.26, 0.64]
    """
    e = min(max(explained, 0.0), 1.0)
    wide = [replace(s, first=_widened(s.first, e), total=_widened(s.total, e)) for s in shares]
    return tuple(
        replace(
            s,
            ranks=(
                1 + sum(other.total.low > s.total.high for other in wide),
                len(wide) - sum(s.total.low > other.total.high for other in wide),
            ),
        )
        for s in wide
    )


def surely_explained(explained: float, draws: int) -> float:
    """Return the share of the variance that is explained as far as so many draws show: its lower 95% bound.

    By the distribution of the ratio of two variances of `draws` normal numbers.

    >>> round(surely_explained(0.9, 128), 3), surely_explained(1.0, 16)
    (0.866, 1.0)
    """
    from scipy.stats import f

    return 1 - (1 - explained) * float(f.ppf(SURE, draws, draws - 1))


def _widened(x: Index, e: float) -> Index:
    """Return an index whose interval holds that a share 1 - e of the variance may come from anywhere."""
    low, high = max(0.0, e * x.low - (1 - e)), min(1.0, e * x.high + 1 - e)
    return Index(x.value, min(x.low, low), max(x.high, high))


def _shares(problem: dict[str, Any], y: np.ndarray, seed: int) -> tuple[Share, ...]:
    """Return the shares of an output [row, function]."""
    from SALib.analyze import sobol

    y = y[:, np.isfinite(y).all(axis=0) & (np.ptp(y, axis=0) > 0)]
    if not y.shape[1]:
        return ()
    names = list(dict.fromkeys(problem["groups"]))
    if len(names) == 1:  # which SALib takes for no groups
        return (Share(names[0], Index(1.0, 1.0, 1.0), Index(1.0, 1.0, 1.0), (1, 1)),)
    how: dict[str, Any] = {"calc_second_order": False, "num_resamples": RESAMPLES, "keep_resamples": True}
    found = [sobol.analyze(problem, column, seed=seed + 2 + k, **how) for k, column in enumerate(y.T)]
    first, total = found[0]["S1"], found[0]["ST"]
    firsts, totals = (np.concatenate([f[key] for f in found]) for key in ("S1_conf_all", "ST_conf_all"))
    ranks = _ranks(totals)
    shares = [
        Share(name, _index(first[j], firsts[:, j]), _index(total[j], totals[:, j]), ranks[j])
        for j, name in enumerate(names)
    ]
    return tuple(sorted(shares, key=lambda s: -s.total.value))


def _index(value: float, draws: np.ndarray) -> Index:
    """Return an index with the interval of its draws, widened to hold it."""
    low, high = np.quantile(draws, INTERVAL)
    return Index(float(value), float(min(low, value)), float(max(high, value)))


def _ranks(totals: np.ndarray) -> list[tuple[int, int]]:
    """Return best and worst rank of each group by its total indices [draw, group].

    One is above another where its index is the larger one in 95% of the draws.
    """
    count = totals.shape[1]
    above = np.array([[(totals[:, i] > totals[:, j]).mean() >= SURE for j in range(count)] for i in range(count)])
    return [(1 + int(above[:, j].sum()), count - int(above[j].sum())) for j in range(count)]

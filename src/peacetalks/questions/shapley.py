r"""Which change drives a difference: the Shapley split (Shapley 1953; Owen 2014 for sampling).

With v(S) the result when the entries S are changed, entry i is credited with its average effect over all orders in
which the entries could be changed one after another,

.. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n-|S|-1)!}{n!}\,[v(S \cup i) - v(S)].

The credits sum to the whole difference v(all) - v(none), exactly so when orders are sampled too, since the effects
along any one order do.

References
----------
Shapley, L. S. (1953). A value for n-person games. *Contributions to the Theory of Games II*, 307-317.

Owen, A. B. (2014). Sobol' indices and Shapley value. *SIAM/ASA Journal on Uncertainty Quantification* 2, 245-251.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXACT_UP_TO = 6  # entries for which all subsets are evaluated
ORDERS = 16  # random orders beyond that


@dataclass(frozen=True)
class Split:
    """Credits of a difference; made by `shapley`."""

    names: tuple[str, ...]
    credit: np.ndarray  # [entry, ...result]
    error: np.ndarray | None  # standard error of each credit where orders were sampled; None: exact
    whole: np.ndarray  # [...result] the difference that is split
    evaluations: int


def shapley(
    v: Callable[[frozenset[str]], np.ndarray],
    names: Sequence[str],
    orders: int = ORDERS,
    seed: int = 0,
    exact_up_to: int = EXACT_UP_TO,
) -> Split:
    """Split v(all) - v(none) between `names`.

    Parameters
    ----------
    v : function
        From a set of names to the result [...result]; called once for each set that is needed.
    names : sequence of str
    orders : int
        Random orders that are sampled, each with its reverse.
    seed : int
        Of the sampled orders.
    exact_up_to : int
        Most names for which every set is evaluated (2**n calls).

    Returns
    -------
    Split
        The credits, with standard errors where orders were sampled.

    Examples
    --------
    >>> s = shapley(lambda S: np.array(1.0 * ("a" in S) + 2.0 * ("b" in S) + ("a" in S and "b" in S)), ["a", "b"])
    >>> s.credit.tolist()
    [1.5, 2.5]
    """
    known: dict[frozenset[str], np.ndarray] = {}

    def worth(s: frozenset[str]) -> np.ndarray:
        if s not in known:
            known[s] = np.asarray(v(s), float)
        return known[s]

    names = tuple(names)
    whole = worth(frozenset(names)) - worth(frozenset())
    if len(names) <= exact_up_to:
        credit, error = _exact(worth, names), None
    else:
        credit, error = _sampled(worth, names, orders, seed)
    return Split(names, credit, error, whole, len(known))


def _exact(worth: Callable[[frozenset[str]], np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    """Return the credits [entry, ...result] over all sets."""
    n, out = len(names), []
    for name in names:
        others = [x for x in names if x != name]
        total = np.zeros_like(worth(frozenset()))
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for chosen in combinations(others, size):
                s = frozenset(chosen)
                total = total + weight * (worth(s | {name}) - worth(s))
        out.append(total)
    return np.array(out)


def _sampled(
    worth: Callable[[frozenset[str]], np.ndarray], names: tuple[str, ...], orders: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the credits [entry, ...result] over random orders and their reverses, with standard errors."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(orders):
        order = rng.permutation(len(names))
        pairs.append((_along(worth, names, order) + _along(worth, names, order[::-1])) / 2)
    sample = np.array(pairs)
    deviation = sample.std(axis=0, ddof=1) if orders > 1 else np.full(sample.shape[1:], np.nan)
    return sample.mean(axis=0), deviation / math.sqrt(orders)


def _along(worth: Callable[[frozenset[str]], np.ndarray], names: tuple[str, ...], order: np.ndarray) -> np.ndarray:
    """Return the effect [entry, ...result] of each entry as the entries are changed in an order."""
    out, done = np.zeros((len(names), *worth(frozenset()).shape)), frozenset[str]()
    for i in order:
        more = done | {names[i]}
        out[i] = worth(more) - worth(done)
        done = more
    return out

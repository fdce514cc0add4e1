"""Walk-forward: what was known before each forecast was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Floats, Ints


def known_before(values: Floats, known: Floats, made: Floats) -> tuple[Floats, Ints]:
    """Return sums over what was known first [number of rows, ...], and how many rows were known before each forecast.

    Parameters
    ----------
    values : ndarray, shape (row, ...)
        What is summed, such as log-likelihoods of what came true.
    known : ndarray, shape (row,)
        When each row was known (numbers, such as days).
    made : ndarray, shape (forecast,)
        When each forecast was made; a row that was known at that very time does not count.

    Returns
    -------
    tuple of ndarray
        Sums over the first 0, 1, ... rows in the order in which they were known; the number of rows [forecast].

    Examples
    --------
    >>> total, n = known_before(np.array([1.0, 2.0]), np.array([5.0, 3.0]), np.array([3.0, 4.0, 9.0]))
    >>> total.tolist(), n.tolist()
    ([0.0, 2.0, 3.0], [0, 1, 2])
    """
    order = np.argsort(known, kind="stable")
    total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[order], axis=0)])
    return total, np.searchsorted(known[order], made, side="left")

"""Resampling of whole clusters of like cases (states, conflicts) with replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from peacetalks.evidence.arrays import Ints


def draw_counts(rng: np.random.Generator, clusters: int) -> Ints:
    """Return how often each of `clusters` clusters is drawn when as many are drawn with replacement [cluster].

    >>> int(draw_counts(np.random.default_rng(1), 5).sum())
    5
    """
    return np.bincount(rng.integers(0, clusters, clusters), minlength=clusters)

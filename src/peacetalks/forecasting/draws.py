"""Draws of a scenario's uncertain numbers: scrambled Sobol points of the unit cube, sent through their quantiles.

References
----------
Sobol, I. M. (1967). On the distribution of points in a cube and the approximate evaluation of integrals. *USSR
Computational Mathematics and Mathematical Physics* 7, 86-112.

Owen, A. B. (1998). Scrambling Sobol' and Niederreiter-Xing points. *Journal of Complexity* 14, 466-489.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import qmc

from peacetalks.errors import SpecError
from peacetalks.forecasting.settings import MAX_DRAWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.scenario.scenario import Scenario

EDGE = 1e-9  # quantiles are kept this far from 0 and 1


def sobol_points(dimensions: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the first `count` points [point, dimension] of a scrambled Sobol sequence in the unit cube.

    >>> sobol_points(2, 3, np.random.default_rng(1)).shape
    (3, 2)
    """
    power = (count - 1).bit_length()  # the smallest power of two that holds `count`
    points = qmc.Sobol(dimensions, scramble=True, rng=rng).random_base2(power)[:count]
    return np.clip(points, EDGE, 1 - EDGE)


def uncertain_paths(scenario: Scenario) -> list[str]:
    """Return the dotted paths of the numbers that are written as a range or a distribution."""
    return [path for path, n in scenario.numbers().items() if n.uncertain]


def at_quantiles(scenario: Scenario, paths: Sequence[str], quantiles: np.ndarray) -> Scenario:
    """Return the scenario with each number at `paths` at its quantile [path]."""
    numbers = scenario.numbers()
    return scenario.at({path: numbers[path].quantile(float(u)) for path, u in zip(paths, quantiles, strict=True)})


def draw(scenario: Scenario, draws: int, seed: int) -> list[Scenario]:
    """Return `draws` scenarios with every uncertain number drawn; the same seed gives the same draws."""
    if not 0 <= draws <= MAX_DRAWS:
        raise SpecError(f"draws must lie between 0 and {MAX_DRAWS}, got {draws}; 16 to 256 are usual")
    paths = uncertain_paths(scenario)
    if draws == 0 or not paths:
        return [scenario] * draws
    points = sobol_points(len(paths), draws, np.random.default_rng(seed))
    return [at_quantiles(scenario, paths, u) for u in points]

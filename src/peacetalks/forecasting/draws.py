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
    return draw_together([scenario], draws, seed)[0]


def draw_together(scenarios: Sequence[Scenario], draws: int, seed: int) -> list[list[Scenario]]:
    """Return `draws` draws of each scenario; in a draw a number stands at the same quantile in all that have it.

    Differences between the scenarios are then not those of the draws (common random numbers).
    """
    if not 0 <= draws <= MAX_DRAWS:
        raise SpecError(f"draws must lie between 0 and {MAX_DRAWS}, got {draws}; 16 to 256 are usual")
    paths = list(dict.fromkeys(path for s in scenarios for path in uncertain_paths(s)))
    if draws == 0 or not paths:
        return [[s] * draws for s in scenarios]
    points = sobol_points(len(paths), draws, np.random.default_rng(seed))
    return [[_at_known(s, paths, u) for u in points] for s in scenarios]


def _at_known(s: Scenario, paths: Sequence[str], quantiles: np.ndarray) -> Scenario:
    """Return a scenario with those of the numbers at `paths` that it has at their quantiles [path]."""
    numbers = s.numbers()
    there = [i for i, path in enumerate(paths) if path in numbers]
    return at_quantiles(s, [paths[i] for i in there], quantiles[there])

"""The emulator checked by direct solves: fresh conflict-years at fresh draws of the posterior, on two belief grids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from peacetalks.calibration.design import INPUTS, MONTHS, ORDER, SIZE, TOLERANCE, Point, solve_point
from peacetalks.calibration.emulator import probabilities, within
from peacetalks.calibration.rows import PARAMETERS
from peacetalks.forecasting.jobs import solve_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from peacetalks.calibration.emulator import Emulator
    from peacetalks.calibration.posterior import Model, Samples, Version
    from peacetalks.conflicts.mapping import Size
    from peacetalks.evidence.arrays import Floats

FINER = replace(SIZE, belief_points=9)
FINER_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Check:
    """Probabilities [case, month, end] of the same games: emulated, solved as in the design, solved more finely."""

    emulated: Floats
    direct: Floats
    finer: Floats  # of the first cases only

    def summary(self) -> dict[str, Any]:
        """Return mean and largest absolute differences by month and end, and the mean difference, as plain values."""
        solved = np.isfinite(self.direct).all(axis=(1, 2))
        off = self.emulated[solved] - self.direct[solved]
        both = np.isfinite(self.finer + self.direct[: len(self.finer)]).all(axis=(1, 2))
        grid = self.direct[: len(self.finer)][both] - self.finer[both]
        return {
            "cases": int(solved.sum()),
            "emulator_mean_absolute": _table(np.abs(off).mean(axis=0)),
            "emulator_mean": _table(off.mean(axis=0)),
            "emulator_largest": round(float(np.abs(off).max()), 4),
            "belief_grid_cases": int(both.sum()),
            "belief_grid_mean_absolute": _table(np.abs(grid).mean(axis=0)) if both.any() else {},
            "belief_grid_largest": round(float(np.abs(grid).max()), 4) if both.any() else None,
        }


def _table(values: Floats) -> dict[str, dict[str, float]]:
    return {
        str(m): {e: round(float(v), 4) for e, v in zip(ORDER, row, strict=True)}
        for m, row in zip(MONTHS, values, strict=True)
    }


def direct_check(
    model: Model,
    samples: Samples,
    version: Version,
    cases: int,
    finer: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    jobs: int = 1,
) -> Check:
    """Return the check on `cases` conflict-years drawn at random, each at a draw of a version's posterior.

    The first `finer` of them are solved on nine belief points a side too.  `progress` and `jobs` are those of
    `solve_all`.
    """
    rng = np.random.default_rng(seed)
    rows, w = model.rows, np.exp(version.log_weights)
    draws = rng.choice(len(w), size=cases, p=w / w.sum())
    picked = rng.choice(np.flatnonzero(rows.used), size=cases, replace=False)
    emulated, points = [], []
    for k, (draw, i) in enumerate(zip(draws, picked, strict=True)):
        one = rows.choose(np.arange(len(rows)) == i)
        x = one.inputs(dict(zip(PARAMETERS, samples.theta[draw].tolist(), strict=True)))
        x = within(str(one.kind[0]), x)
        emulated.append(model.emulators[str(one.kind[0]), bool(one.talks[0])].ends(x)[0])
        points.append(Point(k, str(one.kind[0]), bool(one.talks[0]), tuple(x[0].tolist())))
    asked = [(p, SIZE, TOLERANCE) for p in points] + [(p, FINER, FINER_TOLERANCE) for p in points[:finer]]
    solved = np.array(solve_all(_solve, asked, jobs, progress)).reshape(-1, len(MONTHS), len(ORDER))
    return Check(np.array(emulated), solved[:cases], solved[cases:])


def _solve(asked: tuple[Point, Size, float]) -> Floats:
    return solve_point(*asked)


def left_out(emulators: Mapping[tuple[str, bool], Emulator]) -> list[dict[str, Any]]:
    """Return the errors of points left out, by group: of the log ratios, and of the probabilities."""
    out = []
    for (kind, talks), e in emulators.items():
        z = e.points * e.lengths
        there = probabilities(e.ratios(z * e.width + e.centre))
        error = np.abs(probabilities(e.left_out) - there)
        out.append(
            {
                "kind": kind,
                "talks": "open" if talks else "closed",
                "points": len(e.points),
                "log_ratios": [round(float(v), 3) for v in e.error],
                "probabilities": _table(error.mean(axis=0)),
                "lengths": {n: round(float(v), 1) for n, v in zip(INPUTS, e.lengths, strict=True)},
            }
        )
    return out

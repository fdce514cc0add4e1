"""Default settings of every command that solves a scenario; each stands here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BELIEF_POINTS = 5  # points of the belief grid per side
SLIDER_POINTS = 4  # positions of a slider
FEW_POINTS = 4  # belief points a side from which the error of the grid can be estimated
QUICK_BOUND = 0.03  # error of a probability of the model up to which a quick setting is safe: that of the usual grid
QUICK_FINER = (7, 9)  # belief points that are tried where the usual grid is not within the bound
QUICK_PERIODS = 24  # months over which it is measured
TOLERANCE = 1e-3  # bound on a value's error, as a share of the stake; see `PROBABILITY_ERROR`
PROBABILITY_ERROR = 3e-5  # of a probability by the solver, at that tolerance (measured)
MAX_SWEEPS = 800  # most scenarios converge within 50 to 170 sweeps, the slowest of the case book took 343 (measured)
SEED = 20250520  # of the draws of a scenario's ranges
PERIODS = 36  # months of a forecast
SEARCH_BUDGET = 2e7  # evaluations of the search for further equilibria: a minute; the largest bundled game takes 1.3e6
EXPLAINED_PERIODS = 24  # months over which `explain` follows paths
DATES = (12, 24)  # months at which accounts are compared and forecasts updated
EMULATOR_DRAWS = 128  # solves of a scenario, beside those of its single numbers, through which an emulator goes
AUDIT_DRAWS = 4  # draws of the ranges under every account of an audit
EVIDENCE_POINTS = 16  # solves an account over which a likelihood is averaged
MONTHS = (1, 3, 6, 12, 24)  # months at which a forecast is shown, beside its last
HEADLINE = 12  # months: the date of a headline, or the last shown before it
MAX_PERIODS, MAX_DRAWS = 1200, 4096  # months of a forecast; draws of the ranges
MAX_POINTS = 100_000  # solves of an account over which a likelihood is averaged


def months_shown(periods: int) -> tuple[int, ...]:
    """Return the months at which a forecast of `periods` months is shown: those of `MONTHS` before its last, and that.

    >>> months_shown(12), months_shown(10), months_shown(1)
    ((1, 3, 6, 12), (1, 3, 6, 10), (1,))
    """
    return (*(m for m in MONTHS if m < periods), periods)


def headline_month(months: Sequence[int]) -> int:
    """Return the month of the headline: of those shown, the last within a year.

    >>> headline_month((1, 3, 6, 12, 24)), headline_month((24,))
    (12, 24)
    """
    return max((m for m in months if m <= HEADLINE), default=months[0])


def few_points_note(points: int) -> str:
    """Return what is said of a number of belief points a side too small for the error to be known; else "".

    >>> few_points_note(3).split(":")[0], few_points_note(4)
    ('Only 3 belief points a side', '')
    """
    if points >= FEW_POINTS:
        return ""
    return (
        f"Only {points} belief points a side: a coarse grid, whose error is not known; on a bundled scenario 3 points "
        f"put a probability off by 7 points. Use {FEW_POINTS} or more ({BELIEF_POINTS} is usual)."
    )

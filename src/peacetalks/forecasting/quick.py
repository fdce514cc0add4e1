"""The smallest setting that is known to be safe for a scenario, and what is said of it and of coarse ones.

A game is solved once on the usual belief grid and on the coarser one inside it.  The coarser grid is taken where the
two differ by no more than a bound (`QUICK_BOUND`, the estimated error of the finer one included); else the usual one
where its own error lies within the bound; else a finer one.  Further equilibria are not searched for.

Measured on the bundled scenarios (outcome classes over 24 months, against 9 points a side): with 3 points the error is
0.01 points for sri-lanka-2002, 2.7 for iran-nuclear-2025 and 7.5 for korea-1951; with 5 points 0.00, 0.4 and 1.7.  The
estimates are 0.01, 3.0 and 11.5, and 0.00, 0.6 and 2.3: never below what was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from peacetalks.equilibrium.forward import trajectory
from peacetalks.errors import SpecError
from peacetalks.forecasting.accuracy import grid_error_of
from peacetalks.forecasting.outlook import outlook
from peacetalks.forecasting.readout import ends_of, outcomes_of
from peacetalks.forecasting.settings import BELIEF_POINTS, QUICK_BOUND, QUICK_FINER, QUICK_PERIODS, few_points_note
from peacetalks.forecasting.solve_scenario import solve_scenario
from peacetalks.scenario.scenario import check_scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from peacetalks.equilibrium.solution import Solution
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.scenario import Scenario

T = TypeVar("T")
COARSER = (BELIEF_POINTS + 1) // 2  # points of the grid inside the usual one


@dataclass(frozen=True)
class QuickSetting:
    """Belief points a side, and by how much they may put an outcome class of the scenario as written off."""

    belief_points: int
    grid_error: float

    @property
    def safe(self) -> bool:
        """Whether the error lies within the bound."""
        return self.grid_error <= QUICK_BOUND

    @property
    def note(self) -> str:
        """What is said of the setting wherever a result is shown.

        >>> QuickSetting(3, 0.0012).note.split(" for. ")[1]
        'The belief grid may put a probability of the model off by up to 0.12 points (bound: 3 points).'
        """
        missed = "" if self.safe else f", which no grid up to {QUICK_FINER[-1]} points meets: take it as a guide"
        return (
            f"Quick: {self.belief_points} belief points a side, further equilibria not searched for. The belief grid "
            f"may put a probability of the model off by {_points(self.grid_error)} "
            f"(bound: {100 * QUICK_BOUND:g} points{missed})."
        )


def _points(error: float) -> str:
    """Return an error of a probability in points."""
    return f"up to {100 * error:.2f} points" if error >= 5e-5 else "less than 0.01 points"


def quick_setting(scenario: Scenario, periods: int = QUICK_PERIODS) -> QuickSetting:
    """Return the smallest setting that is known to be safe for a scenario: measured by one solve, or by a few.

    Parameters
    ----------
    scenario : Scenario
        As it is written; accounts and draws of it are solved with the same setting.
    periods : int
        Months over which the outcome classes are compared.

    Raises
    ------
    NotSolved
        The game has no solution within tolerance.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> quick_setting(small, 2).safe
    True
    """
    s, here, error = _solved(scenario, BELIEF_POINTS, periods)
    if s.coarser is not None:
        there = ends_of(outcomes_of(trajectory(s.coarser, periods)))
        coarse = QuickSetting(COARSER, float(abs(here - there).max()) + error)
        if coarse.safe:
            return coarse
    found = QuickSetting(BELIEF_POINTS, error)
    for points in QUICK_FINER:
        if found.safe:
            break
        found = QuickSetting(points, _solved(scenario, points, periods)[2])
    return found


def noted_outlook(scenario: Scenario, quick: bool, belief_points: int, certify: bool, **how: Any) -> Outlook:
    """Return the outlook, quick or as asked for, with what is to be said of its belief grid; `how` as in `outlook`.

    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> noted_outlook(small, False, 2, True).settings["grid_note"].split(":")[0]
    'Only 2 belief points a side'
    """
    if quick:
        check_quick(belief_points)
        return quick_outlook(scenario, **how)
    o = outlook(scenario, **how, belief_points=belief_points, certify=certify)
    return with_note(o, few_points_note(belief_points))


def quick_outlook(scenario: Scenario, **how: Any) -> Outlook:
    """Return the outlook at the smallest setting that is known to be safe; `how` as in `outlook`.

    Without draws the usual grid is tried first, and its own error decides whether a finer one is needed.
    """
    check_scenario(scenario, "quick_outlook")
    if how.get("draws"):
        setting = quick_setting(scenario, min(how.get("periods") or QUICK_PERIODS, scenario.periods or QUICK_PERIODS))
        return with_note(outlook(scenario, **how, belief_points=setting.belief_points, certify=False), setting.note)
    o, setting = _outlook_at(scenario, BELIEF_POINTS, how)
    for points in QUICK_FINER:
        if setting.safe:
            break
        o, setting = _outlook_at(scenario, points, how)
    return with_note(o, setting.note)


def setting_of(scenario: Scenario, belief_points: int, quick: bool, periods: int = QUICK_PERIODS) -> tuple[int, str]:
    """Return the belief points to use, and what is to be said of them; "" where there is nothing to say.

    Raises `SpecError` where both the quick setting and a number of points are asked for.

    >>> import peacetalks as pt
    >>> setting_of(pt.load("korea-1951"), 5, quick=False)
    (5, '')
    """
    if not quick:
        return belief_points, few_points_note(belief_points)
    check_quick(belief_points)
    setting = quick_setting(scenario, min(periods, scenario.periods or periods))
    return setting.belief_points, setting.note


def check_quick(belief_points: int) -> None:
    """Raise `SpecError` where a number of belief points is asked for beside the quick setting."""
    if belief_points != BELIEF_POINTS:
        raise SpecError(
            f"--quick chooses the belief points itself, and --belief-points asks for {belief_points}: leave one of the "
            "two out"
        )


def with_note(result: T, note: str) -> T:
    """Return a result with a note on its belief grid among its settings, as `grid_note`; as it is without a note."""
    if not note:
        return result
    return replace(result, settings=getattr(result, "settings") | {"grid_note": note})  # type: ignore[type-var]  # noqa: B009


def with_reader_notes(o: Outlook, notes: Sequence[str]) -> Outlook:
    """Return an outlook with what a reader must know of its scenario among its settings, as `notes`: full sentences."""
    return replace(o, settings=o.settings | {"notes": list(notes)}) if notes else o


def _outlook_at(scenario: Scenario, points: int, how: dict[str, Any]) -> tuple[Outlook, QuickSetting]:
    """Return the outlook with so many belief points a side, and the setting with the error that it reports."""
    o = outlook(scenario, **how, belief_points=points, certify=False)
    return o, QuickSetting(points, 0.0 if o.grid_error is None else float(o.grid_error.max()))


def _solved(scenario: Scenario, points: int, periods: int) -> tuple[Solution, Any, float]:
    """Return the solution of a scenario, its outcome classes (period, end), and their estimated error."""
    s = solve_scenario(scenario, points, refine=True)
    t = trajectory(s, periods)
    error = grid_error_of(t)
    return s, ends_of(outcomes_of(t)), 0.0 if error is None else float(error.max())

"""The committed tables of the backtest made anew: conflict-years, case book, and the weight of the best estimate.

The weight (`anchor.csv` and its card) lies in `evidence`, where it is read; the others lie in this room.  They rest on
the package's tables of the record alone, never on those that a user has made.
"""

from __future__ import annotations

from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from peacetalks.backtests import targets, year_tables
from peacetalks.backtests.best_estimate import from_tables, shipped_csv
from peacetalks.backtests.case_outcomes import MONTHS, ORDER
from peacetalks.backtests.conflict_year_arrays import ConflictYears
from peacetalks.backtests.inside import VERSIONS, digest, inside_csv, inside_table, scenario, solve_case
from peacetalks.backtests.negotiations import TABLES, negotiations
from peacetalks.backtests.results import DRAWS, SEED
from peacetalks.backtests.scores import Bootstrap
from peacetalks.conflicts.conflict_years import conflict_years
from peacetalks.conflicts.mapping import Size
from peacetalks.errors import NotSolved
from peacetalks.evidence.anchor import card_text, forget_shipped
from peacetalks.evidence.local_tables import package_only
from peacetalks.evidence.tables import TABLES as EVIDENCE_TABLES
from peacetalks.evidence.tables import write_tables
from peacetalks.forecasting.answers import AnswerCache, answer_key, solve_cached
from peacetalks.scenario.files import play_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from peacetalks.backtests.case_book import CaseBook
    from peacetalks.backtests.conflict_year_views import YearViews
    from peacetalks.evidence.arrays import Floats
    from peacetalks.scenario.scenario import Scenario

    Progress = Callable[[int, int], None]

COARSER = (3,)  # belief points of grids on which a game is solved if it is not on its own
LIMITS = [
    "Conflict-years of one state are alike, and they count as independent: the interval is too narrow.",
    "The typical case lies at the medians of its class and not at the mean of the model's forecasts over it, so that "
    "departures do not cancel, which lowers the weight (docs/backtest.md, other ways to join record and model).",
    "It is the weight of scenarios made by the mapping, not of those that an analyst writes.",
]


@package_only()
def rebuild(
    size: Size | None = None, out_dir: str | Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """Make every committed table of the backtest anew; return the paths.

    Parameters
    ----------
    size
        Size of the games of the case book; default `Size()`.
    out_dir
        Folder for all files; default where the package reads each from.
    progress
        Called with the number of steps done and of all steps: conflict-years, then games.

    Returns
    -------
    list of Path
        Those of `rebuild_years`, `rebuild_cases` and `reanchor`.
    """
    paths = [*rebuild_years(out_dir, progress), *rebuild_cases(size, out_dir, progress)]
    return [*paths, *reanchor(out_dir)]


@package_only()
def rebuild_years(out_dir: str | Path | None = None, progress: Progress | None = None) -> list[Path]:
    """Write the forecasts of record and rival on the conflict-years; return the paths.

    `out_dir` and `progress` as in `rebuild`.
    """
    rows = ConflictYears.of(conflict_years())
    return write_tables(Path(out_dir or TABLES), year_tables.made(rows, progress))


@package_only()
def rebuild_cases(
    size: Size | None = None,
    out_dir: str | Path | None = None,
    progress: Progress | None = None,
    reuse: bool = False,
    jobs: int = 1,
    answers: AnswerCache | None = None,
) -> list[Path]:
    """Solve every case in each version and write the table of the model's forecasts; return its path.

    Parameters
    ----------
    size, out_dir, progress
        As in `rebuild`.
    reuse
        Whether a forecast of the committed table stays where the digest of its scenario is the same.
    jobs
        Processes that solve.
    answers
        Cache: what is in it already is not solved again.

    Where there is no solution within tolerance on the size's belief grid the game is solved on a coarser one
    (`COARSER`); without any it has no forecast and is left out of the scores, with that reason.
    """
    size, years = size or Size(), conflict_years()
    asked = [(case, version) for case in negotiations() for version in VERSIONS]
    stored, _, digests = inside_table() if reuse else ({}, size, {})
    games = {(case.id, version): scenario(case, version, years, size) for case, version in asked}
    marks = {at: digest(found, size) for at, found in games.items()}
    forecasts = {at: stored[at] for at, mark in marks.items() if digests.get(at) == mark}
    missing = {at: found for at, found in games.items() if at not in forecasts}
    keys = [answer_key("case book", MONTHS, astuple(size), play_key(found)) for found in missing.values()]
    report = _after(progress, len(forecasts))
    solved = solve_cached(partial(_solved, size), list(missing.values()), keys, answers, (), jobs, report)
    forecasts |= dict(zip(missing, cast("list[Floats]", solved), strict=True))
    rows = [(case, version, forecasts[case, version], mark) for (case, version), mark in marks.items()]
    paths = write_tables(Path(out_dir or TABLES), {"inside.csv": inside_csv(rows, size)})
    inside_table.cache_clear()
    return paths


def _after(progress: Progress | None, done: int) -> Progress | None:
    """Return a progress callback that counts what was done before."""
    return None if progress is None else lambda now, total: progress(done + now, done + total)


def _solved(size: Size, found: Scenario) -> Floats:
    """Return the forecast of a case's scenario, on fewer belief points where there is no solution within tolerance.

    NaN where there is none on any of the grids.
    """
    for points in (size.belief_points, *(n for n in COARSER if n < size.belief_points)):
        try:
            return solve_case(found, replace(size, belief_points=points))
        except NotSolved:
            continue
    return np.full((len(MONTHS), len(ORDER)), np.nan)


@package_only()
def reanchor(out_dir: str | Path | None = None) -> list[Path]:
    """Fit the shipped weight again from the committed forecasts, and write its table and card; return the paths."""
    years, book = from_tables()
    paths = write_tables(Path(out_dir or EVIDENCE_TABLES), anchor_tables(years, book))
    forget_shipped()
    return paths


def anchor_tables(years: tuple[YearViews, ...], book: CaseBook) -> dict[str, str]:
    """Return the table of the shipped weight and its card, by file name."""
    text = shipped_csv(years, book)
    known_to = text.splitlines()[-1].split(",")[0]
    compared = [c for v in years for c in targets.compared(v, "best", Bootstrap(DRAWS, SEED))]
    fitted_on = (
        f"{years[0].rows.n:,} conflict-years at {' and '.join(map(str, MONTHS))} months, as far as outcomes are known, "
        f"and the {len({c.id for c in book.cases})} cases of the case book; see docs/backtest.md"
    )
    return {
        "anchor.csv": text,
        "anchor.json": card_text(fitted_on, known_to, targets.sharpens(compared), LIMITS),
    }

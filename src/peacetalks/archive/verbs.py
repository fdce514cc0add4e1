"""The archive from Python, in one call each: what `peacetalks diff`, `score` and `history` compute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacetalks.archive.difference import difference
from peacetalks.archive.folder import read_folder
from peacetalks.archive.over_time import history_of
from peacetalks.archive.resolved import read_resolved
from peacetalks.archive.scoring import score_archive
from peacetalks.archive.subject import subject

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.archive.difference import Difference
    from peacetalks.archive.over_time import History
    from peacetalks.archive.saved import SavedForecast
    from peacetalks.archive.scoring import Scores
    from peacetalks.scenario.scenario import Scenario


def diff(
    a: str | Path | SavedForecast | Scenario, b: str | Path | SavedForecast | Scenario, **settings: Any
) -> Difference:
    """Return what changed between two forecasts, and what each change did to the answer.

    Parameters
    ----------
    a, b : str, Path, SavedForecast or Scenario
        A saved forecast, or a scenario, which is forecast now; each as a value, a file, or a bundled scenario's name.
    **settings
        Those of `difference`: `attribute`, `belief_points`, `progress`, `jobs`, `answers`.

    Raises
    ------
    ArchiveError, SpecError, NotSolved
        As `subject` and `difference`.

    Examples
    --------
    >>> import peacetalks as pt
    >>> d = diff("korea-1951", pt.patch(pt.load("korea-1951"), {"talks.walk": 0.2}), attribute=False)
    >>> [(e.path, e.kind) for e in d.entries]
    [('talks.walk', 'value')]
    """
    return difference(subject(a), subject(b), **settings)


def score(folder: str | Path, resolved: str | Path) -> Scores:
    """Return how the forecasts of a folder did; `resolved` is the file with what came true.

    Errors: as `read_folder` and `read_resolved`.
    """
    return score_archive(read_folder(folder), read_resolved(Path(resolved)))


def history(folder: str | Path, scenario: str | None = None, by: date | None = None) -> History:
    """Return what was expected of a date, or of a year ahead, each time a scenario's forecast was saved.

    Parameters, errors: as of `history_of` and `read_folder`.
    """
    return history_of(read_folder(folder), scenario, by)

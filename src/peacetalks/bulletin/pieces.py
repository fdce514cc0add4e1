"""The pieces of work that a bulletin is made of: one conflict forecast, in any process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from peacetalks.archive.saved import SavedForecast, saved
from peacetalks.conflicts.from_record import record_scenario
from peacetalks.errors import AnchorError, EvidenceError, EvidenceMissing, GameError, NotSolved, SpecError
from peacetalks.forecasting.answers import answer_key, solve_cached
from peacetalks.forecasting.outlook import outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from peacetalks.bulletin.values import Settings
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress
    from peacetalks.forecasting.outlook import Outlook
    from peacetalks.scenario.scenario import Scenario

    Render = Callable[[Outlook], Any]


@dataclass(frozen=True)
class Task:
    """A conflict to be forecast at a date."""

    name: str
    conflict: int
    as_of: date
    own: Scenario | None = None  # None: the scenario that the record gives

    @property
    def question(self) -> tuple[Any, ...]:
        """What the forecast depends on, beside the program, its data and the settings."""
        return self.conflict, self.as_of.isoformat(), None if self.own is None else self.own.digest


@dataclass(frozen=True)
class Piece:
    """A conflict forecast."""

    saved: SavedForecast
    page: Any  # what `render` made of it; None without
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a conflict cannot be forecast: "not solved", "missing data" or "refused", and the reason in words."""

    kind: str
    reason: str


def forecast_piece(settings: Settings, render: Render | None, task: Task) -> Piece | Refusal:
    """Forecast a conflict; `render` makes what a page shows of it. A game without a solution raises `NotSolved`."""
    try:
        scenario, notes = (task.own, ()) if task.own else record_scenario(task.conflict, task.as_of)
        with threadpool_limits(1):  # sums in another order would give other last digits in another process
            o = outlook(scenario, belief_points=settings.belief_points, certify=settings.certify)
    except EvidenceMissing as e:
        return Refusal("missing data", str(e))
    except (EvidenceError, SpecError, GameError, AnchorError) as e:
        return Refusal("refused", str(e))
    return Piece(saved(o), None if render is None else render(o), tuple(notes))


def forecast_tasks(
    tasks: Sequence[Task],
    settings: Settings,
    work: Callable[[Task], Piece | Refusal],
    program: str,
    answers: AnswerCache | None,
    classes: Sequence[type],
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Piece | Refusal]:
    """Return the forecast of each task, or why there is none.

    Parameters
    ----------
    tasks : sequence of Task
    settings : Settings
    work : function
        `forecast_piece` with its settings and what draws a page.
    program : str
        Digest of the sources and tables that determine a piece.
    answers : AnswerCache, optional
        Holds pieces made before, and each that is made: work that was cut short goes on where it was.
    classes : sequence of type
        That pages are made of.
    jobs, progress
        As of `solve_all`.
    """
    how = settings.model_dump(include={"belief_points", "certify", "pages"})
    keys = [answer_key("bulletin", program, how, t.question) for t in tasks]
    known = (Piece, Refusal, SavedForecast, *classes)
    found = solve_cached(work, tasks, keys, answers, known, jobs, progress, required=0)
    return [Refusal("not solved", str(x)) if isinstance(x, NotSolved) else x for x in found]

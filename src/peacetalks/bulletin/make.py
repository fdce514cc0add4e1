"""Bulletins made: every active conflict forecast at each date, compared with the bulletin before, and written down.

A digest of all that determines a bulletin (`plan`) stands in its file (`Bulletin.inputs`).  A bulletin that stands in
the folder has been published and is never replaced, so that no score can be bettered afterwards: where the digest is
the same it is what would be made again, and where it differs that is said (`Made.other_inputs`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from peacetalks.archive.folder import check_folder
from peacetalks.bulletin.changes import change, pairs_of, split
from peacetalks.bulletin.entries import entry, inactive, not_forecast, over
from peacetalks.bulletin.folder import ARCHIVE, read_bulletins, store
from peacetalks.bulletin.own import own_scenarios
from peacetalks.bulletin.pieces import Piece, Refusal, Task, forecast_piece, forecast_tasks
from peacetalks.bulletin.plan import Plan, check_points, plans_of, program_digest
from peacetalks.bulletin.track import TrackRecord, track_record
from peacetalks.bulletin.values import Bulletin, Change, Moves, Part, Settings
from peacetalks.conflicts.find import coverage_end
from peacetalks.errors import ArchiveError, NotSolved
from peacetalks.forecasting.answers import answer_key, solve_cached
from peacetalks.forecasting.settings import BELIEF_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from peacetalks.archive.saved import SavedForecast
    from peacetalks.bulletin.changes import Pair
    from peacetalks.bulletin.folder import Bulletins
    from peacetalks.bulletin.pieces import Render
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress

BATCH = 4  # bulletins whose conflicts are forecast together: workers start once for them
USUAL = Settings(belief_points=BELIEF_POINTS, certify=False, attribution=False, pages=False, only=[])


@dataclass(frozen=True)
class Made:
    """A bulletin, and what its pages are made of."""

    bulletin: Bulletin
    earlier: tuple[Bulletin, ...]  # all before it, by date
    track: TrackRecord | None  # of the earlier ones; None where it stood there already
    pages: Mapping[int, Any] = field(default_factory=dict)  # UCDP number -> what `render` made
    fresh: bool = True  # False: it stood there already
    other_inputs: bool = False  # it stood there already, made from other inputs, and was not replaced


def make_bulletins(
    dates: Iterable[dt.date],
    folder: Path,
    settings: Settings = USUAL,
    *,
    scenarios: Path | None = None,
    render: Render | None = None,
    classes: Sequence[type] = (),
    jobs: int = 1,
    answers: AnswerCache | None = None,
    progress: Progress | None = None,
) -> Iterator[Made]:
    """Make the bulletin of each date, the earliest first; save their forecasts in the folder's archive.

    Parameters
    ----------
    dates : iterable of date
    folder : Path
        Of all bulletins; made where it is missing.  Who takes a bulletin writes it down (`folder.write_bulletin`).
    settings : Settings
    scenarios : Path, optional
        Folder of the user's own scenarios (`own`).
    render : function, optional
        Makes, from each forecast and in its process, what a page shows, where `settings.pages`; with `classes`, of
        which that is made.
    jobs : int
        Most processes; the result does not depend on it.
    answers : AnswerCache, optional
        Holds the conflicts forecast so far: work that was cut short goes on where it was.
    progress : function, optional
        Called as `progress(done, all)` after every conflict.

    Yields
    ------
    Made
        One for each date; one that stands in the folder already is not made again.  A conflict that cannot be
        forecast stands in `Bulletin.not_forecast`, with the reason.

    Raises
    ------
    EvidenceError, SpecError, ArchiveError
        A date at which no conflict is active, scenarios or a bulletin of one of the dates that cannot be read, a folder
        that cannot be written to.
    """
    check_folder(folder)
    work = partial(forecast_piece, settings, render if settings.pages else None)
    run = _Run(folder, settings, work, classes, jobs, answers, progress)
    days, own = sorted(set(dates)), own_scenarios(scenarios)
    run.check_readable(days)
    plans = plans_of(days, settings, own, run.there, run.program)
    check_points(plans, settings.belief_points)
    run.total = sum(len(p.active.found) for p in plans if not run.stands(p)) * (1 + settings.attribution)
    for k in range(0, len(plans), BATCH):
        yield from run.batch(plans[k : k + BATCH])


@dataclass
class _Run:
    """One run: what is known of the folder, and what has been made."""

    folder: Path
    settings: Settings
    work: Callable[[Task], Piece | Refusal]
    classes: Sequence[type]
    jobs: int
    answers: AnswerCache | None
    progress: Progress | None
    total: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        found = read_bulletins(self.folder)
        self.there, self.refused = {b.as_of: b for b in found.found}, found.refused
        self.program = program_digest()

    def check_readable(self, dates: list[dt.date]) -> None:
        """Raise `ArchiveError` where a bulletin of one of the dates stands in the folder and cannot be read."""
        for r in self.refused:
            if any(r.file.startswith(day.isoformat()) for day in dates):
                raise ArchiveError(
                    f"{r.file} stands there and is not replaced: {r.reason}. To make this bulletin anew, take its "
                    "folder away, or use another folder for all"
                )

    def stands(self, p: Plan) -> bool:
        """Whether a bulletin of its date stands in the folder already."""
        return p.active.as_of in self.there

    def unchanged(self, p: Plan) -> Made:
        """Return a bulletin that stands there already; `other_inputs` where they differ."""
        b = self.there[p.active.as_of]
        return Made(b, self._earlier(b.as_of), None, fresh=False, other_inputs=b.inputs != p.inputs)

    def batch(self, plans: Sequence[Plan]) -> Iterator[Made]:
        """Yield some bulletins by date, after all their conflicts are forecast together."""
        tasks = {p.inputs: p.tasks() for p in plans if not self.stands(p)}
        found = iter(self.forecast([t for of in tasks.values() for t in of]))
        results = {inputs: {t.conflict: next(found) for t in of} for inputs, of in tasks.items()}
        for p in plans:
            yield self.made(p, results.pop(p.inputs)) if p.inputs in results else self.unchanged(p)

    def forecast(self, tasks: list[Task]) -> list[Piece | Refusal]:
        """Return the forecast of each task, or why there is none."""
        found = forecast_tasks(
            tasks, self.settings, self.work, self.program, self.answers, self.classes, self.jobs, self._report
        )
        self.done += len(tasks)
        return found

    def made(self, p: Plan, results: Mapping[int, Piece | Refusal]) -> Made:
        """Return the bulletin of a plan, its forecasts saved in the archive."""
        day = p.active.as_of
        pieces = {i: x for i, x in results.items() if isinstance(x, Piece)}
        stored = {i: store(x.saved, self.folder) for i, x in pieces.items()}
        previous = self.there.get(p.previous) if p.previous else None
        changes = self._changes(previous, {i: s for i, (_, s) in stored.items()}, day)
        entries = [
            entry(c, day, p.own.get(c.id), stored[c.id], pieces[c.id].notes, changes.get(c.id))
            for c in p.active.found
            if c.id in pieces
        ]
        refused = [not_forecast(c, results[c.id]) for c in p.active.found if c.id not in pieces]
        b = Bulletin(
            as_of=day,
            made=dt.datetime.now(dt.UTC),
            version=version("peacetalks"),
            inputs=p.inputs,
            definition=p.active.definition,
            record_to=min(day, coverage_end()),
            previous=p.previous,
            settings=self.settings,
            forecasts=entries,
            not_forecast=[*refused, *map(over, p.active.over), *(inactive(i, p.active) for i in p.active.inactive)],
            unused_scenarios=p.unused,
        )
        self.there[day] = b
        earlier = self._earlier(day)
        return Made(b, earlier, track_record(earlier, day), {i: x.page for i, x in pieces.items()})

    def _earlier(self, day: dt.date) -> tuple[Bulletin, ...]:
        return tuple(self.there[d] for d in sorted(self.there) if d < day)

    def _changes(
        self, previous: Bulletin | None, now: Mapping[int, SavedForecast], day: dt.date
    ) -> dict[int, Change | str]:
        """Return what has changed in each conflict since the last bulletin, or why there is nothing to compare."""
        if previous is None:
            return {}
        pairs, unpaired = pairs_of(previous, now, self.folder / ARCHIVE, day)
        parts = self._split(list(pairs.values())) if self.settings.attribution else [(None, "")] * len(pairs)
        return unpaired | {i: change(p, *x) for (i, p), x in zip(pairs.items(), parts, strict=True)}

    def _split(self, pairs: list[Pair]) -> list[tuple[list[Part] | None, str]]:
        """Return each change split over what changed in the scenario."""
        points = self.settings.belief_points
        keys = [answer_key("bulletin change", self.program, points, p.a.digest, p.b.digest, p.day) for p in pairs]
        known = (Part, Moves)
        found = solve_cached(partial(split, points), pairs, keys, self.answers, known, self.jobs, self._report, 0)
        self.done += len(pairs)
        return [(None, str(x)) if isinstance(x, NotSolved) else x for x in found]

    def _report(self, done: int, _: int) -> None:
        if self.progress is not None:
            self.progress(self.done + done, max(self.total, self.done + done))


def standing(there: Bulletins, day: dt.date) -> Made:
    """Return a bulletin that stands in a folder, with the track record of those before it."""
    earlier = tuple(b for b in there.found if b.as_of < day)
    b = next(b for b in there.found if b.as_of == day)
    return Made(b, earlier, track_record(earlier, day), fresh=False)

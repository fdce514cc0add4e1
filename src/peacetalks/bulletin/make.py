"""Bulletins made: every active conflict forecast at each date, compared with the bulletin before, and written down.

A bulletin depends on its date, the program, the tables of the record, the settings, the user's own scenarios, and the
bulletin before it, with which it is compared.  A digest of all that (`Bulletin.inputs`) stands in its file.  A bulletin
that stands in the folder has been published and is never replaced, so that no score can be bettered afterwards: where
the digest is the same it is what would be made again, and where it differs that is said (`Made.other_inputs`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from peacetalks.archive.folder import check_folder, read_saved
from peacetalks.archive.saved import DIGITS, MORE_ROOMS
from peacetalks.bulletin.active import active_conflicts
from peacetalks.bulletin.changes import NEW, Pair, change, pair, split
from peacetalks.bulletin.folder import ARCHIVE, read_bulletins, store
from peacetalks.bulletin.own import chosen, own_scenarios
from peacetalks.bulletin.pieces import Piece, Refusal, Task, forecast_piece, forecast_tasks
from peacetalks.bulletin.track import TrackRecord, track_record
from peacetalks.bulletin.values import At, Bulletin, Change, Ends, Entry, Intervals, Moves, NotForecast, Part, Settings
from peacetalks.conflicts.conflict_years import every_year
from peacetalks.conflicts.find import coverage_end
from peacetalks.conflicts.from_record import record_scenario
from peacetalks.errors import ArchiveError, NotSolved
from peacetalks.evidence.status import status
from peacetalks.forecasting.answers import answer_key, results_version, solve_cached, sources_digest
from peacetalks.forecasting.settings import BELIEF_POINTS, MONTHS, PERIODS
from peacetalks.forecasting.size import check_size
from peacetalks.outcomes import ENDS
from peacetalks.scenario.dates import months_later

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from peacetalks.archive.saved import SavedForecast
    from peacetalks.bulletin.active import Active
    from peacetalks.bulletin.folder import Bulletins
    from peacetalks.bulletin.own import OwnScenario
    from peacetalks.bulletin.pieces import Render
    from peacetalks.conflicts.conflict import Conflict
    from peacetalks.forecasting.answers import AnswerCache
    from peacetalks.forecasting.jobs import Progress

BATCH = 4  # bulletins whose conflicts are forecast together: workers start once for them
ROOMS = (*MORE_ROOMS, "archive", "bulletin", "pages")  # that determine a bulletin, beside those of its forecasts
OVER = "known to have ended on {day}, with no truce or settlement in force"
CODED_LATER = "that end is coded only because the next calendar year was quiet, which was known later"
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


@dataclass(frozen=True)
class _Plan:
    """A bulletin that is to be made."""

    active: Active
    own: Mapping[int, OwnScenario]
    unused: list[str]
    inputs: str
    previous: dt.date | None

    def tasks(self) -> list[Task]:
        found = []
        for c in self.active.found:
            own = self.own.get(c.id)
            found.append(Task(f"conflict-{c.id}", c.id, self.active.as_of, None if own is None else own.scenario))
        return found


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
    run = _Run(
        folder,
        settings,
        partial(forecast_piece, settings, render if settings.pages else None),
        classes,
        jobs,
        answers,
        progress,
    )
    plans = run.plans(sorted(set(dates)), own_scenarios(scenarios))
    check_points(plans, settings.belief_points)
    run.total = sum(len(p.active.found) for p in plans if not run.stands(p)) * (1 + settings.attribution)
    for k in range(0, len(plans), BATCH):
        yield from run.batch(plans[k : k + BATCH])


def check_points(plans: Sequence[_Plan], belief_points: int) -> None:
    """Raise the error of belief points with which no conflict could be forecast, before anything is computed."""
    first = next((c for p in plans for c in p.active.found), None)
    if first is not None:
        check_size(record_scenario(first.id, first.as_of)[0], belief_points, PERIODS)


@dataclass
class _Run:
    """One run: what is known of the folder, and what has been made."""

    folder: Path
    settings: Settings
    work: Any
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

    def plans(self, dates: list[dt.date], own: tuple[OwnScenario, ...]) -> list[_Plan]:
        """Return what is to be made at each date, with the digest of its inputs."""
        self.check_readable(dates)
        known = {day: b.inputs for day, b in self.there.items()}
        out = []
        for day in dates:
            active = active_conflicts(day, self.settings.only)
            used, unused = chosen(own, day, {c.id for c in active.found})
            before = max((d for d in known if d < day), default=None)
            of_own = {i: x.scenario.digest for i, x in used.items()}
            how = self.settings.model_dump(), of_own, unused, before, known.get(before) if before else None
            inputs = _digest(self.program, day.isoformat(), how)
            known.setdefault(day, inputs)
            out.append(_Plan(active, used, unused, inputs, before))
        return out

    def stands(self, p: _Plan) -> bool:
        """Whether a bulletin of its date stands in the folder already."""
        return p.active.as_of in self.there

    def unchanged(self, p: _Plan) -> Made:
        """Return a bulletin that stands there already; `other_inputs` where they differ."""
        b = self.there[p.active.as_of]
        return Made(b, self._earlier(b.as_of), None, fresh=False, other_inputs=b.inputs != p.inputs)

    def batch(self, plans: Sequence[_Plan]) -> Iterator[Made]:
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

    def made(self, p: _Plan, results: Mapping[int, Piece | Refusal]) -> Made:
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
        found: dict[int, Change | str] = {}
        pairs: dict[int, Pair] = {}
        for number, b in now.items():
            before = previous.of(number)
            if before is None:
                found[number] = NEW.format(since=previous.as_of.isoformat())
                continue
            try:
                a = read_saved(self.folder / ARCHIVE / before.file)
            except ArchiveError as e:
                found[number] = f"the forecast of {previous.as_of.isoformat()} cannot be read: {e}"
                continue
            pairs[number] = pair(a, b, previous.as_of, day)
        parts = self._split(list(pairs.values())) if self.settings.attribution else [(None, "")] * len(pairs)
        return found | {i: change(p, *x) for (i, p), x in zip(pairs.items(), parts, strict=True)}

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


def program_digest() -> str:
    """Return a digest of the program and of the tables of the record, which determine a bulletin of a date."""
    tables = [(t.name, t.sha256) for t in status().tables]
    return _digest(results_version(), sources_digest(ROOMS), tables)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[: 2 * DIGITS]


def entry(
    c: Conflict,
    day: dt.date,
    own: OwnScenario | None,
    stored: tuple[str, SavedForecast],
    notes: Collection[str],
    changed: Change | str | None,
) -> Entry:
    """Return the entry of a conflict that is forecast."""
    file, s = stored
    return Entry(
        conflict=c.id,
        name=c.name,
        location=c.cluster,
        kind=c.kind,
        side_a=c.side_a,
        side_b=c.side_b,
        state=c.state,  # type: ignore[arg-type]  # not "over": that is not forecast
        start=c.start,
        since=c.since,
        coded_later=c.coded_later,
        intensity=c.intensity,  # type: ignore[arg-type]
        source="record" if own is None else own.file,
        as_of=s.as_of,
        file=file,
        saved=s.moment,
        digest=s.digest,
        at=[_at(s, day, m) for m in MONTHS],
        change=changed if isinstance(changed, Change) else None,
        unchanged=changed if isinstance(changed, str) else None,
        notes=list(notes),
    )


def _at(s: SavedForecast, as_of: dt.date, months: int) -> At:
    """Return what a saved forecast says so many months after the bulletin's date."""
    day = months_later(as_of, months)
    best, model, record = (s.at(view, day) for view in ("best", "model", "record"))
    spans = s.interval_at(day)
    return At(
        months=months,
        day=day,
        best=None if best is None else Ends(**best),
        interval=None if spans is None else Intervals(**{e: spans[e] for e in ENDS}),
        model=None if model is None else Ends(**model),
        record=None if record is None else Ends(**record),
    )


def not_forecast(c: Conflict, why: Piece | Refusal) -> NotForecast:
    """Return the entry of a conflict that cannot be forecast."""
    assert isinstance(why, Refusal)
    kind: Any = why.kind
    return NotForecast(
        conflict=c.id, name=c.name, location=c.cluster, kind=kind, reason=why.reason, coded_later=c.coded_later
    )


def over(c: Conflict) -> NotForecast:
    """Return the entry of a conflict that was active in the last year, and is over."""
    day = "a day that is not recorded" if c.since is None else c.since.isoformat()
    reason = OVER.format(day=day) + ("; " + CODED_LATER if c.coded_later else "")
    return NotForecast(
        conflict=c.id, name=c.name, location=c.cluster, kind="over", reason=reason, coded_later=c.coded_later
    )


def inactive(number: int, a: Active) -> NotForecast:
    """Return the entry of a conflict that was asked for by its number and is not active."""
    row = every_year().filter(pl.col("id") == number).row(-1, named=True)
    reason = f"not active in the record in {a.year} or since"
    name, where = row["name"], row["cluster"]
    return NotForecast(conflict=number, name=name, location=where, kind="inactive", reason=reason, coded_later=False)

"""Event records: dated public acts, and how they become moves of the game.

A record (`events.toml`, or `events.csv` with the head as TOML in lines that begin with `#`):

    scenario = "russia-ukraine-2025"
    start = 2025-02-20                          # the record covers start to the scenario's date, in months
    opening = { regime = "talks", level = 2 }   # public state at the start where it differs from the scenario's
    complete = [1]                              # months (from 1) in which nothing else happened
    summary = "..."
    hindsight = "..."

    [actors]                                    # who plays whom
    "European Union" = "United States and Europe"

    [[event]]
    id = "a-17"                                 # optional: two rows of one id are one event
    date = 2025-03-11                           # or "2025-03" where only the month is known
    actor = "Ukraine"
    act = "ask for a ceasefire"                 # a word of acts.toml, or "cameo:107", or "plover:DEMAND"
    target = "Russia"
    source = "public document or news agency, date"
    alternative = "none"                        # a disputed item: the other coding ("none": it did not happen)
    dispute = "who disputes what"

    [[state]]                                   # what is known of the public state at the end of a month
    date = 2025-05-20
    known = { regime = ["talks"] }
    source = "..."

In `events.csv` each column is a key of an event; the delimiter is a comma, a semicolon or a tab.

A month that is not called complete is known by its events only.  An event of which only the calendar month is known is
taken in the month of the record that holds most of its days (the later one of two with as many), after the events whose
day is known.  The same event twice (one id; without ids the same date, actor, act, target and source) counts once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from peacetalks.equilibrium.belief_filter import Seen
from peacetalks.errors import NoRecord, SpecError, did_you_mean
from peacetalks.questions.acts import Act, Acts, acts
from peacetalks.questions.codes import meant, remark, wrong_codes
from peacetalks.questions.event_csv import MOST_EVENTS, check_size, read_events, too_many
from peacetalks.scenario.dates import Day, Precision, month_end, months_later, read_date
from peacetalks.scenario.files import folder, table
from peacetalks.scenario.tables import Part
from peacetalks.scenario.validation import read_table
from peacetalks.text_files import clip, shorten, shown

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from peacetalks.game.language import Game
    from peacetalks.scenario.scenario import Scenario

__all__ = ["Act", "Acts", "Event", "KnownState", "Placed", "Record", "acts", "place", "record"]

NONE = "none"  # an alternative coding: it did not happen
MOST_MONTHS = 600  # that a record covers
SHOWN = 20  # wrong codes, and wrong rows, that a message lists; the rest are counted
Text = Field(min_length=1)


class Event(Part):
    """A dated public act."""

    id: Annotated[str, BeforeValidator(lambda v: str(v) if type(v) is int else v)] = ""
    date: Annotated[dt.date, BeforeValidator(lambda v: read_date(v).date)] = Field(
        description="A day, or a month such as 2025-03; of a month the first day stands for it."
    )
    precision: Precision = Field("day", description="How closely the date is known.")
    actor: str = Text
    act: str = Text
    target: str = ""
    source: str = Field(min_length=3, description="Public document or news agency, and its date.")
    alternative: str | None = Field(None, description="The other coding of a disputed item, or 'none'.")
    dispute: str = Field("", description="Who disputes what.")
    note: str = ""
    _line: int = PrivateAttr(0)  # of the file, where the events are rows of one

    @property
    def when(self) -> str:
        """The date as it is known: a day, or a month."""
        return self.date.isoformat() if self.precision == "day" else f"{self.date:%Y-%m}"

    @property
    def last_day(self) -> dt.date:
        """The latest day that the date can mean."""
        return self.date if self.precision == "day" else month_end(self.date)

    def at_line(self, line: int) -> Event:
        """Return the event, which will know on which line of a file it stands."""
        self._line = line
        return self

    def place(self, position: int) -> str:
        """Return where the event stands: its line, or its position (from 0) among the events of the record."""
        return f"line {self._line}" if self._line else f"event {position + 1}"

    @model_validator(mode="before")
    @classmethod
    def _month(cls, given: Any) -> Any:
        """Mark an event of which only the month is known."""
        if not isinstance(given, dict) or "date" not in given:
            return given
        try:
            date, precision = read_date(given["date"])
        except ValueError:
            return given  # refused with the key
        if precision == "month" and given.get("precision", "month") != "month":
            raise ValueError("the date is a month, but `precision` is another; leave `precision` out")
        if precision == "month" or given.get("precision") == "month":
            return given | {"date": date.replace(day=1), "precision": "month"}
        return given

    @model_validator(mode="after")
    def _disputed(self) -> Event:
        if (self.alternative is None) != (not self.dispute):
            raise ValueError(
                "a disputed event needs both `alternative` (the other coding) and `dispute` (who says what)"
            )
        return self


class KnownState(Part):
    """What is known of the public state at the end of a month."""

    date: Day
    known: dict[str, list[Any]] = Field(min_length=1)
    source: str = Field(min_length=3)

    def agrees(self, state: Any) -> bool:
        """Return whether a state agrees with what is known; raise `SpecError` for a part that states do not have."""
        fields = getattr(state, "_fields", ())
        for name, values in self.known.items():
            if name not in fields:
                raise SpecError(
                    f"state of {self.date}: the public state has no part {shorten(name)}"
                    f"{did_you_mean(name[:100], fields)}"
                )
            if getattr(state, name) not in values:
                return False
        return True


class Record(Part):
    """A record of public acts from `start` to the date of its scenario."""

    scenario: str
    start: Day
    opening: dict[str, Any] = Field(default_factory=dict)
    complete: list[int] = Field(default_factory=list)
    summary: str = Field(min_length=3)
    hindsight: str = Field(min_length=3)
    actors: dict[str, str] = Field(default_factory=dict)
    event: list[Event] = Field(default_factory=list)
    state: list[KnownState] = Field(default_factory=list)

    @field_validator("event")
    @classmethod
    def _bounded(cls, events: list[Event]) -> list[Event]:
        if len(events) > MOST_EVENTS:
            raise ValueError(too_many(len(events)))
        return events

    def months(self, scenario: Scenario) -> int:
        """Return the number of months covered."""
        return _months_covered(self.start, scenario.as_of)

    def month(self, date: dt.date, scenario: Scenario) -> int:
        """Return the month (from 0) in which a date lies; the scenario's date lies in the last one."""
        return min(_whole_months(self.start, date), self.months(scenario) - 1)

    def month_of(self, event: Event, scenario: Scenario) -> int:
        """Return the month (from 0) of an event; of a calendar month, the one that holds most of its days."""
        days = [event.date + dt.timedelta(days=k) for k in range((event.last_day - event.date).days + 1)]
        held = Counter(self.month(day, scenario) for day in days)
        return max(held, key=lambda month: (held[month], month))

    def repeated(self) -> dict[int, int]:
        """Return {position of an event: position of the one that it repeats}, both in the order of the record.

        Raises `SpecError` for one id of two events that differ in date, actor, act or target.
        """
        by_id: dict[str, int] = {}
        by_content: dict[tuple[str, ...], int] = {}
        out: dict[int, int] = {}
        for i, e in enumerate(self.event):
            what = (e.when, e.actor, e.act, e.target)
            if e.id in by_id:
                first = by_id[e.id]
                same = self.event[first]
                if (same.when, same.actor, same.act, same.target) != what:
                    raise SpecError(
                        f"{e.place(i)} and {same.place(first)} have the id {shorten(e.id)}, but are not the same "
                        "event; give each event an id of its own, or none"
                    )
                out[i] = first
            elif not e.id and (*what, e.source) in by_content:
                out[i] = by_content[*what, e.source]
            if e.id:
                by_id.setdefault(e.id, i)
            by_content.setdefault((*what, e.source), i)
        return out

    def month_ends(self, scenario: Scenario) -> list[dt.date]:
        """Return the last day of every month covered; the last one is the scenario's date."""
        n = self.months(scenario)
        return [months_later(self.start, k) for k in range(1, n)] + [scenario.as_of]

    def known(self, month: int, scenario: Scenario) -> list[KnownState]:
        """Return what is known of the state at the end of a month (from 0)."""
        return [k for k in self.state if k.date == self.month_ends(scenario)[month]]

    def check(self, scenario: Scenario) -> Record:
        """Return the record; raise `SpecError` where it does not fit the scenario."""
        if self.scenario != scenario.name:
            raise SpecError(f"the record is of {shorten(self.scenario)}, not of {scenario.name!r}")
        if self.start >= scenario.as_of:
            raise SpecError(f"the record starts on {self.start}, not before the scenario's date {scenario.as_of}")
        if self.months(scenario) > MOST_MONTHS:
            raise SpecError(
                f"the record covers {self.months(scenario):,} months from {self.start}, at most {MOST_MONTHS} are "
                "followed; let it start later"
            )
        self._check_codes()
        self.repeated()
        self._check_dates(scenario)
        ends = self.month_ends(scenario)
        for item in self.state:
            if item.date not in ends:
                listed = clip(", ".join(map(str, ends)))
                raise SpecError(f"state of {item.date}: give it for the end of a month: {listed}")
        if bad := [m for m in self.complete if not 1 <= m <= len(ends)]:
            raise SpecError(f"complete = {shorten(bad)}: the record covers months 1 to {len(ends)}")
        return self

    def _check_codes(self) -> None:
        """Raise `SpecError` with every act, and every other coding, whose code is not one of its scheme."""
        acts = [(e.place(i), act) for i, e in enumerate(self.event) for act in (e.act, e.alternative) if act]
        if wrong := wrong_codes(act for _, act in acts):
            found = [f"{acts[k][0]}: {why}" for k, why in wrong.items()]
            more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise SpecError(f"codes that are not of their scheme: {'; '.join(found[:SHOWN])}{more}")

    def _check_dates(self, scenario: Scenario) -> None:
        """Raise `SpecError` for an item dated before the record or after the scenario's date."""
        for i, e in enumerate(self.event):
            month = "" if e.precision == "day" else " in part; give the day (YYYY-MM-DD) if it is not"
            what = f"the event of {e.when} ({shorten(e.act)[1:-1]}, {e.place(i)}) is dated"
            if e.last_day > scenario.as_of:
                raise SpecError(f"{what} after the scenario's date {scenario.as_of}{month}: nothing later may enter")
            if e.date < self.start:
                raise SpecError(f"{what} before the record's start {self.start}{month}")
        for item in self.state:
            if item.date > scenario.as_of:
                raise SpecError(
                    f"the state of {item.date} is dated after the scenario's date {scenario.as_of}: nothing later may "
                    "enter"
                )
            if item.date < self.start:
                raise SpecError(f"the state of {item.date} is dated before the record's start {self.start}")


def _whole_months(start: dt.date, date: dt.date) -> int:
    """Return the number of whole months from `start` to `date`."""
    return (date.year - start.year) * 12 + date.month - start.month - (date.day < start.day)


def _months_covered(start: dt.date, until: dt.date) -> int:
    """Return the number of months from `start` to `until`, a begun one counted."""
    n = _whole_months(start, until)
    return n + (until.day != start.day)


def record(scenario: str | Path, path: Path | None = None) -> Record:
    """Return the event record at `path`, or the one beside a scenario; raise `SpecError` where there is none."""
    if path is None:
        there = folder(scenario)
        found = [there / name for name in ("events.toml", "events.csv") if (there / name).is_file()]
        if not found:
            raise NoRecord(
                f"no event record stands beside {str(scenario)!r}: give one with --events FILE (.toml or .csv)"
            )
        return _read(found[0])
    return _read(path)


def _read(path: Traversable | Path) -> Record:
    """Return the record in a .toml file, or in a .csv file with a head of TOML."""
    if not path.name.endswith((".csv", ".tsv")):
        check_size(path)
        return read_table(table(path), Record, path.name)
    needed = [name for name, field in Event.model_fields.items() if field.is_required()]
    head, rows = read_events(path, list(Event.model_fields), needed, list(Record.model_fields))
    events, wrong = [], []
    for line, row in rows:
        try:
            events.append(read_table(row, Event, f"line {line}").at_line(line))
        except SpecError as e:
            wrong.append(str(e))
    if wrong:
        more = f"; and {len(wrong) - SHOWN} more rows" if len(wrong) > SHOWN else ""
        raise SpecError(f"{shown(path)}: {'; '.join(wrong[:SHOWN])}{more}")
    return read_table(head | {"event": events}, Record, path.name)


@dataclass(frozen=True)
class Placed:
    """An event and the move that it is taken as; without a move, why it has none."""

    event: Event
    month: int  # from 0
    seen: Seen | None
    reason: str = ""
    remark: str = ""  # how a code is read that could stand for another act


def place(
    found: Record, table: Acts, game: Game, scenario: Scenario, other: frozenset[int] = frozenset()
) -> list[Placed]:
    """Return every event with the move that it is taken as, in order of date; within a month, months after days.

    Events numbered in `other` are taken by their other coding.  An event that the game does not model, or that repeats
    another one, is returned with the reason, never left out.
    """
    months = [found.month_of(e, scenario) for e in found.event]
    order = sorted(range(len(months)), key=lambda i: (months[i], _order(found.event[i]), i))
    repeated, out = found.repeated(), []
    for i in order:
        event = found.event[i]
        act = event.alternative if i in other and event.alternative is not None else event.act
        if i in repeated:
            first = repeated[i]
            seen, reason = None, f"the same event as {found.event[first].place(first)}, which counts once"
        else:
            seen, reason = _move(act, event.actor, found, table, game)
        out.append(Placed(event, months[i], seen, reason, "" if seen is None else remark(act)))
    return out


def _order(event: Event) -> tuple[bool, dt.date]:
    """Return a key by which the events of a month are sorted."""
    return event.precision == "month", event.date


def _move(act: str, actor: str, found: Record, table: Acts, game: Game) -> tuple[Seen | None, str]:
    """Return the move that an act of an actor of the record is taken as, or None and the reason."""
    if act == NONE:
        return None, "coded as not having happened"
    line = table.find(act)
    if line is None:
        words = [known.name for known in table.act]
        return None, f"not modelled: no line for the act {shorten(act)}{meant(act, words)}"
    if line.stage not in [s.name for s in game.stages]:
        return None, f"not modelled: the game has no stage {line.stage!r}"
    if line.by == "any":
        return Seen(line.stage, tuple(line.moves)), ""
    player = found.actors.get(actor, actor)
    if player not in game.players:
        known = did_you_mean(actor[:100], [*game.players, *found.actors])
        return None, f"not modelled: {shorten(player)} is not a player of the game{known}"
    return Seen(line.stage, tuple(line.moves), player), ""

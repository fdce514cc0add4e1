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
    date = 2025-03-11
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

A month that is not called complete is known by its events only.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from peacetalks.equilibrium.belief_filter import Seen
from peacetalks.errors import NoRecord, SpecError, did_you_mean
from peacetalks.scenario.files import folder, read, table
from peacetalks.scenario.tables import Part
from peacetalks.scenario.validation import read_table

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from peacetalks.game.language import Game
    from peacetalks.scenario.scenario import Scenario

NONE = "none"  # an alternative coding: it did not happen
Text = Field(min_length=1)


class Act(Part):
    """A line of the table of acts: by which codes it is known, and which moves of the game it may be."""

    name: str = Text
    cameo: list[str] = Field(default_factory=list)
    plover: list[str] = Field(default_factory=list)
    stage: str = Text
    moves: list[str] = Field(min_length=1)
    by: Literal["actor", "any"] = "actor"


class Acts(Part):
    """How public acts become moves."""

    act: list[Act] = Field(min_length=1)
    quiet: dict[str, list[str]] = Field(default_factory=dict)

    def find(self, name: str) -> Act | None:
        """Return the line for a word, `cameo:CODE` (longest listed beginning) or `plover:ROOT`; None if there is none.

        >>> acts().find("cameo:1312").name, acts().find("cameo:1211").name, acts().find("cameo:014")
        ('threaten sanctions', 'decline', None)
        """
        scheme, _, code = name.partition(":")
        if scheme == "cameo":
            for n in range(len(code), 1, -1):
                for line in self.act:
                    if code[:n] in line.cameo:
                        return line
            return None
        if scheme == "plover":
            return next((line for line in self.act if code.upper() in line.plover), None)
        return next((line for line in self.act if line.name == name), None)


class Event(Part):
    """A dated public act."""

    date: dt.date
    actor: str = Text
    act: str = Text
    target: str = ""
    source: str = Field(min_length=3, description="Public document or news agency, and its date.")
    alternative: str | None = Field(None, description="The other coding of a disputed item, or 'none'.")
    dispute: str = Field("", description="Who disputes what.")
    note: str = ""

    @model_validator(mode="after")
    def _disputed(self) -> Event:
        if (self.alternative is None) != (not self.dispute):
            raise ValueError(
                "a disputed event needs both `alternative` (the other coding) and `dispute` (who says what)"
            )
        return self


class KnownState(Part):
    """What is known of the public state at the end of a month."""

    date: dt.date
    known: dict[str, list[Any]] = Field(min_length=1)
    source: str = Field(min_length=3)

    def agrees(self, state: Any) -> bool:
        """Return whether a state agrees with what is known; raise `SpecError` for a part that states do not have."""
        fields = getattr(state, "_fields", ())
        for name, values in self.known.items():
            if name not in fields:
                raise SpecError(
                    f"state of {self.date}: the public state has no part {name!r}{did_you_mean(name, fields)}"
                )
            if getattr(state, name) not in values:
                return False
        return True


class Record(Part):
    """A record of public acts from `start` to the date of its scenario."""

    scenario: str
    start: dt.date
    opening: dict[str, Any] = Field(default_factory=dict)
    complete: list[int] = Field(default_factory=list)
    summary: str = Field(min_length=3)
    hindsight: str = Field(min_length=3)
    actors: dict[str, str] = Field(default_factory=dict)
    event: list[Event] = Field(default_factory=list)
    state: list[KnownState] = Field(default_factory=list)

    def months(self, scenario: Scenario) -> int:
        """Return the number of months covered."""
        return _months_covered(self.start, scenario.as_of)

    def month(self, date: dt.date, scenario: Scenario) -> int:
        """Return the month (from 0) in which a date lies; the scenario's date lies in the last one."""
        return min(_whole_months(self.start, date), self.months(scenario) - 1)

    def month_ends(self, scenario: Scenario) -> list[dt.date]:
        """Return the last day of every month covered; the last one is the scenario's date."""
        n = self.months(scenario)
        return [_later(self.start, k) for k in range(1, n)] + [scenario.as_of]

    def known(self, month: int, scenario: Scenario) -> list[KnownState]:
        """Return what is known of the state at the end of a month (from 0)."""
        return [k for k in self.state if k.date == self.month_ends(scenario)[month]]

    def check(self, scenario: Scenario) -> Record:
        """Return the record; raise `SpecError` where it does not fit the scenario."""
        if self.scenario != scenario.name:
            raise SpecError(f"the record is of {self.scenario!r}, not of {scenario.name!r}")
        if self.start >= scenario.as_of:
            raise SpecError(f"the record starts on {self.start}, not before the scenario's date {scenario.as_of}")
        self._check_dates(scenario)
        ends = self.month_ends(scenario)
        for item in self.state:
            if item.date not in ends:
                raise SpecError(f"state of {item.date}: give it for the end of a month: {', '.join(map(str, ends))}")
        if bad := [m for m in self.complete if not 1 <= m <= len(ends)]:
            raise SpecError(f"complete = {bad}: the record covers months 1 to {len(ends)}")
        return self

    def _check_dates(self, scenario: Scenario) -> None:
        """Raise `SpecError` for an item dated before the record or after the scenario's date."""
        for item in (*self.event, *self.state):
            what = f"event of {item.date} ({item.act})" if isinstance(item, Event) else f"state of {item.date}"
            if item.date > scenario.as_of:
                raise SpecError(
                    f"the {what} is dated after the scenario's date {scenario.as_of}: nothing later may enter"
                )
            if item.date < self.start:
                raise SpecError(f"the {what} is dated before the record's start {self.start}")


def _whole_months(start: dt.date, date: dt.date) -> int:
    """Return the number of whole months from `start` to `date`."""
    return (date.year - start.year) * 12 + date.month - start.month - (date.day < start.day)


def _months_covered(start: dt.date, until: dt.date) -> int:
    """Return the number of months from `start` to `until`, a begun one counted."""
    n = _whole_months(start, until)
    return n + (until.day != start.day)


def _later(start: dt.date, months: int) -> dt.date:
    """Return the date so many months after `start`, at most the month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def acts(scenario: str | Path | None = None, path: Path | None = None) -> Acts:
    """Return the table of acts: the file `path`, the one beside the scenario, or the shipped one."""
    if path is not None:
        return read(path, Acts)
    own = folder(scenario) / "acts.toml" if scenario is not None else None
    return read(
        own if own is not None and own.is_file() else resources.files("peacetalks.questions") / "acts.toml", Acts
    )


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
    if not path.name.endswith(".csv"):
        return read_table(table(path), Record, path.name)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise SpecError(f"no file {str(path)!r}") from None
    head = "\n".join(x[1:].strip() for x in lines if x.startswith("#"))
    rows = csv.DictReader(io.StringIO("\n".join(x for x in lines if x and not x.startswith("#"))))
    events = [{k: v for k, v in row.items() if v} for row in rows]
    try:
        raw = tomllib.loads(head)
    except tomllib.TOMLDecodeError as e:
        raise SpecError(f"{path.name}: the head (lines that begin with #) is not valid TOML: {e}") from None
    return read_table(raw | {"event": events}, Record, path.name)


@dataclass(frozen=True)
class Placed:
    """An event and the move that it is taken as; without a move, why it has none."""

    event: Event
    month: int  # from 0
    seen: Seen | None
    reason: str = ""


def place(
    found: Record, table: Acts, game: Game, scenario: Scenario, other: frozenset[int] = frozenset()
) -> list[Placed]:
    """Return every event with the move that it is taken as, in order of date.

    Events numbered in `other` are taken by their other coding.  An event that the game does not model is returned with
    the reason, never left out.
    """
    out = []
    for i, event in sorted(enumerate(found.event), key=lambda pair: (pair[1].date, pair[0])):
        act = event.alternative if i in other and event.alternative is not None else event.act
        seen, reason = _move(act, found.actors.get(event.actor, event.actor), table, game)
        out.append(Placed(event, found.month(event.date, scenario), seen, reason))
    return out


def _move(act: str, player: str, table: Acts, game: Game) -> tuple[Seen | None, str]:
    """Return the move that an act by a player is taken as, or None and the reason."""
    if act == NONE:
        return None, "coded as not having happened"
    line = table.find(act)
    if line is None:
        return None, f"not modelled: no line for the act {act!r}"
    if line.stage not in [s.name for s in game.stages]:
        return None, f"not modelled: the game has no stage {line.stage!r}"
    if line.by == "any":
        return Seen(line.stage, tuple(line.moves)), ""
    if player not in game.players:
        return None, f"not modelled: {player!r} is not a player of the game{did_you_mean(player, game.players)}"
    return Seen(line.stage, tuple(line.moves), player), ""

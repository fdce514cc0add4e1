"""One saved forecast: what was expected, of which scenario, and what it was made with.

The file is JSON.  Around the forecast stand a format number and a digest of all the rest, so that a file that was cut,
edited or made by another program is noticed.  The scenario is kept as it was written, with its sources, and beside it
the numbers that the record estimated, since a later version may estimate them differently.

A calendar date between two month ends is read by linear interpolation; the state of the conflict at the forecast's
own date (fighting, a truce or a settlement in force) is known and is the first point.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from peacetalks.errors import ArchiveError, SpecError
from peacetalks.outcomes import ENDS
from peacetalks.scenario.conflict_class import resolved
from peacetalks.scenario.scenario import Scenario, from_table, table_digest
from peacetalks.scenario.tables import Part
from peacetalks.scenario.validation import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.forecasting.outlook import Outlook

KIND, FORMAT = "peacetalks saved forecast", 1
NEAR = 1e-6  # rounding of probabilities that sum to 1
DIGITS = 16  # hexadecimal digits of a digest
MORE_ROOMS = ("evidence", "conflicts")  # whose sources determine a forecast, beside those of the solved games
START = {"fighting": "nowhere", "crisis": "nowhere", "truce": "peace", "settlement": "peace"}  # state -> outcome class
VIEWS = ("best", "model", "record")

Column = list[float | None]


def undated(text: str) -> str:
    """Return a name or a title without a date at its end: a file whose `as_of` moves on stays one scenario.

    >>> undated("conflict-352-2001-06-01"), undated("Sri Lanka: Eelam, 2001-06-01"), undated("2001-06-01")
    ('conflict-352', 'Sri Lanka: Eelam', '2001-06-01')
    """
    return re.sub(r"(?:-|,? )\d{4}-\d{2}-\d{2}$", "", text) or text


class Loose(BaseModel):
    """A table of which only some keys are read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Numbers(Loose):
    """What is read of a forecast (`Outlook.to_dict`); the rest is kept as it is."""

    scenario: str
    as_of: dt.date
    digest: str
    periods: list[int] = Field(min_length=1)
    dates: list[dt.date] = Field(min_length=1)
    best: dict[str, Column] | None
    best_interval: dict[str, list[list[float] | None]] | None
    model: dict[str, Column]
    record: dict[str, Column] | None
    settings: dict[str, Any]

    @model_validator(mode="after")
    def _lengths_agree(self) -> Numbers:
        n = len(self.periods)
        tables = [t for t in (self.best, self.model, self.record, self.best_interval) if t is not None]
        if len(self.dates) != n or any(set(t) != set(ENDS) or any(len(c) != n for c in t.values()) for t in tables):
            raise ValueError(f"a table does not have the {len(ENDS)} outcome classes at {n} periods")
        rows = [[t[e][k] for e in ENDS] for t in (self.best, self.model, self.record) if t for k in range(n)]
        known = [[p for p in row if p is not None] for row in rows]
        if not all(abs(sum(row) - 1) < NEAR for row in known if len(row) == len(ENDS)):
            raise ValueError("probabilities of the outcome classes do not sum to 1")
        if self.dates != sorted({self.as_of, *self.dates})[1:]:
            raise ValueError("the dates are not in order after the forecast's own")
        return self


class Dataset(Part):
    """A dataset of the historical record that the forecast rests on, as `peacetalks evidence status` shows it."""

    name: str
    title: str
    version: str = Field(description="In use when the forecast was made.")
    to_year: int = Field(description="Last year that it covers.")
    in_use: Literal["package", "local"] = Field(description="The package's own copy, or one added on the machine.")


class SavedForecast(Part):
    """A forecast with what it was made from; made by `saved` and read from a folder by `read_folder`."""

    moment: dt.datetime = Field(description="When it was saved (UTC).")
    version: str = Field(description="Version of the program.")
    sources: str = Field(description="Digest of the program's sources that determine a forecast.")
    datasets: list[Dataset]
    tables: dict[str, str] = Field(description="Digest of each table derived from the datasets, by its name.")
    state: Literal["fighting", "truce", "settlement", "crisis"] = Field(description="Of the conflict at the date.")
    scenario: dict[str, Any] = Field(description="As it was written, with its sources.")
    estimated: dict[str, Any] = Field(description="Numbers left out of it, as the record estimated them, by path.")
    forecast: dict[str, Any] = Field(description="As `peacetalks forecast --json` printed it.")

    @model_validator(mode="after")
    def _consistent(self) -> SavedForecast:
        if self.moment.utcoffset() != dt.timedelta(0):
            raise ValueError("moment: a time with its zone, UTC, is expected")
        if table_digest(self.scenario) != self.numbers.digest:
            raise ValueError("the scenario is not the one that was forecast: its digest differs")
        return self

    def __repr__(self) -> str:
        """Return what was forecast, for when, and when it was saved."""
        n = self.numbers
        return (
            f"SavedForecast {n.scenario}, as of {n.as_of}, {len(n.periods)} months; "
            f"saved {self.moment:%Y-%m-%d %H:%M} UTC"
        )

    __str__ = __repr__

    @cached_property
    def numbers(self) -> Numbers:
        """What is read of the forecast."""
        return Numbers.model_validate(self.forecast)

    @property
    def name(self) -> str:
        """What the forecasts of one conflict share: the scenario's name, without a date at its end."""
        return undated(self.numbers.scenario)

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which it can be meant: that of the conflict, of the scenario, and the digest."""
        return self.name, self.numbers.scenario, self.digest

    @property
    def title(self) -> str:
        """The scenario's title, without a date at its end."""
        return undated(str(self.scenario.get("title", self.name)))

    @property
    def as_of(self) -> dt.date:
        """The forecast's date: nothing dated later entered."""
        return self.numbers.as_of

    @property
    def digest(self) -> str:
        """The digest of the scenario as written."""
        return self.numbers.digest

    @property
    def last(self) -> dt.date:
        """The last date forecast."""
        return self.numbers.dates[-1]

    def at(self, view: str, day: dt.date) -> dict[str, float] | None:
        """Return the outcome classes of a view ("best", "model", "record") at a date; None where not known."""
        table = getattr(self.numbers, view)
        return None if table is None else self._read(table, day)

    def interval_at(self, day: dt.date) -> dict[str, tuple[float, float]] | None:
        """Return the 90% interval of the best estimate at a date, by outcome class; None where not known."""
        pairs = self.numbers.best_interval
        if pairs is None:
            return None
        low, high = (
            self._read({e: [None if p is None else p[k] for p in c] for e, c in pairs.items()}, day) for k in (0, 1)
        )
        return None if low is None or high is None else {e: (low[e], high[e]) for e in ENDS}

    def _read(self, table: Mapping[str, Column], day: dt.date) -> dict[str, float] | None:
        """Return a table's values at a date between the forecast's own and its last; None outside, or next to unknown.

        The first point is the state of the conflict at the forecast's own date.
        """
        if not self.as_of < day <= self.last:
            return None
        days = np.array([d.toordinal() for d in (self.as_of, *self.numbers.dates)], float)
        out = {}
        for end in ENDS:
            start = float(end == START[self.state])
            values = np.array([start, *(np.nan if p is None else p for p in table[end])])
            out[end] = interpolated(days, values, float(day.toordinal()))
        return None if any(np.isnan(p) for p in out.values()) else out

    def rebuilt(self) -> Scenario:
        """Return the scenario; raise `SpecError` where this version of the program does not read it."""
        return from_table(self.scenario, f"the saved scenario {self.name}")


def interpolated(x: np.ndarray, y: np.ndarray, at: float) -> float:
    """Return y at a place by linear interpolation; a point that is met exactly needs no neighbour.

    >>> interpolated(np.array([0.0, 2.0, 4.0]), np.array([0.0, 1.0, np.nan]), 1.0)
    0.5
    """
    k = int(np.searchsorted(x, at))
    if x[k] == at:
        return float(y[k])
    share = (at - x[k - 1]) / (x[k] - x[k - 1])
    return float((1 - share) * y[k - 1] + share * y[k])


def saved(o: Outlook, moment: dt.datetime | None = None) -> SavedForecast:
    """Return a forecast as it is saved.

    Parameters
    ----------
    o : Outlook
    moment : datetime, optional
        When it is saved, with its zone; default: now.

    Raises
    ------
    ArchiveError
        The scenario was made in code, so that nothing of it is written.

    Examples
    --------
    >>> import peacetalks as pt
    >>> small = pt.patch(pt.load("korea-1951"), {"battlefield.positions": 3, "talks.offers": 2, "periods": 2})
    >>> s = saved(pt.outlook(small, belief_points=2))
    >>> s.name, s.as_of.isoformat(), s.digest == small.digest
    ('korea-1951', '1951-07-10', True)
    """
    from peacetalks.conflicts.fill import estimates  # what only saving needs is imported when it is needed
    from peacetalks.evidence.status import status

    scenario, found = o.scenario, status()
    if not scenario.written():
        raise ArchiveError(
            f"{scenario.name} was made in code, and what is not written cannot be saved: make it with load, patch or "
            "from_table"
        )
    now = dt.datetime.now(dt.UTC) if moment is None else moment.astimezone(dt.UTC)
    return SavedForecast(
        moment=now,
        version=version("peacetalks"),
        sources=program_digest(),
        datasets=[
            Dataset(
                name=d.name,
                title=d.title,
                version=d.local_version or d.version,
                to_year=d.local_to_year or d.to_year,
                in_use="package" if d.local_version is None else "local",
            )
            for d in found.datasets
        ],
        tables={t.name: t.sha256[:DIGITS] for t in found.tables},
        state=resolved(scenario).state or "fighting",
        scenario=normal(scenario.written()),
        estimated=normal(estimates(from_table(scenario.written(), scenario.name))),
        forecast=normal(o.to_dict()),
    )


def program_digest() -> str:
    """Return a digest of the program's sources that determine a forecast."""
    from peacetalks.forecasting.answers import ROOMS, sources_digest

    return sources_digest((*ROOMS, *MORE_ROOMS))[:DIGITS]


def normal(value: Any) -> Any:
    """Return a value as it is read back from JSON."""
    from peacetalks.evidence.plain import plain

    return json.loads(json.dumps(plain(value), allow_nan=False))


def to_text(s: SavedForecast) -> str:
    """Return a saved forecast as the text of its file."""
    body = s.model_dump(mode="json")
    return json.dumps({"kind": KIND, "format": FORMAT, "check": content_digest(body), "saved": body}, indent=1) + "\n"


def from_json(value: Any, where: str) -> SavedForecast:
    """Return the saved forecast in a file's JSON.

    Parameters
    ----------
    value : Any
        What the file holds.
    where : str
        Names the file in the error.

    Raises
    ------
    ArchiveError
        A foreign file, another format, or one that was altered; or entries that may not stand there.
    """
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise ArchiveError(
            f"{where}: is not a saved forecast; `peacetalks forecast SCENARIO --save FOLDER` writes them"
        )
    if value.get("format") != FORMAT:
        raise ArchiveError(
            f"{where}: is in format {value.get('format')!r}, and this version of the program reads {FORMAT}; "
            "read it with the version that saved it, or a later one"
        )
    body = value.get("saved")
    if value.get("check") != content_digest(body):
        raise ArchiveError(f"{where}: was damaged or edited after it was saved (its digest differs); take a copy of it")
    try:
        return SavedForecast.model_validate(body)
    except ValidationError:
        return _read_for_message(body, where)


def _read_for_message(body: Any, where: str) -> SavedForecast:
    """Read a body that is not valid once more, for an error that says which key is wrong and how to mend it."""
    try:
        return read_table(body, SavedForecast, where)
    except SpecError as e:
        raise ArchiveError(str(e)) from None


def content_digest(body: Any) -> str:
    """Return the digest of what is saved."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

"""A conflict by name or UCDP id, as it was known at a date.

=================  =====================================================================================================
the episode        the latest that had begun; over when its end was known (low activity, or an end of which it is not
                   recorded how: when a calendar year without fighting has passed)
state              fighting; truce: the episode ended in a ceasefire; settlement: it ended in an agreement; over.  A
                   ceasefire of the last twelve months that is in force while the episode goes on is fighting, and said
                   in `notes`: it ended no episode, and most such conflicts are fought in the next year
intensity, deaths  of the last calendar year that had passed; in the first year of an episode "minor", for 25 deaths had
                   been reached and more is not known
population, CINC   the latest of up to five years before
names, parties     those of the last year that had passed, in the first year of an episode those of that year; a party
                   that UCDP calls after a person is shown as a faction (`evidence.parties`), and found by either
=================  =====================================================================================================

An agreement, a ceasefire of the whole conflict or a victory was public on its day, and so the state follows from it on
that day.  But the record codes an end only where the next calendar year had fewer than 25 deaths: until 31 December of
that year nobody could know that it would hold, and those that did not hold are missing.  Such a state is marked
(`Conflict.coded_later`); forecasts of it are no evidence of skill.

After the end of the record (`evidence.conflict_year_rows`), what was known at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from peacetalks.conflicts.conflict import Conflict
from peacetalks.conflicts.conflict_years import conflict_years, every_year
from peacetalks.conflicts.matching import Entry, matches, nearest
from peacetalks.errors import EvidenceError
from peacetalks.evidence import talks
from peacetalks.evidence.dates import as_date
from peacetalks.evidence.parties import without_persons
from peacetalks.evidence.tables import table_text
from peacetalks.text_files import clip, shorten

if TYPE_CHECKING:
    from peacetalks.conflicts.conflict import Kind, State

    Row = dict[str, Any]

MOST_LISTED = 12
BY_SOURCE = {"civil": ("cwm", "pax", "ethprio-ceasefires"), "interstate": ("icb", "pax")}
LISTED = {  # columns of `conflicts`
    "id": pl.Int64,
    "name": pl.String,
    "kind": pl.String,
    "side_a": pl.String,
    "side_b": pl.String,
    "first": pl.Int64,
    "last": pl.Int64,
    "intensity": pl.String,
    "state": pl.String,
    "start": pl.Date,
    "since": pl.Date,
    "coded_later": pl.Boolean,
}
NO_DATE = "No date was given: this is as of {day}, the last day of the record."
CODED_LATER = (
    "{what} rests on the end of the episode on {end}. The record codes an end only where the next calendar year had "
    "fewer than 25 battle deaths, which was known on {known}: at the date nobody could know that it would hold."
)
CEASEFIRE = (
    "A ceasefire of both sides, perhaps with one party of several, is recorded as in force since {day}. It ended no "
    "episode of fighting, so that the conflict counts as fought.{known}"
)
CEASEFIRES_KNOWN = " Of {n} conflict-years with such a ceasefire {peace} had come to peace 12 months later."
FIRST_YEAR = "The first calendar year of the episode has not passed: of its intensity only 25 deaths are known."


@dataclass(frozen=True)
class _Span:
    """An episode of a conflict, with its rows by year."""

    id: int
    start: date
    end: date | None
    ending: str | None
    rows: tuple[Row, ...]

    def ended_by(self, day: date) -> bool:
        """Whether it was known by a day that the episode had ended."""
        known = self.coded if self.ending in (None, "low_activity") else self.end
        return known is not None and known <= day

    @property
    def coded(self) -> date | None:
        """The day on which its end could be coded: the next calendar year has passed, with fewer than 25 deaths."""
        return None if self.end is None else date(self.end.year + 1, 12, 31)

    def coded_later(self, day: date) -> bool:
        """Whether it counts as ended by a day on which that could not have been coded."""
        return self.ended_by(day) and self.coded is not None and day < self.coded

    def known(self, day: date) -> list[Row]:
        """Return the rows of calendar years that had passed."""
        return [r for r in self.rows if date(r["year"], 12, 31) <= day]


def find_conflict(name_or_id: str | int, as_of: date | str | None = None) -> Conflict:
    """Return a conflict as it was known at the end of a day.

    Parameters
    ----------
    name_or_id
        Name of the conflict, its state, parties or territory, or its UCDP number.
    as_of
        The day; None: the last one of the record.

    Returns
    -------
    Conflict
        Without anything that is dated later; what is not recorded is None.  `coded_later` is True where the state
        follows from an end that could be coded only later, and `notes` says so.

    Raises
    ------
    EvidenceError
        For a name that no conflict or more than one has, a conflict that had not begun, or a day that is not one.

    Examples
    --------
    >>> c = find_conflict("Korea", "1951-12-31")
    >>> c.id, c.name, c.state, c.war
    (235, 'North Korea - South Korea', 'fighting', True)
    >>> find_conflict("Sri Lanka", "2002-03-01").state
    'truce'

    References
    ----------
    Gleditsch et al. (2002); Kreutz (2010).
    """
    day = as_date(as_of) or coverage_end()
    number = _number(name_or_id)
    found = _at(_chosen(str(name_or_id), day) if number is None else number, day)
    return found if as_of is not None else replace(found, notes=(NO_DATE.format(day=day.isoformat()), *found.notes))


def conflicts(as_of: date | str | None = None, text: str = "") -> pl.DataFrame:
    """Return the conflicts that had begun, one a row, as they were known at the end of a day.

    Parameters
    ----------
    as_of
        The day; None: the last one of the record.
    text
        Words that the name, the parties or the territory must have; left out, all.

    Returns
    -------
    polars.DataFrame
        By id: `id`, `name`, `kind`, `side_a`, `side_b`, `first` and `last` (years of activity known), `intensity`,
        `state`, `start` (of the latest episode), `since` (of the truce, settlement or end), `coded_later` (whether
        the state follows from an end that could be coded only after the day).

    Raises
    ------
    EvidenceError
        For a day that is not one.

    Examples
    --------
    >>> conflicts("2004-12-31", "Sri Lanka").select("name", "state").rows()
    [('Sri Lanka: government', 'over'), ('Sri Lanka: Eelam', 'over')]
    """
    day = as_date(as_of) or coverage_end()
    found = [_recorded(i, day) for i, spans in _spans().items() if spans[0].start <= min(day, coverage_end())]
    if text:
        entries = [Entry(c.id, c.name, f"{c.side_a}, {c.side_b}", _territory(c.id)) for c in found]
        listed = {e.id for e in matches(text, entries)} | ({_number(text)} - {None})
        found = [c for c in found if c.id in listed]
    shown = [{k: getattr(c, k) for k in LISTED if k not in ("first", "last")} for c in map(_shown, found)]
    rows = [row | _years(row["id"], day) for row in shown]
    return pl.DataFrame(rows, schema=LISTED).sort("id")


def coverage_end() -> date:
    """Return the last day of the record of conflicts."""
    return date(every_year()["year"].max(), 12, 31)  # type: ignore[arg-type]


def _number(name_or_id: str | int | None) -> int | None:
    """Return the UCDP number that was given, if it is one."""
    if isinstance(name_or_id, bool) or not isinstance(name_or_id, int | str):
        raise EvidenceError(f"{shorten(name_or_id)} is not a conflict: give its name or UCDP number.")
    text = str(name_or_id).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _spans() -> dict[int, list[_Span]]:
    """Return the episodes of each conflict by first day."""
    return _grouped(table_text("conflict_years.csv"))


@lru_cache(maxsize=2)
def _grouped(text: str) -> dict[int, list[_Span]]:  # keyed by the text, so that another table is read anew
    return spans_of(every_year())


def spans_of(frame: pl.DataFrame) -> dict[int, list[_Span]]:
    """Return the episodes of each conflict by first day, from the table of `conflict_years.every_year`."""
    found: dict[int, list[_Span]] = {}
    for _, group in frame.group_by("id", "episode", maintain_order=True):
        rows = tuple(group.iter_rows(named=True))
        last = next((r for r in rows if r["end"] is not None), rows[-1])
        span = _Span(last["episode"], last["start"], last["end"], last["ending"], rows)
        found.setdefault(last["id"], []).append(span)
    return {i: sorted(spans, key=lambda s: s.start) for i, spans in found.items()}


def _acts() -> dict[int, list[talks.Act]]:
    return _acts_of(table_text(talks.TABLE))


@lru_cache(maxsize=2)
def _acts_of(text: str) -> dict[int, list[talks.Act]]:
    return talks.by_conflict(talks.from_csv(text))


def _territory(conflict: int) -> str:
    return _spans()[conflict][-1].rows[-1]["territory"] or ""


def _years(conflict: int, day: date) -> Row:
    """Return the first and last calendar year of activity that is known; the year of the day counts if it is one."""
    years = [r["year"] for s in _spans()[conflict] if s.start <= day for r in s.rows if r["year"] <= day.year]
    passed = [y for y in years if date(y, 12, 31) <= day] or years
    return {"first": min(passed), "last": max(passed)}


def _chosen(text: str, day: date) -> int:
    """Return the conflict that a text means at a day: the only one that matches, or the only one still under way."""
    entries = [_entry(i) for i in _spans()]
    found = matches(text, entries)
    if not found:
        raise EvidenceError(
            f"no conflict of the record is called {shorten(text)}{nearest(text, entries)}. "
            "`peacetalks evidence conflicts` lists them; a UCDP number will do too."
        )
    begun = [e for e in found if _spans()[e.id][0].start <= min(day, coverage_end())]
    possible = begun or found
    if len(begun) > 1:
        possible = [e for e in begun if _at(e.id, day).state != "over"] or begun
    if len(possible) > 1:
        _refuse(text, possible, day)
    return possible[0].id


def _refuse(text: str, found: list[Entry], day: date) -> NoReturn:
    """Raise the error that lists the conflicts that a text can mean."""
    listed = "; ".join(
        f"{c.id} {c.name} ({clip(f'{c.side_a}, {c.side_b}', 60)}; {c.state})"
        for c in (_at(e.id, max(day, _spans()[e.id][0].start)) for e in found[:MOST_LISTED])
    )
    more = f"; and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
    raise EvidenceError(
        f"{shorten(text)} can be {len(found)} conflicts at {day.isoformat()}: {listed}{more}. Give the number of one."
    )


def _entry(conflict: int) -> Entry:
    row = _spans()[conflict][-1].rows[-1]
    return Entry(conflict, row["name"], f"{row['side_a']}, {row['side_b']}", row["territory"] or "")


def _at(conflict: int, day: date) -> Conflict:
    """Return a conflict at a day as it is shown; raise `EvidenceError` as `_recorded` does."""
    return _shown(_recorded(conflict, day))


def _shown(c: Conflict) -> Conflict:
    """Return a conflict with its parties as they are shown."""
    return replace(c, side_a=without_persons(c.side_a), side_b=without_persons(c.side_b))


def _recorded(conflict: int, day: date) -> Conflict:
    """Return a conflict at a day; raise `EvidenceError` if there is none of this number, or it had not begun."""
    spans = _spans().get(conflict)
    if spans is None:
        raise EvidenceError(
            f"no conflict of the record has the UCDP number {conflict}: `peacetalks evidence conflicts` lists them."
        )
    last = coverage_end()
    until = min(day, last)
    begun = [s for s in spans if s.start <= until]
    if not begun:
        raise EvidenceError(
            f"{spans[0].rows[0]['name']} (conflict {conflict}) began on {spans[0].start.isoformat()}, after "
            f"{until.isoformat()}: give a later day."
        )
    span = begun[-1]
    known = span.known(until)
    row = known[-1] if known else span.rows[0]
    figures = next((r for r in span.rows if r["year"] == until.year), row)
    kind: Kind = "interstate" if row["war_type"] == "interstate" else "civil"
    state, since = _state(span, until)
    return Conflict(
        **{k: row[k] for k in ("id", "name", "cluster", "war_type", "incompatibility", "side_a", "side_b")},
        kind=kind,
        as_of=day,
        state=state,
        start=span.start,
        since=since,
        war=any(r["intensity"] == "war" for r in known),
        intensity=known[-1]["intensity"] if known else "minor",
        previous=row["previous"],
        major_power=row["major_power"],
        deaths=None if not known or known[-1]["deaths"] is None else float(known[-1]["deaths"]),
        population=None if figures["population"] is None else float(figures["population"]),
        capability_a=figures["capability_a"] if kind == "interstate" else None,
        capability_b=figures["capability_b"] if kind == "interstate" else None,
        **_recorded_talks(_acts()[conflict], day, until, kind),
        episode=span.id,
        coverage_end=last,
        notes=_notes(span, state, until, day, _acts()[conflict]),
        coded_later=span.coded_later(until),
    )


def _notes(span: _Span, state: State, until: date, day: date, acts: list[talks.Act]) -> tuple[str, ...]:
    """Return what a reader must know of an episode at a day; `until` is the last day of the record up to it."""
    notes = []
    if day > until:
        notes.append(f"The record of conflicts ends on {until.isoformat()}: this is what was known then.")
    if span.coded_later(until):
        what = "That it is over" if state == "over" else f"The {state}"
        notes.append(CODED_LATER.format(what=what, end=span.end, known=span.coded))
    if state == "fighting" and (began := _ceasefire_since(span, until, acts)) is not None:
        notes.append(CEASEFIRE.format(day=began, known=_after_ceasefires(until)))
    return (*notes, *(() if span.known(until) else (FIRST_YEAR,)))


def _ceasefire_since(span: _Span, day: date, acts: list[talks.Act]) -> date | None:
    """Return the first day of the latest ceasefire of the last year that is in force within an episode."""
    after = max(_earlier(day, 1), span.start - timedelta(1))
    return max((a.effect for a in acts if a.in_force(day, after) and a.effect is not None), default=None)


def _after_ceasefires(day: date) -> str:
    """Return how many conflict-years that ended with a ceasefire in force were followed by peace, as known at a day."""
    known = conflict_years().filter(pl.col("truce"), pl.col("known12") <= day, pl.col("out12").is_not_null())
    peace = int((known["out12"] == "peace").sum())
    return CEASEFIRES_KNOWN.format(n=known.height, peace=peace) if known.height else ""


def _state(span: _Span, day: date) -> tuple[State, date | None]:
    """Return the state of an episode at a day, and the first day of it if it is not fighting."""
    if span.ended_by(day):
        named: dict[str | None, State] = {"agreement": "settlement", "ceasefire": "truce"}
        return named.get(span.ending, "over"), span.end
    return "fighting", None


def _recorded_talks(acts: list[talks.Act], day: date, until: date, kind: str) -> Row:
    """Return talks, their source and the ceasefires declared; `until` is the last day of the record up to `day`."""
    sources = talks.sources_of_talks(acts, _earlier(until, 1), day)
    covered = ", ".join(f"{s} to {talks.COVERAGE[s][1]}" for s in BY_SOURCE[kind])
    return {
        "talks": bool(sources),
        "talks_source": ", ".join(sources) or f"taken as closed: none recorded in the twelve months before ({covered})",
        "ceasefires": talks.declared(acts, _earlier(day, 3), day) if kind == "civil" else None,
    }


def _earlier(day: date, years: int) -> date:
    """Return the same day so many years before; 28 February for 29 February."""
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)

"""A scenario made from the record of a conflict: as a scenario, and as a commented file for an analyst to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.find import find_conflict
from peacetalks.conflicts.mapping import scenario_table
from peacetalks.scenario.scenario import from_table
from peacetalks.scenario.starter import explained
from peacetalks.scenario.toml_text import toml_text

if TYPE_CHECKING:
    from datetime import date

    from peacetalks.conflicts.conflict import Conflict
    from peacetalks.scenario.scenario import Scenario

AS_TRUCE = (
    "The settlement in force is modelled as a truce that only accidents end: what the model lists as a ceasefire in "
    "force counts as this settlement."
)
DIGITS = 9  # significant digits of numbers in a file
FILL_IN = "TO FILL IN: "
MARKS = {  # what an analyst knows and the record does not
    "summary": "what the conflict is about, and what the stake (worth 1) and a share of it are.",
    "sides.label": "names as readers know them.",
    "sides.types.share": "how likely each side is to bear the fighting well; here only its length counts.",
    "battlefield.front": "where the front stands; here the value of the kind of conflict.",
    "battlefield.strength": "who gains ground; here earlier conflicts, or capability, count.",
    "battlefield.restraint": "how far the fighting is held back.",
    "talks.open": "whether talks are open; the record may be late, or hold none of these talks.",
    "ceasefire.gain": "what a violation gains here, and what it costs the other side.",
    "deal": "whether a settlement would be used to rearm; here it fails only by accident.",
    "": "the interests and mechanisms of this conflict, which the record does not hold: the tables below.",
}


def record_table(conflict: Conflict) -> dict[str, Any]:
    """Return the scenario of a conflict as a plain table, numbers as a file holds them (`DIGITS`).

    Name and title have no date, since a file stays that of the conflict when its `as_of` moves on.
    """
    return _rounded(scenario_table(conflict)) | {"name": f"conflict-{conflict.id}", "title": conflict.name}


def record_scenario(name_or_id: str | int, as_of: date | str | None = None) -> tuple[Scenario, tuple[str, ...]]:
    """Return the scenario of a conflict of the record, and what a reader must know of it.

    Parameters
    ----------
    name_or_id : str or int
        Name of the conflict, its state, parties or territory, or its UCDP number.
    as_of : date or str, optional
        The date; left out: the last day of the record.  Nothing that became known later enters.

    Returns
    -------
    Scenario
        The same as that of the file that `record_file` gives.
    notes : tuple of str
        Full sentences, such as that the record ends before the date.

    Raises
    ------
    EvidenceError
        For a name that no conflict or more than one has, or a date at which there was no fighting, truce or
        settlement.

    Examples
    --------
    >>> s, notes = record_scenario("Sri Lanka", "2001-06-01")
    >>> s.conflict.kind, s.conflict.start.year, s.talks.open, notes
    ('civil', 1984, True, ())

    References
    ----------
    Gleditsch et al. (2002); Kreutz (2010).
    """
    conflict = find_conflict(name_or_id, as_of)
    return from_table(record_table(conflict), f"scenario of {conflict.name}"), _notes(conflict)


def record_file(name_or_id: str | int, as_of: date | str | None = None) -> tuple[str, tuple[str, ...]]:
    """Return the text of a scenario file made from the record of a conflict, and what a reader must know of it.

    Parameters, errors: as of `record_scenario`.  Each key is explained, each number has its source, and what an analyst
    must fill in is marked (`FILL_IN`).
    """
    conflict = find_conflict(name_or_id, as_of)
    notes = "".join(f"# {note}\n" for note in _notes(conflict))
    head = (
        f"# {conflict.name}, {conflict.as_of.isoformat()}: a scenario made from the historical record; nothing that\n"
        f'# became known later has entered. Lines with "{FILL_IN.strip(": ")}" mark what the record does not know.\n'
        f"{notes}"
    )
    marks = {path: FILL_IN + text for path, text in MARKS.items()}
    return explained(toml_text(record_table(conflict)), head, conflict.as_of, marks), _notes(conflict)


def _notes(conflict: Conflict) -> tuple[str, ...]:
    """Return what a reader must know of a conflict, and of how it is modelled."""
    return (*conflict.notes, *([AS_TRUCE] if conflict.state == "settlement" else []))


def _rounded(value: Any) -> Any:
    """Return a plain value with its floats rounded to `DIGITS` significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, list) else value

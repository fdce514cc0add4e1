"""A scenario file from answers to questions, with or without what the record knows of the conflict."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from peacetalks.conflicts.fill import filled
from peacetalks.conflicts.find import find_conflict
from peacetalks.conflicts.from_record import FILL_IN, MARKS, record_table
from peacetalks.errors import SpecError
from peacetalks.scenario.dates import read_day
from peacetalks.scenario.interview import check_against_date, questions
from peacetalks.scenario.interview_defaults import default
from peacetalks.scenario.interview_table import PATHS, interviewed
from peacetalks.scenario.paths import written_at
from peacetalks.scenario.quantity import Number
from peacetalks.scenario.scenario import parse
from peacetalks.scenario.starter import explained, starter
from peacetalks.scenario.toml_text import toml_text
from peacetalks.text_files import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peacetalks.scenario.interview import Answer
    from peacetalks.scenario.scenario import Scenario

ANSWERED = {  # marks of `from_record` that an answer makes needless
    "sides.label": "sides",
    "sides.types.share": "resolute",
    "battlefield.front": "ground",
    "battlefield.strength": "ground",
    "talks.open": "now",
    "deal": "watched",
}


@dataclass(frozen=True)
class StartingTable:
    """What answers are added to: the table of the starter or of a conflict of the record, and what to know of it."""

    table: dict[str, Any]
    notes: tuple[str, ...] = ()
    recorded: bool = False

    @property
    def as_of(self) -> dt.date:
        """The date of the scenario."""
        return self.table["as_of"]


def starting_table(conflict: str | None = None, as_of: str | dt.date | None = None) -> StartingTable:
    """Return what answers are added to: the starter at a date (default today), or a conflict of the record.

    Raises `EvidenceError` as `find_conflict` does, and `SpecError` for what is no day.

    >>> starting_table(None, dt.date(2024, 5, 1)).as_of
    datetime.date(2024, 5, 1)
    """
    if conflict is not None:
        found = find_conflict(conflict, as_of)
        return StartingTable(record_table(found), found.notes, recorded=True)
    try:
        day = dt.date.today() if as_of is None else read_day(as_of)
    except ValueError as e:
        raise SpecError(f"--as-of: {e}") from None
    return StartingTable(read_toml(starter(day), "the starter"))


def asked_file(start: StartingTable, answers: Mapping[str, Answer], asked: dt.date | None = None) -> str:
    """Return the text of a scenario file made from answers; each key is explained, each number has its source.

    Parameters
    ----------
    start : StartingTable
    answers : mapping
        By question; where the basis is no conflict of the record, every required question must be answered.
    asked : datetime.date, optional
        The day of the answers; default today.

    Returns
    -------
    str
        It is valid, and what the record estimates is left out.

    Raises
    ------
    SpecError
        A required answer is missing, or the answers make no valid scenario.

    Examples
    --------
    >>> from peacetalks.scenario.interview_answers import answered
    >>> facts = {"sides": "A; B", "over": "government", "since": "2020-01-01, 1500", "now": "talks", "walk": "1"}
    >>> text = asked_file(starting_table(None, dt.date(2024, 5, 1)), answered(facts), dt.date(2024, 5, 1))
    >>> "source = \\"judgement, asked 2024-05-01: walk '1', fairly sure\\"" in text
    True
    """
    missing = [q for q in questions() if q.required and q.key not in answers and not start.recorded]
    if missing:
        lines = "; ".join(f"{q.key} (such as {q.example!r})" for q in missing)
        raise SpecError(f"not answered, but needed: {lines}")
    for q in questions():
        if q.key in answers:
            check_against_date(q, answers[q.key], start.as_of)
    day = asked or dt.date.today()
    table = interviewed(start.table, answers, day)
    a, b = (side["label"] for side in table["sides"])
    head = (
        f"# {a} and {b}, {start.as_of.isoformat()}: a scenario from answers to questions, given on {day.isoformat()}.\n"
        "# What is left out is estimated on past conflicts; answers are judgements with a range.\n"
    )
    marks = {
        path: FILL_IN + text
        for path, text in MARKS.items()
        if start.recorded and ANSWERED.get(path) not in answers and path != ""
    }
    text = explained(toml_text(table), head, start.as_of, marks)
    filled(parse(text, "the scenario from these answers"))
    return text


def not_answered(start: StartingTable, answers: Mapping[str, Answer]) -> list[str]:
    """Return a line for each judgement that was not answered: what counts instead, and where it comes from.

    >>> not_answered(starting_table(None, "2024-05-01"), {})[0]
    'walk not answered: 0.5 of ten (the same for every conflict)'
    """
    left = [(q.key, default(q.key, start.table)) for q in questions() if q.key in PATHS and q.key not in answers]
    return [f"{key} not answered: {found[0]} ({found[1]})" for key, found in left if found is not None]


def numbers_set(scenario: Scenario, answers: Mapping[str, Answer]) -> list[str]:
    """Return a line for each answered judgement: what was said, and the numbers that it set.

    >>> from peacetalks.scenario.interview_answers import answered
    >>> from peacetalks.scenario.scenario import load
    >>> numbers_set(load("korea-1951"), answered({"walk": "1 of ten"}))
    ["walk '1 of ten': talks.walk = 0.05 (0.02 to 0.1)"]
    """
    lines = []
    for key, answer in answers.items():
        found = {path: written_at(scenario.written(), path) for path in PATHS.get(key, ())}
        shown = [f"{path} = {_shown(Number.parse(raw))}" for path, raw in found.items() if raw is not None]
        if key in PATHS:
            lines.append(f"{key} '{answer.text}': {', '.join(shown) or 'none, the table is left out'}")
    return lines


def _shown(n: Number) -> str:
    """Return a number with the ends of its range."""
    return f"{float(n):.3g}" + (f" ({n.quantile(0):.3g} to {n.quantile(1):.3g})" if n.uncertain else "")
